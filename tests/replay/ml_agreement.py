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

from slo_compiler.replay.grid import Spans
from slo_compiler.replay.service import evaluate_service
from slo_compiler.rules import names
from slo_compiler.rules.ir import AlertingRule, RecordingRule, Rule
from slo_compiler.rules.signals.signal import LoweredSignal
from tests.conftest import prometheus_of
from tests.engine.replay import EPOCH, FIRST_EVALUATIONS, Replay, evaluated, evaluations, read_by
from tests.oracles.prometheus import Prometheus
from tests.oracles.releases import PROMETHEUS_3_5
from tests.replay.agreement import Disagreement, agree, state_machine
from tests.replay.ml_scenarios import MlBatch, draw, draw_seasons

A_BATCH: Final = 25
SEASONS: Final = 5

JUDGED: Final = ("quality", "latency")
"""The SLOs whose recorded series signals read."""

NOT_REPLAYED: Final = {names.TELEMETRY_ALERT, names.BLOCKING_ALERT}
"""Alerts of signals that are not replayed, for nothing holds them back or is held back by them."""


@dataclass(frozen=True, slots=True)
class MlVerdict:
    """What came of a batch: how often each alert fired, and where the two disagree."""

    scenarios: int
    fired: Counter[str]
    disagreements: tuple[Disagreement, ...]


def compare(prometheus: Prometheus, batch: MlBatch, seed: int) -> MlVerdict:
    """Evaluate a batch by both, and look at when each alert of a signal fires and resolves."""
    with (
        tempfile.TemporaryDirectory() as folder,
        evaluated(prometheus, Path(folder), list(_rules(batch)), batch.series) as replay,
    ):
        theirs = dict(_theirs(replay, batch))
    ours = dict(_ours(batch))
    found, fired = [], Counter[str]()
    for key in sorted({*ours, *theirs}):
        mine, expected = ours.get(key, ()), theirs.get(key, ())
        name = f"{key.alert} {key.guard}".strip()
        fired[name] += len(expected)
        if not agree(mine, expected, batch.grid.interval):
            scenario = int(key.subject.partition(":")[0].removeprefix("s"))
            found.append(Disagreement(seed, scenario, name, mine, expected))
    return MlVerdict(len(batch.pasts), fired, tuple(found))


class Key(NamedTuple):
    """What tells one alert from all others of a batch."""

    alert: str
    subject: str
    guard: str
    slice: str


def _key(alert: str, labels: Mapping[str, str]) -> Key:
    subject = labels.get("ml_signal_id") or labels["slo_id"]
    return Key(alert, subject, labels.get("ml_guard", ""), labels.get("slice", ""))


def _compared(batch: MlBatch) -> Iterator[AlertingRule]:
    """The alerts of signals that are replayed."""
    for signal in batch.program.signals:
        yield from (alert for alert in signal.alerts() if alert.alert not in NOT_REPLAYED)


def _ours(batch: MlBatch) -> Iterator[tuple[Key, Spans]]:
    signals = {alert.alert for alert in _compared(batch)}
    for watched, past in zip(batch.program.watched, batch.pasts, strict=True):
        for timeline in evaluate_service(watched, past, batch.grid).timelines:
            if timeline.alert in signals:
                yield _key(timeline.alert, timeline.labels), timeline.firing


def _theirs(replay: Replay, batch: MlBatch) -> Iterator[tuple[Key, Spans]]:
    times = batch.grid.times.tolist()
    for alert in _compared(batch):
        for labels, samples in replay.alerts[alert.alert].items():
            key = _key(alert.alert, dict(labels))
            if key._replace(slice="") == _key(alert.alert, alert.labels):
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
            yield rule, [each for each in times if each - EPOCH >= _begun(rule, batch)]


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
            print(*verdict.disagreements, sep="\n", end="\n" * bool(verdict.disagreements), flush=True)  # noqa: T201 it is a report
    fired = sum((verdict.fired for verdict in verdicts), Counter[str]())
    disagreements = sum(len(verdict.disagreements) for verdict in verdicts)
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
