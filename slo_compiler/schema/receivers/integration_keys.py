"""What a value in Alertmanager's configuration may be: the words that the tables of keys are written in."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final, TypeAlias

from msgspec import Struct

FLOOR: Final = "0.25"
"""The oldest Alertmanager that anything is compiled for."""


class Scalar(enum.Enum):
    """A single value, by what Alertmanager reads it as."""

    TEXT = "text"
    FLAG = "true or false"
    WHOLE = "a whole number"
    DURATION = "a duration such as 5m"
    GO_DURATION = "a duration such as 90s or 1m30s, which knows no days"
    URL = "a URL that begins with http:// or https://"
    TEMPLATED_URL = "a URL that begins with http:// or https://, or a template of one"
    HOST_PORT = "a host and a port such as mail.example.com:587"
    FILE = "the path of a file"
    SECRET_FILE = "the path of a file, with a / in it"  # noqa: S105 the words of a message
    ANYTHING = "any value"


class Choice(Struct, frozen=True):
    """One of a few words."""

    words: tuple[str, ...]
    template: bool = False
    """Whether a Go template may stand there, which becomes one of the words; the words then ignore case."""


class Secret(Struct, frozen=True):
    """What must not stand in a file that everybody reads."""

    instead: str | None = None
    """What to do where there is no key of the same name with ``_file``."""
    harmless: str | None = None
    """The one value that is public."""


class Items(Struct, frozen=True):
    """A list."""

    of: Shape
    least: int = 0


class Table(Struct, frozen=True):
    """A mapping whose keys the author chooses."""

    of: Shape
    reserved: tuple[str, ...] = ()
    """Keys that Alertmanager sets itself, in lower case."""


class Needs(Struct, frozen=True):
    """Without one of these keys Alertmanager refuses the file.

    A key with dots is that of a section below, or, after ``global.``, of the global section.
    """

    one_of: tuple[str, ...]
    when: str | None = None
    """The key that brings the need with it; None for always."""


class Section(Struct, frozen=True):
    """A mapping whose keys Alertmanager knows."""

    keys: Mapping[str, Key]
    needs: tuple[Needs, ...] = ()
    excludes: tuple[tuple[str, ...], ...] = ()
    """Sets of keys of which at most one may be given."""
    short: Shape | None = None
    """What may stand there in the place of the mapping."""


Shape: TypeAlias = "Scalar | Choice | Secret | Items | Table | Section"


class Key(Struct, frozen=True):
    """What stands behind a key, and the first release that knows it; of a secret, which is refused, any."""

    shape: Shape
    since: str = FLOOR


def keys(shape: Shape, *names: str, since: str = FLOOR) -> dict[str, Key]:
    """Keys of the same shape."""
    return {name: Key(shape, since) for name in names}


def in_file(*names: str, since: str = FLOOR) -> dict[str, Key]:
    """Secrets that may stand in a file of their own, and since when."""
    return {
        **keys(Secret(), *names),
        **keys(Scalar.SECRET_FILE, *(f"{name}_file" for name in names), since=since),
    }
