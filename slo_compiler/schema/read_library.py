"""The way in for the files of the library, data of the program: adapters, and systems with presets."""

from __future__ import annotations

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.model.adapter import Adapter
from slo_compiler.model.system import System
from slo_compiler.schema import convert_adapter, convert_catalogue
from slo_compiler.schema.adapter_model import AdapterModel
from slo_compiler.schema.catalogue_model import SystemModel
from slo_compiler.schema.checked import checked


def read_adapter(path: str, content: bytes) -> Adapter | list[Diagnostic]:
    """The adapter in a data file, or every problem of its text and shape in reading order."""
    return checked(path, content, AdapterModel, convert_adapter.adapter)


def read_system(path: str, content: bytes) -> System | list[Diagnostic]:
    """The system that a file of the preset library describes, or every problem in reading order."""
    return checked(path, content, SystemModel, convert_catalogue.system)
