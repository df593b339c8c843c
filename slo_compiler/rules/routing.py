"""Alertmanager's routing tree as values, and the way an alert takes through it.

The semantics are those of ``Route.Match`` and ``NewRoute`` in Alertmanager's ``dispatch/route.go``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.quantities import HOUR, MINUTE, SECOND, Seconds
from slo_compiler.rules.matchers import Labels, Matcher, ToldApart, all_match, check_label_name

GROUP_BY_ALL: Final = ("...",)
"""The ``group_by`` that puts each alert into a group of its own."""

Path: TypeAlias = tuple[tuple[Matcher, ...], ...]
"""The matchers of each route on the way from the root, which has none and is left out, down to a leaf."""


class Route(Struct, frozen=True):
    """A node of the routing tree; what is None is inherited from the parent.

    Raises:
        ValueError: no Alertmanager would load it, or two releases would differ about it.
    """

    receiver: str | None = None
    matchers: tuple[Matcher, ...] = ()
    routes: tuple[Route, ...] = ()
    continue_: bool = False
    """Whether an alert that matched here is offered to the next sibling, too."""
    group_by: tuple[str, ...] | None = None
    """Label names, or ``GROUP_BY_ALL``. Never empty: 0.25 inherits then, and 0.33 makes one group."""
    group_wait: Seconds | None = None
    group_interval: Seconds | None = None
    repeat_interval: Seconds | None = None
    mute_time_intervals: tuple[str, ...] = ()
    """Never inherited. Outside its hours a route swallows what it matches; no sibling gets it instead."""
    active_time_intervals: tuple[str, ...] = ()
    """As ``mute_time_intervals``."""

    def __post_init__(self) -> None:
        if self.group_by is not None:
            _check_group_by(self.group_by)
        if self.group_interval == 0 or self.repeat_interval == 0:
            raise ValueError("Alertmanager takes no group_interval or repeat_interval of zero")


class Leaf(Struct, frozen=True):
    """A route that notifies of an alert, with what it inherited."""

    receiver: str
    group_by: tuple[str, ...]
    """Label names, ``GROUP_BY_ALL``, or nothing: then all alerts of the route are one group."""
    group_wait: Seconds
    group_interval: Seconds
    repeat_interval: Seconds
    mute_time_intervals: tuple[str, ...]
    active_time_intervals: tuple[str, ...]
    path: Path


# DefaultRouteOpts in dispatch/route.go: what the root inherits.
_DEFAULTS: Final = Leaf(
    receiver="",
    group_by=(),
    group_wait=30 * SECOND,
    group_interval=5 * MINUTE,
    repeat_interval=4 * HOUR,
    mute_time_intervals=(),
    active_time_intervals=(),
    path=(),
)


def route(tree: Route, labels: Labels) -> tuple[Leaf, ...]:
    """The routes that notify of an alert with these labels, in the order of the tree; at least one.

    Time intervals play no part: they silence a leaf, and never change which leaf it is.

    Args:
        tree: the root of the tree.
        labels: those of the alert.

    Raises:
        ValueError: Alertmanager takes no such root, or the way depends on a value known only at run time.
    """
    _check_root(tree)
    return tuple(_leaves(tree, labels, _inherited(tree, _DEFAULTS, ())))


class Ways:
    """The ways through a tree, each looked for once: thousands of alerts take a few."""

    def __init__(self, tree: Route) -> None:
        self._tree = tree
        self._told_apart = ToldApart(_matchers(tree))
        self._known: dict[tuple[object, ...], tuple[Leaf, ...]] = {}

    def of(self, labels: Labels) -> tuple[Leaf, ...]:
        """As ``route``."""
        key = self._told_apart.key(labels)
        if key not in self._known:
            self._known[key] = route(self._tree, labels)
        return self._known[key]


def _matchers(tree: Route) -> Iterator[Matcher]:
    yield from tree.matchers
    for child in tree.routes:
        yield from _matchers(child)


def _leaves(node: Route, labels: Labels, here: Leaf) -> Iterator[Leaf]:
    """The leaves below a node that the alert is known to match; the node itself if there are none."""
    reached = False
    for child in node.routes:
        if all_match(child.matchers, labels):
            reached = True
            yield from _leaves(child, labels, _inherited(child, here, (*here.path, child.matchers)))
            if not child.continue_:
                break
    if not reached:
        yield here


def _inherited(node: Route, parent: Leaf, path: Path) -> Leaf:
    """What holds at a node: what it says itself, and else what holds at its parent."""
    return Leaf(
        receiver=node.receiver or parent.receiver,
        group_by=parent.group_by if node.group_by is None else node.group_by,
        group_wait=parent.group_wait if node.group_wait is None else node.group_wait,
        group_interval=node.group_interval or parent.group_interval,
        repeat_interval=node.repeat_interval or parent.repeat_interval,
        mute_time_intervals=node.mute_time_intervals,
        active_time_intervals=node.active_time_intervals,
        path=path,
    )


def _check_root(root: Route) -> None:
    if not root.receiver:
        raise ValueError("the root route needs a receiver")
    if root.matchers or root.continue_ or root.mute_time_intervals or root.active_time_intervals:
        raise ValueError(
            "the root route takes every alert at all times: no matchers, no continue, no intervals"
        )


def _check_group_by(group_by: tuple[str, ...]) -> None:
    if group_by == GROUP_BY_ALL:
        return
    if not group_by:
        raise ValueError(
            "an empty group_by inherits in Alertmanager 0.25 and makes one group in 0.33; leave it out"
        )
    if len(set(group_by)) < len(group_by):
        raise ValueError(f"group_by {', '.join(group_by)} names a label twice")
    for name in group_by:
        check_label_name(name)
