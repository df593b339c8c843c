"""The names of the metrics that a model, its detectors and its guardrails are asked to export: the contract.

A spec that says nothing else is read against them, so that it has to say almost nothing. See docs/ml.md.
"""

from __future__ import annotations

from typing import Final

QUALITY_EVALUATIONS: Final = "ml_quality_evaluations_total"
PREDICTIONS: Final = "ml_predictions_total"
LABELS_JOINED: Final = "ml_labels_joined_total"
DRIFT_SCORE: Final = "ml_drift_score"
DRIFT_THRESHOLD: Final = "ml_drift_threshold"
DETECTOR_INFO: Final = "ml_detector_info"
DETECTOR_LAST_RUN: Final = "ml_detector_last_run_timestamp_seconds"
GUARDRAIL_CHECKS: Final = "ml_guardrail_checks_total"

MODEL: Final = "model"
KIND: Final = "kind"
FEATURE: Final = "feature"
SLICE: Final = "slice"
VERDICT: Final = "verdict"
GUARDRAIL: Final = "guardrail"
ACTION: Final = "action"

BAD: Final = "bad"
"""The verdict on a prediction that does not meet the quality threshold."""

UNGUARDED: Final = ("error", "fail_open")
"""The actions of a guardrail that did not check: it failed, or let pass what it could not look at."""
