"""What runs in other people's CI: the steps of the action and of the GitLab job, with the forge played."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.compiling import RECEIVERS, Document, slo, spec
from tests.oracles.document import yaml_text
from tests.prometheus.stub import Reply, stub

ROOT: Final = Path(__file__).parent.parent
ACTION: Final = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
JOB: Final = yaml.safe_load((ROOT / "ci" / "gitlab.yml").read_text(encoding="utf-8"))["slo-compiler"]
MARKER: Final = "<!-- slo-compiler diff specs -->\n"
LATER: Final = "**shop:availability: objective 99.9% → 99.5%**"

# Plays the forge: says which comments there are, and keeps what is posted.
GH: Final = """\
#!{python}
import json, os, sys
from pathlib import Path
calls, arguments = Path(os.environ["CALLS"]), sys.argv[1:]
assert arguments.pop(0) == "api"
if os.environ.get("REFUSED") in arguments:
    sys.exit("HTTP 403: Resource not accessible by integration")
body = next((Path(each.removeprefix("body=@")).read_text() for each in arguments if each[:6] == "body=@"), "")
with calls.open("a") as file:
    file.write(json.dumps([*[each for each in arguments if each[:6] != "body=@"], body]) + "\\n")
if "--jq" in arguments:
    marked, of_bots = '(.body | startswith("' + os.environ["EXPECTED"] + '"))', '.user.type == "Bot"'
    expression = arguments[arguments.index("--jq") + 1]
    for each in json.loads(os.environ["COMMENTS"]):
        ours = each["body"].startswith(os.environ["EXPECTED"]) or marked not in expression
        if ours and (each["user"]["type"] == "Bot" or of_bots not in expression):
            print(each["id"])
"""
CURL: Final = """\
#!{python}
import json, os, sys
from pathlib import Path
calls, arguments = Path(os.environ["CALLS"]), sys.argv[1:]
assert "PRIVATE-TOKEN: secret" in arguments
body = next((Path(each[5:]).read_text() for each in arguments if each[:5] == "body@"), "")
method = arguments[arguments.index("--request") + 1] if "--request" in arguments else "GET"
with calls.open("a") as file:
    file.write(json.dumps([method, arguments[-1], body]) + "\\n")
print(os.environ["COMMENTS"] if method == "GET" else "{{}}")
"""
PIP: Final = (
    '#!/bin/sh\nfor each in "$@"; do case $each in /*|*.txt) test -e "$each" || exit 1;; esac; done\n'
)


def git(*arguments: str, cwd: Path) -> str:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main")
    done = subprocess.run(("git", *who, *arguments), check=True, capture_output=True, text=True, cwd=cwd)
    return done.stdout.strip()


@dataclass(frozen=True)
class Forge:
    """A checkout as CI has it, shallow and detached, and what a job is told of its surroundings."""

    folder: Path
    base: str
    head: str

    def run(self, script: str, comments: object = (), **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs a step as GitHub does, and GitLab in effect."""
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder / "checkout",
            env={**self._environment(), "COMMENTS": json.dumps(comments), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def _environment(self) -> dict[str, str]:
        ours = (self.folder / "bin", Path(sys.executable).parent)
        return {
            "PATH": os.pathsep.join([*map(str, ours), os.environ["PATH"]]),
            "HOME": str(self.folder),
            "CALLS": str(self.folder / "calls"),
            "EXPECTED": MARKER.strip(),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_REF": "refs/pull/7/merge",
            "GITHUB_SHA": self.head,
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
        }

    def calls(self) -> list[list[str]]:
        """What the forge was asked since the last look."""
        file = self.folder / "calls"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return [json.loads(line) for line in lines]


def write(folder: Path, document: Document) -> None:
    (folder / "specs").mkdir(exist_ok=True)
    (folder / "specs" / "receivers.yaml").write_text(yaml_text(RECEIVERS), encoding="utf-8")
    (folder / "specs" / "shop.yaml").write_text(yaml_text(document), encoding="utf-8")
    git("add", "-A", cwd=folder)
    git("commit", "-qm", "Promise", "--allow-empty", cwd=folder)


def forge(folder: Path, old: Document, new: Document) -> Forge:
    """A pull request from ``old`` to ``new``, merged for CI, beside which the base has gone on."""
    origin = folder / "origin"
    origin.mkdir()
    git("init", "-q", cwd=origin)
    write(origin, old)
    base = git("rev-parse", "HEAD", cwd=origin)
    git("checkout", "-qb", "change", cwd=origin)
    write(origin, new)
    git("checkout", "-q", "main", cwd=origin)
    (origin / "specs" / "other.yaml").write_text(yaml_text(spec("other")), encoding="utf-8")
    git("add", "-A", cwd=origin)
    git("commit", "-qm", "Promise elsewhere", cwd=origin)
    git("checkout", "-q", "--detach", cwd=origin)
    git("merge", "-q", "--no-ff", "-m", "Merge", "change", cwd=origin)
    head = git("rev-parse", "HEAD", cwd=origin)
    git("update-ref", "refs/pull/7/merge", head, cwd=origin)
    git("config", "uploadpack.allowAnySHA1InWant", "true", cwd=origin)
    checkout = folder / "checkout"
    checkout.mkdir()
    git("init", "-q", cwd=checkout)
    git("remote", "add", "origin", origin.as_uri(), cwd=checkout)
    git("fetch", "-q", "--depth=1", "origin", head, cwd=checkout)
    git("checkout", "-q", "--detach", "FETCH_HEAD", cwd=checkout)
    (folder / "bin").mkdir()
    for name, text in (("gh", GH), ("curl", CURL), ("pip", PIP)):
        program = folder / "bin" / name
        program.write_text(text.format(python=sys.executable), encoding="utf-8")
        program.chmod(0o755)
    return Forge(folder, base, head)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Forge:
    return forge(tmp_path_factory.mktemp("forge"), spec("shop"), spec("shop", slo(objective="99.5%")))


@pytest.fixture
def lower(made: Forge, tmp_path: Path) -> Forge:
    """A pull request that lowers an objective."""
    shutil.copytree(made.folder, tmp_path, dirs_exist_ok=True)
    return replace(made, folder=tmp_path)


def step(name: str) -> Mapping[str, Any]:
    return next(each for each in ACTION["runs"]["steps"] if each.get("name") == name)


def run_action(name: str, at: Forge, comments: object = (), **more: str) -> subprocess.CompletedProcess[str]:
    """Runs a step of the action with what GitHub would put into its environment."""
    values = {
        "inputs.specs": "specs",
        "inputs.out": "generated",
        "inputs.token": "secret",
        "inputs.prometheus": "",
        "inputs.prometheus-token": "",
        "github.event.pull_request.base.sha": at.base,
        "github.event.pull_request.number": "7",
    }
    told = {
        key: re.sub(r"\$\{\{ ([a-z_.-]+) \}\}", lambda found: values[found[1]], text)
        for key, text in step(name).get("env", {}).items()
    }
    return at.run(step(name)["run"], comments, **told | more)


def comment(id_: int, body: str, kind: str = "Bot") -> dict[str, object]:
    return {"id": id_, "body": body, "user": {"type": kind}}


def test_the_action_pins_what_it_uses_to_github_s_own() -> None:
    used = [each["uses"] for each in ACTION["runs"]["steps"] if "uses" in each]
    assert used == ["actions/setup-python@v5"]


def test_nothing_that_others_write_is_pasted_into_a_script() -> None:
    assert [] == [each for each in ACTION["runs"]["steps"] if "${{" in each.get("run", "")]


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        (["--builtin-schema", "vendor.github-actions"], "action.yml"),
        (["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"], "ci/gitlab.yml"),
    ],
    ids=["action", "gitlab"],
)
def test_the_yaml_is_what_its_schema_wants(schema: list[str], file: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", *schema, str(ROOT / file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_the_first_run_creates_a_comment(lower: Forge) -> None:
    done = run_action("Say what changes", lower)
    assert (done.returncode, done.stderr) == (0, "")
    looked, created = lower.calls()
    assert looked[:2] == ["--paginate", "repos/acme/shop/issues/7/comments"]
    assert created[:-1] == ["--method", "POST", "repos/acme/shop/issues/7/comments", "-F"]
    assert created[-1].startswith(MARKER + LATER)
    assert "other:availability" not in created[-1], "what others changed meanwhile is not this pull request's"
    assert created[-1] == (lower.folder / "summary").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_second_run_updates_it(lower: Forge) -> None:
    comments = [comment(1, "LGTM", "User"), comment(2, f"{MARKER}forged", "User"), comment(3, f"{MARKER}old")]
    run_action("Say what changes", lower, comments)
    updated = lower.calls()[1]
    assert updated[:-1] == ["--method", "PATCH", "repos/acme/shop/issues/comments/3", "-F"]
    assert updated[-1].startswith(MARKER + LATER)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("comments", "methods"), [([], []), ([comment(3, f"{MARKER}old")], ["PATCH"])], ids=["never", "before"]
)
def test_of_no_difference_nothing_is_said_that_was_not_said_before(
    tmp_path: Path, comments: list[object], methods: list[str]
) -> None:
    at = forge(tmp_path, spec("shop"), spec("shop"))
    assert run_action("Say what changes", at, comments).returncode == 0
    written = [call for call in at.calls() if "--method" in call]
    assert [call[1] for call in written] == methods
    assert [call[-1] for call in written] == [f"{MARKER}**No difference in behaviour.**\n\n"] * len(methods)


@pytest.mark.slow
@pytest.mark.parametrize("refused", ["--paginate", "--method"], ids=["reading", "writing"])
def test_without_the_right_to_comment_the_job_goes_on(lower: Forge, refused: str) -> None:
    done = run_action("Say what changes", lower, REFUSED=refused)
    assert done.returncode == 0
    assert done.stdout.startswith("::warning::The comment")
    assert LATER in (lower.folder / "summary").read_text(encoding="utf-8")


def nothing_yet(path: str) -> Reply:
    """A Prometheus without a history."""
    result = {"resultType": "matrix", "result": []} if "query_range" in path else {"version": "3.5.0"}
    return Reply(json.dumps({"data": result}))


@pytest.mark.slow
def test_the_comment_begins_with_last_month(lower: Forge) -> None:
    with stub(nothing_yet) as server:
        done = run_action(
            "Say what changes", lower, PROMETHEUS_URL=server.url, PROMETHEUS_TOKEN="s3cret", NO_PROXY="*"
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {"Bearer s3cret"} == {headers["Authorization"] for _, _, headers, _ in server.requests}
    body = lower.calls()[1][-1]
    assert body.startswith(f"{MARKER}**no history of the 30d until ")
    assert LATER in body


@pytest.mark.slow
def test_a_prometheus_that_is_not_there_is_a_warning(lower: Forge) -> None:
    done = run_action("Say what changes", lower, PROMETHEUS_URL="http://127.0.0.1:9")
    assert done.returncode == 0
    assert done.stdout.startswith(
        "::warning::The comment says nothing of last month. http://127.0.0.1:9: error: "
    )
    assert lower.calls()[1][-1].startswith(MARKER + LATER)


@pytest.mark.slow
def test_the_note_of_the_job_begins_with_last_month(lower: Forge) -> None:
    (lower.folder / "token").write_text("s3cret", encoding="utf-8")
    with stub(nothing_yet) as server:
        told = {"PROMETHEUS_URL": server.url, "PROMETHEUS_TOKEN_FILE": str(lower.folder / "token")}
        done = run_job(lower, **told)
    assert done.returncode == 0, done.stderr
    assert lower.calls()[1][2].startswith(f"{MARKER}**no history of the 30d until ")


@pytest.mark.slow
def test_a_prometheus_that_is_not_there_does_not_keep_the_job_from_its_note(lower: Forge) -> None:
    done = run_job(lower, PROMETHEUS_URL="http://127.0.0.1:9")
    assert (done.returncode, "The note says nothing of last month:\nhttp://127.0.0.1:9" in done.stdout) == (
        0,
        True,
    )
    assert lower.calls()[1][2].startswith(f"{MARKER}**2 SLOs change: ")


@pytest.mark.slow
def test_a_base_that_does_not_compile_is_told(tmp_path: Path) -> None:
    at = forge(tmp_path, spec("shop", slo(objective="100%")), spec("shop"))
    assert run_action("Say what changes", at).returncode == 0
    body = at.calls()[1][-1]
    assert body.startswith(f"{MARKER}There is nothing to compare with:\n\n````text\nOLD (")
    assert "an objective of 100% leaves no error budget" in body


@pytest.mark.slow
def test_another_checkout_than_the_merge_is_compared_with_the_base_of_the_event(lower: Forge) -> None:
    run_action("Say what changes", lower, GITHUB_REF="refs/heads/change")
    body = lower.calls()[1][-1]
    assert body.startswith(f"{MARKER}**2 SLOs change: ")


@pytest.mark.slow
def test_a_whole_checkout_stays_whole(lower: Forge) -> None:
    git("fetch", "-q", "--unshallow", "origin", lower.head, cwd=lower.folder / "checkout")
    run_action("Say what changes", lower)
    assert lower.calls()[1][-1].startswith(MARKER + LATER)
    assert git("rev-parse", "--is-shallow-repository", cwd=lower.folder / "checkout") == "false"


@pytest.mark.slow
def test_what_cannot_be_fetched_is_told_and_the_job_goes_on(lower: Forge) -> None:
    git("remote", "set-url", "origin", str(lower.folder / "nowhere"), cwd=lower.folder / "checkout")
    done = run_action("Say what changes", lower)
    assert (done.returncode, done.stdout) == (0, "::warning::git cannot fetch what to compare with.\n")
    assert "There is nothing to compare with" in lower.calls()[1][-1]


@pytest.mark.slow
def test_the_other_steps_of_the_action(lower: Forge) -> None:
    assert run_action("Install", lower).returncode == 0
    lint = run_action("Lint", lower)
    assert (lint.returncode, "error" in lint.stdout) == (0, False)
    assert run_action("Check for stale output", lower).returncode == 1
    lower.run("slo-compiler compile specs --out generated")
    assert run_action("Check for stale output", lower).returncode == 0


def run_job(at: Forge, comments: object = (), **more: str) -> subprocess.CompletedProcess[str]:
    """Runs the whole job as GitLab does: its lines in one shell, up to the first that fails."""
    told = {
        "CI_API_V4_URL": "https://gitlab.example.com/api/v4",
        "CI_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": at.base,
        "SLO_COMPILER_TOKEN": "secret",
    }
    at.run(f"git fetch -q origin {at.base}; slo-compiler compile specs --out generated")
    variables = {name: str(value) for name, value in JOB["variables"].items()}
    return at.run("\n".join(JOB["script"]), comments, **variables | told | more)


NOTES: Final = "https://gitlab.example.com/api/v4/projects/5/merge_requests/7/notes"


@pytest.mark.slow
def test_the_first_run_of_the_job_creates_a_note(lower: Forge) -> None:
    done = run_job(lower)
    assert done.returncode == 0, done.stderr
    looked, created = lower.calls()
    assert looked == ["GET", f"{NOTES}?per_page=100&sort=asc", ""]
    assert created[:2] == ["POST", NOTES]
    assert created[2].startswith(f"{MARKER}**2 SLOs change: ")
    assert created[2] in done.stdout


@pytest.mark.slow
def test_the_second_run_of_the_job_updates_it(lower: Forge) -> None:
    run_job(lower, [comment(1, "LGTM"), comment(3, f"{MARKER}old")])
    assert [call[:2] for call in lower.calls()[1:]] == [["PUT", f"{NOTES}/3"]]


@pytest.mark.slow
def test_without_a_token_the_job_lints_and_checks(lower: Forge) -> None:
    assert run_job(lower, SLO_COMPILER_TOKEN="").returncode == 0
    assert lower.calls() == []


@pytest.mark.slow
def test_the_job_fails_where_output_is_stale(lower: Forge) -> None:
    assert run_job(lower, OUT="elsewhere").returncode == 1
