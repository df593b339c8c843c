"""A post-mortem as Markdown: the facts that its template puts into words, every query with a number."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import jinja2
from markupsafe import Markup
from msgspec import Struct

from slo_compiler.emitters.runbooks import markdown
from slo_compiler.emitters.runbooks.shipped import SHIPPED
from slo_compiler.incident import words
from slo_compiler.incident.asking import duration
from slo_compiler.incident.detection import Signal, seen_by
from slo_compiler.incident.finding import State
from slo_compiler.incident.postmortem import Postmortem
from slo_compiler.model.guard import GuardKind
from slo_compiler.model.surface import Surface
from slo_compiler.rules.runbook.queries import of_service
from slo_compiler.rules.signals.surface import CAUSES

TEMPLATE: Final = "postmortem.md.j2"
MARK: Final = "slo-compiler-postmortem"
"""Begins the comment by which ``--tally`` knows a post-mortem."""


class _Seen(Struct, frozen=True):
    """A signal in words: what it is, when it could have fired and did, and when it was told of."""

    name: str
    sev: str
    could: str
    fired: str
    told: str
    query: int


class _Numbered:
    """Queries by the number under which the page lists them."""

    def __init__(self) -> None:
        self.queries: list[str] = []

    def __call__(self, query: str) -> int:
        if query not in self.queries:
            self.queries.append(query)
        return self.queries.index(query) + 1


def as_markdown(found: Postmortem, *, picture: str = "", test: str = "") -> str:
    """The post-mortem as a text that ends with a line break.

    Args:
        found: what was found.
        picture: the file of the timeline, as the page is to name it; empty where there is none.
        test: the file of the rule test, or why there is none.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(SHIPPED),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        finalize=lambda value: value if isinstance(value, jinja2.Undefined) else markdown.text(value),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(code=markdown.code, fenced=markdown.fenced)
    numbered = _Numbered()
    told = _told(found, numbered)
    page = environment.get_template(TEMPLATE)
    return page.render(**told, picture=picture, test=test, queries=numbered.queries)


def _told(found: Postmortem, numbered: _Numbered) -> dict[str, Any]:
    incident, attribution = found.incident, found.attribution
    return {
        "mark": Markup(f"<!-- {MARK} {_marked(found)} -->"),  # noqa: S704 json of ids, without markup
        "service": incident.service,
        "begin": words.moment(incident.begin),
        "end": words.moment(incident.end),
        "lasted": duration(incident.end - incident.begin),
        "sev": found.sev or "none",
        "headline": words.headline(found.last),
        "surfaces": [(surface.value, surface.value == attribution.surface) for surface in Surface],
        "cause": words.CAUSES.get(attribution.cause, "not known"),
        "moments": attribution.moments,
        "doubts": [*words.doubts(found.last)],
        "drift": " and ".join(found.drifts) or ("not known" if _is_blind(found) else "none"),
        "label_lag": _label_lag(found),
        "guards": ", ".join(found.guards) or "none",
        "firing": numbered(of_service(incident.service)["firing"]),
        "fields": [
            (each.question, each.answer, [numbered(query) for query in each.queries]) for each in found.fields
        ],
        **_detection(found, numbered),
        "events": list(_events(found)),
        "actions": list(_actions(found)),
    }


def _marked(found: Postmortem) -> str:
    """What a program wants to know of it, and no human changes."""
    told = {
        "service": found.incident.service,
        "begin": words.moment(found.incident.begin),
        "sev": found.sev,
        "cause": found.attribution.cause,
    }
    return json.dumps(told, sort_keys=True)


def _is_blind(found: Postmortem) -> bool:
    """Whether no rule of the service was evaluated, so that nothing could have been seen or fired."""
    return found.last.rules.state is State.UNKNOWN


def _label_lag(found: Postmortem) -> str:
    if GuardKind.LABEL_LAG.value in found.guards:
        return "Y, a guard held back alerts on quality"
    return "not known" if _is_blind(found) else "N"


def _detection(found: Postmortem, numbered: _Numbered) -> dict[str, Any]:
    page, first, earliest = found.page, found.first, found.earliest
    begin = found.incident.begin
    return {
        "gap": f"{_after(begin, page.told)}, by {page.name}" if page else "nobody was paged",
        "first": f"{first.name}, {_after(begin, first.fired)}" if first else "nothing fired",
        "earliest": f"{earliest.name}, {_after(begin, earliest.could)}"
        if earliest
        else "none of these specs",
        "earlier": _earlier(found),
        "seen": [_seen(each, begin, numbered) for each in seen_by(found.signals)],
    }


def _earlier(found: Postmortem) -> str:
    """By how much the page could have come earlier, if another signal paged."""
    page, earliest = found.page, found.earliest
    if _is_blind(found):
        return "Not known: no rule of this service was evaluated, and so nothing could fire."
    if earliest is None or earliest.could is None:
        return "Nothing that is compiled would have seen it: a signal is missing."
    if page is None or page.told is None:
        why = "was held back" if earliest.is_page and earliest.fired is not None else "wakes nobody"
        return f"Nobody was paged; {earliest.name} saw it, and {why}."
    if earliest.could >= page.told:
        return "Nothing that is compiled would have seen it earlier."
    return f"{earliest.name} saw it {duration(page.told - earliest.could)} before the page."


def _seen(signal: Signal, begin: float, numbered: _Numbered) -> _Seen:
    return _Seen(
        name=signal.name,
        sev=signal.alert.labels.get("sev", ""),
        could=_after(begin, signal.could),
        fired=_after(begin, signal.fired),
        told=_told_after(signal, begin),
        query=numbered(signal.alert.expr),
    )


def _told_after(signal: Signal, begin: float) -> str:
    return "held back" if signal.fired is not None and signal.told is None else _after(begin, signal.told)


def _after(begin: float, at: float | None) -> str:
    if at is None:
        return "never"
    return "at once" if at <= begin else f"after {duration(at - begin)}"


def _events(found: Postmortem) -> Iterator[tuple[str, str]]:
    """What began when, in order; pipeline runs are too many to list."""
    entries = [
        (entry.begin, row.kind.value, entry.label)
        for row in found.timeline.rows
        for entry in row.entries
        if row.kind.value != "pipeline runs"
    ]
    for begin, kind, label in sorted(entries):
        yield words.moment(begin), f"{kind}: {label}"


def _actions(found: Postmortem) -> Iterator[tuple[str, str, str]]:
    """The categories of actions that keep incidents from coming again, with what speaks for each."""
    causes = [cause.name for cause in CAUSES]
    drifted = bool(found.drifts) or "detector_moved" in found.guards or "seasonality" in found.guards
    hints = {
        "detection": _earlier(found) if found.page is None or not _was_first(found) else "",
        "detector": "something drifted, or a guard explained drift" if drifted else "",
        "quality": "quality was not known at some moment" if _unjudged(found.fields) else "",
        "promotion": "a deploy is blamed" if found.attribution.cause == causes[2] else "",
        "runbook": "",
        "blast-radius": "",
        "rubric": "nobody was told of an alert with a SEV" if not found.sev else "",
    }
    for category, item in ACTIONS.items():
        yield category, item, hints[category]


ACTIONS: Final = {
    "detection": "Add or tighten a detection signal",
    "detector": "Update drift detector reference window / threshold",
    "quality": "Add/improve quality SLI",
    "promotion": "Tighten model promotion gate",
    "runbook": "Fix/add runbook step",
    "blast-radius": "Reduce blast radius: of the incident class, or tools and data of an LLM",
    "rubric": "Update the severity rubric",
}


def _was_first(found: Postmortem) -> bool:
    page, earliest = found.page, found.earliest
    if page is None or page.told is None or earliest is None or earliest.could is None:
        return False
    return earliest.could >= page.told


def _unjudged(fields: Sequence[Any]) -> bool:
    return any(each.key.startswith("breached") and each.answer.startswith("unknown") for each in fields)
