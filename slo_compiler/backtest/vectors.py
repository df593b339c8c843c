"""What PromQL's aggregations and operators make of tables: instant vectors at all of some steps at once.

A row is a set of labels, its name among them where it has one; where there is no value, there is no number.
Source: ``aggregation``, ``VectorBinop`` and their kin in Prometheus's ``promql/engine.go``.
"""

from __future__ import annotations

import math
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

import numpy as np

from slo_compiler.backtest.history import Group, Table
from slo_compiler.promql.selectors import METRIC_NAME
from slo_compiler.promql.syntax import Grouping, VectorMatching
from slo_compiler.replay.grid import Array, Mask
from slo_compiler.replay.ranges import added_up
from slo_compiler.replay.signals.looking import greatest

Key: TypeAlias = Callable[[Group], Group]
"""The labels by which series are told apart."""

COMPARISONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ARITHMETIC: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def _number(rows: Array) -> Array:
    return np.asarray((~np.isnan(rows)).sum(axis=0, keepdims=True), dtype=np.float64)


AGGREGATIONS: Final[Mapping[str, Callable[[Array], Array]]] = {
    "sum": added_up,
    "max": greatest,
    "min": lambda rows: -greatest(-rows),
    "avg": lambda rows: added_up(rows) / np.maximum(_number(rows), 1),
    "count": _number,
    "group": np.ones_like,
}
"""From rows to the one that they make, wherever one of them is there."""


def nameless(group: Group) -> Group:
    """The labels without the name."""
    return tuple((name, value) for name, value in group if name != METRIC_NAME)


def without_names(table: Table) -> Table:
    """The same values, of series that have no name."""
    rows = ((nameless(group), row) for group, row in zip(table.groups, table.values, strict=True))
    return merged(rows, table.values.shape[1])


def aggregated(operation: str, table: Table, grouping: Grouping | None, parameter: float = 0.0) -> Table:
    """What an aggregation makes of the rows of each group; ``parameter`` is that of ``quantile``."""
    members: defaultdict[Group, list[int]] = defaultdict(list)
    key = _key_of(grouping)
    for row, group in enumerate(table.groups):
        members[key(group)].append(row)
    found = {}
    for group, rows in members.items():
        values = table.values[rows]
        one = _quantile(values, parameter) if operation == "quantile" else AGGREGATIONS[operation](values)
        found[group] = np.where(np.isnan(values).all(axis=0), np.nan, one[0])
    return _table(found, table)


def matched(
    left: Table, right: Table, matching: VectorMatching | None, meet: Callable[[Any, Any], Any]
) -> Table:
    """What an operation makes of each row on the left and the one on the right that has the same labels."""
    key = matching_key(matching)
    others = _by_key(right, key)
    found = []
    for group, row in zip(left.groups, left.values, strict=True):
        other = others.get(key(group))
        if other is not None:
            found.append((key(group), np.where(np.isnan(row) | np.isnan(other), np.nan, meet(row, other))))
    return merged(found, left.values.shape[1])


def intersected(left: Table, right: Table, matching: VectorMatching | None) -> Table:
    """``and``: the left where the right is there, too."""
    return _where(left, right, matching, present=True)


def reduced(left: Table, right: Table, matching: VectorMatching | None) -> Table:
    """``unless``: the left where the right is not there."""
    return _where(left, right, matching, present=False)


def united(left: Table, right: Table, matching: VectorMatching | None) -> Table:
    """``or``: the left, and the right where the left is not there."""
    rest = reduced(right, left, matching)
    rows = (*zip(left.groups, left.values, strict=True), *zip(rest.groups, rest.values, strict=True))
    return merged(rows, left.values.shape[1])


def merged(rows: Iterable[tuple[Group, Array]], steps: int) -> Table:
    """A table of rows in which each set of labels is there once: at no step twice, says PromQL.

    ``steps`` is how long a row is.
    """
    found: dict[Group, Array] = {}
    for group, row in rows:
        before = found.get(group)
        found[group] = row if before is None else np.where(np.isnan(before), row, before)
    return Table(tuple(found), np.array(list(found.values())).reshape(len(found), steps))


def matching_key(matching: VectorMatching | None) -> Key:
    """What is compared of two series: all labels but the name, or those that ``on`` or ``ignoring`` say."""
    if matching is None:
        return nameless
    if matching.on:
        return lambda group: tuple(each for each in group if each[0] in matching.labels)
    return lambda group: tuple(each for each in nameless(group) if each[0] not in matching.labels)


def _key_of(grouping: Grouping | None) -> Key:
    if grouping is None:
        return lambda _: ()
    if grouping.without:
        return lambda group: tuple(each for each in nameless(group) if each[0] not in grouping.labels)
    return lambda group: tuple(each for each in group if each[0] in grouping.labels)


def _where(left: Table, right: Table, matching: VectorMatching | None, *, present: bool) -> Table:
    key = matching_key(matching)
    there = {each: ~np.isnan(row) for each, row in _by_key(right, key).items()}
    nowhere: Mask = np.zeros(left.values.shape[1], dtype=np.bool_)
    rows = [
        np.where(there.get(key(group), nowhere) == present, row, np.nan)
        for group, row in zip(left.groups, left.values, strict=True)
    ]
    return Table(left.groups, np.array(rows).reshape(left.values.shape))


def _by_key(table: Table, key: Key) -> dict[Group, Array]:
    keyed = ((key(group), row) for group, row in zip(table.groups, table.values, strict=True))
    rows = merged(keyed, table.values.shape[1])
    return dict(zip(rows.groups, rows.values, strict=True))


def _quantile(rows: Array, share: float) -> Array:
    """The quantile of each column as Prometheus computes it, for all columns at once."""
    if not 0 <= share <= 1:
        return np.full((1, rows.shape[1]), share * math.inf)
    ordered = np.sort(rows, axis=0)  # what is not there comes last
    last = np.maximum(np.count_nonzero(~np.isnan(rows), axis=0, keepdims=True) - 1, 0)
    rank = share * last
    below = np.floor(rank).astype(np.intp)
    above = np.minimum(below + 1, last)
    weight = rank - below
    low, high = (np.take_along_axis(ordered, index, axis=0) for index in (below, above))
    return np.asarray(low * (1 - weight) + high * weight)


def _table(rows: Mapping[Group, Array], like: Table) -> Table:
    return Table(tuple(rows), np.array(list(rows.values())).reshape(len(rows), like.values.shape[1]))
