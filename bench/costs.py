"""What evaluating rules costs a Prometheus: the samples that are read and the time that the engine takes.

The server itself tells both. All questions go through one connection, as the server answers each connection
in a goroutine of its own: its rule manager, too, has all rules of a group evaluated by one, which lives as
long as the group. A new goroutine begins with a small stack, which is copied each time that an expression
goes deeper: a connection a question would charge expressions for their depth, as no rule manager does.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from bench.tsdb import END
from slo_compiler.quantities import MINUTE, Seconds
from tests.engine.replay import EPOCH, FIRST_EVALUATIONS
from tests.oracles.server import Server

TIMES: Final = 90
"""How often each rule is evaluated. The fastest counts: the others waited for something else."""
AT_A_TIME: Final = 3
"""So often all rules of a shape are evaluated before those of the next: a busy second slows them all down."""
_REPLYING: Final = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Cost:
    """Of an SLO and a minute: the samples that its rules read, and the milliseconds that they take."""

    samples: float = 0
    milliseconds: float = 0

    def plus(self, other: Cost) -> Cost:
        """Both together."""
        return Cost(self.samples + other.samples, self.milliseconds + other.milliseconds)

    def or_faster(self, other: Cost) -> Cost:
        """The most samples of both, and the least time."""
        return Cost(max(self.samples, other.samples), min(self.milliseconds, other.milliseconds))


@dataclass(frozen=True, slots=True)
class Rule:
    """An expression, and how often it is evaluated."""

    expr: str
    interval: Seconds
    first: int = FIRST_EVALUATIONS[0]
    """When, in seconds from the beginning."""

    def evaluation(self, back: int) -> int:
        """When it was evaluated, so many evaluations before the last."""
        interval = int(self.interval)
        return EPOCH + self.first + ((END - 1 - self.first) // interval - back) * interval


@dataclass(frozen=True, slots=True)
class Engine:
    """The query engine of a server."""

    connection: http.client.HTTPConnection

    def query(self, expr: str, time: int) -> Any:
        """What an expression yields at a Unix time, and what that cost."""
        asked = urlencode({"query": expr, "time": time, "stats": "all"})
        self.connection.request("GET", f"/api/v1/query?{asked}")
        reply = json.loads(self.connection.getresponse().read())
        if reply["status"] != "success":
            raise ValueError(reply)
        return reply["data"]


@contextlib.contextmanager
def engine_of(server: Server) -> Iterator[Engine]:
    """The engine of a server, over a connection of one's own."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=_REPLYING)
    with contextlib.closing(connection):
        yield Engine(connection)


def costs_of(engine: Engine, shapes: Mapping[str, Sequence[Rule]]) -> dict[Rule, Cost]:
    """What each rule of the shapes costs in a minute.

    Rules follow one another as in a server that has only them: what another shape leaves behind, cold caches
    and garbage, is not charged to them. Shapes take turns, so that a busy machine slows them all down.
    """
    costs: dict[Rule, Cost] = {}
    for first in range(0, TIMES, AT_A_TIME):
        for rules, back in itertools.product(shapes.values(), range(first, first + AT_A_TIME)):
            for rule in rules:
                cost = _cost_of(engine, rule, back)
                costs[rule] = costs.get(rule, cost).or_faster(cost)
    return costs


def together(rules: Iterable[Rule], costs: Mapping[Rule, Cost]) -> Cost:
    """What rules cost that are evaluated beside each other."""
    cost = Cost()
    for rule in rules:
        cost = cost.plus(costs[rule])
    return cost


def _cost_of(engine: Engine, rule: Rule, back: int) -> Cost:
    """What a rule costs in a minute, by one evaluation, so many before the last."""
    told = engine.query(rule.expr, rule.evaluation(back))["stats"]
    a_minute = float(MINUTE / rule.interval)
    return Cost(
        a_minute * told["samples"]["totalQueryableSamples"], a_minute * 1e3 * told["timings"]["evalTotalTime"]
    )
