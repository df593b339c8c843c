"""From bytes to text: what has to hold of a file before it is parsed."""

from __future__ import annotations

import codecs
import io
import itertools
import re
from typing import Final

from slo_compiler.diagnostics import Diagnostic, Position, error

MOST_BYTES: Final = 1024 * 1024
"""The spec of a service is some kilobytes long; 1 MiB holds about two thousand SLOs."""

MOST_PROBLEMS: Final = 100
"""How many problems of one file are told: nobody reads more, and a hostile file could have a million."""

_BYTE_ORDER_MARK: Final = "\ufeff"

# What YAML 1.2.2 lets a file contain (section 5.1), less what only some readers take for the end of a line
# (YAML 1.1 does, YAML 1.2 and editors do not), and less a byte order mark that does not begin the file.
_REFUSED: Final = r"[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_ASCII: Final = b"\t\n" + bytes(range(0x20, 0x7F))
_LINE_ENDS_FOR_SOME: Final = "\r\x85\u2028\u2029"


def decode(path: str, content: bytes) -> str | list[Diagnostic]:
    """The text of a UTF-8 file, without byte order mark, every line ended by a line feed.

    Nothing else is changed, so lines and columns are those of the file.
    """
    if len(content) > MOST_BYTES:
        message = (
            f"the file has {len(content):,} bytes and at most {MOST_BYTES:,} are read; split it by service"
        )
        return [error(Position(path), "yaml/size", message)]
    if _looks_like_utf16(content):
        message = "the file is UTF-16 and only UTF-8 is read; save it as UTF-8"
        return [error(Position(path), "yaml/encoding", message)]
    try:
        text = _with_plain_line_ends(content)
    except UnicodeDecodeError as invalid:
        return [_invalid_byte(path, content, invalid.start)]
    if is_legible(text):
        return text
    refused = itertools.islice(re.finditer(_REFUSED, text), MOST_PROBLEMS)
    return [_refused_character(path, text, match.start()) for match in refused]


def is_legible(text: str) -> bool:
    """Whether a file may contain each character of it, as it is."""
    if text.isascii():  # the pattern takes thirty times as long, and as long as many files to be compiled
        return not text.encode().translate(None, _ASCII)
    return not re.search(_REFUSED, text)


def set_directives_aside(path: str, text: str) -> tuple[str, list[Diagnostic]]:
    """The text with the directives before its document made comments, and a diagnostic for each.

    libyaml compares every %TAG with all before it, ahead of its first event: 1 MiB of them takes ten seconds.
    """
    problems: list[Diagnostic] = []
    preamble = []
    lines = io.StringIO(text)
    for number, line in enumerate(lines, start=1):
        is_directive = line.startswith("%")
        preamble.append("#" + line[1:] if is_directive else line)
        if is_directive and len(problems) < MOST_PROBLEMS:
            message = "directives are not read: every spec is YAML 1.2 without tags; remove the line"
            problems.append(error(Position(path, number), "yaml/directive", message))
        if line.strip() and line[0] not in "#%":
            break
    return "".join(preamble) + lines.read(), problems


def position_in(path: str, text: str, offset: int) -> Position:
    """The place of a character of the text."""
    line_start = text.rfind("\n", 0, offset) + 1
    return Position(path, text.count("\n", 0, offset) + 1, offset - line_start + 1)


def _with_plain_line_ends(content: bytes) -> str:
    return content.decode("utf-8").removeprefix(_BYTE_ORDER_MARK).replace("\r\n", "\n")


def _looks_like_utf16(content: bytes) -> bool:
    """By its byte order mark, or by the zero bytes that Latin letters have in it."""
    zeros = [byte == 0 for byte in content[:4]]
    by_letters = zeros in ([False, True, False, True], [True, False, True, False])
    return by_letters or content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def _invalid_byte(path: str, content: bytes, offset: int) -> Diagnostic:
    before = _with_plain_line_ends(content[:offset])
    message = f"the byte 0x{content[offset]:02x} is not UTF-8 here; save the file as UTF-8"
    return error(position_in(path, before, len(before)), "yaml/encoding", message)


def _refused_character(path: str, text: str, offset: int) -> Diagnostic:
    character = text[offset]
    name = f"U+{ord(character):04X}"
    if character in _LINE_ENDS_FOR_SOME:
        message = f"the character {name} ends a line for some readers of YAML and not for others; remove it"
    else:
        message = f"the character {name} is not allowed in YAML, and no reviewer would see it; remove it"
    return error(position_in(path, text, offset), "yaml/character", message)
