"""What is usual at this hour of the week: the median of the weeks before, where enough of them are known."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from slo_compiler.promql.quote import quote_string
from slo_compiler.quantities import DAY, HOUR, MINUTE, Seconds, format_duration
from slo_compiler.rules.layout import block, chain

WEEKS: Final = (1, 2, 3)
WEEKS_NEEDED: Final = 2


def usual(series: str, by: Sequence[str], of_an_hour: str = "avg_over_time") -> str:
    """PromQL for the median, by labels, of the hours around this moment one to three weeks ago.

    Nothing comes out where fewer than two of the weeks are known.

    Args:
        series: the selector of a recorded series.
        by: the labels.
        of_an_hour: the function that makes one number of an hour. The highest is for what changes in steps,
            whose hour of change is on average neither what was before nor what comes after.
    """
    weeks = block(chain("or", *(_week(series, week, of_an_hour) for week in WEEKS)))
    grouped = f"by ({', '.join(by)})"
    return chain("and", f"quantile {grouped} (0.5, {weeks})", f"(count {grouped} {weeks} >= {WEEKS_NEEDED})")


@cache  # to count in fractions takes longer than to look it up
def ago(week: int) -> Seconds:
    """When the hour around this moment ended, so many weeks ago."""
    return week * 7 * DAY - 30 * MINUTE


def _week(series: str, weeks: int, of_an_hour: str) -> str:
    offset = format_duration(ago(weeks))
    hour = f"{of_an_hour}({series}[{format_duration(HOUR)}] offset {offset})"
    return f'label_replace({hour}, "ml_week", {quote_string(str(weeks))}, "", "")'
