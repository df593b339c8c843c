"""Who is told of an alert: the routing tree by owner and severity, and which alerts hold others back.

Routes come from the receivers alone, not from the SLOs: adding an SLO changes nobody's way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from slo_compiler.model import labels
from slo_compiler.model.alerting import Severity
from slo_compiler.model.receivers import OfficeHours, Receiver, Receivers
from slo_compiler.model.role import Role
from slo_compiler.promql.quote import quote_regex
from slo_compiler.rules.holding_back import guard_rules
from slo_compiler.rules.inhibition import InhibitRule
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.matchers import Matcher
from slo_compiler.rules.proofs import Proofs
from slo_compiler.rules.routing import Route, Ways
from slo_compiler.rules.traits import Traits
from slo_compiler.rules.triage import triage_rules

FALLBACK = "fallback"
"""The receiver of what is no alert of ours."""

NOBODY = "nobody"
"""The receiver of guards, which only hold back others."""

OFFICE_HOURS = "slo-office-hours"

_GUARD = Role.GUARD.value


class Notification(Struct, frozen=True, dict=True):
    """Everything that Alertmanager is told.

    ``receivers`` maps each receiver's name to its integrations, None for one that discards.
    """

    tree: Route
    receivers: Mapping[str, Receiver | None]
    inhibit_rules: tuple[InhibitRule, ...]
    office_hours: OfficeHours | None
    settings: Receivers

    @cached_property
    def ways(self) -> Ways:
        """Those through the tree."""
        return Ways(self.tree)

    @cached_property
    def proofs(self) -> Proofs:
        """Those of the inhibit rules."""
        return Proofs(self.inhibit_rules)


def notify(receivers: Receivers, traits: Traits) -> Notification:
    """The routes to all receivers, and the inhibitions between alerts.

    Args:
        receivers: how each owner is reached.
        traits: those of all SLOs and signals.
    """
    external = sorted(traits.external)
    guarded = bool(traits.guards)
    return Notification(
        tree=Route(
            receiver=FALLBACK,
            routes=(
                *([_guard_route()] if guarded else []),
                _routes_of(labels.SLO_ID, labels.IDENTITY, receivers, external),
                *(
                    [_routes_of(labels.SIGNAL_ID, labels.OF_SIGNALS, receivers, external)]
                    if traits.signals
                    else []
                ),
            ),
        ),
        receivers={
            FALLBACK: receivers.fallback,
            **({NOBODY: None} if guarded else {}),
            **_named_receivers(receivers),
        },
        inhibit_rules=inhibitions(traits),
        office_hours=receivers.office_hours,
        settings=receivers,
    )


def inhibitions(traits: Traits) -> tuple[InhibitRule, ...]:
    """Which alerts hold others back: of the same SLO, by triage, and the guards."""
    return (*inhibit_rules(traits), *triage_rules(traits), *guard_rules(traits))


def receiver_name(owner: str, severity: Severity) -> str:
    """The name of the receiver that reaches an owner for a severity."""
    return f"{owner}-{severity.value}"


def receiver_of(alert: AlertingRule) -> str:
    """The receiver that an alert is for: its owner's, or nobody's where it only holds back others."""
    if alert.labels.get(labels.ROLE) == _GUARD:
        return NOBODY
    return receiver_name(alert.labels[labels.OWNER], Severity(alert.labels[labels.SEVERITY]))


def inhibit_rules(traits: Traits) -> Iterator[InhibitRule]:
    """A page holds back the ticket of the same SLO, and a faster tier the slower ones of its severity.

    But nothing that is about security, not even of the same SLO.
    """
    equal = (labels.SLO_ID, *sorted(traits.grouped | traits.external))
    burns = Matcher(labels.BURN_TIER, "!=", "")
    heard = (Matcher(labels.ROLE, "!=", Role.SECURITY.value),) if traits.security else ()
    yield InhibitRule(
        name="page over ticket",
        source=(burns, Matcher(labels.SEVERITY, "=", Severity.PAGE.value)),
        target=(burns, Matcher(labels.SEVERITY, "=", Severity.TICKET.value), *heard),
        equal=equal,
    )
    slower_than = defaultdict(list)
    for severity, faster, slower in sorted(traits.slower):
        slower_than[severity, faster].append(slower)
    for (severity, faster), slow in slower_than.items():
        same_severity = Matcher(labels.SEVERITY, "=", severity)
        yield InhibitRule(
            name=f"{faster} over slower tiers",
            source=(Matcher(labels.BURN_TIER, "=", faster), same_severity),
            target=(
                Matcher(labels.BURN_TIER, "=~", "|".join(map(quote_regex, slow))),
                same_severity,
                *heard,
            ),
            equal=equal,
        )


def _guard_route() -> Route:
    return Route(receiver=NOBODY, matchers=(Matcher(labels.ROLE, "=", _GUARD),))


def _routes_of(
    id_label: str, identity: Sequence[str], receivers: Receivers, external_labels: Iterable[str]
) -> Route:
    """The branch of the tree for alerts of all SLOs or of all signals."""
    grouping = receivers.grouping
    return Route(
        matchers=(Matcher(id_label, "!=", ""),),
        group_by=(*identity, *external_labels),
        group_wait=grouping.group_wait,
        group_interval=grouping.group_interval,
        routes=tuple(_owner_routes(receivers)),
    )


def _owner_routes(receivers: Receivers) -> Iterator[Route]:
    hours = (OFFICE_HOURS,) if receivers.office_hours else ()
    for owner, contact in sorted(receivers.owners.items()):
        for severity in Severity:
            if contact.receiver(severity) is not None:
                pages = severity is Severity.PAGE
                yield Route(
                    receiver=receiver_name(owner, severity),
                    matchers=(
                        Matcher(labels.OWNER, "=", owner),
                        Matcher(labels.SEVERITY, "=", severity.value),
                    ),
                    repeat_interval=(
                        receivers.grouping.repeat_page if pages else receivers.grouping.repeat_ticket
                    ),
                    active_time_intervals=() if pages else hours,
                )


def _named_receivers(receivers: Receivers) -> dict[str, Receiver | None]:
    return {
        receiver_name(owner, severity): receiver
        for owner, contact in sorted(receivers.owners.items())
        for severity in Severity
        if (receiver := contact.receiver(severity)) is not None
    }
