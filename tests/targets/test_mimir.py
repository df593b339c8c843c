from __future__ import annotations

from pathlib import Path

from tests.compiling import slo, spec
from tests.oracles.prometheus import Prometheus
from tests.targets.programs import by_name, dumped, faults_of, files_of, prometheus_groups


def test_a_namespace_holds_the_groups_of_a_service() -> None:
    files = files_of("mimir")
    assert {path: each["namespace"] for path, each in files.items()} == {
        "slo-checkout.yaml": "slo-checkout",
        "slo-scorer.yaml": "slo-scorer",
    }
    assert by_name(group for each in files.values() for group in each["groups"]) == prometheus_groups()


def test_each_group_is_what_the_ruler_is_posted(prometheus_2_42: Prometheus, tmp_path: Path) -> None:
    files = files_of("mimir", spec())
    for number, group in enumerate(files["slo-checkout.yaml"]["groups"]):
        path = tmp_path / f"{number}.yaml"
        path.write_text(dumped({"groups": [group]}), encoding="utf-8")
        done = prometheus_2_42.promtool("check", "rules", path)
        assert done.returncode == 0, done.stderr


def test_rules_look_back_as_far_as_is_said() -> None:
    files = files_of("mimir", spec(), query_offset="1m")
    assert {group["query_offset"] for group in files["slo-checkout.yaml"]["groups"]} == {"1m"}


def test_a_group_with_more_rules_than_a_tenant_may_have_is_refused() -> None:
    (told,) = faults_of("mimir", spec(), rules_per_group=14)
    assert told == (
        "checkout.yaml:9:12: error: the group checkout:availability has 15 rules, and mimir takes 14 "
        "(ruler_max_rules_per_rule_group): it would refuse the group, and none of its 4 alerts could fire; "
        "raise the limit there and write it as targets.mimir.rules_per_group: 15, or ask for fewer tiers "
        "[target/limit]"
    )


def test_more_groups_than_a_tenant_may_have_are_refused() -> None:
    slos = [slo(f"a{number}") for number in range(36)]
    (told,) = faults_of("mimir", spec("shop", *slos), tenant="shop")
    assert told.startswith(
        "defaults.yaml:4:12: error: these specs compile to 108 rule groups, and mimir takes 70 "
        "(ruler_max_rule_groups_per_tenant): it would refuse the last 38, with their alerts;"
    )


def test_by_default_every_group_fits() -> None:
    assert faults_of("mimir", tenant="shop") == []
