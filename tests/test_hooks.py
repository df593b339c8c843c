"""The hooks for pre-commit, run as pre-commit runs them: entry and args, in the root of a repository."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.compiling import RECEIVERS, slo, spec
from tests.oracles.document import yaml_text

ROOT: Final = Path(__file__).parent.parent
HOOKS: Final[dict[str, dict[str, Any]]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
}
LINT: Final = "slo-compiler-lint"
CHECK: Final = "slo-compiler-compile-check"

# https://pre-commit.com/#creating-new-hooks
REQUIRED: Final = {"id", "name", "entry", "language"}
OPTIONAL: Final = {"files", "args", "pass_filenames", "description"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "specs").mkdir()
    write(tmp_path, "shop", spec("shop"))
    write(tmp_path, "receivers", RECEIVERS)
    return tmp_path


def write(repository: Path, name: str, document: dict[str, Any]) -> None:
    (repository / "specs" / f"{name}.yaml").write_text(yaml_text(document), encoding="utf-8")


def program(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )


def run(hook: str, repository: Path) -> subprocess.CompletedProcess[str]:
    told = HOOKS[hook]
    return program(*shlex.split(told["entry"]), *told["args"], folder=repository)


def test_each_hook_says_what_pre_commit_needs_and_nothing_that_it_does_not_know() -> None:
    for hook in HOOKS.values():
        assert REQUIRED <= hook.keys() <= REQUIRED | OPTIONAL
        assert (hook["language"], hook["pass_filenames"]) == ("python", False)


def test_lint_passes_good_specs(repository: Path) -> None:
    done = run(LINT, repository)
    assert (done.returncode, done.stderr) == (0, "no problems\n")


def test_lint_fails_on_a_bad_one_and_says_where(repository: Path) -> None:
    write(repository, "shop", spec("shop", slo(objective="100%")))
    done = run(LINT, repository)
    assert done.returncode == 1
    assert done.stderr.startswith("specs/shop.yaml:")


def test_check_fails_until_the_rules_are_compiled(repository: Path) -> None:
    assert run(CHECK, repository).returncode == 1
    program("slo-compiler", "compile", "specs", "--out", "generated", folder=repository)
    assert run(CHECK, repository).returncode == 0
    write(repository, "shop", spec("shop", slo(objective="99%")))
    stale = run(CHECK, repository)
    assert stale.returncode == 1
    assert "generated is stale" in stale.stderr


@pytest.mark.parametrize(
    ("path", "hooks"),
    [
        ("specs/shop.yaml", [LINT, CHECK]),
        ("specs/team/shop.yml", [LINT, CHECK]),
        ("specs/defaults.yaml", [LINT, CHECK]),
        ("generated/prometheus/shop.rules.yaml", [CHECK]),
        ("docs/specs/shop.yaml", []),
        ("README.md", []),
    ],
)
def test_a_change_of_a_file_runs(path: str, hooks: list[str]) -> None:
    assert [id_ for id_, hook in HOOKS.items() if re.search(hook["files"], path)] == hooks


def test_the_readme_names_the_hooks_that_there_are() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```yaml precommit\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    (used,) = yaml.safe_load(example)["repos"]
    assert [hook["id"] for hook in used["hooks"]] == list(HOOKS)
