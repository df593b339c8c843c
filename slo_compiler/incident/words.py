"""The verdict in a line, and what it leaves open: the words that all formats share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from slo_compiler.incident.asking import as_it_is
from slo_compiler.incident.finding import Finding, State
from slo_compiler.incident.firing import name_of
from slo_compiler.incident.triage import Step, Triage
from slo_compiler.incident.verdict import UNKNOWN, Verdict
from slo_compiler.model import labels
from slo_compiler.rules import names
from slo_compiler.rules.signals.surface import NONE, Evidence

CAUSES: Final[Mapping[str, str]] = {
    "serving": "the request path fails",
    "pipeline": "what the model is fed fails",
    "deploy": "quality is bad, and the model was deployed lately",
    "concept_drift": "real drift: something drifts, and quality is bad",
    "virtual_drift": "virtual drift: something drifts, and quality holds",
    "unclassified_drift": "drift, and whether it is virtual or real is not known",
    "unexplained": "quality is bad, and neither a deploy nor drift explains it",
    NONE: "nothing fails of what these specs watch",
}

OPEN: Final[Mapping[Evidence, str]] = {
    Evidence.SERVING: "whether the request path works",
    Evidence.PIPELINE: "whether the data is fresh and whole",
    Evidence.QUALITY: "whether quality holds",
    Evidence.JUDGED: "whether quality is judged",
    Evidence.DEPLOY: "whether the model was deployed lately",
    Evidence.DRIFT: "whether anything drifts",
}


def headline(triage: Triage) -> str:
    """The verdict in one line: the surface, why, and on what that rests."""
    verdict, leading = triage.verdict, triage.leading
    rests = f": {leading.what}, {leading.value}" if leading else ""
    if triage.explained and verdict.surface in (NONE, UNKNOWN):
        return f"{verdict.surface}: {_explained(triage)}{rests}"
    if verdict.surface == UNKNOWN:
        return (
            f"{UNKNOWN}: not known is {_and(OPEN[each] for each in verdict.missing)}{_were(triage.otherwise)}"
        )
    if verdict.cause == UNKNOWN:
        listed = " or ".join(verdict.possible)
        return (
            f"{verdict.surface}: {listed}; not known is {_and(OPEN[each] for each in verdict.missing)}{rests}"
        )
    return f"{verdict.surface}: {_cause(triage)}{rests}"


def doubts(triage: Triage) -> Iterator[str]:
    """What speaks against the verdict, or cannot be seen, each as a sentence."""
    if triage.rules.state is not State.SOUND:
        yield f"Rules: {triage.rules.value}; {triage.rules.reason}."
    for alert in triage.unheard:
        yield f"{name_of(alert)} fires, and Alertmanager does not have it: nobody is told."
    recorded, verdict = triage.recorded, triage.verdict
    if recorded is not None and recorded != (verdict.surface, verdict.cause):
        why = "which counts missing evidence as none" if UNKNOWN in (verdict.surface, verdict.cause) else ""
        why = "which asks no guard" if triage.explained else why or "by what its rules look at"
        yield f"Prometheus itself records {', '.join(dict.fromkeys(recorded))} in ml:surface, {why}."
    for step in triage.steps:
        if step.state is State.NOTE:
            yield f"No SLO and no drift of these specs watches the surface {step.surface.value}."


def held(triage: Triage) -> Iterator[str]:
    """What fires and notifies nobody, and what holds it back, each as a line."""
    for each in triage.held_back:
        severity = each.alert.get(labels.SEVERITY, "")
        yield f"{name_of(each.alert)} ({severity}) is held back by {each.by}"


def fires(triage: Triage) -> Iterator[str]:
    """What fires and is told of, each as a line; guards are none of it."""
    silent = [each.alert for each in triage.held_back]
    for alert in triage.firing.alerts:
        if alert not in silent and alert not in triage.firing.guards:
            sev, severity = alert.get(labels.SEV, ""), alert.get(labels.SEVERITY, "")
            yield f"{name_of(alert)} ({sev}, {severity} to {alert.get(labels.OWNER, '')})"


def state_of(step: Step) -> str:
    """What a step found, in a word or two."""
    return "not watched" if step.state is State.NOTE else step.state.value


def moment(at: float) -> str:
    """A time as people and RFC 3339 write it, in UTC; one that no calendar has, in seconds."""
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return f"{as_it_is(at)} seconds since 1970"


def worth_a_query(finding: Finding) -> bool:
    """Whether a reader wants to see what was asked: not of what is sound."""
    return finding.state not in (State.SOUND, State.NOTE)


def _cause(triage: Triage) -> str:
    """The cause; of drift of labels alone that it is of those."""
    drifts = {
        each.alert
        for each in triage.findings
        if each.speaks_for is Evidence.DRIFT and each.state is State.FAILING
    }
    if triage.verdict.cause == "virtual_drift" and drifts == {names.LABEL_DRIFT_ALERT}:
        return "label drift: the classes have other frequencies, and quality holds"
    return CAUSES[triage.verdict.cause]


def _explained(triage: Triage) -> str:
    guards = dict.fromkeys(alert[labels.GUARD] for alert in triage.firing.guards if labels.GUARD in alert)
    return f"a false page, by the guard {_and(guards)}"


def _were(otherwise: Verdict) -> str:
    if otherwise.surface == NONE:
        return "; of the rest nothing fails"
    return f"; if all of that is well, it is {otherwise.surface}: {CAUSES[otherwise.cause]}"


def _and(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
