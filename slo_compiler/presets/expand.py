"""A preset in an indicator's place becomes an ordinary indicator, so that no later stage knows of presets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from slo_compiler.diagnostics import Diagnostic, error, nearest
from slo_compiler.model.defaults import Defaults
from slo_compiler.model.preset import PresetUse
from slo_compiler.model.spec import SloSpec, Spec
from slo_compiler.model.system import Refusal, parse_release
from slo_compiler.presets.library import nearest_preset, preset_named, system_named, system_names


def expand_presets(specs: Sequence[Spec], defaults: Defaults) -> tuple[list[Spec], list[Diagnostic]]:
    """The specs with ordinary indicators, and what is wrong with the presets that stay as they are."""
    found: list[Diagnostic] = []
    expanded = []
    for spec in specs:
        found += unknown_systems(spec)
        systems = {**defaults.systems, **spec.systems}
        slos = []
        for slo in spec.slos:
            whole = _expanded(slo, systems, defaults.target)
            found += whole if isinstance(whole, list) else []
            slos.append(slo if isinstance(whole, list) else whole)
        expanded.append(replace(spec, slos=tuple(slos)))
    return expanded, found


def unknown_systems(said_by: Spec | Defaults) -> Iterator[Diagnostic]:
    """Releases of systems that the library does not know."""
    for name in said_by.systems:
        if name not in system_names():
            near = nearest(name, system_names())
            advice = f"did you mean {near}?" if near else "slo-compiler presets lists those that are known"
            message = f"there is no system {name}, so that its release has no effect; {advice}"
            yield error(said_by.locate("systems", name, "[key]"), "preset/system", message)


def _expanded(slo: SloSpec, systems: Mapping[str, str], target: str) -> SloSpec | list[Diagnostic]:
    """The SLO with an ordinary indicator, on the surface of the preset where the spec names none."""
    use = slo.indicator
    if not isinstance(use, PresetUse):
        return slo
    from slo_compiler.presets.indicator import indicator_of  # noqa: PLC0415  few SLOs are out of the library

    preset = preset_named(use.preset)
    if preset is None:
        return [_unknown(use)]
    if isinstance(preset, Refusal):
        return [error(use.position, "preset/refused", f"{preset.id}: {preset.reason}")]
    system = system_named(preset.id.partition("/")[0])
    own = {system.name: use.release} if use.release else {}
    said = {**systems, **own}.get(system.name)
    indicator = indicator_of(use, preset, system, None if said is None else parse_release(said), target)
    if isinstance(indicator, list):
        return indicator
    return replace(slo, indicator=indicator, surface=slo.surface or preset.surface, systems=own)


def _unknown(use: PresetUse) -> Diagnostic:
    near = nearest_preset(use.preset)
    advice = f"did you mean {near}?" if near else "slo-compiler presets lists those there are"
    return error(use.position, "preset/unknown", f"there is no preset {use.preset}; {advice}")
