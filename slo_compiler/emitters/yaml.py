"""YAML written from values: every text quoted or in a block, nothing that two readers could read differently.

A string is a literal block where it has several lines, plain where it is a bare word that no YAML reader
takes for anything else, single-quoted where that spares escapes, and double-quoted otherwise. Proven against
Prometheus's reader for every Unicode character; ``json.dumps`` alone would write surrogate pairs, which Go
refuses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

Value: TypeAlias = "str | int | bool | Sequence[Value] | Mapping[str, Value]"
"""What can be written: no floats, which are not exact, and no nulls, which say nothing."""

# Keys, identifiers, durations; beside them the words that YAML 1.1 takes for a boolean, null or number.
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_/:-]*[A-Za-z0-9_]|[A-Za-z_]|(?:[0-9]+(?:ms|[smhdwy]))+")
_SINGLE_QUOTABLE: Final = re.compile(r"[\x20-\x26\x28-\x7e]*")
_NOT_A_STRING: Final = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null|inf|nan)")
# A block cannot show control characters, nor does it keep these line separators and marks apart from text.
_NOT_IN_A_BLOCK: Final = re.compile(
    "[^\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_ESCAPED_IN_QUOTES: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]")


def document(value: Mapping[str, Value], *, comment: str) -> str:
    """One YAML document with a comment on top. Keys keep their order."""
    header = "".join(f"# {line}".rstrip() + "\n" for line in comment.splitlines())
    return header + "".join(f"{line}\n" for line in _mapping(value, ""))


def _mapping(value: Mapping[str, Value], indent: str) -> Iterator[str]:
    for key, item in value.items():
        yield from _entry(f"{indent}{_scalar(key)}:", item, indent)


def _entry(head: str, item: Value, indent: str) -> Iterator[str]:
    """A key with its value, on the same line where it fits there."""
    if isinstance(item, str) and _fits_a_block(item):
        yield f"{head} {_block_header(item)}"
        yield from (f"{indent}  {line}" if line else "" for line in item.rstrip("\n").split("\n"))
    elif isinstance(item, str | int):
        yield f"{head} {_scalar(item)}"
    elif not item:
        yield f"{head} {'{}' if isinstance(item, Mapping) else '[]'}"
    elif isinstance(item, Mapping):
        yield head
        yield from _mapping(item, f"{indent}  ")
    else:
        yield head
        yield from _sequence(item, indent)


def _sequence(value: Sequence[Value], indent: str) -> Iterator[str]:
    for item in value:
        if isinstance(item, str | int) or not item:
            yield from _entry(f"{indent}-", item, indent)
        else:
            inner = f"{indent}  "
            lines = _mapping(item, inner) if isinstance(item, Mapping) else _sequence(item, inner)
            yield f"{indent}- {next(lines).lstrip()}"
            yield from lines


def _scalar(item: str | int) -> str:
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, int):
        return str(item)
    if _PLAIN.fullmatch(item) and not _NOT_A_STRING.fullmatch(item):
        return item
    if _SINGLE_QUOTABLE.fullmatch(item) and ('"' in item or "\\" in item):
        return f"'{item}'"
    quoted = json.dumps(item, ensure_ascii=False)
    return _ESCAPED_IN_QUOTES.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


def _fits_a_block(text: str) -> bool:
    return (
        "\n" in text.rstrip("\n")
        and not text.startswith((" ", "\n"))
        and not text.endswith("\n\n")
        and not any(line.endswith(" ") for line in text.split("\n"))
        and _NOT_IN_A_BLOCK.search(text) is None
    )


def _block_header(text: str) -> str:
    return "|" if text.endswith("\n") else "|-"
