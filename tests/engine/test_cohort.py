"""Quality by cohort on real servers: bad predictions page a lag after they were made, and no sooner."""

from __future__ import annotations

from typing import Final

from slo_compiler.rules.program import Program
from tests.compiling import ml_spec, program_of, quality
from tests.engine.batches import MINUTELY, Case, assert_all_firing
from tests.oracles.prometheus import Prometheus

COHORT: Final = {"quality": {"labels": {"mode": "cohort", "lag": "30m"}}}
OFF: Final = dict.fromkeys(("detector_moved", "spec_moved", "label_lag", "cold_start", "seasonality"), False)


def scorer() -> Program:
    fast = {"tiers": [{"name": "fast", "severity": "page", "long": "1h", "budget": "2%"}], "absent": False}
    spec = ml_spec("scorer", quality(indicator=COHORT, alerting=fast), drift=[], guards=OFF)
    return program_of(spec, defaults=MINUTELY)


def judged(bad: str) -> dict[str, str]:
    total = 'ml_quality_evaluations_total{model="scorer", verdict='
    return {f'{total}"good"}}': "0+600x300", f'{total}"bad"}}': bad}


PAGE: Final = "ErrorBudgetBurnFast"
CASES: Final = [
    Case("no bad ones", judged("0x300"), {60: [], 200: []}),
    Case("as many as may be", judged("0+6x300"), {60: [], 200: []}),
    Case(
        "all are bad from minute 100 on",
        judged("0x100 0+600x200"),
        {100: [], 129: [], 145: [PAGE], 200: [PAGE]},
    ),
    Case("for a quarter of an hour", judged("0x100 0+600x15 9000x190"), {129: [], 145: [PAGE], 175: []}),
]


def test_bad_predictions_page_when_their_labels_have_come(oldest_and_newest: Prometheus) -> None:
    assert_all_firing(oldest_and_newest, scorer(), CASES)
