"""The way into the compiler: from the bytes of a file to its value, or to all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from slo_compiler.diagnostics import Diagnostic, error, in_reading_order
from slo_compiler.model.adapter import Adapter
from slo_compiler.model.defaults import Defaults
from slo_compiler.model.incident import Incident
from slo_compiler.model.receivers import Receivers
from slo_compiler.model.spec import Spec
from slo_compiler.model.system import System
from slo_compiler.schema import convert, convert_adapter, convert_catalogue
from slo_compiler.schema.adapter_model import AdapterModel
from slo_compiler.schema.catalogue_model import SystemModel
from slo_compiler.schema.defaults_model import DefaultsModel
from slo_compiler.schema.incidents_model import IncidentsModel, incidents_of
from slo_compiler.schema.problems import diagnostics_of
from slo_compiler.schema.receivers import convert_receivers
from slo_compiler.schema.receivers.receivers_model import ReceiversModel
from slo_compiler.schema.salvage import without_faulty_slos
from slo_compiler.schema.spec_model import SpecModel
from slo_compiler.schema.yaml.documents import read_document
from slo_compiler.schema.yaml.nodes import MappingNode, Node, to_data

Model = TypeVar("Model", bound=BaseModel)
Value = TypeVar("Value")


def read_spec(path: str, content: bytes) -> Spec | list[Diagnostic]:
    """The spec in a file, or every problem of its text and shape in reading order."""
    return _read(path, content, SpecModel, convert.spec)


def read_sound_slos(path: str, content: bytes) -> Spec | None:
    """What is left of a spec with problems when the SLOs that have them are left out; None if nothing is.

    The rest can be looked into in the same run, so that its problems need not wait for those to be mended.
    """
    root = read_document(path, content)
    if not isinstance(root, MappingNode):
        return None
    try:
        SpecModel.model_validate(to_data(root))
    except ValidationError as failure:
        sound = without_faulty_slos(root, failure)
        if sound is None:
            return None
        spec = convert.spec(SpecModel.model_validate(to_data(sound)), sound)
        return replace(spec, drifts=())  # which may name an SLO that is left out
    return None


def read_defaults(path: str, content: bytes) -> Defaults | list[Diagnostic]:
    """The defaults in a file, or every problem of its text and shape in reading order."""
    return _read(path, content, DefaultsModel, convert.defaults)


def read_receivers(path: str, content: bytes) -> Receivers | list[Diagnostic]:
    """The receivers in a file, or every problem of its text and shape in reading order."""
    return _read(
        path, content, ReceiversModel, convert_receivers.receivers, convert_receivers.settings_problems
    )


def read_adapter(path: str, content: bytes) -> Adapter | list[Diagnostic]:
    """The adapter in a data file, or every problem of its text and shape in reading order."""
    return _read(path, content, AdapterModel, convert_adapter.adapter)


def read_incidents(path: str, content: bytes) -> tuple[Incident, ...] | list[Diagnostic]:
    """The incidents in a file, or every problem of its text and shape in reading order."""
    return _read(path, content, IncidentsModel, lambda model, _: incidents_of(model))


def read_system(path: str, content: bytes) -> System | list[Diagnostic]:
    """The system that a file of the preset library describes, or every problem in reading order."""
    return _read(path, content, SystemModel, convert_catalogue.system)


def _no_more_problems(_: Node) -> Iterable[Diagnostic]:
    return ()


def _read(
    path: str,
    content: bytes,
    model: type[Model],
    to_value: Callable[[Model, Node], Value],
    more_problems: Callable[[Node], Iterable[Diagnostic]] = _no_more_problems,
) -> Value | list[Diagnostic]:
    root = read_document(path, content)
    if isinstance(root, list):
        return root
    if not isinstance(root, MappingNode):
        message = "the file is no mapping of keys to values, which begins with apiVersion: slo-compiler/v1"
        return [error(root.position, "spec/type", message)]
    problems = list(more_problems(root))
    try:
        checked = model.model_validate(to_data(root))
    except ValidationError as failure:
        return in_reading_order([*diagnostics_of(failure, root, model), *problems])
    return in_reading_order(problems) if problems else to_value(checked, root)
