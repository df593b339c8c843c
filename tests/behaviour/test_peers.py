"""What other compilers get wrong: theirs is evaluated beside ours, on the same series, and each is asserted.

Without its protection ours would say what theirs says. docs/proof.md names the test of each case.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from fractions import Fraction
from pathlib import Path
from typing import Final

import pytest
import yaml
from msgspec.structs import replace

from slo_compiler.quantities import HOUR, MINUTE
from slo_compiler.rules import names
from slo_compiler.rules.program import LoweredSlo
from slo_compiler.scenarios.series import Series
from tests.compiling import checks_of, compile_specs, slo, spec
from tests.engine.alerts import alert_named
from tests.engine.examples import compile_slo, rule_file, tier_of
from tests.engine.replay import EPOCH, Replay, replayed
from tests.engine.series import FIRST_SCRAPE, SCRAPE_INTERVAL, Phase, series_of
from tests.oracles.prometheus import Prometheus
from tests.oracles.ruletest import run_rule_tests

FAST: Final = names.burn_alert("fast")
AN_HOUR: Final = 3600.0

BAD: Final = {"bad": 'requests_total{code=~"5.."}', "total": "requests_total"}
GOOD: Final = {"good": 'requests_total{code="200"}', "total": "requests_total"}

THEIR_RATIO: Final = 'sum(rate(requests_total{code=~"5.."}[12m])) / sum(rate(requests_total[12m]))'


def _slo(objective: str = "99.9%", ratio: dict[str, str] = BAD, window: str = "1d") -> LoweredSlo:
    slo = {"name": "availability", "objective": objective, "window": window, "indicator": {"ratio": ratio}}
    return compile_slo(yaml.safe_dump({"slos": [slo]}))


SLO: Final = _slo()
LONG: Final = tier_of(SLO, "fast").long
SLOW: Final = tier_of(SLO, "slow").long
OUR_RATIO: Final = f"{names.errors(LONG)} / {names.events(LONG)}"


def test_a_tier_that_no_error_ratio_reaches(prometheus_3_5: Prometheus, tmp_path: Path) -> None:
    """At 90 % a burn rate of 14.4 is an error ratio of 144 %."""
    slo = _slo("90%")
    with _replayed(prometheus_3_5, tmp_path, slo, [Phase(3 * AN_HOUR), Phase(AN_HOUR, 1)]) as replay:
        assert not replay.at_evaluations(f"{THEIR_RATIO} > 14.4 * 0.1")
        assert math.isfinite(replay.first_firing(FAST))


def test_a_mean_of_ratios_weighs_a_quiet_minute_as_much_as_a_busy_one(
    prometheus_3_5: Prometheus, tmp_path: Path
) -> None:
    """An hour at a hundredth of the traffic, in which half fails."""
    phases = [Phase(3 * AN_HOUR), Phase(AN_HOUR, 0.5, traffic=0.01), Phase(AN_HOUR)]
    with _replayed(prometheus_3_5, tmp_path, SLO, phases) as replay:
        truth = 36 * 50 / (36 * 100 + 100 * 84 * 60)
        theirs = f"avg_over_time(({names.errors(LONG)} / {names.events(LONG)})[144m:30s])"
        assert replay.value(theirs, 5 * AN_HOUR - 1) > 40 * truth
        ours = replay.value(f"{names.errors(SLOW)} / {names.events(SLOW)}", 5 * AN_HOUR - 1)
        assert ours == pytest.approx(truth, rel=0.01)


def test_an_idle_window_is_no_number_for_as_long_as_the_period(
    prometheus_3_5: Prometheus, tmp_path: Path
) -> None:
    phases = [Phase(AN_HOUR, 0.01), Phase(AN_HOUR, traffic=0), Phase(2 * AN_HOUR, 0.01)]
    with _replayed(prometheus_3_5, tmp_path, SLO, phases) as replay:
        assert math.isnan(replay.value(f"avg_over_time(({THEIR_RATIO})[3h:30s])", 4 * AN_HOUR))
        assert replay.value(f"{names.errors(SLOW)} / {names.events(SLOW)}", 4 * AN_HOUR) == pytest.approx(
            0.01, rel=0.01
        )


def test_an_error_series_that_was_never_born(prometheus_3_5: Prometheus, tmp_path: Path) -> None:
    series = [each for each in _series(SLO, [Phase(AN_HOUR)]) if not each.labels["code"].startswith("5")]
    with replayed(prometheus_3_5, tmp_path, SLO, series, AN_HOUR) as replay:
        assert not replay.at_evaluations(THEIR_RATIO)
        assert replay.value(OUR_RATIO, AN_HOUR) == 0


def test_good_events_that_are_gone_are_an_outage(prometheus_3_5: Prometheus, tmp_path: Path) -> None:
    slo = _slo(ratio=GOOD)
    series = [
        _until(each, AN_HOUR) if each.labels["code"] == "200" else each
        for each in _series(slo, [Phase(AN_HOUR, 0.0001), Phase(AN_HOUR, 1)])
    ]
    theirs = '1 - sum(rate(requests_total{code="200"}[5m])) / sum(rate(requests_total[5m]))'
    with replayed(prometheus_3_5, tmp_path, slo, series, 2 * AN_HOUR) as replay:
        assert not [time for time in _times(replay, f"{theirs} > 0.5") if time > 1.5 * AN_HOUR]
        assert AN_HOUR < replay.first_firing(FAST) < AN_HOUR + 600


def test_metrics_that_vanish_are_an_alert_of_their_own(prometheus_3_5: Prometheus, tmp_path: Path) -> None:
    phases = [Phase(AN_HOUR), Phase(AN_HOUR, 1, scraped=False)]
    with _replayed(prometheus_3_5, tmp_path, SLO, phases) as replay:
        assert not _times(replay, f"{THEIR_RATIO} > 6 * 0.001")
        absent = [time for samples in replay.alerts[names.ABSENT_ALERT].values() for time, _ in samples]
        assert absent != []


def test_windows_told_apart_by_a_label_never_meet(prometheus_3_5: Prometheus, tmp_path: Path) -> None:
    def labelled(window: str) -> str:
        ratio = THEIR_RATIO.replace("12m", window)
        return f'(label_replace({ratio}, "window", "{window}", "", "") > 0.006)'

    with _replayed(prometheus_3_5, tmp_path, SLO, [Phase(3 * AN_HOUR), Phase(AN_HOUR, 1)]) as replay:
        assert not replay.at_evaluations(f"{labelled('12m')} and {labelled('2m')}")
        assert replay.first_firing(FAST) < 3 * AN_HOUR + 180


def test_one_error_among_few_requests_pages(prometheus_3_5: Prometheus, tmp_path: Path) -> None:
    """Six requests in the hour, of which one fails."""
    few = 6 / AN_HOUR / 100
    phases = [Phase(3 * AN_HOUR, traffic=few), Phase(600, 1, few), Phase(AN_HOUR, traffic=few)]
    with _replayed(prometheus_3_5, tmp_path, SLO, phases) as replay:
        assert _times(replay, f"{THEIR_RATIO} > 6 * 0.001")
        assert replay.alerts[FAST] == {}


def test_a_factor_for_thirty_days_is_another_share_of_the_budget_at_another_period() -> None:
    """14.4 in an hour is 2 % of 30 days, and 8.6 % of a week."""
    assert Fraction(144, 10) * HOUR / (7 * 24 * HOUR) == pytest.approx(0.0857, rel=0.01)
    for window in ("1d", "7d", "90d"):
        slo = _slo(window=window)
        for tier in slo.plan.tiers:
            assert tier.budget == tier.burn_rate * tier.long / slo.plan.slo.period
            assert tier.budget <= Fraction(15, 100)


def test_a_bucket_is_found_however_its_bound_is_spelt(prometheus_3_5: Prometheus, tmp_path: Path) -> None:
    """As the client wrote it before Prometheus 3, and as a float since."""
    latency = {"histogram": "request_seconds", "threshold": "1s"}
    slo = compile_slo(
        yaml.safe_dump({"slos": [{"name": "latency", "objective": "99%", "indicator": {"latency": latency}}]})
    )
    series = [
        replace(each, labels={**each.labels, "le": "1.0"}) if each.labels.get("le") == "1" else each
        for each in _series(slo, [Phase(AN_HOUR, 0.25)])
    ]
    theirs = 'sum(rate(request_seconds_bucket{le="1"}[5m]))'
    errors, events = names.errors(5 * MINUTE), names.events(5 * MINUTE)
    with replayed(prometheus_3_5, tmp_path, slo, series, AN_HOUR) as replay:
        assert not replay.at_evaluations(theirs)
        assert replay.value(f"{errors} / {events}", AN_HOUR) == pytest.approx(0.25)


def test_absent_errors_are_no_absence(prometheus_3_5: Prometheus, tmp_path: Path) -> None:
    series = [each for each in _series(SLO, [Phase(AN_HOUR)]) if not each.labels["code"].startswith("5")]
    with replayed(prometheus_3_5, tmp_path, SLO, series, AN_HOUR) as replay:
        assert replay.value('absent(requests_total{code=~"5.."})', AN_HOUR) == 1
        absent = [time for samples in replay.alerts[names.ABSENT_ALERT].values() for time, _ in samples]
        assert len(absent) == 2  # before anything was scraped twice


def test_a_range_vector_is_refused_before_a_rule_fails_on_it(
    prometheus_3_5: Prometheus, tmp_path: Path
) -> None:
    """Promtool takes it as any parser does, and each evaluation is an error."""
    theirs = {"groups": [{"name": "theirs", "rules": [{"record": "theirs", "expr": "queue_length[5m]"}]}]}
    rules = tmp_path / "theirs.rules.yaml"
    rules.write_text(yaml.safe_dump(theirs), encoding="utf-8")
    assert prometheus_3_5.promtool("check", "rules", rules).returncode == 0
    question = {"promql_expr_test": [{"expr": "theirs", "eval_time": "1m"}]}
    ok, output = run_rule_tests(prometheus_3_5, {rules.name: rules.read_text()}, {"tests": [question]})
    assert not ok
    assert "rule result is not a vector or scalar" in output
    indicator = {"threshold": {"gauge": "queue_length[5m]", "at_most": 10}}
    assert checks_of(compile_specs(spec("shop", slo(indicator=indicator)), receivers=None)) == ["promql/type"]


def test_a_file_is_one_document() -> None:
    assert len(list(yaml.safe_load_all(rule_file(SLO)))) == 1


def test_an_objective_is_printed_as_it_was_written() -> None:
    assert 1 - 0.999 != 0.001
    assert "(6 * 0.001)" in alert_named(SLO, FAST).expr


def _series(slo: LoweredSlo, phases: Sequence[Phase]) -> list[Series]:
    return series_of(slo.plan.slo, phases)


def _replayed(
    prometheus: Prometheus, folder: Path, slo: LoweredSlo, phases: Sequence[Phase]
) -> AbstractContextManager[Replay]:
    return replayed(prometheus, folder, slo, _series(slo, phases), sum(phase.lasts for phase in phases))


def _times(replay: Replay, query: str) -> list[float]:
    """When a query yielded anything, in seconds of the replay."""
    return [time - EPOCH for samples in replay.at_evaluations(query).values() for time, _ in samples]


def _until(series: Series, end: float) -> Series:
    times = (FIRST_SCRAPE + SCRAPE_INTERVAL * index for index in range(len(series.values)))
    values = zip(times, series.values, strict=True)
    return replace(series, values=tuple(value if time <= end else None for time, value in values))
