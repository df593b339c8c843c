"""Where the time of a compilation goes, stage by stage, of the specs of ``bench.compile`` in one process.

python -m bench.stages [NUMBER]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.compile import write_specs

if TYPE_CHECKING:
    from slo_compiler.emitters.artifact import Artifact
    from slo_compiler.rules.program import Program


def measure(slos: int) -> None:
    """Compile so many SLOs and print the CPU time of each stage."""
    with tempfile.TemporaryDirectory() as name:
        write_specs(Path(name) / "specs", slos)
        print(f"{slos} SLOs")
        with _stage("import"):
            from slo_compiler.cli import compiling  # noqa: F401, PLC0415  as a command does
            from slo_compiler.cli.inputs import read_sources  # noqa: PLC0415
            from slo_compiler.compiler import check_program  # noqa: PLC0415
            from slo_compiler.planning import plan_part, read_shared  # noqa: PLC0415
            from slo_compiler.rules.program import build  # noqa: PLC0415
        with _stage("find and read files"):
            sources = read_sources([Path(name) / "specs"])
        with _stage("parse, resolve, plan"):
            shared = read_shared(sources)
            if isinstance(shared, list):
                raise TypeError("without defaults there are none to be wrong")
            part = plan_part(sources.specs, shared)
        with _stage("lower to rules"):
            program = build(part.plans, part.watched, shared.receivers, shared.adapted)
        with _stage("check the rules"):
            list(check_program(program))
        for what, emit in _emitters():
            _measure_emitter(what, emit, program)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'all at once in memory':22} {most:7.0f} MB")


def _emitters() -> Iterator[tuple[str, Callable[[Program], Iterable[Artifact]]]]:
    from slo_compiler.emitters import prometheus, promtool  # noqa: PLC0415  after what is measured first
    from slo_compiler.emitters.grafana import dashboard  # noqa: PLC0415
    from slo_compiler.emitters.runbooks import render  # noqa: PLC0415

    yield "write rules", prometheus.emit
    yield "write rule tests", promtool.emit
    yield "write runbooks", render.emit
    yield "write dashboards", dashboard.emit


def _measure_emitter(what: str, emit: Callable[[Program], Iterable[Artifact]], program: Program) -> None:
    started = time.process_time()
    size = sum(len(artifact.text) for artifact in emit(program))
    print(f"{what:22} {time.process_time() - started:7.2f} s  {size / 1e6:6.1f} MB")


@contextmanager
def _stage(name: str) -> Iterator[None]:
    started = time.process_time()
    yield
    print(f"{name:22} {time.process_time() - started:7.2f} s")


def main(arguments: Sequence[str]) -> None:
    """Measure as many SLOs as are asked for, or a thousand."""
    measure(int(arguments[0]) if arguments else 1000)


if __name__ == "__main__":
    main(sys.argv[1:])
