"""Google Cloud Managed Service for Prometheus: Rules, ClusterRules or GlobalRules, and a kustomization."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from slo_compiler.diagnostics import Diagnostic, warning
from slo_compiler.emitters.artifact import Artifact
from slo_compiler.emitters.prometheus import groups_document
from slo_compiler.model.targets import Gmp
from slo_compiler.quantities import Seconds, format_duration
from slo_compiler.rules.ir import AlertingRule, Group, Rule
from slo_compiler.rules.program import Program
from slo_compiler.targets import manifest
from slo_compiler.targets.placed import placed_groups
from slo_compiler.targets.target import UNSUPPORTED

KINDS: Final = {"cluster": "ClusterRules", "global": "GlobalRules"}
KIND_OF_A_NAMESPACE: Final = "Rules"


def emit(program: Program) -> Iterator[Artifact]:
    """``gmp/slo-<service>.yaml``, and ``gmp/kustomization.yaml``."""
    if program.targets.gmp is not None:
        yield from manifest.with_kustomization("gmp", _manifests(program, program.targets.gmp))


def check(program: Program) -> Iterator[Diagnostic]:
    """What a manifest cannot hold or say."""
    asked = program.targets.gmp
    if asked is None:
        return
    yield from manifest.check_sizes(program, "gmp")
    kept = [alert for placed in placed_groups(program) for alert in placed.alerts if alert.keep_firing_for]
    if kept:
        longest = format_duration(max(alert.keep_firing_for for alert in kept))
        yield warning(
            asked.position,
            UNSUPPORTED,
            f"gmp knows no keep_firing_for, which {len(kept)} alerts have, for up to {longest}: there they "
            "resolve as soon as their expression does, and page again when it comes back",
        )


def _manifests(program: Program, asked: Gmp) -> Iterator[Artifact]:
    kind = KIND_OF_A_NAMESPACE if asked.namespace else KINDS[asked.scope or "cluster"]
    for each in manifest.manifests(program):
        text = manifest.document(
            "monitoring.googleapis.com/v1",
            kind,
            manifest.metadata(each.name, asked.namespace, {}),
            groups_document(_known(placed.group) for placed in each.groups),
        )
        yield Artifact(f"gmp/{each.name}.yaml", text)


def _known(group: Group) -> Group:
    """The group without what the kind of the manifest has no field for."""
    return replace(group, rules=tuple(_rule(rule) for rule in group.rules))


def _rule(rule: Rule) -> Rule:
    return replace(rule, keep_firing_for=Seconds(0)) if isinstance(rule, AlertingRule) else rule
