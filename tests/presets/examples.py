"""Every preset, as its own example says to use it and once more for each earlier release, as specs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import yaml

from slo_compiler.emitters.preset_card import preset_card
from slo_compiler.emitters.preset_text import example_slo
from slo_compiler.model.system import Preset, format_release
from slo_compiler.presets.library import system_named, system_names
from tests.compiling import Document

OWNERS: Final = {"serving": "platform", "data": "platform", "model": "platform"}


def presets() -> Iterator[tuple[str, Preset]]:
    """All presets that are offered, each with the name of its system."""
    for name in system_names():
        for preset in system_named(name).presets.values():
            if isinstance(preset, Preset):
                yield name, preset


PRESETS: Final = {preset.id: preset for _, preset in presets()}


def example_of(preset: Preset) -> dict[str, Any]:
    """The SLO that the preset's page shows."""
    card = preset_card(preset, system_named(preset.id.partition("/")[0]))
    (slo,) = yaml.safe_load(example_slo(card))
    assert isinstance(slo, dict)
    return slo


def slos_of(preset: Preset) -> Iterator[dict[str, Any]]:
    """The example, and the same for each earlier variant."""
    slo = example_of(preset)
    yield slo
    for variant in preset.earlier:
        *above, last = variant.before
        release = ".".join(map(str, (*above, last - 1)))
        before = format_release(variant.before).replace(".", "-")
        indicator = {**slo["indicator"], "release": release}
        yield {**slo, "name": f"{slo['name']}-before-{before}", "indicator": indicator}


def specs() -> list[Document]:
    """A spec a system with all its presets."""
    return [
        {
            "apiVersion": "slo-compiler/v1",
            "service": name,
            "owners": OWNERS,
            "slos": [slo for system, preset in presets() if system == name for slo in slos_of(preset)],
        }
        for name in system_names()
    ]
