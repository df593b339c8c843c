"""A Prometheus that runs, as whoever answers the room."""

from __future__ import annotations

from slo_compiler.incident.asking import Answer, Ask, Unanswered
from slo_compiler.incident.timeline import AskRange, Axis
from slo_compiler.prometheus.answers import Line
from slo_compiler.prometheus.client import Prometheus
from slo_compiler.prometheus.failure import Failure


def asking(prometheus: Prometheus, at: float) -> Ask:
    """Instant queries at a moment in seconds since 1970."""

    def ask(query: str) -> Answer:
        answer = prometheus.query(query, at)
        if isinstance(answer, Failure):
            raise Unanswered(answer.message, answer.reason.value)
        return answer.value

    return ask


def asking_range(prometheus: Prometheus, axis: Axis) -> AskRange:
    """Range queries on an axis."""

    def ask(query: str) -> tuple[Line, ...]:
        answer = prometheus.query_range(query, axis.begin, axis.end, axis.step)
        if isinstance(answer, Failure):
            raise Unanswered(answer.message, answer.reason.value)
        return answer.value

    return ask
