"""Looks at what is no SLO: engines that hang, slices that are bad, what was deployed and what last ran."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.incident.asking import Ask, decimal, duration, largest, numbers, percent, smallest, told_by
from slo_compiler.incident.finding import Finding, State
from slo_compiler.incident.firing import Firing
from slo_compiler.model import contract
from slo_compiler.model.subject import Subject
from slo_compiler.quantities import approximate_duration
from slo_compiler.rules import names
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.program import Program
from slo_compiler.rules.runbook import of_serving
from slo_compiler.rules.runbook.queries import of_model
from slo_compiler.rules.signals.serving import serving_of
from slo_compiler.rules.signals.surface import Evidence, recently
from slo_compiler.rules.signals.watched import Watched


def engines_of(watched: Watched, ask: Ask) -> Iterator[Finding]:
    """Whether engines hang, where the spec says how that is seen."""
    queries = of_serving.queries_of(watched)
    if "stalled" not in queries:
        return
    stalled, running = len(ask(queries["stalled"])), len(ask(queries["running"]))
    state = State.FAILING if stalled else State.SOUND if running else State.UNKNOWN
    reasons = {
        State.FAILING: "they have requests and make no progress",
        State.SOUND: "all make progress, or have no requests",
        State.UNKNOWN: "their series are missing",
    }
    yield Finding(
        what=f"{watched.service.name}:engines",
        state=state,
        value=f"{stalled} of {running} stalled" if running else "no engines",
        reason=reasons[state],
        query=queries["stalled"],
        number=float(stalled),
        speaks_for=Evidence.SERVING,
        subject=serving_of(watched.service),
        alert=names.STALLED_ALERT,
    )


def slices_of(program: Program, service: str, ask: Ask, firing: Firing) -> Iterator[Finding]:
    """Slices whose quality is surely bad, though the whole may look well."""
    for subject, alert in program.alerts():
        if subject.service == service and alert.alert == names.SLICE_ALERT:
            yield from _slice(subject, alert, ask, firing)


def _slice(subject: Subject, alert: AlertingRule, ask: Ask, firing: Firing) -> Iterator[Finding]:
    rows = numbers(ask(alert.expr))
    worst = largest(rows)
    if worst is None:  # that nothing is judged is told of the SLO itself
        return
    guard = firing.explains(subject, rows, ())
    surely = "a slice of the traffic is surely bad, whatever the whole looks like"
    yield Finding(
        what=f"{subject.id} of {told_by(worst)}",
        state=State.EXPLAINED if guard else State.FAILING,
        value=f"{percent(worst.value)} bad at least, of {len(rows)} bad slices the worst",
        reason=f"the guard {guard} explains it" if guard else surely,
        query=alert.expr,
        number=worst.value,
        speaks_for=Evidence.QUALITY,
        subject=subject,
        alert=alert.alert,
    )


def deploy_of(watched: Watched, ask: Ask) -> Finding:
    """When the model was last deployed, and whether that is late enough to be blamed."""
    query = of_model(watched)["deployed"]
    newest = smallest(ask(query))
    bound = recently(watched.plans)
    if newest is None:
        return Finding(
            what="deploy",
            state=State.UNKNOWN,
            value="not known",
            reason="nothing tells when the model was deployed",
            query=query,
            speaks_for=Evidence.DEPLOY,
        )
    version = newest.labels.get(contract.MODEL_VERSION, "")
    lately = newest.value < bound
    within = approximate_duration(bound)
    return Finding(
        what="deploy",
        state=State.CHANGED if lately else State.SOUND,
        value=f"{f'version {version} ' if version else ''}deployed {duration(newest.value)} ago",
        reason=f"{'within' if lately else 'longer ago than'} the {within} for which it is blamed",
        query=query,
        number=newest.value,
        speaks_for=Evidence.DEPLOY,
    )


def facts_of(watched: Watched, ask: Ask) -> Iterator[Finding]:
    """What served and what ran: no evidence, but what a timeline begins with."""
    queries = of_model(watched)
    versions = sorted(row.labels.get(contract.MODEL_VERSION, "") for row in ask(queries["versions"]))
    yield Finding(
        what="versions of the last day",
        state=State.NOTE if versions else State.UNKNOWN,
        value=", ".join(versions) or "not known",
        reason="two at once are a rollout" if len(versions) > 1 else "which model serves",
        query=queries["versions"],
    )
    ran = sorted(ask(queries["pipelines"]), key=lambda row: -row.value)
    listed = ", ".join(
        f"{row.labels.get(contract.PIPELINE, '')} {duration(row.value)} ago" for row in ran[:5]
    )
    yield Finding(
        what="last success of pipelines",
        state=State.NOTE if ran else State.UNKNOWN,
        value=listed or "not known",
        reason="the oldest first, of all that tell it",
        query=queries["pipelines"],
    )
    tail = of_serving.queries_of(watched).get("queue_share")
    share = largest(ask(tail)) if tail else None
    if tail and share is not None:
        yield Finding(
            what="share of the time that requests wait",
            state=State.NOTE,
            value=percent(share.value),
            reason=f"{decimal(share.value)} of it is queue: saturation or scaling, where it grows",
            query=tail,
            number=share.value,
        )
