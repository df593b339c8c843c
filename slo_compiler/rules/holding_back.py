"""What guards hold back, which stand against the usual false pages of machine learning.

A guard is never woven into the expression of what it holds back: the alert fires, Prometheus keeps the
evidence, and only the notification waits. Security and the monitoring itself are held back by nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slo_compiler.model import labels
from slo_compiler.model.alerting import Severity
from slo_compiler.model.guard import GuardKind
from slo_compiler.model.role import Role
from slo_compiler.rules import names
from slo_compiler.rules.inhibition import InhibitRule
from slo_compiler.rules.matchers import Matcher
from slo_compiler.rules.traits import Traits

OF_DRIFTS: Final = (GuardKind.DETECTOR_MOVED, GuardKind.SEASONALITY, GuardKind.SPEC_MOVED)
"""The guards that hold back the tickets of a drift, and never the page of a real one."""

_GUARD: Final = Matcher(labels.ROLE, "=", Role.GUARD.value)
_SYMPTOM: Final = Matcher(labels.ROLE, "=", Role.SYMPTOM.value)


def guard_rules(traits: Traits) -> Iterator[InhibitRule]:
    """The inhibitions of those guards that there are."""
    present, external = traits.guards, sorted(traits.external)
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
        yield InhibitRule(
            name="label_lag over quality",
            source=(_GUARD, Matcher(labels.GUARD, "=", GuardKind.LABEL_LAG.value)),
            target=(
                _SYMPTOM,
                Matcher(labels.SLO_ID, "!=", ""),
                Matcher("alertname", "!=", names.ABSENT_ALERT),
            ),
            equal=(labels.SLO_ID, *external),
        )
    if GuardKind.COLD_START.value in present:
        yield InhibitRule(
            name="cold_start over burn rates",
            source=(_GUARD, Matcher(labels.GUARD, "=", GuardKind.COLD_START.value)),
            target=(_SYMPTOM, Matcher(labels.BURN_TIER, "!=", "")),
            equal=(labels.SLO_ID, *sorted(traits.grouped | traits.external)),
        )
