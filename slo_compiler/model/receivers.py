"""How each owner is reached, as ``receivers.yaml`` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct, field

from slo_compiler.diagnostics import Position
from slo_compiler.model.alerting import Severity
from slo_compiler.model.placed import Placed
from slo_compiler.quantities import HOUR, MINUTE, SECOND, Seconds

Setting: TypeAlias = "str | int | bool | Sequence[Setting] | Mapping[str, Setting]"
"""A value of Alertmanager's own configuration, passed on as it is."""


class Receiver(Placed, frozen=True):
    """Integrations in Alertmanager's words: ``{"pagerduty_configs": ({"routing_key_file": "…"},)}``."""

    integrations: Mapping[str, Setting]
    position: Position


class Contact(Placed, frozen=True):
    """How one owner is reached for a page and for a ticket; None when not at all."""

    page: Receiver | None
    ticket: Receiver | None
    position: Position

    def receiver(self, severity: Severity) -> Receiver | None:
        """What an alert of the severity is sent to."""
        return self.page if severity is Severity.PAGE else self.ticket


class OfficeHours(Struct, frozen=True):
    """When tickets are delivered, in Alertmanager's notation: ``monday:friday``, ``09:00``, ``17:00``."""

    location: str
    weekdays: str = "monday:friday"
    start: str = "09:00"
    end: str = "17:00"


class Grouping(Struct, frozen=True):
    """When Alertmanager sends the first notification of an incident, an update, and a reminder."""

    group_wait: Seconds = 30 * SECOND
    group_interval: Seconds = 5 * MINUTE
    repeat_page: Seconds = 4 * HOUR
    repeat_ticket: Seconds = 24 * HOUR


class Receivers(Placed, frozen=True):
    """All owners' contacts, and what holds for all of them.

    ``fallback`` receives what is no alert of an SLO; without one, nobody does.
    ``settings`` is Alertmanager's ``global`` section.
    """

    owners: Mapping[str, Contact]
    position: Position
    fallback: Receiver | None = None
    office_hours: OfficeHours | None = None
    grouping: Grouping = field(default_factory=Grouping)
    settings: Mapping[str, Setting] = field(default_factory=dict)
