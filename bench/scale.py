"""What a real Prometheus spends on the rules of an SLO that has a month behind it.

``python -m bench.scale [SLOS]``; the default of 3 takes six minutes. It prints the time that a group takes
to evaluate, and how many SLOs a core could carry at that.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from slo_compiler.burnrate.windows import Pace
from slo_compiler.compiler import compile_sources
from slo_compiler.quantities import DAY
from slo_compiler.rules.cost import Assumptions, costs, total
from slo_compiler.rules.ir import RecordingRule
from slo_compiler.rules.program import Program
from slo_compiler.sources import Source, Sources
from tests.engine.remote_write import Written, write
from tests.oracles.cache import cache_folder, installed_version
from tests.oracles.document import yaml_text
from tests.oracles.prometheus import Prometheus
from tests.oracles.releases import PROMETHEUS_3_5
from tests.oracles.server import Server

SECONDS: Final = 310
"""How long rules are evaluated: each group once at least."""

FAST_PAST: Final = int(4 * DAY)
SLOW_PAST: Final = int(62 * DAY)
"""How far back each pace reads, the gap before the period included."""

_FLAGS: Final = (
    "--web.enable-remote-write-receiver",
    # One block for it all: else samples an hour older than the newest are refused.
    "--storage.tsdb.min-block-duration=400d",
    "--storage.tsdb.max-block-duration=400d",
)
_RULES: Final = {"rule_files": ["shop.rules.yaml"]}

SPEC: Final = """
apiVersion: slo-compiler/v1
service: shop
owners: {{serving: shop}}
slos:
{slos}"""
SLO: Final = """
  - name: a{number}
    objective: 99.9%
    indicator: {{ratio: {{bad: 'errors_total{{n="{number}"}}', total: 'requests_total{{n="{number}"}}'}}}}
"""


def main(slos: int) -> None:
    """Make the past, evaluate the rules on it, and print what that took."""
    compilation = compile_sources(Sources((Source("shop.yaml", _spec(slos).encode()),)))
    if compilation.program is None:
        raise ValueError("the spec of the bench has errors")
    estimate = total(costs(compilation.program, Assumptions()))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "server"
        with _prometheus().serve(folder, flags=_FLAGS) as server:
            for series in _past(compilation.program, time.time()):
                write(server, [series])
            for artifact in compilation.artifacts():
                if artifact.path.startswith("prometheus/"):
                    (folder / "shop.rules.yaml").write_text(artifact.text, encoding="utf-8")
            (folder / "prometheus.yml").write_text(yaml_text(_RULES), encoding="utf-8")
            server.reload()
            time.sleep(SECONDS)
            durations = _durations(server)
    busy = sum(
        durations.get(group.name, 0) / float(group.interval)
        for file in compilation.program.rule_files
        for group in file.groups
    )
    print(f"{slos} SLOs, {estimate.rules} rules, about {float(estimate.read):,.0f} samples read a second:")
    for kind in Pace:
        taken = [each for group, each in durations.items() if _pace(group) is kind and each]
        if taken:
            mean = 1e3 * sum(taken) / len(taken)
            print(f"{kind.value} groups take {mean:.1f} ms each, {1e3 * max(taken):.1f} ms at most")
    print(f"an SLO keeps a core busy for {1e3 * busy / slos:.2f} ms a second: {slos / busy:,.0f} a core")


def _pace(group: str) -> Pace:
    return {"slow": Pace.SLOW, "coarse": Pace.COARSE}.get(group.rpartition(":")[2], Pace.FAST)


def _spec(slos: int) -> str:
    return SPEC.format(slos="".join(SLO.format(number=number) for number in range(slos)))


def _prometheus() -> Prometheus:
    cache = cache_folder(os.environ)
    version = installed_version(cache, PROMETHEUS_3_5)
    if version is None:
        raise FileNotFoundError("python -m tests.oracles fetches the Prometheus that is measured")
    return Prometheus(PROMETHEUS_3_5.line, version, cache / PROMETHEUS_3_5.name)


def _past(program: Program, now: float) -> Iterator[Written]:
    """What the rules have recorded, at the intervals of their groups."""
    for file in program.rule_files:
        for group in file.groups:
            past = FAST_PAST if _pace(group.name) is Pace.FAST else SLOW_PAST
            steps = range(int(past / group.interval), 0, -1)
            samples = [(now - step * float(group.interval), 1.0) for step in steps]
            for rule in group.rules:
                if isinstance(rule, RecordingRule):
                    yield Written({**rule.labels, "__name__": rule.record}, samples)


def _durations(server: Server) -> dict[str, float]:
    """How long the last evaluation of each group took, in seconds; 0 where there was none yet."""
    groups = server.get("/api/v1/rules")["data"]["groups"]
    return {group["name"]: group["evaluationTime"] for group in groups}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
