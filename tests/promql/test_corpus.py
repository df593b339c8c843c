"""Every recorded verdict of promtool is ours."""

from __future__ import annotations

import pytest

from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.release import RELEASES, Release
from slo_compiler.promql.syntax import walk
from slo_compiler.promql.template import Template, parse_template
from tests.promql.corpus import recorded

# Recorded expressions that promtool takes and we refuse on purpose, with the reason: there is none.
REFUSED_ON_PURPOSE: dict[str, str] = {}


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_nothing_that_promtool_rejects_is_accepted(release: Release) -> None:
    rows = [row for row in recorded() if row.is_rejected(release)]
    assert len(rows) > 200
    assert [row.expr for row in rows if isinstance(parse(row.expr, release), Expression)] == []


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_nothing_that_promtool_accepts_is_refused(release: Release) -> None:
    rows = [row for row in recorded() if not row.is_rejected(release)]
    assert len(rows) > 1_000
    refused = {row.expr for row in rows if not isinstance(parse(row.expr, release), Expression)}
    assert refused == set(REFUSED_ON_PURPOSE)


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_every_problem_lies_within_the_expression(release: Release) -> None:
    for row in recorded():
        found = parse(row.expr, release)
        if not isinstance(found, Expression):
            assert found
            assert [problem for problem in found if not 0 <= problem.offset <= len(row.expr)] == []


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_every_node_spans_a_text_that_is_an_expression_of_its_own(release: Release) -> None:
    for row in recorded():
        found = parse(row.expr, release)
        if isinstance(found, Expression):
            for node in walk(found.tree):
                part = parse(row.expr[node.start : node.end], release)
                assert isinstance(part, Expression), (row.expr, node, part)
                assert type(part.tree) is type(node)


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_an_expression_without_its_comments_is_the_same_expression(release: Release) -> None:
    for row in recorded():
        template = parse_template(row.expr, release)
        if isinstance(template, Template):
            bare = parse(template.substitute("5m"), release)
            assert isinstance(bare, Expression)
            kinds = [type(node) for node in walk(bare.tree)]
            assert kinds == [type(node) for node in walk(template.expression.tree)]
