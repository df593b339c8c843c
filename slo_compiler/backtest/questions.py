"""What a Prometheus is asked for the past of an SLO: what its rules would have read at each evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.backtest.asking import Asking, pieces
from slo_compiler.backtest.history import History, Source, Steps, Table, history, outages, raw_windows
from slo_compiler.burnrate.plan import Plan
from slo_compiler.prometheus.failure import Failure
from slo_compiler.quantities import Seconds, format_duration
from slo_compiler.replay.grid import Spans
from slo_compiler.rules.reading import counts_good, read_counted, read_events
from slo_compiler.rules.windows import span

NOTHING: Final = np.empty((0, 0))


class Questions(Struct, frozen=True):
    """The expressions of an SLO, by the length of the window."""

    events: Mapping[Seconds, str]
    counted: Mapping[Seconds, str]

    @property
    def all(self) -> list[str]:
        """Every expression."""
        return [*self.events.values(), *self.counted.values()]


def questions(plan: Plan) -> Questions:
    """The expressions that read raw series: of all events, and of those that are told apart."""
    spans = {length: span(length, plan.windows) for length in raw_windows(plan)}
    return Questions(
        {length: read_events(plan.slo, window) for length, window in spans.items()},
        {length: read_counted(plan.slo, window) for length, window in spans.items()},
    )


def presence(scrape_interval: Seconds) -> str:
    """Where Prometheus scraped anything at all."""
    return f"count(count_over_time(up[{format_duration(2 * scrape_interval)}]))"


def answered(plan: Plan, answers: Mapping[str, Table], steps: Steps, down: Spans) -> History:
    """The history that the answers to an SLO's questions make."""
    asked = questions(plan)
    return history(
        steps,
        {length: answers[expr] for length, expr in asked.events.items()},
        {length: answers[expr] for length, expr in asked.counted.items()},
        counts_good=counts_good(plan.slo.indicator),
        down=down,
    )


def ask_all(
    plans: Sequence[Plan],
    exprs: Sequence[str],
    steps: Steps,
    asking: Asking,
    doing: Callable[[str], None] = lambda _: None,
) -> Source | Failure:
    """Asks all questions of all plans, and further expressions, each once.

    Args:
        plans: of which the history is wanted. All have the same clock.
        exprs: what else is wanted of raw series.
        steps: when.
        asking: whom.
        doing: told the id of each SLO as it is taken up.
    """
    answers: dict[str, Table] = {}
    there = asking.ask(presence(plans[0].windows.scrape_interval), steps) if plans else Table((), NOTHING)
    if isinstance(there, Failure):
        return there
    for about, expr in _wanted(plans, exprs):
        if expr not in answers:
            doing(about)
            table = asking.ask(expr, steps)
            if isinstance(table, Failure):
                return replace(table, message=f"{about}: {table.message}")
            answers[expr] = table
    down = outages(there, steps)
    return Source(lambda plan: answered(plan, answers, steps, down), answers.get, steps, down)


def amount(plans: Sequence[Plan], exprs: Sequence[str], steps: Steps) -> int:
    """How many pieces ``ask_all`` asks for."""
    asked = {expr for _, expr in _wanted(plans, exprs)}
    return (len(asked) + 1) * sum(1 for _ in pieces(steps))


def _wanted(plans: Sequence[Plan], exprs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each question, with whom it is about."""
    for plan in plans:
        yield from ((plan.slo.id, expr) for expr in questions(plan).all)
    yield from (("signals", expr) for expr in exprs)
