"""What all specs have is what any of them has: so they can be looked at one by one."""

from __future__ import annotations

from slo_compiler.rules.program import Program
from slo_compiler.rules.traits import Traits, together, traits_of
from tests.compiling import drift, ml_spec, program_of, quality, slo, spec

SPECS = (
    spec("search", slo(group_by=["region"])),
    spec("checkout", slo(), slo("latency")),
    ml_spec("scorer", slo(), quality(), drift=[drift()]),
    ml_spec("ranker", slo(), quality(), drift=[drift()], triage=False),
)


def traits(program: Program) -> Traits:
    signals = [alert for signal in program.signals for alert in signal.alerts()]
    return traits_of(
        [each.plan for each in program.slos], [each.service for each in program.watched], signals
    )


def test_all_have_what_any_has() -> None:
    each = [traits(program_of(one)) for one in SPECS]
    of_all = traits(program_of(*SPECS))
    assert of_all not in each
    assert together(each) == of_all


def test_nothing_has_no_traits() -> None:
    assert together([]) == Traits() == traits_of([])


def test_tiers_in_one_order_are_no_contradiction() -> None:
    order = {("page", "fast", "medium"), ("page", "medium", "slow"), ("ticket", "medium", "fast")}
    assert not Traits(slower=frozenset(order)).contradictory


def test_tiers_in_both_orders_are_a_contradiction() -> None:
    orders = {("page", "fast", "medium"), ("page", "medium", "fast")}
    assert Traits(slower=frozenset(orders)).contradictory
