"""A unit test of the rules from an incident: its own series, and that they page as they did."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

from slo_compiler.burnrate.plan import Plan
from slo_compiler.emitters import yaml
from slo_compiler.incident.detection import Signal
from slo_compiler.incident.postmortem import AskOn, Postmortem
from slo_compiler.incident.timeline import Axis
from slo_compiler.model import labels
from slo_compiler.model.indicator import Freshness, Latency
from slo_compiler.prometheus.answers import Line
from slo_compiler.promql.quote import matcher, selector
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.quantities import format_duration
from slo_compiler.rules.program import Program
from slo_compiler.rules.runbook.selectors import selectors_of
from slo_compiler.rules.selecting import bucket_matcher, histogram_part

SETTLED: Final = 120.0
"""Seconds after the page at which it has to fire in the test, whose evaluations are at other seconds."""

MOST_SERIES: Final = 200
"""More of them make a test that nobody reads."""


class Untestable(Exception):  # noqa: N818 it is the reason, and no failure
    """There is no such test; the message says why, as the end of a sentence."""


def rule_test(found: Postmortem, program: Program, ask_on: AskOn) -> str:
    """The test, for ``promtool test rules`` beside the generated files.

    Raises:
        Untestable: no burn-rate alert paged, or its series cannot be written down.
        Unanswered: the series cannot be asked for.
    """
    page = found.page
    if page is None or page.fired is None:
        raise Untestable("nothing paged")
    plan = next((each.plan for each in program.slos if each.subject == page.subject), None)
    if plan is None or labels.BURN_TIER not in page.alert.labels:
        raise Untestable(f"{page.name} is no burn-rate alert")
    if isinstance(plan.slo.indicator, Freshness):
        raise Untestable(f"the series of {plan.slo.id} are times, which in a test begin in 1970")
    axis = _axis(plan, found.incident.begin, page.fired)
    document: dict[str, yaml.Value] = {
        "rule_files": [f"../prometheus/{plan.slo.service}.rules.yaml"],
        "evaluation_interval": format_duration(plan.slo.clock.evaluation_interval),
        "tests": [
            {
                "interval": format_duration(plan.slo.clock.scrape_interval),
                "name": f"{plan.slo.id}, the incident",
                "input_series": [*_series(plan, axis, ask_on)],
                "promql_expr_test": [
                    _expected(plan, page, found.incident.begin - axis.begin, fires=False),
                    _expected(plan, page, page.fired - axis.begin + SETTLED, fires=True),
                ],
            }
        ],
    }
    return yaml.document(
        document, comment=f"Made by slo-compiler postmortem from the series of {plan.slo.id}."
    )


def _expected(plan: Plan, page: Signal, at: float, *, fires: bool) -> yaml.Value:
    """Whether the page fires at a time of the test."""
    firing = selector(
        "ALERTS",
        (
            matcher("alertname", MatchOperator.EQUAL, page.alert.alert),
            matcher("alertstate", MatchOperator.EQUAL, "firing"),
            matcher(labels.SLO_ID, MatchOperator.EQUAL, plan.slo.id),
        ),
    )
    return {
        "expr": f"group({firing})",
        "eval_time": f"{max(round(at), 0)}s",
        "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
    }


def _axis(plan: Plan, begin: float, fired: float) -> Axis:
    """From one long window before the incident until the page is surely there, scrape by scrape."""
    step = float(plan.slo.clock.scrape_interval)
    start = begin - float(plan.tiers[0].long)
    return Axis(start, start + math.ceil((fired + 300 - start) / step) * step, step)


def _series(plan: Plan, axis: Axis, ask_on: AskOn) -> Iterator[dict[str, yaml.Value]]:
    """What was scraped, each series once, whichever selectors it is of."""
    ask = ask_on(axis)
    lines = {frozenset(line.labels.items()): line for each in _selectors(plan) for line in ask(each)}
    if not lines:
        raise Untestable(f"the series of {plan.slo.id} are gone, or are native histograms")
    if len(lines) > MOST_SERIES:
        raise Untestable(f"{plan.slo.id} has {len(lines)} series, and a test of so many is none to read")
    for key in sorted(lines, key=sorted):
        yield {"series": _named(lines[key]), "values": _values(lines[key], axis)}


def _selectors(plan: Plan) -> Iterator[str]:
    """The selectors of all that the rules read of the SLO."""
    yield from (each.text for each in selectors_of(plan.slo))
    match plan.slo.indicator:
        case Latency(native=False, histogram=histogram, threshold=threshold):
            yield histogram_part(histogram, "_bucket", (bucket_matcher(threshold),), plan.slo.target)
        case _:
            return


def _named(line: Line) -> str:
    matchers = (
        matcher(name, MatchOperator.EQUAL, value)
        for name, value in sorted(line.labels.items())
        if name != "__name__"
    )
    return selector(line.labels["__name__"], tuple(matchers))


def _values(line: Line, axis: Axis) -> str:
    known: dict[int, Any] = {
        round((time - axis.begin) / axis.step): value
        for time, value in zip(line.times, line.values, strict=True)
        if math.isfinite(value)
    }
    steps = range(round((axis.end - axis.begin) / axis.step) + 1)
    return " ".join(f"{known[step]!r}" if step in known else "_" for step in steps)
