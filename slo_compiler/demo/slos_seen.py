"""SLOs and drifts as their recorded series have them at a moment: SLIs, budgets, burn rates, scores."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.tier import Tier
from slo_compiler.model import contract, labels
from slo_compiler.model.drift import Drift
from slo_compiler.model.subject import Subject
from slo_compiler.prometheus.answers import Sample
from slo_compiler.promql.quote import matcher
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.quantities import Seconds, format_duration, format_percent
from slo_compiler.rules import names
from slo_compiler.rules.program import Program

NAME: Final = "__name__"

Recorded: TypeAlias = Mapping[tuple[str, str], Sequence[Sample]]
"""Samples by their metric and the id of what they are about."""


class TierSeen(Struct, frozen=True):
    """A tier: the burn rates in its windows, and that above which both have to be; None where not known."""

    name: str
    severity: str
    threshold: float
    long: str
    short: str
    burn_long: float | None
    burn_short: float | None


class SloSeen(Struct, frozen=True):
    """An SLO. ``sli`` in the last ``window`` and ``budget`` left are shares, None where not known."""

    name: str
    surface: str
    description: str
    objective: str
    period: str
    window: str
    sli: float | None
    budget: float | None
    tiers: tuple[TierSeen, ...]


class FeatureSeen(Struct, frozen=True):
    """How many times its threshold the score of a feature is, and what that is usually; None if not known."""

    name: str
    ratio: float
    usual: float | None


class DriftSeen(Struct, frozen=True):
    """A drift, and the features that can."""

    name: str
    surface: str
    kind: str
    features: tuple[FeatureSeen, ...]


def everything(program: Program, service: str) -> str:
    """The selector of all series that are shown of a service."""
    metrics = {names.BUDGET_REMAINING, names.DRIFT, names.USUAL_DRIFT}
    for lowered in program.slos:
        for tier in lowered.plan.tiers:
            for window in (tier.long, tier.short):
                metrics |= {names.errors(window), names.events(window)}
    any_of_them = matcher(NAME, MatchOperator.REGEX, "|".join(sorted(metrics)))
    return f"{{{any_of_them},{matcher(labels.SERVICE, MatchOperator.EQUAL, service)}}}"


def recorded_of(samples: Iterable[Sample]) -> Recorded:
    """What was answered, to be looked up."""
    found: dict[tuple[str, str], list[Sample]] = {}
    for sample in samples:
        id_ = sample.labels.get(labels.SLO_ID) or sample.labels.get(labels.SIGNAL_ID, "")
        found.setdefault((sample.labels[NAME], id_), []).append(sample)
    return found


def slo_seen(plan: Plan, recorded: Recorded) -> SloSeen:
    """An SLO; its SLI is that of the shortest window there is."""
    slo, window = plan.slo, plan.tiers[0].short
    bad = _error_ratio(plan, window, recorded)
    return SloSeen(
        name=slo.name,
        surface=slo.surface.value,
        description=slo.description,
        objective=format_percent(slo.objective),
        period=format_duration(slo.period),
        window=format_duration(window),
        sli=None if bad is None else 1 - bad,
        budget=_value(recorded, names.BUDGET_REMAINING, slo.id),
        tiers=tuple(_tier(plan, tier, recorded) for tier in plan.tiers),
    )


def drift_seen(drift: Drift, subject: Subject, recorded: Recorded) -> DriftSeen:
    """A drift."""
    usual = {
        each.labels.get(contract.FEATURE, ""): each.value
        for each in recorded.get((names.USUAL_DRIFT, subject.id), ())
    }
    scores = sorted(
        (each.labels.get(contract.FEATURE, ""), each.value)
        for each in recorded.get((names.DRIFT, subject.id), ())
    )
    features = (FeatureSeen(name, score, usual.get(name)) for name, score in scores)
    return DriftSeen(drift.name, drift.surface.value, drift.kind.value, tuple(features))


def drifts_of(program: Program) -> Iterator[tuple[Drift, Subject]]:
    """The drifts that are watched, each with the subject of its series."""
    signals = {lowered.subject.id: lowered.subject for lowered in program.signals}
    for watched in program.watched:
        for drift in watched.service.drifts:
            yield drift, signals[f"{watched.service.name}:{drift.name}"]


def _tier(plan: Plan, tier: Tier, recorded: Recorded) -> TierSeen:
    return TierSeen(
        name=tier.name,
        severity=tier.severity.value,
        threshold=float(tier.burn_rate),
        long=format_duration(tier.long),
        short=format_duration(tier.short),
        burn_long=_burn(plan, tier.long, recorded),
        burn_short=_burn(plan, tier.short, recorded),
    )


def _burn(plan: Plan, window: Seconds, recorded: Recorded) -> float | None:
    bad = _error_ratio(plan, window, recorded)
    return None if bad is None else bad / float(plan.slo.budget)


def _error_ratio(plan: Plan, window: Seconds, recorded: Recorded) -> float | None:
    errors = _value(recorded, names.errors(window), plan.slo.id)
    events = _value(recorded, names.events(window), plan.slo.id)
    return errors / events if errors is not None and events else None


def _value(recorded: Recorded, metric: str, id_: str) -> float | None:
    samples = recorded.get((metric, id_), ())
    value = samples[0].value if len(samples) == 1 else math.nan
    return value if math.isfinite(value) else None
