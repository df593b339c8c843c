"""The whole output as values: rule files, and what Alertmanager is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import NamedTuple, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model.receivers import Receivers
from slo_compiler.model.subject import Subject
from slo_compiler.model.targets import Targets
from slo_compiler.rules import names
from slo_compiler.rules.adapting import AdaptedGroup
from slo_compiler.rules.inhibition import InhibitRule
from slo_compiler.rules.ir import AlertingRule, Group, RuleFile
from slo_compiler.rules.lower import lower
from slo_compiler.rules.matchers import Labels
from slo_compiler.rules.notification import Notification, notify
from slo_compiler.rules.signals.signal import LoweredSignal
from slo_compiler.rules.signals.watched import Watched
from slo_compiler.rules.traits import traits_of


class LoweredSlo(Struct, frozen=True):
    """A plan and the groups it became."""

    plan: Plan
    groups: tuple[Group, ...]

    @property
    def subject(self) -> Subject:
        """The SLO, as what its alerts are about."""
        return self.plan.slo.subject

    def alerts(self) -> Iterator[AlertingRule]:
        """The SLO's alerts, in the order of their rules."""
        return (rule for group in self.groups for rule in group.rules if isinstance(rule, AlertingRule))


Lowered: TypeAlias = LoweredSlo | LoweredSignal


class Labelled(NamedTuple):
    """An alert with what it is about, and the labels that Alertmanager sees."""

    subject: Subject
    alert: AlertingRule
    labels: Labels


class Program(Struct, frozen=True, dict=True):
    """What a set of specs compiles to. Without receivers there is nothing to tell Alertmanager."""

    slos: tuple[LoweredSlo, ...]
    notification: Notification | None
    signals: tuple[LoweredSignal, ...] = ()
    adapted: tuple[AdaptedGroup, ...] = ()
    watched: tuple[Watched, ...] = ()
    """The services of machine learning that the signals are of."""
    targets: Targets = field(default_factory=Targets)
    """What files are written for, beside those for Prometheus."""

    @property
    def inhibit_rules(self) -> tuple[InhibitRule, ...]:
        """What holds back what; nothing does where Alertmanager is told nothing."""
        return self.notification.inhibit_rules if self.notification is not None else ()

    @property
    def lowered(self) -> tuple[Lowered, ...]:
        """The SLOs and then the signals, each with its groups."""
        return (*self.slos, *self.signals)

    @property
    def rule_files(self) -> Iterator[RuleFile]:
        """One file a service, its SLOs in the order of the spec, then its signals; one for all adapters."""
        of_services = sorted(self.lowered, key=_service)
        for service, lowered in groupby(of_services, key=_service):
            yield RuleFile(service, tuple(group for each in lowered for group in each.groups))
        if self.adapted:
            yield RuleFile(names.ADAPTERS_FILE, tuple(each.group for each in self.adapted))

    def alerts(self) -> Iterator[tuple[Subject, AlertingRule]]:
        """Every alert with what it is about."""
        for lowered in self.lowered:
            subject = lowered.subject
            yield from ((subject, alert) for alert in lowered.alerts())

    @cached_property
    def labelled(self) -> tuple[Labelled, ...]:
        """The same alerts with their labels, which more than one check asks for."""
        return tuple(Labelled(subject, alert, alert_labels(alert)) for subject, alert in self.alerts())


def build(
    plans: Sequence[Plan],
    watched: Sequence[Watched],
    receivers: Receivers | None,
    adapted: tuple[AdaptedGroup, ...] = (),
    targets: Targets | None = None,
) -> Program:
    """The program of plans and of services of machine learning that have passed their checks."""
    outlined = outline(plans, watched, receivers, adapted, targets)
    return replace(outlined, slos=tuple(map(lowered_slo, plans)))


def lowered_slo(plan: Plan) -> LoweredSlo:
    """The plan with its rules."""
    return LoweredSlo(plan, lower(plan))


def outline(
    plans: Sequence[Plan],
    watched: Sequence[Watched],
    receivers: Receivers | None,
    adapted: tuple[AdaptedGroup, ...] = (),
    targets: Targets | None = None,
) -> Program:
    """What ``build`` makes of them, but for the rules of SLOs, which are most of it and need no other's."""
    signals = tuple(signal for each in watched for signal in _signals(each))
    services = [each.service for each in watched]
    alerts = [alert for signal in signals for alert in signal.alerts()]
    return Program(
        slos=tuple(LoweredSlo(plan, ()) for plan in plans),
        notification=notify(receivers, traits_of(plans, services, alerts)) if receivers is not None else None,
        signals=signals,
        adapted=adapted,
        watched=tuple(watched),
        targets=targets or Targets(),
    )


def _signals(watched: Watched) -> Iterator[LoweredSignal]:
    # Most services are of no model, and wait for none of what is watched of one.
    from slo_compiler.rules.signals.lower_signals import lower_signals  # noqa: PLC0415

    return lower_signals(watched)


def alert_labels(alert: AlertingRule) -> Labels:
    """The labels that Alertmanager sees; None where only Prometheus knows the value."""
    known = {**alert.labels, "alertname": alert.alert}
    return {**dict.fromkeys(alert.run_time_labels), **known} if alert.run_time_labels else known


def _service(lowered: Lowered) -> str:
    return lowered.subject.service
