"""A signal: what a service watches beside its SLOs, and the rule groups it became."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from slo_compiler.model.subject import Subject
from slo_compiler.rules.ir import AlertingRule, Group


class LoweredSignal(Struct, frozen=True):
    """What alerts are about beside burning budgets, such as a drift, and its groups.

    The subject may also be an SLO, to which it then adds groups.
    """

    subject: Subject
    groups: tuple[Group, ...]

    def alerts(self) -> Iterator[AlertingRule]:
        """The signal's alerts, in the order of their rules."""
        return (rule for group in self.groups for rule in group.rules if isinstance(rule, AlertingRule))
