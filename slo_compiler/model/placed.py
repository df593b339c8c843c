"""What an author wrote: equal to the same elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache
from operator import attrgetter
from typing import Any, Final

from msgspec import Struct

_PLACES: Final = frozenset({"position", "locate", "owner_position", "owner_positions"})


class Placed(Struct, frozen=True, eq=False):
    """A part of a spec that knows where it stands.

    The place does not make it another part, so that moving a line in a file is no change.
    """

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        said = _said(type(self))
        return bool(said(self) == said(other))

    def __ne__(self, other: object) -> bool:
        return not self == other  # what a struct inherits tells whether it is another object

    def __hash__(self) -> int:
        return hash(_said(type(self))(self))


@cache
def _said(kind: type[Placed]) -> Callable[[Any], Hashable]:
    """What all fields say but those of the place."""
    fields = [name for name in kind.__struct_fields__ if name not in _PLACES]
    return attrgetter(*fields) if fields else lambda _: ()
