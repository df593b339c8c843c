"""A Helm chart of PrometheusRule manifests, whose alert templates are Prometheus's and not Helm's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.emitters import yaml
from slo_compiler.emitters.artifact import HEADER, Artifact
from slo_compiler.rules.go_template import literal
from slo_compiler.rules.program import Program
from slo_compiler.targets import manifest, operator

FOLDER: Final = "helm"


def emit(program: Program) -> Iterator[Artifact]:
    """``helm/Chart.yaml`` and ``helm/templates/slo-<service>.yaml``.

    Helm renders each template as a whole, comments included, before it reads it as YAML: with every ``{{``
    escaped it renders to the bytes of the operator's manifest. The namespace is that of the release.
    """
    asked = program.targets.helm
    if asked is None:
        return
    chart: dict[str, yaml.Value] = {
        "apiVersion": "v2",
        "name": asked.name,
        "description": "Recording rules and alerts of SLOs.",
        "type": "application",
        "version": asked.version,
    }
    yield Artifact(f"{FOLDER}/Chart.yaml", yaml.document(chart, comment=HEADER))
    for each in operator.rule_manifests(f"{FOLDER}/templates", program, None, asked.labels):
        yield Artifact(each.path, literal(each.text))


def check(program: Program) -> Iterator[Diagnostic]:
    """What a manifest cannot hold."""
    if program.targets.helm is not None:
        yield from manifest.check_sizes(program, "helm")
