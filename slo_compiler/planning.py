"""From the texts of specs to plans, and what is wrong with them; some specs at a time, or all.

What one spec says needs no other but for a few words: whether its service has a spec already, which tiers
there are at all. These are in its outline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct

from slo_compiler.adapters.choose import choose
from slo_compiler.burnrate.plan import Plan, plan
from slo_compiler.checks.registry import SLO_CHECKS, SLOS_CHECKS, SPECS_CHECKS
from slo_compiler.diagnostics import Diagnostic, Position, has_errors, warning
from slo_compiler.emitters.runbooks.render import read_templates
from slo_compiler.emitters.runbooks.templates import Override
from slo_compiler.importers.foreign import is_foreign
from slo_compiler.model.defaults import Defaults
from slo_compiler.model.receivers import Receivers
from slo_compiler.model.slo import Slo
from slo_compiler.model.spec import Spec
from slo_compiler.model.targets import Targets
from slo_compiler.presets.expand import expand_presets, unknown_systems
from slo_compiler.resolve.outline import Outline, check_together, outline
from slo_compiler.resolve.services import resolve_services
from slo_compiler.resolve.slos import resolve
from slo_compiler.rules.adapting import AdaptedGroup, adapt
from slo_compiler.rules.signals.watched import Watched
from slo_compiler.schema.read import read_defaults, read_receivers, read_sound_slos, read_spec, spec_of
from slo_compiler.sources import Source, Sources

Value = TypeVar("Value")


class Shared(Struct, frozen=True):
    """What holds for all specs; what is wrong with it by itself is left out and told."""

    defaults: Defaults
    receivers: Receivers | None
    adapted: tuple[AdaptedGroup, ...]
    targets: Targets
    templates: tuple[Override, ...]
    """The user's own templates of runbooks."""
    found: tuple[Diagnostic, ...]
    of_templates: tuple[Diagnostic, ...]
    """What is wrong with templates of the user, which have nothing to do with what is in the rules."""


class Part(Struct, frozen=True):
    """Some specs, planned; whatever is wrong by itself is left out and told."""

    outlines: tuple[Outline, ...]
    """Those of the specs, in the order in which they were read."""
    plans: tuple[Plan, ...]
    watched: tuple[Watched, ...]
    found: tuple[Diagnostic, ...]


def read_shared(sources: Sources) -> Shared | list[Diagnostic]:
    """What holds for all specs; all there is to say where the defaults are broken.

    By other defaults the specs would be found wrong where they are right. What their texts show is told.
    """
    found: list[Diagnostic] = []
    receivers = _read_one(read_receivers, sources.receivers, found)
    defaults = Defaults() if sources.defaults is None else _read_one(read_defaults, sources.defaults, found)
    if defaults is None:
        _, of_specs = read_specs(sources.specs)
        return [*found, *of_specs]
    found += unknown_systems(defaults)
    adapters, unknown = choose(defaults.adapters)
    found += unknown
    targets = defaults.targets
    if sources.targets is not None:
        targets = targets.only(sources.targets, defaults.position)
    templates, unreadable = read_templates((each.path, each.content) for each in sources.templates)
    return Shared(
        defaults,
        receivers,
        adapt(adapters, defaults),
        targets,
        templates,
        tuple(found),
        tuple(unreadable),
    )


def parts_of(specs: Sequence[Source]) -> list[tuple[Source, ...]]:
    """The files that are planned together: those of other tools, which may refer to each other; else one."""
    foreign = tuple(source for source in specs if is_foreign(source.content))
    own = ((source,) for source in specs if source not in foreign)
    return [*([foreign] if foreign else []), *own]


def plan_part(
    sources: Sequence[Source], shared: Shared, progress: Callable[[str], None] = lambda _: None
) -> Part:
    """The plans of some specs, or of all, and what there is to say of each.

    Args:
        sources: the files.
        shared: what holds for all of them.
        progress: told the name of each file and SLO as it is taken up.
    """
    defaults = shared.defaults
    specs, found = read_specs(sources, progress)
    specs, unexpanded = expand_presets(specs, defaults)
    slos, unresolved = resolve(specs, defaults)
    found += [*unexpanded, *unresolved]
    found += [problem for check in SLOS_CHECKS for problem in check(slos)]
    plans, unplanned = plan_slos(slos, progress)
    services, unwatched = _watch(specs, slos, plans, defaults)
    found += [*unplanned, *unwatched]
    return Part(tuple(_outlines(specs, slos)), tuple(plans), tuple(services), tuple(found))


def problems_together(outlines: Sequence[Outline], shared: Shared) -> Iterator[Diagnostic]:
    """What is wrong with all specs beside each other; ``outlines`` are those of all."""
    yield from check_together(outlines, shared.defaults)
    for check in SPECS_CHECKS:
        yield from check(outlines, shared.defaults)


def nobody_told(outlines: Sequence[Outline], shared: Shared) -> Iterator[Diagnostic]:
    """What is told of sound specs without receivers."""
    if shared.receivers is None:
        for first in outlines[:1]:
            yield warning(
                Position(first.position.path),
                "owner/no-receivers",
                "there is no receivers.yaml beside the specs: no Alertmanager configuration is written, and "
                "nothing says that these alerts reach anybody",
            )


def read_specs(
    sources: Sequence[Source], progress: Callable[[str], None] = lambda _: None
) -> tuple[list[Spec], list[Diagnostic]]:
    """The specs in files, those of other tools first, and what is wrong with their texts and shapes."""
    foreign = [source for source in sources if is_foreign(source.content)]
    specs, found = _imported(foreign)
    for source in sources:
        if source in foreign:
            continue
        progress(source.path)
        spec = _read_one(read_spec, source, found) or read_sound_slos(source.path, source.content)
        specs += [spec] if spec is not None else []
    return specs, found


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


def plan_slos(
    slos: Sequence[Slo], progress: Callable[[str], None] = lambda _: None
) -> tuple[list[Plan], list[Diagnostic]]:
    """The plans of SLOs, and what there is to say of each."""
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
        from slo_compiler.checks.registry_of_models import check_service  # noqa: PLC0415  few are of a model

        problems = list(check_service(service))
        found += problems
        if not has_errors(problems):
            sound.append(Watched(service, tuple(plans_of[service.name])))
    return sound, found


def _outlines(specs: Sequence[Spec], slos: Sequence[Slo]) -> Iterator[Outline]:
    by_place = defaultdict(list)
    for slo in slos:
        by_place[slo.service].append(slo)
    yield from (outline(spec, by_place[spec.service]) for spec in specs)
