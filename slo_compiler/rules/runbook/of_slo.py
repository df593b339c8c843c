"""The queries of an SLO's alerts: is it real, since when, where, and what changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.indicator import (
    Bad,
    ErrorRatio,
    Events,
    Freshness,
    Good,
    Guardrail,
    Latency,
    Probe,
    Quality,
    Ratio,
    Threshold,
    ratio_of,
)
from slo_compiler.model.slo import Slo
from slo_compiler.promql.quote import matcher, quote_regex, selector
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.quantities import HOUR, Seconds, format_decimal, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.runbook.queries import MOST_ROWS, Breakdown, Queries, of_subject
from slo_compiler.rules.runbook.selectors import TARGET_LABEL, jobs_of, selectors_of, told_apart
from slo_compiler.rules.selecting import authored, bucket_matcher, histogram_part, template

INSTANCE = "instance"
"""The label that Prometheus gives every target, so that no metric is without it unless it was aggregated."""


def queries_of(plan: Plan) -> Queries:
    """The queries of a plan's alerts by name; some are there for some indicators only."""
    slo, fastest = plan.slo, plan.tiers[0]
    return {
        **of_subject(slo.subject),
        **_of_targets(slo),
        "error_ratio_long": ratio(slo, fastest.long),
        "error_ratio_short": ratio(slo, fastest.short),
        "errors": names.series(names.errors(fastest.long), slo),
        "events": names.series(names.events(fastest.long), slo),
        "budget_left": names.series(names.BUDGET_REMAINING, slo),
        "burn_rate": names.series(names.BURN_RATE, slo),
        "measured": f"count({names.series(names.events(plan.windows.base), slo)})",
        **_of_indicator(plan),
    }


def breakdowns_of(plan: Plan) -> tuple[Breakdown, ...]:
    """What fails most, by each label that may tell it apart, straight from the indicator's own series."""
    slo = plan.slo
    slices = slo.indicator.slices if isinstance(slo.indicator, Quality) else ()
    known = (INSTANCE, *slo.group_by, *slices, *told_apart(slo))
    return tuple(
        Breakdown(label, f"topk({MOST_ROWS}, {query})")
        for label in dict.fromkeys(known)
        for query in _failing_by(label, plan)
    )


def presence_of(plan: Plan) -> tuple[Breakdown, ...]:
    """For each selector of the indicator, how many series it has."""
    return tuple(Breakdown(each.text, f"count({each.text})") for each in selectors_of(plan.slo))


def ratio(slo: Slo, window: Seconds) -> str:
    """The error ratio of a recorded window, in each group; nothing where there were no events."""
    errors, events = (names.series(metric(window), slo) for metric in (names.errors, names.events))
    return f"{errors} / ({events} > 0)"


def _of_targets(slo: Slo) -> Queries:
    jobs = jobs_of(slo)
    if not jobs:
        return {}
    of_jobs = (
        matcher(TARGET_LABEL, MatchOperator.EQUAL, jobs[0])
        if len(jobs) == 1
        else matcher(TARGET_LABEL, MatchOperator.REGEX, "|".join(map(quote_regex, jobs)))
    )
    started = selector("process_start_time_seconds", (of_jobs,))
    return {
        "targets_down": f"{selector('up', (of_jobs,))} == 0",
        "restarted": f"time() - {started} < {format_decimal(HOUR)}",
    }


def _of_indicator(plan: Plan) -> Queries:
    slo, reach = plan.slo, _reach(plan)
    match slo.indicator:
        case Latency():
            return {"median": _quantile(plan, "0.5"), "high": _quantile(plan, "0.99")}
        case Events(counted=counted, total=total):
            return {
                "counted": template(counted.expression, slo.target).substitute(reach),
                "total": template(total, slo.target).substitute(reach),
            }
        case ErrorRatio(expression=expression):
            return {"now": template(expression, slo.target).substitute(reach)}
        case Probe(gauge=gauge) | Threshold(gauge=gauge):
            return {"now": authored(gauge, slo.target)}
        case Freshness(timestamp=timestamp):
            return {"now": f"time() - {authored(timestamp, slo.target)}"}
        case Quality(slices=slices) if slices:
            events = names.slice_events(plan.tiers[0].long)
            return {
                "slices": f"sort_desc({names.series(names.SLICE_BAD, slo)})",
                "slice_events": names.series(events, slo),
            }
        case Ratio() | Quality() | Guardrail():
            return {}
        case _:
            assert_never(slo.indicator)


def _failing_by(label: str, plan: Plan) -> Iterator[str]:
    slo, reach = plan.slo, _reach(plan)
    indicator = slo.indicator
    ratio = ratio_of(indicator)
    if ratio is not None:
        total = _by(label, authored(ratio.total, slo.target), reach)
        counted = _by(label, authored(ratio.counted.expression, slo.target), reach)
        match ratio.counted:
            case Bad():
                yield f"{counted} > 0"
            case Good():
                yield f"1 - {counted} / ({total} > 0)"
            case _:
                assert_never(ratio.counted)
    elif isinstance(indicator, Latency) and not indicator.native:
        bucket = histogram_part(
            indicator.histogram, "_bucket", (bucket_matcher(indicator.threshold),), slo.target
        )
        count = histogram_part(indicator.histogram, "_count", (), slo.target)
        yield f"1 - {_by(label, bucket, reach)} / ({_by(label, count, reach)} > 0)"
    elif isinstance(indicator, Latency):
        requests = _by(label, authored(indicator.histogram, slo.target), reach)
        threshold = format_decimal(indicator.threshold, digits=17)
        yield f"1 - histogram_fraction(-Inf, {threshold}, {requests})"


def _by(label: str, selected: str, reach: str) -> str:
    return f"sum by ({label}) (rate({selected}[{reach}]))"


def _quantile(plan: Plan, share: str) -> str:
    slo, reach = plan.slo, _reach(plan)
    indicator = slo.indicator
    if not isinstance(indicator, Latency):
        raise TypeError(f"{slo.id} was to be a latency SLO")
    if indicator.native:
        by = f" by ({', '.join(slo.group_by)}) " if slo.group_by else ""
        requests = f"rate({authored(indicator.histogram, slo.target)}[{reach}])"
        return f"histogram_quantile({share}, sum{by}({requests}))"
    buckets = histogram_part(indicator.histogram, "_bucket", (), slo.target)
    by = ", ".join(("le", *slo.group_by))
    return f"histogram_quantile({share}, sum by ({by}) (rate({buckets}[{reach}])))"


def _reach(plan: Plan) -> str:
    """The base window and a scrape, as the recorded windows read it."""
    return format_duration(plan.windows.base + plan.windows.scrape_interval)
