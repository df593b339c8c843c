"""Triage: while the request path of a service pages, what is to be expected of its data and model waits.

The serving surface is ruled out first: it has the loudest signals and is the cheapest to confirm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model import labels
from slo_compiler.model.alerting import Severity
from slo_compiler.model.role import Role
from slo_compiler.model.service import Service
from slo_compiler.model.slo import Slo
from slo_compiler.model.surface import Surface
from slo_compiler.promql.quote import quote_regex
from slo_compiler.rules import names
from slo_compiler.rules.inhibition import InhibitRule
from slo_compiler.rules.matchers import Matcher
from slo_compiler.rules.severity import SEV1, SEV2, SEV3

_SYMPTOM: Final = Matcher(labels.ROLE, "=", Role.SYMPTOM.value)

_AS_LOW: Final = {SEV1: (SEV1, SEV2, SEV3), SEV2: (SEV2, SEV3)}
"""The severities that are the same or lower, for each that can page."""


def held_back(slo: Slo) -> str:
    """What waits while an SLO pages, in words; empty where nothing does."""
    if not slo.triage or slo.role is not Role.SYMPTOM or slo.surface is not Surface.SERVING or slo.group_by:
        return ""
    return f"while it pages, alerts of the data and model surfaces of {slo.service} that are no more severe"


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
