"""The shape of a file of incidents, as pydantic checks it, and the incidents in it."""

from fractions import Fraction
from typing import Annotated, Literal

from slo_compiler.model.drift import DriftKind
from slo_compiler.model.incident import NOTHING, Detector, Guarding, Incident, Phase, Signs, Worth
from slo_compiler.model.surface import Surface
from slo_compiler.schema.fields import (
    BurnRate,
    DriftScore,
    Duration,
    ErrorShare,
    Given,
    LabelShare,
    Part,
    TrafficShare,
)
from slo_compiler.schema.refusal import RefusedError
from slo_compiler.schema.shape import Key, between, length, whole
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
    surface: Given[Literal["serving", "data", "model"]] = None
    """Whose SLOs the errors are of; all of the service where it is not given."""
    drift: Given[DriftScore] = None
    """How many times its threshold the score of a drifting feature is."""
    kind: Given[Literal["input", "prediction", "label"]] = None
    """What drifts; an input where it is not given."""
    breadth: Given[Part] = None
    """The share of features that drift; one of them where it is not given."""
    usual: bool = False
    """Whether the weeks before had the same drift at this time."""
    labels: Given[LabelShare] = None
    """How many labels come of those that are due; 100% where it is not given."""
    detector: Given[Literal["moved", "dead"]] = None
    """Whether detectors got a new reference as the phase began, or do not run."""
    rules_changed: bool = False
    """Whether the rules of drifts were changed as the phase began."""
    cold_replicas: Given[Part] = None
    """The share of replicas that were replaced as the phase began; slow requests are theirs alone."""
    guardrail: Given[Literal["fails_open", "bypassed"]] = None
    """Whether what fails are checks of guardrails, or requests go around these."""

    @whole
    def _one_measure(self) -> None:
        if self.errors is not None and self.burn_rate is not None:
            raise RefusedError(
                "errors and burn_rate exclude each other: how much fails is not clear; keep one of them",
                "burn_rate",
                "[key]",
            )

    @whole
    def _drifts(self) -> None:
        for key in ("kind", "breadth", "usual"):
            if getattr(self, key) and self.drift is None:
                raise RefusedError(
                    f"{key} says how something drifts, and nothing does: write drift, too, for example 2.5",
                    key,
                    "[key]",
                )


class IncidentModel(Strict):
    """Phases, one after the other; before and after them the service is healthy."""

    name: Slug
    """What the incident is called."""
    description: Annotation = ""
    """What happens, for humans."""
    phases: Annotated[list[PhaseModel], length(1)]
    """What happens, from the onset on."""
    repeat: Annotated[int, between(1, MOST_REPETITIONS)] = 1
    """How often the phases follow each other."""
    worth: Given[Literal["page", "ticket", "nothing"]] = None
    """Which alert the incident is worth; what the tiers promise where it is not given."""


class IncidentsModel(Strict):
    """Incidents to try alerts on."""

    api_version: Annotated[Literal["slo-compiler/v1"], Key("apiVersion")]
    """The format of this file."""
    incidents: Annotated[list[IncidentModel], length(1)]
    """The incidents, each with a name of its own."""


def incidents_of(model: IncidentsModel) -> tuple[Incident, ...]:
    """The incidents of a checked file."""
    return tuple(
        Incident(
            each.name,
            each.description,
            tuple(map(_phase, each.phases)) * each.repeat,
            None if each.worth is None else Worth(each.worth),
        )
        for each in model.incidents
    )


def _phase(model: PhaseModel) -> Phase:
    return Phase(
        duration=model.duration,
        errors=model.errors or Fraction(0),
        burn_rate=model.burn_rate or Fraction(0),
        traffic=Fraction(1) if model.traffic is None else model.traffic,
        scraped=model.scraped,
        signs=_signs(model),
    )


def _signs(model: PhaseModel) -> Signs:
    return Signs(
        surface=None if model.surface is None else Surface(model.surface),
        drift=model.drift or NOTHING.drift,
        kind=DriftKind(model.kind or NOTHING.kind),
        breadth=model.breadth or NOTHING.breadth,
        usual=model.usual,
        labels=NOTHING.labels if model.labels is None else model.labels,
        detector=Detector(model.detector or NOTHING.detector),
        rules_changed=model.rules_changed,
        cold_replicas=model.cold_replicas or NOTHING.cold_replicas,
        guardrail=Guarding(model.guardrail or NOTHING.guardrail),
    )
