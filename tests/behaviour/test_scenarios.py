"""Every tier fires and resolves when the closed forms say so, on the oldest Prometheus and on the newest.

Beside it, over the same series, the same tier from raw windows: ours is at most an evaluation later.
"""

from __future__ import annotations

import itertools
import math
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from slo_compiler.rules import names
from tests.behaviour.scenarios import Scenario, scenarios
from tests.behaviour.subjects import GROUP, SUBJECTS, Subject, compiled, raw_condition
from tests.engine.replay import EPOCH, Results, replayed
from tests.engine.series import SCRAPE_INTERVAL, series_of
from tests.oracles.prometheus import Prometheus

PROOF: Final = Path(__file__).parents[2] / "docs/proof.md"

EVALUATION_INTERVAL: Final = 30

BOUND: Final = EVALUATION_INTERVAL + SCRAPE_INTERVAL
"""Seconds between what the closed forms predict and what is seen; not to be widened."""

LONG: Final = os.environ.get("HYPOTHESIS_PROFILE") == "long"
SEED: Final = str(random.randrange(10**9)) if LONG else "always the same"
TIMES_AS_MANY: Final = 5 if LONG else 1


@cache
def drawn(subject: Subject) -> list[Scenario]:
    """The scenarios of a subject, the same for every engine."""
    plan, count = compiled(subject).plan, subject.scenarios * TIMES_AS_MANY
    return scenarios(plan, subject.incidents, count, f"{subject.name} {SEED}")


@dataclass(frozen=True, slots=True)
class Observed:
    """From when to when the condition of each tier held in each scenario, ours and from raw windows."""

    ours: Mapping[tuple[str, str], Sequence[tuple[float, float]]]
    raw: Mapping[tuple[str, str], Sequence[tuple[float, float]]]


def test_there_are_at_least_three_hundred_scenarios() -> None:
    assert sum(subject.scenarios for subject in SUBJECTS) >= 300


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_every_tier_fires_in_some_scenarios_and_is_silent_in_others(subject: Subject) -> None:
    """But where all are total outages."""
    outcomes = {(tier, bool(spans)) for each in drawn(subject) for tier, spans in each.expected.items()}
    wanted = (True,) if subject.incidents == ("outage",) else (True, False)
    assert outcomes == {(tier.name, fires) for tier in compiled(subject).plan.tiers for fires in wanted}


def test_the_bound_is_the_one_that_is_written_down() -> None:
    assert f"one evaluation interval and one scrape interval: {BOUND} seconds" in PROOF.read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_every_tier_fires_and_resolves_when_the_closed_forms_say_so(
    oldest_and_newest: Prometheus, tmp_path: Path, subject: Subject
) -> None:
    expected = {
        (scenario.name, tier): [(float(start), float(end)) for start, end in spans]
        for scenario in drawn(subject)
        for tier, spans in scenario.expected.items()
    }
    observed = _observe(oldest_and_newest, tmp_path, subject)
    off = [
        f"{case} {SEED}: predicted {predicted}, seen {observed.ours[case]}"
        for case, predicted in expected.items()
        if not _agree(predicted, observed.ours[case])
    ]
    late = [
        f"{case} {SEED}: from raw windows {raw}, seen {observed.ours[case]}"
        for case, raw in observed.raw.items()
        if _onset(observed.ours[case]) > _onset(raw) + EVALUATION_INTERVAL
    ]
    # Of raw windows that never alert nothing would be late.
    unseen = [case for case, predicted in expected.items() if predicted and not observed.raw[case]]
    assert (off, late, unseen) == ([], [], [])


def _agree(predicted: Sequence[tuple[float, float]], seen: Sequence[tuple[float, float]]) -> bool:
    return len(predicted) == len(seen) and all(
        abs(time - foreseen) <= BOUND
        for time, foreseen in zip(itertools.chain(*seen), itertools.chain(*predicted), strict=True)
    )


def _onset(spans: Sequence[tuple[float, float]]) -> float:
    return spans[0][0] if spans else math.inf


def _observe(prometheus: Prometheus, folder: Path, subject: Subject) -> Observed:
    slo = compiled(subject)
    end = max(float(sum(stretch.lasts for stretch in each.course)) for each in drawn(subject))
    series = [
        raw
        for each in drawn(subject)
        for raw in series_of(
            slo.plan.slo, [stretch.phase for stretch in each.course], {GROUP: each.name}, epoch=EPOCH
        )
    ]
    alerts = [names.burn_alert(tier.name) for tier in slo.plan.tiers]
    with replayed(prometheus, folder, slo, series, end, alerts=alerts) as replay:
        return Observed(
            ours=_of_tiers(
                subject, {tier.name: replay.alerts[names.burn_alert(tier.name)] for tier in slo.plan.tiers}
            ),
            raw=_of_tiers(
                subject,
                {
                    tier.name: replay.at_evaluations(raw_condition(subject, slo, tier))
                    for tier in slo.plan.tiers
                },
            ),
        )


def _of_tiers(
    subject: Subject, tiers: Mapping[str, Results]
) -> dict[tuple[str, str], list[tuple[float, float]]]:
    held: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for tier, results in tiers.items():
        times = {
            dict(labels)[GROUP]: [time - EPOCH for time, _ in samples] for labels, samples in results.items()
        }
        for scenario in drawn(subject):
            end = float(sum(stretch.lasts for stretch in scenario.course))
            held[scenario.name, tier] = list(
                _spans([time for time in times.get(scenario.name, []) if time <= end])
            )
    return held


def _spans(times: Sequence[float]) -> Iterator[tuple[float, float]]:
    """From the first evaluation at which something held to the first at which it did no more."""
    start = None
    for time, following in itertools.pairwise([*times, math.inf]):
        start = time if start is None else start
        if following > time + EVALUATION_INTERVAL:
            yield start, time + EVALUATION_INTERVAL
            start = None
