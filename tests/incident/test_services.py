"""Services that have no model, and what is not watched."""

from __future__ import annotations

from typing import Final

from slo_compiler.incident import words
from slo_compiler.incident.asking import Answer
from slo_compiler.incident.finding import State
from slo_compiler.incident.triage import triage
from slo_compiler.prometheus.answers import Sample
from tests.compiling import program_of, slo, spec

PROGRAM: Final = program_of(spec("shop", slo()))


def test_a_service_without_a_model_has_one_surface_and_says_what_nobody_watches() -> None:
    found = triage(PROGRAM, "shop", sound, 0.0)
    assert "none: nothing fails of what these specs watch" == words.headline(found)
    assert [
        "No SLO and no drift of these specs watches the surface data.",
        "No SLO and no drift of these specs watches the surface model.",
    ] == [line for line in words.doubts(found) if line.startswith("No SLO")]


def test_a_service_that_nobody_asks_is_unknown_and_not_sound() -> None:
    found = triage(PROGRAM, "shop", idle, 0.0)
    (finding,) = found.findings
    assert (State.UNKNOWN, "no events in 1h") == (finding.state, finding.value)
    assert "unknown" == found.verdict.surface


def sound(query: str) -> Answer:
    """A thousandth of a thousandth fails."""
    if "ALERTS" in query or " and" in query or "\nand" in query:
        return []
    return [Sample({}, 0.0, 1e-6)]


def idle(query: str) -> Answer:
    """There are no events, and so no ratio of them."""
    is_count = query.startswith(("slo:events", "count("))
    return [Sample({}, 0.0, 0.0)] if is_count else []
