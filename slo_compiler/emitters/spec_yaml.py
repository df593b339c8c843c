"""A spec as YAML that a person would have written: plain where that is safe, short things on one line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from slo_compiler.schema.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from slo_compiler.schema.yaml.scalars import resolve

MOST_COLUMNS: Final = 100
"""A short mapping or list stands on one line if that is no longer than this."""

# What no reader takes for anything but text, beside the words and numbers that resolve() knows.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_(/+.][\x21-\x7e]*(?: [\x21-\x7e]+)*")
_NOT_PLAIN: Final = re.compile(r": | #|:$")
_IN_FLOW: Final = re.compile(r"[A-Za-z0-9_./+-][A-Za-z0-9_./%+-]*")
_WORDS_OF_YAML_1_1: Final = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null|inf|nan)|[0-9_:.]+")
_SINGLE_QUOTABLE: Final = re.compile(r"[\x20-\x7e]*")
_BLOCK: Final = re.compile(r"[\n\x20-\x7e\xa0-\ud7ff]*")
_ESCAPED: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]")


def document(root: MappingNode, *, comment: str) -> str:
    """One YAML document with a comment on top, and an empty line before what is long."""
    header = "".join(f"# {line}".rstrip() + "\n" for line in comment.splitlines())
    return header + "".join(f"{line}\n" for line in _mapping(root, ""))


def _mapping(node: MappingNode, indent: str) -> Iterator[str]:
    for key, entry in node.entries.items():
        yield from _entry(f"{indent}{_scalar(key)}:", entry.value, indent)


def _entry(head: str, node: Node, indent: str) -> Iterator[str]:
    """A key, or the dash of an item, with its value."""
    on_one_line = _flow(node)
    if isinstance(node, ScalarNode):
        yield from _text(head, node, indent)
    elif on_one_line is not None and len(head) + len(on_one_line) < MOST_COLUMNS:
        yield f"{head} {on_one_line}"
    elif isinstance(node, MappingNode):
        yield head
        yield from _mapping(node, f"{indent}  ")
    else:
        yield head
        yield from _sequence(node, f"{indent}  ")


def _sequence(node: SequenceNode, indent: str) -> Iterator[str]:
    for item in node.items:
        on_one_line = _flow(item)
        if isinstance(item, MappingNode) and on_one_line is None:
            lines = _mapping(item, f"{indent}  ")
            yield f"{indent}- {next(lines).lstrip()}"
            yield from lines
        else:
            yield from _entry(f"{indent}-", item, indent)


def _text(head: str, node: ScalarNode, indent: str) -> Iterator[str]:
    value = node.value
    if isinstance(value, str) and _fits_a_block(value):
        yield f"{head} {'|' if value.endswith(chr(10)) else '|-'}"
        yield from (f"{indent}  {line}" if line else "" for line in value.rstrip("\n").split("\n"))
    else:
        yield f"{head} {_scalar(value) if isinstance(value, str) else node.text}"


def _flow(node: Node) -> str | None:
    """A list or mapping of nothing but short words on one line; None where there is more to it."""
    match node:
        case ScalarNode(value=str() as value):
            return value if _IN_FLOW.fullmatch(value) and _is_text(value) else None
        case ScalarNode(text=text):
            return text
        case SequenceNode(items=items):
            if any(not isinstance(item, ScalarNode) for item in items):
                return None
            parts = [_flow(item) for item in items]
            return None if None in parts else f"[{', '.join(part or '' for part in parts)}]"
        case MappingNode(entries=entries):
            return _flow_mapping({key: entry.value for key, entry in entries.items()})


def _flow_mapping(values: Mapping[str, Node]) -> str | None:
    if not values or any(not isinstance(value, ScalarNode) for value in values.values()):
        return None
    parts = {key: _flow(value) for key, value in values.items()}
    if any(part is None for part in parts.values()) or any(not _IN_FLOW.fullmatch(key) for key in parts):
        return None
    return f"{{{', '.join(f'{key}: {part}' for key, part in parts.items())}}}"


def _scalar(value: str) -> str:
    if _PLAIN.fullmatch(value) and not _NOT_PLAIN.search(value) and _is_text(value):
        return value
    if _SINGLE_QUOTABLE.fullmatch(value) and ("'" not in value or '"' in value):
        return "'" + value.replace("'", "''") + "'"
    quoted = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


def _is_text(value: str) -> bool:
    """Whether neither YAML 1.2 nor YAML 1.1 takes it for anything else when it is not in quotes."""
    if _WORDS_OF_YAML_1_1.fullmatch(value):
        return False
    try:
        return resolve(value) == value and isinstance(resolve(value), str)
    except ValueError:
        return False


def _fits_a_block(value: str) -> bool:
    return (
        "\n" in value.rstrip("\n")
        and not value.startswith((" ", "\n"))
        and not value.endswith("\n\n")
        and not any(line.endswith(" ") or line.startswith("\t") for line in value.split("\n"))
        and _BLOCK.fullmatch(value) is not None
    )
