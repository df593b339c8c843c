"""Text of a spec within Markdown: nothing but that text, without markup, HTML or links of its own."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from markupsafe import Markup

_MARKUP: Final = re.compile(r"[\\`*\[\]|~]|(?<![^\W_])_|_(?![^\W_])")
_OF_A_LINE: Final = re.compile(r"^([0-9]*)([#+=.)-])(?=\s|#|$)")
_SPACE: Final = re.compile(r"\s+")
_FENCE: Final = re.compile(r"`{3,}")
_TICKS: Final = re.compile(r"`+")
_HTTP: Final = re.compile(r"https?://[^\s]+")


def text(value: object) -> Markup:
    """A value as plain text on one line; what already is Markdown stays as it is."""
    return value if isinstance(value, Markup) else _plain(str(value))


@lru_cache(maxsize=4096)  # names, numbers and owners are said again and again
def _plain(value: str) -> Markup:
    line = _SPACE.sub(" ", value).strip()
    line = _MARKUP.sub(r"\\\g<0>", line.replace("&", "&amp;"))
    line = line.replace("<", "&lt;").replace(">", "&gt;")
    return Markup(_OF_A_LINE.sub(r"\g<1>\\\g<2>", line))  # noqa: S704


def paragraphs(value: str) -> Markup:
    """A text of several lines as paragraphs, each plain."""
    parts = (text(part) for part in re.split(r"\n\s*\n", value.strip()))
    return Markup("\n\n").join(parts)


def code(value: str) -> Markup:
    """A value as code within a line; a table would take a bar in it for the end of a cell."""
    line = _SPACE.sub(" ", value)
    longest = max((len(found) for found in _TICKS.findall(line)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return Markup(f"{ticks}{pad}{line}{pad}{ticks}")  # noqa: S704


def fenced(value: str, language: str) -> Markup:
    """A value as a block of code."""
    longest = max((len(found) for found in _FENCE.findall(value)), default=2)
    fence = "`" * max(3, longest + 1)
    return Markup(f"{fence}{language}\n{value}\n{fence}")  # noqa: S704


def link(title: str, url: str) -> Markup:
    """A link, if it is one of the web; else its title alone."""
    if not _HTTP.fullmatch(url):
        return text(title)
    safe = quote(url, safe="%/:=&?~#+!$,;'@*-._")
    return Markup(f"[{text(title)}]({safe})")  # noqa: S704
