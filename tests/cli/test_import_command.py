from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from slo_compiler.cli import main
from tests.importers.test_dialects import SLOTH


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a spec of Sloth, in which the test runs."""
    monkeypatch.chdir(tmp_path)
    Path("sloth.yaml").write_bytes(SLOTH)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["import", *arguments], catch_exceptions=False)


def test_specs_are_written_and_lint(folder: Path) -> None:
    result = run("sloth.yaml", "--out", "specs", "--strict")
    assert (result.exit_code, result.stdout) == (
        0,
        "wrote specs/shop.yaml\nnext: slo-compiler lint specs\n",
    )
    assert Path("specs/shop.yaml").read_text(encoding="utf-8").startswith("# Imported from sloth.yaml.\n")
    assert CliRunner().invoke(main, ["lint", "specs"]).exit_code == 0


def test_nothing_is_overwritten(folder: Path) -> None:
    Path("specs").mkdir()
    Path("specs/shop.yaml").write_text("mine", encoding="utf-8")
    result = run("sloth.yaml", "--out", "specs")
    assert result.exit_code == 1
    assert "already there: specs/shop.yaml; nothing was written" in result.stderr
    assert Path("specs/shop.yaml").read_text(encoding="utf-8") == "mine"


def test_nothing_is_written_when_there_is_an_error(folder: Path) -> None:
    Path("sloth.yaml").write_bytes(SLOTH.replace(b"99.9", b"100"))
    assert run("sloth.yaml", "--out", "specs").exit_code == 1
    assert not Path("specs").exists()


def test_strict_makes_an_error_of_what_is_lost(folder: Path) -> None:
    Path("sloth.yaml").write_bytes(SLOTH + b"    interval: {all: 5m}\n")
    assert run("sloth.yaml", "--out", "lenient").exit_code == 0
    result = run("sloth.yaml", "--out", "strict", "--strict")
    assert result.exit_code == 1
    assert "sloth.yaml:12:5: error: rules of all SLOs" in result.stderr


def test_an_owner_for_services_that_have_none(folder: Path) -> None:
    Path("sloth.yaml").write_bytes(SLOTH.replace(b"labels: {owner: platform}\n", b""))
    assert "import/owner" in run("sloth.yaml", "--out", "a").stderr
    assert "import/owner" not in run("sloth.yaml", "--out", "b", "--owner", "web").stderr
    assert "owners: {serving: web}\n" in Path("b/shop.yaml").read_text(encoding="utf-8")


def test_an_owner_that_can_be_none_is_wrong_usage(folder: Path) -> None:
    assert run("sloth.yaml", "--out", "a", "--owner", "a b").exit_code == 2


def test_files_without_an_slo_are_told(folder: Path) -> None:
    Path("sloth.yaml").write_text("---\n", encoding="utf-8")
    result = run("sloth.yaml", "--out", "a")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (1, "there is no SLO in these files")


def test_an_slo_that_is_wrong_is_not_said_to_be_missing(folder: Path) -> None:
    text = Path("sloth.yaml").read_text(encoding="utf-8")
    Path("sloth.yaml").write_text(text.replace("objective:", "objectiv:"), encoding="utf-8")
    assert run("sloth.yaml", "--out", "a").stderr.splitlines()[-1] == "a was not written"
