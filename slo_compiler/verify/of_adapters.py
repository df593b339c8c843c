"""Adapters: whether a system exposes what its adapter reads, and what is only to be recorded yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.model.adapter import ADAPTER
from slo_compiler.promql.check import parse
from slo_compiler.promql.matching import accepts
from slo_compiler.promql.queries import metric_of, vector_selectors
from slo_compiler.promql.release import Release, release_named
from slo_compiler.promql.selectors import METRIC_NAME
from slo_compiler.promql.syntax import Call, Expr, StringLiteral, VectorSelector, walk
from slo_compiler.rules.adapting import AdaptedGroup
from slo_compiler.rules.ir import RecordingRule
from slo_compiler.rules.program import Program
from slo_compiler.verify import words
from slo_compiler.verify.metrics import Metrics, Series, label_names
from slo_compiler.verify.presence import METRIC, renamed
from slo_compiler.verify.yields import yielding

_SOURCES: Final = {"label_replace": slice(3, 4), "label_join": slice(3, None)}
"""Functions that make a label of others, and where among their arguments those stand."""

_OF_ALL_TARGETS: Final = "up"


class _Adapter(Struct, frozen=True, eq=False):
    """The rules of an adapter, read: the expressions of each metric that it records."""

    group: AdaptedGroup
    trees: Mapping[str, Sequence[Expr]]
    release: Release

    def inputs(self, metric: str) -> Iterator[VectorSelector]:
        """The selectors of what others export, in the rules of a metric and of what only they read."""
        for tree in self.trees[metric]:
            for selector in vector_selectors(tree):
                name = metric_of(selector)
                if name not in self.trees and name != _OF_ALL_TARGETS:
                    yield selector
                elif name is not None and _is_internal(name) and name != metric:
                    yield from self.inputs(name)


def check_adapters(program: Program, metrics: Metrics, wanted: Collection[str]) -> Iterator[Diagnostic]:
    """What adapters read and nobody exports, or exports without the labels that they read.

    Args:
        program: what uses them.
        metrics: everything that was seen.
        wanted: the metrics that specs read. What records none of them is not looked at, and of several that
            record one it is enough that one can.
    """
    adapters = {adapter: _recorded(adapter, metrics) for adapter in _adapters(program)}
    known = {name for recorded in adapters.values() for name in recorded}
    missing = [name for name in wanted if name not in known and not metrics.of(name)]
    for adapter, recorded in adapters.items():
        yield from _silent(adapter, metrics, missing)
        yield from _without_labels(adapter, metrics, recorded.intersection(wanted))


def read_by_adapters(program: Program, known: Collection[str]) -> set[str]:
    """Those of the known metrics that adapters read or record."""
    return {
        name
        for adapter in _adapters(program)
        for trees in adapter.trees.values()
        for tree in trees
        for selector in vector_selectors(tree)
        for name in _names(selector, known, adapter.release)
    }


def is_to_be_recorded(name: str, program: Program, metrics: Metrics) -> bool:
    """Whether an adapter records a metric, and where the metrics were seen its rules do not run yet."""
    recorded = any(
        isinstance(rule, RecordingRule) and rule.record == name
        for adapted in program.adapted
        for rule in adapted.group.rules
    )
    return recorded and not any(series.labels.get(ADAPTER) for series in metrics.of(name))


def _adapters(program: Program) -> Iterator[_Adapter]:
    for adapted in program.adapted:
        release = release_named(adapted.target)
        trees: dict[str, list[Expr]] = {}
        for rule in adapted.group.rules:
            parsed = parse(rule.expr, release)
            if isinstance(rule, RecordingRule) and not isinstance(parsed, list):
                trees.setdefault(rule.record, []).append(parsed.tree)
        yield _Adapter(adapted, trees, release)


def _names(selector: VectorSelector, known: Iterable[str], release: Release) -> list[str]:
    """The known metrics that a selector may be of."""
    name = metric_of(selector)
    of_name = [each for each in selector.matchers if each.label == METRIC_NAME]
    return [
        each
        for each in known
        if (each == name if name is not None else all(accepts(one, each, release) for one in of_name))
    ]


def _is_internal(metric: str) -> bool:
    """Whether an adapter records a metric for itself: those of the contract have no colon."""
    return ":" in metric


def _silent(adapter: _Adapter, metrics: Metrics, missing: Collection[str]) -> Iterator[Diagnostic]:
    """A metric that is never recorded, for what its rules read is not there."""
    told: set[str] = set()
    for metric in adapter.trees:
        if metric in missing:
            named = dict.fromkeys(_written(selector) for selector in adapter.inputs(metric))
            gone = [name for name in named if not metrics.of(name) and name not in told]
            told.update(gone)
            if gone:
                yield _no_metric(adapter, gone, metric, metrics)


def _written(selector: VectorSelector) -> str:
    """The metric that a selector is of, or the pattern for several."""
    patterns = (each.value for each in selector.matchers if each.label == METRIC_NAME)
    return metric_of(selector) or next(patterns, "")


def _recorded(adapter: _Adapter, metrics: Metrics) -> set[str]:
    """The metrics of which the adapter can record anything."""
    present = [name for name, series in metrics.series.items() if series]

    def there(selector: VectorSelector, recorded: Collection[str]) -> bool:
        name = metric_of(selector)
        if name in adapter.trees:
            return name in recorded
        return name == _OF_ALL_TARGETS or bool(_names(selector, present, adapter.release))

    return yielding(adapter.trees, there)


def _no_metric(adapter: _Adapter, gone: Sequence[str], metric: str, metrics: Metrics) -> Diagnostic:
    there = "none of them" if gone[1:] else "no such metric"
    near = renamed(gone[0], metrics)
    advice = f"; did you mean {near}?" if near else ""
    return error(
        adapter.group.position,
        METRIC,
        f"{adapter.group.adapter} reads {', '.join(gone)}, and there is {there}: nothing would be mapped "
        f"to {metric}{advice}",
    )


def _without_labels(adapter: _Adapter, metrics: Metrics, recorded: Collection[str]) -> Iterator[Diagnostic]:
    """Labels that the rules of what is recorded read, and that no series of what is there has."""
    told: dict[str, None] = {}
    for metric, trees in adapter.trees.items():
        if metric not in recorded:
            continue
        inputs = [
            (selector, _names(selector, metrics.series, adapter.release))
            for selector in adapter.inputs(metric)
        ]
        series = [each for _, names in inputs for name in names for each in metrics.of(name)]
        wanted = [*_sources(trees), *_matched((selector for selector, _ in inputs), adapter.release)]
        known = [*label_names(series), *metrics.added, METRIC_NAME]
        for label in wanted:
            if series and label not in known and label not in told:
                told[label] = None
                yield _no_label(adapter, label, metric, series, metrics)


def _no_label(
    adapter: _Adapter, label: str, metric: str, series: Sequence[Series], metrics: Metrics
) -> Diagnostic:
    known = words.listed(list(label_names(series))) or "none"
    return error(
        adapter.group.position,
        "verify/label",
        f"{adapter.group.adapter} reads the label {label}, and no series that it reads has it: {metric} "
        f"would not be what it says; they have {known}{words.unless_added(label, metrics)}",
    )


def _sources(trees: Iterable[Expr]) -> Iterator[str]:
    """The labels from which others are made, but for those that were made themselves."""
    for tree in trees:
        calls = [node for node in walk(tree) if isinstance(node, Call) and node.function in _SOURCES]
        made = {text for call in calls for text in _texts(call.arguments[1:2])}
        for call in calls:
            sources = _texts(call.arguments[_SOURCES[call.function]])
            yield from (label for label in sources if label and label not in made)


def _texts(arguments: Iterable[Expr]) -> Iterator[str]:
    return (argument.value for argument in arguments if isinstance(argument, StringLiteral))


def _matched(selectors: Iterable[VectorSelector], release: Release) -> Iterator[str]:
    """The labels without which a selector finds nothing."""
    for selector in selectors:
        for each in selector.matchers:
            if not accepts(each, "", release):
                yield each.label
