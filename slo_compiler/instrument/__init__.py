"""Emits the metric contract from a detector, judge, pipeline, model or guardrail, in three lines."""

from slo_compiler.instrument.batch import push, write
from slo_compiler.instrument.detector import Detector, config_hash, from_p_value
from slo_compiler.instrument.guardrail import Guardrail
from slo_compiler.instrument.pipeline import Pipeline
from slo_compiler.instrument.prediction import Labels, Model, QualityJudge

__all__ = [
    "Detector",
    "Guardrail",
    "Labels",
    "Model",
    "Pipeline",
    "QualityJudge",
    "config_hash",
    "from_p_value",
    "push",
    "write",
]
