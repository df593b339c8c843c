"""Families of alerts: those that are handled in the same way share a section and a template."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final, assert_never

from slo_compiler.model.guard import GuardKind
from slo_compiler.model.indicator import (
    ErrorRatio,
    Events,
    Freshness,
    Guardrail,
    Indicator,
    Latency,
    Probe,
    Quality,
    Ratio,
    Threshold,
)
from slo_compiler.rules import names


class Family(enum.Enum):
    """A family; the value names its template. On a page they stand in this order."""

    ERRORS = "errors"
    LATENCY = "latency"
    STATE = "state"
    """A probe, a gauge on the wrong side of a bound, or data that is too old: time is counted, not events."""
    QUALITY = "quality"
    QUALITY_OF_A_SLICE = "quality_of_a_slice"
    GUARDRAIL = "guardrail"
    GUARDRAIL_OPEN = "guardrail_open"
    GUARDRAIL_BYPASSED = "guardrail_bypassed"
    GUARDRAIL_BLOCKS_MORE = "guardrail_blocks_more"
    ABSENT = "absent"
    ENGINE_STALLED = "engine_stalled"
    AUTOSCALER_THRASH = "autoscaler_thrash"
    DRIFT = "drift"
    DRIFT_OF_LABELS = "drift_of_labels"
    DRIFT_BROAD = "drift_broad"
    DETECTOR_STALE = "detector_stale"
    TELEMETRY = "telemetry"
    OTHER = "other"
    """An alert that tells in its description all that there is to tell."""
    GUARD = "guard"
    GUARD_STUCK = "guard_stuck"


_BY_NAME: Final[Mapping[str, Family]] = {
    names.ABSENT_ALERT: Family.ABSENT,
    names.SLICE_ALERT: Family.QUALITY_OF_A_SLICE,
    names.FAIL_OPEN_ALERT: Family.GUARDRAIL_OPEN,
    names.BYPASS_ALERT: Family.GUARDRAIL_BYPASSED,
    names.BLOCKING_ALERT: Family.GUARDRAIL_BLOCKS_MORE,
    names.STALLED_ALERT: Family.ENGINE_STALLED,
    names.THRASH_ALERT: Family.AUTOSCALER_THRASH,
    names.TELEMETRY_ALERT: Family.TELEMETRY,
    names.VIRTUAL_DRIFT_ALERT: Family.DRIFT,
    names.REAL_DRIFT_ALERT: Family.DRIFT,
    names.UNCLASSIFIED_DRIFT_ALERT: Family.DRIFT,
    names.LABEL_DRIFT_ALERT: Family.DRIFT_OF_LABELS,
    names.BROAD_DRIFT_ALERT: Family.DRIFT_BROAD,
    names.STALE_DETECTOR_ALERT: Family.DETECTOR_STALE,
    names.STUCK_GUARD_ALERT: Family.GUARD_STUCK,
    **dict.fromkeys(map(names.guard_alert, GuardKind), Family.GUARD),
}


def family_of(alert: str) -> Family:
    """The family of an alert that is no tier's."""
    return _BY_NAME.get(alert, Family.OTHER)


def family_of_burns(indicator: Indicator) -> Family:
    """The family of the burn-rate alerts of an indicator."""
    match indicator:
        case Ratio() | Events() | ErrorRatio():
            return Family.ERRORS
        case Latency():
            return Family.LATENCY
        case Probe() | Threshold() | Freshness():
            return Family.STATE
        case Quality():
            return Family.QUALITY
        case Guardrail():
            return Family.GUARDRAIL
        case _:
            assert_never(indicator)
