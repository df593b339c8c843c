"""From the bytes of a file to a value, through the model that checks it, or to all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from pydantic_core import ValidationError

from slo_compiler.diagnostics import Diagnostic, error, in_reading_order
from slo_compiler.schema.shape import Shape
from slo_compiler.schema.yaml.documents import read_document
from slo_compiler.schema.yaml.nodes import MappingNode, Node, to_data

Model = TypeVar("Model", bound=Shape)
Value = TypeVar("Value")


def _no_more_problems(_: Node) -> Iterable[Diagnostic]:
    return ()


def checked(
    path: str,
    content: bytes,
    model: type[Model],
    to_value: Callable[[Model, Node], Value],
    more_problems: Callable[[Node], Iterable[Diagnostic]] = _no_more_problems,
) -> Value | list[Diagnostic]:
    """The value of a file, or every problem of its text and shape in reading order."""
    root = read_document(path, content)
    if isinstance(root, list):
        return root
    if not isinstance(root, MappingNode):
        message = "the file is no mapping of keys to values, which begins with apiVersion: slo-compiler/v1"
        return [error(root.position, "spec/type", message)]
    return checked_tree(root, model, to_value, more_problems)


def checked_tree(
    root: MappingNode,
    model: type[Model],
    to_value: Callable[[Model, Node], Value],
    more_problems: Callable[[Node], Iterable[Diagnostic]] = _no_more_problems,
) -> Value | list[Diagnostic]:
    """The value that a tree stands for, or every problem of its shape in reading order."""
    problems = list(more_problems(root))
    try:
        checked = model.model_validate(to_data(root))
    except ValidationError as failure:
        from slo_compiler.schema.problems import diagnostics_of  # noqa: PLC0415  nothing waits that is sound

        return in_reading_order([*diagnostics_of(failure, root, model), *problems])
    return in_reading_order(problems) if problems else to_value(checked, root)
