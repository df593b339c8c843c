from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from slo_compiler.backtest.expressions import NeedsPrometheus, Sight, table_of
from slo_compiler.backtest.history import Steps, Table
from slo_compiler.backtest.openmetrics import Scraped
from slo_compiler.backtest.vectors import nameless
from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.matching import selects
from slo_compiler.promql.release import PROMETHEUS_3_5
from tests.engine.remote_write import STALE, Written, write
from tests.engine.replay import EPOCH, FLAGS, Replay, Results
from tests.oracles.prometheus import Prometheus

MINUTE = 60.0
STEPS = Steps(10, 3, MINUTE)
"""At ten, eleven and twelve minutes."""

NAN = np.nan
SERIES = [
    (("m", "a", "1"), [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3]),
    (("m", "b", "1"), [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, NAN, NAN]),
    (("m", "b", "2"), [6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6]),
    (("other", "a", ""), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0]),
    (("grown_total", "a", ""), [0, 6, 12, 18, 24, 30, 36, 42, 48, 54, 60, 6]),
]
SCRAPED = [
    Scraped(
        {"__name__": name, "x": x, **({"y": y} if y else {})},
        MINUTE * np.arange(1, 13, dtype=np.float64),
        np.array(values, dtype=np.float64),
    )
    for (name, x, y), values in SERIES
]


def answer(expr: str) -> Table:
    parsed = parse(expr, PROMETHEUS_3_5)
    assert isinstance(parsed, Expression), parsed
    sight = Sight(
        STEPS, lambda selector: [each for each in SCRAPED if selects(selector, each.labels, PROMETHEUS_3_5)]
    )
    return table_of(parsed.tree, sight)


def rows(expr: str) -> dict[str, list[float | None]]:
    """The values at each step by the values of the labels; None where there is none."""
    table = answer(expr)
    return {
        " ".join(value for _, value in nameless(group)): [
            None if np.isnan(each) else float(each) for each in row
        ]
        for group, row in zip(table.groups, table.values, strict=True)
        if not np.isnan(row).all()
    }


CASES: Final[list[tuple[str, dict[str, Any]]]] = [
    ('m{x="a"}', {"a 1": [1, 2, 3]}),
    ('m{x="b", y="1"}', {"b 1": [5, None, None]}),
    ('m{x="a"} offset 1m', {"a 1": [1, 1, 2]}),
    ("sum by (x) (m)", {"a": [1, 2, 3], "b": [11, 6, 6]}),
    ("count without (y) (m)", {"a": [1, 1, 1], "b": [2, 1, 1]}),
    ("max(m) - min(m)", {"": [5, 4, 3]}),
    ("avg(m) * 2 - 0.5", {"": [7.5, 7.5, 8.5]}),
    ("quantile(0.5, m)", {"": [5, 4, 4.5]}),
    ("quantile by (x) (0.25, m)", {"a": [1, 2, 3], "b": [5.25, 6, 6]}),
    ("quantile(0.75, m) + quantile(1, m) + quantile(0, m)", {"": [12.5, 13, 14.25]}),
    ("group(m > 5)", {"": [1, 1, 1]}),
    ("m > 2", {"a 1": [None, None, 3], "b 1": [5, None, None], "b 2": [6, 6, 6]}),
    ("2 < m", {"a 1": [None, None, 3], "b 1": [5, None, None], "b 2": [6, 6, 6]}),
    ("sum(m > bool 2)", {"": [2, 1, 2]}),
    ('m{y="1"} and on (x) other', {"a 1": [1, 2, 3]}),
    ('m{y="1"} unless on (x) (other > 5)', {"a 1": [1, None, 3], "b 1": [5, None, None]}),
    ('other or on (x) m{y="1"}', {"a": [0, 10, 0], "b 1": [5, None, None]}),
    ('m{x="a"} / on (x) (other > 0)', {"a": [None, 0.2, None]}),
    ('m{x="a"} + ignoring (y) other', {"a": [1, 12, 3]}),
    ("rate(grown_total[3m])", {"a": [0.1, 0.1, pytest.approx(0.1, rel=0.01)]}),
    ("increase(grown_total[2m] offset 1m)", {"a": [12, 12, 12]}),
    ('changes(m{x="a"}[5m])', {"a 1": [0, 1, 2]}),
    ('last_over_time(m{x="b", y="1"}[2m])', {"b 1": [5, 5, None]}),
    ('count_over_time(m{y="1"}[2m])', {"a 1": [2, 2, 2], "b 1": [2, 1, None]}),
    ("max_over_time(other[2m])", {"a": [0, 10, 10]}),
    ("min_over_time(other[2m])", {"a": [0, 0, 0]}),
    ("avg_over_time(other[2m])", {"a": [0, 5, 5]}),
    ("sum_over_time(other[2m])", {"a": [0, 10, 10]}),
    ("sum_over_time((m > bool 2)[2m:1m])", {"a 1": [0, 0, 1], "b 1": [2, 1, None], "b 2": [2, 2, 2]}),
    ("max_over_time(sum(m)[3m:1m] offset 1m)", {"": [12, 12, 12]}),
    ("max_over_time(other[2m:30s])", {"a": [0, 10, 10]}),
    ("absent(other > 5)", {"": [1, None, 1]}),
    ("absent(nothing)", {"": [1, 1, 1]}),
    ("vector(1)", {"": [1, 1, 1]}),
    ("vector(0) + time()", {"": [600, 660, 720]}),
    ("sgn(other - 5)", {"a": [-1, 1, -1]}),
    ("clamp_min(other, 3)", {"a": [3, 10, 3]}),
    ("sqrt(-m{x='a'} * -m)", {"a 1": [1, 2, 3]}),
    ('label_replace(other, "z", "w", "", "")', {"a w": [0, 10, 0]}),
]


@pytest.mark.parametrize(("expr", "expected"), CASES)
def test_expressions_are_what_promql_says(expr: str, expected: dict[str, Any]) -> None:
    assert expected == rows(expr)


@pytest.mark.parametrize(("share", "value"), [("1.5", np.inf), ("NaN", None)])
def test_a_quantile_that_cannot_be_is_what_prometheus_makes_of_it(share: str, value: float | None) -> None:
    """With a warning, which is why it is not asked here."""
    assert rows(f"quantile({share}, m)") == ({} if value is None else {"": [value] * 3})


@pytest.mark.slow
def test_the_real_prometheus_says_the_same(prometheus_3_5: Prometheus, tmp_path: Path) -> None:
    written = [Written(each.labels, [(EPOCH + at, value) for at, value in _ended(each)]) for each in SCRAPED]
    exprs = [expr for expr, _ in CASES if "time()" not in expr]
    with prometheus_3_5.serve(tmp_path, flags=FLAGS) as server:
        write(server, written)
        replay = Replay(server, {}, {}, [EPOCH + float(at) for at in STEPS.times])
        theirs = {expr: _rows_of(replay.at_evaluations(expr)) for expr in exprs}
    assert theirs == {expr: {name: pytest.approx(row) for name, row in rows(expr).items()} for expr in exprs}


def _ended(series: Scraped) -> list[tuple[float, float]]:
    """The samples; the first that is no number ends the series."""
    there = int((~np.isnan(series.values)).sum())
    samples = list(zip(series.times.tolist(), series.values.tolist(), strict=True))
    return [*samples[:there], *((at, STALE) for at, _ in samples[there : there + 1])]


def _rows_of(results: Results) -> dict[str, list[float | None]]:
    places = {EPOCH + float(at): column for column, at in enumerate(STEPS.times)}
    found: dict[str, list[float | None]] = {}
    for labels, samples in results.items():
        row: list[float | None] = [None] * len(places)
        for at, value in samples:
            row[places[at]] = value
        found[" ".join(value for _, value in sorted(labels))] = row
    return found


@pytest.mark.parametrize(
    "expr",
    [
        "max_over_time(m[5m:])",
        "max_over_time(m[5m:1m] @ 0)",
        "histogram_quantile(0.9, m)",
        "m @ 0",
        "rate(m[5m] @ 0)",
        "m * on (x) group_left () other",
        'label_replace(m, "z", "$1", "x", "(.*)")',
        "topk(1, m)",
        "stddev(m)",
        "m % 2",
    ],
)
def test_what_is_beyond_it_is_left_to_a_prometheus(expr: str) -> None:
    with pytest.raises(NeedsPrometheus):
        answer(expr)
