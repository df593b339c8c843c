"""The parts of a program that are compared as one: an SLO or a signal, with its rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.tier import Tier
from slo_compiler.model import labels
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import output_labels
from slo_compiler.promql.release import RELEASES
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule, Rule
from slo_compiler.rules.program import Lowered, LoweredSlo, Program
from slo_compiler.rules.signals.signal import LoweredSignal


class Placed(Struct, frozen=True):
    """A rule and where it stands, which is a part of its identity."""

    file: str
    group: str
    rule: Rule
    grouped_by: tuple[str, ...]
    """The labels of its results that the rule itself does not set."""

    @property
    def name(self) -> str:
        """The alert, or the metric that is recorded."""
        return self.rule.alert if isinstance(self.rule, AlertingRule) else self.rule.record


class Part(Struct, frozen=True):
    """What is compared as one."""

    id: str
    """That of the SLO or signal; what an SLO has beside its budget is a part of its own, as its group is."""
    subject_id: str
    """Whose series and alerts these are, as they stand in labels."""
    service: str
    groups: tuple[Group, ...]
    plan: Plan | None
    """None for a signal."""

    def alerts(self) -> list[Placed]:
        """The alerts, in the order of their rules."""
        return [placed for placed in self._placed() if isinstance(placed.rule, AlertingRule)]

    def records(self) -> list[Placed]:
        """The recording rules, each after those that it reads."""
        return [placed for placed in self._placed() if isinstance(placed.rule, RecordingRule)]

    def tier_of(self, alert: AlertingRule) -> Tier | None:
        """The tier that an alert belongs to, if it is one on a burn rate."""
        name = alert.labels.get(labels.BURN_TIER)
        tiers = self.plan.tiers if self.plan else ()
        return next((tier for tier in tiers if tier.name == name), None)

    def _placed(self) -> Iterator[Placed]:
        for group in self.groups:
            for rule in group.rules:
                yield Placed(self.service, group.name, rule, self._grouped_by(rule))

    def _grouped_by(self, rule: Rule) -> tuple[str, ...]:
        """Of an SLO it is said; of a signal's rule its expression tells, where it does."""
        if self.plan is not None:
            return self.plan.slo.group_by
        expression = parse(rule.expr, RELEASES[-1])
        found = None if isinstance(expression, list) else output_labels(expression.tree)
        return tuple(sorted((found or frozenset()) - rule.labels.keys()))


def parts(program: Program) -> list[Part]:
    """All of a program's rules: the SLOs, and then the signals."""
    return [
        Part(
            _id(lowered),
            lowered.subject.id,
            lowered.subject.service,
            lowered.groups,
            lowered.plan if isinstance(lowered, LoweredSlo) else None,
        )
        for lowered in program.lowered
    ]


def _id(lowered: Lowered) -> str:
    beside_a_budget = isinstance(lowered, LoweredSignal) and lowered.subject.id_label == labels.SLO_ID
    return lowered.groups[0].name if beside_a_budget else lowered.subject.id


def meaning(part: Part) -> tuple[str, ...]:
    """What the rules do, whatever the SLO is called: the same for one that was only renamed."""
    own = re.compile(rf"\b{re.escape(part.subject_id)}\b")
    rules = [*part.records(), *part.alerts()]
    return tuple(f"{placed.name} {own.sub('', placed.rule.expr)}" for placed in rules)
