from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.burnrate.windows import Pace
from slo_compiler.quantities import DAY, MINUTE
from slo_compiler.rules import names
from tests.compiling import Document, program_of, slo, spec

slugs = st.from_regex(r"a(-?a){0,3}", fullmatch=True)
"""Of one letter and hyphens, so that many a pair reads like another one when it is joined by a hyphen."""


def ids_of(*specs: Document) -> list[str]:
    return [lowered.plan.slo.id for lowered in program_of(*specs).slos]


def test_the_parts_of_an_id_cannot_run_together() -> None:
    assert ids_of(spec("a-b", slo("c")), spec("a", slo("b-c"))) == ["a:b-c", "a-b:c"]


@given(st.lists(st.tuples(slugs, slugs), unique=True, max_size=8))
def test_no_two_slos_have_one_id(pairs: list[tuple[str, str]]) -> None:
    services = itertools.groupby(sorted(pairs), key=lambda pair: pair[0])
    specs = [spec(service, *(slo(name) for _, name in members)) for service, members in services]
    ids = ids_of(*specs)
    assert len(set(ids)) == len(ids) == len(pairs)


@pytest.mark.parametrize(
    ("tier", "expected"),
    [("fast", "ErrorBudgetBurnFast"), ("two-days", "ErrorBudgetBurnTwoDays"), ("3d", "ErrorBudgetBurn3d")],
)
def test_an_alert_is_named_after_its_tier(tier: str, expected: str) -> None:
    assert names.burn_alert(tier) == expected


def test_a_group_is_named_after_its_slo_and_its_pace_alone() -> None:
    resolved = program_of(spec()).slos[0].plan.slo
    assert names.group_name(resolved, Pace.FAST) == "checkout:availability"
    assert names.group_name(resolved, Pace.SLOW) == "checkout:availability:slow"
    assert names.group_name(resolved, Pace.COARSE) == "checkout:availability:coarse"


def test_a_window_s_metrics_are_named_after_its_length() -> None:
    assert names.errors(5 * MINUTE) == "slo:errors:increase5m"
    assert names.events(90 * MINUTE) == "slo:events:increase1h30m"
    assert names.coarse(names.events(3 * DAY)) == "slo:events:increase3d_coarse"


def test_a_series_is_found_by_its_id() -> None:
    resolved = program_of(spec()).slos[0].plan.slo
    assert (
        names.series("slo:burn_rate:ratio", resolved) == 'slo:burn_rate:ratio{slo_id="checkout:availability"}'
    )


def test_who_a_series_belongs_to() -> None:
    resolved = program_of(spec()).slos[0].plan.slo
    assert names.identity(resolved) == {
        "service": "checkout",
        "slo": "availability",
        "slo_id": "checkout:availability",
    }
