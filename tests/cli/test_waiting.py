"""What waits is where it need only be renamed, and nowhere any more when the run has ended."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final, NoReturn

import pytest
from click.testing import CliRunner

from slo_compiler.cli import exchange, main
from slo_compiler.cli.generated import Generated
from slo_compiler.cli.manifest import digest
from slo_compiler.cli.output import write
from slo_compiler.cli.waiting import Waiting, waiting

SPECS: Final = Path(__file__).parent.parent.parent / "specs"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "above" / "generated"


def generated(place: Waiting, *paths: str) -> Generated:
    """Files with their paths in them, which wait."""
    files = {path: place.keep(path.encode()) for path in paths}
    digests = {path: digest(path.encode()) for path in paths}
    return Generated(paths, digests, lambda path: path.encode(), place.workspace, files)


def left(wanted: Generated) -> list[str]:
    """The paths of files that still wait."""
    return [path for path, file in wanted.waiting.items() if Path(file).exists()]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_files_of_a_first_set_are_those_that_waited(out: Path) -> None:
    with waiting(out) as place:
        wanted = generated(place, "a/b", "c")
        inodes = [Path(file).stat().st_ino for file in wanted.waiting.values()]
        write(out, wanted)
        assert left(wanted) == []
    assert [(out / path).stat().st_ino for path in wanted.paths] == inodes
    assert [(out / path).read_text(encoding="utf-8") for path in wanted.paths] == ["a/b", "c"]
    assert names(out.parent) == ["generated"]


def test_a_file_that_is_there_keeps_its_mode_and_a_new_one_is_made_beside_it(out: Path) -> None:
    out.mkdir(parents=True)
    with waiting(out) as place:
        write(out, generated(place, "a"))
    (out / "a").write_text("edited", encoding="utf-8")
    (out / "a").chmod(0o640)
    with waiting(out) as place:
        wanted = generated(place, "a", "new")
        write(out, wanted)
        assert left(wanted) == ["new"]
    assert (out / "a").stat().st_mode & 0o777 == 0o640
    assert [(out / path).read_text(encoding="utf-8") for path in wanted.paths] == ["a", "new"]


def test_what_is_the_same_is_not_replaced_by_what_waited(out: Path) -> None:
    with waiting(out) as place:
        write(out, generated(place, "a"))
    before = (out / "a").stat()
    with waiting(out) as place:
        assert not write(out, generated(place, "a"))
    assert (out / "a").stat() == before


def test_nothing_is_left_of_what_was_not_written(out: Path, tmp_path: Path) -> None:
    with waiting(out) as place:
        place.keep(b"a")
    assert names(tmp_path) == []


def interrupted(_: str) -> NoReturn:
    raise KeyboardInterrupt


def test_an_interrupt_leaves_nothing(out: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), waiting(out) as place:
        interrupted(place.keep(b"a"))
    assert names(tmp_path) == []


def test_the_next_run_clears_up_what_waited_for_one_that_was_killed(out: Path) -> None:
    left_behind = exchange.workspace(out)
    (left_behind / "waiting").mkdir(parents=True)
    (left_behind / "waiting" / "1-0").touch()
    (left_behind / "lock").touch()
    with waiting(out) as place:
        assert names(place.folder) == []
    assert not left_behind.exists()


def test_other_runs_are_kept_off_while_files_wait(out: Path) -> None:
    with waiting(out) as place:
        assert place.workspace is not None
        lock = os.open(exchange.workspace(out) / "lock", os.O_RDWR)
        with pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(lock)


def test_where_nothing_can_be_beside_the_folder_files_wait_elsewhere(out: Path) -> None:
    foreign = exchange.workspace(out)
    foreign.mkdir(parents=True)
    (foreign / "theirs").touch()
    with waiting(out) as place:
        assert (place.workspace, out.parent in place.folder.parents) == (None, False)
        assert names(foreign) == ["theirs"]


@pytest.mark.parametrize("options", [("--check",), ()], ids=["compared", "with errors"])
def test_nothing_is_beside_a_folder_that_is_not_written(
    options: tuple[str, ...], out: Path, tmp_path: Path
) -> None:
    specs = tmp_path / "specs"
    shutil.copytree(SPECS, specs)
    if not options:
        (specs / "broken.yaml").write_text("apiVersion: slo-compiler/v1\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["compile", str(specs), "--out", str(out), "--jobs", "2", *options])
    assert (done.exit_code, names(tmp_path)) == (1, ["specs"])


def test_what_is_compared_waits_with_all_temporary_files(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with waiting(None) as place:
        assert (place.workspace, place.folder.parent) == (None, tmp_path)
    assert names(tmp_path) == []
