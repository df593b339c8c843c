"""Indented JSON is that of the standard library."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.emitters.pretty_json import pretty

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_any_value_is_written_as_by_the_standard_library(value: Any) -> None:
    assert pretty(value) == json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
