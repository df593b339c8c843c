from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from slo_compiler.backtest.history import Source, Steps, Table
from slo_compiler.backtest.openmetrics import Scraped
from slo_compiler.backtest.scope import Scope, backtest_scope, expressions, reach, scopes
from slo_compiler.backtest.scraped import scraped_source
from slo_compiler.backtest.service import ServiceBacktest
from slo_compiler.backtest.signal_rules import signal_rules
from slo_compiler.backtest.told_of_signals import SignalsTold
from slo_compiler.model.alerting import Severity
from slo_compiler.replay.grid import Span, Spans
from slo_compiler.rules.program import Program
from tests.compiling import Document, drift, ml_spec, program_of, quality, slo, spec

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
LASTS = 12 * HOUR
STEPS = Steps(1, int(LASTS / MINUTE), MINUTE)
TIMES = np.arange(30.0, LASTS, 30.0)
DRIFTS = Span(6 * HOUR, 8 * HOUR)

SPEC = ml_spec(
    "scorer",
    slo(indicator={"ratio": {"bad": "errors_total", "total": "requests_total"}}),
    quality(indicator={"quality": {"bad": "wrong_total", "total": "judged_total"}}),
    drift=[drift(score="score", threshold=0.2, quality="quality", cadence="20m")],
    guards={"seasonality": False, "label_lag": False, "detector_moved": False},
)


def program(of: Document = SPEC) -> Program:
    return program_of(of, defaults={"apiVersion": "slo-compiler/v1", "evaluation_interval": "1m"})


def scope(of: Document = SPEC) -> Scope:
    (found,) = scopes(program(of), ["scorer:availability"])
    return found


def counter(name: str, a_second: float) -> Scraped:
    return Scraped({"__name__": name}, TIMES, a_second * TIMES)


def scraped(*names: str) -> list[Scraped]:
    """A healthy service one of whose inputs drifts for two hours: those of its series that are named."""
    drifting = (DRIFTS.begin < TIMES) & (TIMES <= DRIFTS.end)
    series = [
        counter("requests_total", 10),
        counter("errors_total", 0),
        counter("judged_total", 10),
        counter("wrong_total", 0.01),
        *(
            Scraped({"__name__": "score", "feature": each}, TIMES, np.where(drifting, 0.5, 0.1))
            for each in ("a", "b", "c", "d")
        ),
    ]
    return [each for each in series if not names or each.labels["__name__"] in names]


def source(series: list[Scraped], down: Spans = ()) -> Source:
    return replace(scraped_source(scope().plans, series, STEPS), down=down)


def replayed(of: Source) -> ServiceBacktest:
    return backtest_scope(scope(), of, Span(0, LASTS))


def signals(of: Source) -> SignalsTold:
    found = replayed(of).signals
    assert found is not None
    return found


def test_a_drift_files_its_tickets() -> None:
    told = signals(source(scraped()))
    assert ["inputs DriftBroad", "inputs DriftVirtual"] == [each.alert for each in told.heard]
    assert {(DRIFTS.begin + 6 * MINUTE, DRIFTS.end + MINUTE)} == {
        (each.begin, each.end) for each in told.heard
    }
    assert (0, 2) == (told.count(Severity.PAGE), told.count(Severity.TICKET))


def test_nothing_is_told_while_prometheus_was_away() -> None:
    assert () == signals(source(scraped(), down=(Span(DRIFTS.begin, DRIFTS.end + HOUR),))).heard


def test_a_detector_that_never_ran_is_stale_from_the_beginning() -> None:
    told = signals(source(scraped("requests_total", "errors_total", "judged_total", "wrong_total")))
    assert [("inputs DetectorStale", True)] == [(each.alert, each.lasts) for each in told.heard]


def test_a_detector_that_had_never_run_when_the_history_begins_is_stale_from_then_on() -> None:
    late = 5 * HOUR
    series = [
        replace(each, times=each.times[each.times > late], values=each.values[each.times > late])
        for each in scraped("requests_total", "errors_total", "judged_total", "wrong_total")
    ]
    [stale] = signals(source(series)).heard
    assert late + 5 * MINUTE <= stale.begin <= late + 8 * MINUTE


def test_a_ticket_is_told_of_when_the_guard_that_held_it_back_ends() -> None:
    moved = scraped()
    for version, there in (("1", TIMES <= DRIFTS.begin), ("2", TIMES > DRIFTS.begin)):
        moved.append(Scraped({"__name__": "info", "version": version}, TIMES[there], np.ones(there.sum())))
    guarded = {
        **SPEC,
        "drift": [{**SPEC["drift"][0], "detector": "info"}],
        "guards": {**SPEC["guards"], "detector_moved": True},
    }
    told = backtest_scope(scope(guarded), source(moved), Span(0, LASTS)).signals
    assert told is not None
    assert {("inputs DriftVirtual", "detector_moved"), ("inputs DriftBroad", "detector_moved")} == {
        (each.alert, each.by) for each in told.held_back
    }
    assert all(DRIFTS.begin + HOUR < each.begin < DRIFTS.end for each in told.heard)
    assert 2 == len(told.heard)


def test_a_page_of_requests_that_have_no_region_holds_back_the_model() -> None:
    grouped = {**SPEC, "slos": [{**SPEC["slos"][0], "group_by": ["region"]}, SPEC["slos"][1]]}
    broken = [
        replace(each, values=np.where(TIMES > DRIFTS.begin, 10 * (TIMES - DRIFTS.begin), 0.0))
        if each.labels["__name__"] in {"errors_total", "wrong_total"}
        else each
        for each in scraped()
    ]
    found = backtest_scope(scope(grouped), source(broken), Span(0, LASTS)).slos["scorer:quality"]
    assert "pages of availability" in {each.by for each in found.held_back}


def test_what_nothing_alerts_on_is_not_asked() -> None:
    (watched,) = program({**SPEC, "deployed": "deployed_at"}).watched
    assert ["absent(group(last_over_time(deployed_at[5m])))"] == [
        text for text in signal_rules(watched).asked() if "deployed" in text
    ]


def test_what_a_source_cannot_tell_is_left_out_and_all_else_replayed() -> None:
    known = source(scraped())

    def raw(text: str) -> Table | None:
        return None if "score" in text else known.raw(text)

    told = signals(replace(known, raw=raw, blind="it is blind"))
    drifts = ("DetectorStale", "DriftBroad", "DriftReal", "DriftUnclassified", "DriftVirtual")
    assert ((), drifts, "it is blind") == (told.heard, told.left_out, told.why)


def test_where_no_slo_has_a_history_nothing_is_known_of_signals() -> None:
    found = replayed(source(scraped("score")))
    assert found.signals is None
    assert {None} == {each.known for each in found.slos.values()}


def test_whatever_is_asked_reads_no_recorded_series() -> None:
    (watched,) = program().watched
    rules = signal_rules(watched)
    assert [] == [text for text in rules.asked() for metric in rules.recorded if metric in text]
    assert any("score" in text for text in expressions([scope()]))


@pytest.mark.parametrize(
    ("guards", "at_least", "at_most"),
    [
        ({"seasonality": False}, 3 * DAY, 3 * DAY),
        ({"seasonality": {"max": "1h"}}, 21 * DAY, 22 * DAY),
        ({"seasonality": {"max": "3d"}}, 27 * DAY, 28 * DAY),
    ],
    ids=["as the slow tier does", "a season of weeks", "and what its guard remembers"],
)
def test_so_much_more_is_read_as_rules_look_back(guards: Document, at_least: float, at_most: float) -> None:
    assert at_least <= reach([scope({**SPEC, "guards": {**SPEC["guards"], **guards}})]) <= at_most


def test_an_slo_that_is_no_models_stands_alone() -> None:
    plain = spec("shop", slo("one"), slo("two"))
    both = program_of(SPEC, plain)
    found = scopes(both, ["shop:one", "scorer:quality"])
    assert [["shop:one"], ["scorer:availability", "scorer:quality"]] == [
        [plan.slo.id for plan in each.plans] for each in found
    ]
