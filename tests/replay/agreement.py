"""The replay against the real Prometheus, on random scenarios: ``python -m tests.replay.agreement 2000``."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from slo_compiler.replay.evaluate import evaluate
from slo_compiler.replay.grid import Span
from slo_compiler.rules import names
from slo_compiler.rules.ir import AlertingRule, RecordingRule, Rule
from slo_compiler.rules.program import LoweredSlo
from tests.conftest import prometheus_of
from tests.engine.replay import EPOCH, Replay, replayed
from tests.oracles.prometheus import Prometheus
from tests.oracles.releases import PROMETHEUS_3_5
from tests.replay.scenarios import GROUP, Batch, draw

A_BATCH: Final = 50


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An alert that the two see fire, or resolve, more than an evaluation apart."""

    seed: int
    scenario: int
    alert: str
    ours: Sequence[Span]
    theirs: Sequence[Span]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a batch: how many alerts fired, how often in all, and where the two disagree."""

    scenarios: int
    fired: int
    firings: int
    disagreements: tuple[Disagreement, ...]


def compare(prometheus: Prometheus, seed: int, scenarios: int = A_BATCH) -> Verdict:
    """Evaluate a batch by both, and look at when each alert fires and resolves."""
    batch = draw(seed, scenarios)
    ours = evaluate(batch.slo.plan, batch.scraped, batch.grid)
    slo = _without_what_only_describes(batch.slo)
    with (
        tempfile.TemporaryDirectory() as folder,
        replayed(prometheus, Path(folder), slo, list(batch.series()), batch.lasts, down=batch.down) as replay,
    ):
        alerts = {alert.alert: alert for alert in batch.slo.alerts()}
        theirs = {name: _fired(replay, alert, batch) for name, alert in alerts.items()}
    found = []
    for row, timelines in enumerate(ours.timelines):
        for timeline in timelines:
            expected = theirs[timeline.alert].get(f"{row:03}", [])
            if not agree(timeline.firing, expected, batch.grid.interval):
                found.append(Disagreement(seed, row, timeline.alert, timeline.firing, expected))
    spans = [spans for each in theirs.values() for spans in each.values() if spans]
    return Verdict(scenarios, len(spans), sum(map(len, spans)), tuple(found))


def _without_what_only_describes(slo: LoweredSlo) -> LoweredSlo:
    """The rules that an alert hangs on: the rest costs more to evaluate than all of them."""
    describes = {names.BUDGET_REMAINING, names.BURN_RATE, names.SPEC_INFO}
    groups = (
        replace(group, rules=tuple(rule for rule in group.rules if _name(rule) not in describes))
        for group in slo.groups
    )
    return replace(slo, groups=tuple(groups))


def _name(rule: Rule) -> str:
    return rule.record if isinstance(rule, RecordingRule) else rule.alert


def agree(ours: Sequence[Span], theirs: Sequence[Span], interval: float) -> bool:
    """Whether two see an alert fire and resolve at the same times, to within an evaluation."""
    return len(ours) == len(theirs) and all(
        abs(mine.begin - other.begin) <= interval and abs(mine.end - other.end) <= interval
        for mine, other in zip(ours, theirs, strict=True)
    )


def _fired(replay: Replay, alert: AlertingRule, batch: Batch) -> dict[str, list[Span]]:
    """When the real Prometheus has the alert fire, by scenario; of no group is what is absent altogether."""
    return {
        dict(labels)[GROUP]: list(
            state_machine(alert, {time - EPOCH for time, _ in samples}, batch.grid.times.tolist())
        )
        for labels, samples in replay.alerts[alert.alert].items()
        if GROUP in dict(labels)
    }


def state_machine(alert: AlertingRule, yields: set[float], evaluations: Sequence[float]) -> Iterator[Span]:
    """What AlertingRule.Eval in rules/alerting.go does at each evaluation, step by step.

    Where it looks at the clock, and the alert's expression is what the real Prometheus said.
    """
    interval = evaluations[1] - evaluations[0]
    active = fired = keeping = None
    for now in evaluations:
        if now in yields:
            keeping = None
            active = now if active is None else active
            if fired is None and now - active >= alert.hold:
                fired = now
        elif fired is not None:
            keeping = now if keeping is None else keeping
            if not (alert.keep_firing_for and now - keeping < alert.keep_firing_for):
                yield Span(fired, now)
                active = fired = keeping = None
        else:
            active = None
    if fired is not None:
        yield Span(fired, evaluations[-1] + interval)


def main(wanted: int) -> int:
    """Compare so many scenarios on two cores, and print where the two disagree."""
    begun = time.monotonic()
    prometheus = prometheus_of(PROMETHEUS_3_5)
    verdicts = []
    with ProcessPoolExecutor(2) as pool:
        for verdict in pool.map(partial(compare, prometheus), range(-(-wanted // A_BATCH))):
            verdicts.append(verdict)
            print(*verdict.disagreements, sep="\n", end="", flush=True)  # noqa: T201 it is a report
    disagreements = sum(len(verdict.disagreements) for verdict in verdicts)
    print(  # noqa: T201 as above
        f"{sum(verdict.scenarios for verdict in verdicts)} scenarios, "
        f"{sum(verdict.firings for verdict in verdicts)} firings of "
        f"{sum(verdict.fired for verdict in verdicts)} alerts, {disagreements} disagreements, "
        f"{time.monotonic() - begun:.0f} s with Prometheus {prometheus.version}"
    )
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
