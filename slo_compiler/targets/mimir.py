"""Mimir and Cortex: a namespace a service, in the format of ``mimirtool rules``, within a tenant's limits."""

from __future__ import annotations

from collections.abc import Iterator

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.emitters import yaml
from slo_compiler.emitters.artifact import HEADER, Artifact
from slo_compiler.emitters.prometheus import group_document, groups_document
from slo_compiler.model.targets import Mimir
from slo_compiler.quantities import format_duration
from slo_compiler.rules.program import Program
from slo_compiler.targets.limits import GroupLimits, check_groups
from slo_compiler.targets.placed import namespace_of, placed_groups
from slo_compiler.targets.pushing import Payload


def emit(program: Program) -> Iterator[Artifact]:
    """``mimir/<namespace>.yaml``, for ``mimirtool rules sync`` or ``slo-compiler push``."""
    asked = program.targets.mimir
    if asked is not None:
        for file in program.rule_files:
            namespace = namespace_of(file.name, asked.prefix)
            groups = groups_document(file.groups, **_offset(asked))
            text = yaml.document({"namespace": namespace, **groups}, comment=HEADER)
            yield Artifact(f"mimir/{namespace}.yaml", text)


def payloads(program: Program) -> Iterator[Payload]:
    """Each group as a ruler is posted it; none where the program does not ask for this target."""
    asked = program.targets.mimir
    if asked is not None:
        for file in program.rule_files:
            for group in file.groups:
                text = yaml.document(group_document(group, **_offset(asked)), comment=HEADER)
                yield Payload(namespace_of(file.name, asked.prefix), group.name, text)


def check(program: Program) -> Iterator[Diagnostic]:
    """Groups that the tenant's limits do not allow."""
    asked = program.targets.mimir
    if asked is not None:
        limits = GroupLimits(
            "mimir",
            asked.rules_per_group,
            "ruler_max_rules_per_rule_group",
            asked.groups,
            "ruler_max_rule_groups_per_tenant",
            asked.position,
        )
        yield from check_groups(placed_groups(program), limits)


def _offset(asked: Mimir) -> dict[str, yaml.Value]:
    return {} if asked.query_offset is None else {"query_offset": format_duration(asked.query_offset)}
