"""Whether the rules hang together: each is PromQL, reads what is recorded before, and writes its own series.

Everything that goes into a rule was checked before; this looks once more at what came out.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final, TypeAlias

from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.model.adapter import ADAPTER
from slo_compiler.model.subject import Subject
from slo_compiler.promql.check import parse
from slo_compiler.promql.functions import ValueType
from slo_compiler.promql.queries import metric_of, vector_selectors
from slo_compiler.promql.release import release_named
from slo_compiler.rules import names
from slo_compiler.rules.adapting import AdaptedGroup
from slo_compiler.rules.ir import RecordingRule, Rule
from slo_compiler.rules.of_shape import of_shape
from slo_compiler.rules.patterns import SHAPES, Patterns
from slo_compiler.rules.program import Lowered, LoweredSlo, Program

_ANY_ID: Final = "service:name"
_ANYBODYS: Final = f'"{_ANY_ID}"'
_EQUALS: Final = r'="(?<=[a-zA-Z0-9_]=")(?<!{id_label}=")[^"\\\n]*(?:\\.[^"\\\n]*)*"'

_Read: TypeAlias = frozenset[str] | str
"""The metrics of the subject itself that an expression reads, or what is wrong with the expression."""

_Recorded: TypeAlias = tuple[tuple[str | None, ...], ...]
"""By group the metric that each rule records; None for an alert."""


def check_rules(program: Program) -> Iterator[Diagnostic]:
    """Rules that Prometheus would refuse, that read nothing, or that write what another rule writes."""
    of_subject: defaultdict[tuple[str, str], list[Lowered]] = defaultdict(list)
    for lowered in program.lowered:
        of_subject[lowered.subject.id_label, lowered.subject.id].append(lowered)
    for lowered in program.lowered:
        same_subject = of_subject[lowered.subject.id_label, lowered.subject.id]
        others = [_recorded(other) for other in same_subject if other is not lowered]
        yield from _check_lowered(lowered, frozenset(chain.from_iterable(chain.from_iterable(others))))
    for adapted in program.adapted:
        yield from _check_adapted(adapted)


def _check_lowered(lowered: Lowered, elsewhere: frozenset[str | None]) -> Iterator[Diagnostic]:
    """The faults of rules, where other rules of the same subject record what is known elsewhere."""
    subject, rules = lowered.subject, [rule for group in lowered.groups for rule in group.rules]
    exprs = {rule.name: rule.expr for rule in rules}
    if len(exprs) == len(rules):
        known = _read_in_common(lowered, exprs)
        read = [known[name] if name in known else _read(expr, subject) for name, expr in exprs.items()]
    else:
        yield from _repeated(subject, rules)
        read = [_read(rule.expr, subject) for rule in rules]
    for index, fault in _faults(_recorded(lowered), tuple(read), elsewhere):
        yield _fault(subject, rules[index], _told(fault, subject.target))


def _repeated(subject: Subject, rules: Iterable[Rule]) -> Iterator[Diagnostic]:
    seen: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
    for rule in rules:
        same_name = seen[rule.name]
        if rule.labels in same_name:
            yield _fault(subject, rule, "a second rule writes the same series, and one is lost")
        same_name.append(rule.labels)


def _recorded(lowered: Lowered) -> _Recorded:
    return tuple(
        [
            tuple([rule.record if isinstance(rule, RecordingRule) else None for rule in group.rules])
            for group in lowered.groups
        ]
    )


@functools.lru_cache(maxsize=SHAPES)  # that of one SLO is that of all of its shape
def _faults(
    recorded: _Recorded, read: tuple[_Read, ...], elsewhere: frozenset[str | None]
) -> tuple[tuple[int, _Read], ...]:
    """By the number of a rule what is wrong with its expression, or what it reads and nothing records before.

    A rule sees what earlier rules of its group wrote in this round, and of other groups the last round.
    """
    found: list[tuple[int, _Read]] = []
    numbered = enumerate(read)  # from group to group: zip takes no number where there is no rule
    for place, group in enumerate(recorded):
        known = set(elsewhere).union(*recorded[:place], *recorded[place + 1 :])
        for metric, (index, each) in zip(group, numbered, strict=False):
            missing = each if isinstance(each, str) else each - known
            if missing:
                found.append((index, missing))
            known.add(metric)
    return tuple(found)


def _told(fault: _Read, target: str) -> str:
    if isinstance(fault, str):
        return f"{target} would refuse it: {fault}"
    return f"it reads {', '.join(sorted(fault))}, which no earlier rule records"


def _read_in_common(lowered: Lowered, exprs: Mapping[str, str]) -> Mapping[str, _Read]:
    """What those rules read that the SLO has in common with others, where they are the same to the letter."""
    if not isinstance(lowered, LoweredSlo):
        return {}
    subject, patterns = lowered.subject, of_shape(lowered.plan).exprs
    same = patterns.are(exprs, names.own(subject))
    return _read_by_patterns(patterns, subject.id_label, subject.target) if same else {}


@functools.lru_cache(maxsize=SHAPES)
def _read_by_patterns(patterns: Patterns, id_label: str, target: str) -> Mapping[str, _Read]:
    filled = patterns.filled(f"{id_label}={_ANYBODYS}")
    return {name: _read_by_anybody(expr, id_label, target) for name, expr in filled.items()}


def _read(expr: str, subject: Subject) -> _Read:
    of_anybody = expr.replace(f'"{subject.id}"', _ANYBODYS)
    return _read_by_anybody(of_anybody, subject.id_label, subject.target)


def _check_adapted(adapted: AdaptedGroup) -> Iterator[Diagnostic]:
    """The rules of an adapter read other systems, so that only their form can be checked."""
    seen: set[tuple[str, frozenset[tuple[str, str]]]] = set()
    for rule in adapted.group.rules:
        read = _read_by_anybody(rule.expr, ADAPTER, adapted.target)
        series = (rule.name, frozenset(rule.labels.items()))
        if isinstance(read, str):
            yield _adapter_fault(adapted, rule, f"{adapted.target} would refuse it: {read}")
        if series in seen:
            yield _adapter_fault(adapted, rule, "a second rule writes the same series, and one is lost")
        seen.add(series)


@functools.lru_cache(maxsize=10_000)
def _read_by_anybody(expr: str, id_label: str, target: str) -> _Read:
    """The same of an expression in which the subject has another id.

    SLOs have most of their expressions in common, but for the id, and many more but for what labels are to
    equal, which as a string is well-formed or was refused when the author's text was read.
    """
    alike = _equals(id_label).sub('="_"', expr)
    read = _read_by_any_alike(alike, id_label, target)
    return _read_by_any_alike(expr, id_label, target) if isinstance(read, str) else read


@functools.cache  # there are three
def _equals(id_label: str) -> re.Pattern[str]:
    """What any other label is to equal."""
    return re.compile(_EQUALS.format(id_label=id_label))


@functools.lru_cache(maxsize=10_000)
def _read_by_any_alike(expr: str, id_label: str, target: str) -> _Read:
    parsed = parse(expr, release_named(target))
    if isinstance(parsed, list):
        return parsed[0].message
    if parsed.type is not ValueType.VECTOR:
        return f"it is {parsed.type.value}, not an instant vector"
    own = (
        metric_of(selector)
        for selector in vector_selectors(parsed.tree)
        if any(matcher.label == id_label and matcher.value == _ANY_ID for matcher in selector.matchers)
    )
    return frozenset(metric for metric in own if metric is not None)


def _fault(subject: Subject, rule: Rule, what: str) -> Diagnostic:
    return error(subject.position, "rules/broken", f"{subject.id}: the rule {rule.name} cannot stand: {what}")


def _adapter_fault(adapted: AdaptedGroup, rule: Rule, what: str) -> Diagnostic:
    message = f"the adapter {adapted.adapter}: the rule {rule.name} cannot stand: {what}"
    return error(adapted.position, "rules/broken", message)
