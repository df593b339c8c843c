"""A set of specs part by part: what one compiles to does not depend on the rules of the others.

A part is planned by itself and tells the few words that the others have to know of it. From those of all
parts follows what Alertmanager is told, and with that each service is compiled. So thousands of SLOs need not
be in memory at once, nor in one process.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.checks.registry import NOTIFICATION_CHECKS, RULE_CHECKS
from slo_compiler.checks.retention import Shortfall, shortfalls, too_short
from slo_compiler.compiler import artifacts_of_all, artifacts_of_services
from slo_compiler.diagnostics import Diagnostic, has_errors, in_reading_order
from slo_compiler.emitters import prometheus
from slo_compiler.emitters.artifact import Artifact
from slo_compiler.emitters.runbooks.render import check_templates
from slo_compiler.planning import Part, Shared, nobody_told, problems_together
from slo_compiler.resolve.outline import Outline, is_unambiguous
from slo_compiler.rules.notification import Notification, notify
from slo_compiler.rules.program import LoweredSlo, Program, lowered_slo
from slo_compiler.rules.signals.lower_signals import lower_signals
from slo_compiler.rules.traits import Traits, together, traits_of


class Facts(Struct, frozen=True):
    """What a part tells of itself: values alone, which can be sent to another process."""

    outlines: tuple[Outline, ...]
    traits: Traits
    found: tuple[Diagnostic, ...]
    services: tuple[str, ...]
    """Those that have anything to compile."""
    slos: int
    """How many have a plan."""


class Share(Struct, frozen=True):
    """A part of the specs, for as long as its services wait to be compiled."""

    shared: Shared
    services: dict[str, Program]
    """By name, without the rules of their SLOs, and without what Alertmanager is told."""
    facts: Facts


class Whole(Struct, frozen=True):
    """All parts beside each other, as far as they are known by their facts."""

    shared: Shared
    outlines: tuple[Outline, ...]
    services: tuple[str, ...]
    traits: Traits
    slos: int
    found: tuple[Diagnostic, ...]
    """All there is to say before there are rules."""

    @property
    def is_divisible(self) -> bool:
        """Whether each service is in one part alone, and in the same order of tiers as all others."""
        return is_unambiguous(self.outlines) and not self.traits.contradictory


class Piece(Struct, frozen=True):
    """What comes out of a service, or of all together."""

    problems: tuple[Diagnostic, ...]
    """What checks say of its rules."""
    short: tuple[Shortfall, ...]
    """What of them is told of all services in one word."""
    artifacts: Iterator[Artifact]
    """Its files; not to be asked for where there are errors."""


def share(part: Part, shared: Shared) -> Share:
    """A part, with what its services watch beside their SLOs."""
    programs = _by_service(part)
    alerts = [alert for each in programs.values() for signal in each.signals for alert in signal.alerts()]
    traits = traits_of(part.plans, [each.service for each in part.watched], alerts)
    return Share(shared, programs, Facts(part.outlines, traits, part.found, tuple(programs), len(part.plans)))


def beside(facts: Sequence[Facts], shared: Shared) -> Whole:
    """All parts, by the facts of each, in the order in which their specs were read."""
    outlines = tuple(outline for each in facts for outline in each.outlines)
    found = (*shared.found, *(problem for each in facts for problem in each.found))
    return Whole(
        shared,
        outlines,
        tuple(name for each in facts for name in each.services),
        together([each.traits for each in facts]),
        sum(each.slos for each in facts),
        (*found, *problems_together(outlines, shared)),
    )


def notification_of(shared: Shared, traits: Traits) -> Notification | None:
    """What Alertmanager is told, where there are receivers."""
    return None if shared.receivers is None else notify(shared.receivers, traits)


def of_service(share: Share, name: str, notification: Notification | None, *, sound: bool) -> Piece:
    """What a service of a share compiles to.

    Args:
        share: where it is.
        name: that of the service.
        notification: what Alertmanager is told of all services.
        sound: whether no part has any error; else nobody asks for files.
    """
    planned, shared = share.services[name], share.shared
    slos = tuple(lowered_slo(each.plan) for each in planned.slos)
    program = replace(planned, slos=slos, notification=notification)
    problems = [problem for check in (*RULE_CHECKS, *NOTIFICATION_CHECKS) for problem in check(program)]
    if sound:
        problems += check_templates(program, shared.templates)
    kept = shared.defaults.retention
    short = () if kept is None else shortfalls(program, kept)
    return Piece(tuple(problems), tuple(short), artifacts_of_services(program, shared.templates))


def of_all(whole: Whole) -> Piece:
    """What is of all services together: what Alertmanager is told, and the rules of adapters."""
    shared = whole.shared
    program = Program((), notification_of(shared, whole.traits))
    adapters = Program((), None, adapted=shared.adapted)
    problems = [problem for check in NOTIFICATION_CHECKS for problem in check(program)]
    problems += [problem for check in RULE_CHECKS for problem in check(adapters)]
    return Piece(tuple(problems), (), chain(artifacts_of_all(program), prometheus.emit(adapters)))


def all_told(
    whole: Whole, problems: Sequence[Diagnostic], short: Sequence[Shortfall]
) -> tuple[Diagnostic, ...]:
    """All there is to say of sources, in reading order, by what there is to say of each piece."""
    found = [*whole.found, *problems]
    kept = whole.shared.defaults.retention
    if kept is not None and whole.slos:
        found += too_short(kept, short)
    if not has_errors(found):
        found += nobody_told(whole.outlines, whole.shared)
    return tuple(in_reading_order(found))


def _by_service(part: Part) -> dict[str, Program]:
    slos = defaultdict(list)
    for plan in part.plans:
        slos[plan.slo.service].append(LoweredSlo(plan, ()))
    watched = {each.service.name: each for each in part.watched}
    return {
        name: Program(
            slos=tuple(slos[name]),
            notification=None,
            signals=tuple(lower_signals(watched[name])) if name in watched else (),
            watched=(watched[name],) if name in watched else (),
        )
        for name in sorted({*slos, *watched})
    }
