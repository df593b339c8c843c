"""How long it takes to compile many SLOs, as whole processes, beside the time to read the rules back.

Specs of five SLOs, which together have every kind of indicator, are compiled to rules and routes in one
process; and to all files, cold into an empty folder, again with nothing to change, and with ``--check``. The
measure is PyYAML's C loader, which reads the rule files that were written, in this run on this machine.

    python -m bench.compile [NUMBER ...]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
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
RULES_AND_ROUTES: Final = """\
import sys
from pathlib import Path
from slo_compiler.cli.inputs import read_sources
from slo_compiler.compiler import compile_sources
from slo_compiler.emitters import alertmanager, prometheus
specs, out = map(Path, sys.argv[1:])
program = compile_sources(read_sources([specs])).program
for artifact in (*prometheus.emit(program), *alertmanager.emit(program)):
    path = out / artifact.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(artifact.text)
"""
LOAD: Final = """\
import sys, yaml
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        yaml.load(file, Loader=yaml.CSafeLoader)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took, all its processes together."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds."""
    memory: float
    """The largest resident set of any process, in MB."""


def cost(command: Sequence[str]) -> Cost:
    """What a command takes from its start to its end.

    Raises:
        subprocess.CalledProcessError: it failed; nothing is measured then.
    """
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603  a command of this module
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def write_specs(folder: Path, slos: int) -> None:
    """Spec files of five SLOs each (the last may hold fewer), in which no two services are alike."""
    folder.mkdir(parents=True)
    receivers = "".join(RECEIVER.format(team=team) for team in range(TEAMS))
    (folder / "receivers.yaml").write_text(RECEIVERS + receivers)
    for number in range(-(-slos // SLOS_A_SPEC)):
        head, *parts = SPECS[number % len(SPECS)].split("  - name: ")
        kept = parts[: min(SLOS_A_SPEC, slos - number * SLOS_A_SPEC)]
        text = "  - name: ".join((head, *kept))
        (folder / f"service-{number:04}.yaml").write_text(text.format(number=number, team=number % TEAMS))


def loading(folder: Path) -> Cost:
    """What PyYAML's C loader takes to read the rule files of a folder back."""
    files = sorted(map(str, (folder / "prometheus").glob("*.yaml")))
    return cost([sys.executable, "-c", LOAD, *files])


def measure(slos: int) -> None:
    """Compile so many SLOs into an empty folder, and again, and print both beside the time to read them."""
    with tempfile.TemporaryDirectory() as name:
        specs, out = Path(name) / "specs", Path(name) / "generated"
        write_specs(specs, slos)
        rules = cost([sys.executable, "-c", RULES_AND_ROUTES, str(specs), str(Path(name) / "rules")])
        command = [sys.executable, "-m", "slo_compiler", "compile", str(specs), "--out", str(out), "--quiet"]
        runs = {
            "rules and routes": rules,
            "cold": cost(command),
            "unchanged": cost(command),
            "check": cost([*command, "--check"]),
        }
        read = loading(out)
    print(
        f"{slos} SLOs; PyYAML's C loader reads their rules back in {read.wall:.2f} s, {read.cpu:.2f} s of CPU"
    )
    for name, run in runs.items():
        print(
            f"  {name:16}  {run.wall:6.2f} s  {run.cpu:6.2f} s of CPU  {run.memory:5.0f} MB"
            f"  {run.wall / read.wall:5.2f} times as long as reading, {run.cpu / read.cpu:5.2f} times its CPU"
        )


def main(arguments: Sequence[str]) -> None:
    """Measure as many SLOs as are asked for, or a few numbers of them."""
    for slos in [int(argument) for argument in arguments] or NUMBERS:
        measure(slos)


if __name__ == "__main__":
    main(sys.argv[1:])
