"""Fields of a post-mortem about model, data, quality and budgets, each with the queries that gave it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from slo_compiler.burnrate.plan import Plan
from slo_compiler.incident.asking import Answer, Ask, Unanswered, decimal, duration, percent, smallest
from slo_compiler.incident.timeline import AskRange, Axis
from slo_compiler.incident.words import moment
from slo_compiler.model import contract
from slo_compiler.model.surface import Surface
from slo_compiler.prometheus.answers import Line
from slo_compiler.rules.program import Program
from slo_compiler.rules.runbook.of_slo import queries_of
from slo_compiler.rules.runbook.queries import Queries, of_model
from slo_compiler.rules.signals.burning import surely_burning
from slo_compiler.rules.signals.surface import plans_of
from slo_compiler.rules.signals.watched import Watched

UNKNOWN = "unknown"


class Field(Struct, frozen=True):
    """A question of the template, its answer, and the queries behind it. ``key`` names it in templates."""

    key: str
    question: str
    answer: str
    queries: tuple[str, ...]


class Asked(Struct, frozen=True):
    """Who answers: at the beginning, at the end, and on the axis between."""

    at_begin: Ask
    at_end: Ask
    between: AskRange


def state_of(program: Program, service: str, axis: Axis, asked: Asked) -> Iterator[Field]:
    """The fields about a service; an answer is ``unknown`` where its query has none."""
    plans = [lowered.plan for lowered in program.slos if lowered.plan.slo.service == service]
    watched = next((each for each in program.watched if each.service.name == service), None)
    for plan in plans_of(Surface.MODEL, plans):
        yield _breached(plan, axis, asked.between)
    if watched is not None:
        yield from _of_model(watched, axis, asked.at_begin)
    for plan in plans:
        yield _budget(plan, asked)


def _breached(plan: Plan, axis: Axis, between: AskRange) -> Field:
    """Whether a quality SLO was breached, and for how long."""
    query = surely_burning(plan)
    lines = _lines(between, query)
    looks = sum(len(line.times) for line in lines)
    over = sum(sum(value >= 1 for value in line.values) for line in lines)
    if not looks:
        answer = f"{UNKNOWN}: nothing was judged"
    elif not over:
        answer = "N"
    else:
        peak = max(value for line in lines for value in line.values)
        answer = (
            f"Y, for {duration(over * axis.step)}, at {decimal(peak)} times the allowed rate at its worst"
        )
    return Field(
        f"breached {plan.slo.name}", f"Was the quality SLO {plan.slo.name} breached?", answer, (query,)
    )


def _of_model(watched: Watched, axis: Axis, at_begin: Ask) -> Iterator[Field]:
    queries = of_model(watched)
    begin = axis.begin
    versions = sorted(
        {row.labels.get(contract.MODEL_VERSION, "") for row in _rows(at_begin, queries["serving"])}
    )
    yield Field(
        "version",
        "Model version in production at incident start",
        ", ".join(versions) or UNKNOWN,
        (queries["serving"],),
    )
    yield Field(
        "deployed",
        "Last deploy before it",
        _ago(queries, "deployed", begin, at_begin),
        (queries["deployed"],),
    )
    yield Field(
        "pipelines",
        "Feature pipeline last successful run",
        _each(queries["pipelines"], begin, at_begin),
        (queries["pipelines"],),
    )
    cutoffs = sorted(
        {row.labels.get("training_cutoff", "") for row in _rows(at_begin, queries["serving"])} - {""}
    )
    yield Field(
        "cutoff",
        "Reference dataset / training cut-off date",
        ", ".join(cutoffs) or UNKNOWN,
        (queries["serving"],),
    )


def _ago(queries: Queries, name: str, begin: float, ask: Ask) -> str:
    newest = smallest(_rows(ask, queries[name]))
    if newest is None:
        return UNKNOWN
    version = newest.labels.get(contract.MODEL_VERSION, "")
    return f"{moment(begin - newest.value)}{f', version {version}' if version else ''}"


def _each(query: str, begin: float, ask: Ask) -> str:
    rows = sorted(_rows(ask, query), key=lambda row: -row.value)
    named = (f"{row.labels.get(contract.PIPELINE, '')} {moment(begin - row.value)}".strip() for row in rows)
    return ", ".join(named) or UNKNOWN


def _budget(plan: Plan, asked: Asked) -> Field:
    query = queries_of(plan)["budget_left"]
    before, after = smallest(_rows(asked.at_begin, query)), smallest(_rows(asked.at_end, query))
    if before is None or after is None:
        answer = UNKNOWN
    else:
        answer = f"{percent(before.value)} before, {percent(after.value)} after"
    return Field(f"budget {plan.slo.name}", f"Error budget left of {plan.slo.name}", answer, (query,))


def _rows(ask: Ask, query: str) -> Answer:
    try:
        return ask(query)
    except Unanswered:
        return ()


def _lines(ask: AskRange, query: str) -> Sequence[Line]:
    try:
        return ask(query)
    except Unanswered:
        return ()
