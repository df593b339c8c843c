"""A dashboard a service, as Grafana 10.4 and later import and provision it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from msgspec import json

from slo_compiler.burnrate.plan import Plan
from slo_compiler.emitters.artifact import HEADER, Artifact
from slo_compiler.emitters.grafana.annotations import annotation
from slo_compiler.emitters.grafana.of_service import (
    drifts_of,
    lanes_of_service,
    overview_of,
    serving_panels,
)
from slo_compiler.emitters.grafana.of_slo import panels_of, tails, title_of
from slo_compiler.emitters.grafana.panels import DATASOURCE, WHOLE, Json
from slo_compiler.rules.program import Program
from slo_compiler.rules.signals.watched import Watched
from slo_compiler.rules.timeline import lanes_of

LONGEST_UID: Final = 40
"""Characters, of Grafana."""

SCHEMA: Final = 36
"""The version of the format, that of Grafana 8.5: later ones migrate what they read."""

_ENCODED: Final = json.Encoder(order="sorted").encode


def emit(program: Program) -> Iterator[Artifact]:
    """One ``dashboards/<service>.json`` a service."""
    watched = {each.service.name: each for each in program.watched}
    plans_of: defaultdict[str, list[Plan]] = defaultdict(list)
    for lowered in program.slos:
        plans_of[lowered.plan.slo.service].append(lowered.plan)
    with_tail = tails(program)
    for service, plans in sorted(plans_of.items()):
        document = _document(service, plans, watched.get(service), with_tail)
        written = json.format(_ENCODED(document), indent=2).decode()
        yield Artifact(f"dashboards/{service}.json", f"{written}\n")


def uid_of(service: str) -> str:
    """The id in the dashboard's URL, which stays: ``slo-<service>``, or of a long name its hash."""
    uid = f"slo-{service}"
    return uid if len(uid) <= LONGEST_UID else f"slo-{hashlib.sha256(service.encode()).hexdigest()[:16]}"


def _document(service: str, plans: list[Plan], watched: Watched | None, with_tail: AbstractSet[str]) -> Json:
    rows = [
        ("Overview", overview_of(service, plans)),
        ("What fires, and why", lanes_of_service(service, plans, watched)),
        *((title_of(plan.slo), panels_of(plan, with_tail=plan.slo.id in with_tail)) for plan in plans),
    ]
    if watched is not None:
        rows += [("Drift", drifts_of(watched)), ("Serving", serving_panels(watched))]
    return {
        "title": f"SLO: {service}",
        "uid": uid_of(service),
        "description": HEADER,
        "tags": ["slo", "slo-compiler"],
        "schemaVersion": SCHEMA,
        "editable": False,
        "graphTooltip": 1,  # a crosshair that all panels share
        "time": {"from": "now-24h", "to": "now"},
        "refresh": "1m",
        "timezone": "browser",
        "fiscalYearStartMonth": 0,
        "templating": {"list": [_choice()]},
        "annotations": {"list": [annotation(lane) for lane in lanes_of(service, plans, watched)]},
        "panels": list(_placed(rows)),
    }


def _choice() -> Json:
    """The variable by which a user chooses the Prometheus."""
    return {
        "type": "datasource",
        "name": DATASOURCE,
        "label": "Data source",
        "query": "prometheus",
        "includeAll": False,
        "multi": False,
        "skipUrlSync": False,
        "auto": False,
        "auto_count": 30,
        "auto_min": "10s",
    }


def _placed(rows: Iterable[tuple[str, Iterable[Json]]]) -> Iterator[Json]:
    """Each row that has panels, and these under it, from left to right in lines."""
    y = 0
    for title, panels in rows:
        found = list(panels)
        if found:
            yield _row(title, y)
            y += 1
        x = height = 0
        for panel in found:
            yield {**panel, "gridPos": {**panel["gridPos"], "x": x, "y": y}}
            x, height = x + panel["gridPos"]["w"], max(height, panel["gridPos"]["h"])
            if x >= WHOLE:
                x, y, height = 0, y + height, 0
        y += height


def _row(title: str, y: int) -> Json:
    return {
        "type": "row",
        "title": title,
        "collapsed": False,
        "gridPos": {"x": 0, "y": y, "w": WHOLE, "h": 1},
        "id": 0,
        "panels": [],
    }
