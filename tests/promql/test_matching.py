from __future__ import annotations

import pytest

from slo_compiler.promql.check import parse
from slo_compiler.promql.matching import selects
from slo_compiler.promql.release import RELEASES
from slo_compiler.promql.syntax import VectorSelector

SERIES = {"__name__": "requests_total", "code": "503", "job": "shop"}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("requests_total", True),
        ("requests", False),
        ('{__name__="requests_total"}', True),
        ('{__name__=~"requests.*"}', True),
        ('requests_total{code="503"}', True),
        ('requests_total{code="500"}', False),
        ('requests_total{code!="500"}', True),
        ('requests_total{code!="503"}', False),
        ('requests_total{code=~"5.."}', True),
        ('requests_total{code=~"5"}', False),
        ('requests_total{code!~"5.."}', False),
        ('requests_total{code!~"4.."}', True),
        ('requests_total{pod=""}', True),
        ('requests_total{pod!=""}', False),
        ('requests_total{code=~"5..", job="other"}', False),
    ],
)
def test_a_selector_selects_as_prometheus_does(selector: str, *, expected: bool) -> None:
    parsed = parse(selector, RELEASES[-1])
    assert not isinstance(parsed, list)
    assert isinstance(parsed.tree, VectorSelector)
    assert expected == selects(parsed.tree, SERIES, RELEASES[-1])
