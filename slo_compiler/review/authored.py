"""An indicator as text, whatever its kind: a line a part, with what its author wrote."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from slo_compiler.model.expression import Expression
from slo_compiler.model.indicator import Indicator
from slo_compiler.promql.release import Release
from slo_compiler.promql.template import embeddable
from slo_compiler.quantities import format_decimal


def indicator_text(indicator: Indicator, release: Release) -> str:
    """The indicator, each of its parts under its name and one that is made of others above them.

    Comments are left out: they change nothing.
    """
    return "\n".join(_lines(_kind(indicator), indicator, release, ""))


def _lines(head: str, value: object, release: Release, indent: str) -> Iterator[str]:
    match value:
        case Expression(text=text):
            yield f"{indent}{head}:"
            yield from (f"{indent}  {line}" for line in embeddable(text, release).splitlines())
        case Fraction():
            yield f"{indent}{head}: {format_decimal(value)}"
        case Struct():
            yield f"{indent}{head}"
            for name in value.__struct_fields__:
                part = getattr(value, name)
                kind = f": {_kind(part)}" if _has_kinds(part) else ""
                yield from _lines(f"{name}{kind}", part, release, f"{indent}  ")
        case _:
            yield f"{indent}{head}: {value}"


def _kind(value: object) -> str:
    return type(value).__name__


def _has_kinds(value: object) -> bool:
    return isinstance(value, Struct) and not isinstance(value, Expression)
