"""A dashboard a service, as Grafana 10.4 and later import and provision it."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Any, Final

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard

from slo_compiler.burnrate.plan import Plan
from slo_compiler.emitters.artifact import HEADER, Artifact
from slo_compiler.emitters.grafana.annotations import annotation, of_prometheus
from slo_compiler.emitters.grafana.of_service import (
    drifts_of,
    lanes_of_service,
    overview_of,
    serving_panels,
)
from slo_compiler.emitters.grafana.of_slo import panels_of, tails, title_of
from slo_compiler.emitters.grafana.panels import DATASOURCE, Panel
from slo_compiler.emitters.pretty_json import pretty
from slo_compiler.rules.program import Program
from slo_compiler.rules.signals.watched import Watched
from slo_compiler.rules.timeline import lanes_of

LONGEST_UID: Final = 40
"""Characters, of Grafana."""


def emit(program: Program) -> Iterator[Artifact]:
    """One ``dashboards/<service>.json`` a service."""
    watched = {each.service.name: each for each in program.watched}
    plans_of: defaultdict[str, list[Plan]] = defaultdict(list)
    for lowered in program.slos:
        plans_of[lowered.plan.slo.service].append(lowered.plan)
    with_tail = tails(program)
    for service, plans in sorted(plans_of.items()):
        document = _document(service, plans, watched.get(service), with_tail)
        yield Artifact(f"dashboards/{service}.json", f"{pretty(document)}\n")


def uid_of(service: str) -> str:
    """The id in the dashboard's URL, which stays: ``slo-<service>``, or of a long name its hash."""
    uid = f"slo-{service}"
    return uid if len(uid) <= LONGEST_UID else f"slo-{hashlib.sha256(service.encode()).hexdigest()[:16]}"


def _document(
    service: str, plans: list[Plan], watched: Watched | None, with_tail: AbstractSet[str]
) -> dict[str, Any]:
    made = _made(service)
    _add(made, "Overview", overview_of(service, plans))
    _add(made, "What fires, and why", lanes_of_service(service, plans, watched))
    for plan in plans:
        _add(made, title_of(plan.slo), panels_of(plan, with_tail=plan.slo.id in with_tail))
    if watched is not None:
        _add(made, "Drift", drifts_of(watched))
        _add(made, "Serving", serving_panels(watched))
    lanes = lanes_of(service, plans, watched)
    made.annotations([annotation(lane) for lane in lanes])
    document: dict[str, Any] = json.loads(json.dumps(made.build(), cls=JSONEncoder))
    for query, lane in zip(document["annotations"]["list"], lanes, strict=True):
        query.update(of_prometheus(lane))
    return document


def _made(service: str) -> build.Dashboard:
    made = build.Dashboard(f"SLO: {service}")
    made.uid(uid_of(service)).description(HEADER).tags(["slo", "slo-compiler"])
    made.readonly().tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
    made.time("now-24h", "now").refresh("1m").timezone("browser")
    choice = build.DatasourceVariable(DATASOURCE).label("Data source").type("prometheus")
    return made.with_variable(choice)


def _add(made: build.Dashboard, title: str, panels: Iterable[Panel]) -> None:
    """A row, and its panels under it; nothing where there are none."""
    found = list(panels)
    if found:
        made.with_row(build.Row(title))
        for panel in found:
            made.with_panel(panel)
