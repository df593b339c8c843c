"""Whether SLOs that bear Sloth's names can be told apart by them: its ids join two names with a hyphen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.model.slo import Slo
from slo_compiler.rules.sloth_naming import is_asked_for, sloth_id


def check_sloth_ids(slos: Sequence[Slo]) -> Iterator[Diagnostic]:
    """SLOs whose Sloth id is that of another one."""
    first: dict[str, Slo] = {}
    for slo in slos:
        other = first.setdefault(sloth_id(slo), slo)
        if is_asked_for(slo) and other.id != slo.id:
            yield error(
                slo.position,
                "spec/sloth-id",
                f"{slo.id} and {other.id} are both {sloth_id(slo)} to Sloth's dashboards, which would join "
                "the series of one with those of the other; rename one, or leave out naming: sloth",
            )
