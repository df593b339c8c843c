"""Which SLOs of some specs a command is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import click

Value = TypeVar("Value")


def chosen_slos(slos: Sequence[Value], names: Sequence[str], id_of: Callable[[Value], str]) -> list[Value]:
    """The SLOs of the names, in their own order; all of them where no name is given.

    Args:
        slos: all of them, as anything.
        names: ids, or names without the service.
        id_of: the id of one.

    Raises:
        click.UsageError: there is none of a name.
    """
    known = {name for slo in slos for name in _names(id_of(slo))}
    for name in names:
        if name not in known:
            listed = ", ".join(map(id_of, slos))
            raise click.UsageError(f"there is no SLO {name} in these specs; there are {listed}")
    return [slo for slo in slos if not names or not _names(id_of(slo)).isdisjoint(names)]


def _names(slo_id: str) -> set[str]:
    """What an SLO may be called: its id, or its name alone."""
    return {slo_id, slo_id.partition(":")[2]}
