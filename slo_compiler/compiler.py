"""The pipeline from texts to artefacts: plan, lower, check, emit. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.checks.registry import NOTIFICATION_CHECKS, RULE_CHECKS, WHOLE_CHECKS
from slo_compiler.diagnostics import Diagnostic, has_errors, in_reading_order, note
from slo_compiler.emitters import alertmanager, prometheus, promtool
from slo_compiler.emitters.artifact import Artifact
from slo_compiler.emitters.grafana import dashboard
from slo_compiler.emitters.runbooks import render as runbooks
from slo_compiler.emitters.runbooks.templates import Override
from slo_compiler.model.defaults import Defaults
from slo_compiler.model.spec import Spec
from slo_compiler.model.surface import Surface
from slo_compiler.planning import (
    Part,
    Shared,
    nobody_told,
    plan_part,
    plan_slos,
    problems_together,
    read_shared,
)
from slo_compiler.resolve.slos import resolve
from slo_compiler.rules.program import Program, build
from slo_compiler.schema.read import spec_of
from slo_compiler.sources import Source, Sources

if TYPE_CHECKING:
    from slo_compiler.importers.assemble import NativeSpec
    from slo_compiler.targets.target import Target


class Compilation(Struct, frozen=True):
    """What came out: without errors a program, and always everything there is to say."""

    program: Program | None
    diagnostics: tuple[Diagnostic, ...]
    templates: tuple[Override, ...] = ()
    """The user's own templates of runbooks."""

    def artifacts(self) -> Iterator[Artifact]:
        """The files to write: none when there was an error."""
        if self.program is not None:
            yield from artifacts_of_services(self.program, self.templates)
            yield from artifacts_of_all(self.program)


def artifacts_of_services(program: Program, templates: tuple[Override, ...]) -> Iterator[Artifact]:
    """The files of each service of the program, which are the same whatever other services there are."""
    yield from prometheus.emit(program)
    yield from promtool.emit(program)
    yield from runbooks.emit(program, templates)
    yield from dashboard.emit(program)


def artifacts_of_all(program: Program) -> Iterator[Artifact]:
    """The files that are of all services together: what Alertmanager is told, and those of targets."""
    yield from alertmanager.emit(program)
    for target in _targets(program):
        yield from target.emit(program)


class Planned(Struct, frozen=True):
    """All that is known of specs before there are rules."""

    shared: Shared
    part: Part
    """All specs."""


def compile_sources(sources: Sources, *, progress: Callable[[str], None] = lambda _: None) -> Compilation:
    """Everything from texts to a checked program.

    Args:
        sources: the files.
        progress: told the name of each file and SLO as it is taken up.
    """
    shared = read_shared(sources)
    if isinstance(shared, list):
        return Compilation(None, tuple(in_reading_order(shared)))
    return lower_planned(Planned(shared, plan_part(sources.specs, shared, progress)))


def lower_planned(planned: Planned) -> Compilation:
    """From plans to a checked program."""
    shared, part = planned.shared, planned.part
    program = build(part.plans, part.watched, shared.receivers, shared.adapted, shared.targets)
    found = [*shared.found, *part.found, *problems_together(part.outlines, shared), *check_program(program)]
    if not has_errors(found):
        found += [*nobody_told(part.outlines, shared), *runbooks.check_templates(program, shared.templates)]
    found += shared.of_templates
    return Compilation(
        None if has_errors(found) else program, tuple(in_reading_order(found)), shared.templates
    )


def check_program(program: Program) -> Iterator[Diagnostic]:
    """What is wrong with a program, and with what targets are to take of it."""
    for check in (
        *RULE_CHECKS,
        *WHOLE_CHECKS,
        *NOTIFICATION_CHECKS,
        *(target.check for target in _targets(program)),
    ):
        yield from check(program)


def _targets(program: Program) -> list[Target]:
    """The targets that are asked for; only who asks for any waits for them."""
    if not program.targets.names:
        return []
    from slo_compiler.targets.registry import TARGETS  # noqa: PLC0415

    return [TARGETS[name] for name in program.targets.names]


def import_sources(
    sources: Sequence[Source], *, owner: str | None = None
) -> tuple[list[NativeSpec], list[Diagnostic]]:
    """The specs of other tools as specs of ours, and everything there is to say of them.

    Args:
        sources: the files of other tools; of ours none is read.
        owner: who answers for services of which no file says it.
    """
    from slo_compiler.importers.dialects import import_files  # noqa: PLC0415  only for foreign files

    specs, found = import_files(((source.path, source.content) for source in sources), owner)
    for spec in specs:
        read = spec_of(spec.root)
        if isinstance(read, list):
            found += read
        else:
            found += [*_problems([_owned(read)]), *_ownerless(read)]
    return specs, in_reading_order(found)


def _ownerless(spec: Spec) -> Iterator[Diagnostic]:
    if not spec.owners:
        yield note(
            spec.position,
            "import/owner",
            f"nothing says who answers for {spec.service}: give --owner, or owners in defaults.yaml",
        )


def _owned(spec: Spec) -> Spec:
    """The spec with somebody who answers, so that the rest of it can be looked into."""
    return spec if spec.owners else replace(spec, owners=dict.fromkeys(Surface, "nobody"))


def _problems(specs: Sequence[Spec]) -> list[Diagnostic]:
    """What keeps specs from becoming plans."""
    slos, unresolved = resolve(specs, Defaults())
    _, unplanned = plan_slos(slos)
    return unresolved + unplanned
