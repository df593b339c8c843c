"""The metric contract: what a detector, judge, pipeline, model or guardrail has to tell, and by which name.

No drift or quality library agrees with another on names, and hardly one exports to Prometheus at all. These
few metrics are what the compiler's rules read; ``slo_compiler.instrument`` emits them, and adapters map other
systems onto them. The table is their one home; ``docs/contract.md`` explains each.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

MODEL_INFO: Final = "ml_model_info"
MODEL_DEPLOYED: Final = "ml_model_deployed_timestamp_seconds"
PREDICTIONS: Final = "ml_predictions_total"
QUALITY_EVALUATIONS: Final = "ml_quality_evaluations_total"
LABELS_JOINED: Final = "ml_labels_joined_total"
LABEL_WATERMARK: Final = "ml_label_watermark_timestamp_seconds"
DRIFT_SCORE: Final = "ml_drift_score"
DRIFT_THRESHOLD: Final = "ml_drift_threshold"
DRIFT_SAMPLE_SIZE: Final = "ml_drift_sample_size"
DETECTOR_INFO: Final = "ml_detector_info"
DETECTOR_LAST_RUN: Final = "ml_detector_last_run_timestamp_seconds"
PIPELINE_LAST_SUCCESS: Final = "ml_pipeline_last_success_timestamp_seconds"
GUARDRAIL_CHECKS: Final = "ml_guardrail_checks_total"

MODEL: Final = "model"
MODEL_VERSION: Final = "model_version"
DETECTOR: Final = "detector"
FEATURE: Final = "feature"
SLICE: Final = "slice"
KIND: Final = "kind"
VERDICT: Final = "verdict"
PIPELINE: Final = "pipeline"
GUARDRAIL: Final = "guardrail"
ORIGIN: Final = "origin"
PHASE: Final = "phase"
ACTION: Final = "action"

GOOD: Final = "good"
BAD: Final = "bad"
"""The verdict on a prediction that does not meet the quality threshold."""

BLOCK: Final = "block"
FAIL_OPEN: Final = "fail_open"

UNGUARDED: Final = ("error", FAIL_OPEN)
"""The actions of a guardrail that did not check: it failed, or let pass what it could not look at."""

VERDICTS: Final = (GOOD, BAD)
KINDS: Final = ("input", "prediction", "label")
ORIGINS: Final = ("user", "retrieval", "tool")
PHASES: Final = ("input", "output")
ACTIONS: Final = ("allow", "mask", BLOCK, *UNGUARDED)

_DRIFT: Final = (MODEL, FEATURE, SLICE, DETECTOR, KIND)


class MetricType(enum.Enum):
    """What kind of series a metric is, as the exposition's ``# TYPE`` says it."""

    COUNTER = "counter"
    GAUGE = "gauge"


class ContractMetric(Struct, frozen=True):
    """A metric of the contract. An empty label is the same to Prometheus as none."""

    name: str
    type: MetricType
    labels: tuple[str, ...]
    help: str
    zero_initialised: bool = False
    """Whether its series have to be there, at 0, before the first event: increase() misses a first one."""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The only values that some of the labels may have."""


CONTRACT: Final = (
    ContractMetric(
        MODEL_INFO,
        MetricType.GAUGE,
        (MODEL, MODEL_VERSION, "training_cutoff", "artifact"),
        "Always 1; the labels say which model serves.",
    ),
    ContractMetric(
        MODEL_DEPLOYED,
        MetricType.GAUGE,
        (MODEL, MODEL_VERSION),
        "When this version was deployed, in seconds since 1970; a restart is no deployment.",
    ),
    ContractMetric(
        PREDICTIONS,
        MetricType.COUNTER,
        (MODEL, MODEL_VERSION, SLICE),
        "Predictions made.",
        zero_initialised=True,
    ),
    ContractMetric(
        QUALITY_EVALUATIONS,
        MetricType.COUNTER,
        (MODEL, MODEL_VERSION, SLICE, VERDICT),
        "Predictions judged, counted when they are judged.",
        zero_initialised=True,
        values={VERDICT: VERDICTS},
    ),
    ContractMetric(
        LABELS_JOINED,
        MetricType.COUNTER,
        (MODEL,),
        "Predictions whose true label has arrived and was joined to them.",
        zero_initialised=True,
    ),
    ContractMetric(
        LABEL_WATERMARK,
        MetricType.GAUGE,
        (MODEL,),
        "All labels of predictions made before this time have arrived, in seconds since 1970.",
    ),
    ContractMetric(
        DRIFT_SCORE,
        MetricType.GAUGE,
        _DRIFT,
        "How far a feature, the predictions or the labels have moved from the reference; higher is worse.",
        values={KIND: KINDS},
    ),
    ContractMetric(
        DRIFT_THRESHOLD,
        MetricType.GAUGE,
        _DRIFT,
        "The score above which the detector calls it drift.",
        values={KIND: KINDS},
    ),
    ContractMetric(
        DRIFT_SAMPLE_SIZE,
        MetricType.GAUGE,
        _DRIFT,
        "How many samples the score was computed from.",
        values={KIND: KINDS},
    ),
    ContractMetric(
        DETECTOR_INFO,
        MetricType.GAUGE,
        (MODEL, DETECTOR, "detector_version", "reference_id", "config_hash"),
        "Always 1; the labels say which detector compares with which reference.",
    ),
    ContractMetric(
        DETECTOR_LAST_RUN,
        MetricType.GAUGE,
        (MODEL, DETECTOR),
        "When the detector last completed a run, in seconds since 1970.",
    ),
    ContractMetric(
        PIPELINE_LAST_SUCCESS,
        MetricType.GAUGE,
        (PIPELINE,),
        "When the pipeline last succeeded, in seconds since 1970.",
    ),
    ContractMetric(
        GUARDRAIL_CHECKS,
        MetricType.COUNTER,
        (GUARDRAIL, ORIGIN, PHASE, ACTION),
        "Checks of a guardrail, by what it did.",
        zero_initialised=True,
        values={ORIGIN: ORIGINS, PHASE: PHASES, ACTION: ACTIONS},
    ),
)

BY_NAME: Final[Mapping[str, ContractMetric]] = {metric.name: metric for metric in CONTRACT}
