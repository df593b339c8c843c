"""The JSON Schema of each file that is read, made from the very models that check it."""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import sys
from collections.abc import Iterator
from typing import Any, Final

from slo_compiler.schema.defaults_model import DefaultsModel
from slo_compiler.schema.editors import schema_for_editors
from slo_compiler.schema.incidents_model import IncidentsModel
from slo_compiler.schema.receivers.receivers_model import ReceiversModel
from slo_compiler.schema.shape import Shape, annotations_of, key_of
from slo_compiler.schema.spec_model import SpecModel

_MODELS: Final[dict[str, type[Shape]]] = {
    "spec": SpecModel,
    "defaults": DefaultsModel,
    "receivers": ReceiversModel,
    "incidents": IncidentsModel,
}

KINDS: Final = tuple(_MODELS)

# The keywords behind which further schemas stand.
_BY_NAME: Final = ("$defs", "properties", "patternProperties")
_WITHIN: Final = ("additionalProperties", "items", "propertyNames")
_LISTED: Final = ("allOf", "oneOf")


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema, draft 2020-12, of one of ``KINDS``.

    It refuses nothing that the compiler takes. What it lets pass, ``lint`` may still refuse: a schema knows
    nothing of PromQL, of other files, or of how numbers and times relate.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_plain(_described(schema_for_editors(_MODELS[kind]))),
    }


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema in which each key is described by the text under it in the source of its model.

    Pydantic can do that by itself, but only whenever a model is made: every command would wait for it.
    """
    models = {model.__name__: model for model in _below(Shape)}
    for name, part in [(schema["title"], schema), *schema["$defs"].items()]:
        for key, text in _texts(models[name]) if name in models else ():
            described = {"description": text, **part["properties"][key]}
            part["properties"][key] = dict(sorted(described.items()))
    return schema


def _below(*models: type[Shape]) -> Iterator[type[Shape]]:
    for model in models:
        yield model
        yield from _below(*model.__subclasses__())


def _texts(model: type[Shape]) -> Iterator[tuple[str, str]]:
    """The keys of a model, each with the text that stands under it in the source, the nearest class last."""
    keys = annotations_of(model)
    for base in reversed(model.__mro__[: model.__mro__.index(Shape)]):
        for field, text in itertools.pairwise(_bodies(base.__module__)[base.__name__]):
            match field, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                    yield key_of(name, keys[name]), inspect.cleandoc(words)


@functools.cache
def _bodies(module: str) -> dict[str, list[ast.stmt]]:
    """What stands in each class of a module."""
    source = ast.parse(inspect.getsource(sys.modules[module]))
    return {each.name: each.body for each in source.body if isinstance(each, ast.ClassDef)}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without what pydantic adds for programs, and without keys that no pattern allows."""
    members = [member for member in schema.get("anyOf", ()) if member != {"type": "null"}]
    plain = {key: _plain_value(key, value) for key, value in schema.items() if not _is_noise(key, value)}
    if "patternProperties" in plain:
        plain.setdefault("additionalProperties", False)
    if len(members) == 1:
        del plain["anyOf"]
        return {**_plain(members[0]), **plain}
    if members:
        plain["anyOf"] = [_plain(member) for member in members]
    return plain


def _is_noise(key: str, value: Any) -> bool:
    """The names of classes, and defaults that only say that nothing is given."""
    return key == "title" or (key == "default" and (value is None or isinstance(value, dict)))


def _plain_value(key: str, value: Any) -> Any:
    """What stands behind a keyword, if that is a schema, schemas by their names, or a list of them."""
    match value:
        case dict() if key in _BY_NAME:
            return {name: _plain(schema) for name, schema in value.items()}
        case dict() if key in _WITHIN:
            return _plain(value)
        case list() if key in _LISTED:
            return [_plain(schema) for schema in value]
        case _:
            return value
