"""A run that is killed at any moment leaves the old set or the new one, and nothing that stays."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from slo_compiler.cli import exchange
from slo_compiler.cli.output_folder import OutputError
from slo_compiler.emitters.artifact import Artifact
from tests.writing import compare, write

# A fork of one that only calls the operating system and is then killed meets none of the dangers warned of.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")]

OLD = [Artifact("same", "same"), Artifact("other", "old"), Artifact("gone/a", "a"), Artifact("sub/b", "old")]
NEW = [Artifact("same", "same"), Artifact("other", "new"), Artifact("sub/b", "new"), Artifact("come/c", "c")]


def content(out: Path) -> dict[str, str | None] | None:
    """All in the folder: text of files, target of links, None for folders. None if it is missing."""
    if not out.exists():
        return None
    found: dict[str, str | None] = {}
    for path in out.rglob("*"):
        name = path.relative_to(out).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        else:
            found[name] = None if path.is_dir() else path.read_text(encoding="utf-8")
    return found


def prepare(out: Path, artifacts: list[Artifact]) -> dict[str, str | None] | None:
    """A folder with this set, and with what others put there."""
    write(out, artifacts)
    (out / "by hand").write_text("precious", encoding="utf-8")
    (out / "link").symlink_to("by hand")
    (out / "empty" / "folder").mkdir(parents=True)
    return content(out)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill takes nothing that waits to be written to the disk, as a power cut would: nobody has to wait."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "generated"


@pytest.fixture
def new(tmp_path: Path) -> dict[str, str | None] | None:
    return prepare(tmp_path / "expected" / "generated", NEW)


def write_and_die(out: Path, artifacts: list[Artifact], step: int) -> bool:
    """Writes in a process that is killed before the n-th thing it asks of the system; whether it was."""
    child = os.fork()
    if child == 0:
        steps = 0

        def count(*_: object) -> None:
            nonlocal steps
            steps += 1
            if steps == step:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            write(out, artifacts)
            os._exit(0)
        finally:
            os._exit(1)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert ended in (0, -signal.SIGKILL)
    return ended != 0


def killed_runs(out: Path) -> Iterator[None]:
    """The folder after a kill at each of the steps of a run, with a fresh start before each."""
    step = 0
    shutil.copytree(out.parent, out.parent.with_suffix(".saved"), symlinks=True)
    killed = True
    while killed:
        step += 1
        shutil.rmtree(out.parent)
        shutil.copytree(out.parent.with_suffix(".saved"), out.parent, symlinks=True)
        killed = write_and_die(out, NEW, step)
        yield
    assert step > 20, "so few steps cannot be all"


def check_that_the_next_run_completes(out: Path, new: dict[str, str | None] | None) -> None:
    write(out, NEW)
    assert content(out) == new
    assert not compare(out, NEW)
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def without_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: Path) -> NoReturn:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(exchange, "exchange", unsupported)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return tmp_path / "here" / "generated"


def test_the_set_is_old_or_new(here: Path, new: dict[str, str | None]) -> None:
    old = prepare(here, OLD)
    seen = []
    for _ in killed_runs(here):
        seen.append(content(here))
        check_that_the_next_run_completes(here, new)
    turn = seen.index(new)
    assert seen == [old] * turn + [new] * (len(seen) - turn)
    assert turn > 0


def test_the_first_set_is_there_or_not(here: Path, tmp_path: Path) -> None:
    write(tmp_path / "expected", NEW)
    new = content(tmp_path / "expected")
    here.parent.mkdir()
    for _ in killed_runs(here):
        assert content(here) in (None, new)
        check_that_the_next_run_completes(here, new)


def test_without_an_exchange_the_set_is_old_or_new_or_brought_back(
    here: Path, new: dict[str, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_exchange(monkeypatch)
    old = prepare(here, OLD)
    missing = 0
    for _ in killed_runs(here):
        missing += not here.exists()
        assert content(here) in (None, old, new)
        check_that_the_next_run_completes(here, new)
    assert missing == 1


@pytest.mark.parametrize("cut", ["while building", "between the renames", "while removing"])
def test_a_killed_recovery_is_recovered(
    here: Path, new: dict[str, str | None], monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    without_exchange(monkeypatch)
    old = prepare(here, OLD)
    work = exchange.workspace(here)
    work.mkdir()
    (work / "lock").touch()
    if cut == "while building":
        (work / "new" / "sub").mkdir(parents=True)
    elif cut == "between the renames":
        here.rename(work / "old")
        write(work / "new", NEW)
    else:
        shutil.copytree(here, work / "old", symlinks=True)
        (work / "old" / "same").unlink()
    for _ in killed_runs(here):
        assert content(here) in (None, old, new)
        check_that_the_next_run_completes(here, new)


def test_a_folder_made_anew_in_between_costs_nobody_the_old_one(here: Path) -> None:
    old = prepare(here, OLD)
    work = exchange.workspace(here)
    (work / "new").mkdir(parents=True)
    (work / "lock").touch()
    here.rename(work / "old")
    here.mkdir()
    with pytest.raises(OutputError, match="made anew while its last content waited in"):
        write(here, NEW)
    assert content(work / "old") == old


WRITER = """
import sys
from pathlib import Path
from slo_compiler.cli.generated import in_memory
from slo_compiler.cli.output import write
from slo_compiler.emitters.artifact import Artifact
print("ready", flush=True)
for turn in range(1_000_000):
    files = [Artifact(f"{number % 7}/{number}", f"{turn}") for number in range(turn % 50)]
    write(Path(sys.argv[1]), in_memory(files))
"""


def test_kill_9_at_random_moments(here: Path) -> None:
    """Each set has one text only and a size that follows from it: a mixture would show."""
    here.parent.mkdir()
    moments = random.Random(4)
    for _ in range(15):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(here)], stdout=subprocess.PIPE) as run:
            assert run.stdout is not None
            run.stdout.readline()
            time.sleep(moments.uniform(0, 0.15))
            run.kill()
        files = [path for path in here.rglob("*") if path.is_file() and not path.name.startswith(".")]
        turns = {int(path.read_text(encoding="utf-8")) for path in files} or {0}
        assert [turn % 50 for turn in turns] == [len(files)]
    write(here, [])
    assert [path.name for path in here.parent.iterdir()] == [here.name]
