"""Queries about the alerts of a tier, as Prometheus's own ALERTS series has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from slo_compiler.burnrate.tier import Tier
from slo_compiler.rules import names
from slo_compiler.rules.ir import AlertingRule
from slo_compiler.rules.program import LoweredSlo, alert_labels
from tests.engine.ruletests import labels_text


class FiringAlert(NamedTuple):
    """A query for the firing alerts of a tier, and the one series it answers."""

    query: str
    series: str


def alert_named(slo: LoweredSlo, name: str) -> AlertingRule:
    """The alert of an SLO with a name."""
    return next(alert for alert in slo.alerts() if alert.alert == name)


def firing_alert(slo: LoweredSlo, name: str, group: Mapping[str, str]) -> FiringAlert:
    """An alert with the labels that the compiler reckons with when it computes its route, and no others."""
    reckoned = alert_labels(alert_named(slo, name))
    labels = {label: group[label] if value is None else value for label, value in reckoned.items()}
    series = labels_text("ALERTS", {**labels, "alertstate": "firing"})
    return FiringAlert(f'ALERTS{{alertname="{name}"}}', series)


def ever_fired(name: str, until: int, *, state: str = ".*") -> str:
    """A query for how often alerts were seen since time 0; name and state are regular expressions."""
    return f'count_over_time(ALERTS{{alertname=~"{name}", alertstate=~"{state}"}}[{until}s])'


def worst_ratio(tier: Tier, until: float) -> str:
    """A query for the highest error ratio that a tier's long window has had since time 0."""
    ratio = f"{names.errors(tier.long)} / {names.events(tier.long)}"
    return f"max(max_over_time(({ratio})[{int(until)}s:30s]))"
