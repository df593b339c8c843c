"""The way in for the user's own incidents, which only ``simulate`` reads."""

from __future__ import annotations

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.model.incident import Incident
from slo_compiler.schema.checked import checked
from slo_compiler.schema.incidents_model import IncidentsModel, incidents_of


def read_incidents(path: str, content: bytes) -> tuple[Incident, ...] | list[Diagnostic]:
    """The incidents in a file, or every problem of its text and shape in reading order."""
    return checked(path, content, IncidentsModel, lambda model, _: incidents_of(model))
