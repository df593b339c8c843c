from __future__ import annotations

from typing import Any

import pytest

from slo_compiler.targets import manifest
from tests.compiling import slo, spec
from tests.targets.operator_models import as_the_operator_reads
from tests.targets.programs import by_name, faults_of, files_of, prometheus_groups

LONG = "x" * 4000
# Each SLO has 40 KiB of annotations on each of its alerts.
LARGE = {"annotations": {f"note_{number}": LONG for number in range(10)}}


def rules_in(files: dict[str, Any]) -> dict[str, Any]:
    return by_name(group for each in files.values() for group in each["spec"]["groups"])


def test_the_manifests_hold_the_groups_of_prometheus() -> None:
    assert rules_in(files_of("operator")) == prometheus_groups()


def test_the_operator_knows_every_field_of_a_manifest() -> None:
    for document in files_of("operator").values():
        assert as_the_operator_reads(document) == document


def test_a_manifest_says_how_it_is_selected() -> None:
    metadata = files_of("operator")["slo-checkout.yaml"]["metadata"]
    assert metadata == {
        "name": "slo-checkout",
        "namespace": "monitoring",
        "labels": {"app.kubernetes.io/managed-by": "slo-compiler", "release": "kube-prometheus-stack"},
    }


def test_adapters_have_a_manifest_that_no_service_can_have() -> None:
    files = files_of("operator", spec("adapters"))
    assert list(files) == ["slo-adapters.yaml"]


@pytest.fixture(scope="module")
def outgrown() -> dict[str, Any]:
    """A service with more rules than a manifest holds."""
    slos = [slo(f"a{number}", alerting=LARGE) for number in range(3)]
    return files_of("operator", spec("shop", *slos), spec("other"), namespace="monitoring")


def test_a_service_that_outgrows_a_manifest_has_one_for_each_slo(outgrown: dict[str, Any]) -> None:
    assert list(outgrown) == [
        "slo-other.yaml",
        "slo-shop.a0.yaml",
        "slo-shop.a1.yaml",
        "slo-shop.a2.yaml",
    ]
    assert [group["name"] for group in outgrown["slo-shop.a1.yaml"]["spec"]["groups"]] == [
        "shop:a1",
        "shop:a1:slow",
        "shop:a1:coarse",
    ]


def test_no_manifest_is_larger_than_what_kubectl_applies(outgrown: dict[str, Any]) -> None:
    sizes = [len(str(document).encode()) for document in outgrown.values()]
    assert 0 < min(sizes) < max(sizes) < manifest.MOST_BYTES


def test_a_service_that_outgrows_a_manifest_is_told_of() -> None:
    slos = [slo(f"a{number}", alerting=LARGE) for number in range(3)]
    (told,) = faults_of("operator", spec("shop", *slos))
    assert told == (
        "shop.yaml:9:12: note: the rules of shop are more than the 256 KiB that a manifest of operator "
        "holds: each SLO and signal gets one of its own, and the first time alerts that fire are reset once "
        "[target/split]"
    )


def test_what_no_manifest_can_hold_is_refused() -> None:
    more = {"annotations": {f"note_{number}": LONG for number in range(40)}}
    (told,) = faults_of("operator", spec("shop", slo(alerting=more)))
    assert told.startswith("shop.yaml:9:12: error: the rules of shop:availability are 6")
    assert told.endswith("shorten labels, annotations and expressions [target/limit]")
