from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.quantities import HOUR, MINUTE, SECOND, format_duration
from slo_compiler.rules.matchers import Labels, Matcher, Operator
from slo_compiler.rules.routing import GROUP_BY_ALL, Leaf, Route, Ways, route
from tests.oracles.alertmanager import Alertmanager
from tests.oracles.document import yaml_text


def x(value: str) -> tuple[Matcher]:
    return (Matcher("x", "=", value),)


def y(value: str) -> tuple[Matcher]:
    return (Matcher("y", "=", value),)


def receivers(tree: Route, labels: Labels) -> list[str]:
    return [leaf.receiver for leaf in route(tree, labels)]


def only_leaf(tree: Route, labels: Labels) -> Leaf:
    (leaf,) = route(tree, labels)
    return leaf


BELOW = (Route("1a", y("1")), Route("1b", y("2"), continue_=True), Route("1c", y("2")))
TREE: Final = Route(
    "root",
    routes=(
        Route("1", x("1"), BELOW),
        Route("2", x("2"), continue_=True),
        Route(None, x("2"), (Route("2b", y("1")),)),
        Route("never", x("1")),
        Route("3", x("3"), (Route("3a", y("1")),), continue_=True),
    ),
)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param({}, ["root"], id="the root takes what nobody wants"),
        pytest.param({"x": "1"}, ["1"], id="a route takes what its children do not want"),
        pytest.param({"x": "1", "y": "1"}, ["1a"], id="a child takes it from its parent"),
        pytest.param({"x": "1", "y": "2"}, ["1b", "1c"], id="continue offers it to the next sibling"),
        pytest.param({"x": "2"}, ["2", "root"], id="a receiver is inherited"),
        pytest.param({"x": "2", "y": "1"}, ["2", "2b"], id="continue and then a child"),
        pytest.param({"x": "3"}, ["3"], id="continue does not give it back to the parent"),
        pytest.param({"y": "1"}, ["root"], id="a child is not asked if its parent does not match"),
    ],
)
def test_way_through_the_tree(labels: Labels, expected: list[str]) -> None:
    assert receivers(TREE, labels) == expected


def test_a_route_without_matchers_takes_everything() -> None:
    assert receivers(Route("root", routes=(Route("all"), Route("never"))), {}) == ["all"]


def test_a_way_that_run_time_does_not_touch_is_known() -> None:
    assert receivers(TREE, {"x": "1", "y": "1", "model": None}) == ["1a"]


def test_a_way_that_depends_on_run_time_is_not_guessed() -> None:
    with pytest.raises(ValueError, match=r'^x="1" depends on a value known only at run time$'):
        route(TREE, {"x": None})


def test_the_path_is_of_matchers_below_the_root() -> None:
    assert only_leaf(TREE, {"x": "1", "y": "1"}).path == (x("1"), y("1"))


def test_the_path_to_the_root_is_empty() -> None:
    assert only_leaf(TREE, {}).path == ()


def test_the_defaults_are_those_of_alertmanager() -> None:
    assert only_leaf(Route("root"), {}) == Leaf(
        receiver="root",
        group_by=(),
        group_wait=30 * SECOND,
        group_interval=5 * MINUTE,
        repeat_interval=4 * HOUR,
        mute_time_intervals=(),
        active_time_intervals=(),
        path=(),
    )


SET_ABOVE: Final = Route(
    receiver="a",
    group_by=("x",),
    group_wait=Fraction(0),
    group_interval=MINUTE,
    repeat_interval=HOUR,
    mute_time_intervals=("night",),
    active_time_intervals=("day",),
    routes=(Route(),),
)


def test_grouping_and_timing_are_inherited_and_time_intervals_are_not() -> None:
    assert only_leaf(Route("root", routes=(SET_ABOVE,)), {}) == Leaf(
        receiver="a",
        group_by=("x",),
        group_wait=Fraction(0),
        group_interval=MINUTE,
        repeat_interval=HOUR,
        mute_time_intervals=(),
        active_time_intervals=(),
        path=((), ()),
    )


def test_time_intervals_hold_where_they_stand() -> None:
    tree = Route("root", routes=(Route(mute_time_intervals=("night",), active_time_intervals=("day",)),))
    leaf = only_leaf(tree, {})
    assert (leaf.mute_time_intervals, leaf.active_time_intervals) == (("night",), ("day",))


def test_a_group_wait_of_zero_is_not_the_parents() -> None:
    tree = Route("root", group_wait=MINUTE, routes=(Route(group_wait=Fraction(0)),))
    assert only_leaf(tree, {}).group_wait == 0


@pytest.mark.parametrize(
    "root",
    [
        pytest.param(Route(), id="no receiver"),
        pytest.param(Route("a", x("1")), id="matchers"),
        pytest.param(Route("a", continue_=True), id="continue"),
        pytest.param(Route("a", mute_time_intervals=("night",)), id="muted"),
        pytest.param(Route("a", active_time_intervals=("day",)), id="active"),
    ],
)
def test_what_no_root_may_be(root: Route) -> None:
    with pytest.raises(ValueError, match="the root route"):
        route(root, {})


@pytest.mark.parametrize("group_by", [(), ("x", "x"), ("x", "..."), ("a-b",)], ids=str)
def test_groupings_that_releases_refuse_or_differ_about(group_by: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"group_by|label name"):
        Route(group_by=group_by)


@pytest.mark.parametrize("timing", ["group_interval", "repeat_interval"])
def test_intervals_are_not_zero(timing: str) -> None:
    with pytest.raises(ValueError, match="of zero"):
        Route(**{timing: Fraction(0)})  # type: ignore[arg-type] # mypy does not follow the name


def as_yaml(node: Route) -> dict[str, Any]:
    """The route as Alertmanager's configuration says it."""
    timings = {
        "group_wait": node.group_wait,
        "group_interval": node.group_interval,
        "repeat_interval": node.repeat_interval,
    }
    settings: dict[str, Any] = {
        "receiver": node.receiver,
        "continue": node.continue_,
        "matchers": [str(matcher) for matcher in node.matchers],
        "routes": [as_yaml(child) for child in node.routes],
        "group_by": node.group_by and list(node.group_by),
        **{name: format_duration(timing) for name, timing in timings.items() if timing is not None},
    }
    return {name: setting for name, setting in settings.items() if setting}


def named(node: Route) -> Iterator[str]:
    if node.receiver is not None:
        yield node.receiver
    for child in node.routes:
        yield from named(child)


def config(tree: Route) -> dict[str, Any]:
    return {"route": as_yaml(tree), "receivers": [{"name": name} for name in dict.fromkeys(named(tree))]}


NAMES: Final = "abcd"
TEXTS: Final = ("", "1", "2", "3", "1 {2}", '"')
REGEXES: Final = ("", "1|2", "[13]", ".+", ".*", "(?i)X", ".", "[^2]")
OPERATORS: Final[tuple[Operator, ...]] = get_args(Operator)


def random_matcher(chance: random.Random) -> Matcher:
    op = chance.choice(OPERATORS)
    return Matcher(chance.choice(NAMES), op, chance.choice(REGEXES if op in ("=~", "!~") else TEXTS))


def random_route(chance: random.Random, depth: int, name: str) -> Route:
    """A route of at most the depth; receivers are named by their place, so that none stands for another."""
    width = chance.randint(0, 4) if depth > 1 else 0
    return Route(
        receiver=name if chance.random() < 0.7 else None,
        matchers=tuple(random_matcher(chance) for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3)))),
        routes=tuple(random_route(chance, depth - 1, f"{name}.{place}") for place in range(width)),
        continue_=chance.random() < 0.4,
    )


def random_trees(count: int) -> list[Route]:
    chance = random.Random(20261123)
    return [
        Route("root", routes=tuple(random_route(chance, 3, str(place)) for place in range(4)))
        for _ in range(count)
    ]


def random_label_sets(count: int) -> list[dict[str, str]]:
    chance = random.Random(20261124)
    return [{name: chance.choice(TEXTS[1:]) for name in NAMES if chance.random() < 0.7} for _ in range(count)]


@pytest.mark.slow
def test_routes_as_amtool_does(alertmanager: Alertmanager, tmp_path: Path) -> None:
    trees = random_trees(50)
    for number, tree in enumerate(trees):
        (tmp_path / f"{number}.yml").write_text(yaml_text(config(tree)), encoding="utf-8")
    cases = [(number % len(trees), labels) for number, labels in enumerate(random_label_sets(200))]

    def actual(case: tuple[int, dict[str, str]]) -> str:
        number, labels = case
        written = [str(Matcher(name, "=", value)) for name, value in labels.items()]
        flag = f"--config.file={tmp_path / f'{number}.yml'}"
        return alertmanager.amtool("config", "routes", "test", flag, *written).stdout.strip()

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(actual, cases))
    assert [",".join(receivers(trees[number], labels)) for number, labels in cases] == found


@pytest.mark.slow
def test_routes_as_the_server_does(alertmanager: Alertmanager, tmp_path: Path) -> None:
    label_sets = [{"n": str(number), **labels} for number, labels in enumerate(random_label_sets(200))]
    with alertmanager.serve(tmp_path, config(Route("root"))) as server:
        server.post("/api/v2/alerts", [{"labels": labels} for labels in label_sets])
        for tree in random_trees(50):
            (tmp_path / "alertmanager.yml").write_text(yaml_text(config(tree)), encoding="utf-8")
            server.reload()
            actual = {
                json.dumps(alert["labels"], sort_keys=True): [found["name"] for found in alert["receivers"]]
                for alert in server.get("/api/v2/alerts")
            }
            expected = {json.dumps(labels, sort_keys=True): receivers(tree, labels) for labels in label_sets}
            assert expected == actual


IN_ALL: Final = (Route("all below", y("2")), Route("fewer", y("3"), group_by=("z",)))
GROUPED: Final = Route(
    "root",
    group_by=("x", "y"),
    group_wait=Fraction(0),
    routes=(
        Route("inherits", x("1")),
        Route("sets", x("2"), (Route("below", y("2")),), group_by=("y",)),
        Route("all", x("3"), IN_ALL, group_by=GROUP_BY_ALL),
    ),
)


@pytest.mark.slow
def test_groups_as_the_server_does(alertmanager: Alertmanager, tmp_path: Path) -> None:
    alerts = [{"x": a, "y": b, "z": "1"} for a in "0123" for b in "123"]
    expected = set()
    for labels in alerts:
        leaf = only_leaf(GROUPED, labels)
        group_by = tuple(labels) if leaf.group_by == GROUP_BY_ALL else leaf.group_by
        expected.add((leaf.receiver, frozenset((name, labels[name]) for name in group_by)))
    with alertmanager.serve(tmp_path, config(GROUPED)) as server:
        server.post("/api/v2/alerts", [{"labels": labels} for labels in alerts])
        for _ in range(100):
            groups = server.get("/api/v2/alerts/groups")
            actual = {(group["receiver"]["name"], frozenset(group["labels"].items())) for group in groups}
            if actual == expected:
                break
            time.sleep(0.05)  # grouping follows the post
    assert expected == actual


matchers = st.builds(
    Matcher,
    st.sampled_from("xyz"),
    st.sampled_from(get_args(Operator)),
    st.sampled_from(["", "a", "b", "a|b"]),
)
routes = st.recursive(
    st.builds(
        Route,
        st.none() | st.sampled_from(["one", "two"]),
        st.lists(matchers, max_size=2).map(tuple),
        continue_=st.booleans(),
    ),
    lambda below: st.builds(
        Route,
        matchers=st.lists(matchers, max_size=2).map(tuple),
        routes=st.lists(below, max_size=3).map(tuple),
    ),
)
alerts = st.dictionaries(st.sampled_from("xyz"), st.sampled_from(["", "a", "b", "c", "d"]))


@given(st.lists(routes, max_size=3), st.lists(alerts, min_size=2))
def test_a_way_that_is_known_is_the_one_that_would_be_found(below: list[Route], asked: list[Labels]) -> None:
    tree = Route("root", routes=tuple(below))
    ways = Ways(tree)
    assert [ways.of(labels) for labels in asked] == [route(tree, labels) for labels in asked]
