"""The replay and the real Prometheus say the same of random pasts of signals: when each of them fires.

``python -m tests.replay.ml_agreement 400`` compares more of them.
"""

from __future__ import annotations

from typing import Final

import pytest

from slo_compiler.replay.service import evaluate_service
from tests.oracles.prometheus import Prometheus
from tests.replay.ml_agreement import NOT_REPLAYED, MlVerdict, compare
from tests.replay.ml_scenarios import draw, draw_seasons

BATCHES: Final = {
    "drifts, labels, replicas and guardrails": (draw, 7, 24),
    "seasons": (draw_seasons, 0, 8),
}
SEED: Final = 7


@pytest.fixture(scope="module")
def verdicts(prometheus_3_5: Prometheus) -> dict[str, MlVerdict]:
    return {
        name: compare(prometheus_3_5, drawn(seed, size), seed)
        for name, (drawn, seed, size) in BATCHES.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("batch", BATCHES)
def test_signals_fire_and_resolve_when_the_real_prometheus_says(
    batch: str, verdicts: dict[str, MlVerdict]
) -> None:
    assert () == verdicts[batch].disagreements


@pytest.mark.slow
@pytest.mark.parametrize("batch", BATCHES)
def test_rules_of_signals_are_evaluated_as_the_real_prometheus_does(
    batch: str, verdicts: dict[str, MlVerdict]
) -> None:
    assert () == verdicts[batch].by_rules


@pytest.mark.slow
def test_every_guard_holds_back_somewhere_and_is_stuck_somewhere(verdicts: dict[str, MlVerdict]) -> None:
    fired = {name for verdict in verdicts.values() for name, often in verdict.fired.items() if often}
    guards = ("detector_moved", "spec_moved", "label_lag", "cold_start", "seasonality")
    expected = {
        *(f"Guard{''.join(part.title() for part in guard.split('_'))} {guard}" for guard in guards),
        *(f"GuardStuck {guard}" for guard in guards),
        *("DriftReal", "DriftVirtual", "DriftUnclassified", "DriftBroad", "DetectorStale"),
        *("QualitySliceBurn", "GuardrailFailOpen", "GuardrailBypassed", "GuardrailBlocksMore"),
        *("EngineStalled", "AutoscalerThrash", "TelemetryMissing"),
    }
    assert set() == expected - fired


def test_every_alert_of_a_signal_is_replayed_but_those_that_are_named() -> None:
    batch = draw(SEED, 1)
    told = {
        timeline.alert
        for timeline in evaluate_service(batch.program.watched[0], batch.pasts[0], batch.grid).timelines
    }
    alerts = {alert.alert for signal in batch.program.signals for alert in signal.alerts()}
    assert NOT_REPLAYED & alerts == alerts - told
