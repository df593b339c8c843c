from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from click.testing import CliRunner, Result

from slo_compiler.cli import main
from tests.compiling import RECEIVERS, Document, slo, spec
from tests.oracles.document import yaml_text

SPECS: Final = Path(__file__).parent.parent.parent / "specs"


def lint(folder: Path, *arguments: str, **files: Document) -> Result:
    for name, document in files.items():
        (folder / f"{name}.yaml").write_text(yaml_text(document), encoding="utf-8")
    return CliRunner().invoke(main, ["lint", str(folder), *arguments], catch_exceptions=False)


DERIVED: Final = spec("shop", slo(objective="95%"))


def test_clean_specs_have_no_problems(tmp_path: Path) -> None:
    done = lint(tmp_path, shop=spec("shop"), receivers=RECEIVERS)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "no problems\n")


def test_a_warning_is_no_failure(tmp_path: Path) -> None:
    done = lint(tmp_path, shop=spec("shop"))
    assert done.exit_code == 0
    assert done.stderr.endswith("[owner/no-receivers]\n1 warning\n")


def test_notes_are_counted_with_the_rest(tmp_path: Path) -> None:
    done = lint(tmp_path, shop=DERIVED)
    assert done.stderr.endswith("1 warning, 1 note\n")


def test_quiet_neither_shows_nor_counts_notes(tmp_path: Path) -> None:
    done = lint(tmp_path, "--quiet", shop=DERIVED)
    assert ": note: " not in done.stderr
    assert done.stderr.endswith("1 warning\n")


def test_notes_alone_are_no_problems_to_who_wants_none(tmp_path: Path) -> None:
    done = lint(tmp_path, "-q", shop=DERIVED, receivers=RECEIVERS)
    assert (done.exit_code, done.stderr) == (0, "no problems\n")


def test_all_errors_are_told_at_once_with_their_places(tmp_path: Path) -> None:
    broken = spec("shop", slo(objective="100%"), slo("latency", objective="0%"))
    done = lint(tmp_path, shop=broken, receivers=RECEIVERS)
    assert done.exit_code == 1
    errors = [line for line in done.stderr.splitlines() if ": error: " in line]
    assert len(errors) == 2
    assert all(line.startswith(f"{tmp_path}/shop.yaml:") for line in errors)
    assert done.stderr.endswith("2 errors\n")


def test_nothing_is_written(tmp_path: Path) -> None:
    lint(tmp_path, shop=spec("shop"))
    assert [path.name for path in tmp_path.iterdir()] == ["shop.yaml"]


def test_the_specs_of_this_repository_have_no_problems() -> None:
    done = CliRunner().invoke(main, ["lint", "-q", str(SPECS)])
    assert (done.exit_code, done.stderr) == (0, "no problems\n")


def test_json_is_all_that_is_printed(tmp_path: Path) -> None:
    done = lint(tmp_path, "--format", "json", shop=spec("shop", slo(objective="100%")))
    assert (done.exit_code, done.stderr) == (1, "")
    (found,) = json.loads(done.stdout)["diagnostics"]
    assert (found["check"], found["path"]) == ("spec/value", f"{tmp_path}/shop.yaml")


def test_formats_leave_out_notes_when_quiet(tmp_path: Path) -> None:
    done = lint(tmp_path, "--format", "json", "--quiet", shop=DERIVED, receivers=RECEIVERS)
    assert json.loads(done.stdout) == {"diagnostics": []}


def test_sarif_knows_every_check_by_the_page_of_checks(tmp_path: Path) -> None:
    done = lint(tmp_path, "--format", "sarif", shop=DERIVED)
    (told,) = json.loads(done.stdout)["runs"]
    assert done.exit_code == 0
    assert [result["ruleId"] for result in told["results"]] == ["owner/no-receivers", "tier/derived"]
    assert "rules/broken" in {rule["id"] for rule in told["tool"]["driver"]["rules"]}


def test_github_shows_each_at_its_line(tmp_path: Path) -> None:
    done = lint(tmp_path, "--format", "github", shop=spec("shop"))
    assert done.stdout.startswith(
        f"::warning file={tmp_path}/shop.yaml,line=1,col=1,title=owner/no-receivers::"
    )
