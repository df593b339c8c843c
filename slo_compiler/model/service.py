"""A service with nothing missing: what it watches beside its SLOs, and who answers for each surface."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import field

from slo_compiler.diagnostics import Position
from slo_compiler.model.alerting import Severity
from slo_compiler.model.defaults import Clock, Links
from slo_compiler.model.drift import Drift
from slo_compiler.model.expression import Expression
from slo_compiler.model.guard import Guards
from slo_compiler.model.place import Locate
from slo_compiler.model.placed import Placed
from slo_compiler.model.runbook import Runbook
from slo_compiler.model.serving import Serving
from slo_compiler.model.slo import Slo
from slo_compiler.model.subject import Subject, signal
from slo_compiler.model.surface import Surface
from slo_compiler.model.tool import Tool


class Owner(Placed, frozen=True):
    """Who answers for a surface, and where that is said."""

    name: str
    position: Position


class Service(Placed, frozen=True):
    """A service of machine learning, resolved.

    ``slos`` are those of its SLOs that have nothing missing, ``promised`` the names of all of them;
    ``model`` is its name in the metrics.
    """

    name: str
    model: str
    description: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    owners: Mapping[Surface, Owner]
    slos: tuple[Slo, ...]
    promised: tuple[str, ...]
    drifts: tuple[Drift, ...]
    guards: Guards
    tools: tuple[Tool, ...]
    deployed: Expression | None
    """When the model was last deployed, in seconds since 1970."""
    serving: Serving | None
    triage: bool
    """Whether pages of the serving surface hold back alerts of the others."""
    target: str
    clock: Clock
    links: Links
    external_labels: tuple[str, ...]
    position: Position
    locate: Locate
    systems: Mapping[str, str] = field(default_factory=dict)
    """The releases that are declared of the systems it runs on, by their names in the catalogue."""
    severity_labels: Mapping[Severity, Mapping[str, str]] = field(default_factory=dict)
    """The labels in their place on alerts of a severity of which more is said."""
    runbook: Runbook = field(default_factory=Runbook)
    """What the spec says of incidents, of whichever SLO or signal."""

    def labels_of(self, severity: Severity) -> Mapping[str, str]:
        """The labels of alerts of a severity."""
        return self.severity_labels.get(severity, self.labels)

    def slo(self, name: str) -> Slo | None:
        """The SLO of a name; None where there is none, or it is not sound."""
        return next((slo for slo in self.slos if slo.name == name), None)

    def signal(self, name: str, surfaces: Iterable[Surface], position: Position) -> Subject:
        """A signal of the service, as what its alerts are about.

        Args:
            name: a name that no other signal of the service has.
            surfaces: those whose owners its alerts name.
            position: where the spec speaks of it.
        """
        owners = [self.owners[surface] for surface in surfaces if surface in self.owners]
        return signal(
            self.name,
            name,
            owner_positions={owner.name: owner.position for owner in owners},
            target=self.target,
            position=position,
        )

    @property
    def run_time_labels(self) -> tuple[str, ...]:
        """The labels of its signals' alerts whose values only Prometheus knows: those of the server."""
        return tuple(label for label in self.external_labels if label not in self.labels)
