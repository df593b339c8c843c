"""The Prometheus operator: PrometheusRule manifests, and a kustomization of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.emitters.artifact import Artifact
from slo_compiler.emitters.prometheus import groups_document
from slo_compiler.rules.program import Program
from slo_compiler.targets import manifest


def emit(program: Program) -> Iterator[Artifact]:
    """``operator/slo-<service>.yaml``, and ``operator/kustomization.yaml``."""
    if program.targets.operator is not None:
        asked = program.targets.operator
        yield from manifest.with_kustomization(
            "operator", rule_manifests("operator", program, asked.namespace, asked.labels)
        )


def rule_manifests(
    folder: str, program: Program, namespace: str | None, labels: Mapping[str, str]
) -> Iterator[Artifact]:
    """The PrometheusRule manifests of a program in a folder."""
    for each in manifest.manifests(program):
        text = manifest.document(
            "monitoring.coreos.com/v1",
            "PrometheusRule",
            manifest.metadata(each.name, namespace, labels),
            groups_document(placed.group for placed in each.groups),
        )
        yield Artifact(f"{folder}/{each.name}.yaml", text)


def check(program: Program) -> Iterator[Diagnostic]:
    """What a manifest cannot hold."""
    if program.targets.operator is not None:
        yield from manifest.check_sizes(program, "operator")
