"""On each exposition what is right is not reported, and each fault that is planted is, alone."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from slo_compiler.diagnostics import Diagnostic
from slo_compiler.verify.exposition import read_exposition
from slo_compiler.verify.metrics import Metrics
from slo_compiler.verify.verify import verify
from tests.compiling import Document, compile_specs, slo, spec
from tests.oracles.node_exporter import NodeExporter
from tests.oracles.prometheus import Prometheus
from tests.presets import examples
from tests.verify.expositions import EXPOSITIONS, GO, PRESETS

EVERYTHING: Final = spec(
    "shop",
    slo(
        indicator={
            "ratio": {"bad": 'http_requests_total{code=~"5..", job="shop"}', "total": "http_requests_total"}
        }
    ),
    slo(
        "good",
        indicator={"ratio": {"good": 'http_requests_total{code="200"}', "total": "http_requests_total"}},
    ),
    slo(
        "by-region",
        indicator={"ratio": {"bad": 'http_requests_total{code="500"}', "total": "http_requests_total"}},
        group_by=["region"],
    ),
    slo("latency", indicator={"latency": {"histogram": "http_request_duration_seconds", "threshold": "1s"}}),
    slo("queue", indicator={"threshold": {"gauge": "queue_length", "at_most": 100}}),
    slo("open", indicator={"probe": "shop_open"}),
    slo(
        "import",
        indicator={"freshness": {"timestamp": "import_last_success_timestamp_seconds", "max_age": "2h"}},
    ),
    slo(
        "counted",
        indicator={
            "events": {
                "bad": "sum(rate(http_requests_total{code='500'}[$window]))",
                "total": "sum(rate(http_requests_total[$window]))",
            }
        },
    ),
)


def metrics_of(text: str, **added: str) -> Metrics:
    found = read_exposition("x.prom", text, added)
    assert not isinstance(found, Diagnostic), str(found)
    return found


def found_in(metrics: Metrics, *specs: Document) -> list[str]:
    compilation = compile_specs(*specs)
    assert compilation.program is not None, [str(found) for found in compilation.diagnostics]
    return [f"{found.check}: {found.message}" for found in verify(compilation.program, metrics)]


def ratio(**keys: str) -> Document:
    return spec("shop", slo(indicator={"ratio": keys}))


@pytest.mark.parametrize("exposition", EXPOSITIONS)
def test_what_is_right_is_not_reported(exposition: str) -> None:
    assert found_in(metrics_of(EXPOSITIONS[exposition]), EVERYTHING) == []


TOTAL: Final = "http_requests_total"
FAULTS: Final[dict[str, tuple[Document, str]]] = {
    "a metric that was renamed": (
        ratio(bad='http_requests_total{code="500"}', total="http_request_total"),
        (
            "verify/metric: there is no metric http_request_total: there would be no events, and no "
            "burn-rate "
            "alert could ever fire; did you mean http_requests_total?"
        ),
    ),
    "a counter without its ending": (
        ratio(bad='http_requests_total{code="500"}', total="http_requests"),
        (
            "verify/metric: there is no metric http_requests: there would be no events, and no burn-rate "
            "alert "
            "could ever fire; did you mean http_requests_total?"
        ),
    ),
    "a label of another name": (
        ratio(bad='http_requests_total{status="500"}', total=TOTAL),
        (
            "verify/label: no series of http_requests_total has a label status: no error would ever be "
            "counted, "
            "and no burn-rate alert could fire; did you mean code?; if Prometheus adds the label when it "
            "scrapes, say so with --label status=VALUE"
        ),
    ),
    "a value of another spelling": (
        ratio(good='http_requests_total{method="GET"}', total=TOTAL),
        (
            "verify/value: no series of http_requests_total has method='GET'; there are get, post: every "
            "event "
            "would count as an error, and page; did you mean get?"
        ),
    ),
    "a total that is not there": (
        ratio(bad='http_requests_total{code="500"}', total='http_requests_total{region="asia"}'),
        (
            "verify/value: no series of http_requests_total has region='asia'; there are eu, us: there "
            "would be "
            "no events, and no burn-rate alert could ever fire"
        ),
    ),
    "values that never meet": (
        ratio(good='http_requests_total{method="post", region="eu"}', total=TOTAL),
        (
            "verify/value: no series of http_requests_total has all of method, region as they are here: "
            "every "
            "event would count as an error, and page"
        ),
    ),
    "errors that were never counted": (
        ratio(bad='http_requests_total{code=~"503|504"}', total=TOTAL),
        (
            "verify/not-initialised: no series of http_requests_total has code=~'503|504'; there are 200, "
            "500: "
            "if such a series appears with its first event, that event is missed, for increase() of a series "
            "that begins at 1 is 0; export it with 0 from the start"
        ),
    ),
    "a gauge that is counted": (
        ratio(bad="queue_length", total=TOTAL),
        (
            "verify/type: queue_length is a gauge, whose every decrease is taken for a restart and "
            "counted; use "
            "a threshold"
        ),
    ),
    "a counter that is looked at": (
        spec("shop", slo(indicator={"threshold": {"gauge": TOTAL, "at_most": 100}})),
        (
            "verify/type: http_requests_total is a counter, which only ever grows: its value says how long "
            "the "
            "process has run"
        ),
    ),
    "a probe that is none": (
        spec("shop", slo(indicator={"probe": "queue_length"})),
        (
            "verify/type: queue_length is 7, and a probe is 1 or 0: errors would be counted wrong; use a "
            "threshold"
        ),
    ),
    "a counter for a histogram": (
        spec("shop", slo(indicator={"latency": {"histogram": "queue_length", "threshold": 1}})),
        (
            "verify/type: queue_length is a gauge without buckets, so that no request would count as fast "
            "enough, and every one as an error; read a histogram"
        ),
    ),
    "a bound that no bucket has": (
        spec(
            "shop",
            slo(indicator={"latency": {"histogram": "http_request_duration_seconds", "threshold": "300ms"}}),
        ),
        (
            "verify/bucket: http_request_duration_seconds_bucket has no bucket that ends at 0.3, so that no "
            "request would count as fast enough, and every one as an error; choose 0.25 or 0.5"
        ),
    ),
    "a bound beyond all buckets": (
        spec(
            "shop",
            slo(indicator={"latency": {"histogram": "http_request_duration_seconds", "threshold": "5s"}}),
        ),
        (
            "verify/bucket: http_request_duration_seconds_bucket has no bucket that ends at 5, so that no "
            "request would count as fast enough, and every one as an error; choose 1"
        ),
    ),
    "a histogram of another name": (
        spec(
            "shop",
            slo(indicator={"latency": {"histogram": "http_requests_duration_seconds", "threshold": "1s"}}),
        ),
        (
            "verify/metric: there is no metric http_requests_duration_seconds_bucket: there would be no "
            "events, "
            "and no burn-rate alert could ever fire; did you mean http_request_duration_seconds_bucket?"
        ),
    ),
    "a group by what is not there": (
        spec(
            "shop",
            slo(
                indicator={"ratio": {"bad": 'http_requests_total{code="500"}', "total": TOTAL}},
                group_by=["regoin"],
            ),
        ),
        (
            "verify/label: the series of http_requests_total have no label regoin: all groups would be "
            "one; did "
            "you mean region?; or say --label regoin=VALUE if Prometheus adds it"
        ),
    ),
}


@pytest.mark.parametrize("exposition", EXPOSITIONS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_reported_and_nothing_else(fault: str, exposition: str) -> None:
    planted, told = FAULTS[fault]
    assert found_in(metrics_of(EXPOSITIONS[exposition]), planted, with_name("other")) == [told]


def with_name(service: str) -> Document:
    """The sound spec under another name."""
    sound = copy.deepcopy(EVERYTHING)
    return {**sound, "service": service}


BROKEN: Final[dict[str, tuple[Callable[[str], str], str]]] = {
    "seconds that are milliseconds": (
        lambda text: text.replace('le="1"', 'le="1000"'),
        (
            "verify/unit: http_request_duration_seconds_bucket has no bucket that ends at 1, and one at "
            "1000: its "
            "unit is another than the name tells, so that no request would count as fast enough, and every "
            "one "
            "as an error; write the threshold as a number in its own unit, 1000"
        ),
    ),
    "a bound in a spelling of its own": (
        lambda text: text.replace('le="1"', 'le="1.00"'),
        (
            'verify/le: http_request_duration_seconds_bucket spells the bound 1 le="1.00", which no client '
            "does "
            "that Prometheus reads as it is: no request would count as fast enough, and every one as an error"
        ),
    ),
    "a time in milliseconds": (
        lambda text: text.replace("1.8e+09", "1.8e+12"),
        (
            "verify/unit: import_last_success_timestamp_seconds is 1800000000000, which is no time in "
            "seconds "
            "since 1970 but looks like milliseconds: it would never be stale; divide it where it is recorded"
        ),
    ),
    "an age for a time": (
        lambda text: text.replace("1.8e+09", "360"),
        (
            "verify/unit: import_last_success_timestamp_seconds is 360, which is no time in seconds since "
            "1970 but "
            "looks like an age: it would always be stale; divide it where it is recorded"
        ),
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_target_that_exposes_otherwise_is_reported(fault: str) -> None:
    breaks, told = BROKEN[fault]
    assert found_in(metrics_of(breaks(GO)), EVERYTHING) == [told]


def test_the_spelling_of_a_bound_that_an_author_wrote() -> None:
    events = {
        "good": 'sum(rate(http_request_duration_seconds_bucket{le="1.0"}[$window]))',
        "total": "sum(rate(http_request_duration_seconds_count[$window]))",
    }
    assert found_in(metrics_of(GO), spec("shop", slo(indicator={"events": events}))) == [
        (
            'verify/le: http_request_duration_seconds_bucket spells this bound le="1", and a matcher '
            "compares "
            'text: every event would count as an error, and page; write le=~"1|1.0", for Prometheus 3 '
            "rewrites "
            "bounds as the latter, or let the indicator latency find the bucket"
        )
    ]


@pytest.mark.parametrize("bound", ["1/0", "1/2", "1_0", "1e999999999", "1e999", "nan", "", "\u0661"])
def test_what_is_no_bound_is_taken_for_none(bound: str) -> None:
    buckets = GO.replace('le="1"', f'le="{bound}"')
    assert buckets != GO
    latency = {"latency": {"histogram": "http_request_duration_seconds", "threshold": 1}}
    (told,) = found_in(metrics_of(buckets), spec("shop", slo(indicator=latency)))
    assert told.startswith("verify/bucket: ")


def test_too_many_groups() -> None:
    lines = "".join(f'requests_total{{path="/{number}",code="200"}} 1\n' for number in range(101))
    text = f"# TYPE requests_total counter\n{lines}"
    grouped = {"ratio": {"good": 'requests_total{code="200"}', "total": "requests_total"}}
    (told,) = found_in(metrics_of(text), spec("shop", slo(indicator=grouped, group_by=["path"])))
    assert told.startswith("verify/cardinality: group_by path makes 101 groups: 1,")


def test_a_counter_that_is_declared_and_has_no_series_yet() -> None:
    text = GO + "# TYPE failures_total counter\n"
    told = found_in(metrics_of(text), ratio(bad="failures_total", total=TOTAL))
    assert [each.partition(":")[0] for each in told] == ["verify/not-initialised"]


def test_a_counter_of_a_client_that_knows_no_ending() -> None:
    text = '# TYPE requests counter\nrequests{code="200"} 1\nrequests{code="500"} 1\n'
    assert found_in(metrics_of(text), ratio(bad='requests{code="500"}', total="requests")) == []


def test_errors_that_are_counted_as_none_while_they_are_missing() -> None:
    events = {
        "bad": "sum(rate(failures_total[$window])) or vector(0)",
        "total": "sum(rate(http_requests_total[$window]))",
    }
    (told,) = found_in(metrics_of(GO), spec("shop", slo(indicator={"events": events})))
    assert told.startswith("verify/not-initialised: there is no metric failures_total: if such a series")


def test_of_alternatives_one_has_to_be_there() -> None:
    events = {
        "bad": "sum(rate(failed_total[$window])) or sum(rate(failures_total[$window]))",
        "total": "sum(rate(http_requests_total[$window]))",
    }
    told = found_in(metrics_of(GO), spec("shop", slo(indicator={"events": events})))
    assert [each.partition(":")[0] for each in told] == ["verify/metric", "verify/metric"]


def test_an_expression_as_deep_as_any_is_looked_into() -> None:
    total = "+".join(["rate(gone[$window])", *["rate(here[$window])"] * 799])
    events = {"bad": "sum(rate(http_requests_total[$window]))", "total": total}
    told = found_in(metrics_of(f"{GO}here 1\n"), spec("shop", slo(indicator={"events": events})))
    assert {each.partition(":")[0] for each in told} == {"verify/metric"}


def test_labels_of_the_scrape_that_were_told() -> None:
    selected = ratio(
        bad='http_requests_total{code="500", cluster="eu-1"}', total='http_requests_total{cluster="eu-1"}'
    )
    assert found_in(metrics_of(GO, cluster="eu-1"), selected) == []
    assert len(found_in(metrics_of(GO), selected)) == 2


@pytest.mark.parametrize("text", ["", "<html></html>", "a{b= 1\n", "\0"])
def test_what_is_no_exposition(text: str) -> None:
    found = read_exposition("x.prom", text, {})
    assert isinstance(found, Diagnostic)
    assert found.check == "verify/exposition"


@pytest.mark.parametrize(
    ("system", "indicators", "fault", "told"),
    [
        (
            "vllm",
            [
                {"preset": "vllm/time-to-first-token", "threshold": "500ms", "model_name": "m"},
                {"preset": "vllm/queue-depth", "at_most": 10},
            ],
            ("vllm:time_to_first_token_seconds", "vllm:ttft_seconds"),
            "verify/metric",
        ),
        (
            "triton",
            [{"ratio": {"bad": "nv_inference_request_failure", "total": "nv_inference_request_success"}}],
            ("nv_inference_request_success", "nv_inference_requests_success"),
            "verify/metric",
        ),
    ],
)
def test_systems_of_the_library(
    system: str, indicators: list[dict[str, Any]], fault: tuple[str, str], told: str
) -> None:
    text = (PRESETS / f"{system}.prom").read_text(encoding="utf-8")
    specs = spec("served", *[slo(f"a{number}", indicator=each) for number, each in enumerate(indicators)])
    sound = [each for each in found_in(metrics_of(text), specs) if "model_name" not in each]
    assert sound == []
    broken = found_in(metrics_of(text.replace(*fault)), specs)
    assert {each.partition(":")[0] for each in broken if "model_name" not in each} == {told}


LATE: Final = {"airflow": {"verify/metric", "verify/not-initialised"}, "keda": {"verify/not-initialised"}}
"""Systems whose errors are in no exposition before the first of them."""


@pytest.mark.parametrize("example", examples.specs(), ids=lambda example: example["service"])
def test_every_preset_finds_what_its_system_exposes(example: Document) -> None:
    system = example["service"]
    told = found_in(metrics_of((PRESETS / f"{system}.prom").read_text(encoding="utf-8")), example)
    checks = {each.partition(":")[0] for each in told}
    assert checks == LATE.get(system, set())


OF_PROMETHEUS: Final = spec(
    "prometheus",
    slo(
        indicator={
            "ratio": {
                "bad": 'prometheus_http_requests_total{code="599"}',
                "total": 'prometheus_http_requests_total{handler="/-/ready"}',
            }
        }
    ),
    slo(
        "latency",
        indicator={
            "latency": {"histogram": "prometheus_http_request_duration_seconds", "threshold": "400ms"}
        },
    ),
    slo("reload", indicator={"probe": "prometheus_config_last_reload_successful"}),
)


@pytest.fixture(scope="module")
def of_prometheus(prometheus_3_5: Prometheus, tmp_path_factory: pytest.TempPathFactory) -> str:
    with prometheus_3_5.serve(tmp_path_factory.mktemp("prometheus")) as server:
        return server.text("/metrics")


def test_prometheus_itself(of_prometheus: str) -> None:
    told = found_in(metrics_of(of_prometheus), OF_PROMETHEUS)
    assert [each.partition(":")[0] for each in told] == ["verify/not-initialised"]


@pytest.mark.parametrize(
    ("sound", "faulty", "check"),
    [
        ("400ms", "500ms", "verify/bucket"),
        ("_last_reload_successful", "_last_reload_success", "verify/metric"),
        ("/-/ready", "/-/reddy", "verify/value"),
        ("handler=", "path=", "verify/label"),
        ("prometheus_config_last_reload_successful", "process_resident_memory_bytes", "verify/type"),
    ],
)
def test_faults_with_prometheus_itself(of_prometheus: str, sound: str, faulty: str, check: str) -> None:
    planted = json.loads(json.dumps(OF_PROMETHEUS).replace(sound, faulty))
    told = found_in(metrics_of(of_prometheus), planted)
    assert sorted(each.partition(":")[0] for each in told) == sorted(["verify/not-initialised", check])


def test_a_machine(node_exporter: NodeExporter, tmp_path: Path) -> None:
    with node_exporter.serve(tmp_path) as server:
        text = server.text("/metrics")
    load = {"threshold": {"gauge": "node_load1", "at_most": 100}}
    clock = {"freshness": {"timestamp": "node_boot_time_seconds", "max_age": "300d"}}
    sound = spec("machine", slo("load", indicator=load), slo("boot", indicator=clock))
    assert found_in(metrics_of(text), sound) == []
    faulty = spec("machine", slo("load", indicator={"threshold": {"gauge": "node_load_1", "at_most": 3}}))
    assert [each.partition(":")[0] for each in found_in(metrics_of(text), faulty)] == ["verify/metric"]
