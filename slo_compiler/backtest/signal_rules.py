"""The rules of a service's signals over a past: all of them in their order, on what a source tells.

Each rule is evaluated as it is generated. What in it reads raw series alone is asked of the source as it
stands, and what reads recorded ones is found in those that were recorded before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct, field

from slo_compiler.backtest.expressions import NeedsPrometheus, Sight, table_of
from slo_compiler.backtest.history import AskRaw, Steps, Table
from slo_compiler.backtest.openmetrics import Scraped
from slo_compiler.backtest.vectors import nameless
from slo_compiler.promql.check import parse
from slo_compiler.promql.matching import selects
from slo_compiler.promql.release import Release, release_named
from slo_compiler.promql.selectors import METRIC_NAME
from slo_compiler.promql.syntax import Expr, MatrixSelector, VectorSelector, walk
from slo_compiler.replay.grid import Mask
from slo_compiler.rules.ir import AlertingRule, RecordingRule, Rule
from slo_compiler.rules.lower import lower
from slo_compiler.rules.signals.lower_signals import lower_signals
from slo_compiler.rules.signals.watched import Watched


class Parsed(Struct, frozen=True):
    """A rule with its expression as a tree, and the series it reads."""

    rule: Rule
    tree: Expr
    reads: frozenset[str]

    def text(self, part: Expr) -> str:
        """A part of the expression as it stands there."""
        return self.rule.expr[part.start : part.end]


class SignalRules(Struct, frozen=True):
    """The alerts of a service's signals, and the rules that record what they read, in their order."""

    release: Release
    rules: tuple[Parsed, ...]
    recorded: frozenset[str]
    """The metrics that rules of the service record."""

    def asked(self) -> Iterator[str]:
        """What is to be known of raw series."""
        for parsed in self.rules:
            yield from (parsed.text(part) for part in _raw_parts(parsed.tree, self.recorded))

    def look_back(self) -> float:
        """The seconds that rules look back at what is recorded, and it at what was recorded before."""
        by_metric: dict[str, float] = {}
        for parsed in self.rules:
            reach = max((by_metric.get(name, 0) + ago for name, ago in self._reaches(parsed)), default=0.0)
            if isinstance(parsed.rule, RecordingRule):
                by_metric[parsed.rule.record] = max(reach, by_metric.get(parsed.rule.record, 0))
            else:
                by_metric[""] = max(reach, by_metric.get("", 0))
        return by_metric.get("", 0.0)

    def _reaches(self, parsed: Parsed) -> Iterator[tuple[str, float]]:
        for node in walk(parsed.tree):
            if isinstance(node, MatrixSelector):
                yield node.selector.metric or "", float((node.range.seconds or 0) + node.selector.offset)
            elif isinstance(node, VectorSelector):
                yield node.metric or "", float(node.offset)


def signal_rules(watched: Watched) -> SignalRules:
    """Those of a service, with the plans that it is watched with."""
    release = release_named(watched.service.target)
    lowered = [rule for signal in lower_signals(watched) for group in signal.groups for rule in group.rules]
    of_slos = [rule for plan in watched.plans for group in lower(plan) for rule in group.rules]
    recorded = frozenset(rule.record for rule in (*lowered, *of_slos) if isinstance(rule, RecordingRule))
    rules = [_parsed(rule, release) for rule in lowered]
    needed: set[str] = set()
    kept = []
    for parsed in reversed(rules):
        if isinstance(parsed.rule, AlertingRule) or parsed.rule.record in needed:
            needed |= parsed.reads
            kept.append(parsed)
    return SignalRules(release, tuple(reversed(kept)), recorded)


def _parsed(rule: Rule, release: Release) -> Parsed:
    parsed = parse(rule.expr, release)
    if isinstance(parsed, list):
        raise ValueError(f"a rule does not parse: {parsed[0].message}: {rule.expr}")  # noqa: TRY004 of its text
    read = (node.metric for node in walk(parsed.tree) if isinstance(node, VectorSelector))
    return Parsed(rule, parsed.tree, frozenset(name for name in read if name is not None))


def _raw_parts(tree: Expr, recorded: frozenset[str]) -> Iterator[Expr]:
    """The largest parts of an expression that read raw series and no recorded ones."""
    if _is_raw(tree, recorded):
        yield tree
    else:
        for part in tree.children:
            yield from _raw_parts(part, recorded)


def _is_raw(part: Expr, recorded: frozenset[str]) -> bool:
    read = [node.metric for node in walk(part) if isinstance(node, VectorSelector)]
    return bool(read) and not any(metric in recorded for metric in read)


class _Recorded(Struct):
    """What was recorded so far: the rows of each metric, or None of one that could not be evaluated."""

    steps: Steps
    release: Release
    metrics: dict[str, list[Scraped] | None] = field(default_factory=dict)

    def add(self, metric: str, table: Table | None, labels: Mapping[str, str]) -> None:
        if table is None or self.metrics.get(metric, []) is None:
            self.metrics[metric] = None
            return
        known = self.metrics.setdefault(metric, [])
        if known is not None:
            for group, row in zip(table.groups, table.values, strict=True):
                told = {**dict(nameless(group)), **labels, METRIC_NAME: metric}
                known.append(Scraped(told, self.steps.times, row))

    def find(self, selector: VectorSelector) -> Sequence[Scraped]:
        rows = self.metrics.get(selector.metric or "")
        if rows is None:
            raise NeedsPrometheus
        return [each for each in rows if selects(selector, each.labels, self.release)]


class Alerting(Struct, frozen=True, eq=False):
    """An alert of a signal, and where it yields; None where nobody can tell."""

    rule: AlertingRule
    table: Table | None


def evaluate_rules(
    rules: SignalRules,
    of_slos: Iterable[tuple[str, Table, Mapping[str, str]]],
    raw: AskRaw,
    steps: Steps,
    evaluated: Mask,
) -> Iterator[Alerting]:
    """Where each alert yields.

    Args:
        rules: of the signals.
        of_slos: what the rules of SLOs record: the metric, its rows, and the labels that all have.
        raw: the source.
        steps: when rules are evaluated.
        evaluated: at which of the steps they were.
    """
    recorded = _Recorded(steps, rules.release)
    for metric, table, labels in of_slos:
        recorded.add(metric, table, labels)
    for parsed in rules.rules:
        found = _evaluated(parsed, rules, recorded, raw, steps)
        if found is not None:
            found = Table(found.groups, np.where(evaluated, found.values, np.nan))
        if isinstance(parsed.rule, RecordingRule):
            recorded.add(parsed.rule.record, found, parsed.rule.labels)
        else:
            yield Alerting(parsed.rule, found)


def _evaluated(
    parsed: Parsed, rules: SignalRules, recorded: _Recorded, raw: AskRaw, steps: Steps
) -> Table | None:
    def told(part: Expr) -> Table | None:
        if not _is_raw(part, rules.recorded):
            return None
        table = raw(parsed.text(part))
        if table is None:
            raise NeedsPrometheus
        return table

    try:
        return table_of(parsed.tree, Sight(steps, recorded.find, told))
    except NeedsPrometheus:
        return None
