"""The shape of a mapping as a class, whose annotations are what pydantic's engine checks.

The engine is pydantic-core. Pydantic's own models are made of the same schemas, but to import what makes them
takes longer than to compile a spec; it is only waited for where a JSON Schema is wanted. For the same reason
modules of shapes do without ``from __future__ import annotations``: to read types back from texts takes long.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterator, Mapping
from typing import (
    Annotated,
    Any,
    ClassVar,
    Final,
    Literal,
    Self,
    TypeAlias,
    TypedDict,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
)

from pydantic_core import CoreSchema, SchemaValidator, core_schema

Value = TypeVar("Value")
Json: TypeAlias = Mapping[str, Any]
"""Keywords of JSON Schema."""
Inner: TypeAlias = Callable[[], CoreSchema]
"""The schema of what stands before a mark, made only where the mark asks for it."""
Mark: TypeAlias = Callable[[Inner], CoreSchema]
"""What stands behind a type in ``Annotated``: from the schema of the type to that of both."""


class Config(TypedDict, total=False):
    """What is told of a mapping as a whole, under the names by which pydantic's JSON Schema asks for it."""

    extra: Literal["forbid", "allow"]
    json_schema_extra: Json


class _Kind(type):
    """The type of shapes, by which a type checker sees that they are keys of what is remembered."""


class Shape(metaclass=_Kind):
    """A mapping in which every key is known, every value of the type of its key, and nothing converted."""

    # Set by the engine.
    __slots__ = ("__dict__", "__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__")
    __pydantic_extra__: dict[str, Any] | None
    __pydantic_fields_set__: set[str]

    model_config: ClassVar[Config] = {"extra": "forbid"}

    def __init__(self) -> None:
        _validator(type(self)).validate_python({}, self_instance=self)

    @property
    def says_anything(self) -> bool:
        """Whether any of its keys is given."""
        return bool(self.__pydantic_fields_set__)

    @classmethod
    def model_validate(cls, data: object) -> Self:
        """The mapping that data stands for.

        Raises:
            pydantic_core.ValidationError: it stands for none; all that is wrong with it.
        """
        return cast("Self", _validator(cls).validate_python(data))


def told(keywords: Json) -> Config:
    """What an editor is told of a mapping as a whole."""
    return {"extra": "forbid", "json_schema_extra": keywords}


def reads(read: Callable[[Any], object], written: Json) -> Mark:
    """A value that a function reads or refuses, and what an editor is told of it."""

    def mark(_inner: Inner) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(read, metadata=_told_instead(lambda: written))

    return mark


def before(check: Callable[[Any], Any]) -> Mark:
    """A value that a function looks at, or refuses, before anything else does."""
    return lambda inner: core_schema.no_info_before_validator_function(check, inner())


def either(tag: Callable[[Any], str], **kinds: Any) -> Mark:
    """A value of one of some kinds, which a function tells apart by their names."""

    def mark(_inner: Inner) -> CoreSchema:
        return core_schema.tagged_union_schema({name: _of(kind) for name, kind in kinds.items()}, tag)

    return mark


def shown_as(written: Callable[[], Json]) -> Mark:
    """A value of which an editor is told something else than its type, worked out when one asks."""
    return lambda inner: _with(inner(), metadata=_told_instead(written))


def length(least: int, most: int | None = None) -> Mark:
    """A list or mapping of so many items."""
    bounds = {"min_length": least} if most is None else {"min_length": least, "max_length": most}
    return lambda inner: _with(inner(), **bounds)


def between(least: int, most: int) -> Mark:
    """A number within bounds."""
    return lambda inner: _with(inner(), ge=least, le=most)


def unique(inner: Inner) -> CoreSchema:
    """A list in which an editor lets no item stand twice."""
    return _with(inner(), metadata={"pydantic_js_updates": {"uniqueItems": True}})


class Key:
    """The key in the file, where it is no name of Python's."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, inner: Inner) -> CoreSchema:
        """A mark that changes nothing of the value."""
        return inner()


class _Made:
    """What a key that is left out stands for, made for each mapping, or once where it cannot change."""

    def __init__(self, make: Callable[[], object]) -> None:
        self.make = functools.cache(make) if isinstance(make, _Kind) else make


def default_of(make: Callable[[], Value]) -> Value:
    """The default of a key: what a type or function makes of nothing."""
    return cast("Value", _Made(make))


def whole(check: Callable[[Any], None]) -> Callable[[Any], None]:
    """Marks a method that looks at the mapping as a whole, after all its keys, and may refuse it."""
    check.__dict__["looks_at_the_whole"] = True
    return check


@functools.cache
def schema_of(shape: type[Shape]) -> CoreSchema:
    """What the engine, and pydantic's JSON Schema, is told of a shape."""
    fields = {name: _field(shape, name, kind) for name, kind in annotations_of(shape).items()}
    schema: CoreSchema = core_schema.model_schema(
        shape,
        core_schema.model_fields_schema(fields, model_name=shape.__name__),
        config={
            "title": shape.__name__,
            "strict": True,
            "extra_fields_behavior": shape.model_config["extra"],
        },
    )
    for check in _checks(shape):
        schema = core_schema.no_info_after_validator_function(check, schema)
    return _with(schema, ref=f"{shape.__module__}.{shape.__qualname__}:{id(shape)}")


def annotations_of(shape: type[Shape]) -> dict[str, Any]:
    """The annotations of the keys of a shape by the names of their attributes, those of its bases first."""
    bases = [base for base in reversed(shape.__mro__) if issubclass(base, Shape)]
    kinds = {name: kind for base in bases for name, kind in base.__annotations__.items()}
    return {name: kind for name, kind in kinds.items() if name not in _NO_KEYS}


def key_of(name: str, kind: Any) -> str:
    """The key in the file for an attribute with an annotation."""
    return next((mark.name for mark in get_args(kind) if isinstance(mark, Key)), name)


_NO_KEYS: Final = frozenset(Shape.__annotations__)


@functools.cache
def _validator(shape: type[Shape]) -> SchemaValidator:
    return SchemaValidator(schema_of(shape))


def _field(shape: type[Shape], name: str, kind: Any) -> core_schema.ModelField:
    schema, key = _of(kind), key_of(name, kind)
    if hasattr(shape, name):
        given = getattr(shape, name)
        made = {"default_factory": given.make} if isinstance(given, _Made) else {"default": given}
        schema = core_schema.with_default_schema(schema, **made)
    return core_schema.model_field(schema, validation_alias=None if key == name else key)


def _checks(shape: type[Shape]) -> Iterator[Callable[[Any], Any]]:
    """The methods that look at the whole, those of the bases first, each giving back what it looked at."""
    methods = {name: method for base in reversed(shape.__mro__) for name, method in vars(base).items()}
    for method in methods.values():
        if getattr(method, "looks_at_the_whole", False):
            yield functools.partial(_looked_at, method)


def _looked_at(check: Callable[[Any], None], value: Shape) -> Shape:
    check(value)
    return value


def _of(kind: Any) -> CoreSchema:
    """The schema of an annotation."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _marked(*arguments)
    if origin is Literal:
        return core_schema.literal_schema([*arguments])
    if origin is list:
        return core_schema.list_schema(_of(*arguments))
    if origin is dict:
        keys, values = map(_of, arguments)
        return core_schema.dict_schema(keys, values)
    if origin in {Union, types.UnionType}:
        (kind,) = {*arguments} - {types.NoneType}
        return core_schema.nullable_schema(_of(kind))
    return _PLAIN[kind]() if kind in _PLAIN else schema_of(kind)


def _marked(kind: Any, *marks: Any) -> CoreSchema:
    """The schema of a type with marks, of which the last is asked first."""
    if not marks:
        return _of(kind)
    *before_it, last = marks
    return cast("CoreSchema", last(functools.partial(_marked, kind, *before_it)))


_PLAIN: Final[Mapping[Any, Inner]] = {
    Any: core_schema.any_schema,
    bool: core_schema.bool_schema,
    int: core_schema.int_schema,
    str: core_schema.str_schema,
}


def _told_instead(written: Callable[[], Json]) -> dict[str, Any]:
    """The place in which pydantic looks for the JSON Schema of what it knows none of."""
    return {"pydantic_js_annotation_functions": [lambda _schema, _handler: {**written()}]}


def _with(schema: CoreSchema, **more: Any) -> CoreSchema:
    return cast("CoreSchema", {**schema, **more})
