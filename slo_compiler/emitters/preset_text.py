"""Presets as Markdown and JSON, and the rows and facts that a terminal shows too."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

import msgspec

from slo_compiler.emitters.preset_card import MetricCard, PresetCard, SystemCard

Row: TypeAlias = tuple[str, ...]

LIST: Final = ("preset", "kind", "surface", "what it promises")
PARAMETERS: Final = ("parameter", "value", "default", "meaning")


def rows(presets: Iterable[PresetCard]) -> Iterator[Row]:
    """One row a preset, under ``LIST``; a refused one says so in the place of its kind."""
    for preset in presets:
        yield preset.id, "refused" if preset.refused else preset.kind, preset.surface, preset.description


def parameter_rows(preset: PresetCard) -> Iterator[Row]:
    """One row a parameter, under ``PARAMETERS``."""
    for parameter in preset.parameters:
        yield parameter.name, parameter.type, parameter.default, parameter.description


def facts(preset: PresetCard) -> Iterator[tuple[str, str]]:
    """What is to be said of a preset, each under a name, in the order in which a reader needs it."""
    yield "kind", f"{preset.kind}, on the {preset.surface} surface"
    yield "releases", preset.releases
    yield from preset.queries
    for metric in preset.metrics:
        yield from _metric_facts(metric)
    for prerequisite in preset.prerequisites:
        yield "needs", prerequisite
    for caveat in preset.caveats:
        yield "beware", caveat


def system_facts(system: SystemCard) -> Iterator[tuple[str, str]]:
    """What holds for all presets of a system."""
    yield from (("needs", prerequisite) for prerequisite in system.prerequisites)
    yield from (("beware", caveat) for caveat in system.caveats)


def _metric_facts(metric: MetricCard) -> Iterator[tuple[str, str]]:
    unit = f" in {metric.unit}" if metric.unit else ""
    aggregated = f"; added up over {metric.aggregated}" if metric.aggregated else ""
    survivors = "; successful requests only" if metric.success_only else ""
    born = "A series is born with its first event, which is not seen as an increase."
    what = f"{metric.name}, a {metric.type}{unit}{survivors}{aggregated}."
    said = (what, metric.description, born if metric.zero_initialised == "no" else "")
    yield "reads", " ".join(filter(None, said))
    if metric.bounds:
        yield "buckets", metric.bounds


def as_json(systems: Sequence[SystemCard]) -> str:
    """The systems as JSON: a list of objects with the fields of ``SystemCard``."""
    return (
        json.dumps([msgspec.to_builtins(system) for system in systems], indent=2, ensure_ascii=False) + "\n"
    )


def as_index(systems: Sequence[SystemCard]) -> str:
    """A Markdown table of all presets."""
    return "\n".join(_table(LIST, (row for system in systems for row in rows(system.presets)))) + "\n"


def as_markdown(system: SystemCard) -> str:
    """A Markdown page on a system: what holds for all of it, and a section a preset."""
    lines = [
        f"# {system.title}",
        "",
        f"{system.description} As of {system.read_from}.",
        "",
        *_listed("What it needs", system.prerequisites),
        *_listed("What to beware of", system.caveats),
        *_table(LIST, rows(system.presets)),
        "",
        *(line for preset in system.presets for line in _section(preset)),
        *_listed("Sources", system.sources),
    ]
    return "\n".join(lines)


def preset_markdown(preset: PresetCard) -> str:
    """A section on one preset."""
    return "\n".join(_section(preset))


def example_slo(preset: PresetCard) -> str:
    """An SLO for the list ``slos`` of a spec, as YAML."""
    name = preset.id.partition("/")[2]
    return f"- name: {name}\n  objective: 99%\n  indicator: {preset.example}\n"


def _section(preset: PresetCard) -> Iterator[str]:
    yield from (f"## {preset.id}", "", preset.description, "")
    if preset.refused:
        yield from (f"Refused: {preset.refused}.", "")
        return
    yield from ("```yaml slo", *example_slo(preset).splitlines(), "```", "")
    yield from (*_table(PARAMETERS, parameter_rows(preset)), "")
    yield from (f"* {name}: {_text(name, text)}" for name, text in facts(preset))
    yield ""


def _text(name: str, text: str) -> str:
    is_promql = name.partition(" ")[0] in ("bad", "good", "total", "histogram", "gauge", "timestamp")
    return f"`{text}`" if is_promql else text


def _listed(heading: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield from (f"{heading}:", "", *(f"* {item}" for item in items), "")


def _table(columns: Row, rows: Iterable[Row]) -> Iterator[str]:
    return (_row(cells) for cells in (columns, ("---",) * len(columns), *rows))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
