"""Alertmanager's inhibit rules as values, and the proof that one silences only what it is meant to.

The semantics are those of ``Inhibitor.Mutes`` in Alertmanager's ``inhibit/inhibit.go``.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct

from slo_compiler.model.alerting import Severity
from slo_compiler.model.labels import SEVERITY, SLO_ID
from slo_compiler.rules.matchers import (
    Labels,
    Matcher,
    ToldApart,
    all_could_match,
    all_match,
    check_label_name,
)


class InhibitRule(Struct, frozen=True):
    """While a source alert fires, the target alerts with the same ``equal`` labels do not notify.

    Raises:
        ValueError: a label name is one that some Alertmanager does not take.
    """

    name: str
    """For explanations; not part of the configuration, where 0.25 refuses it."""
    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...]
    identity: tuple[str, ...] = (SLO_ID,)
    """Those of the ``equal`` labels, all known when compiling, that tell whose alerts it is about."""

    def __post_init__(self) -> None:
        for label in self.equal:
            check_label_name(label)


def inhibits(rule: InhibitRule, source: Labels, target: Labels) -> bool:
    """Whether the rule silences the target while the source fires.

    A label missing on both sides is equal, and missing is the same as empty. If both alerts match both sides,
    neither silences the other; so no alert silences itself.

    Alertmanager 0.33 remembers one source for each combination of ``equal`` values. When that one resolves,
    targets are heard until Prometheus repeats another source that fires, which it does every minute.

    Raises:
        ValueError: that depends on a value known only at run time.
    """
    if not (all_match(rule.source, source) and all_match(rule.target, target)):
        return False
    agreements = [_agree(label, source, target) for label in rule.equal]
    if False in agreements:
        return False
    if None in agreements:
        raise ValueError(f"whether {rule.name} inhibits depends on values known only at run time")
    return not (all_match(rule.target, source) and all_match(rule.source, target))


def could_inhibit(rule: InhibitRule, source: Labels, target: Labels) -> bool:
    """Whether the rule may silence the target while the source fires, whatever run time brings.

    Of rules that are proved: in these no alert is on both sides.
    """
    return (
        all_could_match(rule.source, source)
        and all_could_match(rule.target, target)
        and all(_agree(label, source, target) is not False for label in rule.equal)
    )


class IdentityNotCompared(Struct, frozen=True):
    """The rule does not compare an identity label: alerts of one subject silence those of another."""

    label: str


class IdentityUnknown(Struct, frozen=True):
    """A source or target has no value known now for an identity label: it may meet those of any other."""

    alert: int
    label: str


class OnBothSides(Struct, frozen=True):
    """An alert is source and target at once: whether it is silenced hangs on what else fires."""

    alert: int


class OneSided(Struct, frozen=True):
    """A source carries a compared label that its target does not, or the other way round: they never meet."""

    source: int
    target: int
    label: str


class PageInhibitedByTicket(Struct, frozen=True):
    """A ticket silences a page."""

    ticket: int
    page: int


Violation: TypeAlias = IdentityNotCompared | IdentityUnknown | OnBothSides | OneSided | PageInhibitedByTicket
"""Alerts are named by their index in what was given to ``violations``."""


def violations(rule: InhibitRule, alerts: Sequence[Labels]) -> Iterator[Violation]:
    """What keeps the rule from silencing just what it is meant to; nothing is a proof, for any run time.

    Of what is wrong between sources and targets, each identity gives one pair as an example, not every pair.
    While the identity itself is in doubt, pairs are not looked at.

    Args:
        rule: the rule.
        alerts: the labels of all alerts of the program.
    """
    sides = Sides((rule,))
    return violations_of(rule, alerts, [sides.of(labels)[0] for labels in alerts])


class Side(Struct, frozen=True):
    """Whether an alert could be a source of a rule, and whether a target."""

    source: bool
    target: bool


class Sides:
    """On which sides of some rules alerts could be, each looked for once: thousands of alerts take a few."""

    def __init__(self, rules: Sequence[InhibitRule]) -> None:
        self._rules = rules
        self._told_apart = ToldApart(each for rule in rules for each in (*rule.source, *rule.target))
        self._known: dict[tuple[object, ...], tuple[Side, ...]] = {}

    def of(self, labels: Labels) -> tuple[Side, ...]:
        """The sides that an alert with these labels could be on, of each rule."""
        key = self._told_apart.key(labels)
        if key not in self._known:
            self._known[key] = tuple(
                Side(all_could_match(rule.source, labels), all_could_match(rule.target, labels))
                for rule in self._rules
            )
        return self._known[key]


def violations_of(rule: InhibitRule, alerts: Sequence[Labels], sides: Sequence[Side]) -> Iterator[Violation]:
    """As ``violations``, of alerts of which it is known on which sides of the rule they are."""
    identity = rule.identity
    sources = [index for index, side in enumerate(sides) if side.source]
    targets = [index for index, side in enumerate(sides) if side.target]
    involved = sorted({*sources, *targets})
    doubts = [*_not_compared(rule, identity), *_unknown(involved, alerts, identity)]
    yield from doubts
    yield from (OnBothSides(index) for index in sorted(set(sources) & set(targets)))
    if not doubts:
        compared = [label for label in rule.equal if label not in identity]
        targets_of = _by_identity(targets, alerts, identity)
        for key, group in _by_identity(sources, alerts, identity).items():
            yield from _between(compared, alerts, group, targets_of.get(key, []))


def _not_compared(rule: InhibitRule, identity: Sequence[str]) -> Iterator[Violation]:
    return (IdentityNotCompared(label) for label in identity if label not in rule.equal)


def _unknown(
    indexes: Iterable[int], alerts: Sequence[Labels], identity: Sequence[str]
) -> Iterator[Violation]:
    for index in indexes:
        for label in identity:
            if not alerts[index].get(label):
                yield IdentityUnknown(index, label)


def _by_identity(
    indexes: Iterable[int], alerts: Sequence[Labels], identity: Sequence[str]
) -> dict[tuple[str | None, ...], list[int]]:
    groups: defaultdict[tuple[str | None, ...], list[int]] = defaultdict(list)
    for index in indexes:
        groups[tuple(alerts[index][label] for label in identity)].append(index)
    return groups


def _between(
    compared: Sequence[str], alerts: Sequence[Labels], sources: Sequence[int], targets: Sequence[int]
) -> Iterator[Violation]:
    """What is wrong between the sources and the targets of one identity, which agree on it."""
    for label in compared:
        yield from _one_sided(label, alerts, sources, targets)
    tickets = [index for index in sources if _could_be(Severity.TICKET, alerts[index])]
    pages = [index for index in targets if _could_be(Severity.PAGE, alerts[index])]
    for ticket, page in itertools.product(tickets, pages):
        if all(_agree(label, alerts[ticket], alerts[page]) is not False for label in compared):
            yield PageInhibitedByTicket(ticket, page)
            return


def _one_sided(
    label: str, alerts: Sequence[Labels], sources: Sequence[int], targets: Sequence[int]
) -> Iterator[Violation]:
    """The first source and target of which only one carries the label; found without trying all pairs."""
    for carried in (True, False):
        source = next((index for index in sources if _carries(label, alerts[index]) is carried), None)
        target = next((index for index in targets if _carries(label, alerts[index]) is not carried), None)
        if source is not None and target is not None:
            yield OneSided(source, target, label)
            return


def _carries(label: str, labels: Labels) -> bool:
    return labels.get(label, "") != ""


def _could_be(severity: Severity, labels: Labels) -> bool:
    return labels.get(SEVERITY, "") in (severity.value, None)


def _agree(label: str, source: Labels, target: Labels) -> bool | None:
    """Whether the label is equal on both; None if that is known only at run time."""
    on_source, on_target = source.get(label, ""), target.get(label, "")
    return None if on_source is None or on_target is None else on_source == on_target
