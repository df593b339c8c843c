"""Alert windows of other tools as tiers, kept as they are but for those that could never fire."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.burnrate.policy import shortest_short_window
from slo_compiler.burnrate.tier import burn_rate, is_reachable
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.importers import native, telling
from slo_compiler.model.alerting import Severity
from slo_compiler.model.defaults import EVALUATION_INTERVAL, SCRAPE_INTERVAL
from slo_compiler.quantities import Ratio, Seconds, format_decimal, format_duration, format_percent
from slo_compiler.schema.yaml.nodes import MappingNode, Node

NAMES: Final = ("fast", "medium", "slow", "long-term")
"""Of the four pairs of windows that Sloth and Pyrra have, by how soon they fire."""

SHORTEST: Final = shortest_short_window(SCRAPE_INTERVAL, EVALUATION_INTERVAL, None)
"""No short window is shorter than this where nothing else is said of scrapes and evaluations."""


class Pair(Struct, frozen=True):
    """A long window and a short one. What the tool computes from the others is None."""

    name: str
    severity: Severity
    long: Seconds
    short: Seconds | None
    budget: Ratio | None
    burn_rate: Fraction | None

    def node(self, at: Node) -> MappingNode:
        """The tier, at the place where it is asked for."""
        return native.mapping(
            at,
            {
                "name": native.text(self.name, at),
                "severity": native.text(self.severity.value, at),
                "budget": None if self.budget is None else native.text(format_percent(self.budget), at),
                "long": native.text(format_duration(self.long), at),
                "short": None if self.short is None else native.text(format_duration(self.short), at),
                "burn_rate": None if self.burn_rate is None else native.number(self.burn_rate, at),
            },
        )

    def factor(self, period: Seconds) -> Fraction:
        """How many times faster than the objective allows the budget burns when it fires."""
        return (
            self.burn_rate
            if self.burn_rate is not None
            else burn_rate(self.budget or Fraction(0), self.long, period)
        )


class Promise(NamedTuple):
    """What an SLO promises, and over which time."""

    objective: Ratio
    period: Seconds


def tiers(
    pairs: Sequence[Pair], promise: Promise, at: Node, found: list[Diagnostic], where: Node | None = None
) -> tuple[MappingNode, ...] | None:
    """The pairs as tiers; None, and a word on it, where one is out of reach of every error ratio.

    Args:
        pairs: the windows, fastest first.
        promise: what they are to keep.
        at: what the tiers are asked for by.
        found: takes the word on it.
        where: what that points to, if not to the same.
    """
    for pair in pairs:
        threshold = pair.factor(promise.period) * (1 - promise.objective)
        if not is_reachable(threshold):
            message = (
                f"the {format_duration(pair.long)} {pair.severity.value} at a burn rate of "
                f"{format_decimal(pair.factor(promise.period), digits=4)} needs an error ratio above "
                f"{format_decimal(threshold, digits=4)} and never fired; the tiers are derived for this "
                "objective instead"
            )
            found.append(telling.changed((where or at).position, message))
            return None
    return tuple(_long_enough(pair, at, found).node(at) for pair in pairs)


def _long_enough(pair: Pair, at: Node, found: list[Diagnostic]) -> Pair:
    """The pair with a short window that holds four scrapes: of fewer, one that is missed empties it."""
    if pair.short is None or pair.short >= SHORTEST:
        return pair
    message = (
        f"the short window of {format_duration(pair.short)} held too few scrapes to be sure of any; it is "
        f"{format_duration(SHORTEST)} here"
    )
    found.append(telling.changed(at.position, message))
    return replace(pair, short=SHORTEST)
