"""The class that an SLO names, among those of the defaults."""

from __future__ import annotations

from typing import Final

from slo_compiler.diagnostics import Diagnostic, error, nearest
from slo_compiler.model.defaults import Defaults
from slo_compiler.model.slo_class import SloClass
from slo_compiler.model.spec import SloSpec

_NO_CLASS: Final = SloClass()


def class_of(slo: SloSpec, defaults: Defaults) -> SloClass | Diagnostic:
    """The class of an SLO, one that says nothing where it names none, or what is wrong with the name."""
    if slo.class_ is None:
        return _NO_CLASS
    named = defaults.classes.get(slo.class_)
    if named is not None:
        return named
    by_upper = {name.upper(): name for name in defaults.classes}
    near = nearest(slo.class_.upper(), by_upper)
    advice = f"did you mean {by_upper[near]}?" if near else f"known: {', '.join(defaults.classes)}"
    return error(
        slo.locate("class"),
        "spec/unknown-class",
        f"there is no class {slo.class_}, so that nothing says what {slo.name} inherits; {advice}",
    )
