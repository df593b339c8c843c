"""Where the CPU time of a process goes that compiles a single SLO and remembers nothing: the medians of some.

python -m bench.start
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from bench.compile import LIBRARIES, STARTS, cost, write_specs

STEPS: Final = """\
import sys, time
marks = [("Python itself", time.process_time())]
def mark(what):
    marks.append((what, time.process_time()))
import atexit, gc, json
gc.disable()
atexit.register(gc.freeze)
import click
mark("import click")
import yaml
mark("import PyYAML")
import pydantic_core
mark("import pydantic-core")
import jinja2
mark("import Jinja")
import msgspec
mark("import msgspec")
from pathlib import Path
from slo_compiler.cli import compile_command, compiling
from slo_compiler.cli.generated import in_memory
from slo_compiler.cli.inputs import read_sources
from slo_compiler.cli.output import write
from slo_compiler import compiler, planning
mark("import the compiler")
sources = read_sources([Path(sys.argv[1])])
shared = planning.read_shared(sources)
planned = compiler.Planned(shared, planning.plan_part(sources.specs, shared))
mark("read, check, plan")
compilation = compiler.lower_planned(planned)
mark("lower, check the rules")
generated = in_memory(compilation.artifacts())
mark("rules, tests, runbook, dashboard, routes")
write(Path(sys.argv[2]), generated)
mark("write files")
print(json.dumps(marks))
"""
"""What ``slo-compiler compile --no-cache`` does, in its order, and when each step had ended."""


def steps(specs: Path, out: Path) -> dict[str, float]:
    """The seconds of each step in a process of its own, and of its end.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    command = [sys.executable, "-c", STEPS, str(specs), str(out)]
    read, written = os.pipe()
    with subprocess.Popen(command, stdout=written) as process:  # noqa: S603  a command of this module
        os.close(written)
        with open(read, encoding="utf-8") as told:  # noqa: PTH123  a pipe
            marks = json.load(told)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    marks.append(("the end of the process", usage.ru_utime + usage.ru_stime))
    ends = [0.0, *(at for _, at in marks)]
    return {what: at - before for (what, at), before in zip(marks, ends[:-1], strict=True)}


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        write_specs(Path(name) / "specs", 1)
        found = [steps(Path(name) / "specs", Path(name) / f"out-{number}") for number in range(STARTS)]
    for what in found[0]:
        _print(what, statistics.median(each[what] for each in found))
    _print("all together", statistics.median(sum(each.values()) for each in found))
    libraries = [sys.executable, "-c", LIBRARIES]
    _print(f"`{LIBRARIES}`", statistics.median(cost(libraries).cpu for _ in range(STARTS)))


def _print(what: str, seconds: float) -> None:
    print(f"{what:42} {seconds * 1000:4.0f} ms")


if __name__ == "__main__":
    main()
