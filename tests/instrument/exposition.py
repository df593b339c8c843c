"""What a registry exposes, as prometheus_client's own parser reads it back."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from slo_compiler.instrument import Detector, Guardrail, Labels, Model, Pipeline, QualityJudge


def samples_of(registry: CollectorRegistry, name: str) -> dict[tuple[str, ...], float]:
    """The series of a metric: value by the values of its labels that are not empty, sorted by label name."""
    families = text_string_to_metric_families(generate_latest(registry).decode())
    return {
        tuple(value for _, value in sorted(sample.labels.items()) if value): sample.value
        for family in families
        for sample in family.samples
        if sample.name == name
    }


def everything() -> CollectorRegistry:
    """A registry to which one of each has told all it can."""
    registry = CollectorRegistry()
    model = Model(
        "fraud",
        "7",
        training_cutoff="2026-09-30",
        artifact="s3://models/fraud/7",
        deployed=1_790_000_000,
        slices=("eu", "us"),
        registry=registry,
    )
    model.predicted(3, slice="eu")
    QualityJudge("fraud", "7", slices=("eu",), registry=registry).judged(good=False, slice="eu")
    labels = Labels("fraud", registry=registry)
    labels.joined(2)
    labels.watermark(1_790_000_100)
    detector = Detector(
        model="fraud",
        name="psi",
        version="1.4",
        reference_id="train-7",
        config={"bins": 10},
        registry=registry,
    )
    detector.report(feature="amount", score=0.31, threshold=0.2, slice="eu", samples=1000)
    detector.completed(1_790_000_200)
    Pipeline("card-features", registry=registry).succeeded(1_790_000_300)
    Guardrail("pii", registry=registry).checked(origin="user", phase="input", action="block")
    return registry
