"""The text of windows that are added up; that the sums are right is measured in tests/engine."""

from __future__ import annotations

from fractions import Fraction

import pytest

from slo_compiler.burnrate.windows import Raw, Window
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


def test_the_window_of_days_is_its_newest_tile_and_the_rest() -> None:
    tile = series("errors:increase6h")
    lines = expr("errors:increase3d")
    assert lines[:5] == [tile, "+ (", "  (", f"    {tile} offset 6h", f"    + {tile} offset 12h"]
    assert lines[13] == f"    + {tile} offset 2d18h"


def test_gaps_in_a_long_window_are_read_from_the_coarse_copy() -> None:
    coarse = series("events:increase5m_coarse")
    assert expr("errors:increase6h")[-1] == f"sum_over_time({series('errors:increase5m_coarse')}[6h])"
    assert {line.strip() for line in expr("events:increase6h")} >= {
        f"sum_over_time({coarse}[6h])",
        f"last_over_time({coarse}[6h] offset 6h)",
        f"avg_over_time({coarse}[6h]) * 72",
    }


def test_a_window_of_days_has_its_newest_tile_even_with_gaps() -> None:
    coarse = series("events:increase5m_coarse")
    assert expr("errors:increase3d")[-6:] == [
        "  )",
        "  or",
        f"  sum_over_time({series('errors:increase5m_coarse')}[2d18h] offset 6h)",
        "  or",
        f"  0 * {series('errors:increase6h')}",
        ")",
    ]
    assert {line.strip() for line in expr("events:increase3d")} >= {
        f"sum_over_time({coarse}[2d18h] offset 6h)",
        f"last_over_time({coarse}[1d] offset 3d)",
        f"avg_over_time({coarse}[3d]) * 864",
    }


def test_tiles_of_two_lengths_follow_one_another() -> None:
    tiers = [
        {"name": "fast", "severity": "page", "long": "1h5m", "short": "5m", "burn_rate": 14},
        {"name": "slow", "severity": "ticket", "long": "2h10m", "short": "15m", "burn_rate": 10},
    ]
    records = records_of(program_of(spec("s", slo("x", alerting={"tiers": tiers}))))
    lines = records["s:x slo:errors:increase1h5m"].expr.splitlines()
    quarter = series("errors:increase15m")
    assert lines[:7] == [
        "(",
        f"  {quarter}",
        f"  + {quarter} offset 15m",
        f"  + {quarter} offset 30m",
        f"  + {quarter} offset 45m",
        f"  + {series('errors:increase5m')} offset 1h",
        ")",
    ]


def test_a_window_that_no_tiles_fill_is_a_sum_of_all_samples() -> None:
    tiers = [{"name": "slow", "severity": "ticket", "long": "12h5s", "short": "5m", "burn_rate": 10}]
    records = records_of(program_of(spec("s", slo("x", alerting={"tiers": tiers}))))
    coarse = series("errors:increase5m_coarse")
    assert records["s:x slo:errors:increase12h5s"].expr == f"sum_over_time({coarse}[12h5s])"


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
    raw = Window(Fraction(300), Raw())
    with pytest.raises(ValueError, match="the window of 300 s is read from raw series"):
        windows.errors(raw, plan.windows)
