"""What changed and what happened, as annotations on every panel of a dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from slo_compiler.emitters.grafana import panels
from slo_compiler.rules.timeline import Kind, Lane, Marks

_COLOURS: Final[Mapping[Kind, str]] = {
    Kind.PAGES: panels.RED,
    Kind.TICKETS: panels.YELLOW,
    Kind.GUARDS: panels.BLUE,
    Kind.SURFACE: panels.ORANGE,
    Kind.DEPLOYS: "purple",
    Kind.VERSIONS: "purple",
    Kind.PIPELINES: panels.GREEN,
    Kind.DETECTOR: "light-blue",
    Kind.SPECS: "light-blue",
    Kind.SCALING: "super-light-orange",
}

_QUIET: Final = (Kind.TICKETS, Kind.SURFACE, Kind.PIPELINES, Kind.SCALING)
"""Off until somebody turns them on: there are many of them, or a panel shows them."""

STEP: Final = "60s"

MILLISECONDS: Final = 1000


def annotation(lane: Lane) -> panels.Json:
    """A lane as an annotation, with the keys that Grafana's datasource for Prometheus reads."""
    name = lane.kind.value.capitalize()
    return {
        "name": name,
        "datasource": panels.datasource(),
        "enable": lane.kind not in _QUIET,
        "hide": False,
        "iconColor": _COLOURS[lane.kind],
        "builtIn": 0,
        "expr": _promql(lane),
        "step": STEP,
        "tagKeys": ",".join(lane.told_by),
        "textFormat": " ".join(f"{{{{{label}}}}}" for label in lane.told_by),
        "titleFormat": name,
        "useValueForTime": lane.marks is Marks.MOMENTS,
    }


def _promql(lane: Lane) -> str:
    """Times of Prometheus are seconds, and those of Grafana milliseconds."""
    return f"{MILLISECONDS} * {lane.promql}" if lane.marks is Marks.MOMENTS else lane.promql
