"""How an SLO of OpenSLO alerts: the conditions of its policies as tiers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from msgspec import Struct, field

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.importers import native, telling
from slo_compiler.importers.fields import Fields
from slo_compiler.importers.imported import Told
from slo_compiler.importers.openslo import values
from slo_compiler.importers.openslo.objects import Objects, part_of, text_of
from slo_compiler.importers.tiers import Pair, Promise, tiers
from slo_compiler.model.alerting import Severity
from slo_compiler.quantities import format_duration
from slo_compiler.schema.refusal import described
from slo_compiler.schema.text_fields import OWNER_NAME, SLUG
from slo_compiler.schema.yaml.nodes import MappingNode, Node, ScalarNode

_PAGES: Final = ("page", "critical", "urgent", "high", "sev1", "sev2", "p1", "p2")
_TICKETS: Final = ("ticket", "warning", "medium", "low", "info", "sev3", "sev4", "sev5", "p3", "p4", "p5")
_KNOWN: Final = ", ".join((*_PAGES, *_TICKETS))


class Policies(Struct):
    """What the policies of an SLO say together."""

    pairs: list[tuple[Pair, Node]] = field(default_factory=list)
    targets: dict[str, ScalarNode] = field(default_factory=dict)
    no_data: list[tuple[bool, Node]] = field(default_factory=list)
    breaching: list[bool] = field(default_factory=list)


def policies(slo: Fields, objects: Objects, found: list[Diagnostic]) -> Policies:
    """The policies of an SLO, whether they stand in it or are referred to."""
    read = Policies()
    for item in slo.items("alertPolicies"):
        for node in _resolved(item, "AlertPolicy", "alertPolicyRef", objects, found):
            _policy(node, read, objects, found)
    return read


def told(read: Policies, promise: Promise, found: list[Diagnostic]) -> Told:
    """How the SLO alerts; by the default tiers where no condition says."""
    if read.breaching and not any(read.breaching):
        return Told(enabled=False)
    off = [node for wanted, node in read.no_data if not wanted]
    absent = native.flag(value=False, at=off[0]) if off and len(off) == len(read.no_data) else None
    by_speed = sorted(read.pairs, key=lambda each: each[0].long)
    if not by_speed:
        return Told(absent=absent)
    kept: list[MappingNode] = []
    for pair, node in by_speed:
        made = tiers([pair], promise, node, found)
        if made is None:
            return Told(absent=absent)
        kept += made
    return Told(tiers=tuple(kept), absent=absent)


def owner_of(read: Policies, found: list[Diagnostic]) -> ScalarNode | None:
    """The one target that is notified, as who answers."""
    named_ = [each for each in read.targets.values() if re.fullmatch(OWNER_NAME, each.text)]
    if len(read.targets) > 1:
        for target in list(read.targets.values())[1:]:
            message = (
                f"an SLO has one owner, {named_[0].text if named_ else 'which is to be named'}, and "
                f"{target.text} is not told: say in receivers.yaml how the owner is reached, by both"
            )
            found.append(telling.lost(target.position, message))
    return named_[0] if named_ else None


def _resolved(
    item: Node, kind: str, key: str, objects: Objects, found: list[Diagnostic]
) -> Iterator[MappingNode]:
    """The object that an item of a list is, or refers to, by a bare name or under a key."""
    reference = text_of(item)
    if isinstance(item, MappingNode):
        if key not in item.entries:
            yield item
            return
        with Fields(item, f"a reference to {kind}", found) as fields:
            reference = fields.scalar(key, required=True)
    if reference is not None:
        node = objects.referred(kind, reference)
        if node is not None:
            yield node


def _policy(node: MappingNode, read: Policies, objects: Objects, found: list[Diagnostic]) -> None:
    _, spec = part_of(node, "an AlertPolicy", found)
    if spec is None:
        return
    with spec:
        breaching = spec.flag("alertWhenBreaching") is not False
        no_data, resolved = spec.flag("alertWhenNoData"), spec.flag("alertWhenResolved")
        conditions, targets = spec.items("conditions"), spec.items("notificationTargets")
    read.breaching.append(breaching)
    if no_data is not None:
        read.no_data.append((no_data, spec.node))
    if resolved is not None:
        message = (
            "whether the end of an alert is told is said of each receiver, in receivers.yaml: send_resolved"
        )
        found.append(telling.lost(spec.place("alertWhenResolved"), message))
    for item in conditions:
        for condition in _resolved(item, "AlertCondition", "conditionRef", objects, found):
            _condition(condition, read, found)
    for item in targets:
        for target in _resolved(item, "AlertNotificationTarget", "targetRef", objects, found):
            _target(target, read, found)


def _target(node: MappingNode, read: Policies, found: list[Diagnostic]) -> None:
    name, spec = part_of(node, "an AlertNotificationTarget", found)
    if spec is not None:
        with spec:
            target = spec.scalar("target")
        if target is not None and name is not None and name.text not in read.targets:
            message = (
                f"{name.text} is told by {described(target.text)}: how an owner is reached is said in "
                "receivers.yaml"
            )
            found.append(telling.lost(target.position, message))
    if name is not None:
        read.targets.setdefault(name.text, name)


def _condition(node: MappingNode, read: Policies, found: list[Diagnostic]) -> None:
    name, spec = part_of(node, "an AlertCondition", found)
    if spec is None:
        return
    with spec:
        severity = _severity(spec.scalar("severity", required=True), found)
        condition = spec.fields("condition", required=True)
    if condition is None:
        return
    with condition:
        kind = condition.scalar("kind")
        threshold = condition.number("threshold", required=True)
        lookback, after = condition.scalar("lookbackWindow", required=True), condition.scalar("alertAfter")
        _tell_of_comparison(condition.scalar("op"), found)
    if kind is not None and kind.text.lower() != "burnrate":
        message = f"a condition on {described(kind.text)} is left out, for alerts are on burn rates"
        found.append(telling.lost(kind.position, message))
        return
    long = values.duration(lookback, found) if lookback is not None else None
    if long is None or threshold is None:
        return
    if after is not None and (values.duration(after, found) or 0) > 0:
        message = (
            f"there is no waiting for {after.text} here: the short window, a twelfth of "
            f"{format_duration(long)}, keeps a spike from alerting, and the alert comes that much earlier"
        )
        found.append(telling.changed(after.position, message))
    tier = name.text if name and re.fullmatch(SLUG, name.text) else f"burn-{format_duration(long)}"
    read.pairs.append((Pair(tier, severity, long, None, None, Fraction(threshold)), condition.node))


def _severity(value: ScalarNode | None, found: list[Diagnostic]) -> Severity:
    word = re.sub("[^a-z0-9]", "", value.text.lower()) if value is not None else ""
    if value is not None and word not in (*_PAGES, *_TICKETS):
        message = f"the severity {described(value.text)} is not known, and pages; known: {_KNOWN}"
        found.append(telling.changed(value.position, message))
    return Severity.TICKET if word in _TICKETS else Severity.PAGE


def _tell_of_comparison(op: ScalarNode | None, found: list[Diagnostic]) -> None:
    """Published examples alert at a burn rate at or below the threshold, which is when all is well."""
    if op is not None and op.text.lower() not in ("gt", "gte"):
        message = (
            f"op: {op.text} alerts at a burn rate below the threshold, which is when all is well; it is "
            "taken for gt"
        )
        found.append(telling.changed(op.position, message))
