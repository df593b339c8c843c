"""vmalert of VictoriaMetrics: each group in stages, for what a rule writes is not there for the next one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from msgspec.structs import replace

from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.emitters import yaml
from slo_compiler.emitters.artifact import HEADER, Artifact
from slo_compiler.emitters.prometheus import group_document
from slo_compiler.promql.metricsql import to_metricsql, unknown_functions
from slo_compiler.promql.release import Release, release_named
from slo_compiler.quantities import SECOND, format_duration
from slo_compiler.rules.ir import Group
from slo_compiler.rules.program import Program
from slo_compiler.rules.stages import stages
from slo_compiler.targets.target import UNSUPPORTED


def emit(program: Program) -> Iterator[Artifact]:
    """``vmalert/<service>.rules.yaml``."""
    if program.targets.vmalert is None:
        return
    release = _release(program)
    for file in program.rule_files:
        groups = [
            document
            for group in file.groups
            for document in _offset(tuple(_in_metricsql(stage, release) for stage in stages(group, release)))
        ]
        yield Artifact(f"vmalert/{file.name}.rules.yaml", yaml.document({"groups": groups}, comment=HEADER))


def check(program: Program) -> Iterator[Diagnostic]:
    """Expressions that MetricsQL does not know."""
    if program.targets.vmalert is None:
        return
    for lowered in program.lowered:
        release = release_named(lowered.subject.target)
        rules = [rule for group in lowered.groups for rule in group.rules]
        if unknown := sorted({name for rule in rules for name in unknown_functions(rule.expr, release)}):
            yield error(
                lowered.subject.position,
                UNSUPPORTED,
                f"vmalert knows no {' and no '.join(unknown)}: VictoriaMetrics has no native histograms, and "
                f"would refuse the rules of {lowered.subject.id} with all of their alerts; measure a classic "
                "histogram",
            )


def _offset(staged: tuple[Group, ...]) -> Iterator[yaml.Value]:
    """The stages in order, spread over the interval: each sees what the one before wrote in the same round.

    Groups begin at an offset of their own, so that not all of them are evaluated at once.
    """
    interval = staged[-1].interval
    begins = int(hashlib.sha256(staged[-1].name.encode()).hexdigest(), 16) % (interval // SECOND)
    for number, stage in enumerate(staged):
        offset = (begins + interval * number / len(staged) // SECOND) * SECOND % interval
        yield group_document(stage, eval_offset=format_duration(offset))


def _in_metricsql(group: Group, release: Release) -> Group:
    rules = tuple(replace(rule, expr=to_metricsql(rule.expr, release)) for rule in group.rules)
    return replace(group, rules=rules)


def _release(program: Program) -> Release:
    return release_named(next((lowered.subject.target for lowered in program.lowered), "prometheus-2.42"))
