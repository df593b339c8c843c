"""Which surface is to blame: on real servers exactly one cause, of what is seen, not seen or missing."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Final

import pytest

from slo_compiler.rules.program import Program
from slo_compiler.rules.signals.surface import CAUSES, Evidence
from tests.compiling import drift, ml_spec, program_of, quality, slo
from tests.engine.batches import MINUTELY, Question, assert_answers_to, signals_alone
from tests.oracles.prometheus import Prometheus

FRESHNESS: Final = {"freshness": {"timestamp": "last_success", "max_age": "1h"}}
ONE_PAGE: Final = {"tiers": [{"name": "fast", "severity": "page", "long": "1h", "budget": "2%"}]}
"""One tier that pages, so that a case is three series and not six."""


def scorer() -> Program:
    spec = ml_spec(
        "scorer",
        slo(alerting=ONE_PAGE),
        slo("freshness", surface="data", indicator=FRESHNESS, alerting=ONE_PAGE),
        slo("shield", indicator={"guardrail": {"name": "shield"}}, alerting=ONE_PAGE),
        quality(alerting=ONE_PAGE),
        drift=[drift()],
        deployed="deployed",
    )
    return signals_alone(program_of(spec, defaults=MINUTELY), "scorer:surface")


PROGRAM: Final = scorer()


def counts(slo_id: str, *windows: str) -> tuple[dict[str, str], dict[str, str]]:
    """What an SLO has recorded: none of its events are errors, or a tenth."""
    own = {"events": 10_000, "errors": 0}, {"events": 10_000, "errors": 1_000}
    sound, bad = (
        {
            f'slo:{what}:increase{window}{{slo_id="scorer:{slo_id}"}}': str(number)
            for what, number in numbers.items()
            for window in windows
        }
        for numbers in own
    )
    return sound, bad


DRIFT: Final = 'ml:drift:ratio{ml_signal_id="scorer:inputs"}'
LONG_AGO: Final = -100_000

SEEN: Final[Mapping[Evidence, tuple[Mapping[str, str], Mapping[str, str]]]] = {
    Evidence.SERVING: counts("availability", "1h", "5m"),
    Evidence.PIPELINE: counts("freshness", "1h", "5m"),
    Evidence.QUALITY: counts("quality", "1h"),
    Evidence.DEPLOY: ({"deployed": str(LONG_AGO)}, {"deployed": "0"}),
    Evidence.DRIFT: ({DRIFT: "0.9"}, {DRIFT: "1.1"}),
}
"""For each evidence the series by which it is seen not to be there, and to be there."""

COMBINATIONS: Final = list(itertools.product((False, True, None), repeat=len(SEEN)))
"""Each evidence is not there, there, or nothing is known of it."""


def expected(seen: Mapping[Evidence, bool | None]) -> tuple[str, str]:
    """Surface and cause, as the order of triage has them; missing evidence is none."""
    if seen[Evidence.SERVING]:
        return "serving", "serving"
    if seen[Evidence.PIPELINE]:
        return "data", "pipeline"
    if seen[Evidence.QUALITY]:
        if seen[Evidence.DEPLOY]:
            return "model", "deploy"
        return "model", "concept_drift" if seen[Evidence.DRIFT] else "unexplained"
    if seen[Evidence.DRIFT]:
        return "data", "unclassified_drift" if seen[Evidence.QUALITY] is None else "virtual_drift"
    return "none", "none"


def series_of_all() -> dict[str, str]:
    """At each minute one combination: ``stale`` is what a server notes when a series is gone."""
    values: dict[str, list[str]] = {}
    for position, (off, on) in enumerate(SEEN.values()):
        for name in off:
            states = {False: off[name], True: on[name], None: "stale"}
            values[name] = [states[combination[position]] for combination in COMBINATIONS]
    return {name: " ".join(each) for name, each in values.items()}


def blamed(minute: int, surface: str, cause: str) -> Question:
    labels = (
        f'ml:surface{{service="scorer", ml_signal="surface", ml_signal_id="scorer:surface", '
        f'surface="{surface}", cause="{cause}"}}'
    )
    return Question("ml:surface", minute, [(labels, 1)])


def test_every_combination_of_evidence_has_exactly_one_cause(oldest_and_newest: Prometheus) -> None:
    questions = [
        blamed(minute, *expected(dict(zip(SEEN, combination, strict=True))))
        for minute, combination in enumerate(COMBINATIONS)
    ]
    assert len(questions) == 3**5
    assert_answers_to(oldest_and_newest, PROGRAM, series_of_all(), questions)


def test_every_cause_is_some_combination_s() -> None:
    causes = {expected(dict(zip(SEEN, combination, strict=True))) for combination in COMBINATIONS}
    assert {(cause.surface, cause.name) for cause in CAUSES} == causes


def test_the_causes_exclude_each_other_and_leave_nothing_out() -> None:
    for values in itertools.product((False, True), repeat=len(Evidence)):
        seen = dict(zip(Evidence, values, strict=True))
        met = [
            cause.name for cause in CAUSES if all(seen[each] is there for each, there in cause.needs.items())
        ]
        assert len(met) == 1, (seen, met)


def test_a_burning_guardrail_is_no_surface_s(oldest_and_newest: Prometheus) -> None:
    _, burning = counts("shield", "1h", "5m")
    assert_answers_to(oldest_and_newest, PROGRAM, burning, [blamed(0, "none", "none")])


@pytest.mark.parametrize(
    ("deployed", "cause"), [(-6 * 3600 + 1, "deploy"), (-6 * 3600, "unexplained")], ids=["lately", "before"]
)
def test_a_deploy_is_blamed_for_six_hours(oldest_and_newest: Prometheus, deployed: int, cause: str) -> None:
    series = {**SEEN[Evidence.QUALITY][1], "deployed": str(deployed)}
    assert_answers_to(oldest_and_newest, PROGRAM, series, [blamed(0, "model", cause)])


def test_a_deploy_is_blamed_for_as_much_longer_as_labels_take() -> None:
    lagging = {"quality": {"labels": {"lag": "2h"}}}
    spec = ml_spec("scorer", quality(indicator=lagging), deployed="deployed", drift=[])
    (signal,) = signals_alone(program_of(spec), "scorer:surface").signals
    assert any("time() - max(deployed) < 28800" in rule.expr for rule in signal.groups[0].rules)
