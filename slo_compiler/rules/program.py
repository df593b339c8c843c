"""The whole output as values: rule files, and what Alertmanager is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.receivers import Receivers
from slo_compiler.model.slo import Slo
from slo_compiler.rules.ir import AlertingRule, Group, RuleFile
from slo_compiler.rules.lower import lower
from slo_compiler.rules.matchers import Labels
from slo_compiler.rules.notification import Notification, notify


@dataclass(frozen=True, slots=True)
class LoweredSlo:
    """A plan and the groups it became."""

    plan: Plan
    groups: tuple[Group, ...]

    def alerts(self) -> Iterator[AlertingRule]:
        """The SLO's alerts, in the order of their rules."""
        for group in self.groups:
            yield from (rule for rule in group.rules if isinstance(rule, AlertingRule))


@dataclass(frozen=True, slots=True)
class Program:
    """What a set of specs compiles to. Without receivers there is nothing to tell Alertmanager."""

    slos: tuple[LoweredSlo, ...]
    notification: Notification | None

    @property
    def rule_files(self) -> Iterator[RuleFile]:
        """One file a service, its SLOs in the order of the spec."""
        for service, lowered in groupby(self.slos, key=lambda lowered: lowered.plan.slo.service):
            yield RuleFile(service, tuple(group for each in lowered for group in each.groups))

    def alerts(self) -> Iterator[tuple[Slo, AlertingRule]]:
        """Every alert with the SLO it belongs to."""
        return ((lowered.plan.slo, alert) for lowered in self.slos for alert in lowered.alerts())


def build(plans: Sequence[Plan], receivers: Receivers | None) -> Program:
    """The program of plans that have passed their checks; plans of a service stand together."""
    return Program(
        slos=tuple(LoweredSlo(plan, lower(plan)) for plan in plans),
        notification=notify(receivers, plans) if receivers is not None else None,
    )


def alert_labels(alert: AlertingRule) -> Labels:
    """The labels that Alertmanager sees; None where only Prometheus knows the value."""
    return {**dict.fromkeys(alert.run_time_labels), **alert.labels, "alertname": alert.alert}
