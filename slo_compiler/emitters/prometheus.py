"""Rule files for Prometheus: one a service, and one for the adapters if there are any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from slo_compiler.emitters import yaml
from slo_compiler.emitters.artifact import HEADER, Artifact
from slo_compiler.emitters.rule_file import rule_file
from slo_compiler.quantities import format_duration
from slo_compiler.rules.go_template import literal
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule, Rule
from slo_compiler.rules.program import Program


def emit(program: Program) -> Iterator[Artifact]:
    """One ``prometheus/<service>.rules.yaml`` a service, and ``prometheus/ml_adapters.rules.yaml``."""
    for file in program.rule_files:
        text = rule_file(file.groups, comment=HEADER)
        yield Artifact(f"prometheus/{file.name}.rules.yaml", text)


def groups_document(groups: Iterable[Group], **more: yaml.Value) -> dict[str, yaml.Value]:
    """A rule file as Prometheus reads it, and what more each group of it says to another ruler."""
    return {"groups": [group_document(group, **more) for group in groups]}


def group_document(group: Group, **more: yaml.Value) -> dict[str, yaml.Value]:
    """A rule group as Prometheus reads it, and what more it says to another ruler."""
    return {
        "name": group.name,
        "interval": format_duration(group.interval),
        **more,
        "rules": [_rule(rule) for rule in group.rules],
    }


def _rule(rule: Rule) -> yaml.Value:
    match rule:
        case RecordingRule():
            return {"record": rule.record, "expr": rule.expr, "labels": _sorted(rule.labels)}
        case AlertingRule():
            return {
                "alert": rule.alert,
                "expr": rule.expr,
                **({"for": format_duration(rule.hold)} if rule.hold else {}),
                **(
                    {"keep_firing_for": format_duration(rule.keep_firing_for)} if rule.keep_firing_for else {}
                ),
                "labels": {name: literal(value) for name, value in sorted(rule.labels.items())},
                "annotations": _sorted(rule.annotations),
            }
        case _:
            assert_never(rule)


def _sorted(texts: Mapping[str, str]) -> Mapping[str, str]:
    """The same in the order of the names; itself, where they are."""
    names = list(texts)
    return texts if names == sorted(names) else dict(sorted(texts.items()))
