"""The queries of every runbook, whatever the alert: what fires, what changed, what else fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.model import contract, labels
from slo_compiler.model.alerting import Severity
from slo_compiler.model.role import Role
from slo_compiler.model.subject import Subject
from slo_compiler.promql.quote import matcher, selector
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.quantities import DAY, HOUR, MINUTE, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.selecting import authored
from slo_compiler.rules.signals.surface import surface_of
from slo_compiler.rules.signals.watched import Watched

LATELY: Final = 6 * HOUR
"""How far back a change is looked for that may have started an incident."""

STEP: Final = 5 * MINUTE
"""How finely the past day is looked through."""

MOST_ROWS: Final = 10
"""Of a breakdown: the worst are wanted, not all."""

Queries: TypeAlias = Mapping[str, str]
"""PromQL by the name that templates know it by."""


class Breakdown(Struct, frozen=True):
    """A query for each of several things of a kind: a label, or a selector."""

    of: str
    promql: str


def of_subject(subject: Subject) -> Queries:
    """The queries of any SLO or signal."""
    mine = matcher(subject.id_label, MatchOperator.EQUAL, subject.id)
    firing = matcher("alertstate", MatchOperator.EQUAL, "firing")
    guards = matcher(labels.ROLE, MatchOperator.EQUAL, Role.GUARD.value)
    pages = matcher(labels.SEVERITY, MatchOperator.EQUAL, Severity.PAGE.value)
    info = selector(names.SPEC_INFO, (mine,))
    return {
        "firing": selector("ALERTS", (firing, mine)),
        "guards": selector("ALERTS", (firing, guards, mine)),
        "started": f"time() - min by (alertname) ({selector('ALERTS_FOR_STATE', (mine,))})",
        "spec_changed": f"count by ({labels.SPEC_HASH}) (last_over_time({info}[{format_duration(LATELY)}]))",
        "other_pages": f"count by ({labels.SERVICE}, {labels.SURFACE}, alertname) "
        f"({selector('ALERTS', (firing, pages))})",
    }


def of_service(name: str) -> Queries:
    """The queries of any service: what fires of it, and which specs its rules are from."""
    mine = matcher(labels.SERVICE, MatchOperator.EQUAL, name)
    firing = matcher("alertstate", MatchOperator.EQUAL, "firing")
    return {
        "firing": selector("ALERTS", (firing, mine)),
        "specs": selector(names.SPEC_INFO, (mine,)),
    }


def of_model(watched: Watched) -> Queries:
    """What is known of a model: which surface fails, what serves, since when, and what the pipelines did."""
    service = watched.service
    surface = surface_of(service)
    model = matcher(contract.MODEL, MatchOperator.EQUAL, service.model)
    deployed = (
        selector(contract.MODEL_DEPLOYED, (model,))
        if service.deployed is None
        else authored(service.deployed, service.target)
    )
    info = selector(contract.MODEL_INFO, (model,))
    return {
        "surface": names.of(names.SURFACE, surface),
        "evidence": f"{names.of(names.EVIDENCE, surface)} == 1",
        "deployed": f"time() - max by ({contract.MODEL_VERSION}) ({deployed})",
        "serving": info,
        "versions": f"group by ({contract.MODEL_VERSION}) (last_over_time({info}[{format_duration(DAY)}]))",
        "pipelines": f"time() - max by ({contract.PIPELINE}) ({contract.PIPELINE_LAST_SUCCESS})",
    }
