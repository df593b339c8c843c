"""The text of windows that are added up; that the sums are right is measured in tests/engine."""

from __future__ import annotations

from fractions import Fraction

import pytest

from slo_compiler.burnrate.windows import Pace, Raw, Window
from slo_compiler.rules import windows
from tests.compiling import defaults, program_of, records_of, slo, spec

RECORDS = records_of(program_of(spec("s", slo("x"))))


def expr(metric: str) -> list[str]:
    return RECORDS[f"s:x slo:{metric}"].expr.splitlines()


def series(metric: str) -> str:
    return f'slo:{metric}{{slo_id="s:x"}}'


def test_errors_are_added_up_from_tiles_and_gaps_count_as_none() -> None:
    assert expr("errors:increase1h") == [
        "(",
        f"  {series('errors:increase30m')}",
        f"  + {series('errors:increase30m')} offset 30m",
        ")",
        "or",
        f"sum_over_time({series('errors:increase5m')}[1h]) / 10",
    ]


def test_events_of_a_young_series_are_filled_up() -> None:
    events = series("events:increase5m")
    lines = {line.strip() for line in expr("events:increase1h")}
    assert lines >= {
        f"+ {series('events:increase30m')} offset 30m",
        f"sum_over_time({events}[1h]) / 10",
        f"last_over_time({events}[1h] offset 1h)",
        f"avg_over_time({events}[1h]) * 12",
    }


def test_days_are_added_up_from_the_coarse_copy() -> None:
    coarse = series("events:increase5m_coarse")
    assert expr("errors:increase3d") == [f"sum_over_time({series('errors:increase5m_coarse')}[3d]) / 2"]
    assert {line.strip() for line in expr("events:increase3d")} >= {
        f"sum_over_time({coarse}[3d]) / 2",
        f"last_over_time({coarse}[1d] offset 3d)",
        f"avg_over_time({coarse}[3d]) * 864",
    }


def test_the_coarse_copy_is_a_copy() -> None:
    assert expr("errors:increase5m_coarse") == [series("errors:increase5m")]


def test_samples_that_do_not_overlap_are_not_divided() -> None:
    shared = defaults(scrape_interval="1m", evaluation_interval="4m", base_window="4m")
    records = records_of(program_of(spec("s", slo("x")), defaults=shared))
    sums = [rule.expr for rule in records.values() if "sum_over_time" in rule.expr]
    assert sums != []
    assert not any("] / " in text or "]) / " in text for text in sums)


def test_a_window_over_raw_series_is_not_added_up() -> None:
    plan = program_of(spec("s", slo("x"))).slos[0].plan
    raw = Window(Fraction(300), Raw(), Pace.FAST)
    with pytest.raises(ValueError, match="the window of 300 s is read from raw series"):
        windows.errors(raw, plan.windows, plan.slo)
