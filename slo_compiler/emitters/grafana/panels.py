"""The panels that dashboards are made of, each with a title, a description, a unit and an id that stays.

The keys are those of Grafana 10.4, whose own models read every dashboard of the tests and lose none of them.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final, TypeAlias

from msgspec import Struct

DATASOURCE: Final = "datasource"
"""The variable by which a user chooses the Prometheus."""

GREEN, YELLOW, ORANGE, RED, BLUE, GREY = "green", "yellow", "orange", "red", "blue", "text"
THIRD, HALF, WHOLE = 8, 12, 24
"""Widths: the grid has 24 columns."""

NOTHING: Final = "none"

Json: TypeAlias = dict[str, Any]
"""An object of a dashboard, under the keys that Grafana reads."""
Step: TypeAlias = tuple[Fraction | None, str]
"""From a value on, and from below all others where that is None, a colour."""


class Line(Struct, frozen=True):
    """A query of a panel, and what its series are called there."""

    promql: str
    legend: str


class Described(Struct, frozen=True):
    """What every panel says of itself. ``key`` is what its id is made of, which therefore stays."""

    key: str
    title: str
    description: str
    unit: str = "short"
    width: int = HALF
    height: int = 8


def lines(
    about: Described,
    queries: Sequence[Line],
    bounds: Sequence[Step] = (),
    *,
    logarithmic: bool = False,
    least: float | None = 0,
) -> Json:
    """Lines over time from ``least`` upwards; ``bounds`` are drawn across them."""
    drawn: Json = {"lineWidth": 1, "fillOpacity": 5, "showPoints": "never"}
    if logarithmic:
        drawn["scaleDistribution"] = {"type": "symlog", "log": 10, "linearThreshold": 0.0001}
    if bounds:
        drawn["thresholdsStyle"] = {"mode": "dashed"}
    field: Json = {"custom": drawn}
    if least is not None:
        field["min"] = least
    if bounds:
        field["thresholds"] = _thresholds([(None, GREEN), *bounds])
    options = {"legend": _legend("lastNotNull", shown=True), "tooltip": {"mode": "multi", "sort": "asc"}}
    return _panel("timeseries", about, queries, field, options)


def numbers(about: Described, queries: Sequence[Line], steps: Sequence[Step]) -> Json:
    """What each series is now, in the colour of the step that it has reached."""
    options = {
        "colorMode": "value",
        "graphMode": "area",
        "justifyMode": "auto",
        "orientation": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"]},
        "showPercentChange": False,
        "textMode": "value_and_name",
        "wideLayout": True,
    }
    return _panel("stat", about, queries, {"thresholds": _thresholds(steps)}, options)


def lanes(about: Described, queries: Sequence[Line], words: dict[str, tuple[str, str]]) -> Json:
    """A lane for each series, filled while it is there; ``words`` are text and colour by value."""
    mapped = {value: {"text": text, "color": colour} for value, (text, colour) in words.items()}
    options = {
        "alignValue": "left",
        "legend": _legend(shown=False),
        "mergeValues": True,
        "rowHeight": 0.8,
        "showValue": "never",
        "tooltip": {"mode": "single", "sort": "asc"},
    }
    field = {"mappings": [{"type": "value", "options": mapped}]}
    return _panel("state-timeline", about, queries, field, options)


def datasource() -> Json:
    """The Prometheus that the user has chosen."""
    return {"type": "prometheus", "uid": f"${{{DATASOURCE}}}"}


def _panel(kind: str, about: Described, queries: Sequence[Line], field: Json, options: Json) -> Json:
    """A panel of a size, which has no place yet."""
    return {
        "type": kind,
        "id": zlib.crc32(about.key.encode()) & 0x7FFFFFFF,
        "title": about.title,
        "description": about.description,
        "datasource": datasource(),
        "gridPos": {"w": about.width, "h": about.height},
        "fieldConfig": {"defaults": {"unit": about.unit, "noValue": NOTHING, **field}, "overrides": []},
        "options": options,
        "targets": [_target(line, number) for number, line in enumerate(queries)],
        "repeatDirection": "h",
        "transparent": False,
    }


def _target(line: Line, number: int) -> Json:
    return {
        "datasource": datasource(),
        "expr": line.promql,
        "legendFormat": line.legend,
        "refId": chr(ord("A") + number) if number < 26 else f"A{number}",
        "range": True,
        "instant": False,
    }


def _legend(*calculations: str, shown: bool) -> Json:
    return {"displayMode": "list", "placement": "bottom", "showLegend": shown, "calcs": [*calculations]}


def _thresholds(steps: Sequence[Step]) -> Json:
    found = [{"value": None if value is None else float(value), "color": colour} for value, colour in steps]
    return {"mode": "absolute", "steps": found}
