"""Slices of a model's traffic: each is paged for as the whole would be, when it is bad and not by chance.

A slice has few events, of which a few bad ones are no incident: the lower bound of Wilson's interval has to
be above the threshold of the fastest tier, and the short window still bad.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.indicator import Bad, Good, Quality
from slo_compiler.model.service import Service
from slo_compiler.quantities import Seconds, format_decimal, format_duration, format_percent
from slo_compiler.rules import names
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule, Rule
from slo_compiler.rules.layout import chain
from slo_compiler.rules.selecting import authored
from slo_compiler.rules.severity import QUALITY_OF_A_SLICE
from slo_compiler.rules.signals.labelling import alert_labels, notices
from slo_compiler.rules.signals.signal import LoweredSignal
from slo_compiler.rules.signals.watched import Watched
from slo_compiler.rules.signals.wilson import lower_bound


def lower_slices(watched: Watched) -> Iterator[LoweredSignal]:
    """The slices of those quality SLOs that name some, each SLO's in a group of its own."""
    for plan, indicator in watched.plans_of(Quality):
        if indicator.slices:
            subject = plan.slo.subject
            group = Group(
                names.signal_group(subject, "slices"),
                watched.service.clock.evaluation_interval,
                tuple(_rules(plan, indicator, watched.service)),
            )
            yield LoweredSignal(subject, (group,))


def _rules(plan: Plan, indicator: Quality, service: Service) -> Iterator[Rule]:
    fastest = plan.tiers[0]
    for window in (fastest.long, fastest.short):
        yield _record(plan, names.slice_events(window), _events(plan, indicator, window))
        yield _record(plan, names.slice_errors(window), _errors(plan, indicator, window))
    errors, events = (
        names.series(metric(fastest.long), plan.slo) for metric in (names.slice_errors, names.slice_events)
    )
    yield _record(plan, names.SLICE_BAD, lower_bound(errors, events))
    yield _alert(plan, indicator, service)


def _record(plan: Plan, metric: str, expr: str) -> RecordingRule:
    return RecordingRule(metric, expr, names.identity(plan.slo))


def _events(plan: Plan, indicator: Quality, window: Seconds) -> str:
    return _increase(plan, indicator, authored(indicator.judged.total, plan.slo.target), window)


def _errors(plan: Plan, indicator: Quality, window: Seconds) -> str:
    """Those of every slice that has events: one without any errors yet has no series of them."""
    events = names.series(names.slice_events(window), plan.slo)
    counted = indicator.judged.counted
    count = _increase(plan, indicator, authored(counted.expression, plan.slo.target), window)
    on = f"on ({', '.join(_labels(plan, indicator))})"
    match counted:
        case Bad():
            return chain(f"or {on}", count, f"0 * {events}")
        case Good():
            return chain(f"or {on}", f"clamp_min({events} - {on} {count}, 0)", events)
        case _:
            assert_never(counted)


def _labels(plan: Plan, indicator: Quality) -> tuple[str, ...]:
    return (*plan.slo.group_by, *indicator.slices)


def _increase(plan: Plan, indicator: Quality, selector: str, window: Seconds) -> str:
    shift = indicator.labelling.shift
    offset = f" offset {format_duration(shift)}" if shift else ""
    by = ", ".join(_labels(plan, indicator))
    return f"sum by ({by}) (increase({selector}[{format_duration(window)}]{offset}))"


def _alert(plan: Plan, indicator: Quality, service: Service) -> AlertingRule:
    slo, fastest = plan.slo, plan.tiers[0]
    threshold = f"({format_decimal(fastest.burn_rate)} * {format_decimal(slo.budget)})"
    errors, events = (
        names.series(metric(fastest.short), slo) for metric in (names.slice_errors, names.slice_events)
    )
    return AlertingRule(
        alert=names.SLICE_ALERT,
        expr=chain(
            "and",
            f"({names.series(names.SLICE_BAD, slo)} > {threshold})",
            f"({errors} / ({events} > 0) > {threshold})",
        ),
        hold=service.clock.evaluation_interval,
        keep_firing_for=fastest.keep_firing,
        labels={
            **alert_labels(service, slo.subject, slo.surface, QUALITY_OF_A_SLICE),
            **slo.labels_of(QUALITY_OF_A_SLICE.severity),
        },
        annotations=notices(service, slo.name, **_told(plan, indicator)),
        run_time_labels=(*indicator.slices, *slo.run_time_labels),
        because=QUALITY_OF_A_SLICE.because,
    )


def _told(plan: Plan, indicator: Quality) -> dict[str, str]:
    slo, fastest = plan.slo, plan.tiers[0]
    which = ", ".join(f"{label} {{{{ $labels.{label} }}}}" for label in _labels(plan, indicator))
    return {
        "summary": f"{slo.service} {slo.name}: quality of a slice is bad ({which})",
        "description": (
            "At least {{ $value | humanizePercentage }} of the judged predictions of this slice were bad in "
            f"the last {format_duration(fastest.long)}, chance taken off; the page is for more than "
            f"{format_percent(fastest.threshold, digits=4)}. The whole may look well all the same."
        ),
    }
