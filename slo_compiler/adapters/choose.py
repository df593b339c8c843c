"""From the adapters that are asked for to those of the catalogue, each with all its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final, assert_never

from slo_compiler.adapters.catalogue import catalogue
from slo_compiler.diagnostics import Diagnostic, error, nearest
from slo_compiler.model.adapter import Adapter, AdapterRequest, ChosenAdapter, Parameter, ParameterType
from slo_compiler.quantities import parse_duration

_LABEL: Final = r"(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,127}"
_NUMBER: Final = r"[0-9]{1,15}(\.[0-9]{1,15})?"


def choose(requests: Sequence[AdapterRequest]) -> tuple[list[ChosenAdapter], list[Diagnostic]]:
    """The adapters by id, and what keeps the rest from being used."""
    chosen: dict[str, ChosenAdapter] = {}
    found: list[Diagnostic] = []
    for request in requests:
        adapter = catalogue().get(request.use)
        if adapter is None:
            found.append(_unknown(request))
        elif adapter.id in chosen:
            found.append(_repeated(request, chosen[adapter.id]))
        else:
            found += _faults(request, adapter)
            defaults = {name: parameter.default for name, parameter in adapter.parameters.items()}
            chosen[adapter.id] = ChosenAdapter(adapter, {**defaults, **request.given}, request.position)
    return ([] if found else [chosen[id_] for id_ in sorted(chosen)]), found


def _unknown(request: AdapterRequest) -> Diagnostic:
    return error(
        request.position,
        "adapter/unknown",
        f"there is no adapter {request.use}, so that nothing would be mapped; "
        f"{_advice(request.use, catalogue())}",
    )


def _repeated(request: AdapterRequest, first: ChosenAdapter) -> Diagnostic:
    return error(
        request.position,
        "adapter/repeated",
        f"{request.use} is used twice (first at line {first.position.line}): both would write the same "
        "series; keep one of them",
    )


def _faults(request: AdapterRequest, adapter: Adapter) -> Iterator[Diagnostic]:
    for name, value in request.given.items():
        parameter = adapter.parameters.get(name)
        if parameter is None:
            yield error(
                request.locate(name, "[key]"),
                "adapter/parameter",
                f"{adapter.id} has no parameter {name}, which would have no effect; "
                f"{_advice(name, adapter.parameters)}",
            )
        elif wanted := _refusal(parameter, value):
            yield error(
                request.locate(name),
                "adapter/parameter",
                f"{name} of {adapter.id} is {value!r}, which is not {wanted}: its rules would not load or "
                f"read nothing; write for example {parameter.default}",
            )


def _refusal(parameter: Parameter, value: str) -> str | None:
    """What the value should have been, if it is not."""
    match parameter.type:
        case ParameterType.LABEL:
            return None if re.fullmatch(_LABEL, value) else "the name of a label"
        case ParameterType.TEXT:
            return None if value else "a text with something in it"
        case ParameterType.CHOICE:
            return None if value in parameter.choices else f"one of {', '.join(parameter.choices)}"
        case ParameterType.SHARE:
            return None if re.fullmatch(_NUMBER, value) and 0 < Fraction(value) < 1 else "between 0 and 1"
        case ParameterType.NUMBER:
            return None if re.fullmatch(_NUMBER, value) and Fraction(value) > 0 else "a number above 0"
        case ParameterType.DURATION:
            return None if _is_duration(value) else "a duration"
        case _:
            assert_never(parameter.type)


def _is_duration(value: str) -> bool:
    try:
        return parse_duration(value) > 0
    except ValueError:
        return False


def _advice(name: str, known: Iterable[str]) -> str:
    options = list(known)
    near = nearest(name, options)
    if near:
        return f"did you mean {near}?"
    return f"known: {', '.join(options)}" if options else "it takes none"
