"""Which runbook pages there are, what stands on each, and which queries each section has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from msgspec import Struct

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model import labels
from slo_compiler.model.drift import Drift
from slo_compiler.model.subject import Subject
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.program import Program
from slo_compiler.rules.runbook import of_drift, of_guardrail, of_serving, of_slo, of_telemetry
from slo_compiler.rules.runbook.family import Family, family_of, family_of_burns
from slo_compiler.rules.runbook.queries import Breakdown, Queries, of_model, of_subject
from slo_compiler.rules.signals.watched import Watched


class Section(Struct, frozen=True):
    """Alerts of one SLO or signal that are handled in the same way, and all that is known for it."""

    family: Family
    subject: Subject
    alerts: tuple[AlertingRule, ...]
    queries: Queries
    breakdowns: tuple[Breakdown, ...] = ()
    presence: tuple[Breakdown, ...] = ()
    plan: Plan | None = None
    drift: Drift | None = None
    last_seen: tuple[Breakdown, ...] = ()
    """Of evidence that is missing: since when."""

    @property
    def name(self) -> str:
        """What ``{slo}`` stands for in links: the SLO's name, or the signal's."""
        return name_of(self.subject)


class Page(Struct, frozen=True):
    """The page of a service: its sections, those of one name beside each other."""

    service: str
    sections: tuple[Section, ...]
    watched: Watched | None
    """None where the service has nothing of machine learning."""


def pages(program: Program) -> Iterator[Page]:
    """A page for each service that has any alert, by name."""
    watched = {each.service.name: each for each in program.watched}
    plans = {lowered.plan.slo.id: lowered.plan for lowered in program.slos}
    in_order = sorted(program.alerts(), key=lambda each: each[0].service)
    for service, of_service in groupby(in_order, key=lambda each: each[0].service):
        sections = _sections(list(of_service), plans, watched.get(service))
        yield Page(service, tuple(sections), watched.get(service))


def name_of(subject: Subject) -> str:
    """The name of an SLO or a signal within its service."""
    return subject.identity[labels.SLO if subject.id_label == labels.SLO_ID else labels.SIGNAL]


def _sections(
    alerts: list[tuple[Subject, AlertingRule]], plans: Mapping[str, Plan], watched: Watched | None
) -> Iterator[Section]:
    """An SLO and a signal may have the same name, and so the same link: then they stand together."""
    together: dict[str, dict[tuple[str, Family], list[tuple[Subject, AlertingRule]]]] = {}
    for subject, alert in alerts:
        plan = plans.get(subject.id) if subject.id_label == labels.SLO_ID else None
        key = subject.id_label, _family(alert, plan)
        together.setdefault(name_of(subject), {}).setdefault(key, []).append((subject, alert))
    for families in together.values():
        for (label, family), found in sorted(families.items(), key=lambda each: _place(each[0][1])):
            subject = found[0][0]
            plan = plans.get(subject.id) if label == labels.SLO_ID else None
            yield _section(family, subject, tuple(alert for _, alert in found), plan, watched)


def _place(family: Family) -> int:
    return list(Family).index(family)


def _family(alert: AlertingRule, plan: Plan | None) -> Family:
    if plan is not None and labels.BURN_TIER in alert.labels:
        return family_of_burns(plan.slo.indicator)
    return family_of(alert.alert)


def _section(
    family: Family,
    subject: Subject,
    alerts: tuple[AlertingRule, ...],
    plan: Plan | None,
    watched: Watched | None,
) -> Section:
    of_watched = {} if watched is None else {**of_model(watched), **of_serving.queries_of(watched)}
    if plan is not None:
        return Section(
            family,
            subject,
            alerts,
            {
                **of_watched,
                **of_slo.queries_of(plan),
                **of_guardrail.queries_of(plan.slo),
                **({} if watched is None else of_serving.tail_of(plan, watched)),
            },
            of_slo.breakdowns_of(plan),
            of_slo.presence_of(plan),
            plan,
        )
    drift = next((each for each in _drifts(watched) if each.name == name_of(subject)), None)
    if drift is not None and watched is not None:
        return Section(family, subject, alerts, of_drift.queries_of(drift, subject, watched), drift=drift)
    queries = {**of_watched, **of_subject(subject)}
    if family is Family.TELEMETRY and watched is not None:
        presence, last_seen = of_telemetry.presence_of(watched), of_telemetry.last_seen_of(watched)
        return Section(family, subject, alerts, queries, presence=presence, last_seen=last_seen)
    return Section(family, subject, alerts, queries)


def _drifts(watched: Watched | None) -> tuple[Drift, ...]:
    return () if watched is None else watched.service.drifts
