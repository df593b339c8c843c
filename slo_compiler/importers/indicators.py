"""Counted queries to indicators: a ratio of counters or a latency where they are no more than that."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from slo_compiler.importers import native, queries
from slo_compiler.importers.imported import Indicator
from slo_compiler.importers.native import Piece
from slo_compiler.importers.queries import Counter, Query
from slo_compiler.promql.syntax import Binary
from slo_compiler.quantities import MILLISECOND, format_duration
from slo_compiler.schema.yaml.nodes import MappingNode, Node, ScalarNode

Kind: TypeAlias = Literal["bad", "good"]
"""Which events are counted beside all of them."""

EVERYTHING: Final = "+Inf"
_IN_SECONDS: Final = "_seconds"
_ONE_UNIT: Final = re.compile(r"[0-9]+(?:ms|[dhms])")


def counted(kind: Kind, counted_: Query, total: Query, *, bare: bool = False) -> Indicator:
    """The indicator of events that are bad, or good, and of all events.

    Args:
        kind: which of them ``counted_`` counts.
        counted_: the query of these.
        total: the query of all of them.
        bare: whether a counter without a rate over it is meant as one.
    """
    some, whole = (queries.counter(query, bare=bare) for query in (counted_, total))
    if kind == "bad" and whole is not None:
        fast = _rest(counted_, whole, bare=bare)
        latency = _latency(fast, whole) if fast is not None else None
        if latency is not None:
            return latency
    if some is None or whole is None or set(some.group_by) != set(whole.group_by):
        return _events(kind, counted_, total)
    if kind == "good":
        latency = _latency(some, whole)
        if latency is not None:
            return latency
    if queries.bucket(some.selector) is not None or queries.bucket(whole.selector) is not None:
        return _events(kind, counted_, total)
    ratio = native.mapping(some.node, {kind: some.node, "total": whole.node})
    return Indicator(native.mapping(some.node, {"ratio": ratio}), whole.group_by)


def _events(kind: str, counted_: Query, total: Query) -> Indicator:
    counted_, total = (
        queries.with_window(query) if query.ranges else queries.over_window(query, "rate")
        for query in (counted_, total)
    )
    events = native.mapping(counted_.node, {kind: stripped(counted_.node), "total": stripped(total.node)})
    return Indicator(native.mapping(counted_.node, {"events": events}), queries.groups(counted_, total))


def error_ratio(query: Query) -> Indicator:
    """The indicator of a query that already is the ratio of errors."""
    node = stripped(query.node)
    return Indicator(native.mapping(node, {"error_ratio": node}), queries.groups(query))


def stripped(node: ScalarNode) -> ScalarNode:
    """The text without space around it, of which block scalars have some."""
    begin = len(node.text) - len(node.text.lstrip())
    return native.part_of(node, begin, max(begin, len(node.text.rstrip())))


def _rest(bad: Query, total: Counter, *, bare: bool) -> Counter | None:
    """What is taken from the total to give the bad events."""
    tree = queries.inside(bad.tree) if bad.tree is not None else None
    if not isinstance(tree, Binary) or tree.operator != "-" or tree.matching is not None:
        return None
    whole, taken = (queries.part(bad, side, bare=bare) for side in (tree.left, tree.right))
    if whole is None or whole.selector.metric != total.selector.metric or whole.matchers != total.matchers:
        return None
    return taken


def _latency(fast: Counter, total: Counter) -> Indicator | None:
    """The latency that a bucket and the count of the same histogram stand for."""
    metric, bound = fast.selector.metric or "", queries.bucket(fast.selector)
    base = metric.removesuffix("_bucket")
    if bound in (None, EVERYTHING) or metric == base or fast.matchers != total.matchers:
        return None
    counts_all = total.selector.metric == f"{base}_count" or (
        total.selector.metric == metric and queries.bucket(total.selector) == EVERYTHING
    )
    threshold = _threshold(bound or "", base, fast.node)
    if not counts_all or threshold is None or set(fast.group_by) != set(total.group_by):
        return None
    return latency(_histogram(fast, base), threshold, fast.group_by)


def latency(
    histogram: ScalarNode, threshold: Node, group_by: tuple[str, ...], type_: Node | None = None
) -> Indicator:
    """The indicator of requests that are answered within a threshold."""
    said = {"histogram": histogram, "threshold": threshold, "type": type_}
    return Indicator(native.mapping(histogram, {"latency": native.mapping(histogram, said)}), group_by)


def _histogram(fast: Counter, base: str) -> ScalarNode:
    """The selector of the histogram itself: without the suffix, and without the bound."""
    text, offset = fast.node.text, fast.selector.start
    kept = [each for each in fast.selector.matchers if each.label != "le"]
    pieces = [Piece(base, 0)]
    for index, each in enumerate(kept):
        start = each.start - offset
        pieces += [
            Piece(", " if index else "{", start, is_old=False),
            Piece(text[start : each.end - offset], start),
        ]
    if kept:
        pieces.append(Piece("}", len(text) - 1))
    return native.made_of(fast.node, pieces)


def _threshold(bound: str, base: str, at: Node) -> Node | None:
    """The bound as a duration where it is a whole number of one unit, else as a number."""
    try:
        value = Fraction(bound)
    except ValueError:
        return None
    if value <= 0:
        return None
    if base.endswith(_IN_SECONDS) and (value / MILLISECOND).denominator == 1:
        written = format_duration(value)
        if _ONE_UNIT.fullmatch(written):
            return native.text(written, at)
    return native.number(value, at)


def threshold(gauge: ScalarNode, bound: Literal["at_least", "at_most"], value: Node) -> Indicator:
    """The indicator of slices of time in which a gauge is on the right side of a bound."""
    node: MappingNode = native.mapping(gauge, {"gauge": gauge, bound: value})
    return Indicator(native.mapping(gauge, {"threshold": node}))
