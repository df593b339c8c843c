from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from slo_compiler.model.labels import SPEC_HASH
from slo_compiler.promql.quote import matcher, selector
from slo_compiler.promql.syntax import MatchOperator
from slo_compiler.quantities import format_duration
from slo_compiler.rules.fingerprint import Meanings, spec_hash
from slo_compiler.rules.ir import RecordingRule, Rule
from slo_compiler.rules.patterns import WHOSE
from slo_compiler.rules.program import Program
from tests.compiling import Document, defaults, program_of, slo, spec


def hash_of(*, shared: Document | None = None, **keys: Any) -> str:
    return hashes_of(program_of(spec("checkout", slo(**keys)), defaults=shared))[-1]


def hashes_of(program: Program) -> list[str]:
    """The hash on the info series of each SLO."""
    rules = [rule for lowered in program.slos for group in lowered.groups for rule in group.rules]
    return [rule.labels[SPEC_HASH] for rule in rules if SPEC_HASH in rule.labels]


def test_a_hash_is_twelve_hexadecimal_digits_and_stays_the_same() -> None:
    assert len(hash_of()) == 12
    assert int(hash_of(), 16) >= 0
    assert hash_of() == hash_of()


def test_the_place_in_the_file_and_the_other_slos_mean_nothing() -> None:
    alone = program_of(spec("checkout", slo()))
    second = program_of(spec("checkout", slo("latency"), slo()))
    assert hashes_of(alone)[0] == hashes_of(second)[1]


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({"description": "Otherwise."}, id="the description"),
        pytest.param({"alerting": {"labels": {"a": "b"}}}, id="labels"),
        pytest.param({"alerting": {"annotations": {"a": "b"}}}, id="annotations"),
        pytest.param({"alerting": {"severities": {"medium": "ticket"}}}, id="who is told"),
    ],
)
def test_what_only_describes_changes_no_hash(keys: dict[str, Any]) -> None:
    assert hash_of(**keys) == hash_of()


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({"objective": "99%"}, id="the objective"),
        pytest.param({"window": "28d"}, id="the window"),
        pytest.param({"indicator": {"probe": "up"}}, id="the kind of the indicator"),
        pytest.param({"indicator": {"ratio": {"bad": "a", "total": "b"}}}, id="the expressions"),
        pytest.param({"group_by": ["region"]}, id="the groups"),
        pytest.param({"alerting": {"min_errors": 7}}, id="the minimum"),
        pytest.param({"alerting": {"absent": False}}, id="the absent alert"),
        pytest.param({"shared": defaults(scrape_interval="15s")}, id="the clock"),
    ],
)
def test_what_changes_the_meaning_changes_the_hash(keys: dict[str, Any]) -> None:
    assert hash_of(**keys) != hash_of()


def test_neighbouring_texts_do_not_run_together() -> None:
    one = hash_of(indicator={"ratio": {"bad": 'a{b="c"}', "total": "d"}})
    other = hash_of(indicator={"ratio": {"bad": "a", "total": 'd{b="c"}'}})
    good = hash_of(indicator={"ratio": {"good": 'a{b="c"}', "total": "d"}})
    assert len({one, other, good}) == 3


@pytest.mark.parametrize("group_by", [[], ["region"]])
@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("objective", ["90%", "99.99%"])
@pytest.mark.parametrize("value", ["a", "%s %% %(é)s", "\N{SUBSTITUTE}\N{NULL}\\u001a\N{PILE OF POO}"])
def test_a_hash_is_that_of_names_expressions_and_times(
    value: str, objective: str, group_by: list[str], *, enabled: bool
) -> None:
    probe = {"probe": selector("up", [matcher("a", MatchOperator.EQUAL, value)])}
    keys: dict[str, Any] = {
        "objective": objective,
        "group_by": group_by,
        "alerting": {"enabled": enabled},
        "indicator": probe,
    }
    (lowered,) = program_of(spec("checkout", slo(**keys))).slos
    fast, (budget, *_), copies = (group.rules for group in lowered.groups)
    meant = json.dumps([meaning(rule) for rule in (*fast, *copies, budget)])
    assert hash_of(**keys) == hashlib.sha256(meant.encode()).hexdigest()[:12]


def meaning(rule: Rule) -> list[str]:
    if isinstance(rule, RecordingRule):
        return [rule.record, rule.expr]
    return [rule.alert, rule.expr, format_duration(rule.hold), format_duration(rule.keep_firing_for)]


def test_a_pattern_may_hold_whatever_an_expression_may() -> None:
    patterns = [RecordingRule("a", f'"é" % {WHOSE} % "%s"'), RecordingRule("b", WHOSE)]
    filled = [RecordingRule("a", '"é" % slo_id="é" % "%s"'), RecordingRule("b", 'slo_id="é"')]
    rules = (filled[1], RecordingRule("own", f"% {WHOSE}"), filled[0])
    assert Meanings(patterns).spec_hash(rules, 'slo_id="é"') == spec_hash(rules)
