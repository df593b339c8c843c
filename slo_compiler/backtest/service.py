"""A service of machine learning over its past as a whole, as Alertmanager sees it.

Its SLOs, drifts, slices, guardrails and guards are looked at together, so that what one of them would have
held back of another was not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.backtest.backtest import Backtest, Replayed, nothing_known, replay, told
from slo_compiler.backtest.history import Group, History, Source, Table
from slo_compiler.backtest.signal_rules import Alerting, evaluate_rules, signal_rules
from slo_compiler.backtest.told_of_signals import SignalsTold, heard_of
from slo_compiler.backtest.vectors import nameless
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.replay.firing import Yielding, fire
from slo_compiler.replay.grid import Array, Span
from slo_compiler.replay.held_back import held_back
from slo_compiler.replay.inhibit import Timeline, inhibit
from slo_compiler.replay.service import SOME
from slo_compiler.rules import names
from slo_compiler.rules.notification import inhibitions
from slo_compiler.rules.signals.watched import Watched
from slo_compiler.rules.traits import traits_of


class ServiceBacktest(Struct, frozen=True, eq=False):
    """What came of the SLOs of a service, by their ids, and of its signals; None where nothing is known."""

    slos: Mapping[str, Backtest]
    signals: SignalsTold | None
    problems: tuple[Diagnostic, ...] = ()


def backtest_service(watched: Watched, source: Source, asked: Span) -> ServiceBacktest:
    """Evaluate all alerts of a service over its past.

    Args:
        watched: the service, with the plans of its SLOs.
        source: of its past.
        asked: the time that is asked about, in Unix seconds.
    """
    histories = {plan.slo.id: source.recall(plan) for plan in watched.plans}
    problems = [each for found in histories.values() if isinstance(found, list) for each in found]
    known = {name: found for name, found in histories.items() if isinstance(found, History)}
    plans = [plan for plan in watched.plans if plan.slo.id in known]
    replayed = {plan.slo.id: replay(plan, known[plan.slo.id], asked) for plan in plans}
    begun = [each for each in replayed.values() if each is not None]
    unknown = {
        plan.slo.id: nothing_known(plan, known[plan.slo.id], asked)
        for plan in plans
        if replayed[plan.slo.id] is None
    }
    if not begun:
        return ServiceBacktest(unknown, None, tuple(problems))
    slos, signals = _together(watched, begun, source)
    return ServiceBacktest({**unknown, **slos}, signals, tuple(problems))


def _together(
    watched: Watched, begun: Sequence[Replayed], source: Source
) -> tuple[dict[str, Backtest], SignalsTold]:
    seen = Span(min(each.known.begin for each in begun), max(each.known.end for each in begun))
    alertings = list(_signals(watched, begun, source))
    of_signals = [each for alerting in alertings for each in _fired(alerting, watched, source, seen)]
    of_slos = [_labelled(each) for each in begun]
    traits = traits_of(watched.plans, [watched.service], [alerting.rule for alerting in alertings])
    rules = inhibitions(traits)
    timelines = inhibit([*(each for slo in of_slos for each in slo), *of_signals], rules)
    left = iter(timelines)
    slos = {
        each.plan.slo.id: _told(each, [next(left) for _ in mine])
        for each, mine in zip(begun, of_slos, strict=True)
    }
    signals = tuple(left)
    return slos, SignalsTold(
        service=watched.service.name,
        known=seen,
        heard=heard_of(signals, seen),
        held_back=tuple(held_back(signals, seen)),
        left_out=tuple(sorted({each.rule.alert for each in alertings if each.table is None})),
        why=source.blind,
        timelines=timelines,
    )


def _labelled(replayed: Replayed) -> list[Timeline]:
    """The timelines of all groups, with the labels that only Prometheus knows."""
    slo = replayed.plan.slo
    unknown = {label: "" if label in slo.group_by else SOME for label in slo.run_time_labels}
    return [
        replace(each, labels={**unknown, **dict(group), **each.labels})
        for group, evaluation in replayed.groups
        for each in evaluation.timelines[0]
    ]


def _told(replayed: Replayed, timelines: Sequence[Timeline]) -> Backtest:
    """The backtest of an SLO whose alerts others of the service hold back, too."""
    left = iter(timelines)
    groups = tuple(
        (group, replace(evaluation, timelines=(tuple(next(left) for _ in evaluation.timelines[0]),)))
        for group, evaluation in replayed.groups
    )
    return told(replace(replayed, groups=groups), held_back(timelines, replayed.known))


def _signals(watched: Watched, begun: Iterable[Replayed], source: Source) -> Iterator[Alerting]:
    steps = source.steps
    evaluated = ~steps.grid(source.down).missed(steps.times)
    recorded = (each for replayed in begun for each in _recorded(replayed, source))
    return evaluate_rules(signal_rules(watched), recorded, source.raw, steps, evaluated)


def _recorded(replayed: Replayed, source: Source) -> Iterator[tuple[str, Table, Mapping[str, str]]]:
    """What the rules of an SLO record that signals may read: events, errors and the burn rate."""
    plan = replayed.plan
    identity = names.identity(plan.slo)
    before = replayed.history.steps.first - source.steps.first

    def table(values: Iterable[tuple[Group, Array]]) -> Table:
        rows = [(group, np.concatenate((np.full(before, np.nan), row))) for group, row in values]
        return Table(tuple(group for group, _ in rows), np.array([row for _, row in rows]))

    for window in replayed.groups[0][1].recorded:
        counts = [(group, each.recorded[window]) for group, each in replayed.groups]
        yield names.events(window), table((group, each.events[0]) for group, each in counts), identity
        yield names.errors(window), table((group, each.errors[0]) for group, each in counts), identity
    long = plan.tiers[0].long
    burns = (
        (group, each.recorded[long].error_ratio[0] / float(plan.slo.budget))
        for group, each in replayed.groups
    )
    yield names.BURN_RATE, table(burns), identity


def _fired(alerting: Alerting, watched: Watched, source: Source, seen: Span) -> Iterator[Timeline]:
    """The timelines of a signal's alert, of rules that began when anything of the service was known."""
    if alerting.table is None:
        return
    rule, grid = alerting.rule, source.steps.grid(source.down)
    began = grid.times >= seen.begin
    unknown = dict.fromkeys(watched.service.run_time_labels, SOME)
    for group, row in zip(alerting.table.groups, alerting.table.values, strict=True):
        holds = (~np.isnan(row) & began)[np.newaxis]
        labels = {**unknown, **dict(nameless(group)), **rule.labels}
        yield fire(Yielding(rule.alert, labels, rule.hold, rule.keep_firing_for, holds), 0, grid)
