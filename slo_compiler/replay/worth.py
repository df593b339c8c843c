"""Which alert an incident is worth, by its tiers' own promise and by nothing else that alerting does.

A tier promises to fire when the error ratio in its long window is above its threshold. Here that is reckoned
from what is to be expected, without chance, short windows, minimum errors or recorded series, so that what
alerts do can be held against it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from slo_compiler.burnrate.plan import Plan
from slo_compiler.burnrate.tier import Tier
from slo_compiler.model.alerting import Severity
from slo_compiler.model.incident import Incident
from slo_compiler.replay.past import Expected, expect, healthy
from slo_compiler.replay.traffic import Traffic


def worth(plan: Plan, incident: Incident, traffic: Traffic) -> Severity | None:
    """The severity of the alert that an incident is worth, after a long healthy history; None for none."""
    history = max(tier.long for tier in plan.tiers)
    lasts = float(history + incident.duration + max(tier.short for tier in plan.tiers))
    expected = expect(plan, traffic, (healthy(history), *incident.phases), lasts)
    found = {tier.severity for tier in plan.alerting if _spends_its_share(tier, expected)}
    if _is_unseen(plan, incident):
        found.add(plan.slo.absent.severity)
    return next((severity for severity in Severity if severity in found), None)


def _spends_its_share(tier: Tier, expected: Expected) -> bool:
    """Whether the error ratio is ever above the threshold in the tier's long window."""
    length = round(float(tier.long) / (expected.times[1] - expected.times[0]))
    seen = expected.events * expected.scraped
    errors, events = (_sliding(each, length) for each in (seen * expected.error_ratio, seen))
    return bool((errors > float(tier.threshold) * events).any())


def _sliding(values: np.ndarray, length: int) -> np.ndarray:
    so_far = np.concatenate(([0.0], np.cumsum(values)))
    return so_far[length:] - so_far[:-length]


def _is_unseen(plan: Plan, incident: Incident) -> bool:
    """Whether there are no metrics for so long that the alert about it has to fire."""
    if plan.absent_hold is None:
        return False
    patience = plan.absent_hold + plan.windows.base + plan.slo.clock.scrape_interval
    return any(length > patience for length in _unseen(incident))


def _unseen(incident: Incident) -> Iterator[float]:
    """How long the metrics are away, each time."""
    for scraped, phases in itertools.groupby(incident.phases, key=lambda phase: phase.scraped):
        if not scraped:
            yield float(sum(phase.duration for phase in phases))
