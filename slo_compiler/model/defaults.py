"""What an organisation says once for all its specs, in ``defaults.yaml``."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from slo_compiler.diagnostics import Position
from slo_compiler.model.adapter import AdapterRequest
from slo_compiler.model.alerting import Alerting
from slo_compiler.model.place import Locate, nowhere
from slo_compiler.model.placed import Placed
from slo_compiler.model.slo_class import OF_THE_WORKBOOK, SloClass
from slo_compiler.model.surface import Surface
from slo_compiler.model.targets import Targets
from slo_compiler.quantities import DAY, MINUTE, SECOND, Seconds

SCRAPE_INTERVAL: Final = 30 * SECOND
EVALUATION_INTERVAL: Final = 30 * SECOND
BASE_WINDOW: Final = 5 * MINUTE

PERIOD: Final = 30 * DAY
"""Over which an objective holds that does not say."""


class Naming(enum.Enum):
    """A tool whose dashboards read series by names of its own."""

    SLOTH = "sloth"


class Clock(Struct, frozen=True, cache_hash=True):
    """How often the user's Prometheus scrapes and evaluates, and the window that alone reads raw series."""

    scrape_interval: Seconds = SCRAPE_INTERVAL
    evaluation_interval: Seconds = EVALUATION_INTERVAL
    base_window: Seconds = BASE_WINDOW


class Retention(Placed, frozen=True):
    """How long the user's Prometheus keeps samples, and where that is said."""

    length: Seconds
    position: Position = Position("defaults.yaml")


class Links(Struct, frozen=True):
    """Where alerts point their readers. ``{service}``, ``{slo}`` and ``{alert}`` stand for the names."""

    runbook: str | None = None
    dashboard: str | None = None
    prometheus: str | None = None
    """The server itself, whose expression browser a runbook opens with each query."""


class Defaults(Placed, frozen=True):
    """Organisation-wide defaults. Without a ``defaults.yaml`` these are they."""

    position: Position = Position("defaults.yaml")
    target: str = "prometheus-2.42"
    """The oldest Prometheus that loads the rules."""
    naming: Naming | None = None
    """Whose names series and alerts bear beside ours."""
    clock: Clock = field(default_factory=Clock)
    retention: Retention | None = None
    """None where it is not known."""
    window: Seconds = PERIOD
    labels: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[Surface, str] = field(default_factory=dict)
    security: str | None = None
    """Who answers for guardrails, where that is not the owner of their surface."""
    external_labels: tuple[str, ...] = ()
    """Labels that tell apart servers with the same rules: Prometheus puts them on the alerts it sends."""
    systems: Mapping[str, str] = field(default_factory=dict)
    """The releases of the systems that a service runs on which does not say."""
    alerting: Alerting = field(default_factory=Alerting)
    classes: Mapping[str, SloClass] = field(default_factory=lambda: OF_THE_WORKBOOK)
    """Classes that an SLO may name, by name."""
    links: Links = field(default_factory=Links)
    adapters: tuple[AdapterRequest, ...] = ()
    """What maps other systems onto the metric contract."""
    targets: Targets = field(default_factory=Targets)
    """What files are written for, beside those for Prometheus."""
    locate: Locate = nowhere
