"""Each rule group with what it is about and where a spec speaks of it, for files and for complaints."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from slo_compiler.diagnostics import Position
from slo_compiler.rules import names
from slo_compiler.rules.ir import AlertingRule, Group
from slo_compiler.rules.program import Program


class Placed(Struct, frozen=True):
    """A rule group of an SLO, a signal or an adapter."""

    file: str
    """The name of its rule file: that of its service, or that of all adapters."""
    id: str
    """What it is about: the id of an SLO or signal, or the name of its group."""
    group: Group
    position: Position

    @property
    def alerts(self) -> Iterator[AlertingRule]:
        """Its alerts."""
        return (rule for rule in self.group.rules if isinstance(rule, AlertingRule))


def placed_groups(program: Program) -> tuple[Placed, ...]:
    """All groups, in the order of the rule files."""
    known = {
        group.name: (lowered.subject.id, lowered.subject.position)
        for lowered in program.lowered
        for group in lowered.groups
    }
    known |= {each.group.name: (each.group.name, each.position) for each in program.adapted}
    return tuple(
        Placed(file.name, *_first(known[group.name], group))
        for file in program.rule_files
        for group in file.groups
    )


def _first(known: tuple[str, Position], group: Group) -> tuple[str, Group, Position]:
    return known[0], group, known[1]


def namespace_of(file: str, prefix: str = "slo-") -> str:
    """The name of a rule file's namespace or manifest; with its dot, that of adapters is no service's."""
    return f"{prefix}{file}" if file != names.ADAPTERS_FILE else f"{prefix.rstrip('-')}.adapters"
