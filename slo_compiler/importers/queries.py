"""What a query of another tool counts, told from its syntax tree: a counter, a bucket, or something else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from slo_compiler.diagnostics import Position
from slo_compiler.importers import native
from slo_compiler.importers.native import Piece
from slo_compiler.promql.check import Expression
from slo_compiler.promql.check import parse as parse_expression
from slo_compiler.promql.lexer import PLACEHOLDER
from slo_compiler.promql.queries import output_labels, vector_selectors
from slo_compiler.promql.release import RELEASES
from slo_compiler.promql.syntax import (
    Aggregation,
    Call,
    Duration,
    Expr,
    MatchOperator,
    MatrixSelector,
    Parentheses,
    Subquery,
    VectorSelector,
    walk,
)
from slo_compiler.schema.yaml.nodes import ScalarNode
from slo_compiler.schema.yaml.scalar_positions import position_at

WINDOW: Final = re.compile(
    r"\{\{-?\s*\.window\s*-?\}\}|\$\{?(?:__rate_interval|__interval|window)\}?(?![A-Za-z_])"
)
"""The window in templates of Sloth, and in queries that come from a dashboard."""

_COUNTING: Final = ("rate", "increase")


class Query(Struct, frozen=True):
    """A query with ``$window`` for its window. Without a tree it is no PromQL: its check will tell why."""

    node: ScalarNode
    tree: Expr | None

    @property
    def ranges(self) -> list[Duration]:
        """All ranges in it; those of subqueries included."""
        nodes = walk(self.tree) if self.tree is not None else ()
        return [node.range for node in nodes if isinstance(node, MatrixSelector | Subquery)]

    @property
    def has_window(self) -> bool:
        """Whether the window stands anywhere in it."""
        return any(each.seconds is None for each in self.ranges)


class Counter(Struct, frozen=True):
    """The sum of a counter: its selector, and the labels by which it is summed."""

    node: ScalarNode
    selector: VectorSelector
    group_by: tuple[str, ...]

    @property
    def matchers(self) -> frozenset[tuple[str, str, str]]:
        """What it selects beside the metric, in any order, but for the bucket."""
        each = ((matcher.label, matcher.operator.value, matcher.value) for matcher in self.selector.matchers)
        return frozenset(matcher for matcher in each if matcher[0] != "le")


def parse(scalar: ScalarNode) -> Query:
    """The query that stands in a file."""
    pieces, position = [], 0
    for found in WINDOW.finditer(scalar.text):
        pieces += [
            Piece(scalar.text[position : found.start()], position),
            Piece(PLACEHOLDER, found.start(), is_old=False),
        ]
        position = found.end()
    node = native.made_of(scalar, [*pieces, Piece(scalar.text[position:], position)])
    return parsed(node)


def parsed(node: ScalarNode) -> Query:
    """The query that a text is."""
    parsed = parse_expression(node.text, RELEASES[-1], placeholders=True)
    return Query(node, parsed.tree if isinstance(parsed, Expression) else None)


def with_window(query: Query) -> Query:
    """The same over the window, in the place of whatever ranges stand there if none of them is it."""
    if query.has_window:
        return query
    return _replaced(query, ((each.start, each.end, PLACEHOLDER) for each in query.ranges))


def over_window(query: Query, function: str) -> Query:
    """The same with a function of ranges over each series that is read without one."""
    insertions: list[tuple[int, int, str]] = []
    for selector in _instant_selectors(query.tree):
        insertions += [
            (selector.start, selector.start, f"{function}("),
            (selector.end, selector.end, f"[{PLACEHOLDER}])"),
        ]
    return _replaced(query, insertions)


def with_text(query: Query, before: str, end: int, inserted: str, behind: str) -> Query:
    """The text of a query between two others, and with one more inserted at an offset."""
    old = query.node.text.rstrip()
    pieces = (
        Piece(before, 0, is_old=False),
        Piece(old[:end], 0),
        Piece(inserted, end, is_old=False),
        Piece(old[end:], end),
        Piece(behind, len(old), is_old=False),
    )
    return parsed(native.made_of(query.node, pieces))


def end_of_selector(selector: VectorSelector, text: str) -> int:
    """Where a selector ends but for what shifts it in time."""
    if selector.matchers:
        return text.index("}", selector.matchers[-1].end) + 1
    named = selector.start + len(selector.metric or "")
    rest = text[named : selector.end].lstrip()
    return text.index("}", named) + 1 if rest.startswith("{") else named


def selectors(query: Query) -> Iterator[VectorSelector]:
    """All selectors in a query."""
    return vector_selectors(query.tree) if query.tree is not None else iter(())


def over(query: Query, function: str, window: str) -> Query:
    """The same over a window of one length, whatever ranges stand there."""
    ranged = with_window(query) if query.ranges else over_window(query, function)
    places = [(each.start, each.end, window) for each in ranged.ranges if each.seconds is None]
    return _replaced(ranged, places)


def joined(query: Query, behind: str, before: str, end: str) -> ScalarNode:
    """A query in parentheses with more behind it, all of it between two texts."""
    return surrounded(parsed(surrounded(query, f"{before}(", f"){behind}")), "", end)


def surrounded(query: Query, before: str, behind: str) -> ScalarNode:
    """The text of a query between two others."""
    whole = query.node.text.rstrip()
    return native.made_of(
        query.node,
        [Piece(before, 0, is_old=False), Piece(whole, 0), Piece(behind, len(whole), is_old=False)],
    )


def _replaced(query: Query, replacements: Iterable[tuple[int, int, str]]) -> Query:
    old, pieces, position = query.node.text, [], 0
    for start, end, new in sorted(replacements):
        pieces += [Piece(old[position:start], position), Piece(new, start, is_old=False)]
        position = end
    return parsed(native.made_of(query.node, [*pieces, Piece(old[position:], position)]))


def _instant_selectors(tree: Expr | None) -> Iterator[VectorSelector]:
    """Those that have no range around them."""
    nodes = list(walk(tree)) if tree is not None else []
    ranged = {id(node.selector) for node in nodes if isinstance(node, MatrixSelector)}
    return (node for node in nodes if isinstance(node, VectorSelector) and id(node) not in ranged)


def counter(query: Query, *, bare: bool = False) -> Counter | None:
    """The counter that a query sums up, if it is no more than that.

    Args:
        query: such as ``sum by (code) (rate(requests_total[$window]))``.
        bare: whether a counter without a rate over it is meant as one.
    """
    return None if query.tree is None else _counter(query.node, query.tree, bare=bare)


def _counter(node: ScalarNode, tree: Expr, *, bare: bool) -> Counter | None:
    inner = _inside(tree)
    group_by: tuple[str, ...] = ()
    summed = bare
    if isinstance(inner, Aggregation):
        if inner.operator != "sum" or (inner.grouping is not None and inner.grouping.without):
            return None
        group_by = inner.grouping.labels if inner.grouping is not None else ()
        inner, summed = _inside(inner.arguments[0]), True
    match inner:
        case Call(function=function, arguments=(argument,)) if function in _COUNTING and summed:
            ranged = _inside(argument)
            selector = ranged.selector if isinstance(ranged, MatrixSelector) else None
        case VectorSelector() if bare:
            selector = inner
        case _:
            selector = None
    if selector is None or selector.offset or selector.at is not None or not _is_named(selector):
        return None
    return Counter(native.part_of(node, selector.start, selector.end), selector, group_by)


def part(query: Query, tree: Expr, *, bare: bool = False) -> Counter | None:
    """The same of a part of a query."""
    return _counter(query.node, tree, bare=bare)


def groups(*queries: Query) -> tuple[str, ...]:
    """The labels by which the results of queries are told apart, as far as they say."""
    known = [output_labels(query.tree) for query in queries if query.tree is not None]
    return tuple(sorted(frozenset().union(*(labels for labels in known if labels))))


def place(node: ScalarNode) -> Position:
    """Where a text begins in the file."""
    return position_at(node, 0)


def _inside(tree: Expr) -> Expr:
    while isinstance(tree, Parentheses):
        tree = tree.inner
    return tree


def inside(tree: Expr) -> Expr:
    """An expression without the parentheses around it."""
    return _inside(tree)


def _is_named(selector: VectorSelector) -> bool:
    return selector.metric is not None


def bucket(selector: VectorSelector) -> str | None:
    """The one bound of the buckets that are selected."""
    bounds = [each for each in selector.matchers if each.label == "le"]
    return bounds[0].value if [each.operator for each in bounds] == [MatchOperator.EQUAL] else None
