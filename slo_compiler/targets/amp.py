"""Amazon Managed Service for Prometheus: a rule groups namespace a service, within a workspace's quotas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slo_compiler.diagnostics import Diagnostic, error
from slo_compiler.emitters import yaml
from slo_compiler.emitters.artifact import HEADER, Artifact
from slo_compiler.emitters.prometheus import groups_document
from slo_compiler.rules.ir import RuleFile
from slo_compiler.rules.program import Program
from slo_compiler.targets.limits import GroupLimits, check_groups
from slo_compiler.targets.placed import namespace_of, placed_groups
from slo_compiler.targets.target import LIMIT

MOST_BYTES: Final = 1_000_000
"""Of the definition of a namespace; a quota that cannot be raised."""


def emit(program: Program) -> Iterator[Artifact]:
    """``amp/<namespace>.yaml``: what ``aws amp put-rule-groups-namespace --data fileb://`` takes."""
    if program.targets.amp is not None:
        for file in program.rule_files:
            yield Artifact(f"amp/{namespace_of(file.name)}.yaml", _text(file))


def check(program: Program) -> Iterator[Diagnostic]:
    """What the quotas of a workspace do not allow."""
    asked = program.targets.amp
    if asked is None:
        return
    groups = placed_groups(program)
    limits = GroupLimits(
        "amp",
        asked.rules_per_group,
        "the quota Rules per rule group",
        asked.groups,
        "the quota Rule groups per workspace",
        asked.position,
    )
    yield from check_groups(groups, limits)
    files = list(program.rule_files)
    if len(files) > asked.namespaces:
        yield error(
            asked.position,
            LIMIT,
            f"these specs compile to {len(files)} rule groups namespaces, one a service, and amp takes "
            f"{asked.namespaces} (the quota Rule group namespaces per workspace): the last "
            f"{len(files) - asked.namespaces} services would have no alerts; ask for a higher quota and "
            f"write it as targets.amp.namespaces: {len(files)}",
        )
    places = {placed.file: placed.position for placed in reversed(groups)}
    for file in files:
        bytes_ = len(_text(file).encode())
        if bytes_ > MOST_BYTES:
            yield error(
                places[file.name],
                LIMIT,
                f"the rules of {file.name} are {bytes_:,} bytes, and amp takes {MOST_BYTES:,} a namespace: "
                "it would refuse them, with all of their alerts; divide the service into two specs",
            )


def _text(file: RuleFile) -> str:
    return yaml.document(groups_document(file.groups), comment=HEADER)
