"""A timeline as a page that needs nothing but itself: it zooms, and works offline."""

from __future__ import annotations

from typing import Any, Final

from slo_compiler.emitters import html
from slo_compiler.incident.timeline import Timeline
from slo_compiler.incident.words import moment

TEMPLATE: Final = "timeline.html.j2"


def as_html(timeline: Timeline) -> str:
    """The page. Nothing in it is loaded from anywhere."""
    between = f"{moment(timeline.axis.begin)} to {moment(timeline.axis.end)}"
    return html.page(TEMPLATE).render(timeline=timeline, between=between, data=_data(timeline))


def _data(timeline: Timeline) -> dict[str, Any]:
    """What the page draws; times are seconds since 1970."""
    return {
        "begin": timeline.axis.begin,
        "end": timeline.axis.end,
        "ratio": timeline.is_ratio,
        "curves": [
            {"label": curve.label, "points": list(zip(curve.times, curve.values, strict=True))}
            for curve in timeline.curves
        ],
        "bounds": [{"label": bound.label, "value": bound.value} for bound in timeline.bounds],
        "rows": [
            {
                "kind": row.kind.value,
                "entries": [[entry.label, entry.begin, entry.end] for entry in row.entries],
            }
            for row in timeline.rows
        ],
    }
