"""The shape of a file of incidents, as pydantic checks it, and the incidents in it."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, model_validator

from slo_compiler.model.incident import Incident, Phase
from slo_compiler.schema.fields import BurnRate, Duration, ErrorShare, Given, TrafficShare
from slo_compiler.schema.refusal import RefusedError
from slo_compiler.schema.strict import Strict
from slo_compiler.schema.text_fields import Annotation, Slug

MOST_REPETITIONS = 1000


class PhaseModel(Strict):
    """A length of time in which the service fares the same."""

    duration: Duration
    """How long it lasts."""
    errors: Given[ErrorShare] = None
    """The share of events that fail; none where neither this nor burn_rate is given."""
    burn_rate: Given[BurnRate] = None
    """The same as a multiple of the error budget, so that it fits every objective."""
    traffic: Given[TrafficShare] = None
    """How much of the usual traffic there is; 100% where it is not given."""
    scraped: bool = True
    """Whether the metrics are there."""

    @model_validator(mode="after")
    def _one_measure(self) -> PhaseModel:
        if self.errors is not None and self.burn_rate is not None:
            raise RefusedError(
                "errors and burn_rate exclude each other: how much fails is not clear; keep one of them",
                "burn_rate",
                "[key]",
            )
        return self


class IncidentModel(Strict):
    """Phases, one after the other; before and after them the service is healthy."""

    name: Slug
    """What the incident is called."""
    description: Annotation = ""
    """What happens, for humans."""
    phases: Annotated[list[PhaseModel], Field(min_length=1)]
    """What happens, from the onset on."""
    repeat: Annotated[int, Field(ge=1, le=MOST_REPETITIONS)] = 1
    """How often the phases follow each other."""


class IncidentsModel(Strict):
    """Incidents to try alerts on."""

    api_version: Annotated[Literal["slo-compiler/v1"], Field(alias="apiVersion")]
    """The format of this file."""
    incidents: Annotated[list[IncidentModel], Field(min_length=1)]
    """The incidents, each with a name of its own."""


def incidents_of(model: IncidentsModel) -> tuple[Incident, ...]:
    """The incidents of a checked file."""
    return tuple(
        Incident(each.name, each.description, tuple(map(_phase, each.phases)) * each.repeat)
        for each in model.incidents
    )


def _phase(model: PhaseModel) -> Phase:
    return Phase(
        duration=model.duration,
        errors=model.errors or Fraction(0),
        burn_rate=model.burn_rate or Fraction(0),
        traffic=Fraction(1) if model.traffic is None else model.traffic,
        scraped=model.scraped,
    )
