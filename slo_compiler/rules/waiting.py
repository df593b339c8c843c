"""Which alerts wait for which: what the inhibitions of a program come to, alert by alert."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from slo_compiler.model import labels
from slo_compiler.model.subject import Subject
from slo_compiler.rules.inhibition import InhibitRule, could_inhibit
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.matchers import Labels, all_could_match
from slo_compiler.rules.program import Program


class Named(Struct, frozen=True):
    """An alert of a program."""

    id: str
    """Of the SLO or signal that it is about."""
    alert: str
    kind: str = ""
    """Of a stuck guard or of missing evidence which one; empty for others."""
    tier: str = ""
    """That of a burn rate; empty for others."""


Relation: TypeAlias = Mapping[Named, tuple[Named, ...]]
"""By an alert others, in the order of the program; one that is not there has none."""


class Waiting(Struct, frozen=True):
    """What waits for what."""

    holds_back: Relation
    """By an alert those that do not notify while it fires."""
    held_back_by: Relation
    """By an alert those that keep it from notifying while they fire."""


def name_of(subject: Subject, alert: AlertingRule) -> Named:
    """How an alert is called here."""
    kind = alert.labels.get(labels.EVIDENCE) or alert.labels.get(labels.GUARD, "")
    return Named(subject.id, alert.alert, kind, alert.labels.get(labels.BURN_TIER, ""))


def waiting(program: Program) -> Waiting:
    """What waits for what, where labels of run time let it; without a receivers.yaml nothing does."""
    alerts = [(name_of(each.subject, each.alert), each.labels) for each in program.labelled]
    pairs = {pair for rule in program.inhibit_rules for pair in _pairs(rule, alerts)}
    place = {name: index for index, (name, _) in enumerate(alerts)}
    ordered = sorted(pairs, key=lambda pair: (place[pair[0]], place[pair[1]]))
    holds_back: defaultdict[Named, list[Named]] = defaultdict(list)
    held_back_by: defaultdict[Named, list[Named]] = defaultdict(list)
    for source, target in ordered:
        holds_back[source].append(target)
        held_back_by[target].append(source)
    return Waiting(
        {name: tuple(others) for name, others in holds_back.items()},
        {name: tuple(others) for name, others in held_back_by.items()},
    )


def _pairs(rule: InhibitRule, alerts: Sequence[tuple[Named, Labels]]) -> Iterator[tuple[Named, Named]]:
    """The sources and targets of a rule that may meet. Only those of one identity are tried."""
    targets: defaultdict[tuple[str | None, ...], list[tuple[Named, Labels]]] = defaultdict(list)
    for name, target in alerts:
        if all_could_match(rule.target, target):
            targets[_identity(rule, target)].append((name, target))
    for source_name, source in alerts:
        if all_could_match(rule.source, source):
            met = targets[_identity(rule, source)]
            yield from ((source_name, name) for name, target in met if could_inhibit(rule, source, target))


def _identity(rule: InhibitRule, alert: Labels) -> tuple[str | None, ...]:
    return tuple(alert.get(label) for label in rule.identity)
