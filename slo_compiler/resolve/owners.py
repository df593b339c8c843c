"""Who answers for each surface of a service: whom its spec names, or else the defaults."""

from __future__ import annotations

from slo_compiler.model.defaults import Defaults
from slo_compiler.model.service import Owner
from slo_compiler.model.spec import Spec
from slo_compiler.model.surface import Surface


def owners_of(spec: Spec, defaults: Defaults) -> dict[Surface, Owner]:
    """The owners of surfaces, each with where it is named."""
    return {
        surface: Owner(owner, layer.locate("owners", surface.value))
        for layer in (defaults, spec)
        for surface, owner in layer.owners.items()
    }
