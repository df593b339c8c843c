"""The past of SLOs and signals from series as they were scraped: what a Prometheus would have answered.

The questions are those that a Prometheus is asked, and evaluated here as far as that goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from slo_compiler.backtest.expressions import NeedsPrometheus, Sight, table_of
from slo_compiler.backtest.history import AskRaw, History, Source, Steps, Table, outages
from slo_compiler.backtest.openmetrics import Scraped
from slo_compiler.backtest.questions import answered, presence, questions
from slo_compiler.burnrate.plan import Plan
from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.promql.check import parse
from slo_compiler.promql.matching import selects
from slo_compiler.promql.release import release_named
from slo_compiler.replay.grid import Spans

MOST_KEPT: Final = 64
"""Answers that are kept, since what one expression asks another one often asks, too."""


def scraped_source(plans: Sequence[Plan], series: Sequence[Scraped], steps: Steps) -> Source:
    """The past of plans that have the same clock and target, and of any expression that is evaluated here."""
    release = release_named(plans[0].slo.target)
    sight = Sight(
        steps, lambda selector: [each for each in series if selects(selector, each.labels, release)]
    )

    @lru_cache(MOST_KEPT)
    def raw(text: str) -> Table | None:
        parsed = parse(text, release)
        try:
            return None if isinstance(parsed, list) else table_of(parsed.tree, sight)
        except NeedsPrometheus:
            return None

    there = raw(presence(plans[0].windows.scrape_interval))
    down = () if there is None else outages(there, steps)
    return Source(lambda plan: _history(plan, raw, steps, down), raw, steps, down)


def _history(plan: Plan, raw: AskRaw, steps: Steps, down: Spans) -> History | list[Diagnostic]:
    """The history of a plan; or that it takes a Prometheus to read it."""
    answers = {}
    for expr in questions(plan).all:
        table = raw(expr)
        if table is None:
            return [_too_much(plan)]
        answers[expr] = table
    return answered(plan, answers, steps, down)


def _too_much(plan: Plan) -> Diagnostic:
    why = (
        f"the indicator of {plan.slo.id} is an expression that only a Prometheus can evaluate: backtest it "
        "with --prometheus, to which promtool tsdb create-blocks-from openmetrics brings such a file"
    )
    return error(plan.slo.position, "history/needs-prometheus", why)
