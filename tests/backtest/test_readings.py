"""What is asked of a Prometheus is what the generated rules record, for every kind of indicator."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from slo_compiler.backtest.history import Steps, Table
from slo_compiler.backtest.questions import answered, questions
from slo_compiler.replay.grid import Array
from slo_compiler.rules import names
from slo_compiler.rules.ir import RecordingRule
from slo_compiler.rules.program import LoweredSlo
from tests.engine.examples import SLOS
from tests.engine.replay import Replay, Results, replayed
from tests.engine.series import Phase, series_of
from tests.oracles.prometheus import Prometheus

AN_HOUR = 3600.0
# Long enough for a job that runs once an hour to fail.
A_WHILE = 2 * AN_HOUR
PHASES = (Phase(A_WHILE), Phase(A_WHILE, 0.3), Phase(A_WHILE, scraped=False), Phase(A_WHILE, 1.0))


def one_of_each_kind() -> list[str]:
    """An SLO of each kind of indicator, of each way to count, and with groups."""
    kinds: dict[object, str] = {}
    for slo_id, lowered in SLOS.items():
        slo = lowered.plan.slo
        counted = getattr(slo.indicator, "counted", None)
        native = getattr(slo.indicator, "native", None)
        kinds.setdefault((type(slo.indicator), type(counted), native, bool(slo.group_by)), slo_id)
    return list(kinds.values())


@pytest.mark.slow
@pytest.mark.parametrize("slo_id", one_of_each_kind())
def test_the_answers_make_what_the_rules_record(
    slo_id: str, prometheus_3_5: Prometheus, tmp_path: Path
) -> None:
    lowered = base_alone(SLOS[slo_id])
    plan = lowered.plan
    base = plan.windows.base
    series = series_of(plan.slo, PHASES, dict.fromkeys(plan.slo.group_by, "eu"))
    with replayed(prometheus_3_5, tmp_path, lowered, series, 4 * A_WHILE) as replay:
        tables = {expr: table(replay, replay.at_evaluations(expr), lowered) for expr in questions(plan).all}
        recorded = [
            table(replay, replay.recorded[metric(base)], lowered) for metric in (names.events, names.errors)
        ]
    history = answered(plan, tables, Steps(0, len(replay.evaluations), 30.0), ())
    counts = history.readings.counts[base]
    assert (counts.errors > 0).any()
    assert history.groups == recorded[0].groups
    for ours, theirs in zip((counts.events, counts.errors), recorded, strict=True):
        assert_same(ours, theirs.values)


def base_alone(lowered: LoweredSlo) -> LoweredSlo:
    """The SLO with no other rules than those that read raw series."""
    base = lowered.plan.windows.base
    wanted = {names.events(base), names.errors(base)}
    groups = (
        replace(
            group,
            rules=tuple(
                rule for rule in group.rules if isinstance(rule, RecordingRule) and rule.record in wanted
            ),
        )
        for group in lowered.groups
    )
    return replace(lowered, groups=tuple(groups))


def table(replay: Replay, results: Results, lowered: LoweredSlo) -> Table:
    """The results at the evaluations, a row a group."""
    places = {time: column for column, time in enumerate(replay.evaluations)}
    rows = np.full((len(results), len(places)), np.nan)
    groups = []
    for row, (labels, samples) in enumerate(sorted(results.items(), key=lambda item: sorted(item[0]))):
        groups.append(
            tuple(sorted((name, value) for name, value in labels if name in lowered.plan.slo.group_by))
        )
        for time, value in samples:
            rows[row, places[time]] = value
    return Table(tuple(groups), rows)


def assert_same(ours: Array, theirs: Array) -> None:
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
