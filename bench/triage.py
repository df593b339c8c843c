"""Faults and false pages at random strengths and times, on a real Prometheus: what triage makes of each.

Each of twelve faults, four a surface, and of the four usual false pages is done to a service again and
again; the verdict is asked for while it lasts. Printed are the surfaces that were named for each surface that
failed, and whether alerts were told of or held back. The seed is fixed.

    python -m bench.triage [RUNS]
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from slo_compiler.incident.live import asking
from slo_compiler.incident.triage import Triage, triage
from slo_compiler.model import labels
from slo_compiler.prometheus.address import Address
from slo_compiler.prometheus.client import Prometheus as Client
from slo_compiler.prometheus.transport import Transport
from tests.conftest import prometheus_of
from tests.incident import past
from tests.incident.world import (
    COUNTRIES,
    FEATURES,
    HOUR,
    MINUTE,
    PODS,
    Change,
    Event,
    State,
    changed,
    scorer,
    series_of,
    usual_of,
)
from tests.oracles.releases import PROMETHEUS_3_5

RUNS: Final = 208
A_COURSE: Final = 16
"""Runs that one server lives through, one after the other."""

SLOT: Final = 4 * HOUR

NOBODY: Final = "none"
"""The surface of a false page."""


class Run(NamedTuple):
    """What is done, on which surface, and how long before it is looked at."""

    name: str
    surface: str
    change: Change
    lasts: float


Make = Callable[[random.Random, float], Run]
"""A run of a fault that begins at a moment, at a strength of its own."""


def _serving() -> Iterator[Make]:
    yield lambda r, _: Run(
        "errors", "serving", changed(errors=r.uniform(0.05, 0.9)), r.uniform(0.6, 1) * HOUR
    )
    yield lambda r, _: Run(
        "latency", "serving", changed(slow=dict.fromkeys(PODS, r.uniform(0.3, 0.9))), r.uniform(0.8, 1) * HOUR
    )
    yield lambda r, _: Run("stall", "serving", changed(stalled=(r.choice(PODS),)), r.uniform(0.3, 1) * HOUR)
    yield lambda r, _: Run("down", "serving", changed(up=False), r.uniform(0.3, 1) * HOUR)


def _data() -> Iterator[Make]:
    yield lambda r, _: Run("pipeline", "data", changed(refreshed=False), r.uniform(1.2, 2) * HOUR)
    yield lambda r, _: Run(
        "one feature",
        "data",
        changed(scores={r.choice(FEATURES): r.uniform(1.1, 9)}),
        r.uniform(0.3, 1) * HOUR,
    )
    yield lambda r, _: Run(
        "schema", "data", changed(scores=dict.fromkeys(FEATURES, r.uniform(1.5, 9))), r.uniform(0.3, 1) * HOUR
    )
    yield lambda r, _: Run("label drift", "data", changed(mix=r.uniform(1.1, 5)), r.uniform(0.3, 1) * HOUR)


def _model() -> Iterator[Make]:
    yield lambda r, begin: Run(
        "deploy",
        "model",
        changed(bad=r.uniform(0.2, 0.9), version="2", deployed=begin),
        r.uniform(0.8, 1) * HOUR,
    )
    yield lambda r, _: Run(
        "concept",
        "model",
        changed(bad=r.uniform(0.2, 0.9), scores={r.choice(FEATURES): 2.0}),
        r.uniform(0.8, 1) * HOUR,
    )
    yield lambda r, _: Run("artefact", "model", changed(bad=r.uniform(0.2, 0.9)), r.uniform(0.8, 1) * HOUR)
    yield lambda r, _: Run(
        "slice", "model", changed(bad_of={r.choice(COUNTRIES): r.uniform(0.4, 0.9)}), r.uniform(0.8, 1) * HOUR
    )


def _false() -> Iterator[Make]:
    yield lambda r, _: Run(
        "detector",
        NOBODY,
        changed(scores=dict.fromkeys(FEATURES, r.uniform(1.5, 9)), detector="2"),
        r.uniform(0.2, 0.9) * HOUR,
    )
    yield lambda r, _: Run("season", NOBODY, changed(scores=SEASON), r.uniform(0.2, 0.9) * HOUR)
    yield lambda r, _: Run(
        "label lag",
        NOBODY,
        changed(bad=r.uniform(0.2, 0.9), judged=r.uniform(0.05, 0.3)),
        r.uniform(0.7, 0.9) * HOUR,
    )
    yield lambda r, _: Run("cold start", NOBODY, _warming(r.uniform(0.7, 0.95)), r.uniform(0.5, 0.9) * HOUR)


SEASON: Final = dict.fromkeys(FEATURES, 3.0)

MAKES: Final[tuple[Make, ...]] = (*_serving(), *_data(), *_model(), *_false())


def _warming(slow: float) -> Change:
    def change(state: State) -> State:
        new = dict.fromkeys(("a", "b"), state.at - MINUTE)
        return replace(state, slow=dict.fromkeys(new, slow), ready=new)

    return change


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
            if (_told(found) == "told") is (run.surface == NOBODY):
                print(f"wrong: alerts of {run.name} were {_told(found)}")
    right = sum(count for (was, is_), count in named.items() if was == is_)
    _print("surface", named, ("serving", "data", "model", NOBODY, "unknown"))
    _print("alerts", told, ("told", "held back", "silent"))
    print(f"{right} of {runs} right, {100 * right / runs:.1f}%")


def _course(chance: random.Random, runs: int) -> Iterator[tuple[Run, Triage]]:
    program, client_runs = scorer(), []
    makes = chance.sample(MAKES, k=len(MAKES))[:runs]
    events, extra = [], []
    for slot, make in enumerate(makes, start=1):
        begin = past.EPOCH + slot * SLOT + chance.randrange(60) * MINUTE
        run = make(chance, begin)
        event = Event(begin, begin + run.lasts, run.change)
        events.append(event)
        client_runs.append((run, begin + run.lasts - MINUTE))
        extra += usual_of(event, SEASON) if run.name == "season" else []
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
    for row in ("serving", "data", "model", NOBODY):
        print(f"{row:10}" + "".join(f"{counted.get((row, column), 0):>11}" for column in columns))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
