"""Text in YAML: every one quoted or on lines of its own, nothing that two readers could read differently.

A string is a literal block where it has several lines, plain where it is a bare word that no YAML reader
takes for anything else, single-quoted where that spares escapes, and double-quoted otherwise. Proven against
Prometheus's reader for every Unicode character; ``json.dumps`` alone would write surrogate pairs, which Go
refuses.
"""

from __future__ import annotations

import json
import re
from typing import Final

from slo_compiler.schema.yaml.source_text import is_legible

# Keys, identifiers, durations; less the words that YAML 1.1 takes for a boolean, null or number.
_PLAIN: Final = re.compile(
    r"(?!(?i:y|n|yes|no|on|off|true|false|null|inf|nan)\Z)"
    r"(?:[A-Za-z_][A-Za-z0-9_/:-]*[A-Za-z0-9_]|[A-Za-z_]|(?:[0-9]+(?:ms|[smhdwy]))+)"
)
_MEANING_THEMSELVES: Final = bytes(range(0x20, 0x7F)).translate(None, b"\"'\\")
"""In quotes of either kind."""
_ONLY_INDENTED: Final = re.compile(r"^ +$", re.MULTILINE)
_ENCODED: Final = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps makes an encoder for each text
_ESCAPED_IN_QUOTES: Final = "[\x7f-\x9f\u2028\u2029\ufeff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]"


class Written:
    """A document as it grows: generators within generators took most of the time of a compilation."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.words = _Words()
        """Texts as they are written on a line."""

    def text(self, head: str, text: str, begin: str) -> None:
        """A text behind ``head``, or below it, where each line begins with ``begin``.

        What begins a line is told with the line feed before it, here as everywhere.
        """
        if "\n" in text and (lines := _lines(text, begin)):
            header = "|" if text.endswith("\n") else "|-"
            self.pieces.append(f"{head} {header}{begin}")
            self.pieces.append(lines)
        else:
            self.pieces.append(f"{head} {self.words[text]}")

    def document(self, comment: str) -> str:
        """All that was written, with a comment on top."""
        above = [f"# {line}".rstrip() + "\n" for line in comment.splitlines()]
        return "".join((*above, *self.pieces, "\n"))


class _Words(dict[str, str]):
    """Each looked at once: the labels of an SLO are those of all its rules."""

    def __missing__(self, text: str) -> str:
        written = self[text] = _word(text)
        return written


def _word(text: str) -> str:
    """A text on one line."""
    if " " not in text and _PLAIN.fullmatch(text):
        return text
    if text.isascii():
        marks = text.encode().translate(None, _MEANING_THEMSELVES)
        if not marks:
            return f'"{text}"'
        if not marks.strip(b'"\\'):
            return f"'{text}'"
    quoted = _ENCODED(text)
    if quoted.isprintable():  # as nothing is that has to be escaped
        return quoted
    return re.sub(_ESCAPED_IN_QUOTES, lambda match: f"\\u{ord(match[0]):04x}", quoted)


def _lines(text: str, begin: str) -> str:
    """The lines of a block, of which the empty ones are not indented; "" if a block cannot show the text."""
    body = text.removesuffix("\n")
    if "\n" not in body or body[0] in " \n" or body[-1] in " \n":
        return ""
    if "\t" in body or not is_legible(body):  # and tabs are not seen for what they are
        return ""
    lines = body.replace("\n", begin)
    if f" {begin}" not in lines:  # a blank before a line feed: of the text, or what indents an empty line
        return lines
    return "" if " \n" in body else _ONLY_INDENTED.sub("", lines)
