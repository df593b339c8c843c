"""The tree: its plain values, and the way from pydantic's locations to places in the file."""

from __future__ import annotations

from fractions import Fraction

import pytest

from slo_compiler.diagnostics import Position
from slo_compiler.schema.yaml.documents import read_document
from slo_compiler.schema.yaml.nodes import MappingNode, Node, ScalarNode, find, locate, locate_key, to_data

SPEC = """\
service: scorer
labels: {tier: "1", "no": x}
slos:
  - name: availability
    objective: 99.9%
    indicator:
      ratio:
        bad: errors
  - name: latency
    threshold: 0.250
    enabled: true
    note:
"""


@pytest.fixture
def spec() -> Node:
    root = read_document("f.yaml", SPEC.encode())
    assert isinstance(root, MappingNode)
    return root


def test_data_are_the_values_without_their_places(spec: Node) -> None:
    assert to_data(spec) == {
        "service": "scorer",
        "labels": {"tier": "1", "no": "x"},
        "slos": [
            {"name": "availability", "objective": "99.9%", "indicator": {"ratio": {"bad": "errors"}}},
            {"name": "latency", "threshold": Fraction(1, 4), "enabled": True, "note": None},
        ],
    }


def test_the_text_of_a_number_is_kept_as_written(spec: Node) -> None:
    threshold = find(spec, ("slos", 1, "threshold"))
    assert isinstance(threshold, ScalarNode)
    assert (threshold.value, threshold.text) == (Fraction(1, 4), "0.250")


@pytest.mark.parametrize(
    ("location", "line", "column"),
    [
        ((), 1, 1),
        (("service",), 1, 10),
        (("labels", "no"), 2, 27),
        (("slos",), 4, 3),
        (("slos", 0, "objective"), 5, 16),
        (("slos", 1), 9, 5),
        (("slos", 1, "note"), 12, 10),
        (("slos", 1, "missing"), 9, 5),
        (("slos", 7, "objective"), 4, 3),
        (("slos", -1), 4, 3),
        (("slos", "0"), 4, 3),
        (("service", "deeper", 0), 1, 10),
        (("slos", 0, "indicator", "ratio-or-latency", "ratio", "function-after[f(), R]", "bad"), 8, 14),
        (("labels", "no", "[key]"), 2, 21),
    ],
)
def test_a_location_leads_to_the_value_or_its_nearest_ancestor(
    spec: Node, location: tuple[str | int, ...], line: int, column: int
) -> None:
    assert locate(spec, location) == Position("f.yaml", line, column)


@pytest.mark.parametrize(
    ("location", "line", "column"),
    [
        (("service",), 1, 1),
        (("labels", "no"), 2, 21),
        (("slos", 0, "objective"), 5, 5),
        (("slos", 1), 9, 5),
        ((), 1, 1),
    ],
)
def test_a_key_is_where_its_first_character_or_quote_is(
    spec: Node, location: tuple[str | int, ...], line: int, column: int
) -> None:
    assert locate_key(spec, location) == Position("f.yaml", line, column)
