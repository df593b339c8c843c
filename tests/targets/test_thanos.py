from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.targets.sharding import share_out
from tests.compiling import slo, spec
from tests.oracles.prometheus import Prometheus
from tests.targets.programs import by_name, dumped, faults_of, files_of, prometheus_groups

COSTS = st.lists(st.integers(1, 1000).map(Fraction), min_size=1, max_size=40)


def test_each_group_fails_where_a_store_does_not_answer(prometheus_2_42: Prometheus, tmp_path: Path) -> None:
    groups = [group for each in files_of("thanos").values() for group in each["groups"]]
    assert {group.pop("partial_response_strategy") for group in groups} == {"abort"}
    assert by_name(groups) == prometheus_groups()
    path = tmp_path / "rules.yaml"
    path.write_text(dumped({"groups": groups}), encoding="utf-8")
    assert prometheus_2_42.promtool("check", "rules", path).returncode == 0


def test_to_go_on_without_a_store_is_told_of() -> None:
    (told,) = faults_of("thanos", spec(), partial_response="warn")
    assert told.startswith("defaults.yaml:4:13: warning: with partial_response: warn a rule goes on without")


def test_rulers_share_the_slos_out_and_each_goes_to_one() -> None:
    slos = [slo(f"a{number}") for number in range(12)]
    files = files_of("thanos", spec("shop", *slos), shards=3)
    assert list(files) == [f"shard-{number}/shop.rules.yaml" for number in range(3)]
    groups = [[group["name"] for group in each["groups"]] for each in files.values()]
    assert sorted(name for names in groups for name in names) == sorted(
        [f"shop:a{number}{pace}" for number in range(12) for pace in ("", ":slow", ":coarse")]
    )
    assert [len({name.split(":")[1] for name in names}) * 3 for names in groups] == list(map(len, groups))


@given(COSTS, st.integers(1, 10))
def test_no_ruler_has_much_more_than_its_share(listed: list[Fraction], shards: int) -> None:
    costs = {f"shop:a{number}": cost for number, cost in enumerate(listed)}
    chosen = share_out(costs, shards)
    loads = [sum(costs[id_] for id_ in costs if chosen[id_] == shard) for shard in range(shards)]
    share = sum(costs.values(), Fraction(0)) / shards
    assert max(loads) <= Fraction(11, 10) * share + max(costs.values())


@pytest.mark.parametrize("shards", [3, 10])
def test_one_slo_more_moves_few_others(shards: int) -> None:
    costs = {f"shop:a{number}": Fraction(10) for number in range(1000)}
    before = share_out(costs, shards)
    after = share_out({**costs, "shop:new": Fraction(10)}, shards)
    assert sum(before[id_] != after[id_] for id_ in costs) < 20
