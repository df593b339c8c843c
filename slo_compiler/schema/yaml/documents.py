"""Untrusted YAML text, read safely into a tree of nodes or refused with every problem at its place.

What YAML offers and a spec does not need is refused, for it lets a reviewer see something else than the
compiler does, or a file of 300 bytes fill the memory: anchors, aliases, merge keys, tags, directives,
repeated keys and further documents. Only PyYAML's events are used, and only until a bound is crossed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any, Final, NoReturn

import yaml
from msgspec import Struct

from slo_compiler.diagnostics import Diagnostic, Position, error, in_reading_order
from slo_compiler.schema.yaml.nodes import (
    Entry,
    MappingNode,
    Node,
    ScalarNode,
    ScalarValue,
    SequenceNode,
    Style,
)
from slo_compiler.schema.yaml.scalars import resolve
from slo_compiler.schema.yaml.source_text import MOST_PROBLEMS, decode, position_in, set_directives_aside
from slo_compiler.schema.yaml.syntax_errors import syntax_error

MOST_NODES: Final = 100_000
"""Keys and values of one file: twice as many as 1 MiB of ordinary specs has."""

DEEPEST: Final = 64
"""Lists and mappings within each other. The time that libyaml takes grows with the square of the depth."""

_PARSER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STANDARD_TAG: Final = "tag:yaml.org,2002:"
_MERGE_KEY: Final = "<<"
_STYLES: Final = {style.value: style for style in Style}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def read_document(path: str, content: bytes) -> Node | list[Diagnostic]:
    """The one document of a YAML file, or everything that is wrong with it, in reading order.

    Every problem is found in one pass, except that nothing is known behind a syntax error or a crossed bound.

    Args:
        path: how diagnostics call the file.
        content: its bytes, whatever they are: none raise an exception.
    """
    text = decode(path, content)
    if isinstance(text, list):
        return text
    text, problems = set_directives_aside(path, text)
    parser = _PARSER(text)
    reader = _Reader(path, text, _events_of(parser), problems, len(text.rstrip()))
    try:
        root = reader.document()
    except _Unreadable:
        return in_reading_order(reader.problems)
    except yaml.MarkedYAMLError as found:
        return in_reading_order([*reader.problems, syntax_error(path, text, found)])
    finally:
        parser.dispose()
    return in_reading_order(reader.problems) or root


def _events_of(parser: Any) -> Callable[[], yaml.Event]:
    r"""The next event of a parser. That in pure Python has no error for an escape such as ``\Uffffffff``."""
    ask: Callable[[], yaml.Event] = parser.get_event
    if not isinstance(parser, yaml.SafeLoader):
        return ask

    def event() -> yaml.Event:
        try:
            return ask()
        except (ValueError, OverflowError):
            problem = "an escape \\U in this file names no character"
            raise yaml.MarkedYAMLError(problem=problem) from None

    return event


class _Unreadable(Exception):  # noqa: N818  no error of the program, but the end of what can be read
    """Nothing behind this place can be read; the reason is among the problems."""


class _Reader(Struct):
    """One pass over the events of a document."""

    path: str
    text: str
    event: Callable[[], yaml.Event]
    """The next one."""
    problems: list[Diagnostic]
    end: int
    """The offset behind the last visible character."""
    nodes: int = 0

    def document(self) -> Node:
        self.event()  # the start of the stream
        nothing = "nothing is specified here, so nothing would be watched; remove the file or fill it"
        if isinstance(self.event(), yaml.StreamEndEvent):
            self.stop(Position(self.path), "yaml/empty", nothing)
        root = self.node(self.event(), 0)
        if isinstance(root, ScalarNode) and not root.source:
            self.stop(Position(self.path), "yaml/empty", nothing)
        self.refuse_anything_behind(self.event())
        return root

    def node(self, event: yaml.Event, depth: int) -> Node:
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:
            raise AssertionError(f"{event} without a place")
        if start.index < self.end:
            position = Position(self.path, start.line + 1, start.column + 1)
        else:  # libyaml puts a missing value on a line that the file may not have
            position = position_in(self.path, self.text, self.end)
        self.nodes += 1
        if self.nodes > MOST_NODES:
            message = f"the file has more than {MOST_NODES:,} keys and values; split it by service"
            self.stop(position, "yaml/nodes", message)
        if isinstance(event, yaml.ScalarEvent):  # as four of five are
            if event.anchor is not None or event.tag is not None:
                self.refuse_decorations(event, position)
            return self.scalar(event, position, self.text[start.index : end.index])
        if isinstance(event, yaml.CollectionStartEvent):
            self.refuse_decorations(event, position)
            return self.collection(event, position, depth + 1)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, position)
        raise AssertionError(f"{event} where a node begins")

    def collection(
        self, event: yaml.CollectionStartEvent, position: Position, depth: int
    ) -> SequenceNode | MappingNode:
        if depth > DEEPEST:
            message = (
                f"lists and mappings stand more than {DEEPEST} deep within each other here; no key takes that"
            )
            self.stop(position, "yaml/depth", message)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(position, depth)
        return self.mapping(position, depth)

    def sequence(self, position: Position, depth: int) -> SequenceNode:
        items = []
        while not isinstance(event := self.event(), yaml.SequenceEndEvent):
            items.append(self.node(event, depth))
        return SequenceNode(position, tuple(items))

    def mapping(self, position: Position, depth: int) -> MappingNode:
        entries: dict[str, Entry] = {}
        while not isinstance(event := self.event(), yaml.MappingEndEvent):
            key = self.key(self.node(event, depth))
            value = self.node(self.event(), depth)
            if key is None:
                continue
            if key.text in entries:
                self.refuse_duplicate(key, entries[key.text].key)
            else:
                entries[key.text] = Entry(key, value)
        return MappingNode(position, entries)

    def key(self, node: Node) -> ScalarNode | None:
        """The node if it can be a key, else None and a problem more."""
        if not isinstance(node, ScalarNode):
            message = "a list or a mapping cannot be a key; a text that begins with [ or { needs quotes"
            self.problem(node.position, "yaml/key", message)
        elif node.text == _MERGE_KEY and node.style is Style.PLAIN:
            message = (
                "merge key << is not read: write the keys out where they apply, so that a reviewer sees them"
            )
            self.problem(node.position, "yaml/merge-key", message)
        elif not isinstance(node.value, str):
            asked = f'a key is text, and {node.text} is not; write "{node.text}", in quotes'
            message = asked if node.text else "a key is missing here"
            self.problem(node.position, "yaml/key", message)
        else:
            return node
        return None

    def scalar(self, event: yaml.ScalarEvent, position: Position, source: str) -> ScalarNode:
        style = _STYLES[event.style or ""]
        text = event.value
        value: ScalarValue = text
        # Only the parser in pure Python lets one pass.
        if not text.isascii() and _SURROGATE.search(text):
            message = "this text has half a surrogate pair, which is no character; write the character itself"
            self.problem(position, "yaml/character", message)
        if style is Style.PLAIN:
            try:
                value = resolve(text)
            except ValueError as unusable:
                self.problem(position, "yaml/number", str(unusable))
        return ScalarNode(position, value, text, style, source)

    def alias(self, event: yaml.AliasEvent, position: Position) -> ScalarNode:
        name = f"*{event.anchor}"
        message = f"alias {_quoted(name)} is not read: write the value out; if it is text, put it in quotes"
        self.problem(position, "yaml/alias", message)
        return ScalarNode(position, name, name, Style.PLAIN, name)

    def refuse_decorations(self, event: yaml.NodeEvent, position: Position) -> None:
        if event.anchor is not None:
            name = _quoted(f"&{event.anchor}")
            message = (
                f"anchor {name} is not read: write the value out where it applies, so that a reviewer sees it"
            )
            self.problem(position, "yaml/anchor", message)
        tag: str | None = getattr(event, "tag", None)
        if tag is not None:
            name = _quoted(tag.replace(_STANDARD_TAG, "!!"))
            message = f"tag {name} is not read: the key says what a value is; if it is text, put it in quotes"
            self.problem(position, "yaml/tag", message)

    def refuse_duplicate(self, key: ScalarNode, first: ScalarNode) -> None:
        place = f"first at line {first.position.line}"
        message = f"duplicate key {_quoted(key.text)} ({place}); only one of the two values could be meant"
        self.problem(key.position, "yaml/duplicate-key", message)

    def refuse_anything_behind(self, end: yaml.Event) -> None:
        """Looks for a second document in the text, for libyaml would first read its directives."""
        offset = _span(end).stop
        for line in io.StringIO(self.text[offset:]):
            if line.split("#")[0].strip():
                message = (
                    "a second document begins here, which Prometheus and its tools would silently ignore; "
                    "write one document in one file"
                )
                self.stop(position_in(self.path, self.text, offset), "yaml/second-document", message)
            offset += len(line)

    def problem(self, position: Position, check: str, message: str) -> None:
        self.problems.append(error(position, check, message))
        if len(self.problems) >= MOST_PROBLEMS:
            message = f"these are {MOST_PROBLEMS} problems; the rest of the file was not read"
            self.stop(position, "yaml/problems", message)

    def stop(self, position: Position, check: str, message: str) -> NoReturn:
        self.problems.append(error(position, check, message))
        raise _Unreadable


def _span(event: yaml.Event) -> slice:
    start, end = event.start_mark, event.end_mark
    if start is None or end is None:
        raise AssertionError(f"{event} without a place")
    return slice(start.index, end.index)


def _quoted(text: str) -> str:
    """The text for a message: short, and with nothing in it that could move the cursor of a terminal."""
    shortened = text if len(text) <= 40 else text[:37] + "..."
    visible = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in shortened)
    return f'"{"".join(visible)}"'
