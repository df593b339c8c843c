"""From what pydantic found to diagnostics: in the words of a spec, at the line of the fault."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from pydantic_core import ValidationError

from slo_compiler.diagnostics import Diagnostic, error, nearest
from slo_compiler.schema.refusal import MissingError, MistypedError, described
from slo_compiler.schema.shape import Shape
from slo_compiler.schema.yaml.nodes import Node, ScalarNode, SequenceNode, find, locate, locate_key, name_at

Location: TypeAlias = tuple[int | str, ...]
Found: TypeAlias = Mapping[str, Any]
"""One of pydantic's own errors: ``type``, ``loc``, ``msg``, ``input`` and ``ctx``."""


def diagnostics_of(failure: ValidationError, root: Node, model: type[Shape]) -> list[Diagnostic]:
    """Everything that pydantic found, each at its place in the file."""
    schema = _schema_of(model)
    found = failure.errors(include_url=False)
    misspelt = {(each["loc"][:-1], _meant(each["loc"], schema)) for each in found if _is_unknown_key(each)}
    return [_diagnostic(each, root, schema) for each in found if not _is_explained(each, misspelt)]


@functools.cache
def _schema_of(model: type[Shape]) -> Mapping[str, Any]:
    from slo_compiler.schema.editors import schema_for_editors  # noqa: PLC0415  as nothing waits for that is sound

    return schema_for_editors(model)


def _is_unknown_key(found: Found) -> bool:
    return bool(found["type"] == "extra_forbidden")


def _is_explained(found: Found, misspelt: set[tuple[Location, str | None]]) -> bool:
    """Whether a key is missing only because it is misspelt, which is told already."""
    location: Location = found["loc"]
    return found["type"] == "missing" and (location[:-1], location[-1]) in misspelt


def _diagnostic(found: Found, root: Node, schema: Mapping[str, Any]) -> Diagnostic:
    location: Location = found["loc"]
    context: Mapping[str, Any] = found.get("ctx", {})
    match found["type"]:
        case "missing":
            return _missing(location, root)
        case "extra_forbidden":
            return _unknown_key(location, root, schema)
        case "value_error":
            # A model's own complaint may lead on to the key that is to blame.
            reason = context["error"]
            place = locate(root, (*location, *getattr(reason, "at", ())))
            return error(place, _check_of(reason), str(reason))
        case "literal_error":
            return _value(root, location, _not_one_of(found["input"], context["expected"]))
        case "too_short" | "too_long":
            return _value(root, location, _wrong_count(name_at(root, location), context))
        case "string_type":
            return _type(root, location, "text")
        case "bool_type":
            return _type(root, location, "true, false or a mapping")
        case "model_type" | "dict_type" | "model_attributes_type":
            return _type(root, location, "a mapping of keys to values")
        case "list_type":
            return _type(root, location, "a list")
        case _:
            return _value(root, location, found["msg"])


def _check_of(reason: Exception) -> str:
    match reason:
        case MistypedError():
            return "spec/type"
        case MissingError():
            return "spec/missing-key"
        case _:
            return "spec/value"


def _missing(location: Location, root: Node) -> Diagnostic:
    key = location[-1]
    message = f"{key} is missing; without it there is nothing to compile here"
    return error(locate(root, location[:-1]), "spec/missing-key", message)


def _unknown_key(location: Location, root: Node, schema: Mapping[str, Any]) -> Diagnostic:
    near = _meant(location, schema)
    known = sorted(known_keys(schema, location[:-1]))
    advice = f"did you mean {near}?" if near else f"known here: {', '.join(known)}"
    message = f"unknown key {described(location[-1])}, which would have no effect; {advice}"
    return error(locate_key(root, location), "spec/unknown-key", message)


def _meant(location: Location, schema: Mapping[str, Any]) -> str | None:
    """The known key that an unknown one resembles."""
    known = sorted(known_keys(schema, location[:-1]))
    return nearest(str(location[-1]), known)


def _type(root: Node, location: Location, wanted: str) -> Diagnostic:
    node = find(root, location)
    found, advice = _found(node)
    message = f"{found} stands where {name_at(root, location)} wants {wanted}"
    return error(node.position, "spec/type", message + (advice if wanted == "text" else ""))


def _found(node: Node) -> tuple[str, str]:
    """What stands in the file, and how it could be text."""
    match node:
        case ScalarNode(value=None):
            return "nothing", ""
        case ScalarNode(text=text):
            return described(text), "; put it in quotes if it is meant"
        case SequenceNode():
            return "a list", ""
        case _:
            return "a mapping", ""


def _value(root: Node, location: Location, message: str) -> Diagnostic:
    return error(locate(root, location), "spec/value", message)


def _wrong_count(name: str, context: Mapping[str, Any]) -> str:
    if "max_length" in context:
        return f"{name} has {context['actual_length']} items, and takes at most {context['max_length']}"
    return f"{name} is empty: nobody would ever be alerted; give at least one"


def _not_one_of(value: object, expected: str) -> str:
    options = [option.strip("'") for option in expected.replace(" or ", ", ").split(", ")]
    near = nearest(str(value), options)
    advice = f"did you mean {near}?" if near else f"known: {', '.join(options)}"
    return f"{described(value)} is not known here; {advice}"


def known_keys(schema: Mapping[str, Any], location: Sequence[int | str]) -> set[str]:
    """The keys that a JSON Schema knows at a pydantic location."""
    keys: set[str] = set()
    for place in _places(schema, schema, location):
        keys |= set(place.get("properties", ()))
    return keys


def _places(
    schema: Mapping[str, Any], place: Mapping[str, Any], location: Sequence[int | str]
) -> Iterator[Mapping[str, Any]]:
    """The sub-schemas at a location, whichever member of a union they are in."""
    if "$ref" in place:
        yield from _places(schema, schema["$defs"][place["$ref"].rsplit("/", 1)[-1]], location)
        return
    for union in ("anyOf", "allOf", "oneOf"):
        for member in place.get(union, ()):
            yield from _places(schema, member, location)
    if not location:
        yield place
        return
    step, rest = location[0], location[1:]
    if isinstance(step, int):
        if "items" in place:
            yield from _places(schema, place["items"], rest)
    elif step in place.get("properties", {}):
        yield from _places(schema, place["properties"][step], rest)
    elif rest or "oneOf" in place:  # the name of a union's member, which no file has
        yield from _places(schema, place, rest)
