from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from slo_compiler.cli import main
from tests.backtest import ml_scene, scene
from tests.compiling import RECEIVERS, Document, slo, spec
from tests.oracles.document import yaml_text

OLD, NEW = spec("shop"), spec("shop", slo(objective="99.5%"))
LATER = "shop:availability: objective 99.9% → 99.5%"


def git(*arguments: str) -> str:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main")
    return subprocess.run(("git", *who, *arguments), check=True, capture_output=True, text=True).stdout


def write(path: str, document: Document | str) -> None:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(document if isinstance(document, str) else yaml_text(document), encoding="utf-8")


def commit(specs: Document, message: str) -> None:
    write("specs/shop.yaml", specs)
    git("add", "-A")
    git("commit", "-qm", message)


def diff(*arguments: str, columns: int = 100) -> Result:
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(main, ["diff", *arguments], catch_exceptions=False)


def first_line(*arguments: str) -> str:
    done = diff(*arguments, columns=300)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout.splitlines()[0]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the test runs; the user's own settings of git are not looked at."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    return tmp_path


@pytest.fixture
def repository(folder: Path) -> Iterator[Path]:
    """A repository whose branch ``change`` lowers the objective that ``main`` promises."""
    git("init", "-q")
    write("specs/receivers.yaml", RECEIVERS)
    commit(OLD, "Promise")
    git("checkout", "-qb", "change")
    commit(NEW, "Promise less")
    status = git("status", "--porcelain")
    yield folder
    assert git("status", "--porcelain") == status, "the work tree was touched"


def test_two_folders_and_two_files(folder: Path) -> None:
    for name, document in (("old", OLD), ("new", NEW)):
        write(f"{name}/shop.yaml", document)
        write(f"{name}/receivers.yaml", RECEIVERS)
    assert first_line("old", "new").startswith(LATER)
    assert first_line("old/shop.yaml", "new/shop.yaml").startswith(LATER)


@pytest.mark.parametrize(
    "sides",
    [
        ("main", "change", "specs"),
        ("main", "HEAD", "specs/"),
        ("main", "change", "specs/shop.yaml"),
        ("HEAD~1", "HEAD", "./specs"),
        ("main:specs", "change:specs"),
        ("main", "change:specs"),
        ("main", "specs"),
        ("main:specs/shop.yaml", "specs/shop.yaml"),
    ],
    ids=" ".join,
)
def test_revisions(repository: Path, sides: tuple[str, ...]) -> None:
    assert first_line(*sides).startswith(LATER)


def test_the_other_way_round_pages_come_sooner(repository: Path) -> None:
    assert (
        "99.5% → 99.9%; 1% errors now page after 3h36m; pages come sooner: total outage 4m19s → 52s"
        in first_line("specs", "main")
    )


def test_paths_are_those_of_the_current_folder(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("specs")
    assert first_line("main", "change", "shop.yaml").startswith(LATER)
    assert first_line("main", ".").startswith(LATER)


def test_the_shared_files_of_a_revision_are_its_own(repository: Path) -> None:
    write("specs/defaults.yaml", {"apiVersion": "slo-compiler/v1", "labels": {"team": "a"}})
    git("add", "-A")
    git("commit", "-qm", "Label")
    assert first_line("HEAD~1", "HEAD", "specs/shop.yaml") == "shop:availability: alerts carry other labels"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nowhere", "nowhere is neither a file nor a folder nor a revision of this repository"),
        ("--upload-pack=x", "No such option"),
    ],
)
def test_an_unknown_revision_is_refused(repository: Path, name: str, expected: str) -> None:
    for sides in ((name, "HEAD", "specs"), ("HEAD", name, "specs"), (name, "specs")):
        done = diff(*sides)
        assert (done.exit_code != 0, done.stdout) == (True, "")
        assert expected in done.stderr


def test_what_looks_like_an_option_is_no_revision(repository: Path) -> None:
    done = diff("--", "--all", "HEAD", "specs")
    assert done.exit_code == 2
    assert done.stderr.endswith("Error: --all is no name of a revision\n")


def test_outside_of_a_repository_there_are_no_revisions(folder: Path) -> None:
    write("specs/shop.yaml", OLD)
    done = diff("main", "specs")
    assert done.exit_code == 2
    assert "main is neither a file nor a folder, and cannot be read as a revision" in done.stderr
    assert "not a git repository" in done.stderr


def test_a_path_outside_of_the_repository_is_refused(repository: Path, tmp_path: Path) -> None:
    done = diff("main", "HEAD", "/")
    assert done.exit_code == 2
    assert f"/ is not in the repository {tmp_path}" in done.stderr


def test_without_git_it_is_told(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.setenv("PATH", "")
        done = diff("main", "HEAD", "specs")
    assert done.stderr == "Error: git is not installed, so that no revision can be read\n"


@pytest.mark.parametrize("sides", [(), ("main",)])
def test_one_side_is_wrong_usage(repository: Path, sides: tuple[str, ...]) -> None:
    assert diff(*sides).exit_code == 2


def test_two_revisions_want_to_know_which_specs(repository: Path) -> None:
    done = diff("main", "change")
    assert done.exit_code == 2
    assert "say which specs in them, as in slo-compiler diff main change specs" in done.stderr


def test_a_path_that_is_in_neither_revision_is_refused(repository: Path) -> None:
    done = diff("main", "change", "slos")
    assert done.exit_code == 2
    assert done.stderr.endswith("Error: slos is neither in main nor in change\n")


def test_before_the_first_spec_there_was_nothing(repository: Path) -> None:
    git("checkout", "-q", "--orphan", "empty")
    git("rm", "-rqf", ".")
    git("commit", "-q", "--allow-empty", "-m", "Begin")
    done = diff("empty", "main", "specs", columns=300)
    assert done.exit_code == 0
    assert done.stderr == "empty: note: there are no specs there, so that everything is new\n"
    assert done.stdout.startswith("shop:availability: new; objective 99.9%; pages reach platform-page")
    back = diff("main", "empty", "specs", columns=300)
    assert back.stdout.startswith("shop:availability: gone; pages reached platform-page")
    git("checkout", "-q", "change")


def test_a_folder_without_specs_is_none_yet(repository: Path) -> None:
    git("rm", "-q", "specs/shop.yaml")
    write("specs/README.md", "Nothing yet.\n")
    git("add", "-A")
    git("commit", "-qm", "Promise nothing")
    assert diff("HEAD", "main", "specs", columns=300).stdout.startswith("shop:availability: new;")


def test_any_name_will_do_in_a_revision(repository: Path) -> None:
    write("specs/zäh und 'quer'.yaml", spec("quer"))
    git("add", "-A")
    git("commit", "-qm", "Name")
    assert first_line("main", "HEAD", "specs").startswith("2 SLOs change: 1 new; 1 where pages come later")
    done = diff("HEAD~1", "HEAD", "specs/zäh und 'quer'.yaml", columns=300)
    assert done.stdout.startswith("quer:availability: new;")


@pytest.mark.parametrize(
    ("sides", "place"),
    [(("HEAD", "main"), "OLD (HEAD)"), (("main", "HEAD"), "NEW (HEAD)")],
    ids=["old", "new"],
)
def test_a_side_that_does_not_compile_is_named(repository: Path, sides: tuple[str, str], place: str) -> None:
    commit(spec("shop", slo(objective="100%")), "Promise everything")
    done = diff(*sides, "specs")
    assert (done.exit_code, done.stdout) == (1, "")
    head, problem, count = done.stderr.splitlines()
    assert head == f"{place} does not compile, so that there is nothing to compare:"
    assert problem.startswith("HEAD:specs/shop.yaml:10:17: error: an objective of 100%")
    assert count == "1 error"


def test_a_link_has_no_text_of_its_own_in_a_revision(repository: Path) -> None:
    Path("specs/linked.yaml").symlink_to("shop.yaml")
    git("add", "-A")
    git("commit", "-qm", "Link")
    done = diff("main", "HEAD", "specs")
    assert "HEAD:specs/linked.yaml is a symbolic link" in done.stderr


def test_attributes_of_the_repository_hide_nothing(repository: Path) -> None:
    write(".gitattributes", "specs export-ignore\n* eol=crlf\n")
    git("add", "-A")
    git("commit", "-qm", "Hide")
    assert first_line("main", "HEAD", "specs").startswith(LATER)


def test_exit_code_as_of_git(repository: Path) -> None:
    assert diff("main", "HEAD", "specs").exit_code == 0
    assert diff("main", "HEAD", "specs", "--exit-code").exit_code == 1
    assert diff("HEAD", "HEAD", "specs", "--exit-code").exit_code == 0


def test_formats(repository: Path) -> None:
    assert diff("main", "HEAD", "specs", "--format", "markdown").stdout.startswith(f"**{LATER}")
    assert json.loads(diff("main", "HEAD", "specs", "--format", "json").stdout)["differs"] is True


TERMINAL = """\
shop:availability: objective 99.9% → 99.5%; 1% errors no longer page (did after 3h36m); pages come later:
total outage 52s → 4m19s, 10% errors 8m38s → 43m12s
on merge: all 4 alerts keep their state: what fires goes on

  alert   severity  fires above   at 100% errors  at 10% errors   at 1% errors   reaches
  fast    page      1.44% → 7.2%  52s → 4m19s     8m38s → 43m12s  never          platform-page
  medium  page      0.6% → 3%     2m10s → 10m48s  21m36s → 1h48m  3h36m → never  platform-page
  slow    ticket    0.1% → 0.5%   4m19s → 21m36s  43m12s → 3h36m  7h12m → 1d12h  platform-ticket in
                                                                                 office hours
  IndicatorAbsent: for     5m → 11m
  objective                99.9% → 99.5%
  budget, in total outage  43m12s → 3h36m
  annotations that follow  budget_spent, description, threshold
"""


def test_a_terminal(repository: Path) -> None:
    lines = [line.rstrip() for line in diff("main", "HEAD", "specs", columns=105).stdout.splitlines()]
    assert lines == TERMINAL.splitlines()


@pytest.mark.parametrize("columns", [80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_cut(repository: Path, columns: int) -> None:
    lines = diff("main", "HEAD", "specs", columns=columns).stdout.splitlines()
    assert max(map(len, lines)) <= columns
    assert not any("\u2026" in line for line in lines)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Eight days of a shop with one outage, as a CSV file."""
    file = tmp_path_factory.mktemp("history") / "history.csv"
    file.write_text(scene.csv_text(8), encoding="utf-8")
    return str(file)


def test_the_effect_on_history_comes_first(folder: Path, history: str) -> None:
    write("old/shop.yaml", OLD)
    write("new/shop.yaml", spec("shop", slo(objective="90%")))
    done = diff("old", "new", "--backtest", "--csv", history)
    first, second = done.stdout.splitlines()[:2]
    assert "pages 1 → 0, tickets 1 → 0 in the 8d until 2025-10-17" == first
    assert second.startswith("shop:availability: objective 99.9% → 90%")
    assert "no longer told of  page fast, medium, 2025-10-15" in done.stdout


def test_the_effect_is_in_json_too(folder: Path, history: str) -> None:
    write("old/shop.yaml", OLD)
    write("new/shop.yaml", NEW)
    done = diff("old", "new", "--backtest", "--csv", history, "--format", "json")
    told = json.loads(done.stdout)["history"]
    assert (told["pages"], list(told["slos"])) == ({"before": 1, "after": 1}, ["shop:availability"])


def test_what_a_guard_would_have_held_back_is_told_of_an_slo_that_does_not_change(folder: Path) -> None:
    ml_scene.write_specs(folder / "old", ml_scene.SPEC.replace("label_lag: {", "label_lag: false #"))
    ml_scene.write_specs(folder / "new")
    Path("history").write_text(ml_scene.openmetrics(), encoding="utf-8")
    done = diff("old", "new", "--backtest", "--openmetrics", "history")
    lines = done.stdout.splitlines()
    assert "pages 2 → 1, tickets 3 → 2 in the 5d until 2025-10-14" == lines[0]
    [beside] = [line for line in lines if "does not change" in line]
    assert beside.startswith("scorer:quality does not change, but what holds back its alerts does: no longer")
    done = diff("old", "new", "--backtest", "--openmetrics", "history", "--format", "markdown")
    assert "scorer:quality does not change, but what holds back its alerts does" in done.stdout


def test_an_slo_that_is_new_had_no_pages(folder: Path, history: str) -> None:
    write("old/shop.yaml", OLD)
    write("new/shop.yaml", spec("shop", slo(), slo("again")))
    done = diff("old", "new", "--backtest", "--csv", history, "--format", "json")
    told = json.loads(done.stdout)["history"]["slos"]["shop:again"]
    assert (told["before"], told["after"]["pages"]) == (None, 1)


def test_where_nothing_changes_no_history_is_read(folder: Path) -> None:
    write("old/shop.yaml", OLD)
    done = diff("old", "old", "--backtest", "--prometheus", "http://127.0.0.1:9")
    assert (0, "No difference in behaviour.\n") == (done.exit_code, done.stdout)


def test_a_history_without_the_flag_is_wrong_usage(folder: Path, history: str) -> None:
    write("old/shop.yaml", OLD)
    done = diff("old", "old", "--csv", history)
    assert (2, True) == (done.exit_code, "a history is looked at with --backtest alone" in done.stderr)


def test_a_backtest_without_a_history_is_wrong_usage(folder: Path) -> None:
    write("old/shop.yaml", OLD)
    done = diff("old", "old", "--backtest")
    assert (2, True) == (done.exit_code, "name one history" in done.stderr)


def test_a_side_that_is_empty_is_refused(repository: Path) -> None:
    told = diff("", str(repository))
    assert (told.exit_code, "one side is empty" in told.stderr) == (2, True)
