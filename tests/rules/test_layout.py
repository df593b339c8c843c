from __future__ import annotations

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.rules.layout import block


@given(st.text(st.sampled_from("a \t\n\r\v\x1c\x85\u2028")))
def test_a_block_of_lines_is_indented_as_the_library_does(text: str) -> None:
    lines = f"a\n{text}"
    assert block(lines) == f"(\n{textwrap.indent(lines, '  ')}\n)"
