"""The panels of a service as a whole: its budgets, what fires, which surface fails, and its drifts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from slo_compiler.burnrate.plan import Plan
from slo_compiler.emitters.grafana import panels
from slo_compiler.emitters.grafana.panels import Described, Json, Line
from slo_compiler.model import labels
from slo_compiler.model.drift import Drift
from slo_compiler.promql.quote import matcher, selector
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.quantities import format_decimal, format_duration, format_percent
from slo_compiler.rules import names
from slo_compiler.rules.signals.serving import serving_of
from slo_compiler.rules.signals.surface import NONE, surface_of
from slo_compiler.rules.signals.watched import Watched
from slo_compiler.rules.timeline import Kind, Lane, lanes_of

QUARTER: Final = Fraction(1, 4)
FIRES: Final = {"1": ("fires", panels.RED)}
HOLDS: Final = {"1": ("holds back", panels.BLUE)}
FAILS: Final = {"1": ("fails", panels.ORANGE)}
SEEN: Final = {"0": ("no", panels.GREEN), "1": ("yes", panels.ORANGE)}


def overview_of(service: str, plans: Sequence[Plan]) -> Iterator[Json]:
    """What is left of each budget, and how fast it goes."""
    fastest = max((tier.burn_rate for plan in plans for tier in plan.tiers[:1]), default=Fraction(1))
    most = format_decimal(fastest, digits=4)
    yield panels.numbers(
        Described(
            key="budget",
            title="Error budget left",
            description=f"Of each SLO of {service}, in its own period. Below zero the objective is missed.",
            unit="percentunit",
        ),
        [_of_all(names.BUDGET_REMAINING, service, plans)],
        [(None, panels.RED), (Fraction(0), panels.ORANGE), (QUARTER, panels.GREEN)],
    )
    yield panels.numbers(
        Described(
            key="burn-rate",
            title="Burn rate",
            description=(
                "How many times as fast as allowed each budget burns, in the long window of its fastest "
                f"tier. At 1 it lasts just its period; the most that a tier asks for is {most}."
            ),
        ),
        [_of_all(names.BURN_RATE, service, plans)],
        [(None, panels.GREEN), (Fraction(1), panels.ORANGE), (fastest, panels.RED)],
    )


def lanes_of_service(service: str, plans: Sequence[Plan], watched: Watched | None) -> Iterator[Json]:
    """What fires, what holds back, and which surface fails, on the axis of everything else."""
    found = lanes_of(service, plans, watched)
    firing = [_line(lane) for lane in found if lane.kind in (Kind.PAGES, Kind.TICKETS)]
    yield panels.lanes(
        Described(
            key="firing",
            title="Alerts that fire",
            description="Pages and tickets, whether or not something holds back their notification.",
            width=panels.WHOLE if watched is None else panels.HALF,
        ),
        firing,
        FIRES,
    )
    if watched is not None:
        yield from _lanes_of_model(watched, [_line(lane) for lane in found if lane.kind is Kind.GUARDS])


def _lanes_of_model(watched: Watched, guards: Sequence[Line]) -> Iterator[Json]:
    yield panels.lanes(
        Described(
            key="guards",
            title="Guards that hold back",
            description="False pages that are known as such. What they hold back fires all the same.",
        ),
        guards,
        HOLDS,
    )
    subject = surface_of(watched.service)
    failing = matcher(labels.SURFACE, MatchOperator.NOT_EQUAL, NONE)
    yield panels.lanes(
        Described(
            key="surface",
            title="Which surface fails",
            description=(
                "The one surface and cause that explain what is seen, in the order of triage. Missing "
                "evidence counts as none."
            ),
        ),
        [Line(names.of(names.SURFACE, subject, failing), "{{surface}}: {{cause}}")],
        FAILS,
    )
    yield panels.lanes(
        Described(
            key="evidence",
            title="Evidence",
            description="What that rests on: paging SLOs of each surface, quality, deploys and drift.",
        ),
        [Line(names.of(names.EVIDENCE, subject), f"{{{{{labels.EVIDENCE}}}}}")],
        SEEN,
    )


def drifts_of(watched: Watched) -> Iterator[Json]:
    """Each drift: its scores over their thresholds, and beside them the quality that tells what it means."""
    for drift in watched.service.drifts:
        subject = watched.service.signal(drift.name, (), drift.position)
        by = " ".join(f"{{{{{label}}}}}" for label in drift.by)
        yield panels.lines(
            Described(
                key=f"{subject.id}/scores",
                title=f"{drift.name}: scores over their thresholds",
                description=(
                    f"Drift of kind {drift.kind.value}; above 1 it drifts. The detector is to run every "
                    f"{format_duration(drift.cadence)}."
                ),
            ),
            [Line(names.of(names.DRIFT, subject), by)],
            [(Fraction(1), panels.RED)],
        )
        meaning = [
            Line(names.of(names.DRIFT_BREADTH, subject), "share of features that drift"),
            *(
                [Line(names.of(names.QUALITY_BURN, subject), f"burn rate of {drift.quality}")]
                if _judged(drift, watched)
                else []
            ),
        ]
        yield panels.lines(
            Described(
                key=f"{subject.id}/meaning",
                title=f"{drift.name}: what it means",
                description=_meaning(drift, watched),
            ),
            meaning,
            [(Fraction(1), panels.RED)],
        )


def serving_panels(watched: Watched) -> Iterator[Json]:
    """What the spec says of serving, as far as it is recorded."""
    service = watched.service
    if service.serving is not None and service.serving.queue is not None:
        yield panels.lines(
            Described(
                key="queue",
                title="Share of the time that requests wait",
                description="Rising waiting time is saturation, or an autoscaler that lags.",
                unit="percentunit",
            ),
            [Line(names.of(names.QUEUE_SHARE, serving_of(service)), "waiting")],
        )
    if service.serving is not None and service.serving.replicas is not None:
        yield panels.lines(
            Described(
                key="scaling",
                title="Scaling",
                description="Up and down again within the hour is thrash: every new replica starts cold.",
            ),
            [Line(names.of(names.SCALING_DIRECTION, serving_of(service)), "direction")],
        )


def _of_all(metric: str, service: str, plans: Sequence[Plan]) -> Line:
    """A series for each SLO, and for each of its groups."""
    groups = dict.fromkeys(label for plan in plans for label in plan.slo.group_by)
    told_by = " ".join(f"{{{{{label}}}}}" for label in (labels.SLO, *groups))
    return Line(selector(metric, (matcher(labels.SERVICE, MatchOperator.EQUAL, service),)), told_by)


def _line(lane: Lane) -> Line:
    return Line(lane.promql, " ".join(f"{{{{{label}}}}}" for label in lane.told_by))


def _judged(drift: Drift, watched: Watched) -> bool:
    return watched.plan(drift.quality) is not None


def _meaning(drift: Drift, watched: Watched) -> str:
    broad = f"From {format_percent(drift.breadth)} of the features on it is a schema or a pipeline."
    if not _judged(drift, watched):
        return f"No SLO judges it, so that virtual and real cannot be told apart. {broad}"
    return (
        f"While {drift.quality} burns at less than 1 it is virtual drift, and the model is still valid; at 1 "
        f"or more it is real. {broad}"
    )
