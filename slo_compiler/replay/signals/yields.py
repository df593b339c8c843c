"""Where the expression of each alert of a signal yields, by what the alert is about."""

from __future__ import annotations

from typing import NamedTuple

from slo_compiler.replay.grid import Mask


class Yields(NamedTuple):
    """An alert, by the id of its subject, its name and the kind of its guard; ``holds`` has a row a group."""

    subject: str
    alert: str
    holds: Mask
    guard: str | None = None
