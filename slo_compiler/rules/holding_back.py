"""What holds back what in a service of machine learning: guards their symptoms, serving what follows from it.

A guard is never woven into the expression of what it holds back: the alert fires, Prometheus keeps the
evidence, and only the notification waits. Security and the monitoring itself are held back by nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model import labels
from slo_compiler.model.alerting import Severity
from slo_compiler.model.guard import GuardKind
from slo_compiler.model.role import Role
from slo_compiler.model.service import Service
from slo_compiler.model.surface import Surface
from slo_compiler.promql.quote import quote_regex
from slo_compiler.rules import names
from slo_compiler.rules.inhibition import InhibitRule
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.matchers import Matcher
from slo_compiler.rules.severity import SEV1, SEV2, SEV3

OF_DRIFTS: Final = (GuardKind.DETECTOR_MOVED, GuardKind.SEASONALITY, GuardKind.SPEC_MOVED)
"""The guards that hold back the tickets of a drift, and never the page of a real one."""

_GUARD: Final = Matcher(labels.ROLE, "=", Role.GUARD.value)
_SYMPTOM: Final = Matcher(labels.ROLE, "=", Role.SYMPTOM.value)
_BURNS: Final = Matcher(labels.BURN_TIER, "!=", "")

_AS_LOW: Final = {SEV1: (SEV1, SEV2, SEV3), SEV2: (SEV2, SEV3)}
"""The severities that are the same or lower, for each that can page."""


def guard_rules(
    alerts: Sequence[AlertingRule], grouped: Iterable[str], external: Sequence[str]
) -> Iterator[InhibitRule]:
    """The inhibitions of those guards that are among the alerts.

    Args:
        alerts: those of all signals.
        grouped: the labels by which any SLO is grouped.
        external: the labels by which servers with the same rules differ.
    """
    present = {alert.labels[labels.GUARD] for alert in alerts if _is_guard(alert)}
    of_drifts = [kind.value for kind in OF_DRIFTS if kind.value in present]
    if of_drifts:
        yield InhibitRule(
            name="guards over drift tickets",
            source=(_GUARD, Matcher(labels.GUARD, "=~", "|".join(of_drifts))),
            target=(
                _SYMPTOM,
                Matcher(labels.SIGNAL_ID, "!=", ""),
                Matcher(labels.SEVERITY, "=", Severity.TICKET.value),
            ),
            equal=(labels.SIGNAL_ID, *external),
            identity=(labels.SIGNAL_ID,),
        )
    if GuardKind.LABEL_LAG.value in present:
        yield _over_burns(GuardKind.LABEL_LAG, external)
    if GuardKind.COLD_START.value in present:
        yield _over_burns(GuardKind.COLD_START, sorted({*grouped, *external}))


def _is_guard(alert: AlertingRule) -> bool:
    return alert.labels.get(labels.ROLE) == Role.GUARD.value


def _over_burns(kind: GuardKind, compared: Sequence[str]) -> InhibitRule:
    return InhibitRule(
        name=f"{kind.value} over burn rates",
        source=(_GUARD, Matcher(labels.GUARD, "=", kind.value)),
        target=(_SYMPTOM, _BURNS),
        equal=(labels.SLO_ID, *compared),
    )


def triage_rules(
    services: Sequence[Service], plans: Iterable[Plan], external: Sequence[str]
) -> Iterator[InhibitRule]:
    """While the request path of a service pages, its data and model wait, if they are not more severe.

    A page of one group alone, such as a region, says nothing of the whole service, and holds back nothing.
    """
    if not any(service.triage for service in services):
        return
    off = sorted(service.name for service in services if not service.triage)
    grouped = sorted({label for plan in plans if plan.slo.role for label in plan.slo.group_by} - {*external})
    for source, targets in _AS_LOW.items():
        yield InhibitRule(
            name=f"serving {source} over data and model",
            source=(
                _SYMPTOM,
                Matcher(labels.SURFACE, "=", Surface.SERVING.value),
                Matcher(labels.SEVERITY, "=", Severity.PAGE.value),
                Matcher(labels.SEV, "=", source),
                Matcher("alertname", "!=", names.ABSENT_ALERT),
                *(Matcher(label, "=", "") for label in grouped),
                *([Matcher(labels.SERVICE, "!~", "|".join(map(quote_regex, off)))] if off else []),
            ),
            target=(
                _SYMPTOM,
                Matcher(labels.SURFACE, "=~", f"{Surface.DATA.value}|{Surface.MODEL.value}"),
                Matcher(labels.SEV, "=~", "|".join(targets)),
            ),
            equal=(labels.SERVICE, *external),
            identity=(labels.SERVICE,),
        )
