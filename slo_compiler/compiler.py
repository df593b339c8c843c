"""The pipeline from texts to artefacts: read, expand, resolve, plan, check, lower, check, emit. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias, TypeVar

from slo_compiler.adapters.choose import choose
from slo_compiler.burnrate.plan import Plan, plan
from slo_compiler.checks.adding_up import check_adding_up
from slo_compiler.checks.catalogue import check_catalogue, check_catalogue_of_signals
from slo_compiler.checks.counting import check_counting
from slo_compiler.checks.delivery import check_delivery
from slo_compiler.checks.drifts import check_drifts
from slo_compiler.checks.expressions import check_expressions
from slo_compiler.checks.gaps import check_gaps
from slo_compiler.checks.group_wait import check_group_wait
from slo_compiler.checks.grouping import check_grouping
from slo_compiler.checks.guards import check_guards
from slo_compiler.checks.inhibition import check_inhibition
from slo_compiler.checks.many_metrics import check_many_metrics, check_many_metrics_of_signals
from slo_compiler.checks.retention import check_retention
from slo_compiler.checks.rules import check_rules
from slo_compiler.checks.serving import check_serving
from slo_compiler.checks.sloth_ids import check_sloth_ids
from slo_compiler.checks.survivors import check_survivors
from slo_compiler.checks.tiers import check_tiers
from slo_compiler.diagnostics import Diagnostic, Position, has_errors, in_reading_order, note, warning
from slo_compiler.emitters import alertmanager, prometheus, promtool
from slo_compiler.emitters.artifact import Artifact
from slo_compiler.emitters.runbooks import render as runbooks
from slo_compiler.emitters.runbooks.templates import Override
from slo_compiler.importers.assemble import NativeSpec
from slo_compiler.importers.dialects import import_files, is_foreign
from slo_compiler.importers.telling import SLO_LOST, as_errors
from slo_compiler.model.defaults import Defaults
from slo_compiler.model.receivers import Receivers
from slo_compiler.model.service import Service
from slo_compiler.model.slo import Slo
from slo_compiler.model.spec import Spec
from slo_compiler.model.surface import Surface
from slo_compiler.presets.expand import expand_presets
from slo_compiler.resolve.services import resolve_services
from slo_compiler.resolve.slos import resolve
from slo_compiler.rules.adapting import adapt
from slo_compiler.rules.program import Program, build
from slo_compiler.rules.signals.watched import Watched
from slo_compiler.schema.read import read_defaults, read_receivers, read_sound_slos, read_spec, spec_of
from slo_compiler.sources import Source, Sources
from slo_compiler.targets.registry import TARGETS
from slo_compiler.targets.target import Emitter

Value = TypeVar("Value")

SloCheck: TypeAlias = Callable[[Slo], Iterator[Diagnostic]]
ServiceCheck: TypeAlias = Callable[[Service], Iterator[Diagnostic]]
ServicesCheck: TypeAlias = Callable[[Sequence[Slo]], Iterator[Diagnostic]]
ProgramCheck: TypeAlias = Callable[[Program], Iterator[Diagnostic]]

SLO_CHECKS: Final[tuple[SloCheck, ...]] = (
    check_expressions,
    check_adding_up,
    check_gaps,
    check_counting,
    check_many_metrics,
    check_grouping,
    check_tiers,
    check_catalogue,
)
SERVICE_CHECKS: Final[tuple[ServiceCheck, ...]] = (
    check_drifts,
    check_guards,
    check_serving,
    check_many_metrics_of_signals,
    check_catalogue_of_signals,
)
SERVICES_CHECKS: Final[tuple[ServicesCheck, ...]] = (check_survivors, check_sloth_ids)
PROGRAM_CHECKS: Final[tuple[ProgramCheck, ...]] = (
    check_rules,
    check_retention,
    check_delivery,
    check_inhibition,
    check_group_wait,
    *(target.check for target in TARGETS.values()),
)
EMITTERS: Final[tuple[Emitter, ...]] = (
    prometheus.emit,
    promtool.emit,
    alertmanager.emit,
    *(target.emit for target in TARGETS.values()),
)


@dataclass(frozen=True, slots=True)
class Compilation:
    """What came out: without errors a program, and always everything there is to say."""

    program: Program | None
    diagnostics: tuple[Diagnostic, ...]
    templates: tuple[Override, ...] = ()
    """The user's own templates of runbooks."""

    def artifacts(self) -> Iterator[Artifact]:
        """The files to write: none when there was an error."""
        if self.program is not None:
            for emit in EMITTERS:
                yield from emit(self.program)
            yield from runbooks.emit(self.program, self.templates)
            # Only who writes files waits for Grafana's library.
            from slo_compiler.emitters.grafana.dashboard import emit as emit_dashboards  # noqa: PLC0415

            yield from emit_dashboards(self.program)


def compile_sources(sources: Sources, *, progress: Callable[[str], None] = lambda _: None) -> Compilation:
    """Everything from texts to a checked program.

    Args:
        sources: the files.
        progress: told the name of each file and SLO as it is taken up.
    """
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
    program = build(plans, services, receivers, adapt(adapters, defaults), targets)
    found += [problem for check in PROGRAM_CHECKS for problem in check(program)]
    if receivers is None and specs and not has_errors(found):
        found.append(_nobody_told(specs))
    templates, unwritable = _templates(sources, program, sound=not has_errors(found))
    found += unwritable
    sound = None if has_errors(found) else program
    return Compilation(sound, tuple(in_reading_order(found)), templates)


def import_sources(
    sources: Sequence[Source], *, owner: str | None = None
) -> tuple[list[NativeSpec], list[Diagnostic]]:
    """The specs of other tools as specs of ours, and everything there is to say of them.

    Args:
        sources: the files of other tools; of ours none is read.
        owner: who answers for services of which no file says it.
    """
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
    for service in resolve_services(specs, slos, defaults):
        problems = [problem for check in SERVICE_CHECKS for problem in check(service)]
        found += problems
        if not has_errors(problems):
            sound.append(Watched(service, tuple(each for each in plans if each.slo.service == service.name)))
    return sound, found


def _templates(
    sources: Sources, program: Program, *, sound: bool
) -> tuple[tuple[Override, ...], list[Diagnostic]]:
    """The templates of the user, and what is wrong with them: that is seen when all pages are written."""
    overrides, found = runbooks.read_templates((source.path, source.content) for source in sources.templates)
    if sound and overrides:
        found += runbooks.check_templates(program, overrides)
    return overrides, found


def _nobody_told(specs: Iterable[Spec]) -> Diagnostic:
    place = Position(next(iter(specs)).position.path)
    return warning(
        place,
        "owner/no-receivers",
        "there is no receivers.yaml beside the specs: no Alertmanager configuration is written, and nothing "
        "says that these alerts reach anybody",
    )
