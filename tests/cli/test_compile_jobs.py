"""However many processes compile, the same is written and told as by one that compiles all at once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from slo_compiler.cli import compiling, division, main, processes
from slo_compiler.cli.processes import MOST_NUMBERS, ProcessFailedError, in_processes
from tests.compiling import RECEIVERS, Document, defaults, ml_spec, slo, spec
from tests.oracles.document import yaml_text

SPECS: Final = Path(__file__).parent.parent.parent / "specs"
SERVICES: Final = ("checkout", "orders", "payments", "search")


def written(folder: Path, *specs: Document, **shared: Document) -> None:
    folder.mkdir()
    files = {each["service"]: each for each in specs} | shared
    for name, document in files.items():
        (folder / f"{name}.yaml").write_text(yaml_text(document), encoding="utf-8")


def tiers(*names: str) -> Document:
    """Tiers of these names, the faster the earlier, on a spec of its own."""
    longs = ("1h", "6h", "1d")
    return {"tiers": [{"name": name, "long": long} for name, long in zip(names, longs, strict=False)]}


def sound(folder: Path) -> None:
    shutil.copytree(SPECS, folder)


def many_errors(folder: Path) -> None:
    written(
        folder,
        *(spec(name, slo(objective="100%"), slo("other"), slo("other")) for name in SERVICES[:2]),
        *(spec(name, owners={"serving": "nobody"}) for name in SERVICES[2:]),
        receivers=RECEIVERS,
    )


def one_service_twice(folder: Path) -> None:
    written(folder, spec(), spec("search"))
    shutil.copy(folder / "checkout.yaml", folder / "again.yaml")


def unknown_owners(folder: Path) -> None:
    """Of the defaults, and so of no service alone."""
    written(
        folder,
        *({**spec(name), "owners": {}} for name in SERVICES),
        defaults=defaults(owners={"serving": "platfrom"}),
        receivers=RECEIVERS,
    )


def short_retention(folder: Path) -> None:
    written(folder, *map(spec, SERVICES), defaults=defaults(retention="15d"), receivers=RECEIVERS)


def late_guards(folder: Path) -> None:
    written(
        folder, ml_spec(), *map(spec, SERVICES), receivers={**RECEIVERS, "grouping": {"group_wait": "5s"}}
    )


def without_receivers(folder: Path) -> None:
    written(folder, *map(spec, SERVICES))


def adapters(folder: Path) -> None:
    written(folder, *map(spec, SERVICES), defaults=defaults(adapters=[{"use": "airflow"}]))


def a_target(folder: Path) -> None:
    written(folder, *map(spec, SERVICES), defaults=defaults(targets={"operator": {}, "vmalert": {}}))


def templates(folder: Path) -> None:
    written(folder, *map(spec, SERVICES), receivers=RECEIVERS)
    own = folder / "templates" / "runbooks"
    own.mkdir(parents=True)
    (own / "page.md.j2").write_text("{{ service }}\n", encoding="utf-8")


def a_broken_template(folder: Path) -> None:
    templates(folder)
    (folder / "templates" / "runbooks" / "page.md.j2").write_text("{{ servcie }}\n", encoding="utf-8")


SETS: Final = (
    *(sound, many_errors, one_service_twice, unknown_owners, short_retention, late_guards),
    *(without_receivers, adapters, a_target, templates, a_broken_template),
)


def compile_to(out: Path, specs: Path, *options: str) -> tuple[int, str, dict[str, bytes]]:
    arguments = ["compile", str(specs), "--out", str(out), *options]
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    files = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert done.stdout == ""
    return done.exit_code, done.stderr.replace(str(out), "OUT"), files


@pytest.mark.parametrize("write", SETS, ids=lambda write: write.__name__.replace("_", " "))
def test_any_number_of_processes_writes_and_tells_the_same(
    write: Callable[[Path], None], tmp_path: Path
) -> None:
    write(tmp_path / "specs")
    expected = compile_to(tmp_path / "1", tmp_path / "specs", "--jobs", "1")
    for jobs in ("2", "3"):
        assert compile_to(tmp_path / jobs, tmp_path / "specs", "--jobs", jobs) == expected
    assert bool(expected[2]) is (expected[0] == 0)


def test_one_process_compiles_many_slos_as_it_does_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = compile_to(tmp_path / "few", SPECS, "--jobs", "1")
    monkeypatch.setattr(compiling, "FEW", 1)
    monkeypatch.setattr(compiling, "lower_planned", never)
    monkeypatch.setattr(division, "lower_planned", never)
    assert compile_to(tmp_path / "many", SPECS, "--jobs", "1") == expected


@pytest.mark.parametrize(
    "write", [sound, without_receivers, adapters, templates], ids=lambda write: write.__name__
)
def test_all_rules_at_once_are_needed_only_where_there_are_problems(
    write: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "specs")
    monkeypatch.setattr(compiling, "lower_planned", never)
    monkeypatch.setattr(division, "lower_planned", never)
    assert compile_to(tmp_path / "out", tmp_path / "specs", "--jobs", "2")[0] == 0


def never(*_: object) -> None:
    raise AssertionError("all rules at once")


def test_no_process_is_started_for_few_slos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(division, "in_processes", never)
    assert compile_to(tmp_path / "out", SPECS)[0] == 0


def test_a_folder_for_what_waits_that_is_not_there_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "/tmp/x")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
    code, told, files = compile_to(tmp_path / "out", SPECS, "--jobs", "2")
    assert (code, files) == (1, {})
    assert told == "Error: [Errno 28] No space left on device: '/tmp/x'; nothing was written\n"


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1.5", "257", "²", "9" * 5000])
def test_what_is_no_number_of_processes_is_refused(jobs: str, tmp_path: Path) -> None:
    code, told, _ = compile_to(tmp_path / "out", SPECS, "--jobs", jobs)
    assert code == 2
    assert "neither auto nor a number from 1 to 256" in told


class TestProcesses:
    def test_each_number_is_taken_once(self) -> None:
        told = in_processes(3, 1000, lambda numbers: repr([*numbers]).encode())
        assert sorted(number for each in told for number in eval(each)) == list(range(1000))

    def test_long_answers_come_back_whole(self) -> None:
        told = in_processes(2, 2, lambda numbers: b"x" * 1_000_000 * len([*numbers]))
        assert sum(map(len, told)) == 2_000_000

    def test_a_queue_is_not_overfilled(self) -> None:
        with pytest.raises(ValueError, match="4096"):
            in_processes(2, MOST_NUMBERS + 1, lambda _: b"")

    def test_as_many_numbers_as_may_be_are_queued_at_once(self) -> None:
        told = in_processes(2, MOST_NUMBERS, lambda numbers: str(len([*numbers])).encode())
        assert sum(map(int, told)) == MOST_NUMBERS

    def test_what_a_process_raises_is_told(self) -> None:
        def work(_: Iterator[int]) -> bytes:
            raise KeyError("lost")

        with pytest.raises(ProcessFailedError, match="a process failed: KeyError: 'lost'"):
            in_processes(2, 2, work)
        assert_no_children()

    def test_a_process_that_is_killed_ends_the_others(self) -> None:
        def work(numbers: Iterator[int]) -> bytes:
            if next(numbers, None) == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(600)
            return b""

        with pytest.raises(ProcessFailedError, match="SIGKILL"):
            in_processes(2, 2, work)
        assert_no_children()

    def test_a_process_that_exits_in_between_is_not_done(self) -> None:
        with pytest.raises(ProcessFailedError, match="exited with 0"):
            in_processes(2, 2, lambda _: os._exit(0))

    def test_an_interrupt_ends_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*_: object) -> bytes:
            raise KeyboardInterrupt

        monkeypatch.setattr(processes, "_told", interrupted)
        with pytest.raises(KeyboardInterrupt):
            in_processes(2, 2, asleep)
        assert_no_children()


def asleep(_: Iterator[int]) -> bytes:
    time.sleep(600)
    return b""


def assert_no_children() -> None:
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


# What a shell starts in the background ignores SIGINT, and so does what that starts. Here it is heard.
CRASHING: Final = """
import os, signal, sys
from slo_compiler import shares
from slo_compiler.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
of_service = shares.Shares.of_service
def crashing(self, name):
    if name == "fraud-scorer":
        {crash}
    return of_service(self, name)
shares.Shares.of_service = crashing
main(["compile", sys.argv[1], "--out", sys.argv[2], "--jobs", "2"])
"""


@pytest.mark.parametrize(
    ("crash", "code", "told"),
    [
        ("os.kill(os.getpid(), 9)", 1, "Error: a process was ended by SIGKILL; nothing was written"),
        ("raise MemoryError", 1, "Error: a process failed: MemoryError; nothing was written"),
        ("os.kill(os.getppid(), 2); __import__('time').sleep(60)", 1, "Aborted!"),
    ],
    ids=["killed", "out of memory", "interrupted"],
)
def test_a_process_that_ends_early_ends_the_run_and_nothing_is_written(
    crash: str, code: int, told: str, tmp_path: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment: dict[str, Any] = {**os.environ, "TMPDIR": str(temporary)}
    command = [sys.executable, "-c", CRASHING.format(crash=crash), str(SPECS), str(tmp_path / "out")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, told in done.stderr, "Traceback" in done.stderr) == (code, True, False)
    assert [path.name for path in tmp_path.rglob("*")] == ["temporary"]
