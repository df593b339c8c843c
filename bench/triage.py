"""Faults and false pages at random strengths and times, on a real Prometheus: what triage makes of each.

Each of twelve faults, four a surface, and of the four usual false pages is done to the service of the demo
again and again; the verdict is asked for while it lasts. Printed are the surfaces that were named for each
surface that failed, and whether alerts were told of or held back. The seed is fixed.

    python -m bench.triage [RUNS]
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from slo_compiler.demo import faults
from slo_compiler.demo.faults import Chance
from slo_compiler.demo.state import HOUR, MINUTE, Change
from slo_compiler.incident.live import asking
from slo_compiler.incident.triage import Triage, triage
from slo_compiler.model import labels
from slo_compiler.prometheus.address import Address
from slo_compiler.prometheus.client import Prometheus as Client
from slo_compiler.prometheus.transport import Transport
from tests.conftest import prometheus_of
from tests.incident import past
from tests.incident.faults import SEASON
from tests.incident.world import Event, scorer, series_of, usual_of
from tests.oracles.releases import PROMETHEUS_3_5

RUNS: Final = 208
A_COURSE: Final = 16
"""Runs that one server lives through, one after the other."""

SLOT: Final = 4 * HOUR

LASTS: Final[Mapping[str, tuple[float, float]]] = {
    "requests fail": (0.6, 1),
    "every pod is slow": (0.8, 1),
    "the pipeline stands still": (1.2, 2),
    **dict.fromkeys(faults.MODEL, (0.8, 1)),
    "the detector moved": (0.2, 0.9),
    "it is Monday": (0.2, 0.9),
    "labels are late": (0.7, 0.9),
    "replicas warm up": (0.5, 0.9),
}
"""Between how many hours and how many a fault is there before it is looked at."""

ANY: Final = (0.3, 1)
"""The same, of the others."""


class Run(NamedTuple):
    """What is done, and how long before it is looked at."""

    name: str
    surface: str
    change: Change
    lasts: float


def _run(name: str, chance: random.Random) -> Run:
    """A run of a fault, at a strength of its own."""
    fault = faults.FAULTS[name]
    return Run(name, fault.surface, fault.make(Chance(chance)), chance.uniform(*LASTS.get(name, ANY)) * HOUR)


def main(runs: int) -> None:
    """Print the confusion table."""
    chance = random.Random(7)  # noqa: S311 it is to be the same each time
    named: Counter[tuple[str, str]] = Counter()
    told: Counter[tuple[str, str]] = Counter()
    for number in range(0, runs, A_COURSE):
        for run, found in _course(chance, min(A_COURSE, runs - number)):
            named[run.surface, found.verdict.surface] += 1
            told[run.surface, _told(found)] += 1
            if found.verdict.surface != run.surface:
                print(f"wrong: {run.name} was called {found.verdict.surface}, {found.verdict.cause}")
            if (_told(found) == "told") is (run.surface == faults.NOBODY):
                print(f"wrong: alerts of {run.name} were {_told(found)}")
    right = sum(count for (was, is_), count in named.items() if was == is_)
    _print("surface", named, ("serving", "data", "model", faults.NOBODY, "unknown"))
    _print("alerts", told, ("told", "held back", "silent"))
    print(f"{right} of {runs} right, {100 * right / runs:.1f}%")


def _course(chance: random.Random, runs: int) -> Iterator[tuple[Run, Triage]]:
    program, client_runs = scorer(), []
    chosen = chance.sample([*faults.FAULTS], k=len(faults.FAULTS))[:runs]
    events, extra = [], []
    for slot, name in enumerate(chosen, start=1):
        begin = past.EPOCH + slot * SLOT + chance.randrange(60) * MINUTE
        run = _run(name, chance)
        event = Event(begin, begin + run.lasts, run.change)
        events.append(event)
        client_runs.append((run, begin + run.lasts - MINUTE))
        extra += usual_of(event, faults.SEASON) if name == SEASON else []
    end = past.EPOCH + (runs + 2) * SLOT
    prometheus = prometheus_of(PROMETHEUS_3_5)
    with tempfile.TemporaryDirectory() as folder, prometheus.serve(Path(folder), flags=past.FLAGS) as server:
        past.live_through(server, program, [*extra, *series_of(events, past.EPOCH, end)], past.EPOCH, end)
        client = Client(Transport(Address(server.url)))
        for run, at in client_runs:
            yield run, triage(program, "scorer", asking(client, at), at)


def _told(found: Triage) -> str:
    """Whether any page or ticket was heard, or all that fired were held back, or nothing fired."""
    fired = [each for each in found.firing.alerts if labels.SEVERITY in each]
    held = [each.alert for each in found.held_back]
    if any(each not in held for each in fired):
        return "told"
    return "held back" if fired else "silent"


def _print(title: str, counted: Mapping[tuple[str, str], int], columns: tuple[str, ...]) -> None:
    print(f"\n{title:10}" + "".join(f"{column:>11}" for column in columns))
    for row in ("serving", "data", "model", faults.NOBODY):
        print(f"{row:10}" + "".join(f"{counted.get((row, column), 0):>11}" for column in columns))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
