"""Drift, and what it means: virtual, real or not to be told, by whether the quality SLO is breached with it.

The three are exhaustive and exclusive: whenever there is drift, exactly one of them fires. Source of the
taxonomy: J. Gama et al., "A Survey on Concept Drift Adaptation", ACM Computing Surveys 46(4), 2014.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final, assert_never

from msgspec import Struct

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model import labels
from slo_compiler.model.drift import Drift, DriftKind
from slo_compiler.model.expression import Expression
from slo_compiler.model.role import Role
from slo_compiler.model.service import Service
from slo_compiler.model.subject import Subject
from slo_compiler.model.surface import Surface
from slo_compiler.quantities import format_decimal, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.fingerprint import spec_hash
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule, Rule
from slo_compiler.rules.layout import chain
from slo_compiler.rules.selecting import authored
from slo_compiler.rules.severity import NO_VISIBLE_IMPACT, REAL_DRIFT, Rated
from slo_compiler.rules.signals import drift_text
from slo_compiler.rules.signals.burning import surely_burning
from slo_compiler.rules.signals.drift_guards import drift_guards
from slo_compiler.rules.signals.labelling import alert_labels, notices
from slo_compiler.rules.signals.signal import LoweredSignal
from slo_compiler.rules.signals.watched import Watched, lag_of

MISSED_RUNS: Final = 3
"""A detector that has not run for so many times its cadence is dead: it would never see drift."""

FEW_FEATURES: Final = 3
"""Of fewer features even all are not many."""


class _Told(Struct, frozen=True):
    """What an alert on a drift says, and when."""

    alert: str
    expr: str
    surface: Surface
    words: Mapping[str, str]
    rated: Rated = NO_VISIBLE_IMPACT


def lower_drifts(watched: Watched) -> Iterator[LoweredSignal]:
    """The drifts of a service, each a group of its own."""
    for drift in watched.service.drifts:
        yield _lower_drift(drift, watched)


def _lower_drift(drift: Drift, watched: Watched) -> LoweredSignal:
    service = watched.service
    subject = service.signal(drift.name, (drift.surface, Surface.MODEL), drift.position)
    judge = watched.plan(drift.quality)
    evidence: tuple[Rule, ...] = (
        _record(subject, names.DRIFT, _times_threshold(drift, service)),
        _record(subject, names.DRIFT_BREADTH, _breadth(subject)),
        *([_record(subject, names.QUALITY_BURN, surely_burning(judge))] if judge else []),
    )
    alerts = (*_taxonomy(drift, judge, service, subject), _stale(drift, service, subject))
    info = _spec_info(service, subject, spec_hash((*evidence, *alerts)))
    rules = (info, *evidence, *drift_guards(drift, service, subject), *alerts)
    group = Group(names.signal_group(subject), service.clock.evaluation_interval, rules)
    return LoweredSignal(subject, (group,))


def _record(subject: Subject, metric: str, expr: str) -> RecordingRule:
    return RecordingRule(metric, expr, dict(subject.identity))


def _spec_info(service: Service, subject: Subject, hash_: str) -> RecordingRule:
    """When this changes, so did the rules by which drift is told."""
    described = {**service.labels, labels.SPEC_HASH: hash_, **subject.identity}
    return RecordingRule(names.SPEC_INFO, "vector(1)", described)


def _times_threshold(drift: Drift, service: Service) -> str:
    """Each score over its threshold; replicas of the detector are one. A score that is no number is none."""
    score = authored(drift.score, service.target)
    match drift.threshold:
        case Expression():
            over = f"{score} / {authored(drift.threshold, service.target)}"
        case Fraction():
            over = f"{score} / {format_decimal(drift.threshold, digits=17)}"
        case None:
            raise ValueError(f"{drift.name} was to be checked to have a threshold")
        case _:
            assert_never(drift.threshold)
    return f"max by ({', '.join(drift.by)}) (({over}) >= 0)"


def _breadth(subject: Subject) -> str:
    scores = names.of(names.DRIFT, subject)
    return f"sum({scores} > bool 1) / count({scores})"


def _taxonomy(drift: Drift, judge: Plan | None, service: Service, subject: Subject) -> Iterator[AlertingRule]:
    """An alert for each thing that a drift may mean, of which one at most fires, and one for its breadth."""
    for told in (*_meanings(drift, judge, service, subject), _broad(drift, service, subject)):
        yield AlertingRule(
            alert=told.alert,
            expr=told.expr,
            hold=service.clock.base_window,
            keep_firing_for=Fraction(0),
            labels=alert_labels(service, subject, told.surface, told.rated),
            annotations=notices(service, drift.name, **told.words),
            run_time_labels=service.run_time_labels,
            because=told.rated.because,
        )


def _meanings(drift: Drift, judge: Plan | None, service: Service, subject: Subject) -> Iterator[_Told]:
    drifting = f"(max({names.of(names.DRIFT, subject)}) > 1)"
    if drift.kind is DriftKind.LABEL:
        words = drift_text.of_labels(drift, service)
        yield _Told(names.LABEL_DRIFT_ALERT, drifting, drift.surface, words)
    elif judge is None:
        words = drift_text.unclassified(drift, service)
        yield _Told(names.UNCLASSIFIED_DRIFT_ALERT, drifting, drift.surface, words)
    else:
        yield from _judged(drift, drifting, judge, service, subject)


def _judged(drift: Drift, drifting: str, judge: Plan, service: Service, subject: Subject) -> Iterator[_Told]:
    """By how the quality budget burns: too fast, not too fast, or nobody knows."""
    burn = names.of(names.QUALITY_BURN, subject)
    real = chain("and on ()", drifting, f"({burn} >= 1)")
    virtual = chain("and on ()", drifting, f"({burn} < 1)")
    unknown = chain("unless on ()", drifting, burn)
    yield _Told(
        names.REAL_DRIFT_ALERT, real, Surface.MODEL, drift_text.real(drift, service), rated=REAL_DRIFT
    )
    yield _Told(
        names.VIRTUAL_DRIFT_ALERT, virtual, drift.surface, drift_text.virtual(drift, service, lag_of(judge))
    )
    words = drift_text.unclassified(drift, service)
    yield _Told(names.UNCLASSIFIED_DRIFT_ALERT, unknown, drift.surface, words)


def _broad(drift: Drift, service: Service, subject: Subject) -> _Told:
    broad = chain(
        "and on ()",
        f"({names.of(names.DRIFT_BREADTH, subject)} >= {format_decimal(drift.breadth)})",
        f"(count({names.of(names.DRIFT, subject)}) >= {FEW_FEATURES})",
    )
    return _Told(names.BROAD_DRIFT_ALERT, broad, drift.surface, drift_text.broad(drift, service))


def _stale(drift: Drift, service: Service, subject: Subject) -> AlertingRule:
    """A detector that is dead, or whose scores cannot be compared, finds no drift for ever."""
    patience = MISSED_RUNS * drift.cadence
    scores = names.of(names.DRIFT, subject)
    missing = f"absent(last_over_time({scores}[{format_duration(patience)}]))"
    expr = missing
    if drift.last_run is not None:
        last_run = authored(drift.last_run, service.target)
        expr = chain("or", f"(time() - max({last_run}) > {format_decimal(patience)})", missing)
    return AlertingRule(
        alert=names.STALE_DETECTOR_ALERT,
        expr=expr,
        hold=service.clock.base_window,
        keep_firing_for=Fraction(0),
        labels=alert_labels(service, subject, drift.surface, NO_VISIBLE_IMPACT, Role.MONITOR),
        annotations=notices(service, drift.name, **drift_text.dead(drift, service, patience)),
        run_time_labels=service.run_time_labels,
        because=NO_VISIBLE_IMPACT.because,
    )
