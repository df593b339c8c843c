"""However many processes compile, the same is written and told as by one that compiles all at once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from slo_compiler.cli import compiling, division, main
from slo_compiler.cli.processes import MOST_NUMBERS, Numbers, ProcessFailedError, Work, in_processes
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
    asked = zip(names, longs, strict=False)
    return {
        "tiers": [{"name": name, "severity": "page", "budget": "5%", "long": long} for name, long in asked]
    }


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


def errors_and_warnings(folder: Path) -> None:
    """Each in a file of its own, and some in one."""
    quotient = {"error_ratio": "sum(rate(errors_total[$window])) / sum(rate(requests_total[$window]))"}
    written(
        folder,
        spec(SERVICES[0], slo(indicator=quotient), slo("promised", objective="100%")),
        spec(
            SERVICES[1], slo(indicator=quotient), slo("read", indicator={"ratio": {"bad": "(", "total": "x"}})
        ),
        spec(SERVICES[2], slo(indicator=quotient)),
        {**spec(SERVICES[3]), "service": "No Name"},
        receivers=RECEIVERS,
    )


def warnings(folder: Path) -> None:
    errors_and_warnings(folder)
    for name in (*SERVICES[:2], "No Name"):
        (folder / f"{name}.yaml").unlink()


def one_service_three_times_and_errors(folder: Path) -> None:
    one_service_twice(folder)
    other = spec("checkout", slo(), slo("other", objective="100%"), slo("last", class_="none"))
    (folder / "once more.yaml").write_text(yaml_text(other), encoding="utf-8")


def one_slo_twice(folder: Path) -> None:
    """In a spec of its service, and in another one, where it may be."""
    written(folder, spec("checkout", slo(), slo()), spec("search"), receivers=RECEIVERS)


def tiers_of_nobody(folder: Path) -> None:
    """Of the defaults, of a class, and of a spec."""
    severities = {"alerting": {"severities": {"fasst": "page"}}}
    written(
        folder,
        *({**spec(name, slo(**{"class": "best"})), **severities} for name in SERVICES[:2]),
        *map(spec, SERVICES[2:]),
        defaults=defaults(**severities, classes={"best": severities}),
    )


def two_orders_of_tiers(folder: Path) -> None:
    written(
        folder,
        *(spec(name, alerting=tiers("fast", "quick")) for name in SERVICES[:2]),
        *(spec(name, alerting=tiers("quick", "fast")) for name in SERVICES[2:]),
        receivers=RECEIVERS,
    )


def ids_of_sloth(folder: Path) -> None:
    """That run together: of a and b-c, and of a-b and c."""
    slos = (slo("availability"), slo("out-availability"))
    written(folder, spec("check", *slos), spec("check-out"), defaults=defaults(naming="sloth"))


def broken_defaults(folder: Path) -> None:
    errors_and_warnings(folder)
    (folder / "defaults.yaml").write_text("apiVersion: slo-compiler/v1\nwindow: a while\n", encoding="utf-8")


SLOTH: Final = """\
version: prometheus/v1
service: {service}
slos:
  - name: availability
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(errors_total{{job="{service}"}}[{{{{.window}}}}]))
        total_query: sum(rate(requests_total{{job="{service}"}}[{{{{.window}}}}]))
    alerting: {{name: {service}, page_alert: {{labels: {{severity: page}}}}}}
"""


def files_of_others(folder: Path, *services: str) -> None:
    written(folder, *map(spec, SERVICES), defaults=defaults(owners={"serving": "platform"}))
    texts = [SLOTH.format(service=service) for service in ("billing", *services, "stock")]
    (folder / "sloth.yaml").write_text("---\n".join(texts), encoding="utf-8")


def files_of_others_of_a_service_of_ours(folder: Path) -> None:
    files_of_others(folder, "checkout")


def models_alone(folder: Path) -> None:
    """Short of samples, with guards, and beside a service without either."""
    written(
        folder,
        *(ml_spec(name) for name in SERVICES[:2]),
        spec("search"),
        defaults=defaults(retention="3d"),
        receivers={**RECEIVERS, "grouping": {"group_wait": "5s"}},
    )


SETS: Final = (
    *(sound, many_errors, one_service_twice, unknown_owners, short_retention, late_guards),
    *(without_receivers, adapters, a_target, templates, a_broken_template),
    *(errors_and_warnings, warnings, one_service_three_times_and_errors, one_slo_twice, tiers_of_nobody),
    *(two_orders_of_tiers, ids_of_sloth, broken_defaults, files_of_others, models_alone),
    files_of_others_of_a_service_of_ours,
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
    monkeypatch.setattr(compiling, "LITTLE", 1)
    monkeypatch.setattr(compiling, "lower_planned", never)
    assert compile_to(tmp_path / "many", SPECS, "--jobs", "1") == expected


@pytest.mark.parametrize(
    "write",
    [
        *(sound, without_receivers, adapters, templates, errors_and_warnings, warnings, one_slo_twice),
        *(short_retention, late_guards, tiers_of_nobody, ids_of_sloth, broken_defaults, models_alone),
        files_of_others,
    ],
    ids=lambda write: write.__name__.replace("_", " "),
)
def test_all_rules_at_once_are_not_needed(
    write: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "specs")
    monkeypatch.setattr(compiling, "lower_planned", never)
    assert compile_to(tmp_path / "out", tmp_path / "specs", "--jobs", "2")[0] in (0, 1)


def test_what_turns_out_to_be_indivisible_is_written_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = compile_to(tmp_path / "1", SPECS, "--jobs", "1")
    monkeypatch.setattr(division.Division, "compiled", lambda *_: None)
    assert compile_to(tmp_path / "2", SPECS, "--jobs", "2") == expected


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
    code, told, files = compile_to(tmp_path / "out", SPECS, "--jobs", "2", "--check")
    assert (code, files) == (1, {})
    assert told == "Error: /tmp/x: No space left on device; nothing was written\n"


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1.5", "257", "²", "9" * 5000])
def test_what_is_no_number_of_processes_is_refused(jobs: str, tmp_path: Path) -> None:
    code, told, _ = compile_to(tmp_path / "out", SPECS, "--jobs", jobs)
    assert code == 2
    assert "neither auto nor a number from 1 to 256" in told


def takes(found: Callable[[list[int]], bytes], result: Callable[[bytes], bytes] = bytes) -> Work:
    """Work that finds something of its numbers, and makes something of the answer."""

    def work(numbers: Numbers) -> Generator[bytes, bytes, bytes]:
        answer = yield found([*numbers.taken()])
        return result(answer)

    return work


def results(processes: int, numbers: int, work: Work) -> list[bytes]:
    with in_processes(processes, numbers, work) as workers:
        return workers.results(b"".join(workers.found()))


class TestProcesses:
    def test_each_number_is_taken_once(self) -> None:
        told = results(3, 1000, takes(lambda numbers: repr(numbers).encode() + b";"))
        taken = [number for each in told[0].split(b";")[:-1] for number in eval(each)]
        assert sorted(taken) == list(range(1000))

    @pytest.mark.parametrize("processes", [1, 3])
    def test_each_number_is_gone_on_with_once(self, processes: int) -> None:
        def work(numbers: Numbers) -> Generator[bytes, bytes, bytes]:
            yield bytes(len([*numbers.taken()]))
            return repr([*numbers.left()]).encode()

        told = results(processes, 1000, work)
        assert sorted(number for each in told for number in eval(each)) == list(range(1000))

    def test_one_that_is_done_helps_the_others(self) -> None:
        """The first takes all numbers, and goes on with one of them until the second has nothing left."""
        turns, all_taken, one_begun, all_done = (os.pipe() for _ in range(4))
        os.write(turns[1], b"12")

        def work(numbers: Numbers) -> Generator[bytes, bytes, bytes]:
            first = os.read(turns[0], 1) == b"1"
            if first:
                taken = [*numbers.taken()]
                os.write(all_taken[1], b".")
                yield bytes(len(taken))
                left = numbers.left()
                done = [next(left)]
                os.write(one_begun[1], b".")
                os.read(all_done[0], 1)
                return bytes(len([*done, *left]))
            yield bytes(len([*numbers.taken()]) if os.read(all_taken[0], 1) else 0)
            os.read(one_begun[0], 1)
            done = [*numbers.left()]
            os.write(all_done[1], b".")
            return bytes(len(done))

        with in_processes(2, 1000, work) as workers:
            workers.found()
            assert sorted(map(len, workers.results(b"."))) == [1, 999]
        for end in (*turns, *all_taken, *one_begun, *all_done):
            os.close(end)

    @pytest.mark.parametrize("processes", [1, 3])
    def test_all_hear_of_what_all_have_found(self, processes: int) -> None:
        told = results(processes, 100, takes(lambda numbers: b"x" * len(numbers), lambda heard: heard + b"!"))
        assert told == [b"x" * 100 + b"!"] * processes

    def test_what_is_long_comes_back_whole(self) -> None:
        told = results(2, 2, takes(lambda numbers: b"x" * 1_000_000 * len(numbers)))
        assert [len(each) for each in told] == [2_000_000, 2_000_000]

    def test_a_queue_is_not_overfilled(self) -> None:
        with pytest.raises(ValueError, match="4096"):
            results(2, MOST_NUMBERS + 1, takes(lambda _: b"."))

    def test_as_many_numbers_as_may_be_are_queued_at_once(self) -> None:
        told = results(2, MOST_NUMBERS, takes(lambda numbers: b"x" * len(numbers)))
        assert len(told[0]) == MOST_NUMBERS

    @pytest.mark.parametrize("late", [False, True], ids=["before the answer", "after the answer"])
    def test_what_a_process_raises_is_told(self, *, late: bool) -> None:
        def lost(_: object) -> bytes:
            raise KeyError("lost")

        with pytest.raises(ProcessFailedError, match="a process failed: KeyError: 'lost'"):
            results(2, 2, takes(lambda _: b".", lost) if late else takes(lost))
        assert_no_children()

    def test_a_process_that_is_killed_ends_the_others(self) -> None:
        def work(numbers: Numbers) -> Generator[bytes, bytes, bytes]:
            if next(numbers.taken(), None) == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(600)
            yield b""
            return b""

        with pytest.raises(ProcessFailedError, match="SIGKILL"):
            results(2, 2, work)
        assert_no_children()

    @pytest.mark.parametrize("which", [0, 1], ids=["the first", "the last"])
    def test_one_that_is_killed_while_it_waits_ends_the_others(self, which: int) -> None:
        def asleep(_: object) -> bytes:
            time.sleep(600)
            return b""

        work = takes(lambda _: str(os.getpid()).encode(), asleep)
        with in_processes(2, 2, work) as workers:
            os.kill(int(workers.found()[which]), signal.SIGKILL)
            with pytest.raises(ProcessFailedError, match="SIGKILL"):
                workers.results(b".")
        assert_no_children()

    @pytest.mark.parametrize("late", [False, True], ids=["before the answer", "after the answer"])
    def test_a_process_that_exits_in_between_is_not_done(self, *, late: bool) -> None:
        def leave(_: object) -> bytes:
            os._exit(0)

        with pytest.raises(ProcessFailedError, match="exited with 0"):
            results(2, 2, takes(lambda _: b".", leave) if late else takes(leave))

    def test_processes_whose_results_nobody_wants_end(self) -> None:
        with in_processes(2, 2, takes(lambda _: b".")) as workers:
            workers.found()
        assert_no_children()

    def test_processes_whose_parent_is_gone_end(self) -> None:
        """Each waits at a pipe that the other could hold open."""
        script = ORPHANS.format(pipe=(ends := os.pipe())[1])
        done = subprocess.run([sys.executable, "-c", script], pass_fds=ends[1:], check=False)
        os.close(ends[1])
        assert done.returncode == -signal.SIGKILL
        with os.fdopen(ends[0], "rb") as reading:
            assert reading.read() == b""  # only when the last of them is gone

    def test_an_interrupt_ends_all(self) -> None:
        with pytest.raises(KeyboardInterrupt), in_processes(2, 2, takes(lambda _: b".")):
            raise KeyboardInterrupt
        assert_no_children()


ORPHANS: Final = """
import os
from slo_compiler.cli.processes import in_processes
def work(numbers):
    answer = yield b"."
    return answer
with in_processes(2, 2, work) as workers:
    workers.found()
    os.kill(os.getpid(), 9)  # the children have {pipe}, as everything that is open
"""


def assert_no_children() -> None:
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


# What a shell starts in the background ignores SIGINT, and so does what that starts. Here it is heard.
CRASHING: Final = """
import os, signal, sys
from slo_compiler import shares
from slo_compiler.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
of_service = shares.of_service
def crashing(share, name, *more, **options):
    if name == "fraud-scorer":
        {crash}
    return of_service(share, name, *more, **options)
shares.of_service = crashing
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
