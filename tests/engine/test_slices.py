"""Slices of a model's traffic: what a real server pages for, and what is chance."""

from __future__ import annotations

from typing import Final

import pytest

from slo_compiler.rules import names
from slo_compiler.rules.program import Program
from tests.compiling import ml_spec, program_of, quality
from tests.engine.ml import MINUTELY, ONE_TIER, assert_firing, assert_value, first_page_alone
from tests.oracles.prometheus import Prometheus

INDICATOR: Final = {"quality": {"slices": ["country"]}}
SPEC: Final = ml_spec("scorer", quality(indicator=INDICATOR, alerting=ONE_TIER), drift=[])
PROGRAM: Final[Program] = first_page_alone(program_of(SPEC, defaults=MINUTELY))


def country(name: str, good: str, bad: str) -> dict[str, str]:
    """The judged predictions of a country for two hours."""
    total = f'ml_quality_evaluations_total{{model="scorer", country="{name}", verdict='
    return {f'{total}"good"}}': good, **({f'{total}"bad"}}': bad} if bad else {})}


# The whole is well: a large country with few bad predictions, of which the others are a hundredth.
LARGE: Final = country("large", "0+9990x200", "0+10x200")

SILENT: Final = {
    "one bad of five": country("small", "0x70 1x9 2x9 3x9 4x100", "0x118 1x100"),
    "no bad ones yet, and no series of them": country("small", "0+10x200", ""),
    "nothing judged": country("small", "5x200", "1x200"),
    "bad ones below the threshold": country("small", "0+87x200", "0+13x200"),
    "bad ones that are over": country("small", "0x75 0+16x120", "0+24x75 1800x120"),
}


@pytest.mark.parametrize("series", [pytest.param(each, id=what) for what, each in SILENT.items()])
def test_a_slice_that_is_not_surely_bad_does_not_page(
    oldest_and_newest: Prometheus, series: dict[str, str]
) -> None:
    assert_firing(
        oldest_and_newest,
        PROGRAM,
        {**LARGE, **series},
        {120: [], 125: []},
        of=f'alertname="{names.SLICE_ALERT}"',
    )


BAD: Final = {
    "two hundred bad of a thousand": country("small", "0+13x200", "0+4x200"),
    "nine bad of ten": country("small", "0x60 0+0x55 1x100", "0x60 0+0.15x200"),
    "bad ones alone": country("small", "0x200", "0+1x200"),
}


@pytest.mark.parametrize("series", [pytest.param(each, id=what) for what, each in BAD.items()])
def test_a_slice_that_is_surely_bad_pages_while_the_whole_is_well(
    oldest_and_newest: Prometheus, series: dict[str, str]
) -> None:
    """And it says which slice."""
    firing = 'ALERTS{alertstate="firing"}'
    of_the_slice = f'{firing[:-1]}, alertname="{names.SLICE_ALERT}", country="small"}}'
    query = f"count({of_the_slice}) == count({firing})"
    assert_value(oldest_and_newest, PROGRAM, {**LARGE, **series}, query, {120: 1})


def test_the_bound_is_wilson_s(oldest_and_newest: Prometheus) -> None:
    """Of 200 in 1000: (0.2 + 0.00192 - 1.96 sqrt(0.2 * 0.8 / 1000 + 0.00000096)) / 1.00384."""
    recorded = {
        'slo:slice_errors:increase1h{slo_id="scorer:quality", country="x"}': "200x10",
        'slo:slice_events:increase1h{slo_id="scorer:quality", country="x"}': "1000x10",
    }
    query = f"round(max({names.SLICE_BAD}) * 10000)"
    assert_value(oldest_and_newest, PROGRAM, recorded, query, {5: 1764})
