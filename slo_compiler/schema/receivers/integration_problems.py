"""What is wrong with Alertmanager's own part of a file; no message repeats a value: it may be a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final, assert_never

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.diagnostics import Diagnostic, Position, error, nearest
from slo_compiler.quantities import parse_duration
from slo_compiler.schema.receivers.inline_secrets import names_a_secret, secret_in_url
from slo_compiler.schema.receivers.integration_keys import (
    Choice,
    Items,
    Scalar,
    Secret,
    Section,
    Shape,
    Table,
)
from slo_compiler.schema.receivers.integrations import GLOBAL, RECEIVER
from slo_compiler.schema.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode

_REFUSED: Final = "Alertmanager would refuse the whole file"

# What Alertmanager asks of the text: https://pkg.go.dev/time#ParseDuration without a sign; func ParseURL of
# config/common/url.go; https://pkg.go.dev/net#SplitHostPort with a port.
_URL: Final = r"https?://[^/?#\s]+([/?#].*)?"
_WRITTEN: Final = {
    Scalar.GO_DURATION: r"0|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+",
    Scalar.URL: _URL,
    Scalar.TEMPLATED_URL: rf".*\{{\{{.*|{_URL}",
    Scalar.HOST_PORT: r"(\[[^\[\]]*\]|[^:\[\]]*):[^:\[\]]+",
    Scalar.SECRET_FILE: r"(.*/.*)?",
}


class _Place(Struct, frozen=True):
    """Where a value stands: behind which key, which other key takes it from a file, under which globals."""

    key: str
    in_file: str | None
    settings: Node | None


def receiver_problems(receiver: Node, settings: Node | None) -> Iterator[Diagnostic]:
    """What is wrong with the integrations that reach somebody.

    Args:
        receiver: integrations with their configurations.
        settings: the global section, which integrations take from what they do not have themselves.
    """
    if isinstance(receiver, MappingNode) and not receiver.entries:
        message = f"no integration is given: the alert would go nowhere; known: {', '.join(RECEIVER.keys)}"
        yield error(receiver.position, "spec/value", message)
    yield from _problems(receiver, RECEIVER, _Place("a receiver", None, settings))


def global_problems(settings: Node) -> Iterator[Diagnostic]:
    """What is wrong with the global section."""
    yield from _problems(settings, GLOBAL, _Place("global", None, None))


def _problems(node: Node, shape: Shape, place: _Place) -> Iterator[Diagnostic]:
    match shape:
        case Scalar.ANYTHING:
            yield from _free(node, place)
        case Scalar() | Choice():
            yield from _scalar(node, shape, place)
        case Secret():
            yield from _secret(node, shape, place)
        case Items():
            yield from _items(node, shape, place)
        case Table():
            yield from _table(node, shape, place)
        case Section(short=Scalar() as short) if isinstance(node, ScalarNode):
            yield from _problems(node, short, place)
        case Section():
            yield from _section(node, shape, place)
        case _:
            assert_never(shape)


def _scalar(node: Node, shape: Scalar | Choice, place: _Place) -> Iterator[Diagnostic]:
    if not isinstance(node, ScalarNode) or node.value is None:
        yield _mistyped(node, place, _wanted(shape))
        return
    found = secret_in_url(node.text)
    if found is not None:
        yield _inline(node.position, f"{place.key} has a URL with a secret in it, {found}", place)
    elif not _reads(node, shape):
        yield error(node.position, "spec/value", f"{place.key} wants {_wanted(shape)}; {_REFUSED}")


def _wanted(shape: Scalar | Choice) -> str:
    if isinstance(shape, Choice):
        return f"one of {', '.join(word or 'nothing at all' for word in shape.words)}"
    return shape.value


def _reads(node: ScalarNode, shape: Scalar | Choice) -> bool:
    """Whether Alertmanager reads the scalar as what the shape says."""
    match shape:
        case Choice(words=words, template=False):
            return node.text in words
        case Choice(words=words):
            return "{{" in node.text or node.text.lower() in words
        case Scalar.FLAG:
            return isinstance(node.value, bool)
        case Scalar.WHOLE:
            return isinstance(node.value, int) and str(node.value) == node.text
        case Scalar.DURATION:
            return _is_duration(node.text)
        case _:
            return shape not in _WRITTEN or re.fullmatch(_WRITTEN[shape], node.text) is not None


def _is_duration(text: str) -> bool:
    try:
        parse_duration(text)
    except ValueError:
        return False
    return True


def _secret(node: Node, shape: Secret, place: _Place) -> Iterator[Diagnostic]:
    if isinstance(node, ScalarNode) and node.value is not None and node.value == shape.harmless:
        return
    if shape.instead is not None:
        place = replace(place, in_file=None)
    yield _inline(node.position, f"{place.key} is a secret", place, shape.instead)


def _inline(position: Position, what: str, place: _Place, instead: str | None = None) -> Diagnostic:
    if place.in_file is not None:
        instead = f"put it in a file that Alertmanager alone can read and name that file in {place.in_file}"
    advice = instead or "leave it out: Alertmanager reads this from no file"
    message = f"{what}, and whoever reads this file or what is generated would know it; {advice}"
    return error(position, "spec/secret", message)


def _items(node: Node, shape: Items, place: _Place) -> Iterator[Diagnostic]:
    if not isinstance(node, SequenceNode):
        yield _mistyped(node, place, "a list")
        return
    if len(node.items) < shape.least:
        yield error(node.position, "spec/value", f"{place.key} is empty: the alert would go nowhere")
    for item in node.items:
        yield from _problems(item, shape.of, place)


def _table(node: Node, shape: Table, place: _Place) -> Iterator[Diagnostic]:
    if not isinstance(node, MappingNode):
        yield _mistyped(node, place, "a mapping of keys to values")
        return
    for name, entry in node.entries.items():
        if name.lower() in shape.reserved:
            message = f"{name} is set by Alertmanager itself, which would refuse the whole file; leave it out"
            yield error(entry.key.position, "spec/value", message)
        yield from _chosen(name, entry, shape.of, place)


def _chosen(name: str, entry: Entry, shape: Shape, place: _Place) -> Iterator[Diagnostic]:
    """What is wrong behind a key that the author chose."""
    below = _Place(name, None, place.settings)
    if names_a_secret(name):
        if isinstance(entry.value, MappingNode) and isinstance(shape, Section):
            below = replace(below, in_file="files" if "files" in shape.keys else None)
            literal = "values" in entry.value.entries
        else:
            literal = _is_literal(entry.value)
        if literal:
            yield _inline(entry.key.position, f"{name} is by its name a secret", below)
            return
    yield from _problems(entry.value, shape, below)


def _is_literal(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.value is not None and "{{" not in node.text


def _free(node: Node, place: _Place) -> Iterator[Diagnostic]:
    """What is wrong with a value that Alertmanager passes on as it is."""
    match node:
        case ScalarNode():
            yield from _scalar(node, Scalar.TEXT, place)
        case SequenceNode(items=items):
            for item in items:
                yield from _free(item, place)
        case MappingNode(entries=entries):
            for name, entry in entries.items():
                yield from _chosen(name, entry, Scalar.ANYTHING, place)
        case _:
            assert_never(node)


def _section(node: Node, shape: Section, place: _Place) -> Iterator[Diagnostic]:
    if not isinstance(node, MappingNode):
        yield _mistyped(node, place, "a mapping of keys to values")
        return
    for name, entry in node.entries.items():
        key = shape.keys.get(name)
        if key is None:
            yield _unknown_key(name, entry.key.position, shape)
        else:
            in_file = f"{name}_file" if f"{name}_file" in shape.keys else None
            yield from _problems(entry.value, key.shape, _Place(name, in_file, place.settings))
    yield from _missing(node, shape, place)
    yield from _excluded(node, shape)


def _unknown_key(name: str, position: Position, shape: Section) -> Diagnostic:
    known = [key for key, value in shape.keys.items() if not isinstance(value.shape, Secret)]
    near = nearest(name, known)
    advice = f"did you mean {near}?" if near else f"known here: {', '.join(sorted(known))}"
    return error(position, "spec/unknown-key", f"unknown key {name!r}: {_REFUSED}; {advice}")


def _missing(node: MappingNode, shape: Section, place: _Place) -> Iterator[Diagnostic]:
    for need in shape.needs:
        if need.when is not None and not _given(node, need.when):
            continue
        if any(_given(node, name) or _given_inline(node, name) for name in need.one_of):
            continue
        if any(_given_globally(place.settings, name) for name in need.one_of):
            continue
        reason = f"with {need.when}, " if need.when is not None else ""
        message = f"{reason}{' or '.join(need.one_of)} is needed: without, {_REFUSED}"
        yield error(node.position, "spec/missing-key", message)


def _excluded(node: MappingNode, shape: Section) -> Iterator[Diagnostic]:
    for exclusive in shape.excludes:
        given = [name for name in exclusive if _given(node, name)]
        if len(given) > 1:
            message = f"{' and '.join(given)} are given, which exclude each other; {_REFUSED}"
            yield error(node.position, "spec/value", message)


def _given(node: Node | None, name: str) -> bool:
    """Whether a value other than Go's zero stands behind a key, whose name may lead through sections."""
    first, _, rest = name.partition(".")
    if not isinstance(node, MappingNode) or first not in node.entries:
        return False
    value = node.entries[first].value
    if rest:
        return _given(value, rest)
    return not isinstance(value, ScalarNode) or value.value not in (None, "", False, 0, Fraction(0))


def _given_inline(node: Node, name: str) -> bool:
    """Whether the secret itself stands where its file should: one error is enough."""
    return name.endswith("_file") and _given(node, name.removesuffix("_file"))


def _given_globally(settings: Node | None, name: str) -> bool:
    if not name.startswith("global."):
        return False
    name = name.removeprefix("global.")
    return _given(settings, name) or (settings is not None and _given_inline(settings, name))


def _mistyped(node: Node, place: _Place, wanted: str) -> Diagnostic:
    match node:
        case ScalarNode(value=None):
            found = "nothing"
        case ScalarNode():
            found = "a single value"
        case SequenceNode():
            found = "a list"
        case _:
            found = "a mapping"
    return error(node.position, "spec/type", f"{found} stands where {place.key} wants {wanted}")
