from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import pytest

from slo_compiler.emitters.prometheus import emit
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule
from slo_compiler.rules.program import LoweredSlo, Program
from tests.compiling import defaults, loaded, program_of, slo, spec, texts_of
from tests.oracles.prometheus import Prometheus

INDICATORS: Final[dict[str, Any]] = {
    "ratio-good": {"ratio": {"good": 'a_total{code!~"5.."}', "total": "a_total"}},
    "latency": {"latency": {"histogram": "a_seconds", "threshold": "250ms"}},
    "native": {"latency": {"histogram": "a_seconds", "threshold": "250ms", "type": "native"}},
    "events": {"events": {"bad": "sum(rate(a_total[$window]))", "total": "sum(rate(b_total[$window]))"}},
    "error-ratio": {"error_ratio": "avg_over_time(a_ratio[$window])"},
    "probe": {"probe": 'up{job="a"}'},
    "threshold": {"threshold": {"gauge": "a", "at_least": 0.8}},
    "freshness": {"freshness": {"timestamp": "a_timestamp_seconds", "max_age": "2h"}},
}


def rules_of(group: Group) -> list[dict[str, Any]]:
    """The rules of a group as they stand in the file."""
    plan = program_of(spec()).slos[0].plan
    artifact = next(emit(Program((LoweredSlo(plan, (group,)),), None)))
    rules: list[dict[str, Any]] = loaded({"": artifact.text})[""]["groups"][0]["rules"]
    return rules


def group_of(*rules: RecordingRule | AlertingRule) -> Group:
    return Group("checkout:availability", Fraction(90), rules)


def test_a_recording_rule_says_nothing_twice() -> None:
    rule = RecordingRule("a:b", "vector(1)", {"b": "{{ x }}", "a": "y"})
    assert rules_of(group_of(rule)) == [
        {"record": "a:b", "expr": "vector(1)", "labels": {"a": "y", "b": "{{ x }}"}}
    ]


def test_an_alert_without_times_has_none() -> None:
    rule = AlertingRule("A", "vector(1)", Fraction(0), Fraction(0), {"a": "b"}, {"c": "{{ $value }}"})
    assert rules_of(group_of(rule)) == [
        {"alert": "A", "expr": "vector(1)", "labels": {"a": "b"}, "annotations": {"c": "{{ $value }}"}}
    ]


def test_an_alert_s_times_are_durations() -> None:
    rule = AlertingRule("A", "vector(1)", Fraction(300), Fraction(5400), {"a": "b"}, {"c": "d"})
    told = rules_of(group_of(rule))[0]
    assert (told["for"], told["keep_firing_for"]) == ("5m", "1h30m")


def test_an_alert_s_labels_are_literal_and_its_annotations_templates() -> None:
    rule = AlertingRule(
        "A", "vector(1)", Fraction(0), Fraction(0), {"a": "{{ $value }}"}, {"a": "{{ $value }}"}
    )
    told = rules_of(group_of(rule))[0]
    assert (told["labels"]["a"], told["annotations"]["a"]) == ('{{ "{{" }} $value }}', "{{ $value }}")


def test_a_group_says_how_often_it_is_evaluated() -> None:
    texts = loaded(texts_of(spec()))
    groups = texts["prometheus/checkout.rules.yaml"]["groups"]
    assert [(group["name"], group["interval"]) for group in groups] == [
        ("checkout:availability", "30s"),
        ("checkout:availability:slow", "4m"),
        ("checkout:availability:coarse", "5m"),
    ]


def test_each_service_has_a_file() -> None:
    texts = texts_of(spec("b", slo("one"), slo("two")), spec("a"), receivers=None)
    rules = [path for path in texts if path.startswith("prometheus/")]
    assert rules == ["prometheus/a.rules.yaml", "prometheus/b.rules.yaml"]


def test_prometheus_loads_the_rules_of_every_indicator(prometheus: Prometheus, tmp_path: Path) -> None:
    slos = [
        slo(f"{name}-{number}", indicator=indicator, group_by=labels)
        for (name, indicator), (number, labels) in itertools.product(
            INDICATORS.items(), enumerate(([], ["region"], ["region", "zone"]))
        )
        if not (labels and name == "events")
    ]
    path = tmp_path / "a.rules.yaml"
    path.write_text(texts_of(spec("checkout", *slos))["prometheus/checkout.rules.yaml"], encoding="utf-8")
    done = prometheus.promtool("check", "rules", path)  # with its lint for duplicates
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.parametrize("line", ["2.42", "2.53", "3.5"])
def test_a_target_loads_the_rules_that_are_made_for_it(
    line: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    target: Prometheus = request.getfixturevalue(f"prometheus_{line.replace('.', '_')}")
    slos = [slo(name, indicator=indicator) for name, indicator in INDICATORS.items()]
    texts = texts_of(spec("checkout", *slos), defaults=defaults(target=f"prometheus-{line}"))
    path = tmp_path / "a.rules.yaml"
    path.write_text(texts["prometheus/checkout.rules.yaml"], encoding="utf-8")
    done = target.promtool("check", "rules", path)
    assert done.returncode == 0, done.stderr
