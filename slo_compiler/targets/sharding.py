"""How rule groups are shared out among rulers: by cost, and so that few of them move when one is added."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

_SLACK: Final = Fraction(11, 10)
"""How much more than its even share a ruler may get, so that a further SLO moves few others."""


def share_out(costs: Mapping[str, Fraction], shards: int) -> dict[str, int]:
    """The number of a shard, from 0 on, for each id.

    Each id ranks the shards by a hash of its own and goes to the first that is not full, the costly ones
    first: no shard is more than a tenth above the even share, unless one id alone is.

    Args:
        costs: what each id costs, in any unit.
        shards: how many there are.
    """
    room = sum(costs.values(), Fraction(0)) / shards * _SLACK
    loads = [Fraction(0)] * shards
    chosen = {}
    for id_, cost in sorted(costs.items(), key=lambda item: (-item[1], item[0])):
        ranked = sorted(range(shards), key=lambda shard: _rank(id_, shard))
        fits = next((shard for shard in ranked if loads[shard] + cost <= room), None)
        shard = min(ranked, key=lambda each: loads[each]) if fits is None else fits
        loads[shard] += cost
        chosen[id_] = shard
    return chosen


def _rank(id_: str, shard: int) -> bytes:
    return hashlib.sha256(f"{shard}/{id_}".encode()).digest()
