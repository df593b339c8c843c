"""Whether the rules hang together: each is PromQL, reads what is recorded before, and writes its own series.

Everything that goes into a rule was checked before; this looks once more at what came out.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.model.adapter import ADAPTER
from slo_compiler.model.subject import Subject
from slo_compiler.promql.check import parse
from slo_compiler.promql.functions import ValueType
from slo_compiler.promql.queries import metric_of, vector_selectors
from slo_compiler.promql.release import release_named
from slo_compiler.rules.adapting import AdaptedGroup
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule, Rule
from slo_compiler.rules.program import Lowered, Program

_ANY_ID = "service:name"
_EQUALS = r'(?<![a-zA-Z0-9_])(?!{id_label}=)([a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\\n]|\\.)*"'


def check_rules(program: Program) -> Iterator[Diagnostic]:
    """Rules that Prometheus would refuse, that read nothing, or that write what another rule writes."""
    of_subject: defaultdict[Subject, list[Group]] = defaultdict(list)
    for lowered in program.lowered:
        of_subject[lowered.subject].extend(lowered.groups)
    for lowered in program.lowered:
        subject = lowered.subject
        groups = of_subject[subject]
        recorded = [{rule.record for rule in _recording(group)} for group in groups]
        yield from _repeated(lowered)
        for group in lowered.groups:
            others = (metrics for other, metrics in zip(groups, recorded, strict=True) if other is not group)
            yield from _check_group(group, set().union(*others), subject)
    for adapted in program.adapted:
        yield from _check_adapted(adapted)


def _repeated(lowered: Lowered) -> Iterator[Diagnostic]:
    seen: defaultdict[str, list[Mapping[str, str]]] = defaultdict(list)
    for group in lowered.groups:
        for rule in group.rules:
            same_name = seen[_name(rule)]
            if rule.labels in same_name:
                yield _fault(lowered.subject, rule, "a second rule writes the same series, and one is lost")
            same_name.append(rule.labels)


def _check_group(group: Group, known: set[str], subject: Subject) -> Iterator[Diagnostic]:
    """A rule sees what earlier rules of its group wrote in this round, and of other groups the last round."""
    own, anybodys = f'"{subject.id}"', f'"{_ANY_ID}"'
    for rule in group.rules:
        read = _metrics_read(rule.expr.replace(own, anybodys), subject.id_label, subject.target)
        if isinstance(read, str):
            yield _fault(subject, rule, f"{subject.target} would refuse it: {read}")
        elif not read <= known:
            missing = read - known
            yield _fault(
                subject, rule, f"it reads {', '.join(sorted(missing))}, which no earlier rule records"
            )
        if isinstance(rule, RecordingRule):
            known.add(rule.record)


def _check_adapted(adapted: AdaptedGroup) -> Iterator[Diagnostic]:
    """The rules of an adapter read other systems, so that only their form can be checked."""
    seen: set[tuple[str, frozenset[tuple[str, str]]]] = set()
    for rule in adapted.group.rules:
        read = _metrics_read(rule.expr, ADAPTER, adapted.target)
        series = (_name(rule), frozenset(rule.labels.items()))
        if isinstance(read, str):
            yield _adapter_fault(adapted, rule, f"{adapted.target} would refuse it: {read}")
        if series in seen:
            yield _adapter_fault(adapted, rule, "a second rule writes the same series, and one is lost")
        seen.add(series)


@functools.lru_cache(maxsize=10_000)
def _metrics_read(expr: str, id_label: str, target: str) -> frozenset[str] | str:
    """The metrics of the subject itself that an expression reads, or what is wrong with the expression.

    SLOs have most of their expressions in common, but for the id, and many more but for what labels are to
    equal, which as a string is well-formed or was refused when the author's text was read.
    """
    alike = _equals(id_label).sub(r'\1="_"', expr)
    read = _metrics_read_alike(alike, id_label, target)
    return _metrics_read_alike(expr, id_label, target) if isinstance(read, str) else read


@functools.cache  # there are three
def _equals(id_label: str) -> re.Pattern[str]:
    """What any other label is to equal."""
    return re.compile(_EQUALS.format(id_label=id_label))


@functools.lru_cache(maxsize=10_000)
def _metrics_read_alike(expr: str, id_label: str, target: str) -> frozenset[str] | str:
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


def _recording(group: Group) -> Iterator[RecordingRule]:
    return (rule for rule in group.rules if isinstance(rule, RecordingRule))


def _name(rule: Rule) -> str:
    return rule.alert if isinstance(rule, AlertingRule) else rule.record


def _fault(subject: Subject, rule: Rule, what: str) -> Diagnostic:
    return error(
        subject.position, "rules/broken", f"{subject.id}: the rule {_name(rule)} cannot stand: {what}"
    )


def _adapter_fault(adapted: AdaptedGroup, rule: Rule, what: str) -> Diagnostic:
    message = f"the adapter {adapted.adapter}: the rule {_name(rule)} cannot stand: {what}"
    return error(adapted.position, "rules/broken", message)
