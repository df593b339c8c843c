"""From a character of a scalar back to its place in the file, where an error inside an expression is shown.

The text of a scalar is not what stands in the file: quotes, escapes, folding and indentation are between.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Iterator
from typing import Final, assert_never

from slo_compiler.diagnostics import Position
from slo_compiler.schema.yaml.nodes import ScalarNode, Style

# What stands for one character of the text. Only a fold stands for one space, or for its line feeds without
# the first; and an escaped line break for its line feeds without the first.
_FOLD: Final = r"(?P<fold>[ \t]*\n[ \t\n]*)"
_ESCAPE: Final = r"(?P<escaped_break>\\\n[ \t\n]*)|\\x.{2}|\\u.{4}|\\U.{8}|\\."
_PLAIN: Final = rf"{_FOLD}|."
_SINGLE_QUOTED: Final = rf"{_FOLD}|''|."
_DOUBLE_QUOTED: Final = rf"{_FOLD}|{_ESCAPE}|."

_VISIBLE: Final = r"[^ \t\n]"
_VISIBLE_OR_SPACE: Final = r"[^ \t\n]|(?P<space>[ \t\n]+)"


def position_at(scalar: ScalarNode, offset: int) -> Position:
    """Where the character of ``scalar.text`` with this offset stands in the file.

    The length of the text is an offset as well and means the end of its last line; an offset beyond the text
    is taken for the nearest end. An escape stands where its backslash does. All is exact, but for the line
    feeds of a folded block (``>``) beside blank lines with spaces in them: these are off by as many columns.
    A text that was made of another one has the places of that.
    """
    if scalar.origin is not None:
        old = scalar.origin.offsets
        return position_at(scalar.origin.scalar, old[max(0, min(offset, len(old) - 1))])
    offsets = _source_offsets(scalar)
    return _position_of(scalar, offsets[max(0, min(offset, len(offsets) - 1))])


def _position_of(scalar: ScalarNode, offset: int) -> Position:
    begin = scalar.position
    line_start = scalar.source.rfind("\n", 0, offset) + 1
    if line_start == 0:
        return Position(begin.path, begin.line, begin.column + offset)
    line = begin.line + scalar.source.count("\n", 0, offset)
    return Position(begin.path, line, offset - line_start + 1)


@functools.lru_cache(maxsize=1)  # one after the other, a long expression is asked for all its places
def _source_offsets(scalar: ScalarNode) -> list[int]:
    """For each character of the text its offset in the source, and last the offset of the end."""
    source, text = scalar.source, scalar.text
    closing_quote = len(source) - 1
    match scalar.style:
        case Style.PLAIN:
            return [*_flow_offsets(_PLAIN, source, 0, len(source)), len(source)]
        case Style.SINGLE_QUOTED:
            return [*_flow_offsets(_SINGLE_QUOTED, source, 1, closing_quote), closing_quote]
        case Style.DOUBLE_QUOTED:
            return [*_flow_offsets(_DOUBLE_QUOTED, source, 1, closing_quote), closing_quote]
        case Style.LITERAL:
            return _with_end_of_line(list(_literal_offsets(source, text)), text)
        case Style.FOLDED:
            return _with_end_of_line(list(_folded_offsets(source, text)), text)
        case _:
            assert_never(scalar.style)


def _flow_offsets(tokens: str, source: str, begin: int, end: int) -> Iterator[int]:
    for token in re.compile(tokens, re.DOTALL).finditer(source, begin, end):
        if token.lastgroup is None:
            yield token.start()
            continue
        breaks = [token.start() + index for index, character in enumerate(token[0]) if character == "\n"]
        if token.lastgroup == "fold" and len(breaks) == 1:
            yield breaks[0]
        else:
            yield from breaks[1:]


def _literal_offsets(source: str, text: str) -> Iterator[int]:
    """Line by line: what a line of the file has before its line of the text is indentation."""
    line_start = source.find("\n") + 1  # below the line of the |
    for line in io.StringIO(text):
        line_end = source.find("\n", line_start)
        line_end = len(source) if line_end < 0 else line_end
        begin = line_end - len(line.removesuffix("\n"))
        yield from range(begin, begin + len(line))
        line_start = line_end + 1


def _folded_offsets(source: str, text: str) -> Iterator[int]:
    """By the visible characters, whose order folding keeps; space is measured from those beside it."""
    header_end = source.find("\n")  # the end of the line of the >
    visible = (match.start() for match in re.compile(_VISIBLE).finditer(source, header_end))
    before, after = header_end, next(visible, len(source))
    for run in re.finditer(_VISIBLE_OR_SPACE, text):
        if run.lastgroup is None:
            before, after = after, next(visible, len(source))
            yield before
            continue
        # Space up to the last line feed follows what is before it; the rest indents what is after it.
        length = len(run[0])
        following = run[0].rfind("\n") + 1
        if following == 0 and before != header_end:
            following = length
        yield from range(before + 1, before + 1 + following)
        yield from range(after - (length - following), after)


def _with_end_of_line(offsets: list[int], text: str) -> list[int]:
    """The end of a block is behind its last character, but not on the line below."""
    if not offsets:
        return [0]
    return [*offsets, offsets[-1] if text.endswith("\n") else offsets[-1] + 1]
