"""The alert that evidence is missing, one for each series that a spec says there is.

Missing evidence counts as none, in the attribution as in the guards: without this it would be "all fine".
What an SLO measures is missed by its own alert, and so are the scores of a drift.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slo_compiler.model import labels
from slo_compiler.model.role import Role
from slo_compiler.model.service import Service
from slo_compiler.model.subject import Subject
from slo_compiler.quantities import MINUTE, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.go_template import literal
from slo_compiler.rules.ir import AlertingRule, Group
from slo_compiler.rules.selecting import authored
from slo_compiler.rules.severity import NO_VISIBLE_IMPACT
from slo_compiler.rules.signals.declared import Declared, declared
from slo_compiler.rules.signals.labelling import alert_labels, notices
from slo_compiler.rules.signals.signal import LoweredSignal
from slo_compiler.rules.signals.watched import Watched

PATIENCE: Final = 15 * MINUTE
"""A restart of an exporter or of the server is no reason for a ticket."""


def lower_telemetry(watched: Watched) -> Iterator[LoweredSignal]:
    """The alerts of a service that declares any evidence."""
    service = watched.service
    series = tuple(declared(service))
    if series:
        surfaces = dict.fromkeys(each.surface for each in series)
        subject = service.signal("telemetry", surfaces, service.position)
        alerts = tuple(_alert(each, service, subject) for each in series)
        group = Group(names.signal_group(subject), service.clock.evaluation_interval, alerts)
        yield LoweredSignal(subject, (group,))


def _alert(series: Declared, service: Service, subject: Subject) -> AlertingRule:
    selector = authored(series.selector, service.target)
    lately = f"last_over_time({selector}[{format_duration(service.clock.base_window)}])"
    missing = format_duration(PATIENCE + service.clock.base_window)
    return AlertingRule(
        alert=names.TELEMETRY_ALERT,
        expr=f"absent(group({lately}))",
        hold=PATIENCE,
        keep_firing_for=service.clock.base_window,
        labels={
            **alert_labels(service, subject, series.surface, NO_VISIBLE_IMPACT, Role.MONITOR),
            labels.EVIDENCE: series.name,
        },
        annotations=notices(
            service,
            "telemetry",
            summary=f"{service.name}: evidence is missing, nothing exports {series.name}",
            description=(
                f"The spec names {literal(selector)}, which has had no series for {missing}. Until it is "
                f"back, {series.blind}: missing evidence counts as none."
            ),
        ),
        run_time_labels=service.run_time_labels,
        because=NO_VISIBLE_IMPACT.because,
    )
