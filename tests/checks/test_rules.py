from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from slo_compiler.checks.rules import check_rules
from slo_compiler.model.subject import Subject
from slo_compiler.promql.check import parse
from slo_compiler.promql.queries import metric_of, vector_selectors
from slo_compiler.promql.quote import matcher, quote_regex
from slo_compiler.promql.release import release_named
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule, Rule
from slo_compiler.rules.program import LoweredSlo, Program
from tests.compiling import defaults, program_of, slo, spec

PROGRAM = program_of(spec())


def with_rules(*more: Rule, first: bool = False) -> Program:
    """The program with rules added to the fast group, at its end or before everything else."""
    lowered = PROGRAM.slos[0]
    fast, *others = lowered.groups
    rules = (*more, *fast.rules) if first else (*fast.rules, *more)
    return replace(PROGRAM, slos=(LoweredSlo(lowered.plan, (replace(fast, rules=rules), *others)),))


def faults(program: Program) -> list[str]:
    prefix = "checkout:availability: the rule "
    return [found.message.removeprefix(prefix) for found in check_rules(program)]


def own(metric: str) -> str:
    return f'{metric}{{slo_id="checkout:availability"}}'


def recorded(expr: str, record: str = "slo:new", **labels: str) -> RecordingRule:
    return RecordingRule(record, expr, {"slo_id": "checkout:availability"} | labels)


@pytest.mark.parametrize("target", ["prometheus-2.42", "prometheus-3.5"])
def test_what_is_compiled_hangs_together(target: str) -> None:
    shared = defaults(target=target)
    assert (
        faults(program_of(spec("a", slo("x"), slo("y", group_by=["region"])), spec(), defaults=shared)) == []
    )


def test_a_rule_may_read_what_stands_before_it() -> None:
    assert faults(with_rules(recorded("vector(1)"), recorded(own("slo:new"), "slo:newer"))) == []


def test_a_rule_may_read_what_the_other_group_records() -> None:
    assert faults(with_rules(recorded(own("slo:error_budget_remaining:ratio")))) == []


def test_other_slos_series_are_the_author_s_business() -> None:
    assert faults(with_rules(recorded('slo:none{slo_id="other:slo"} + none'))) == []


def test_labels_tell_two_rules_of_one_name_apart() -> None:
    assert faults(with_rules(recorded("vector(1)", a="1"), recorded("vector(1)", a="2"))) == []


def test_an_expression_that_is_none() -> None:
    (fault,) = faults(with_rules(recorded("sum(vector(1)")))
    assert fault.startswith("slo:new cannot stand: prometheus-2.42 would refuse it: expected , or )")


def test_an_expression_that_is_no_vector() -> None:
    assert faults(with_rules(recorded("1 + 1"))) == [
        "slo:new cannot stand: prometheus-2.42 would refuse it: it is a scalar, not an instant vector"
    ]


def test_a_series_that_nothing_records() -> None:
    assert faults(with_rules(recorded(f"{own('slo:none')} + {own('slo:never')}"))) == [
        "slo:new cannot stand: it reads slo:never, slo:none, which no earlier rule records"
    ]


def test_a_series_that_only_a_later_rule_records() -> None:
    reader = recorded(own("slo:burn_rate:ratio"))
    assert faults(with_rules(reader)) == []
    assert faults(with_rules(reader, first=True)) == [
        "slo:new cannot stand: it reads slo:burn_rate:ratio, which no earlier rule records"
    ]


def test_a_series_that_is_recorded_twice() -> None:
    assert faults(with_rules(recorded("vector(1)"), recorded("vector(2)"))) == [
        "slo:new cannot stand: a second rule writes the same series, and one is lost"
    ]


def test_an_alert_that_is_there_twice() -> None:
    fast = PROGRAM.slos[0].groups[0]
    alert = next(rule for rule in fast.rules if isinstance(rule, AlertingRule))
    assert faults(with_rules(alert)) == [
        f"{alert.alert} cannot stand: a second rule writes the same series, and one is lost"
    ]


def test_a_rule_that_two_groups_record() -> None:
    lowered = PROGRAM.slos[0]
    fast, slow, coarse = lowered.groups
    again = Group(slow.name, slow.interval, (*slow.rules, fast.rules[0]))
    program = replace(PROGRAM, slos=(LoweredSlo(lowered.plan, (fast, again, coarse)),))
    assert faults(program) == [
        "slo:events:increase5m cannot stand: a second rule writes the same series, and one is lost"
    ]


def in_full(lowered: LoweredSlo) -> list[str]:
    """The faults by the full text of each rule, with nothing remembered, but for a series written twice."""
    found = []
    for group in lowered.groups:
        others = (rule for other in lowered.groups if other is not group for rule in other.rules)
        known = {rule.name for rule in others if isinstance(rule, RecordingRule)}
        for rule in group.rules:
            found += [f"{rule.name} cannot stand: {what}" for what in fault_of(rule, known, lowered.subject)]
            known |= {rule.name} if isinstance(rule, RecordingRule) else set()
    return found


def fault_of(rule: Rule, known: set[str], subject: Subject) -> Iterator[str]:
    parsed = parse(rule.expr, release_named(subject.target))
    if isinstance(parsed, list):
        yield f"{subject.target} would refuse it: {parsed[0].message}"
        return
    own = (subject.id_label, subject.id)
    read = {
        str(metric_of(selector))
        for selector in vector_selectors(parsed.tree)
        if own in [(each.label, each.value) for each in selector.matchers]
    }
    if read - known:
        yield f"it reads {', '.join(sorted(read - known))}, which no earlier rule records"


ALIKE = program_of(
    spec("checkout", slo(), slo("latency", objective="99%"), slo("by-region", group_by=["region"]))
).slos
BREAKS = (
    ("checkout:availability", "checkout:latency"),
    ("checkout:availability", "checkout:Availability"),
    ("slo_id=", "slo="),
    ('"', ""),
    ("(", ""),
    ("slo:errors:", "slo:none:"),
    ("increase5m", "increase30m"),
    ("5..", '5\\".'),
    ("code=~", "slo_id="),
    ("http_requests_total", "slo:none"),
)


@given(st.sampled_from(ALIKE), st.data())
def test_what_rules_have_in_common_is_checked_as_in_full(lowered: LoweredSlo, data: st.DataObject) -> None:
    broken = list(lowered.groups)
    for old, new in data.draw(st.lists(st.sampled_from(BREAKS), max_size=2)):
        place = data.draw(st.integers(0, len(broken) - 1))
        rules = list(broken[place].rules)
        number = data.draw(st.integers(0, len(rules) - 1))
        rules[number] = replace(rules[number], expr=rules[number].expr.replace(old, new, 1))
        broken[place] = replace(broken[place], rules=tuple(rules))
    changed = LoweredSlo(lowered.plan, tuple(broken))
    prefix = f"{lowered.subject.id}: the rule "
    told = [found.message.removeprefix(prefix) for found in check_rules(Program((changed,), None))]
    assert told == in_full(changed)


@given(st.text(st.sampled_from("a5_=\"\\,{}\n 'é"), max_size=8), st.sampled_from(MatchOperator))
def test_whatever_labels_are_to_equal_is_checked_as_in_full(value: str, operator: MatchOperator) -> None:
    of_author = matcher("a", operator, quote_regex(value) if operator.value.endswith("~") else value)
    read = f'up{{slo_id="checkout:availability", {of_author}}} + slo:burn_rate:ratio{{{of_author}}}'
    program = with_rules(recorded(read))
    assert faults(program) == in_full(program.slos[0])
    assert faults(program) == ["slo:new cannot stand: it reads up, which no earlier rule records"]
