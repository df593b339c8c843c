"""The syntax tree of an expression; every node knows its place as offsets into the text."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from slo_compiler.quantities import Seconds


class MatchOperator(enum.Enum):
    """How a matcher compares a label with its value."""

    EQUAL = "="
    NOT_EQUAL = "!="
    REGEX = "=~"
    NOT_REGEX = "!~"

    @property
    def is_regex(self) -> bool:
        """Whether the value is a regular expression."""
        return self in (MatchOperator.REGEX, MatchOperator.NOT_REGEX)


class NumberLiteral(Struct, frozen=True):
    """A number, or since release 3 a duration in the place of one, in seconds."""

    start: int
    end: int
    value: float

    @property
    def children(self) -> tuple[Expr, ...]:
        """Nothing is under it."""
        return ()


class StringLiteral(Struct, frozen=True):
    """A string; bytes that are no UTF-8 are surrogate escapes."""

    start: int
    end: int
    value: str

    @property
    def children(self) -> tuple[Expr, ...]:
        """Nothing is under it."""
        return ()


class Matcher(Struct, frozen=True):
    """One condition on a label: ``job="api"``."""

    start: int
    end: int
    label: str
    operator: MatchOperator
    value: str


Timestamp: TypeAlias = Seconds | Literal["start()", "end()"]
"""What stands after ``@``; seconds since 1970."""

_NO_OFFSET: Final = Seconds(0)


class VectorSelector(Struct, frozen=True):
    """``metric{matchers} offset 5m @ 0``; the metric is ``None`` where no name stands before the braces."""

    start: int
    end: int
    metric: str | None
    matchers: tuple[Matcher, ...]
    offset: Seconds = _NO_OFFSET
    at: Timestamp | None = None

    @property
    def children(self) -> tuple[Expr, ...]:
        """Nothing is under it."""
        return ()


class Duration(Struct, frozen=True):
    """A duration in brackets; its seconds are ``None`` where the placeholder ``$window`` stands for them."""

    start: int
    end: int
    seconds: Seconds | None


class MatrixSelector(Struct, frozen=True):
    """``selector[5m]``; an ``offset`` or ``@`` behind the bracket counts as the selector's."""

    start: int
    end: int
    selector: VectorSelector
    range: Duration

    @property
    def children(self) -> tuple[Expr, ...]:
        """The selector."""
        return (self.selector,)


class Subquery(Struct, frozen=True):
    """``expr[1h:5m] offset 1h @ 0``; the step is ``None`` where the server's default holds."""

    start: int
    end: int
    operand: Expr
    range: Duration
    step: Duration | None
    offset: Seconds = _NO_OFFSET
    at: Timestamp | None = None

    @property
    def children(self) -> tuple[Expr, ...]:
        """What is evaluated at each step."""
        return (self.operand,)


RANGES: Final = (MatrixSelector, Subquery)
"""What is a range vector by its form."""


class Call(Struct, frozen=True):
    """``function(arguments)``."""

    start: int
    end: int
    function: str
    arguments: tuple[Expr, ...]

    @property
    def children(self) -> tuple[Expr, ...]:
        """The arguments."""
        return self.arguments


class Grouping(Struct, frozen=True):
    """``by (labels)`` or ``without (labels)``."""

    without: bool
    labels: tuple[str, ...]


class Aggregation(Struct, frozen=True):
    """``operator by (labels) (arguments)``; the operator in lower case."""

    start: int
    end: int
    operator: str
    arguments: tuple[Expr, ...]
    grouping: Grouping | None

    @property
    def children(self) -> tuple[Expr, ...]:
        """The arguments."""
        return self.arguments


Group: TypeAlias = Literal["group_left", "group_right"]
"""The side of which many series may match one of the other side."""


class VectorMatching(Struct, frozen=True):
    """``on (labels)`` or ``ignoring (labels)``, and ``group_left (include)`` or ``group_right (include)``."""

    on: bool
    labels: tuple[str, ...]
    group: Group | None = None
    include: tuple[str, ...] = ()


class Binary(Struct, frozen=True):
    """``left operator bool on (labels) right``; the operator in lower case."""

    start: int
    end: int
    operator: str
    operator_start: int
    returns_bool: bool
    matching: VectorMatching | None
    left: Expr
    right: Expr

    @property
    def children(self) -> tuple[Expr, ...]:
        """The operands."""
        return self.left, self.right


class Unary(Struct, frozen=True):
    """``-operand``."""

    start: int
    end: int
    operator: str
    operand: Expr

    @property
    def children(self) -> tuple[Expr, ...]:
        """The operand."""
        return (self.operand,)


class Parentheses(Struct, frozen=True):
    """``(inner)``."""

    start: int
    end: int
    inner: Expr

    @property
    def children(self) -> tuple[Expr, ...]:
        """What is in them."""
        return (self.inner,)


Expr: TypeAlias = (
    NumberLiteral
    | StringLiteral
    | VectorSelector
    | MatrixSelector
    | Subquery
    | Call
    | Aggregation
    | Binary
    | Unary
    | Parentheses
)
"""Each has ``children``: the expressions right under it, in reading order."""


def walk(root: Expr) -> Iterator[Expr]:
    """A node and all that is under it, each before what is under it, else in reading order.

    Chains of operators are trees as deep as they are long, so nothing that reads a tree may recurse.
    """
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        under = node.children
        if under:
            waiting.extend(reversed(under))
