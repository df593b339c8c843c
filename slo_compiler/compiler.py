"""The pipeline from texts to artefacts: read, expand, resolve, plan, check, lower, check, emit. No I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.adapters.choose import choose
from slo_compiler.burnrate.plan import Plan, plan
from slo_compiler.checks.registry import (
    NOTIFICATION_CHECKS,
    RULE_CHECKS,
    SERVICE_CHECKS,
    SERVICES_CHECKS,
    SLO_CHECKS,
)
from slo_compiler.diagnostics import Diagnostic, Position, has_errors, in_reading_order, note, warning
from slo_compiler.emitters import alertmanager, prometheus, promtool
from slo_compiler.emitters.artifact import Artifact
from slo_compiler.emitters.runbooks import render as runbooks
from slo_compiler.emitters.runbooks.templates import Override
from slo_compiler.importers.foreign import is_foreign
from slo_compiler.model.defaults import Defaults
from slo_compiler.model.receivers import Receivers
from slo_compiler.model.slo import Slo
from slo_compiler.model.spec import Spec
from slo_compiler.model.surface import Surface
from slo_compiler.model.targets import Targets
from slo_compiler.presets.expand import expand_presets
from slo_compiler.resolve.services import resolve_services
from slo_compiler.resolve.slos import resolve
from slo_compiler.rules.adapting import AdaptedGroup, adapt
from slo_compiler.rules.program import Program, build
from slo_compiler.rules.signals.watched import Watched
from slo_compiler.schema.read import read_defaults, read_receivers, read_sound_slos, read_spec, spec_of
from slo_compiler.sources import Source, Sources

if TYPE_CHECKING:
    from slo_compiler.importers.assemble import NativeSpec
    from slo_compiler.targets.target import Target

Value = TypeVar("Value")


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
    # Only who writes files waits for Grafana's library.
    from slo_compiler.emitters.grafana.dashboard import emit as emit_dashboards  # noqa: PLC0415

    yield from emit_dashboards(program)


def artifacts_of_all(program: Program) -> Iterator[Artifact]:
    """The files that are of all services together: what Alertmanager is told, and those of targets."""
    yield from alertmanager.emit(program)
    for target in _targets(program):
        yield from target.emit(program)


class Planned(Struct, frozen=True):
    """All that is known of specs before there are rules; whatever is wrong by itself is left out and told."""

    plans: tuple[Plan, ...]
    watched: tuple[Watched, ...]
    receivers: Receivers | None
    adapted: tuple[AdaptedGroup, ...]
    targets: Targets
    templates: tuple[Override, ...]
    found: tuple[Diagnostic, ...]
    of_templates: tuple[Diagnostic, ...]
    """What is wrong with templates of the user, which have nothing to do with what is in the rules."""
    if_sound: tuple[Diagnostic, ...]
    """What is told where there are no errors."""


def compile_sources(sources: Sources, *, progress: Callable[[str], None] = lambda _: None) -> Compilation:
    """Everything from texts to a checked program.

    Args:
        sources: the files.
        progress: told the name of each file and SLO as it is taken up.
    """
    planned = plan_sources(sources, progress=progress)
    return planned if isinstance(planned, Compilation) else lower_planned(planned)


def plan_sources(
    sources: Sources, *, progress: Callable[[str], None] = lambda _: None
) -> Planned | Compilation:
    """From texts to plans; all there is to say where the defaults are broken. As ``compile_sources``."""
    specs, defaults, receivers, found = _read(sources, progress)
    if defaults is None:  # by other defaults the specs would be found wrong where they are right
        return Compilation(None, tuple(in_reading_order(found)))
    specs, unexpanded = expand_presets(specs, defaults)
    found += unexpanded
    slos, unresolved = resolve(specs, defaults)
    found += unresolved
    found += [problem for check in SERVICES_CHECKS for problem in check(slos)]
    plans, unplanned = _plan(slos, progress)
    found += unplanned
    services, watched = _watch(specs, slos, plans, defaults)
    found += watched
    adapters, unknown = choose(defaults.adapters)
    found += unknown
    targets = defaults.targets
    if sources.targets is not None:
        targets = targets.only(sources.targets, defaults.position)
    templates, unreadable = runbooks.read_templates((each.path, each.content) for each in sources.templates)
    return Planned(
        tuple(plans),
        tuple(services),
        receivers,
        adapt(adapters, defaults),
        targets,
        templates,
        tuple(found),
        tuple(unreadable),
        if_sound=tuple(_nobody_told(specs)) if receivers is None else (),
    )


def lower_planned(planned: Planned) -> Compilation:
    """From plans to a checked program."""
    program = build(planned.plans, planned.watched, planned.receivers, planned.adapted, planned.targets)
    found = [*planned.found, *check_program(program)]
    if not has_errors(found):
        found += [*planned.if_sound, *runbooks.check_templates(program, planned.templates)]
    found += planned.of_templates
    return Compilation(
        None if has_errors(found) else program, tuple(in_reading_order(found)), planned.templates
    )


def check_program(program: Program) -> Iterator[Diagnostic]:
    """What is wrong with a program, and with what targets are to take of it."""
    for check in (*RULE_CHECKS, *NOTIFICATION_CHECKS, *(target.check for target in _targets(program))):
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
    _, unplanned = _plan(slos, lambda _: None)
    return unresolved + unplanned


def _read(
    sources: Sources, progress: Callable[[str], None]
) -> tuple[list[Spec], Defaults | None, Receivers | None, list[Diagnostic]]:
    foreign = [source for source in sources.specs if is_foreign(source.content)]
    specs, found = _imported(foreign)
    for source in sources.specs:
        if source in foreign:
            continue
        progress(source.path)
        spec = _read_one(read_spec, source, found) or read_sound_slos(source.path, source.content)
        specs += [spec] if spec is not None else []
    defaults = Defaults() if sources.defaults is None else _read_one(read_defaults, sources.defaults, found)
    receivers = _read_one(read_receivers, sources.receivers, found)
    return specs, defaults, receivers, found


def _imported(foreign: Sequence[Source]) -> tuple[list[Spec], list[Diagnostic]]:
    """The specs of other tools. An SLO that has no counterpart would be left out of what is watched."""
    if not foreign:
        return [], []
    from slo_compiler.importers.dialects import import_files  # noqa: PLC0415  as above
    from slo_compiler.importers.telling import SLO_LOST, as_errors  # noqa: PLC0415

    trees, told = import_files((source.path, source.content) for source in foreign)
    found = as_errors(told, SLO_LOST)
    specs = []
    for tree in trees:
        spec = spec_of(tree.root)
        if isinstance(spec, list):
            found += spec
        else:
            specs.append(spec)
    return specs, found


def _read_one(
    read: Callable[[str, bytes], Value | list[Diagnostic]], source: Source | None, found: list[Diagnostic]
) -> Value | None:
    """The value of a file; None where there is no file, or where it has problems, which are added."""
    if source is None:
        return None
    value = read(source.path, source.content)
    if isinstance(value, list):
        found += value
        return None
    return value


def _plan(slos: Sequence[Slo], progress: Callable[[str], None]) -> tuple[list[Plan], list[Diagnostic]]:
    plans: list[Plan] = []
    found: list[Diagnostic] = []
    for slo in slos:
        progress(slo.id)
        made, problems = plan(slo)
        problems += [problem for check in SLO_CHECKS for problem in check(slo)]
        found += problems
        if made is not None and not has_errors(problems):
            plans.append(made)
    return plans, found


def _watch(
    specs: Sequence[Spec], slos: Sequence[Slo], plans: Sequence[Plan], defaults: Defaults
) -> tuple[list[Watched], list[Diagnostic]]:
    """The services of machine learning with their plans; those with errors are left out."""
    sound = []
    found: list[Diagnostic] = []
    plans_of = defaultdict(list)
    for each in plans:
        plans_of[each.slo.service].append(each)
    for service in resolve_services(specs, slos, defaults):
        problems = [problem for check in SERVICE_CHECKS for problem in check(service)]
        found += problems
        if not has_errors(problems):
            sound.append(Watched(service, tuple(plans_of[service.name])))
    return sound, found


def _nobody_told(specs: Sequence[Spec]) -> Iterator[Diagnostic]:
    for first in specs[:1]:
        yield warning(
            Position(first.position.path),
            "owner/no-receivers",
            "there is no receivers.yaml beside the specs: no Alertmanager configuration is written, and "
            "nothing says that these alerts reach anybody",
        )
