"""A program service by service: what one compiles to does not depend on the rules of the others.

Of all services together are only the routes and inhibitions, which come from plans and signals, the rules of
adapters, and a few checks. So thousands of SLOs need not be in memory at once, nor in one process.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.checks.registry import NOTIFICATION_CHECKS, RULE_CHECKS
from slo_compiler.compiler import Planned, artifacts_of_all, artifacts_of_services, check_program
from slo_compiler.diagnostics import Diagnostic, has_errors, in_reading_order
from slo_compiler.emitters import prometheus
from slo_compiler.emitters.artifact import Artifact
from slo_compiler.emitters.runbooks.render import check_templates
from slo_compiler.emitters.runbooks.templates import Override
from slo_compiler.rules.program import Program, lowered_slo, outline


class Share(Struct, frozen=True):
    """What comes out of a part of the program."""

    problems: tuple[Diagnostic, ...]
    """What checks say of it. Where they do, the whole is to be checked: a warning may be of all services."""
    artifacts: Iterator[Artifact]
    """Its files; not to be asked for where there are errors."""


class Shares(Struct, frozen=True):
    """A program in parts, of which each is compiled when it is asked for."""

    whole: Program
    """The program without the rules of its SLOs."""
    services: Mapping[str, Program]
    """The same of each service, by name."""
    templates: tuple[Override, ...]
    diagnostics: tuple[Diagnostic, ...]
    """All that there is to say where no share has problems."""

    def paths_of(self, name: str) -> set[str]:
        """The specs that say what a service promises and watches."""
        planned = self.services[name]
        slos = {each.plan.slo.position.path for each in planned.slos}
        return slos | {each.service.position.path for each in planned.watched}

    def of_all(self) -> Share:
        """What is of all services together."""
        adapters = Program((), None, adapted=self.whole.adapted)
        problems = [problem for check in NOTIFICATION_CHECKS for problem in check(self.whole)]
        problems += [problem for check in RULE_CHECKS for problem in check(adapters)]
        artifacts = chain(artifacts_of_all(self.whole), prometheus.emit(adapters))
        return Share(tuple(problems), artifacts)

    def of_service(self, name: str) -> Share:
        """What a service compiles to."""
        planned = self.services[name]
        program = replace(planned, slos=tuple(lowered_slo(each.plan) for each in planned.slos))
        problems = (*check_program(program), *check_templates(program, self.templates))
        return Share(problems, artifacts_of_services(program, self.templates))


def divided(planned: Planned) -> Shares | None:
    """The program in shares; None where there are errors, or a target that divides it otherwise."""
    if has_errors((*planned.found, *planned.of_templates)) or planned.targets.names:
        return None
    whole = outline(planned.plans, planned.watched, planned.receivers, planned.adapted, planned.targets)
    return Shares(
        whole,
        _by_service(whole),
        planned.templates,
        tuple(in_reading_order((*planned.found, *planned.if_sound))),
    )


def _by_service(whole: Program) -> dict[str, Program]:
    slos, signals = defaultdict(list), defaultdict(list)
    for slo in whole.slos:
        slos[slo.plan.slo.service].append(slo)
    for signal in whole.signals:
        signals[signal.subject.service].append(signal)
    watched = {each.service.name: each for each in whole.watched}
    return {
        name: replace(
            whole,
            slos=tuple(slos[name]),
            signals=tuple(signals[name]),
            watched=(watched[name],) if name in watched else (),
            adapted=(),
        )
        for name in sorted({*slos, *signals, *watched})
    }
