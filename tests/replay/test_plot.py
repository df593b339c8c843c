"""The picture is the same file each time, and says what its lines are."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

import numpy as np
import pytest
from msgspec.structs import replace

from slo_compiler.model.incident import Incident, Phase, Worth
from slo_compiler.quantities import MINUTE
from slo_compiler.replay.grid import Span
from slo_compiler.replay.ml_catalogue import ML_CATALOGUE
from slo_compiler.replay.plot import MOST_POINTS, Format, Panel, _thinned, draw_picture
from slo_compiler.replay.service_plot import service_panels
from slo_compiler.replay.simulate import simulate
from slo_compiler.replay.simulate_service import ServiceSimulation, try_out_on
from slo_compiler.replay.simulation_plot import panels
from slo_compiler.replay.traffic import steady
from tests.compiling import ml_spec, program_of, quality
from tests.replay.examples import plan_of

OUTAGE: Final = Incident("outage", "", (Phase(30 * MINUTE, errors=Fraction(1)),))


@pytest.fixture(scope="module")
def outage() -> list[Panel]:
    return panels([simulate(plan_of(), [OUTAGE], steady(36_000))])


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_same_panels_are_the_same_bytes(outage: list[Panel], kind: Format) -> None:
    assert draw_picture(outage, kind) == draw_picture(outage, kind)


def test_a_picture_is_as_wide_as_a_comment(outage: list[Panel]) -> None:
    png = draw_picture(outage, "png")
    assert b"\x89PNG" == png[:4]
    assert 900 == int.from_bytes(png[16:20])


def test_nothing_tells_when_it_was_drawn_or_with_what(outage: list[Panel]) -> None:
    assert [] == re.findall(rb"<dc:date>|20[0-9]{2}-[0-9]{2}-[0-9]{2}T", draw_picture(outage, "svg"))
    assert b"Software" not in draw_picture(outage, "png")


def test_thresholds_windows_axes_and_alerts_are_named(outage: list[Panel]) -> None:
    """Text is drawn as outlines, and said in a comment beside them."""
    said = re.findall(r"<!-- (.*?) -->", draw_picture(outage, "svg").decode())
    expected = {
        "fast above 1.44%",
        "medium above 0.6%",
        "slow above 0.1%",
        "1h (fast)",
        "5m (fast)",
        "3d (slow)",
        "error ratio",
        "100%",
        "fast page",
        "slow ticket",
        "absent page",
        "shop:availability, 99.9% over 30d: outage",
    }
    assert set() == expected - set(said)
    assert any(text.startswith("minutes since the onset") for text in said)


@pytest.fixture(scope="module")
def lagging() -> str:
    """A picture of a service whose labels are late."""
    spec = ml_spec(
        "scorer", quality(objective="95%", indicator={"quality": {"labels": {"lag": "6h"}}}), drift=[]
    )
    (watched,) = program_of(spec).watched
    incident = next(each for each in ML_CATALOGUE if each.name == "label-lag")
    simulation = ServiceSimulation(
        watched, steady(36_000), (try_out_on(watched, incident, steady(36_000), draws=1),), (), (), 0, 0
    )
    return draw_picture(service_panels([simulation]), "svg").decode()


def test_the_picture_of_a_service_names_thresholds_alerts_and_what_holds_them_back(lagging: str) -> None:
    said = re.findall(r"<!-- (.*?) -->", lagging)
    expected = {
        "scorer: label-lag, worth nothing",
        "quality: error ratio (fast above 36%)",
        "times its threshold",
        "threshold",
        "quality fast page",
        "guard label_lag",
    }
    assert set() == expected - set(said)
    assert any(re.fullmatch(r" *held back 3[0-9]m.* by label_lag *", text) for text in said)


def test_the_picture_of_a_healthy_service_says_that_no_alert_fires() -> None:
    (watched,) = program_of(ml_spec("scorer")).watched
    incident = Incident("nothing", "", (Phase(30 * MINUTE),), Worth.NOTHING)
    trial = try_out_on(watched, incident, steady(36_000), draws=1)
    simulation = ServiceSimulation(watched, steady(36_000), (trial,), (), (), 0, 0)
    assert "<!-- no alert fires -->" in draw_picture(service_panels([simulation]), "svg").decode()


def test_the_picture_ends_when_the_pages_have_resolved(outage: list[Panel]) -> None:
    (panel,) = outage
    paged = [each for each in panel.evaluation.timelines[0] if each.labels["severity"] == "page"]
    resolved = max(span.end for each in paged for span in each.firing)
    assert panel.view.begin < panel.zero
    assert resolved < panel.view.end < resolved + 1800


def test_of_more_points_than_can_be_told_apart_the_worst_are_drawn(outage: list[Panel]) -> None:
    whole = replace(outage[0], view=Span(0, outage[0].evaluation.grid.end))
    base = whole.evaluation.plan.windows.base
    ratio = whole.evaluation.recorded[base].error_ratio[0]
    times, shown = _thinned(whole, base)
    assert ratio.size > MOST_POINTS >= times.size == shown.size
    assert np.nanmax(ratio) == np.nanmax(shown)
    assert np.nanmean(shown) > np.nanmean(ratio)
