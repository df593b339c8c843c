"""YAML written from values: every text quoted or in a block, nothing that two readers could read differently.

A string is a literal block where it has several lines, plain where it is a bare word that no YAML reader
takes for anything else, single-quoted where that spares escapes, and double-quoted otherwise. Proven against
Prometheus's reader for every Unicode character; ``json.dumps`` alone would write surrogate pairs, which Go
refuses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

Value: TypeAlias = "str | int | bool | Sequence[Value] | Mapping[str, Value]"
"""What can be written: no floats, which are not exact, and no nulls, which say nothing."""

# Keys, identifiers, durations; beside them the words that YAML 1.1 takes for a boolean, null or number.
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_/:-]*[A-Za-z0-9_]|[A-Za-z_]|(?:[0-9]+(?:ms|[smhdwy]))+")
_SINGLE_QUOTABLE: Final = re.compile(r"[\x20-\x26\x28-\x7e]*")
_NOT_A_STRING: Final = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null|inf|nan)")
# A block cannot show control characters, nor does it keep these line separators and marks apart from text.
_NOT_IN_A_BLOCK: Final = (
    "[^\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_PRINTABLE_ASCII: Final = b"\n" + bytes(range(0x20, 0x7F))
_ONLY_INDENTED: Final = re.compile(r"^ +$", re.MULTILINE)
_ENCODED: Final = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps makes an encoder for each text
_ESCAPED_IN_QUOTES: Final = "[\x7f-\x9f\u2028\u2029\ufeff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]"


def document(value: Mapping[str, Value], *, comment: str) -> str:
    """One YAML document with a comment on top. Keys keep their order."""
    writer = _Writer([f"# {line}".rstrip() for line in comment.splitlines()])
    writer.mapping(value, "", "")
    return "\n".join((*writer.lines, ""))


class _Texts(dict[str, str]):
    """Texts as they are written, each looked at once: the labels of an SLO are those of all its rules."""

    def __missing__(self, text: str) -> str:
        written = self[text] = _text(text)
        return written


class _Writer:
    """Appends to lines: generators within generators took most of the time of a compilation."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self._texts = _Texts()
        self._written: dict[tuple[int, str], list[str]] = {}
        """The lines of mappings by identity and indentation: most rules of an SLO have the same labels."""

    def mapping(self, value: Mapping[str, Value], indent: str, head: str) -> None:
        """The entries of a mapping, of which the first stands behind ``head``."""
        append, texts = self.lines.append, self._texts
        for key, item in value.items():
            if type(item) is not str:
                self.entry(f"{head}{texts[key]}:", item, indent)
            elif "\n" in item and _fits_a_block(item):
                append(f"{head}{texts[key]}: {_block(item, indent)}")
            else:
                append(f"{head}{texts[key]}: {texts[item]}")
            head = indent

    def entry(self, head: str, item: Value, indent: str) -> None:
        """A key with its value, on the same line where it fits there."""
        if isinstance(item, str):
            self.lines.append(f"{head} {_block(item, indent) if _fits_a_block(item) else self._texts[item]}")
        elif isinstance(item, int):
            self.lines.append(f"{head} {_scalar(item)}")
        elif not item:
            self.lines.append(f"{head} {'{}' if isinstance(item, Mapping) else '[]'}")
        elif isinstance(item, Mapping):
            self.lines.append(head)
            self._below(item, f"{indent}  ")
        else:
            self.lines.append(head)
            self.sequence(item, indent, indent)

    def sequence(self, value: Sequence[Value], indent: str, head: str) -> None:
        """The items of a sequence, of which the first stands behind ``head``."""
        inner = f"{indent}  "
        for item in value:
            if isinstance(item, str | int) or not item:
                self.entry(f"{head}-", item, indent)
            elif isinstance(item, Mapping):
                self.mapping(item, inner, f"{head}- ")
            else:
                self.sequence(item, inner, f"{head}- ")
            head = indent

    def _below(self, item: Mapping[str, Value], indent: str) -> None:
        """The entries of a mapping, each on lines of its own."""
        written = self._written.get((id(item), indent))
        if written is None:
            begin = len(self.lines)
            self.mapping(item, indent, indent)
            self._written[id(item), indent] = self.lines[begin:]
        else:
            self.lines += written


def _scalar(item: int) -> str:
    if isinstance(item, bool):
        return "true" if item else "false"
    return str(item)


def _text(item: str) -> str:
    if _PLAIN.fullmatch(item) and not _NOT_A_STRING.fullmatch(item):
        return item
    if ('"' in item or "\\" in item) and _SINGLE_QUOTABLE.fullmatch(item):
        return f"'{item}'"
    quoted = _ENCODED(item)
    if quoted.isprintable():  # as nothing is that has to be escaped
        return quoted
    return re.sub(_ESCAPED_IN_QUOTES, lambda match: f"\\u{ord(match[0]):04x}", quoted)


def _fits_a_block(text: str) -> bool:
    return (
        "\n" in text.rstrip("\n")
        and text[0] not in " \n"
        and not text.endswith(("\n\n", " "))
        and " \n" not in text
        and (_is_printable_ascii(text) or not re.search(_NOT_IN_A_BLOCK, text))
    )


def _is_printable_ascii(lines: str) -> bool:
    """What the pattern finds nothing in, told thirty times as fast."""
    return lines.isascii() and not lines.encode().translate(None, _PRINTABLE_ASCII)


def _block(text: str, indent: str) -> str:
    """The header of a block and its lines, of which the empty ones are not indented."""
    header = "|" if text.endswith("\n") else "|-"
    indented = text.removesuffix("\n").replace("\n", f"\n{indent}  ")
    body = _ONLY_INDENTED.sub("", indented) if "\n\n" in text else indented
    return f"{header}\n{indent}  {body}"
