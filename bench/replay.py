"""How long it takes to replay many SLOs over a month, and whether twice the history takes twice as long.

``python -m bench.replay [SLOS]``; the default is the 1,000 of the bar: 30 days at 1m in 20 s and 1 GB.
"""

from __future__ import annotations

import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np

from slo_compiler.burnrate.plan import Plan
from slo_compiler.compiler import compile_sources
from slo_compiler.replay.evaluate import evaluate
from slo_compiler.replay.grid import Grid
from slo_compiler.replay.series import Counters
from slo_compiler.sources import Source, Sources

MINUTES_A_DAY: Final = 1440
DAYS: Final = 30
CORES: Final = 2

SPEC: Final = b"""
apiVersion: slo-compiler/v1
service: shop
owners: {serving: shop}
slos:
  - name: availability
    objective: 99.9%
    indicator:
      ratio: {bad: errors_total, total: requests_total}
"""
DEFAULTS: Final = b"apiVersion: slo-compiler/v1\nscrape_interval: 1m\nevaluation_interval: 1m\n"


def main(slos: int) -> None:
    """Print what the bar asks for, and the costs of longer and longer histories."""
    begun = time.monotonic()
    with ProcessPoolExecutor(CORES) as pool:
        replayed = list(pool.map(_replay, range(slos), [DAYS] * slos, chunksize=25))
    wall = time.monotonic() - begun
    cpu = sum(each.cpu for each in replayed)
    gigabytes = CORES * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    samples = slos * DAYS * MINUTES_A_DAY
    print(f"{slos} SLOs x {DAYS} days at 1m, {samples:,} evaluations of all windows and tiers:")
    print(f"{cpu:.1f} s of CPU, {cpu / CORES:.1f} s on {CORES} free cores; here, drawing the pasts included,")
    print(f"{wall:.1f} s and {gigabytes:.2f} GB; {sum(each.firings for each in replayed)} firings")
    print()
    print("days    CPU an SLO    an evaluation")
    for days in (15, 30, 60):
        cost = min(_replay(0, days).cpu for _ in range(3))
        print(f"{days:>4}    {1e3 * cost:7.1f} ms    {1e9 * cost / days / MINUTES_A_DAY:7.0f} ns")


@dataclass(frozen=True, slots=True)
class _Replayed:
    """How often any alert fired, and the seconds of CPU that it took to know."""

    firings: int
    cpu: float


def _replay(seed: int, days: int) -> _Replayed:
    """Traffic by day and night, and an incident now and then."""
    rng = np.random.default_rng(seed)
    minutes = np.arange(days * MINUTES_A_DAY, dtype=np.float64)
    events = rng.poisson(600 * (1 + 0.9 * np.sin(2 * np.pi * minutes / MINUTES_A_DAY)))
    ratio = np.full(len(minutes), 0.0003)
    for begin in rng.integers(0, len(minutes), size=days // 5):
        ratio[begin : begin + rng.integers(5, 200)] = 10 ** rng.uniform(-3, 0)
    errors = rng.binomial(events, ratio)
    counted, failed = (np.cumsum(each, dtype=np.float64)[np.newaxis] for each in (events, errors))
    series, grid = (
        Counters(60 * minutes + 10, counted, failed),
        Grid(start=15, interval=60, count=len(minutes)),
    )
    begun = time.process_time()
    evaluation = evaluate(_PLAN, series, grid)
    cpu = time.process_time() - begun
    firings = (timeline.firing for timelines in evaluation.timelines for timeline in timelines)
    return _Replayed(sum(map(len, firings)), cpu)


def _plan() -> Plan:
    source, defaults = Source("shop.yaml", SPEC), Source("defaults.yaml", DEFAULTS)
    compilation = compile_sources(Sources((source,), defaults))
    if compilation.program is None:
        raise ValueError(compilation.diagnostics)
    return compilation.program.slos[0].plan


_PLAN: Final = _plan()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
