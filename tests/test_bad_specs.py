"""What ``lint`` prints for each bad spec, to the letter; mended, the spec is clean.

A case is a spec or a folder of ``bad_specs``. Beside it stands what is printed, as this writes it:
``cd tests/bad_specs && slo-compiler lint unknown-key.yaml 2> unknown-key.stderr``.
Somewhere in it the comment ``# mend: OLD -> NEW`` says what has to be replaced by what to make it good.
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

SOURCE: Final = Path(__file__).parent.parent / "slo_compiler"
FOLDER: Final = Path(__file__).parent / "bad_specs"
SHARED: Final = ("defaults.yaml", "receivers.yaml")
CASES: Final = sorted(
    path.name for path in FOLDER.iterdir() if path.suffix != ".stderr" and path.name not in SHARED
)
SEVERAL_FAULTS: Final = ("several-faults-of-meaning.yaml", "several-faults-of-shape.yaml")
LACKS_A_FILE: Final = "owner-no-receivers"

MEND: Final = re.compile(r"# mend: (.+?) ->(?: (.*))?\n")
ESCAPE: Final = re.compile(r"\\(n|x[0-9a-f]{2})")

# No spec can bring these about: they look for faults of the compiler's own.
FAULTS_OF_THE_COMPILER: Final = {"inhibition/unproved", "rules/broken"}

# What lint has an error of its own for.
OF_IMPORT_ALONE: Final = {"import/owner"}

# Of what runs and of its past, which no spec can tell: tests of those rooms show each.
OF_SERVERS: Final = ("history/", "server/", "verify/")

# Too large for a folder of examples.
LARGE: Final = {
    "yaml/size": b"#" * (source_text.MOST_BYTES + 1),
    "yaml/nodes": b"[" + b"a, " * documents.MOST_NODES + b"]",
    "yaml/documents": b"\n" * 900_000 + b"---\napiVersion: openslo/v1\n" * 10,
    "yaml/problems": b"- *alias\n" * source_text.MOST_PROBLEMS,
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def printed_for(case: str) -> str:
    return (FOLDER / case).with_suffix(".stderr").read_text(encoding="utf-8")


def is_refused(case: str) -> bool:
    return ": error: " in printed_for(case)


def mend(path: Path) -> bool:
    """Replace what the comment says, if there is one. As Latin-1 every byte is one character."""
    text = path.read_text(encoding="latin-1")
    found = MEND.search(text)
    if found is None:
        return False
    old, new = (ESCAPE.sub(unescaped, part or "") for part in found.groups())
    body = text[found.end() :]
    assert body.count(old) == 1, f"{path.name}: {old!r} is not in it exactly once"
    path.write_text(body.replace(old, new), encoding="latin-1")
    return True


def unescaped(escape: re.Match[str]) -> str:
    return "\n" if escape[1] == "n" else chr(int(escape[1][1:], 16))


@pytest.mark.parametrize("case", CASES)
def test_lint_prints_exactly(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    result = run("lint", case)
    assert (printed_for(case), "") == (result.stderr, result.stdout)
    assert result.exit_code == (1 if is_refused(case) else 0)


@pytest.mark.parametrize("case", [case for case in CASES if case not in (*SEVERAL_FAULTS, LACKS_A_FILE)])
def test_mended_it_is_clean(case: str, tmp_path: Path) -> None:
    for name in (case, *SHARED):
        copy = shutil.copytree if (FOLDER / name).is_dir() else shutil.copy
        copy(FOLDER / name, tmp_path / name)
    files = sorted(path for path in (tmp_path / case, *(tmp_path / case).rglob("*")) if path.is_file())
    assert [mend(file) for file in files].count(True) == 1
    assert run("lint", str(tmp_path / case)).output == "no problems\n"


@pytest.mark.parametrize("case", [case for case in CASES if is_refused(case)])
def test_nothing_is_written_of(case: str, tmp_path: Path) -> None:
    result = run("compile", str(FOLDER / case), "--out", str(tmp_path / "generated"))
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("check", LARGE)
def test_what_is_too_large_is_refused(check: str) -> None:
    found = compile_sources(Sources((Source("large.yaml", LARGE[check]),))).diagnostics
    assert check in {diagnostic.check for diagnostic in found}


def test_every_case_tells_of_one_fault() -> None:
    faults = {case: len(printed_for(case).splitlines()) - 1 for case in CASES if case not in SEVERAL_FAULTS}
    assert {case: count for case, count in faults.items() if count != 1} == {}


def test_every_check_has_a_bad_spec() -> None:
    literal = re.compile(r'"([a-z]+/[a-z0-9-]+)"')
    known = {
        check for path in SOURCE.rglob("*.py") for check in literal.findall(path.read_text(encoding="utf-8"))
    }
    known -= {*preset_ids(), *VERSIONS, "promtool/native"}  # names and a folder that look like checks
    known = {check for check in known if not check.startswith((*OF_SERVERS, "application/"))}
    told = {
        check
        for case in CASES
        for check in re.findall(r"\[([a-z]+/[a-z0-9-]+)\]$", printed_for(case), re.MULTILINE)
    }
    assert known - FAULTS_OF_THE_COMPILER - OF_IMPORT_ALONE - LARGE.keys() == told
