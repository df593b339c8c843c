"""The shapes of rules that are measured beside ours are made of the text of ours, and differ from it."""

from __future__ import annotations

from typing import Final

import pytest

from bench.rules import measured_slo, rules_of
from bench.rules_tried import Try, tries_of
from slo_compiler.promql.check import parse
from slo_compiler.promql.release import RELEASES

SLO: Final = measured_slo()
OURS: Final = rules_of(SLO)
TRIES: Final = [pytest.param(each, id=name) for name, each in tries_of(SLO).items()]


@pytest.mark.parametrize("shape", TRIES)
def test_a_shape_is_promql(shape: Try) -> None:
    recorded = [rule.expr for rule in (*shape.recorded, *shape.copied)]
    expressions = [*recorded, *(rule.expr for rule in shape.rules.values() if rule is not None)]
    problems = [parse(expr, RELEASES[-1]) for expr in expressions]
    assert [each for each in problems if isinstance(each, list)] == []


@pytest.mark.parametrize("shape", TRIES)
def test_a_shape_has_no_rule_of_ours_but_others_in_its_place(shape: Try) -> None:
    same = {name for name, rule in shape.rules.items() if rule == OURS.get(name, "new")}
    assert same == set()
    assert shape.rules.keys() & OURS.keys() != set()
