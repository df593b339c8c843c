"""The functions and aggregation operators of PromQL, and the releases that have them."""

from __future__ import annotations

import enum
from typing import Final

from msgspec import Struct

from slo_compiler.promql.release import PROMETHEUS_2_42, PROMETHEUS_2_53, PROMETHEUS_3_5, Release


class ValueType(enum.Enum):
    """What an expression evaluates to."""

    SCALAR = "a scalar"
    VECTOR = "an instant vector"
    MATRIX = "a range vector"
    STRING = "a string"


S: Final = ValueType.SCALAR  # one letter each, so that the tables below fit on a page
V: Final = ValueType.VECTOR
M: Final = ValueType.MATRIX
T: Final = ValueType.STRING


class Signature(Struct, frozen=True):
    """What a function takes and returns, and the releases that have it."""

    arguments: tuple[ValueType, ...]
    returns: ValueType = V
    optional: int = 0
    """How many of the last arguments may be left out."""
    repeats: bool = False
    """Whether the last argument may be given any number of times."""
    since: Release = PROMETHEUS_2_42
    until: Release = PROMETHEUS_3_5
    experimental: bool = False
    """Whether servers and promtool refuse it unless started with ``promql-experimental-functions``."""

    @property
    def fewest(self) -> int:
        """How many arguments must be given."""
        return len(self.arguments) - self.optional

    def argument(self, index: int) -> ValueType:
        """The type of the argument at an index, that of the last one where it repeats."""
        return self.arguments[min(index, len(self.arguments) - 1)]


def _alike(signature: Signature, names: str) -> dict[str, Signature]:
    return dict.fromkeys(names.split(), signature)


_OF_VECTORS: Final = """
    abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_count histogram_sum
    ln log10 log2 rad sgn sin sinh sort sort_desc sqrt tan tanh timestamp
"""
_OF_DATES: Final = """
    day_of_month day_of_week day_of_year days_in_month hour minute month year
"""
_OF_RANGES: Final = """
    absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate last_over_time
    max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time
"""

# The table `Functions` in promql/parser/functions.go of Prometheus 2.42.0, 2.53.3 and 3.5.3.
FUNCTIONS: Final[dict[str, Signature]] = {
    **_alike(Signature((V,)), _OF_VECTORS),
    **_alike(Signature((V,), optional=1), _OF_DATES),
    **_alike(Signature((M,)), _OF_RANGES),
    **_alike(Signature((V, S)), "clamp_max clamp_min"),
    **_alike(Signature((), returns=S), "pi time"),
    "clamp": Signature((V, S, S)),
    "histogram_fraction": Signature((S, S, V)),
    "histogram_quantile": Signature((S, V)),
    "label_join": Signature((V, T, T, T), optional=1, repeats=True),
    "label_replace": Signature((V, T, T, T, T)),
    "predict_linear": Signature((M, S)),
    "quantile_over_time": Signature((S, M)),
    "round": Signature((V, S), optional=1),
    "scalar": Signature((V,), returns=S),
    "vector": Signature((S,)),
    "holt_winters": Signature((M, S, S), until=PROMETHEUS_2_53),
    **_alike(Signature((V,), since=PROMETHEUS_2_53), "histogram_avg histogram_stddev histogram_stdvar"),
    "mad_over_time": Signature((M,), since=PROMETHEUS_2_53, experimental=True),
    **_alike(
        Signature((V, T), optional=1, repeats=True, since=PROMETHEUS_2_53, experimental=True),
        "sort_by_label sort_by_label_desc",
    ),
    "double_exponential_smoothing": Signature((M, S, S), since=PROMETHEUS_3_5, experimental=True),
    "info": Signature((V, V), optional=1, since=PROMETHEUS_3_5, experimental=True),
    **_alike(
        Signature((M,), since=PROMETHEUS_3_5, experimental=True),
        "ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time",
    ),
}


class Aggregator(Struct, frozen=True):
    """An aggregation operator: what it takes before the vector, if anything, and who has it."""

    parameter: ValueType | None = None
    since: Release = PROMETHEUS_2_42
    experimental: bool = False


# The aggregators of promql/parser/lex.go in the same releases, whose names are keywords.
AGGREGATORS: Final[dict[str, Aggregator]] = {
    **dict.fromkeys(("avg", "count", "group", "max", "min", "stddev", "stdvar", "sum"), Aggregator()),
    **dict.fromkeys(("bottomk", "quantile", "topk"), Aggregator(S)),
    "count_values": Aggregator(T),
    **dict.fromkeys(("limit_ratio", "limitk"), Aggregator(S, since=PROMETHEUS_3_5, experimental=True)),
}
