"""Each tier of each example fires on an incident above its threshold, in time, and on none just below.

The rules are evaluated by real servers, every group at its own interval; see tests/engine/replay.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from slo_compiler.rules import names
from slo_compiler.rules.program import LoweredSlo
from slo_compiler.scenarios.series import Series
from tests.engine.alerts import worst_ratio
from tests.engine.examples import SLOS, TIERS, tier_of
from tests.engine.incidents import firing, just_below
from tests.engine.replay import EPOCH, replayed
from tests.engine.series import EVENTS_A_SECOND, Phase, series_of
from tests.oracles.prometheus import Prometheus

SICK, HEALTHY = "sick", "healthy"

each_tier = pytest.mark.parametrize(("slo_id", "tier_name"), TIERS)


@each_tier
def test_an_incident_just_below_the_threshold_never_fires(
    prometheus_3_5: Prometheus, tmp_path: Path, slo_id: str, tier_name: str
) -> None:
    """On the newest; tests/behaviour and the rule tests have incidents like these on the oldest too."""
    slo, tier = SLOS[slo_id], tier_of(SLOS[slo_id], tier_name)
    phases = just_below(slo.plan, tier)
    end, alert = sum(phase.lasts for phase in phases), names.burn_alert(tier.name)
    series = _with_a_healthy_group(slo, phases)
    with replayed(prometheus_3_5, tmp_path, slo, series, end, alerts=[alert]) as replay:
        assert replay.alerts[alert] == {}
        # Just below: otherwise the silence would prove nothing.
        assert 0.55 < replay.value(worst_ratio(tier, end), end) / tier.threshold < 1


@each_tier
def test_an_incident_above_the_threshold_fires_when_its_share_of_the_budget_is_spent(
    oldest_and_newest: Prometheus, tmp_path: Path, slo_id: str, tier_name: str
) -> None:
    """And where there are groups, for the sick one alone."""
    slo, tier = SLOS[slo_id], tier_of(SLOS[slo_id], tier_name)
    incident, alert = firing(slo.plan, tier), names.burn_alert(tier.name)
    series = _with_a_healthy_group(slo, incident.phases)
    end = incident.latest + 1
    with replayed(oldest_and_newest, tmp_path, slo, series, end, alerts=[alert]) as replay:
        assert incident.earliest <= replay.first_firing(alert) <= incident.latest
        alerting = [dict(labels) for labels in replay.alerts[alert]]
        sick = [labels[group] for labels in alerting for group in slo.plan.slo.group_by]
        assert sick == [SICK] * len(slo.plan.slo.group_by)


@pytest.mark.parametrize(("errors", "fires"), [(2, False), (3, True)], ids=["two errors", "three errors"])
def test_a_nearly_idle_service_waits_for_a_third_error(
    oldest_and_newest: Prometheus, tmp_path: Path, *, errors: int, fires: bool
) -> None:
    """With 72 requests an hour two errors are twice the threshold of the hour's tier, and bad luck."""
    slo = SLOS["checkout-api:availability"]
    nearly_idle = 72 / 3600 / EVENTS_A_SECOND
    seconds_an_error = 50.0
    phases = [Phase(7200, 0, nearly_idle), Phase(errors * seconds_an_error, 1, nearly_idle)]
    series = series_of(slo.plan.slo, [*phases, Phase(3600, 0, nearly_idle)])
    with replayed(oldest_and_newest, tmp_path, slo, series, 7200 + 3600) as replay:
        assert bool(replay.alerts[names.burn_alert("fast")]) is fires


def _with_a_healthy_group(slo: LoweredSlo, phases: Sequence[Phase]) -> list[Series]:
    """The series of an incident; where the SLO has groups, in one of two."""
    groups = slo.plan.slo.group_by
    if not groups:
        return series_of(slo.plan.slo, phases, epoch=EPOCH)
    healthy = [Phase(sum(phase.lasts for phase in phases))]
    return [
        *series_of(slo.plan.slo, phases, dict.fromkeys(groups, SICK)),
        *series_of(slo.plan.slo, healthy, dict.fromkeys(groups, HEALTHY)),
    ]
