"""What rules cost, as estimated from their texts, against what a real Prometheus says that it read."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import pytest

from slo_compiler.emitters.cost_text import as_json, as_markdown, rows
from slo_compiler.rules.cost import Assumptions, Cost, costs, total
from slo_compiler.rules.ir import Group, RecordingRule
from slo_compiler.rules.program import LoweredSlo, Program
from tests.compiling import defaults, ml_spec, program_of, slo, spec
from tests.oracles.prometheus import Prometheus

END = 1_700_092_800
INDICATORS = {
    "ratio": {"ratio": {"bad": 'requests_total{code="500"}', "total": "requests_total"}},
    "probe": {"probe": "up"},
    "threshold": {"threshold": {"gauge": "queue", "at_most": 10}},
}


def of_a_day() -> Program:
    """SLOs over a day, so that a past of theirs is soon made."""
    slos = [slo(name, indicator=indicator, window="1d") for name, indicator in INDICATORS.items()]
    return program_of(spec("shop", *slos))


def past(program: Program) -> Iterator[str]:
    """An OpenMetrics file of everything that the rules read, at the intervals at which it comes."""
    raw = {'requests_total{code="500"}': 30, 'requests_total{code="200"}': 30, "up": 30, "queue": 30}
    recorded = {
        f"{rule.record}{braced(rule.labels)}": int(group.interval)
        for file in program.rule_files
        for group in file.groups
        for rule in group.rules
        if isinstance(rule, RecordingRule)
    }
    both = sorted({**raw, **recorded}.items())
    for metric, series in itertools.groupby(both, key=lambda item: item[0].partition("{")[0]):
        yield f"# TYPE {metric.removesuffix('_total')} unknown"
        for name, interval in series:
            yield from (f"{name} 1 {time}" for time in range(END - 180_000, END + 1, interval))
    yield "# EOF\n"


def braced(labels: Mapping[str, str]) -> str:
    return "{" + ",".join(f"{name}={json.dumps(value)}" for name, value in labels.items()) + "}"


@pytest.mark.slow
def test_the_samples_that_are_read_are_those_that_prometheus_counts(
    prometheus_3_5: Prometheus, tmp_path: Path
) -> None:
    program = of_a_day()
    (tmp_path / "past").write_text("\n".join(past(program)), encoding="utf-8")
    made = prometheus_3_5.promtool(
        "tsdb", "create-blocks-from", "openmetrics", tmp_path / "past", tmp_path / "data"
    )
    assert made.returncode == 0, made.stderr
    assumed = Assumptions()
    estimated = {
        name: cost.read * interval
        for each in costs(program, assumed)
        for name, cost in each.by_group.items()
        for interval in [group_of(program, name).interval]
    }
    counted: dict[str, Fraction] = {}
    with prometheus_3_5.serve(tmp_path / "server", storage=tmp_path / "data") as server:
        for name in estimated:
            answers = [
                server.get("/api/v1/query", query=rule.expr, time=END, stats="all")
                for rule in group_of(program, name).rules
            ]
            read = [answer["data"]["stats"]["samples"]["totalQueryableSamples"] for answer in answers]
            counted[name] = Fraction(sum(read))
    wrong = {
        name: (float(read), float(counted[name]))
        for name, read in estimated.items()
        if abs(read - counted[name]) > max(Fraction(30), read / 20)
    }
    assert wrong == {}


def group_of(program: Program, name: str) -> Group:
    return next(group for file in program.rule_files for group in file.groups if group.name == name)


def test_costs_add_up() -> None:
    program = program_of(spec("a", slo(), slo("b")), ml_spec())
    found = costs(program, Assumptions())
    groups = [group for file in program.rule_files for group in file.groups]
    assert total(found).groups == len(groups)
    assert total(found).rules == sum(len(group.rules) for group in groups)
    assert sum((cost for each in found for cost in each.by_group.values()), Cost()) == total(found)


def test_more_series_are_read_where_a_selector_matches_more() -> None:
    program = program_of(spec())
    one, ten = (total(costs(program, Assumptions(series=series))) for series in (1, 10))
    assert (ten.series, ten.written) == (one.series, one.written)
    assert ten.read > one.read


def test_a_group_by_multiplies_what_is_recorded_and_what_is_read_of_that() -> None:
    plain, grouped = (
        total(costs(program_of(spec("shop", slo(group_by=labels))), Assumptions(values=7)))
        for labels in ([], ["region"])
    )
    assert grouped.series == 7 * plain.series
    assert grouped.rules == plain.rules
    assert grouped.read > 6 * plain.read


def test_an_slo_writes_less_than_a_sample_a_second() -> None:
    cost = total(costs(program_of(spec()), Assumptions()))
    assert (cost.groups, cost.series) == (3, 15)
    assert cost.written == Fraction(11, 30) + Fraction(2, 240) + Fraction(2, 300)


def test_rules_of_adapters_cost_too() -> None:
    program = program_of(spec(), defaults=defaults(adapters=["feast"]))
    assert [each.id for each in costs(program, Assumptions())][-1].startswith("adapter:")


def test_the_table_ends_with_all_together() -> None:
    found = costs(program_of(spec("a", slo(), slo("b"))), Assumptions())
    table = list(rows(found))
    assert [row[0] for row in table] == ["a:availability", "a:b", "together"]
    assert table[-1][1:4] == ("6", "38", "30")
    assert as_markdown(found, Assumptions()).splitlines()[4] == f"| {' | '.join(table[-1])} |"


def test_programs_get_numbers() -> None:
    found = costs(program_of(spec()), Assumptions())
    document = json.loads(as_json(found, Assumptions(series=3)))
    assert document["assumed"] == {"series": 3, "values": 1, "scrape_interval_seconds": 30}
    assert document["total"]["recorded_series"] == 15
    assert [each["id"] for each in document["subjects"]] == ["checkout:availability"]


def test_a_subquery_is_read_once_for_each_of_its_steps() -> None:
    """Of a threshold, 5m are 10 slices of 30s; events and errors are recorded, and looked for when absent."""
    gauge = {"threshold": {"gauge": "queue", "at_most": 10}}
    one, two = (
        total(costs(program_of(spec("shop", slo(indicator=gauge))), Assumptions(series=series)))
        for series in (1, 2)
    )
    assert (two.read - one.read) * 30 >= 20


def test_what_is_no_promql_reads_nothing() -> None:
    """The compiler would report it as a fault of its own."""
    plan = program_of(spec()).slos[0].plan
    broken = Group("a:b", Fraction(30), (RecordingRule("a", "sum("),))
    assert total(costs(Program((LoweredSlo(plan, (broken,)),), None), Assumptions())).read == 0
