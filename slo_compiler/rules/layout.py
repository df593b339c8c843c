"""How expressions are broken into lines, so that a reviewer reads them as they are nested.

Arguments are whole expressions; what comes back is one that binds as tightly as its outermost operator says.
"""

from __future__ import annotations


def block(expr: str) -> str:
    """The expression in parentheses: on lines of its own, or as it is when it has only one line."""
    if "\n" not in expr:
        return f"({expr})"
    return f"(\n{_indented(expr)}\n)"


def chain(operator: str, *operands: str) -> str:
    """Operands joined by a binary operator, each on lines of its own."""
    return f"\n{operator}\n".join(operands)


def terms(operator: str, *operands: str) -> str:
    """Operands joined by an arithmetic or comparison operator that begins each further line."""
    return f"\n{operator} ".join(operands)


def _indented(expr: str) -> str:
    """As ``textwrap.indent``, which calls two functions a line."""
    return "".join([line if line.isspace() else f"  {line}" for line in expr.splitlines(keepends=True)])
