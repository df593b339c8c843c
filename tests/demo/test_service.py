"""The simulated service: the same from a seed, broken in sixteen ways and mended again."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from slo_compiler.cli import main
from slo_compiler.cli.inputs import read_sources
from slo_compiler.compiler import compile_sources
from slo_compiler.demo import exporter
from slo_compiler.demo.faults import ALL, FALSE_PAGES, SEASON
from slo_compiler.demo.service import LiveService
from slo_compiler.demo.state import DAY
from slo_compiler.model.guard import GuardKind
from slo_compiler.quantities import format_decimal
from tests.demo.clock import Clock

SPECS: Final = Path("slo_compiler/demo/specs")
PROGRAM: Final = compile_sources(read_sources([SPECS])).program

Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scraped(service: LiveService) -> Series:
    """All samples of a scrape, as a reader of the text has them."""
    series = service.scrape()
    assert series is not None
    families = text_string_to_metric_families(exporter.exposition(series).decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def lived(*faults: str, seed: int = 7, steps: int = 30) -> Series:
    clock = Clock()
    service = LiveService(ALL, seed, clock)
    for fault in faults:
        service.inject(fault)
    for _ in range(steps):
        clock.goes()
        found = scraped(service)
    return found


def test_the_same_seed_is_the_same_service() -> None:
    assert lived() == lived()


def test_another_seed_is_another_service() -> None:
    assert lived() != lived(seed=8)


def test_counters_never_fall() -> None:
    clock = Clock()
    service = LiveService(ALL, 7, clock)
    before = scraped(service)
    for fault in (*(name for name in ALL if name != "all targets are down"), None):
        if fault:
            service.inject(fault)
        else:
            service.clear()
        clock.goes()
        after = scraped(service)
        assert not [key for key in before if key[0].endswith("_total") and after[key] < before[key]]
        before = after


@pytest.mark.parametrize("name", [name for name in ALL if name != "all targets are down"])
def test_each_fault_can_be_scraped_and_is_gone_when_it_is_cleared(name: str) -> None:
    well, broken = lived(steps=40), lived(name, steps=40)
    assert well != broken
    clock = Clock()
    service = LiveService(ALL, 7, clock)
    service.inject(name)
    assert [name] == [*service.active]
    service.clear(name)
    for _ in range(40):
        clock.goes()
        found = scraped(service)
    assert well == found


def test_a_service_that_is_down_cannot_be_scraped() -> None:
    service = LiveService(ALL, 7, Clock())
    service.inject("all targets are down")
    assert service.scrape() is None


def test_a_fault_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError):
        LiveService(ALL, 7, Clock()).inject("rain")


def test_a_detector_that_moves_twice_is_new_both_times() -> None:
    clock = Clock()
    service = LiveService(ALL, 7, clock)
    versions = set()
    for _ in range(2):
        service.inject("the detector moved")
        versions |= {key for key in scraped(service) if key[0] == "ml_detector_info"}
        service.clear()
        clock.goes(60)
    assert 2 == len(versions)


def test_each_false_page_has_the_guard_that_knows_it() -> None:
    kinds = {kind.value for kind in GuardKind}
    assert {"cold_start", "detector_moved", "label_lag", "seasonality"} == {
        fault.guard for fault in FALSE_PAGES.values()
    }
    assert kinds >= {fault.guard for fault in FALSE_PAGES.values()}


def test_every_metric_that_the_spec_reads_is_exported(tmp_path: Path) -> None:
    service = LiveService(ALL, 7, Clock())
    (tmp_path / "scrape.txt").write_bytes(exporter.exposition(service.scrape() or []))
    command = ["verify", str(SPECS), "--scrape", str(tmp_path / "scrape.txt")]
    done = CliRunner().invoke(main, command, catch_exceptions=False)
    assert (0, "all metrics of 5 SLOs are there\n") == (done.exit_code, done.stderr)


def test_the_spec_has_the_tiers_of_production() -> None:
    assert PROGRAM is not None
    rates = {tuple(format_decimal(tier.burn_rate) for tier in each.plan.tiers) for each in PROGRAM.slos}
    assert {("14.4", "6", "1")} == rates


def test_all_three_surfaces_are_watched() -> None:
    assert PROGRAM is not None
    assert {"serving", "data", "model"} == {each.plan.slo.surface.value for each in PROGRAM.slos}


def test_of_the_weeks_before_is_told_what_was_usual_and_which_detector_was_there() -> None:
    assert PROGRAM is not None
    now = Clock().now
    drift = next(each.subject for each in PROGRAM.signals if each.subject.id == "scorer:input-drift")
    found = list(text_string_to_metric_families(exporter.history(drift, now).decode()))
    usual, detector = (family.samples for family in found)
    assert {*SEASON.values()} == {sample.value for sample in usual}
    weeks = {round((now - float(sample.timestamp or 0)) / (7 * DAY)) for sample in usual}
    assert {1, 2, 3} == weeks
    assert {"1"} == {sample.labels["detector_version"] for sample in detector}
