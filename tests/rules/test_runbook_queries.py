"""Which queries a runbook has: those alone for which the spec says where their series are."""

from __future__ import annotations

from typing import Any, Final

import pytest

from slo_compiler.diagnostics import Position
from slo_compiler.model.expression import Expression
from slo_compiler.model.slo import Slo
from slo_compiler.rules import selecting
from slo_compiler.rules.program import Program
from slo_compiler.rules.runbook import of_drift, of_guardrail, of_serving, of_slo, selectors
from slo_compiler.rules.runbook.queries import of_service
from slo_compiler.rules.signals import tail
from slo_compiler.rules.signals.watched import Watched
from tests.compiling import drift, ml_spec, program_of, quality, records_of, slo, spec

CHECKS: Final = {"bad": 'checks_total{action="error"}', "total": "checks_total"}
LATENCY: Final = {"histogram": "request_seconds", "threshold": "1s"}
ENGINES: Final = {"running": "requests_running", "progress": "tokens_total"}
QUEUE: Final = {"queue_time": "queue_seconds_sum", "total_time": "request_seconds_sum"}
ELSEWHERE: Final = Expression("a + b", lambda _: Position("s.yaml"))


def watched(program: Program) -> Watched:
    (found,) = program.watched
    return found


def compiled(indicator: dict[str, Any]) -> Slo:
    return program_of(spec("shop", slo(indicator=indicator))).slos[0].plan.slo


@pytest.mark.parametrize(
    ("serving", "names"),
    [
        (ENGINES, {"stalled", "running", "progress"}),
        ({"replicas": "replicas_wanted"}, {"replicas", "scaled", "turned"}),
        ({"waiting": "requests_waiting"}, {"waiting"}),
        ({"utilisation": "busy"}, {"utilisation"}),
        (QUEUE, {"queue_share", "queue_share_usual"}),
    ],
    ids=["engines", "replicas", "what waits", "what is busy", "a queue"],
)
def test_of_serving_there_is_what_is_declared(serving: dict[str, str], names: set[str]) -> None:
    assert set(of_serving.queries_of(watched(program_of(ml_spec(serving=serving))))) == names


def test_a_detector_that_tells_nothing_of_itself_is_not_asked() -> None:
    bare: dict[str, Any] = {"score": "psi", "threshold": 0.2}
    found = watched(program_of(ml_spec("scorer", slo(), quality(), drift=[drift(**bare)])))
    (inputs,) = found.service.drifts
    queries = of_drift.queries_of(inputs, found.service.signal("inputs", (), Position("s.yaml")), found)
    assert queries["raw_scores"] == "sort_desc(psi)"
    assert not {"detectors", "thresholds_changed", "last_run"} & set(queries)


def test_a_native_histogram_is_read_whole() -> None:
    native = {"latency": {**LATENCY, "type": "native"}}
    serving = ml_spec("scorer", slo("latency", indicator=native), quality(), serving=ENGINES)
    recorded = records_of(program_of(serving))
    (median,) = (rule.expr for name, rule in recorded.items() if name.endswith("p50"))
    assert median == "histogram_quantile(0.5, sum(rate(request_seconds[5m30s])))"


def test_a_guardrail_is_asked_for_what_it_counts() -> None:
    program = program_of(ml_spec("shield", slo(indicator={"guardrail": CHECKS}), drift=[]))
    queries = of_guardrail.queries_of(program.slos[0].plan.slo)
    assert set(queries) == {"checks_by_origin", "counted_by_origin"}


def test_a_latency_is_asked_of_no_other_indicator() -> None:
    plan = program_of(spec("shop", slo())).slos[0].plan
    with pytest.raises(TypeError, match="shop:availability was to be a latency SLO"):
        of_slo._quantile(plan, "0.5")
    with pytest.raises(TypeError, match="shop:availability was to be a latency SLO"):
        tail._requests(plan)


def test_a_metric_named_within_the_braces_is_selected_so() -> None:
    named = compiled({"probe": '{__name__="probe_success", job="edge"}'})
    (selected,) = selectors.selectors_of(named)
    assert selected.text == '{__name__="probe_success", job="edge"}'


def test_what_no_check_has_seen_is_refused() -> None:
    broken = Expression("a +", lambda _: Position("s.yaml"))
    with pytest.raises(ValueError, match="was to be checked before a runbook asks for it"):
        list(selectors._selected(broken, compiled({"probe": "up"})))
    unnamed = Expression('{job="a"}', lambda _: Position("s.yaml"))
    with pytest.raises(ValueError, match="was to be checked to name a metric"):
        selecting.histogram_part(unnamed, "_bucket", (), "prometheus-2.42")


def test_what_fires_of_a_service_and_which_rules_it_has() -> None:
    assert of_service("shop") == {
        "firing": 'ALERTS{alertstate="firing",service="shop"}',
        "specs": 'slo:spec_info{service="shop"}',
    }
