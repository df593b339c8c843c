from __future__ import annotations

from pathlib import Path

from tests.compiling import slo, spec
from tests.oracles.prometheus import Prometheus
from tests.targets.programs import by_name, faults_of, files_of, prometheus_groups, raw_files_of


def test_a_namespace_is_a_rule_file(prometheus_2_42: Prometheus, tmp_path: Path) -> None:
    files = files_of("amp")
    assert by_name(group for each in files.values() for group in each["groups"]) == prometheus_groups()
    for name, text in raw_files_of("amp").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert prometheus_2_42.promtool("check", "rules", tmp_path / name).returncode == 0


def test_names_are_short_enough() -> None:
    """A namespace and a group have 721 bytes together."""
    names = "a" * 63
    files = files_of("amp", spec(names, slo(names)))
    together = [
        len(path.removesuffix(".yaml")) + len(group["name"])
        for path, each in files.items()
        for group in each["groups"]
    ]
    assert max(together) <= 721


def test_more_services_than_a_workspace_may_have_namespaces_are_refused() -> None:
    (told,) = faults_of("amp", *[spec(f"a{number}") for number in range(11)], groups=500)
    assert told.startswith(
        "defaults.yaml:4:10: error: these specs compile to 11 rule groups namespaces, one a service, and amp "
        "takes 10 (the quota Rule group namespaces per workspace): the last 1 services would have no alerts;"
    )


def test_groups_beyond_the_quotas_are_refused() -> None:
    told = faults_of("amp", spec(), rules_per_group=14, groups=1)
    assert [fault.split(" ")[1] for fault in told] == ["error:", "error:"]


def test_a_namespace_above_a_megabyte_is_refused() -> None:
    large = {"annotations": {f"note_{number}": "x" * 4000 for number in range(70)}}
    (told,) = faults_of("amp", spec("shop", slo(alerting=large)), groups=500)
    assert told.startswith("shop.yaml:9:12: error: the rules of shop are 1,")
