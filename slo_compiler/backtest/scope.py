"""What is backtested together, since its alerts may hold each other back: an SLO, or a whole service."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.backtest.backtest import backtest, look_back
from slo_compiler.backtest.history import Source
from slo_compiler.backtest.service import ServiceBacktest, backtest_service
from slo_compiler.backtest.signal_rules import SignalRules, signal_rules
from slo_compiler.burnrate.plan import Plan
from slo_compiler.quantities import Seconds
from slo_compiler.replay.grid import Span
from slo_compiler.rules.program import Program
from slo_compiler.rules.signals.watched import Watched


class Scope(Struct, frozen=True, eq=False):
    """Plans, and the service of machine learning that they are all of; None of an SLO that stands alone.

    ``asked`` are the ids of those that somebody asked about; the others may hold back their alerts.
    """

    plans: tuple[Plan, ...]
    asked: frozenset[str]
    watched: Watched | None = None

    @property
    def interval(self) -> Seconds:
        """How often its rules are evaluated."""
        return self.plans[0].windows.evaluation_interval

    @property
    def signals(self) -> SignalRules | None:
        """The rules of its signals."""
        return None if self.watched is None else signal_rules(self.watched)

    def otherwise(self, plans: Mapping[str, Plan]) -> Scope:
        """The same with other plans for some of its SLOs, by their ids."""
        mine = tuple(plans.get(plan.slo.id, plan) for plan in self.plans)
        watched = None if self.watched is None else replace(self.watched, plans=mine)
        return replace(self, plans=mine, watched=watched)


def scopes(program: Program, slo_ids: Collection[str], services: Collection[str] = ()) -> list[Scope]:
    """Those that some SLOs of a program belong to: of a service of machine learning all of it.

    Args:
        program: the program.
        slo_ids: the SLOs.
        services: further services of machine learning, by their names.
    """
    asked = frozenset(slo_ids)
    watched = [
        each
        for each in program.watched
        if each.plans and (each.service.name in services or asked & {plan.slo.id for plan in each.plans})
    ]
    together = {plan.slo.id for each in watched for plan in each.plans}
    alone = (each.plan for each in program.slos if each.plan.slo.id in asked - together)
    return [
        *(Scope((plan,), asked) for plan in alone),
        *(Scope(each.plans, asked, each) for each in watched),
    ]


def backtest_scope(scope: Scope, source: Source, asked: Span) -> ServiceBacktest:
    """What all alerts of a scope would have told of the time that is asked about."""
    if scope.watched is not None:
        return backtest_service(scope.watched, source, asked)
    [plan] = scope.plans
    history = source.recall(plan)
    if isinstance(history, list):
        return ServiceBacktest({}, None, tuple(history))
    return ServiceBacktest({plan.slo.id: backtest(plan, history, asked)}, None)


def reach(among: Iterable[Scope]) -> float:
    """The seconds before the time that is asked about that any rule looks back."""
    among = list(among)
    signals = (each.signals for each in among)
    of_signals = max((rules.look_back() for rules in signals if rules is not None), default=0.0)
    return max(look_back([plan for each in among for plan in each.plans]), of_signals)


def expressions(among: Sequence[Scope]) -> list[str]:
    """What the rules of signals read of raw series, each expression once."""
    rules = (each.signals for each in among)
    return list(dict.fromkeys(expr for each in rules if each is not None for expr in each.asked()))
