"""A post-mortem, filled in: every field of the template from what Prometheus answers, with its query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from slo_compiler.incident.asking import Ask
from slo_compiler.incident.detection import Signal, fine_axis, first_page, first_signal, signals_of
from slo_compiler.incident.finding import State
from slo_compiler.incident.of_drifts import ALERTS
from slo_compiler.incident.state_at_start import Asked, Field, state_of
from slo_compiler.incident.timeline import AskRange, Axis, Timeline, axis_of, drawable, timeline_of
from slo_compiler.incident.triage import Triage, triage
from slo_compiler.incident.verdict import UNKNOWN
from slo_compiler.model import labels
from slo_compiler.rules.program import Program
from slo_compiler.rules.signals.surface import CAUSES, NONE

MOMENTS: Final = 12
"""At so many times of the incident, at equal distances, the tree of triage is walked."""

AskAt: TypeAlias = Callable[[float], Ask]
"""Who answers at a moment."""

AskOn: TypeAlias = Callable[[Axis], AskRange]
"""Who answers on an axis."""


class Incident(Struct, frozen=True):
    """What is to be explained: a service, from a moment to another in seconds since 1970."""

    service: str
    begin: float
    end: float


class Attribution(Struct, frozen=True):
    """The surface and cause that explain most of the moments, and how many each one explains."""

    surface: str
    cause: str
    moments: tuple[tuple[str, int], ...]


class Postmortem(Struct, frozen=True):
    """All that is filled in."""

    incident: Incident
    attribution: Attribution
    drifts: tuple[str, ...]
    """What was seen of drift: virtual, real, of labels, unknown; none where nothing drifted."""
    guards: tuple[str, ...]
    """The kinds of guards that held back anything."""
    fields: tuple[Field, ...]
    signals: tuple[Signal, ...]
    timeline: Timeline
    last: Triage
    """The last triage that the attribution is about."""

    @property
    def page(self) -> Signal | None:
        """What woke somebody first."""
        return first_page(self.signals)

    @property
    def first(self) -> Signal | None:
        """What fired first."""
        return first_signal(self.signals)

    @property
    def earliest(self) -> Signal | None:
        """What of all compiled signals could have fired first."""
        return next((each for each in self.signals if each.could is not None), None)

    @property
    def sev(self) -> str:
        """The highest severity that anybody was told of; empty where nobody was of any."""
        told = [each.alert.labels.get(labels.SEV, "") for each in self.signals if each.told is not None]
        return min((each for each in told if each), default="")


def postmortem(program: Program, incident: Incident, ask_at: AskAt, ask_on: AskOn) -> Postmortem:
    """Look back at an incident.

    Raises:
        Unanswered: a query that everything rests on was refused.
    """
    walked = [triage(program, incident.service, ask_at(at), at) for at in _moments(incident)]
    attribution = _attribution(walked)
    of_it = [each for each in walked if _cause_of(each) == (attribution.surface, attribution.cause)]
    last = of_it[-1]
    drawn = drawable(program, incident.service, last.leading.subject if last.leading else None)
    fine, coarse = fine_axis(incident.begin, incident.end), _around(incident)
    asked = Asked(ask_at(incident.begin), ask_at(incident.end), ask_on(fine))
    return Postmortem(
        incident=incident,
        attribution=attribution,
        drifts=_drifts(walked),
        guards=_guards(walked),
        fields=tuple(state_of(program, incident.service, fine, asked)),
        signals=signals_of(program, incident.service, fine, ask_on(fine)),
        timeline=timeline_of(program, drawn, coarse, ask_on(coarse)),
        last=last,
    )


def _moments(incident: Incident) -> list[float]:
    step = (incident.end - incident.begin) / MOMENTS
    return [incident.begin + step * number for number in range(1, MOMENTS + 1)]


def _around(incident: Incident) -> Axis:
    """The incident with half of its length on either side: what changed may be just before it."""
    half = max((incident.end - incident.begin) / 2, 3600.0)
    return axis_of(incident.begin - half, incident.end + half)


def _cause_of(walked: Triage) -> tuple[str, str]:
    return walked.verdict.surface, walked.verdict.cause


def _attribution(walked: Sequence[Triage]) -> Attribution:
    """What explains most moments; of as many, what comes first in triage.

    Moments at which all is well or unknown count where there are no others; those of a false page always do.
    """
    telling = [each for each in walked if each.explained or each.verdict.surface not in (NONE, UNKNOWN)]
    counted = Counter(map(_cause_of, telling or walked))
    order = [cause.name for cause in CAUSES]
    chosen = min(
        counted, key=lambda each: (-counted[each], order.index(each[1]) if each[1] in order else len(order))
    )
    named = sorted(Counter(map(_cause_of, walked)).items(), key=lambda each: (-each[1], each[0]))
    moments = tuple((", ".join(dict.fromkeys(each)), count) for each, count in named)
    return Attribution(*chosen, moments)


def _guards(walked: Sequence[Triage]) -> tuple[str, ...]:
    guards = (guard for each in walked for guard in each.firing.guards)
    return tuple(sorted({guard[labels.GUARD] for guard in guards if labels.GUARD in guard}))


def _drifts(walked: Sequence[Triage]) -> tuple[str, ...]:
    """What the drifts were, as the findings of all moments tell."""
    meanings = {alert: meaning for meaning, alert in ALERTS.items()}
    return tuple(
        dict.fromkeys(
            meanings[finding.alert].value
            for each in walked
            for finding in each.findings
            if finding.state is State.FAILING and finding.alert in meanings
        )
    )
