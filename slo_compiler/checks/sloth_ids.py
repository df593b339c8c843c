"""Whether SLOs that bear Sloth's names can be told apart by them: its ids join two names with a hyphen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.model.defaults import Defaults, Naming
from slo_compiler.resolve.outline import Outline
from slo_compiler.rules.sloth_naming import sloth_id


def check_sloth_ids(outlines: Sequence[Outline], defaults: Defaults) -> Iterator[Diagnostic]:
    """SLOs whose Sloth id is that of another one."""
    if defaults.naming is not Naming.SLOTH:
        return
    first: dict[str, str] = {}
    for spec in sorted(outlines, key=lambda each: each.service):
        for slo in spec.slos:
            id_, sloths = f"{spec.service}:{slo.name}", sloth_id(spec.service, slo.name)
            other = first.setdefault(sloths, id_)
            if other != id_:
                yield error(
                    slo.position,
                    "spec/sloth-id",
                    f"{id_} and {other} are both {sloths} to Sloth's dashboards, which would join "
                    "the series of one with those of the other; rename one, or leave out naming: sloth",
                )
