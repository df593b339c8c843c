"""What is printed for each bad spec, and of bad metrics and histories, to the letter; mended, it is clean.

``faults`` says how a case is written; this writes what is printed for one of ``bad_specs``:
``cd tests/bad_specs && slo-compiler lint unknown-key.yaml 2> unknown-key.stderr``.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from slo_compiler.cli import main
from slo_compiler.compiler import compile_sources
from slo_compiler.importers.dialects import VERSIONS
from slo_compiler.presets.library import preset_ids
from slo_compiler.schema.yaml import documents, source_text
from slo_compiler.sources import Source, Sources
from tests.faults import SHARED, SPECS, bad_inputs, bad_specs, mended

SOURCE: Final = Path(__file__).parent.parent / "slo_compiler"
CASES: Final = {case.name: case for case in bad_specs()}
OTHERS: Final = {case.name: case for case in bad_inputs()}
SEVERAL_FAULTS: Final = ("several-faults-of-meaning.yaml", "several-faults-of-shape.yaml")
LACKS_A_FILE: Final = "owner-no-receivers"

# No spec can bring these about: they look for faults of the compiler's own.
FAULTS_OF_THE_COMPILER: Final = {"inhibition/unproved", "rules/broken"}

# What lint has an error of its own for.
OF_IMPORT_ALONE: Final = {"import/owner"}

# Too large for a folder of examples.
LARGE: Final = {
    "yaml/size": b"#" * (source_text.MOST_BYTES + 1),
    "yaml/nodes": b"[" + b"a, " * documents.MOST_NODES + b"]",
    "yaml/documents": b"\n" * 900_000 + b"---\napiVersion: openslo/v1\n" * 10,
    "yaml/problems": b"- *alias\n" * source_text.MOST_PROBLEMS,
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


@pytest.mark.parametrize("case", [*CASES, *OTHERS])
def test_what_is_printed_is_exactly(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {**CASES, **OTHERS}[case]
    monkeypatch.chdir(expected.folder)
    result = run(*expected.command)
    assert (expected.printed, "") == (result.stderr, result.stdout)
    assert result.exit_code == (1 if expected.is_refused else 0)


@pytest.mark.parametrize("case", [case for case in CASES if case not in (*SEVERAL_FAULTS, LACKS_A_FILE)])
def test_mended_it_is_clean(case: str, tmp_path: Path) -> None:
    for name in (case, *SHARED):
        copy = shutil.copytree if (SPECS / name).is_dir() else shutil.copy
        copy(SPECS / name, tmp_path / name)
    assert mend(tmp_path / case) == 1
    assert run("lint", str(tmp_path / case)).output == "no problems\n"


@pytest.mark.parametrize("case", [case for case in OTHERS if case.startswith("verify")])
def test_mended_all_metrics_are_there(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(OTHERS[case].folder, tmp_path / case)
    assert mend(tmp_path / case) == 1
    monkeypatch.chdir(tmp_path / case)
    assert run(*OTHERS[case].command).output == "all metrics of 1 SLOs are there\n"


def mend(path: Path) -> int:
    """Replace what comments say, and return how many there were. As Latin-1 every byte is one character."""
    count = 0
    for file in (each for each in (path, *path.rglob("*")) if each.is_file()):
        good = mended(file.read_text(encoding="latin-1"))
        if good is not None:
            file.write_text(good, encoding="latin-1")
            count += 1
    return count


@pytest.mark.parametrize("case", [case for case in CASES if CASES[case].is_refused])
def test_nothing_is_written_of(case: str, tmp_path: Path) -> None:
    result = run("compile", str(SPECS / case), "--out", str(tmp_path / "generated"))
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("check", LARGE)
def test_what_is_too_large_is_refused(check: str) -> None:
    found = compile_sources(Sources((Source("large.yaml", LARGE[check]),))).diagnostics
    assert check in {diagnostic.check for diagnostic in found}


def test_every_case_tells_of_one_fault() -> None:
    faults = {name: len(case.printed.splitlines()) - 1 for name, case in CASES.items()}
    assert {name: count for name, count in faults.items() if count != 1 and name not in SEVERAL_FAULTS} == {}


@pytest.mark.parametrize("case", OTHERS)
def test_the_case_of_another_command_is_named_after_its_check(case: str) -> None:
    assert case.replace("-", "/", 1) in OTHERS[case].checks


def test_every_check_has_a_case() -> None:
    literal = re.compile(r'"([a-z]+/[a-z0-9-]+)"')
    known = {
        check for path in SOURCE.rglob("*.py") for check in literal.findall(path.read_text(encoding="utf-8"))
    }
    known -= {*preset_ids(), *VERSIONS, "promtool/native", "promtool/late"}  # names and folders alike
    known = {check for check in known if not check.startswith(("server/", "application/", "generated/"))}
    told = {check for case in (*CASES.values(), *OTHERS.values()) for check in case.checks}
    assert known - FAULTS_OF_THE_COMPILER - OF_IMPORT_ALONE - LARGE.keys() == told
