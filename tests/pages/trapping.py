"""Traps of indicators: what happens to the series of an example, and what its rules then count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import yaml

TRAPS: Final = Path(__file__).parent / "traps.yaml"

INTERVAL: Final = "29s"
LOOKED_AT: Final = "20m"


@dataclass(frozen=True, slots=True)
class Trap:
    """``events`` and ``errors`` are what the base window holds, to a thousandth; None is no sample."""

    what: str
    series: Mapping[str, str]
    """Values of each series in the notation of promtool, ``INTERVAL`` apart."""
    so: str
    events: float | None = None
    errors: float | None = None


def traps_of(indicator: str) -> tuple[Trap, ...]:
    """The traps of an indicator; none of one that there are none for."""
    return _all().get(indicator, ())


@cache
def _all() -> Mapping[str, tuple[Trap, ...]]:
    told = yaml.safe_load(TRAPS.read_text(encoding="utf-8"))
    return {indicator: tuple(Trap(**each) for each in traps) for indicator, traps in told.items()}


def indicators_with_traps() -> tuple[str, ...]:
    """Those that any are told of."""
    return tuple(_all())
