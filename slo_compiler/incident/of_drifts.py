"""Looks at drifts: does anything drift, does the detector live, and is the drift virtual or real?"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from slo_compiler.incident.asking import (
    Answer,
    Ask,
    decimal,
    duration,
    largest,
    numbers,
    percent,
    smallest,
    told_by,
)
from slo_compiler.incident.finding import Finding, State
from slo_compiler.incident.firing import Firing
from slo_compiler.model import labels
from slo_compiler.model.drift import Drift, DriftKind
from slo_compiler.model.guard import GuardKind
from slo_compiler.model.subject import Subject
from slo_compiler.quantities import Seconds, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.runbook.of_drift import queries_of
from slo_compiler.rules.runbook.queries import Queries
from slo_compiler.rules.signals.drift import FEW_FEATURES, MISSED_RUNS
from slo_compiler.rules.signals.surface import Evidence
from slo_compiler.rules.signals.watched import Watched, lag_of


class Meaning(enum.Enum):
    """What a drift is, by whether the quality that judges it is breached with it."""

    VIRTUAL = "virtual"
    REAL = "real"
    OF_LABELS = "of labels"
    UNKNOWN = "unknown"


ALERTS: Final = {
    Meaning.VIRTUAL: names.VIRTUAL_DRIFT_ALERT,
    Meaning.REAL: names.REAL_DRIFT_ALERT,
    Meaning.OF_LABELS: names.LABEL_DRIFT_ALERT,
    Meaning.UNKNOWN: names.UNCLASSIFIED_DRIFT_ALERT,
}


class _Looked(Struct, frozen=True):
    """A drift, its queries, and who fires meanwhile."""

    drift: Drift
    subject: Subject
    queries: Queries
    ask: Ask
    firing: Firing
    lag: Seconds | None
    """How late the labels of what judges it come."""

    @property
    def labels_are_late(self) -> str:
        """The SLO that judges it, while a guard says that its labels are late; else empty."""
        late = {labels.GUARD: GuardKind.LABEL_LAG.value, labels.SLO: self.drift.quality}
        found = any(late.items() <= guard.items() for guard in self.firing.guards)
        return self.drift.quality or "" if found else ""


def drifts_of(watched: Watched, ask: Ask, firing: Firing) -> Iterator[Finding]:
    """Two looks at most at each drift: at its scores, and where something drifts at how broad that is."""
    for drift in watched.service.drifts:
        subject = watched.service.signal(drift.name, (), drift.position)
        queries = queries_of(drift, subject, watched)
        lag = lag_of(watched.plan(drift.quality))
        yield from _of_drift(_Looked(drift, subject, queries, ask, firing, lag))


def _of_drift(looked: _Looked) -> Iterator[Finding]:
    rows = numbers(looked.ask(looked.queries["scores"]))
    dead = _dead(looked, rows)
    drifting = [row for row in rows if row.value > 1]
    if not drifting:
        yield dead or _finding(looked, State.SOUND, rows, "nothing is above its threshold")
        return
    guard = looked.firing.explains(looked.subject, drifting, ())
    meaning, why = _meaning(looked)
    yield _finding(
        looked,
        State.EXPLAINED if guard else State.FAILING,
        drifting,
        f"the guard {guard} explains it" if guard else why,
        alert=ALERTS[meaning],
    )
    yield from _broad(looked, len(rows))


def _finding(looked: _Looked, state: State, rows: Answer, reason: str, *, alert: str = "") -> Finding:
    worst = largest(rows)
    value = "no scores"
    if worst is not None:
        value = f"{decimal(worst.value)} times its threshold{_named(told_by(worst))}"
    drifting = sum(row.value > 1 for row in rows)
    more = f" and {drifting - 1} more" if drifting > 1 else ""
    return Finding(
        what=f"{looked.subject.service}:{looked.drift.name}",
        state=state,
        value=f"{value}{more}",
        reason=reason,
        query=looked.queries["scores"],
        number=None if worst is None else worst.value,
        speaks_for=Evidence.DRIFT,
        subject=looked.subject,
        alert=alert,
    )


def _named(where: str) -> str:
    return f" ({where})" if where else ""


def _dead(looked: _Looked, rows: Answer) -> Finding | None:
    """A detector that does not run finds no drift, which says nothing."""
    patience = MISSED_RUNS * looked.drift.cadence
    every = format_duration(looked.drift.cadence)
    if not rows:
        reason = f"no detector tells of it, which is to run every {every}"
        return _finding(looked, State.UNKNOWN, rows, reason, alert=names.STALE_DETECTOR_ALERT)
    if "last_run" not in looked.queries:
        return None
    ran = smallest(looked.ask(looked.queries["last_run"]))
    if ran is None or ran.value <= patience:
        return None
    reason = f"the detector ran {duration(ran.value)} ago, and is to run every {every}: its scores are old"
    return _finding(looked, State.UNKNOWN, rows, reason, alert=names.STALE_DETECTOR_ALERT)


def _meaning(looked: _Looked) -> tuple[Meaning, str]:
    """What the drift is, and the reason."""
    if looked.drift.kind is DriftKind.LABEL:
        return Meaning.OF_LABELS, "the classes have other frequencies: label drift, a kind of its own"
    if "quality_burn" not in looked.queries:
        return Meaning.UNKNOWN, "virtual or real is not known: no SLO judges it"
    if late := looked.labels_are_late:
        return Meaning.UNKNOWN, f"virtual or real is not known: labels of {late} are late"
    burn = largest(looked.ask(looked.queries["quality_burn"]))
    if burn is None:
        return Meaning.UNKNOWN, f"virtual or real is not known: {looked.drift.quality} has nothing judged"
    lag = looked.lag
    of_then = f", of predictions made {format_duration(lag)} before" if lag else ""
    said = f"{looked.drift.quality} burns at {decimal(burn.value)} times the allowed rate{of_then}"
    if burn.value >= 1:
        return Meaning.REAL, f"real drift: {said}"
    valid = "was valid for these" if lag else "is still valid"
    return Meaning.VIRTUAL, f"virtual drift: {said}, so that the model {valid}"


def _broad(looked: _Looked, features: int) -> Iterator[Finding]:
    """Of many features at once it is a schema or a pipeline, and no world that moved."""
    query = looked.queries["breadth"]
    share = largest(looked.ask(query))
    if share is None or share.value < looked.drift.breadth or features < FEW_FEATURES:
        return
    yield Finding(
        what=f"{looked.subject.service}:{looked.drift.name} breadth",
        state=State.NOTE,
        value=f"{percent(share.value)} of {features} features drift",
        reason="broad drift suggests a changed schema or a broken pipeline, and no world that moved",
        query=query,
        number=share.value,
        subject=looked.subject,
        alert=names.BROAD_DRIFT_ALERT,
    )
