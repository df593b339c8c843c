"""Triage: while the request path of a service pages, what is to be expected of its data and model waits.

The serving surface is ruled out first: it has the loudest signals and is the cheapest to confirm.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slo_compiler.model import labels
from slo_compiler.model.alerting import Severity
from slo_compiler.model.role import Role
from slo_compiler.model.slo import Slo
from slo_compiler.model.surface import Surface
from slo_compiler.promql.quote import quote_regex
from slo_compiler.rules import names
from slo_compiler.rules.inhibition import InhibitRule
from slo_compiler.rules.matchers import Matcher
from slo_compiler.rules.severity import SEV1, SEV2, SEV3
from slo_compiler.rules.traits import Traits

_SYMPTOM: Final = Matcher(labels.ROLE, "=", Role.SYMPTOM.value)

_AS_LOW: Final = {SEV1: (SEV1, SEV2, SEV3), SEV2: (SEV2, SEV3)}
"""The severities that are the same or lower, for each that can page."""


def held_back(slo: Slo) -> str:
    """What waits while an SLO pages, in words; empty where nothing does."""
    if not slo.triage or slo.role is not Role.SYMPTOM or slo.surface is not Surface.SERVING or slo.group_by:
        return ""
    return f"while it pages, alerts of the data and model surfaces of {slo.service} that are no more severe"


def triage_rules(traits: Traits) -> Iterator[InhibitRule]:
    """While the request path of a service pages, its data and model wait, if they are not more severe.

    A page of one group alone, such as a region, says nothing of the whole service, and holds back nothing.
    """
    if not traits.triaged:
        return
    off = sorted(traits.untriaged)
    grouped = sorted(traits.grouped_in_models - traits.external)
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
            equal=(labels.SERVICE, *sorted(traits.external)),
            identity=(labels.SERVICE,),
        )
