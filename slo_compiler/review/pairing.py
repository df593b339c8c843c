"""Which part of the old program became which of the new one: by name, and where that fails by meaning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import TypeAlias, TypeVar

Item = TypeVar("Item")

Pair: TypeAlias = "tuple[Item | None, Item | None]"
"""Before and after; None on one side for what came or went."""


def pair(
    old: Sequence[Item], new: Sequence[Item], keys: Sequence[Callable[[Item], Hashable]]
) -> list[Pair[Item]]:
    """The old and the new items side by side: in the order of the new ones, and then those that are gone.

    Args:
        old: the items before.
        new: the items after.
        keys: an old and a new item belong together when they agree on one of these. The first key pairs what
            it can, the next one what is left. Of items with the same key the first are paired, as Prometheus
            does it with rules of the same name and labels.
    """
    partners: dict[int, int] = {}
    for key in keys:
        waiting: defaultdict[Hashable, list[int]] = defaultdict(list)
        taken = set(partners.values())
        for index, item in enumerate(old):
            if index not in taken:
                waiting[key(item)].append(index)
        for index, item in enumerate(new):
            if index not in partners and waiting[key(item)]:
                partners[index] = waiting[key(item)].pop(0)
    kept = set(partners.values())
    return [
        *((old[partners[index]] if index in partners else None, item) for index, item in enumerate(new)),
        *((item, None) for index, item in enumerate(old) if index not in kept),
    ]


def present(*sides: Item | None) -> Item:
    """The first that is there; one of a pair always is.

    Raises:
        ValueError: none is.
    """
    for side in sides:
        if side is not None:
            return side
    raise ValueError("neither side of a pair is there")
