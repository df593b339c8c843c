"""What compiling many SLOs takes, as whole processes, beside the time to read the rules back.

Specs of five SLOs, which together have every kind of indicator, are compiled in one process and in two: to
rules and routes alone, and to all files; cold into an empty folder, again with nothing to change, and with
``--check``. The measure is PyYAML's C loader, which reads the rule files that were written, in this run on
this machine. Memory is that of all processes together, each page of theirs counted once (the sum of their
proportional set sizes, looked up in /proc four times a second). Then how a single SLO compares with the
import of the libraries alone.

    python -m bench.compile [NUMBER ...]
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NUMBERS: Final = (1, 100, 1000, 5000)
"""Of SLOs."""

SLOS_A_SPEC: Final = 5
SPECS: Final = (
    """\
apiVersion: slo-compiler/v1
service: service-{number:04}
description: One of many.
owners:
  serving: team-{team:02}
slos:
  - name: availability
    objective: 99.9%
    indicator:
      ratio:
        bad: http_requests_total{{job="service-{number:04}", code=~"5.."}}
        total: http_requests_total{{job="service-{number:04}"}}
  - name: latency
    objective: 99%
    indicator:
      latency:
        histogram: http_request_duration_seconds{{job="service-{number:04}"}}
        threshold: 250ms
  - name: reachability
    objective: 99.95%
    indicator:
      probe: probe_success{{job="blackbox", service="service-{number:04}"}}
  - name: completion
    objective: 95%
    indicator:
      events:
        good: sum(rate(orders_confirmed_total{{job="service-{number:04}"}}[$window]))
        total: sum(rate(orders_accepted_total{{job="service-{number:04}"}}[$window]))
  - name: edge-errors
    objective: 99.5%
    window: 28d
    indicator:
      error_ratio: avg_over_time(edge_error_ratio{{service="service-{number:04}"}}[$window])
""",
    """\
apiVersion: slo-compiler/v1
service: service-{number:04}
description: One of many that predict.
owners:
  serving: team-{team:02}
  data: team-{team:02}
  model: team-{team:02}
slos:
  - name: time-to-first-token
    objective: 99%
    indicator: {{preset: vllm/time-to-first-token, model_name: model-{number:04}, threshold: 500ms}}
  - name: prediction-quality
    surface: model
    objective: 95%
    indicator:
      quality:
        bad: ml_quality_evaluations_total{{model="model-{number:04}", verdict="bad"}}
        total: ml_quality_evaluations_total{{model="model-{number:04}"}}
        labels: {{mode: arrival, lag: 6h, completeness: 80%}}
  - name: feature-freshness
    surface: data
    objective: 99%
    indicator:
      freshness:
        timestamp: ml_pipeline_last_success_timestamp_seconds{{pipeline="features-{number:04}"}}
        max_age: 2h
  - name: similarity
    surface: data
    objective: 99%
    indicator:
      threshold: {{gauge: 'embedding_similarity{{model="model-{number:04}"}}', at_least: 0.8}}
  - name: guardrail
    objective: 99.9%
    indicator:
      guardrail: {{name: prompt-shield}}
""",
)
"""Alternating services: all kinds of indicators."""
TEAMS: Final = 20
RECEIVERS: Final = """\
apiVersion: slo-compiler/v1
owners:
"""
RECEIVER: Final = """\
  team-{team:02}:
    page:
      webhook_configs:
        - url: http://pages.example.com/team-{team:02}
    ticket:
      webhook_configs:
        - url: http://tickets.example.com/team-{team:02}
"""
LOAD: Final = """\
import sys, yaml
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        yaml.load(file, Loader=yaml.CSafeLoader)
"""
RULES_ALONE: Final = """\
from slo_compiler import compiler, shares
from slo_compiler.cli import main
from slo_compiler.emitters import prometheus
compiler.artifacts_of_services = shares.artifacts_of_services = lambda program, _: prometheus.emit(program)
main()
"""
"""The command line, with none of the files of a service but its rules."""

COMPILING: Final = {"rules, routes": ["-c", RULES_ALONE], "all files": ["-m", "slo_compiler"]}

LIBRARIES: Final = "import pydantic, yaml, click, jinja2"
"""What the start of a compilation is measured by."""

POLL: Final = 0.25
"""Seconds between two looks at the memory, each of which stops the processes for some milliseconds."""
STARTS: Final = 9


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took, all its processes together."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds."""
    memory: float
    """The most that all of them had at once, in MB."""


def cost(command: Sequence[str]) -> Cost:
    """What a command takes from its start to its end.

    Raises:
        subprocess.CalledProcessError: it failed; nothing is measured then.
    """
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603  a command of this module
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    seen: list[int] = []
    ended = threading.Event()
    watching = threading.Thread(target=_watch, args=(process.pid, ended, seen))
    watching.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    ended.set()
    watching.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(wall, usage.ru_utime + usage.ru_stime, max(seen, default=usage.ru_maxrss) / 1024)


def _watch(pid: int, ended: threading.Event, seen: list[int]) -> None:
    """Adds to ``seen`` how many KiB a process and all that it started have, until it has ended."""
    while not ended.wait(POLL):
        seen.append(sum(map(_proportional, _tree(pid))))


def _tree(pid: int) -> Iterator[int]:
    """A process with all that it started, so far as they are still there."""
    yield pid
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            yield from _tree(int(child))


def _proportional(pid: int) -> int:
    """The pages of a process in KiB, of those that it shares its part; 0 of one that has ended."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:")), 0)


def write_specs(folder: Path, slos: int) -> None:
    """Spec files of five SLOs each (the last may hold fewer), in which no two services are alike."""
    folder.mkdir(parents=True)
    specs = -(-slos // SLOS_A_SPEC)
    receivers = "".join(RECEIVER.format(team=team) for team in range(min(TEAMS, specs)))
    (folder / "receivers.yaml").write_text(RECEIVERS + receivers)
    for number in range(specs):
        head, *parts = SPECS[number % len(SPECS)].split("  - name: ")
        kept = parts[: min(SLOS_A_SPEC, slos - number * SLOS_A_SPEC)]
        text = "  - name: ".join((head, *kept))
        (folder / f"service-{number:04}.yaml").write_text(text.format(number=number, team=number % TEAMS))


def loading(folder: Path) -> Cost:
    """What PyYAML's C loader takes to read the rule files of a folder back."""
    files = sorted(map(str, (folder / "prometheus").glob("*.yaml")))
    return cost([sys.executable, "-c", LOAD, *files])


def measure(slos: int) -> None:
    """Compile so many SLOs in each way, and print what that takes beside the time to read the rules."""
    with tempfile.TemporaryDirectory() as name:
        specs, out = Path(name) / "specs", Path(name) / "all files, 1"
        write_specs(specs, slos)
        first = cost([*_command(specs, out, COMPILING["all files"]), "--no-cache", "--jobs", "1"])
        read = loading(out)
        print(
            f"{slos} SLOs; PyYAML's C loader reads their rules back in {read.wall:.2f} s, "
            f"{read.cpu:.2f} s of CPU"
        )
        _print("all files", "cold, --jobs 1", first, read)
        for what, how, command in _runs(specs, out):
            _print(what, how, cost(command), read)


def _runs(specs: Path, out: Path) -> Iterator[tuple[str, str, list[str]]]:
    """The other runs: which files they write, how, and the command."""
    for what, jobs in (("all files", "2"), ("rules, routes", "1"), ("rules, routes", "2")):
        command = _command(specs, out.with_name(f"{what}, {jobs}"), COMPILING[what])
        yield what, f"cold, --jobs {jobs}", [*command, "--no-cache", "--jobs", jobs]
    again = _command(specs, out, COMPILING["all files"])
    cached = [*again, "--cache", str(out.with_name("cache"))]
    yield "all files", "not remembered", cached
    yield "all files", "unchanged", cached
    yield "all files", "--check", [*cached, "--check"]
    yield "all files", "--check anew", [*again, "--check", "--no-cache"]


def _print(what: str, how: str, run: Cost, read: Cost) -> None:
    print(
        f"  {what:13}  {how:14}  {run.wall:6.2f} s  {run.cpu:6.2f} s of CPU  {run.memory:5.0f} MB"
        f"  {run.wall / read.wall:5.2f} times as long as reading, {run.cpu / read.cpu:5.2f} its CPU",
        flush=True,
    )


def _command(specs: Path, out: Path, program: Sequence[str]) -> list[str]:
    return [sys.executable, *program, "compile", str(specs), "--out", str(out), "--quiet"]


def measure_starts() -> None:
    """Print what a single SLO and the help take, beside what importing their libraries takes."""
    with tempfile.TemporaryDirectory() as name:
        specs = Path(name) / "specs"
        write_specs(specs, 1)
        command = _command(specs, Path(name) / "out", COMPILING["all files"])
        _print_start("one SLO", [*command, "--no-cache"], LIBRARIES)
        cached = [*command, "--cache", str(Path(name) / "cache")]
        _print_start("one SLO again", cached, LIBRARIES)
        _print_start("--help", [*command[:3], "--help"], "import click")


def _print_start(what: str, command: Sequence[str], imports: str) -> None:
    """The medians of runs that take turns, so that a busy machine is busy for both."""
    taken = [(cost(command).cpu, cost([sys.executable, "-c", imports]).cpu) for _ in range(STARTS)]
    run, imported = (statistics.median(each) for each in zip(*taken, strict=True))
    print(f"{what:13}  {run * 1000:4.0f} ms of CPU, {run / imported:.2f} times `{imports}`")


def main(arguments: Sequence[str]) -> None:
    """Measure as many SLOs as are asked for, or a few numbers of them, and how long a start takes."""
    for slos in [int(argument) for argument in arguments] or NUMBERS:
        measure(slos)
    measure_starts()


if __name__ == "__main__":
    main(sys.argv[1:])
