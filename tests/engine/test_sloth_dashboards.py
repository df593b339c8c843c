"""With Sloth's names, every query of its two Grafana dashboards finds what it looks for.

The queries are those of 14348, revision 5, and of 14643, revision 2, with their variables filled in.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.compiling import (
    Document,
    compile_specs,
    defaults,
    found_by,
    program_of,
    records_of,
    slo,
    spec,
    texts_of,
)
from tests.oracles.prometheus import Prometheus
from tests.oracles.ruletest import run_rule_tests

ONE: Final = 'sloth_service="shop",sloth_slo="availability"'
MONTH: Final = (
    f"1-(sum_over_time((slo:sli_error:ratio_rate1h{{{ONE}}} * on() group_left() (month() == bool vector(1)))"
    "[32d:1h]) / on(sloth_id) "
    f"(slo:error_budget:ratio{{{ONE}}} *on() group_left() (24 * days_in_month())))"
)
QUERIES: Final = {
    "14348: services": "group by (sloth_service) (slo:objective:ratio)",
    "14348: SLOs": 'group by (sloth_slo) (slo:objective:ratio{sloth_service="shop"})',
    "both: exceeded burn rates": "slo:current_burn_rate:ratio > 1",
    "14348: objective": f"slo:objective:ratio{{{ONE}}}",
    "14348: info": f"sloth_slo_info{{{ONE}}}",
    "14348: burn rate": f"slo:current_burn_rate:ratio{{{ONE}}} > 0",
    "14348: this month": MONTH,
    "14348: this period": f"slo:period_error_budget_remaining:ratio{{{ONE}}}",
    "14348: warning alert": f'max(ALERTS{{{ONE}, sloth_severity="ticket"}})',
    "14348: critical alert": f'max(ALERTS{{{ONE}, sloth_severity="page"}})',
    "14643: SLOs": "count(sloth_slo_info)",
    "14643: services": "count(max(sloth_slo_info) by (sloth_service))",
    "14643: mean burn rate": "avg(slo:current_burn_rate:ratio)",
    "14643: warning alerts": 'max(ALERTS{sloth_id!="",sloth_severity="ticket"})',
    "14643: critical alerts": 'max(ALERTS{sloth_id!="",sloth_severity="page"})',
    "14643: timeline": "slo:current_burn_rate:ratio",
    "14643: budgets": "slo:period_error_budget_remaining:ratio",
    **{
        f"14348: SLI over {window}": f"1 - max(slo:sli_error:ratio_rate{window}{{{ONE}}})"
        for window in ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d")
    },
}
"""Panels and variables, without the ``or vector(0)`` by which some have a value come what may."""

VALUES: Final = {
    "slo:objective:ratio": 0.999,
    "slo:error_budget:ratio": 0.001,
    "slo:time_period:days": 30,
    "slo:current_burn_rate:ratio": 1000,
    "slo:sli_error:ratio_rate30m": 1,
    'sloth_slo_info{sloth_objective="99.9"}': 1,
}


def rules() -> str:
    texts = texts_of(spec("shop", slo()), defaults=defaults(naming="sloth"))
    return texts["prometheus/shop.rules.yaml"]


@pytest.mark.slow
def test_every_query_of_the_dashboards_finds_series(oldest_and_newest: Prometheus) -> None:
    """Three hours of health, and one in which every request fails."""
    tests: Document = {
        "evaluation_interval": "150s",
        "tests": [
            {
                "interval": "30s",
                "input_series": [
                    {"series": 'http_requests_total{code="200"}', "values": "0+3000x360 1080000x120"},
                    {"series": 'http_requests_total{code="500"}', "values": "0x360 0+3000x120"},
                ],
                "promql_expr_test": [
                    *(_question(f"count({query})", 1) for query in QUERIES.values()),
                    *(_question(f"sum({query})", value) for query, value in VALUES.items()),
                ],
            }
        ],
    }
    verdict = run_rule_tests(oldest_and_newest, {"shop.rules.yaml": rules()}, tests)
    assert verdict.ok, verdict.output


def _question(query: str, value: float) -> dict[str, Any]:
    return {"expr": query, "eval_time": "4h", "exp_samples": [{"labels": "{}", "value": value}]}


def test_without_being_asked_for_they_are_not_there() -> None:
    usual = records_of(program_of(spec("shop")))
    asked = records_of(program_of(spec("shop"), defaults=defaults(naming="sloth")))
    added = {key.split(" ")[1] for key in asked.keys() - usual.keys()}
    assert len(added) == 15
    assert all(asked[key].expr == rule.expr for key, rule in usual.items())


def test_a_period_of_weeks_is_called_as_sloth_calls_it() -> None:
    records = records_of(program_of(spec("shop", slo(window="28d")), defaults=defaults(naming="sloth")))
    assert "shop:availability slo:sli_error:ratio_rate4w" in records


def test_two_slos_that_sloth_could_not_tell_apart_are_an_error() -> None:
    specs = (spec("a", slo("b-c")), spec("a-b", slo("c")))
    assert len(found_by("spec/sloth-id", compile_specs(*specs, defaults=defaults(naming="sloth")))) == 1
    assert found_by("spec/sloth-id", compile_specs(*specs)) == []
