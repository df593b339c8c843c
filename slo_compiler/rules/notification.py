"""Who is told of an alert: the routing tree by owner and severity, and which alerts hold others back.

Routes come from the receivers alone, not from the SLOs: adding an SLO changes nobody's way.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from slo_compiler.burnrate.plan import Plan
from slo_compiler.model import labels
from slo_compiler.model.alerting import Severity
from slo_compiler.model.receivers import OfficeHours, Receiver, Receivers
from slo_compiler.promql.quote import quote_regex
from slo_compiler.rules.inhibition import InhibitRule
from slo_compiler.rules.matchers import Matcher
from slo_compiler.rules.routing import Route

FALLBACK = "fallback"
"""The receiver of what is no alert of an SLO."""

OFFICE_HOURS = "slo-office-hours"


@dataclass(frozen=True, slots=True)
class Notification:
    """Everything that Alertmanager is told.

    ``receivers`` maps each receiver's name to its integrations, None for one that discards.
    ``slos`` is the branch of the tree for alerts of SLOs, ``tree`` the whole of it.
    """

    tree: Route
    slos: Route
    receivers: Mapping[str, Receiver | None]
    inhibit_rules: tuple[InhibitRule, ...]
    office_hours: OfficeHours | None
    settings: Receivers


def notify(receivers: Receivers, plans: Iterable[Plan]) -> Notification:
    """The routes to all receivers, and the inhibitions between the alerts of each SLO."""
    plans = list(plans)
    external = sorted({label for plan in plans for label in plan.slo.external_labels})
    slos = _slo_routes(receivers, external)
    return Notification(
        tree=Route(receiver=FALLBACK, routes=(slos,)),
        slos=slos,
        receivers={FALLBACK: receivers.fallback, **_named_receivers(receivers)},
        inhibit_rules=tuple(inhibit_rules(plans)),
        office_hours=receivers.office_hours,
        settings=receivers,
    )


def receiver_name(owner: str, severity: Severity) -> str:
    """The name of the receiver that reaches an owner for a severity."""
    return f"{owner}-{severity.value}"


def inhibit_rules(plans: Iterable[Plan]) -> Iterator[InhibitRule]:
    """A page holds back the ticket of the same SLO, and a faster tier the slower ones of its severity."""
    plans = list(plans)
    compared = sorted({label for plan in plans for label in (*plan.slo.group_by, *plan.slo.external_labels)})
    equal = (labels.SLO_ID, *compared)
    burns = Matcher(labels.BURN_TIER, "!=", "")
    yield InhibitRule(
        name="page over ticket",
        source=(burns, Matcher(labels.SEVERITY, "=", Severity.PAGE.value)),
        target=(burns, Matcher(labels.SEVERITY, "=", Severity.TICKET.value)),
        equal=equal,
    )
    for (severity, faster), slower in sorted(_slower_tiers(plans).items()):
        same_severity = Matcher(labels.SEVERITY, "=", severity)
        yield InhibitRule(
            name=f"{faster} over slower tiers",
            source=(Matcher(labels.BURN_TIER, "=", faster), same_severity),
            target=(
                Matcher(labels.BURN_TIER, "=~", "|".join(map(quote_regex, sorted(slower)))),
                same_severity,
            ),
            equal=equal,
        )


def _slower_tiers(plans: Iterable[Plan]) -> dict[tuple[str, str], set[str]]:
    """For each severity and tier name, the names of the slower tiers of that severity in any SLO."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for plan in plans:
        for faster, slower in itertools.combinations(plan.tiers, 2):
            if faster.severity is slower.severity:
                found[faster.severity.value, faster.name].add(slower.name)
    return found


def _slo_routes(receivers: Receivers, external_labels: Iterable[str]) -> Route:
    grouping = receivers.grouping
    return Route(
        matchers=(Matcher(labels.SLO_ID, "!=", ""),),
        group_by=(*labels.IDENTITY, *external_labels),
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
