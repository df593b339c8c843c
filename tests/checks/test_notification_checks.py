"""Delivery and inhibition: what must not be complained of comes first; the rest is in tests/bad_specs."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace

from slo_compiler.checks.inhibition import check_inhibition
from slo_compiler.rules.inhibition import InhibitRule
from slo_compiler.rules.matchers import Matcher
from slo_compiler.rules.program import Program
from tests.compiling import (
    RECEIVERS,
    Document,
    checks_of,
    compile_specs,
    found_by,
    ml_spec,
    program_of,
    quality,
    slo,
    spec,
)


def tiers(*named: str) -> Document:
    """Tiers, fastest first, written as ``fast page``."""
    burn_rates = (14.4, 6, 1)
    listed = [
        {"name": name, "severity": severity, "burn_rate": burn, "budget": "5%"}
        for burn, (name, severity) in zip(burn_rates, (each.split() for each in named), strict=False)
    ]
    return {"tiers": listed}


def orders(*alerting: Document) -> list[str]:
    compilation = compile_specs(
        spec("shop", *(slo(f"slo-{number}", alerting=each) for number, each in enumerate(alerting)))
    )
    return found_by("inhibition/order", compilation)


SILENT: Final = {
    "the same order": (tiers("a page", "b page"), tiers("a page", "b page")),
    "one of them left out": (tiers("a page", "b page", "c page"), tiers("b page", "c page")),
    "the other order with other severities": (tiers("a page", "b page"), tiers("b page", "a ticket")),
    "the other order with other severities, first": (tiers("b page", "a ticket"), tiers("a page", "b page")),
    "the other order of tickets": (tiers("a page", "b page"), tiers("b ticket", "a ticket")),
}


@pytest.mark.parametrize("alerting", [pytest.param(each, id=what) for what, each in SILENT.items()])
def test_tiers_that_do_not_hold_back_each_other(alerting: tuple[Document, ...]) -> None:
    assert orders(*alerting) == []


@pytest.mark.parametrize("severity", ["page", "ticket"])
def test_tiers_that_hold_back_each_other(severity: str) -> None:
    one, other = tiers(f"a {severity}", f"b {severity}"), tiers(f"b {severity}", f"a {severity}")
    found = orders(one, other)
    assert len(found) == 1
    assert "shop:slo-1 has tier b faster than a, and shop:slo-0 the other way round" in found[0]


def test_without_receivers_there_is_nothing_to_prove() -> None:
    one, other = tiers("a page", "b page"), tiers("b page", "a page")
    compilation = compile_specs(
        spec("shop", slo("one", alerting=one), slo("other", alerting=other)), receivers=None
    )
    assert checks_of(compilation) == ["owner/no-receivers"]


def test_an_inhibition_across_slos_is_never_written() -> None:
    program = program_of(spec())
    assert program.notification is not None
    page, ticket = (Matcher("severity", "=", severity) for severity in ("page", "ticket"))
    careless = InhibitRule("careless", (page,), (ticket,), equal=("service",))
    broken = Program(program.slos, replace(program.notification, inhibit_rules=(careless,)))
    (found,) = check_inhibition(broken)
    assert (found.check, found.position.path) == ("inhibition/unproved", "receivers.yaml")
    assert "'careless'" in found.message
    assert "IdentityNotCompared(label='slo_id')" in found.message


def test_an_inhibition_of_what_must_be_heard_is_never_written() -> None:
    shield = slo("shield", indicator={"guardrail": {"name": "shield"}})
    program = program_of(ml_spec("scorer", shield, quality()))
    assert program.notification is not None
    model, serving = (Matcher("surface", "=", surface) for surface in ("model", "serving"))
    careless = InhibitRule("careless", (model,), (serving,), ("service",), identity=("service",))
    broken = replace(program, notification=replace(program.notification, inhibit_rules=(careless,)))
    found = [each.message for each in check_inhibition(broken)]
    assert "could hold back ErrorBudgetBurnFast of scorer:shield, whose role is security" in "".join(found)


def test_every_alert_reaches_its_owner() -> None:
    assert checks_of(compile_specs(spec(), spec("other", owners={"serving": "payments"}))) == []


def test_an_owner_who_takes_no_tickets_is_told_of() -> None:
    pages = {"platform": {"page": RECEIVERS["owners"]["platform"]["page"]}}
    compilation = compile_specs(spec(), receivers=RECEIVERS | {"owners": pages})
    found = found_by("owner/unreachable", compilation)
    assert len(found) == 1
    assert "no ticket would reach platform, such as ErrorBudgetBurnSlow of checkout:availability" in found[0]
    assert compilation.program is None


def test_an_owner_whom_nobody_knows_is_told_of_once() -> None:
    compilation = compile_specs(spec("checkout", slo("one"), slo("two"), owners={"serving": "plattform"}))
    found = found_by("owner/unreachable", compilation)
    assert len(found) == 1
    assert "did you mean platform?" in found[0]
