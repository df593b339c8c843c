"""A spec as its author wrote it: a service, its owners and its SLOs, before any default is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import field

from slo_compiler.diagnostics import Position
from slo_compiler.model.alerting import Alerting
from slo_compiler.model.drift import Drift
from slo_compiler.model.expression import Expression
from slo_compiler.model.guard import Guards
from slo_compiler.model.indicator import Guardrail, Indicator, Quality
from slo_compiler.model.place import Locate, nowhere
from slo_compiler.model.placed import Placed
from slo_compiler.model.preset import PresetUse
from slo_compiler.model.runbook import Runbook
from slo_compiler.model.serving import Serving
from slo_compiler.model.surface import Surface
from slo_compiler.model.tool import Tool
from slo_compiler.quantities import Ratio, Seconds

_OF_MODELS: Final = (Quality, Guardrail)


class SloSpec(Placed, frozen=True):
    """One SLO of a spec. What is None is left to the defaults, a surface to the preset."""

    name: str
    objective: Ratio | None
    """None where the class has one."""
    indicator: Indicator | PresetUse
    position: Position
    class_: str | None = None
    """One of the classes of the defaults."""
    description: str = ""
    surface: Surface | None = None
    window: Seconds | None = None
    cadence: Seconds | None = None
    """How often the indicator itself is measured, where that is rarer than a scrape."""
    group_by: tuple[str, ...] = ()
    systems: Mapping[str, str] = field(default_factory=dict)
    """The release of its preset's system, where it is not that of the service."""
    alerting: Alerting = field(default_factory=Alerting)
    runbook: Runbook = field(default_factory=Runbook)
    locate: Locate = nowhere


class Spec(Placed, frozen=True):
    """The SLOs of one service: one file."""

    service: str
    slos: tuple[SloSpec, ...]
    position: Position
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[Surface, str] = field(default_factory=dict)
    systems: Mapping[str, str] = field(default_factory=dict)
    """The releases of the systems that the service runs on, by their names in the catalogue."""
    alerting: Alerting = field(default_factory=Alerting)
    locate: Locate = nowhere
    model: str | None = None
    """The name of the model in the metrics, where that is not the service's."""
    drifts: tuple[Drift, ...] = ()
    guards: Guards | None = None
    tools: tuple[Tool, ...] = ()
    triage: bool | None = None
    security: str | None = None
    """Who answers for guardrails, where that is not the owner of their surface."""
    deployed: Expression | None = None
    """When the model was last deployed, in seconds since 1970."""
    serving: Serving | None = None
    runbook: Runbook = field(default_factory=Runbook)

    @property
    def _of_models(self) -> tuple[object, ...]:
        return (self.model, self.guards, self.triage, self.deployed, self.serving)

    @property
    def is_of_a_model(self) -> bool:
        """Whether anything in it is about machine learning; if not, nothing of that is generated."""
        return (
            any(said is not None for said in self._of_models)
            or any((self.drifts, self.tools))
            or any(isinstance(slo.indicator, _OF_MODELS) for slo in self.slos)
        )
