"""The replay of signals against the real Prometheus: ``python -m tests.replay.ml_agreement 400``."""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from slo_compiler.backtest.history import Steps, Table
from slo_compiler.backtest.openmetrics import Scraped
from slo_compiler.backtest.scraped import scraped_source
from slo_compiler.backtest.signal_rules import evaluate_rules, signal_rules
from slo_compiler.backtest.vectors import nameless
from slo_compiler.burnrate.plan import Plan
from slo_compiler.model import labels as labels_
from slo_compiler.model.guard import GuardKind
from slo_compiler.replay.evaluate import evaluate
from slo_compiler.replay.firing import Yielding, fire
from slo_compiler.replay.grid import Array, Spans
from slo_compiler.replay.service import evaluate_service
from slo_compiler.replay.signals.scraped import ServicePast
from slo_compiler.rules import names
from slo_compiler.rules.ir import AlertingRule, RecordingRule, Rule
from slo_compiler.rules.signals.signal import LoweredSignal
from tests.conftest import prometheus_of
from tests.engine.remote_write import Columns, Written
from tests.engine.replay import EPOCH, FIRST_EVALUATIONS, Replay, evaluated, evaluations, read_by
from tests.oracles.prometheus import Prometheus
from tests.oracles.releases import PROMETHEUS_3_5
from tests.replay.agreement import Disagreement, agree, state_machine
from tests.replay.ml_scenarios import MlBatch, draw, draw_seasons

A_BATCH: Final = 25
SEASONS: Final = 5

JUDGED: Final = ("quality", "latency")
"""The SLOs whose recorded series signals read."""

NOT_REPLAYED: Final = {
    names.TELEMETRY_ALERT,
    names.BLOCKING_ALERT,
    names.STALLED_ALERT,
    names.THRASH_ALERT,
}
"""Alerts of signals that are only replayed from series, and not from the arrays of an incident."""


@dataclass(frozen=True, slots=True)
class MlVerdict:
    """What came of a batch: how often each alert fired, and where the two disagree."""

    scenarios: int
    fired: Counter[str]
    disagreements: tuple[Disagreement, ...]
    by_rules: tuple[Disagreement, ...]
    """The same of the rules themselves, evaluated on the series as in a backtest."""


def compare(prometheus: Prometheus, batch: MlBatch, seed: int) -> MlVerdict:
    """Evaluate a batch by both, and look at when each alert of a signal fires and resolves."""
    with (
        tempfile.TemporaryDirectory() as folder,
        evaluated(prometheus, Path(folder), list(_rules(batch)), batch.series) as replay,
    ):
        theirs = dict(_theirs(replay, batch))
    fired = Counter[str]()
    for key, spans in theirs.items():
        fired[key.name] += len(spans)
    arrays = {key: spans for key, spans in theirs.items() if key.alert not in NOT_REPLAYED}
    changed = GuardKind.SPEC_MOVED.value  # in a backtest, rules are never changed
    rules = {key: spans for key, spans in theirs.items() if key.guard != changed}
    by_rules = {key: spans for key, spans in _by_rules(batch) if key.guard != changed}
    return MlVerdict(
        len(batch.pasts),
        fired,
        tuple(_disagreements(dict(_ours(batch)), arrays, batch, seed)),
        tuple(_disagreements(by_rules, rules, batch, seed)),
    )


def _disagreements(
    ours: Mapping[Key, Spans], theirs: Mapping[Key, Spans], batch: MlBatch, seed: int
) -> Iterator[Disagreement]:
    for key in sorted({*ours, *theirs}):
        mine, expected = ours.get(key, ()), theirs.get(key, ())
        if not agree(mine, expected, batch.grid.interval):
            scenario = int(key.subject.partition(":")[0].removeprefix("s"))
            yield Disagreement(seed, scenario, key.name, mine, expected)


class Key(NamedTuple):
    """What tells one alert from all others of a batch."""

    alert: str
    subject: str
    guard: str
    more: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """What the alert is called, whatever it is about."""
        return f"{self.alert} {self.guard}".strip()


def _key(alert: str, labels: Mapping[str, str]) -> Key:
    subject = labels.get("ml_signal_id") or labels["slo_id"]
    more = ((name, labels[name]) for name in ("slice", "origin", labels_.EVIDENCE) if name in labels)
    return Key(alert, subject, labels.get("ml_guard", ""), tuple(more))


def _compared(batch: MlBatch) -> Iterator[AlertingRule]:
    """The alerts of signals."""
    for signal in batch.program.signals:
        yield from signal.alerts()


def _ours(batch: MlBatch) -> Iterator[tuple[Key, Spans]]:
    signals = {alert.alert for alert in _compared(batch)}
    for watched, past in zip(batch.program.watched, batch.pasts, strict=True):
        for timeline in evaluate_service(watched, past, batch.grid).timelines:
            if timeline.alert in signals:
                yield _key(timeline.alert, timeline.labels), timeline.firing


def _by_rules(batch: MlBatch) -> Iterator[tuple[Key, Spans]]:
    """The rules of signals evaluated on the series, as a backtest reads them from a file."""
    steps = _Evaluations(0, batch.grid.count, batch.grid.interval)
    series = [_scraped(each) for each in batch.series if each.labels["__name__"] != names.SPEC_INFO]
    evaluated = np.ones(batch.grid.count, dtype=np.bool_)
    for watched, past in zip(batch.program.watched, batch.pasts, strict=True):
        recorded = [each for plan in watched.plans for each in _recorded(plan, past, batch)]
        raw = scraped_source(watched.plans, series, steps).raw
        for alerting in evaluate_rules(signal_rules(watched), recorded, raw, steps, evaluated):
            assert alerting.table is not None, alerting.rule.alert
            for group, row in zip(alerting.table.groups, alerting.table.values, strict=True):
                rule, holds = alerting.rule, (~np.isnan(row))[np.newaxis]
                labels = {**dict(nameless(group)), **rule.labels}
                alert = Yielding(rule.alert, labels, rule.hold, rule.keep_firing_for, holds)
                yield _key(rule.alert, labels), fire(alert, 0, batch.grid).firing


class _Evaluations(Steps, frozen=True):
    """The evaluations of a batch, which are at no whole multiples of their interval."""

    @property
    def times(self) -> Array:
        return EPOCH + FIRST_EVALUATIONS[0] + self.interval * np.arange(self.count, dtype=np.float64)


def _scraped(written: Written | Columns) -> Scraped:
    assert isinstance(written, Written)
    times, values = (np.array(each, dtype=np.float64) for each in zip(*written.samples, strict=True))
    return Scraped(dict(written.labels), times, values)


def _recorded(
    plan: Plan, past: ServicePast, batch: MlBatch
) -> Iterator[tuple[str, Table, Mapping[str, str]]]:
    if plan.slo.name in past.slos:
        recorded = evaluate(plan, past.slos[plan.slo.name], batch.grid).recorded
        for window, counts in recorded.items():
            yield names.events(window), Table(((),), counts.events), names.identity(plan.slo)
            yield names.errors(window), Table(((),), counts.errors), names.identity(plan.slo)


def _theirs(replay: Replay, batch: MlBatch) -> Iterator[tuple[Key, Spans]]:
    times = batch.grid.times.tolist()
    for alert in _compared(batch):
        own = _key(alert.alert, alert.labels)
        for labels, samples in replay.alerts[alert.alert].items():
            key = _key(alert.alert, dict(labels))
            if key[:3] == own[:3] and {*own.more} <= {*key.more}:
                yield key, tuple(state_machine(alert, {time - EPOCH for time, _ in samples}, times))


def _rules(batch: MlBatch) -> Iterator[tuple[Rule, Sequence[float]]]:
    """The alerts that are compared, and the rules that record what they read."""
    rules = [
        (rule, first, group)
        for lowered in batch.program.lowered
        for first, group in zip(FIRST_EVALUATIONS, lowered.groups, strict=False)
        for rule in group.rules
        if isinstance(lowered, LoweredSignal) or lowered.plan.slo.name in JUDGED
    ]
    compared = {id(alert) for alert in _compared(batch)}
    needed = _needed([rule for rule, _, _ in rules if id(rule) in compared], [rule for rule, _, _ in rules])
    for rule, first, group in rules:
        if id(rule) in compared or (isinstance(rule, RecordingRule) and rule.record in needed):
            times = evaluations(first, group, batch.lasts)
            yielding = [each for each in times if each - EPOCH >= _begun(rule, batch)]
            if yielding:
                yield rule, yielding


def _needed(rules: Sequence[Rule], among: Sequence[Rule]) -> set[str | None]:
    """The metrics that rules read, and that those read which record them."""
    read = {metric for rule in rules for metric in read_by(rule)}
    recording = [rule for rule in among if isinstance(rule, RecordingRule) and rule.record in read]
    more = [rule for rule in recording if not any(rule is each for each in rules)]
    return _needed([*rules, *more], among) if more else read


def _begun(rule: Rule, batch: MlBatch) -> float:
    """When a rule was evaluated first: those that tell of themselves only since they were changed."""
    if not isinstance(rule, RecordingRule) or rule.record != names.SPEC_INFO:
        return 0
    changed = {
        watched.service.name: past.rules_changed
        for watched, past in zip(batch.program.watched, batch.pasts, strict=True)
    }
    return changed[rule.labels["service"]] or 0


def _batches(wanted: int) -> Iterator[tuple[Callable[[int, int], MlBatch], int, int]]:
    """How each batch is drawn, its seed and its size: one of five is about seasons, which take long."""
    for seed in range(-(-wanted // A_BATCH)):
        yield draw, seed, A_BATCH
        if seed % 4 == 0:
            yield draw_seasons, seed, SEASONS


def _compare(prometheus: Prometheus, asked: tuple[Callable[[int, int], MlBatch], int, int]) -> MlVerdict:
    drawn, seed, size = asked
    return compare(prometheus, drawn(seed, size), seed)


def main(wanted: int) -> int:
    """Compare so many scenarios on two cores, and print where the two disagree."""
    begun = time.monotonic()
    prometheus = prometheus_of(PROMETHEUS_3_5)
    verdicts = []
    with ProcessPoolExecutor(2) as pool:
        for verdict in pool.map(partial(_compare, prometheus), _batches(wanted)):
            verdicts.append(verdict)
            found = (*verdict.disagreements, *verdict.by_rules)
            print(*found, sep="\n", end="\n" * bool(found), flush=True)  # noqa: T201 it is a report
    fired = sum((verdict.fired for verdict in verdicts), Counter[str]())
    disagreements = sum(len((*verdict.disagreements, *verdict.by_rules)) for verdict in verdicts)
    for name, often in sorted(fired.items()):
        print(f"{often:6}  {name}")  # noqa: T201 as above
    print(  # noqa: T201 as above
        f"{sum(verdict.scenarios for verdict in verdicts)} scenarios, {sum(fired.values())} firings, "
        f"{disagreements} disagreements, {time.monotonic() - begun:.0f} s "
        f"with Prometheus {prometheus.version}"
    )
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
