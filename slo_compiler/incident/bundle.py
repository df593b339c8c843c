"""What was asked of an incident and answered, kept in a file, so that a post-mortem can be made anew."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, Final, Never

from msgspec import Struct, field

from slo_compiler.incident.asking import Ask, Unanswered
from slo_compiler.incident.postmortem import AskAt, AskOn, Incident
from slo_compiler.incident.timeline import AskRange, Axis
from slo_compiler.prometheus.answers import Line, Sample

VERSION: Final = 1

Instant = tuple[str, float]
Range = tuple[str, float, float, float]


class BundleError(Exception):
    """The file holds no bundle; the message says why."""


class Bundle(Struct):
    """Answers by what was asked; who is asked again gets the same. A text is a refusal."""

    incident: Incident
    instants: dict[Instant, tuple[Sample, ...] | str] = field(default_factory=dict)
    ranges: dict[Range, tuple[Line, ...] | str] = field(default_factory=dict)

    def recording(self, ask_at: AskAt, ask_on: AskOn) -> tuple[AskAt, AskOn]:
        """Those who answer, each question once, with every answer kept here."""

        def at(time: float) -> Ask:
            return lambda query: _kept(self.instants, (query, time), lambda: tuple(ask_at(time)(query)))

        def on(axis: Axis) -> AskRange:
            return lambda query: _kept(
                self.ranges, (query, axis.begin, axis.end, axis.step), lambda: tuple(ask_on(axis)(query))
            )

        return at, on

    def answering(self) -> tuple[AskAt, AskOn]:
        """Those who answer from what is kept, and from nothing else."""
        return self.recording(lambda _: _unknown, lambda _: _unknown)


def write_bundle(bundle: Bundle) -> str:
    """The bundle as JSON, in an order that does not depend on that of the questions."""
    incident = bundle.incident
    told = {
        "version": VERSION,
        "service": incident.service,
        "begin": incident.begin,
        "end": incident.end,
        "instants": [
            {"query": query, "at": at, **_answer(rows, lambda row: [dict(row.labels), row.value])}
            for (query, at), rows in sorted(bundle.instants.items(), key=lambda each: each[0])
        ],
        "ranges": [
            {
                **dict(zip(("query", "begin", "end", "step"), key, strict=True)),
                **_answer(lines, lambda line: [dict(line.labels), [*line.times], [*line.values]]),
            }
            for key, lines in sorted(bundle.ranges.items(), key=lambda each: each[0])
        ],
    }
    return json.dumps(told, indent=1, sort_keys=True) + "\n"


def read_bundle(text: str) -> Bundle:
    """The bundle of a text that ``write_bundle`` wrote.

    Raises:
        BundleError: it is none.
    """
    try:
        told = json.loads(text)
        if told["version"] != VERSION:
            raise BundleError(f"it is of version {told['version']}, and this program reads {VERSION}")
        bundle = Bundle(Incident(str(told["service"]), float(told["begin"]), float(told["end"])))
        if not -math.inf < bundle.incident.begin < bundle.incident.end < math.inf:
            raise BundleError("it is of no time: it does not end after it begins")
        for each in told["instants"]:
            at = float(each["at"])
            rows = (Sample(labels, at, float(value)) for labels, value in each.get("rows", ()))
            bundle.instants[str(each["query"]), at] = each.get("refused") or tuple(rows)
        for each in told["ranges"]:
            key = (str(each["query"]), float(each["begin"]), float(each["end"]), float(each["step"]))
            lines = (
                Line(labels, tuple(times), tuple(values)) for labels, times, values in each.get("rows", ())
            )
            bundle.ranges[key] = each.get("refused") or tuple(lines)
    except (KeyError, TypeError, ValueError, AttributeError) as failure:
        raise BundleError("it is no bundle that postmortem --save wrote") from failure
    return bundle


def _kept(known: dict[Any, Any], key: Any, ask: Callable[[], Any]) -> Any:
    if key not in known:
        try:
            known[key] = ask()
        except Unanswered as refused:
            known[key] = str(refused)
    if isinstance(known[key], str):
        raise Unanswered(known[key])
    return known[key]


def _answer(answer: Any, row: Callable[[Any], Any]) -> dict[str, Any]:
    return {"refused": answer} if isinstance(answer, str) else {"rows": [row(each) for each in answer]}


def _unknown(query: str) -> Never:
    raise Unanswered(f"the bundle has no answer to {' '.join(query.split())[:120]}: other specs asked for it")
