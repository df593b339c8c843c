"""A plan as it is, and as it would be with another objective or other tiers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.burnrate.plan import Plan, plan
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.model.alerting import TierRequest
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import Ratio, format_percent

AS_WRITTEN = "as written"


class Variant(Struct, frozen=True):
    """A plan under a name: what is otherwise about it."""

    name: str
    plan: Plan


def variants(
    written: Plan, objectives: Iterable[Ratio], tiers: Iterable[tuple[str, Sequence[TierRequest]]]
) -> tuple[list[Variant], list[Diagnostic]]:
    """The plan as it is written, with each other objective, with each other tiers; and what cannot be.

    Args:
        written: the plan.
        objectives: others to try.
        tiers: others to try, each under a name. They are derived anew for the objective, as defaults are.
    """
    slo = written.slo
    asked = [
        *((format_percent(each), replace(slo, objective=each)) for each in objectives),
        *((name, replace(slo, tiers=tuple(each), tiers_are_authored=False)) for name, each in tiers),
    ]
    found: list[Diagnostic] = []
    made = [Variant(AS_WRITTEN, written)]
    for name, other in asked:
        variant, problems = _planned(name, other)
        found += problems
        made += [variant] if variant else []
    return made, found


def _planned(name: str, slo: Slo) -> tuple[Variant | None, list[Diagnostic]]:
    """The variant; where it cannot be, what is wrong with it, with its name."""
    made, problems = plan(slo)
    if made is not None:
        return Variant(name, made), []
    return None, [replace(each, message=f"with {name}: {each.message}") for each in problems]
