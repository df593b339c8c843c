"""Limits of rulers that several have: rules a group, and groups altogether."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from slo_compiler.diagnostics import Diagnostic, Position, error
from slo_compiler.targets.placed import Placed
from slo_compiler.targets.target import LIMIT


class GroupLimits(Struct, frozen=True):
    """What a ruler takes, how it calls these limits itself, and where they are said."""

    target: str
    rules_per_group: int
    rules_called: str
    groups: int
    groups_called: str
    position: Position


def check_groups(groups: Sequence[Placed], limits: GroupLimits) -> Iterator[Diagnostic]:
    """Groups with too many rules, each at its SLO, and too many groups, at the settings of the target."""
    for placed in groups:
        rules = len(placed.group.rules)
        if rules > limits.rules_per_group:
            yield error(
                placed.position,
                LIMIT,
                f"the group {placed.group.name} has {rules} rules, and {limits.target} takes "
                f"{limits.rules_per_group} ({limits.rules_called}): it would refuse the group, and none of "
                f"its {sum(1 for _ in placed.alerts)} alerts could fire; raise the limit there and write it "
                f"as targets.{limits.target}.rules_per_group: {rules}, or ask for fewer tiers",
            )
    if len(groups) > limits.groups:
        yield error(
            limits.position,
            LIMIT,
            f"these specs compile to {len(groups)} rule groups, and {limits.target} takes {limits.groups} "
            f"({limits.groups_called}): it would refuse the last {len(groups) - limits.groups}, with their "
            f"alerts; raise the limit there and write it as targets.{limits.target}.groups: {len(groups)}",
        )
