"""The decision tree of triage, walked: serving first, then data, then model, as Prometheus answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.burnrate.plan import Plan
from slo_compiler.incident.asking import Ask, Unanswered
from slo_compiler.incident.finding import Finding, State, seen
from slo_compiler.incident.firing import Firing, Held, firing_of
from slo_compiler.incident.of_drifts import drifts_of
from slo_compiler.incident.of_model import deploy_of, engines_of, facts_of, slices_of
from slo_compiler.incident.of_rules import rules_of
from slo_compiler.incident.of_slos import page_of, quality_of
from slo_compiler.incident.verdict import Seen, Verdict, judge
from slo_compiler.model import labels
from slo_compiler.model.surface import Surface
from slo_compiler.rules.program import Program
from slo_compiler.rules.runbook.queries import of_model, of_service
from slo_compiler.rules.signals.surface import Evidence, plans_of
from slo_compiler.rules.signals.watched import Watched


class Step(Struct, frozen=True):
    """A step of the tree: a surface, and what was found when looking at it."""

    surface: Surface
    findings: tuple[Finding, ...]

    @property
    def state(self) -> State:
        """What the step found as a whole; a note where the specs watch nothing of the surface."""
        states = [each.state for each in self.findings if each.speaks_for is not None]
        for state in (State.FAILING, State.UNKNOWN, State.EXPLAINED, State.SOUND):
            if state in states:
                return state
        return State.NOTE


class Triage(Struct, frozen=True):
    """A service at a moment: the steps, what fires, and what explains all of it.

    ``unguarded`` is the verdict as it would be if no guard explained anything, ``otherwise`` as it would be
    if what is missing were well. ``recorded`` is what Prometheus itself says in ``ml:surface``: surface and
    cause, None where it records nothing.
    """

    service: str
    at: float
    """In seconds since 1970."""
    rules: Finding
    steps: tuple[Step, ...]
    firing: Firing
    held_back: tuple[Held, ...]
    verdict: Verdict
    unguarded: Verdict
    otherwise: Verdict
    recorded: tuple[str, str] | None
    unheard: tuple[Mapping[str, str], ...] = ()
    """What fires and Alertmanager does not have, where it was asked."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that was found, in the order of the steps."""
        return tuple(finding for step in self.steps for finding in step.findings)

    @property
    def explained(self) -> tuple[Finding, ...]:
        """What a guard explains, if that is why nothing fails."""
        if self.verdict == self.unguarded:
            return ()
        return tuple(each for each in self.findings if each.state is State.EXPLAINED)

    @property
    def leading(self) -> Finding | None:
        """The finding that the verdict rests on: the first on its surface that fails."""
        wanted = _EVIDENCE.get(self.verdict.cause, ())
        failing = [each for each in self.findings if each.state is State.FAILING]
        of_cause = [each for each in failing if each.speaks_for in wanted]
        return next(iter((*of_cause, *failing, *self.explained)), None)


_EVIDENCE: Final[Mapping[str, tuple[Evidence, ...]]] = {
    "serving": (Evidence.SERVING,),
    "pipeline": (Evidence.PIPELINE,),
    "deploy": (Evidence.QUALITY,),
    "concept_drift": (Evidence.DRIFT,),
    "virtual_drift": (Evidence.DRIFT,),
    "unclassified_drift": (Evidence.DRIFT,),
    "unexplained": (Evidence.QUALITY,),
}


def services_of(program: Program) -> list[str]:
    """The services that can be looked at."""
    return sorted({lowered.plan.slo.service for lowered in program.slos})


def triage(program: Program, service: str, ask: Ask, at: float) -> Triage:
    """Look at a service.

    Args:
        program: what its specs compile to.
        service: its name, one of ``services_of``.
        ask: answers at the moment that is looked at.
        at: that moment, in seconds since 1970.

    Raises:
        Unanswered: what fires, or which rules are evaluated, cannot be asked; other looks become unknown.
    """
    queries = of_service(service)
    watched = next((each for each in program.watched if each.service.name == service), None)
    firing = firing_of(ask(queries["firing"]))
    looker = _Looker(program, service, watched, ask, firing)
    steps = tuple(looker.step(surface) for surface in Surface)
    findings = [finding for step in steps for finding in step.findings]
    return Triage(
        service=service,
        at=at,
        rules=rules_of(program, service, ask),
        steps=steps,
        firing=firing,
        held_back=tuple(firing.held_back(program.inhibit_rules)),
        verdict=judge(_seen(findings)),
        unguarded=judge(_seen([_unexplained(each) for each in findings])),
        otherwise=judge({each: there or False for each, there in _seen(findings).items()}),
        recorded=_recorded(watched, ask),
    )


class _Looker(Struct, frozen=True):
    """Whoever looks at a service: what it is made of, and who answers."""

    program: Program
    service: str
    watched: Watched | None
    ask: Ask
    firing: Firing

    def step(self, surface: Surface) -> Step:
        """All looks at a surface."""
        looks = {Surface.SERVING: self._serving, Surface.DATA: self._data, Surface.MODEL: self._model}[
            surface
        ]
        return Step(surface, tuple(looks()))

    def _serving(self) -> Iterator[Finding]:
        yield from self._pages(Surface.SERVING, Evidence.SERVING)
        if watched := self.watched:
            yield from _safely("engines", Evidence.SERVING, lambda: engines_of(watched, self.ask))

    def _data(self) -> Iterator[Finding]:
        yield from self._pages(Surface.DATA, Evidence.PIPELINE)
        if watched := self.watched:
            yield from _safely("drifts", Evidence.DRIFT, lambda: drifts_of(watched, self.ask, self.firing))

    def _model(self) -> Iterator[Finding]:
        for plan in plans_of(Surface.MODEL, self._plans()):
            yield from _safely(plan.slo.id, Evidence.QUALITY, partial(self._quality, plan))
        if watched := self.watched:
            look = partial(slices_of, self.program, self.service, self.ask, self.firing)
            yield from _safely("slices", Evidence.QUALITY, look)
            yield from _safely("deploy", Evidence.DEPLOY, lambda: [deploy_of(watched, self.ask)])
            yield from _safely("versions and pipelines", None, lambda: facts_of(watched, self.ask))

    def _plans(self) -> list[Plan]:
        return [lowered.plan for lowered in self.program.slos if lowered.plan.slo.service == self.service]

    def _pages(self, surface: Surface, evidence: Evidence) -> Iterator[Finding]:
        for plan in plans_of(surface, self._plans()):
            yield from _safely(plan.slo.id, evidence, partial(self._page, plan, evidence))

    def _page(self, plan: Plan, evidence: Evidence) -> list[Finding]:
        return [page_of(plan, evidence, self.ask, self.firing)]

    def _quality(self, plan: Plan) -> list[Finding]:
        return [quality_of(plan, self.ask, self.firing)]


def _safely(what: str, evidence: Evidence | None, look: Callable[[], Iterable[Finding]]) -> Iterable[Finding]:
    """What a look found; unknown if its queries cannot be answered."""
    try:
        return list(look())
    except Unanswered as refused:
        return [Finding(what, State.UNKNOWN, "no answer", str(refused), "", speaks_for=evidence)]


def _seen(findings: Sequence[Finding]) -> Seen:
    """The evidence, as far as it is known. Quality that only late labels explain has not been judged."""
    judged = [
        each.state in (State.FAILING, State.SOUND) for each in findings if each.speaks_for is Evidence.QUALITY
    ]
    return {
        **{each: seen(each, findings) for each in Evidence if each is not Evidence.JUDGED},
        Evidence.JUDGED: any(judged),
    }


def _unexplained(finding: Finding) -> Finding:
    return replace(finding, state=State.FAILING) if finding.state is State.EXPLAINED else finding


def _recorded(watched: Watched | None, ask: Ask) -> tuple[str, str] | None:
    if watched is None:
        return None
    rows = list(ask(of_model(watched)["surface"]))
    return (rows[0].labels[labels.SURFACE], rows[0].labels[labels.CAUSE]) if len(rows) == 1 else None
