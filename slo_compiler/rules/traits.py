"""What routes and inhibitions follow from: of thousands of SLOs no more than a few sets of words."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

from msgspec import Struct

from slo_compiler.burnrate.plan import Plan, Shape
from slo_compiler.model import labels
from slo_compiler.model.role import Role
from slo_compiler.model.service import Service
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.patterns import SHAPES

Value = TypeVar("Value")


class Traits(Struct, frozen=True):
    """What some SLOs and signals have of what decides who is told and who waits."""

    external: frozenset[str] = frozenset()
    """The labels by which servers with the same rules differ."""
    grouped: frozenset[str] = frozenset()
    """The labels by which any SLO is grouped."""
    grouped_in_models: frozenset[str] = frozenset()
    """Those by which an SLO of a service of machine learning is."""
    slower: frozenset[tuple[str, str, str]] = frozenset()
    """Severity, tier and slower tier, of each two tiers of an SLO that have the same severity."""
    security: bool = False
    """Whether an SLO is about security."""
    guards: frozenset[str] = frozenset()
    """The kinds of guards among the signals."""
    triaged: frozenset[str] = frozenset()
    """The services with triage, by name."""
    untriaged: frozenset[str] = frozenset()
    """The services of machine learning without."""
    signals: bool = False
    """Whether anything alerts beside the SLOs."""

    @property
    def contradictory(self) -> bool:
        """Whether there are two SLOs of which each has a tier faster that is slower in the other."""
        return contradictory(self.slower)


def traits_of(
    plans: Sequence[Plan], services: Iterable[Service] = (), signals: Sequence[AlertingRule] = ()
) -> Traits:
    """The traits of SLOs, of services of machine learning, and of the alerts of what these watch beside."""
    services = tuple(services)
    return Traits(
        external=frozenset(label for plan in plans for label in plan.slo.external_labels),
        grouped=frozenset(label for plan in plans for label in plan.slo.group_by),
        grouped_in_models=frozenset(label for plan in plans if plan.slo.role for label in plan.slo.group_by),
        slower=_any(map(slower_of, plans)),
        security=any(plan.slo.role is Role.SECURITY for plan in plans),
        guards=frozenset(alert.labels[labels.GUARD] for alert in signals if _is_guard(alert)),
        triaged=frozenset(service.name for service in services if service.triage),
        untriaged=frozenset(service.name for service in services if not service.triage),
        signals=bool(signals),
    )


def together(traits: Sequence[Traits]) -> Traits:
    """The traits that any has."""
    return Traits(
        external=_any(each.external for each in traits),
        grouped=_any(each.grouped for each in traits),
        grouped_in_models=_any(each.grouped_in_models for each in traits),
        slower=_any(each.slower for each in traits),
        security=any(each.security for each in traits),
        guards=_any(each.guards for each in traits),
        triaged=_any(each.triaged for each in traits),
        untriaged=_any(each.untriaged for each in traits),
        signals=any(each.signals for each in traits),
    )


def slower_of(plan: Plan) -> frozenset[tuple[str, str, str]]:
    """Severity, tier and slower tier, of each two tiers that alert with the same severity."""
    return _slower_of(plan.shape) if plan.slo.alerts else frozenset()


@lru_cache(maxsize=SHAPES)
def _slower_of(shape: Shape) -> frozenset[tuple[str, str, str]]:
    return frozenset(
        (faster.severity.value, faster.name, slower.name)
        for faster, slower in itertools.combinations(shape.tiers, 2)
        if faster.severity is slower.severity
    )


def contradictory(slower: frozenset[tuple[str, str, str]]) -> bool:
    """Whether there are two tiers each of which is slower than the other."""
    return any((severity, slow, fast) in slower for severity, fast, slow in slower)


def _any(sets: Iterable[frozenset[Value]]) -> frozenset[Value]:
    return frozenset(itertools.chain.from_iterable(sets))


def _is_guard(alert: AlertingRule) -> bool:
    return alert.labels.get(labels.ROLE) == Role.GUARD.value
