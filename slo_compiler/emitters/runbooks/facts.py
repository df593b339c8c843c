"""The facts that templates put into words, every number printed: what they are given, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.emitters.explanation import SloExplanation, explain, route_of
from slo_compiler.model import labels
from slo_compiler.model.drift import Drift
from slo_compiler.model.role import Role
from slo_compiler.model.runbook import Runbook
from slo_compiler.model.surface import Surface
from slo_compiler.quantities import approximate_duration, format_duration, format_percent
from slo_compiler.rules.alert_text import what_fails
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.links import link
from slo_compiler.rules.program import Program
from slo_compiler.rules.runbook.pages import Page, Section, pages
from slo_compiler.rules.runbook.queries import LATELY, Breakdown, of_model
from slo_compiler.rules.severity import SEV1, SEV2
from slo_compiler.rules.signals.watched import lag_of
from slo_compiler.rules.triage import held_back

EARNS_POSTMORTEM: Final = (SEV1, SEV2)

_OF_THE_MOMENT: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)


class Query(Struct, frozen=True):
    """PromQL, and where it opens in a browser; None where defaults.yaml does not say."""

    promql: str
    link: str | None
    of: str = ""
    """In a breakdown, the label or the selector that it is of."""


class Alert(Struct, frozen=True):
    """An alert of a section."""

    name: str
    anchor: str
    kind: str
    """Of alerts of one name, which it is: the stuck guard, the missing evidence; else empty."""
    summary: str
    """What it tells, with ``...`` for numbers of the moment."""
    description: str
    sev: str
    severity: str
    """``page`` or ``ticket``; empty for a guard, which is neither."""
    surface: str
    owner: str
    answers_for: str
    """What the owner answers for: a surface, or guardrails."""
    route: str
    """Whom it reaches through Alertmanager."""
    postmortem: bool
    promql: Query
    held: str
    """For how long the condition has to hold; empty where at once."""


class DriftFacts(Struct, frozen=True):
    """A drift, its numbers printed."""

    name: str
    kind: str
    quality: str
    """The SLO that tells virtual from real drift; empty where there is none."""
    lag: str
    """How late the labels come by which that SLO judges; empty where they are not late."""
    breadth: str
    cadence: str
    by: tuple[str, ...]


class PageFacts(Struct, frozen=True):
    """A page: its own variables, and for each section its template and variables."""

    service: str
    variables: Mapping[str, Any]
    sections: tuple[tuple[str, Mapping[str, Any]], ...]


def facts(program: Program) -> Iterator[PageFacts]:
    """The facts of each page of a program."""
    explained = {each.id: each for each in explain(program)}
    for page in pages(program):
        sections = tuple(
            (section.family.value, _section(section, page, program, explained)) for section in page.sections
        )
        yield PageFacts(page.service, {**_page(page), "queries": _of_page(page)}, sections)


def anchor_of(name: str, alert: str) -> str:
    """Where the page of a service speaks of an alert; ``{slo}-{alert}`` in links."""
    return f"{name}-{alert}"


def _page(page: Page) -> dict[str, Any]:
    service = page.watched.service if page.watched else None
    plans = page.watched.plans if page.watched else ()
    return {
        "service": page.service,
        "description": service.description if service else "",
        "model": service.model if service else "",
        "owners": {
            surface.value: service.owners[surface].name
            for surface in Surface
            if service and surface in service.owners
        },
        "triage": any(held_back(plan.slo) for plan in plans),
        "serving": any(plan.slo.surface is Surface.SERVING for plan in plans),
    }


def _of_page(page: Page) -> dict[str, Query]:
    if page.watched is None:
        return {}
    browser = page.watched.service.links.prometheus
    return {name: _query(promql, browser) for name, promql in of_model(page.watched).items()}


def _section(
    section: Section, page: Page, program: Program, explained: Mapping[str, SloExplanation]
) -> dict[str, Any]:
    slo = section.plan.slo if section.plan else None
    service = page.watched.service if page.watched else None
    links = slo.links if slo else service.links if service else None
    browser = links.prometheus if links else None
    alerts = tuple(_alert(alert, section.name, browser, program) for alert in section.alerts)
    explanation = explained.get(section.subject.id) if slo else None
    named = {alert.labels.get(labels.BURN_TIER) for alert in section.alerts}
    return {
        **_page(page),
        "name": section.name,
        "description": slo.description if slo else "",
        "alerts": alerts,
        "anchors": {alert.name: alert.anchor for alert in alerts},
        "slo": explanation,
        "tiers": tuple(tier for tier in explanation.tiers if tier.name in named) if explanation else (),
        "fails": what_fails(slo.indicator).strip(",") if slo else "",
        "group_by": slo.group_by if slo else (),
        "drift": _drift(section.drift, page) if section.drift else None,
        "queries": {name: _query(promql, browser) for name, promql in section.queries.items()},
        "breakdowns": _breakdowns(section.breakdowns, browser),
        "presence": _breakdowns(section.presence, browser),
        "last_seen": _breakdowns(section.last_seen, browser),
        "lately": format_duration(LATELY),
        "tools": service.tools if service else (),
        "local": _local(section, page),
        "dashboard": section.alerts[0].annotations.get("dashboard_url"),
        "postmortem": any(alert.postmortem for alert in alerts),
    }


def _alert(rule: AlertingRule, name: str, browser: str | None, program: Program) -> Alert:
    sev = rule.labels.get(labels.SEV, "")
    told = {
        key: _OF_THE_MOMENT.sub("...", rule.annotations.get(key, "")) for key in ("summary", "description")
    }
    return Alert(
        name=rule.alert,
        anchor=anchor_of(name, rule.alert),
        kind=rule.labels.get(labels.GUARD) or rule.labels.get(labels.EVIDENCE, ""),
        summary=told["summary"],
        description=told["description"],
        sev=sev,
        severity=rule.labels.get(labels.SEVERITY, ""),
        surface=rule.labels.get(labels.SURFACE, ""),
        owner=rule.labels.get(labels.OWNER, ""),
        answers_for=_answers_for(rule),
        route=route_of(rule, program.notification),
        postmortem=sev in EARNS_POSTMORTEM,
        promql=_query(rule.expr, browser),
        held=approximate_duration(rule.hold) if rule.hold else "",
    )


def _answers_for(rule: AlertingRule) -> str:
    if rule.labels.get(labels.ROLE) == Role.SECURITY.value:
        return "guardrails"
    return f"the {rule.labels.get(labels.SURFACE, '')} surface"


def _breakdowns(breakdowns: tuple[Breakdown, ...], browser: str | None) -> tuple[Query, ...]:
    return tuple(_query(each.promql, browser, each.of) for each in breakdowns)


def _query(promql: str, browser: str | None, of: str = "") -> Query:
    page = f"{browser}/graph?g0.expr={quote(promql, safe='')}&g0.tab=0" if browser else None
    return Query(promql, page, of)


def _drift(drift: Drift, page: Page) -> DriftFacts:
    lag = lag_of(page.watched.plan(drift.quality)) if page.watched else None
    return DriftFacts(
        name=drift.name,
        kind=drift.kind.value,
        quality=drift.quality or "",
        lag=format_duration(lag) if lag else "",
        breadth=format_percent(drift.breadth),
        cadence=format_duration(drift.cadence),
        by=drift.by,
    )


def _local(section: Section, page: Page) -> Runbook:
    """What people say who know the service, its links with names in them."""
    if section.plan is not None:
        said = section.plan.slo.runbook
    elif section.drift is not None:
        said = section.drift.runbook
    else:
        said = page.watched.service.runbook if page.watched else Runbook()
    first = section.alerts[0].alert
    links = {title: link(url, page.service, section.name, first) for title, url in said.links.items()}
    return replace(said, links=links)
