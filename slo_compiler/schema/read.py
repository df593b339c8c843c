"""The way into the compiler: from the bytes of a file to its value, or to all that is wrong with it."""

from __future__ import annotations

from msgspec.structs import replace
from pydantic_core import ValidationError

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.model.defaults import Defaults
from slo_compiler.model.receivers import Receivers
from slo_compiler.model.spec import Spec
from slo_compiler.schema import convert
from slo_compiler.schema.checked import checked, checked_tree
from slo_compiler.schema.salvage import without_faulty_slos
from slo_compiler.schema.spec_model import SpecModel
from slo_compiler.schema.yaml.documents import read_document
from slo_compiler.schema.yaml.nodes import MappingNode, to_data


def read_spec(path: str, content: bytes) -> Spec | list[Diagnostic]:
    """The spec in a file, or every problem of its text and shape in reading order."""
    return checked(path, content, SpecModel, convert.spec)


def spec_of(root: MappingNode) -> Spec | list[Diagnostic]:
    """The spec that a tree stands for, or every problem of its shape in reading order."""
    return checked_tree(root, SpecModel, convert.spec)


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
    from slo_compiler.schema import convert_defaults  # noqa: PLC0415  not all specs have any
    from slo_compiler.schema.defaults_model import DefaultsModel  # noqa: PLC0415

    return checked(path, content, DefaultsModel, convert_defaults.defaults)


def read_receivers(path: str, content: bytes) -> Receivers | list[Diagnostic]:
    """The receivers in a file, or every problem of its text and shape in reading order."""
    from slo_compiler.schema.receivers import convert_receivers  # noqa: PLC0415  as above
    from slo_compiler.schema.receivers.receivers_model import ReceiversModel  # noqa: PLC0415

    return checked(
        path, content, ReceiversModel, convert_receivers.receivers, convert_receivers.settings_problems
    )
