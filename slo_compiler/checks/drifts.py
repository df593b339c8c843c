"""Whether drifts can be watched: selectors, the threshold, the SLO that judges them, and who is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slo_compiler.checks.selectors import check_named, plain_selector
from slo_compiler.diagnostics import Diagnostic, Position, error, nearest
from slo_compiler.model.drift import Drift
from slo_compiler.model.expression import Expression
from slo_compiler.model.service import Service
from slo_compiler.model.surface import Surface

RECORD_IT: Final = "record anything else with a rule of your own, and select what it records"

OWN_SIGNALS: Final = ("serving", "surface", "telemetry")
"""The names of signals that are no drifts."""


def check_drifts(service: Service) -> Iterator[Diagnostic]:
    """Everything that is wrong with a service's drifts."""
    yield from _repeated_drifts(service)
    yield from _reserved(service)
    yield from _unknown_quality(service)
    yield from _ownerless(service)
    for drift in service.drifts:
        if drift.threshold is None:
            yield error(
                drift.position,
                "drift/threshold",
                f"{drift.name} has no threshold, and its score is not ml_drift_score, to which "
                "ml_drift_threshold belongs: how much drift is too much is not known; give a number, or the "
                "selector of a gauge with the same labels",
            )
        for expression, what in _selectors(drift):
            yield from check_selector(expression, service, what)


def check_selector(expression: Expression, service: Service, what: str) -> Iterator[Diagnostic]:
    """Whether evidence is the plain selector of a metric."""
    selector, found = plain_selector(expression, service.target, what, RECORD_IT)
    yield from found
    if selector is not None:
        yield from check_named(selector, expression)


def _selectors(drift: Drift) -> Iterator[tuple[Expression, str]]:
    yield drift.score, "the score of a drift"
    if isinstance(drift.threshold, Expression):
        yield drift.threshold, "the threshold of a drift"
    if drift.detector is not None:
        yield drift.detector, "the info series of a detector"
    if drift.last_run is not None:
        yield drift.last_run, "the time of a detector's last run"


def _repeated_drifts(service: Service) -> Iterator[Diagnostic]:
    first: dict[str, Position] = {}
    for drift in service.drifts:
        earlier = first.setdefault(drift.name, drift.position)
        if earlier is not drift.position:
            yield error(
                drift.position,
                "drift/duplicate",
                f"a second drift is named {drift.name} (first at line {earlier.line}): their series would "
                "be one",
            )


def _reserved(service: Service) -> Iterator[Diagnostic]:
    for drift in service.drifts:
        if drift.name in OWN_SIGNALS:
            yield error(
                drift.position,
                "drift/reserved",
                f"a drift named {drift.name} would share its series with another signal of every model, "
                f"which has this name; call it {drift.name}-drift",
            )


def _unknown_quality(service: Service) -> Iterator[Diagnostic]:
    known = service.promised
    for drift in service.drifts:
        if drift.quality is not None and drift.quality not in known:
            near = nearest(drift.quality, known)
            advice = f"did you mean {near}?" if near else f"known: {', '.join(known)}"
            yield error(
                drift.locate("quality"),
                "drift/quality",
                f"there is no SLO {drift.quality} here, so that nothing would tell virtual drift from real "
                f"drift; {advice}",
            )


def _ownerless(service: Service) -> Iterator[Diagnostic]:
    """Drifts of which nobody would be told: first, or when quality breaks with them."""
    for drift in service.drifts:
        needed = [drift.surface, *([Surface.MODEL] if drift.quality else [])]
        for surface in dict.fromkeys(needed):
            if surface not in service.owners:
                yield error(
                    drift.position,
                    "owner/missing",
                    f"{drift.name} watches the {surface.value} surface, which has no owner: its alerts would "
                    f"fire into a vacuum; add owners: {{{surface.value}: ...}} to the spec or to "
                    "defaults.yaml",
                )
