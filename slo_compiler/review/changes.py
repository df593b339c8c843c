"""What changes about one SLO: its facts, its alerts and its series, before and after."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.burnrate.tier import Tier
from slo_compiler.model import labels
from slo_compiler.model.alerting import Severity
from slo_compiler.review import comparing
from slo_compiler.review.facts import (
    Code,
    Difference,
    Fact,
    Facts,
    Kind,
    Value,
    Words,
    differences,
    most_important_first,
)
from slo_compiler.review.merge import (
    AlertMerge,
    SeriesMerge,
    merge_alert,
    merge_series,
    pair_alerts,
    pair_records,
)
from slo_compiler.review.pairing import Pair, present
from slo_compiler.review.part import Part, Placed
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.notification import Notification

NAME: Final = "name"

# What an SLO is called stands in its expressions and texts: for one that was renamed they are no news.
_NAMED: Final = (Kind.INDICATOR, Kind.ANNOTATIONS, Kind.RECORDED)


class Side(Struct, frozen=True):
    """An SLO and what Alertmanager is told, before or after."""

    part: Part | None
    """None where there is no such SLO."""
    notification: Notification | None


class AlertChange(Struct, frozen=True):
    """An alert of an SLO that changes; the alert itself need not."""

    name: str
    before: Facts | None
    """None if it is new."""
    after: Facts | None
    """None if it is gone."""
    merge: AlertMerge
    tier: str = ""
    """The tier that it belongs to, if it is one on a burn rate."""


class SloChange(Struct, frozen=True):
    """An SLO or a signal that changes, came or went."""

    before: str | None
    """Its id before; None if it is new."""
    after: str | None
    """Its id now; None if it is gone."""
    differences: tuple[Difference, ...]
    """Those of most consequence first; none if it does not change."""
    alerts: tuple[AlertChange, ...]
    series: tuple[SeriesMerge, ...]
    signal: bool
    """Whether it is what a service watches beside its SLOs."""

    @property
    def id(self) -> str:
        """The id now, or the last one."""
        return self.after or self.before or ""

    def follows(self, ids: Collection[str]) -> bool:
        """Whether it only reads other thresholds of SLOs that change themselves, and alerts as ever."""
        recorded = all(isinstance(each.after, Code) for each in self.differences)
        lasts = self.before is not None and self.before == self.after
        told = {alert.name for alert in self.alerts}
        return (
            self.signal
            and lasts
            and recorded
            and told.isdisjoint(each.about for each in self.differences)
            and all(_reads(each.after, ids) for each in self.differences)
        )


def _reads(value: Value | None, ids: Collection[str]) -> bool:
    return isinstance(value, Code) and any(f'"{slo_id}"' in value.text for slo_id in ids)


def pages(facts: Facts | None) -> bool:
    """Whether an alert of these facts wakes somebody."""
    return facts is not None and facts[comparing.SEVERITY].value == Words(Severity.PAGE.value)


def compare(before: Side, after: Side) -> SloChange:
    """What changes about an SLO."""
    old, new = before.part, after.part
    records = pair_records(old, new)
    series = tuple(merge_series(records, new.plan if new else None))
    alerts = tuple(_alert_change(sides, before, after, series) for sides in pair_alerts(old, new))
    found = [
        *differences("", *(comparing.part_facts(part) if part else {} for part in (old, new))),
        *_of_alerts(alerts),
        *(_of_records(records, old, new) if old and new else ()),
    ]
    if old and new and old.id != new.id:
        found = [each for each in found if not _hangs_on_the_name(each)]
        found.append(Difference(Kind.LABELS, "", NAME, Words(old.id), Words(new.id)))
    return SloChange(
        before=old.id if old else None,
        after=new.id if new else None,
        differences=tuple(most_important_first(found)),
        alerts=alerts,
        series=series,
        signal=present(new, old).plan is None,
    )


def _alert_change(
    sides: Pair[Placed], before: Side, after: Side, series: Sequence[SeriesMerge]
) -> AlertChange:
    old, new = sides
    last = present(new, old)
    return AlertChange(
        name=last.name,
        tier=last.rule.labels.get(labels.BURN_TIER, ""),
        before=_facts(old, before),
        after=_facts(new, after),
        merge=merge_alert(sides, series, _tier(new, after.part)),
    )


def _tier(placed: Placed | None, part: Part | None) -> Tier | None:
    rule = placed.rule if placed else None
    return part.tier_of(rule) if part and isinstance(rule, AlertingRule) else None


def _facts(placed: Placed | None, side: Side) -> dict[str, Fact] | None:
    if placed is None or side.part is None:
        return None
    return comparing.alert_facts(placed, side.part, side.notification)


def _of_alerts(alerts: Sequence[AlertChange]) -> Iterator[Difference]:
    """What changes about alerts; said once of the SLO where it is the same for all that were and are."""
    lasting = [
        list(differences("", each.before, each.after)) for each in alerts if each.before and each.after
    ]
    shared = [each for each in lasting[0] if all(each in other for other in lasting)] if lasting[1:] else []
    yield from shared
    for alert in alerts:
        known = [_presence(facts) for facts in (alert.before, alert.after)]
        if alert.before and alert.after:
            known = [alert.before, alert.after]
        found = differences(alert.name, *known)
        yield from (each for each in found if replace(each, about="") not in shared)


def _presence(facts: Facts | None) -> Facts:
    """Of an alert that came or went it is told whether it wakes somebody; the rest is in the table."""
    return {comparing.SEVERITY: facts[comparing.SEVERITY]} if facts else {}


def _of_records(records: Sequence[Pair[Placed]], old: Part, new: Part) -> Iterator[Difference]:
    for before, after in records:
        facts = [
            comparing.record_facts(placed, part) if placed else {}
            for placed, part in ((before, old), (after, new))
        ]
        yield from differences(present(after, before).name, *facts)


def _hangs_on_the_name(difference: Difference) -> bool:
    values = (difference.before, difference.after)
    return difference.kind in _NAMED or any(isinstance(value, Code) for value in values)
