"""An SLO with nothing missing: what the defaults and its own spec say together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import field

from slo_compiler.diagnostics import Position
from slo_compiler.model import labels
from slo_compiler.model.alerting import Absent, Severity, TierRequest
from slo_compiler.model.defaults import Clock, Links, Naming, Retention
from slo_compiler.model.indicator import Indicator
from slo_compiler.model.place import Locate, nowhere
from slo_compiler.model.placed import Placed
from slo_compiler.model.role import Role
from slo_compiler.model.runbook import Runbook
from slo_compiler.model.subject import Subject
from slo_compiler.model.surface import Surface
from slo_compiler.quantities import Ratio, Seconds


class Slo(Placed, frozen=True, dict=True):
    """One SLO, resolved.

    ``objective`` is a ratio strictly between 0 and 1, ``period`` the time over which it is promised.
    ``labels`` stand on every alert of the SLO, beside its identity.
    """

    service: str
    name: str
    description: str
    surface: Surface
    owner: str
    objective: Ratio
    period: Seconds
    indicator: Indicator
    cadence: Seconds | None
    group_by: tuple[str, ...]
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    tiers: tuple[TierRequest, ...]
    tiers_are_authored: bool
    """Whether the tiers are the author's own, to be kept as they are, or defaults, to be derived anew."""
    min_errors: int
    absent: Absent
    target: str
    """The oldest Prometheus release that loads the rules, such as ``prometheus-2.42``."""
    clock: Clock
    links: Links
    position: Position
    naming: Naming | None = None
    """Whose names its series and alerts bear beside ours."""
    class_: str | None = None
    """The class that said what its spec did not."""
    alerts: bool = True
    """Whether it alerts at all, or is only recorded."""
    role: Role | None = None
    """What its alerts are there for, in a service of machine learning."""
    triage: bool = False
    """Whether pages of the serving surface hold back alerts of data and model."""
    systems: Mapping[str, str] = field(default_factory=dict)
    """The releases that are declared of the systems it runs on, by their names in the catalogue."""
    external_labels: tuple[str, ...] = ()
    retention: Retention | None = None
    """How long its Prometheus keeps samples, where that is known."""
    runbook: Runbook = field(default_factory=Runbook)
    """What the SLO, and else its service, says of incidents."""
    locate: Locate = nowhere
    """Where the parts of its spec stand."""
    severity_labels: Mapping[Severity, Mapping[str, str]] = field(default_factory=dict)
    """The labels in their place on alerts of a severity of which more is said."""
    owner_position: Position = Position("")
    """Where the owner is named, in the spec or in the defaults."""

    @cached_property
    def id(self) -> str:
        """The name that no other SLO can have: slugs hold no colon, so the parts cannot run together."""
        return f"{self.service}:{self.name}"

    @cached_property
    def identity(self) -> Mapping[str, str]:
        """The labels that say whose its series and alerts are."""
        return {labels.SERVICE: self.service, labels.SLO: self.name, labels.SLO_ID: self.id}

    @cached_property
    def subject(self) -> Subject:
        """What its alerts are about, and who answers for them."""
        return Subject(
            service=self.service,
            id=self.id,
            id_label=labels.SLO_ID,
            identity=self.identity,
            owner_positions={self.owner: self.owner_position},
            target=self.target,
            position=self.position,
        )

    @property
    def run_time_labels(self) -> tuple[str, ...]:
        """The labels of its alerts whose values only Prometheus knows: of groups, and of the server."""
        external = (label for label in self.external_labels if label not in {*self.group_by, *self.labels})
        return (*self.group_by, *external)

    def labels_of(self, severity: Severity) -> Mapping[str, str]:
        """The labels of alerts of a severity, beside the SLO's identity."""
        return self.severity_labels.get(severity, self.labels)

    def position_of(self, tier: str) -> Position:
        """Where a tier is asked for, or, if it is built in, where its severity is or would be."""
        asked = next((request.position for request in self.tiers if request.name == tier), Position(""))
        return asked if asked.path else self.locate("alerting", "severities", tier)

    @property
    def budget(self) -> Ratio:
        """The error ratio that just keeps the objective."""
        return 1 - self.objective
