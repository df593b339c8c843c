"""The Wilson score bound: what a ratio of few events surely is, when chance is taken off.

Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22, 1927.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from slo_compiler.quantities import format_decimal
from slo_compiler.rules.layout import block, terms

Z: Final = Fraction("1.959964")
"""Of the standard normal distribution 2.5 % lie above it: a two-sided interval of 95 %."""

_Z2: Final = format_decimal(Z**2)
_HALF_Z2: Final = format_decimal(Z**2 / 2)
_QUARTER_Z2: Final = format_decimal(Z**2 / 4)


def lower_bound(errors: str, events: str) -> str:
    """PromQL for the lower bound of errors over events, both of which are counts with the same labels.

    Nothing comes out where there are no events. With e errors among n events the bound is
    (e + z²/2 - z·√(e·(n - e)/n + z²/4)) / (n + z²), which is the usual form multiplied by n.
    Counts that were extrapolated may be a little more than all events: then the bound is that of all.
    """
    some = f"({events} > 0)"
    good = f"clamp_min({events} - {errors}, 0)"
    spread = terms("+", terms("/", terms("*", errors, good), some), _QUARTER_Z2)
    surely = terms("-", terms("+", errors, _HALF_Z2), f"{format_decimal(Z)} * sqrt{block(spread)}")
    return terms("/", block(surely), f"({some} + {_Z2})")
