"""A disk without room: one line says so and what follows, and nothing half-written stays.

The system itself refuses: this process may write no file that is longer than a test allows, as if the disk
were full then, and /dev/full takes nothing ever.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest
from click.testing import CliRunner

from slo_compiler.cli import compiling, main
from slo_compiler.cli.named_file import write_file
from slo_compiler.cli.new_files import write_new
from tests.importers.test_dialects import SLOTH

SPECS: Final = Path(__file__).parent.parent.parent / "specs"
INSTALLED: Final = Path(sys.executable).with_name("slo-compiler")
FULL: Final = "File too large"
"""What is said of a file that may grow no more."""


@contextlib.contextmanager
def room(most: int) -> Iterator[None]:
    """A block in which what this process writes fails after so many bytes of a file.

    No longer than needed, for the report of the tests may be a file, too. And of modules that are imported
    meanwhile Python would keep halves.
    """
    before, writes_none = resource.getrlimit(resource.RLIMIT_FSIZE), sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        sys.dont_write_bytecode = writes_none


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the test runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(*arguments: str | Path) -> tuple[int, str]:
    """The exit code, and the last line of what is said of it."""
    done = CliRunner().invoke(main, [str(each) for each in arguments], catch_exceptions=False)
    return done.exit_code, done.stderr.splitlines()[-1]


def all_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_starter_is_not_left_in_parts(folder: Path) -> None:
    expected = f"Error: a/specs/shop.yaml cannot be written: {FULL}; nothing was written"
    with room(100):
        assert told("init", "a/specs", "--service", "shop") == (1, expected)
    assert all_in(folder) == []


def test_files_before_the_one_that_has_no_room_are_not_left(folder: Path) -> None:
    refused = r"^specs/b cannot be written: .+; nothing was written$"
    with room(100), pytest.raises(click.ClickException, match=refused):
        write_new(Path("specs"), {"a": "short", "b": "long " * 100})
    assert all_in(folder) == []


def test_what_stood_beside_a_starter_stays(folder: Path) -> None:
    Path("specs").mkdir()
    Path("specs/receivers.yaml").write_text("mine", encoding="utf-8")
    with room(100):
        assert told("init", "specs")[0] == 1
    assert all_in(folder) == ["specs", "specs/receivers.yaml"]


def test_specs_are_not_imported_in_parts(folder: Path) -> None:
    Path("sloth.yaml").write_bytes(SLOTH)
    expected = f"Error: specs/shop.yaml cannot be written: {FULL}; nothing was written"
    with room(100):
        assert told("import", "sloth.yaml", "--out", "specs") == (1, expected)
    assert all_in(folder) == ["sloth.yaml"]


def test_rules_are_written_as_a_whole_or_not_at_all(folder: Path) -> None:
    told("compile", SPECS / "search-regions.yaml", "--out", "generated")
    before = {path: (folder / path).stat().st_mtime_ns for path in all_in(folder)}
    expected = f"nothing was written to generated: {FULL}"
    with room(5000):
        assert told("compile", SPECS, "--out", "generated") == (1, expected)
    assert before == {path: (folder / path).stat().st_mtime_ns for path in all_in(folder)}


@pytest.mark.parametrize("jobs", [1, 2])
def test_nothing_is_written_when_what_waits_has_no_room(
    folder: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setattr(compiling, "LITTLE", 1)
    with room(5000):
        code, said = told("compile", SPECS, "--out", "generated", "--jobs", str(jobs))
    assert (code, f"{FULL}; nothing was written" in said) == (1, True)
    assert all_in(folder) == []


def test_a_revision_that_has_no_room_is_not_compared(folder: Path) -> None:
    shutil.copytree(SPECS, "specs")
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "Promise")):
        subprocess.run(("git", *who, *arguments), check=True, cwd=folder)
    expected = f"Error: the folder for temporary files: {FULL}; HEAD was not read"
    with room(500):
        assert told("diff", "HEAD", "specs") == (1, expected)


def test_what_cannot_be_remembered_keeps_nobody_from_going_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SLO_COMPILER_NO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    with room(10):
        assert told("lint", SPECS / "search-regions.yaml")[0] == 0
    assert [path for path in all_in(folder) if Path(path).is_file()] == []


def test_a_picture_that_has_no_room_leaves_the_one_before(folder: Path) -> None:
    Path("p.svg").write_text("before", encoding="utf-8")
    with room(1000), pytest.raises(click.ClickException) as failure:
        write_file(Path("p.svg"), bytes(1001))
    assert failure.value.message == f"p.svg cannot be written: {FULL}; nothing was written to it"
    assert (all_in(folder), Path("p.svg").read_text(encoding="utf-8")) == (["p.svg"], "before")


def test_a_file_that_the_user_names_is_as_the_umask_says(folder: Path) -> None:
    write_file(Path("new"), b"text")
    Path("other").touch()
    assert Path("new").read_bytes() == b"text"
    assert Path("new").stat().st_mode == Path("other").stat().st_mode


def test_a_file_that_is_there_keeps_its_mode(folder: Path) -> None:
    Path("old").touch(0o640)
    write_file(Path("old"), b"text")
    assert Path("old").read_bytes() == b"text"
    assert Path("old").stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(folder: Path) -> None:
    Path("link").symlink_to("target")
    write_file(Path("link"), b"text")
    assert (Path("link").is_symlink(), Path("target").read_bytes()) == (True, b"text")


def test_a_pipe_is_written_to(folder: Path) -> None:
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_file(Path("pipe"), b"text")
    assert os.read(reader, 10) == b"text"
    os.close(reader)


def test_a_name_below_a_file_is_told(folder: Path) -> None:
    Path("file").touch()
    with pytest.raises(click.ClickException, match=r"^file/p\.svg cannot be written: Not a directory; "):
        write_file(Path("file/p.svg"), b"text")


@pytest.mark.parametrize("command", ["--version", "--help", "presets"])
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "at once"])
def test_what_cannot_be_printed_is_told_in_a_line(command: str, unbuffered: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [INSTALLED, command],
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "Error: not all was printed: No space left on device\n")
