"""What adapters read: of each, all that its cases expose is enough, and without it that is told."""

from __future__ import annotations

import functools
from collections import defaultdict
from typing import Final

import pytest

from slo_compiler.adapters.catalogue import catalogue
from slo_compiler.model.contract import CONTRACT
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of
from slo_compiler.promql.release import RELEASES
from slo_compiler.promql.syntax import VectorSelector
from slo_compiler.rules.program import Program
from slo_compiler.verify.metrics import Metrics, Series, merged
from slo_compiler.verify.of_adapters import check_adapters, read_by_adapters
from slo_compiler.verify.verify import verify
from tests.adapters.test_on_prometheus import CASES
from tests.compiling import defaults, ml_spec, program_of, quality, slo, spec
from tests.verify.expositions import GO
from tests.verify.test_verify import metrics_of


def exposed(adapter: str) -> Metrics:
    """The series of those cases in which an adapter records something."""
    found: defaultdict[str, list[Series]] = defaultdict(list)
    for case in CASES:
        if any(f'adapter="{adapter}"' in name for _, _, samples in case.answers for name in samples):
            for name in case.series:
                parsed = parse(name, RELEASES[-1])
                assert not isinstance(parsed, list)
                assert isinstance(parsed.tree, VectorSelector)
                labels = {each.label: each.value for each in parsed.tree.matchers}
                found[metric_of(parsed.tree) or ""].append(Series(labels))
    return merged([metrics_of(GO), Metrics({name: tuple(series) for name, series in found.items()})])


@functools.cache
def program(adapter: str) -> Program:
    return program_of(spec("shop"), defaults=defaults(adapters=[adapter]))


def told_of(adapter: str, metrics: Metrics) -> list[str]:
    """What is told of the adapter, if all that it can record is read."""
    found = list(check_adapters(program(adapter), metrics, [metric.name for metric in CONTRACT]))
    assert all(each.position.path == "defaults.yaml" for each in found)
    return [f"{each.check}: {each.message}" for each in found]


@pytest.mark.parametrize("adapter", catalogue())
def test_what_its_cases_expose_is_enough(adapter: str) -> None:
    assert told_of(adapter, exposed(adapter)) == []


@pytest.mark.parametrize("adapter", catalogue())
def test_that_there_is_nothing_of_it_is_told(adapter: str) -> None:
    told = told_of(adapter, metrics_of(GO))
    assert told
    assert all(each.startswith(f"verify/metric: {adapter} reads ") for each in told)


def without(metrics: Metrics, name: str, label: str) -> Metrics:
    series = tuple(
        Series({key: value for key, value in each.labels.items() if key != label})
        for each in metrics.series[name]
    )
    return Metrics({**metrics.series, name: series}, metrics.types, metrics.added)


CRONJOB: Final = "kube_cronjob_status_last_successful_time"


def test_a_metric_of_another_name_is_proposed() -> None:
    metrics = exposed("kube-cronjob")
    series = {**metrics.series, f"{CRONJOB}stamp": metrics.series[CRONJOB]}
    del series[CRONJOB]
    assert told_of("kube-cronjob", Metrics(series)) == [
        (
            f"verify/metric: kube-cronjob reads {CRONJOB}, and there is no such metric: nothing would be "
            f"mapped to ml_pipeline_last_success_timestamp_seconds; did you mean {CRONJOB}stamp?"
        )
    ]


def test_a_label_from_which_another_is_made_is_missing() -> None:
    told = told_of("kube-cronjob", without(exposed("kube-cronjob"), CRONJOB, "namespace"))
    assert told == [
        (
            "verify/label: kube-cronjob reads the label namespace, and no series that it reads has it: "
            "ml_pipeline_last_success_timestamp_seconds would not be what it says; they have cronjob, "
            "exported_namespace; or say --label namespace=VALUE if Prometheus adds it"
        )
    ]


def test_a_label_that_is_matched_is_missing() -> None:
    metrics = without(exposed("litellm"), "litellm_guardrail_requests_total", "status")
    (told,) = told_of("litellm", metrics)
    assert told.startswith("verify/label: litellm reads the label status, and no series that it reads has it")


def test_what_an_adapter_is_still_to_record_is_not_missing() -> None:
    specs = ml_spec("scorer", slo("fresh", surface="data", indicator=FRESHNESS), drift=[])
    used = program_of(specs, defaults=defaults(adapters=["kube-cronjob"]))
    assert verify(used, exposed("kube-cronjob")) == []
    assert [each.check for each in verify(program_of(specs), exposed("kube-cronjob"))] == ["verify/metric"]


FRESHNESS: Final = {"freshness": {"timestamp": "ml_pipeline_last_success_timestamp_seconds", "max_age": "2h"}}


@pytest.mark.parametrize(
    ("adapters", "exposes", "told"),
    [
        (["feast"], "kube-cronjob", ["feast"]),
        (["feast", "kube-cronjob"], "kube-cronjob", []),
        (["feast", "kube-cronjob"], "trustyai", ["feast", "kube-cronjob"]),
        (["kube-cronjob", "trustyai"], "kube-cronjob", []),
    ],
    ids=["the only one", "one of two", "neither of two", "one of which nothing is read"],
)
def test_what_records_nothing_that_is_read_or_what_another_records_is_not_missed(
    adapters: list[str], exposes: str, told: list[str]
) -> None:
    specs = ml_spec("scorer", slo("fresh", surface="data", indicator=FRESHNESS), drift=[])
    used = program_of(specs, defaults=defaults(adapters=adapters))
    assert [each.message.partition(" ")[0] for each in verify(used, exposed(exposes))] == told


def test_what_a_program_exports_itself_is_looked_at_beside_what_an_adapter_is_to_record() -> None:
    specs = ml_spec("scorer", slo("fresh", surface="data", indicator=FRESHNESS), drift=[])
    used = program_of(specs, defaults=defaults(adapters=["kube-cronjob"]))
    own = {"ml_pipeline_last_success_timestamp_seconds": (Series({"pipeline": "own"}, 1.8e12),)}
    both = Metrics({**exposed("kube-cronjob").series, **own})
    assert [each.check for each in verify(used, both)] == ["verify/unit"]


def test_of_what_an_adapter_records_everything_is_looked_at() -> None:
    recorded = Metrics(
        {
            **exposed("kube-cronjob").series,
            "ml_quality_evaluations_total": (Series({"adapter": "kube-cronjob", "verdict": "good"}),),
        }
    )
    used = program_of(ml_spec("m", quality(), drift=[]), defaults=defaults(adapters=["kube-cronjob"]))
    assert {each.check for each in verify(used, recorded)} == {"verify/label"}


def test_a_prometheus_is_asked_for_what_adapters_read() -> None:
    known = ["trustyai_meanshift", "trustyai_fouriermmd", "trustyai_spd", "node_load1"]
    assert read_by_adapters(program("trustyai"), known) == {"trustyai_meanshift", "trustyai_fouriermmd"}
