"""The types of expressions, and what has none: the rules of ``checkAST`` in promql/parser/parse.go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias, assert_never

from slo_compiler.promql.functions import AGGREGATORS, FUNCTIONS, Signature, ValueType
from slo_compiler.promql.problems import Problem
from slo_compiler.promql.regex import matches, regex_problem
from slo_compiler.promql.release import Release
from slo_compiler.promql.selectors import METRIC_NAME
from slo_compiler.promql.syntax import (
    Aggregation,
    Binary,
    Call,
    Expr,
    Matcher,
    MatchOperator,
    MatrixSelector,
    NumberLiteral,
    Parentheses,
    StringLiteral,
    Subquery,
    Unary,
    VectorMatching,
    VectorSelector,
    walk,
)

_SET_OPERATORS: Final = ("and", "or", "unless")
_COMPARISONS: Final = ("==", "!=", "<=", "<", ">=", ">")
_NUMERIC: Final = (ValueType.SCALAR, ValueType.VECTOR)

_Types: TypeAlias = dict[int, ValueType]
"""The type of each expression by its ``id``."""


def check_types(root: Expr, release: Release) -> tuple[ValueType, list[Problem]]:
    """The type of an expression, and its problems of types, functions and matchers in reading order."""
    types: _Types = {}
    problems: list[Problem] = []
    for node in reversed(list(walk(root))):  # what is under a node comes before it
        types[id(node)] = _type_of(node, types)
        problems.extend(_problems_of(node, types, release))
    return types[id(root)], sorted(problems)


def _type_of(node: Expr, types: _Types) -> ValueType:
    match node:
        case VectorSelector() | Aggregation():
            return ValueType.VECTOR
        case NumberLiteral():
            return ValueType.SCALAR
        case StringLiteral():
            return ValueType.STRING
        case MatrixSelector() | Subquery():
            return ValueType.MATRIX
        case Call():
            signature = FUNCTIONS.get(node.function)
            return signature.returns if signature else ValueType.VECTOR
        case Binary():
            operands = (types[id(node.left)], types[id(node.right)])
            return ValueType.SCALAR if operands == (ValueType.SCALAR, ValueType.SCALAR) else ValueType.VECTOR
        case Unary():
            return types[id(node.operand)]
        case Parentheses():
            return types[id(node.inner)]
        case _:
            assert_never(node)


def _problems_of(node: Expr, types: _Types, release: Release) -> Iterator[Problem]:
    match node:
        case VectorSelector():
            yield from _selector_problems(node, release)
        case NumberLiteral() | StringLiteral() | MatrixSelector() | Parentheses():
            return
        case Subquery():
            found = types[id(node.operand)]
            if found is not ValueType.VECTOR:
                yield Problem(node.start, f"a subquery takes an instant vector, not {found.value}")
        case Unary():
            found = types[id(node.operand)]
            if found not in _NUMERIC:
                message = f"{node.operator} takes a scalar or an instant vector, not {found.value}"
                yield Problem(node.start, message)
        case Binary():
            yield from _binary_problems(node, types)
        case Aggregation():
            yield from _aggregation_problems(node, types, release)
        case Call():
            yield from _call_problems(node, types, release)
        case _:
            assert_never(node)


def _selector_problems(selector: VectorSelector, release: Release) -> Iterator[Problem]:
    sound = True
    for matcher in selector.matchers:
        problem = regex_problem(matcher.value, release) if matcher.operator.is_regex else None
        if problem is not None:
            yield Problem(matcher.start, problem)
            sound = False
        if selector.metric is not None and matcher.label == METRIC_NAME:
            yield Problem(matcher.start, f"the metric has a name already: {selector.metric}")
    if (
        sound
        and selector.metric is None
        and all(_takes_empty(matcher, release) for matcher in selector.matchers)
    ):
        message = "this could select every series; at least one matcher must refuse the empty value"
        yield Problem(selector.start, message)


def _takes_empty(matcher: Matcher, release: Release) -> bool:
    match matcher.operator:
        case MatchOperator.EQUAL:
            return not matcher.value
        case MatchOperator.NOT_EQUAL:
            return bool(matcher.value)
        case MatchOperator.REGEX:
            return matches(matcher.value, "", release)
        case MatchOperator.NOT_REGEX:
            return not matches(matcher.value, "", release)
        case _:
            assert_never(matcher.operator)


def _binary_problems(node: Binary, types: _Types) -> Iterator[Problem]:
    operands = ((node.left, types[id(node.left)]), (node.right, types[id(node.right)]))
    for operand, found in operands:
        if found not in _NUMERIC:
            message = f"{node.operator} takes scalars and instant vectors, not {found.value}"
            yield Problem(operand.start, message)
    scalars = [found for _, found in operands].count(ValueType.SCALAR)
    if node.returns_bool and node.operator not in _COMPARISONS:
        yield Problem(node.operator_start, f"bool goes with comparisons only, not with {node.operator}")
    if node.operator in _COMPARISONS and scalars == 2 and not node.returns_bool:
        yield Problem(node.operator_start, f"two scalars are compared with {node.operator} bool")
    if node.operator in _SET_OPERATORS and scalars:
        yield Problem(node.operator_start, f"{node.operator} takes instant vectors, not a scalar")
    if node.matching is not None:
        between_vectors = all(found is ValueType.VECTOR for _, found in operands)
        yield from _matching_problems(node, node.matching, between_vectors=between_vectors)


def _matching_problems(node: Binary, matching: VectorMatching, *, between_vectors: bool) -> Iterator[Problem]:
    for label in matching.labels:
        if matching.on and label in matching.include:
            message = f"{label} stands in both on (...) and {matching.group} (...)"
            yield Problem(node.operator_start, message)
    if matching.labels and not between_vectors:
        yield Problem(node.operator_start, "labels are matched between instant vectors only")
    if matching.group is not None and between_vectors and node.operator in _SET_OPERATORS:
        yield Problem(node.operator_start, f"{node.operator} takes no {matching.group}")


def _aggregation_problems(node: Aggregation, types: _Types, release: Release) -> Iterator[Problem]:
    aggregator = AGGREGATORS[node.operator]
    if aggregator.experimental:
        yield Problem(node.start, f"{node.operator} is experimental in {release} and refused by default")
    parameters = () if aggregator.parameter is None else (aggregator.parameter,)
    expected = (*parameters, ValueType.VECTOR)
    if len(node.arguments) != len(expected):
        takes = " and ".join(argument.value for argument in expected)
        yield Problem(node.start, f"{node.operator} takes {takes}, but {_count(len(node.arguments))}")
        return
    for argument, wanted in zip(node.arguments, expected, strict=True):
        yield from _argument_problems(node.operator, argument, wanted, types)


def _call_problems(node: Call, types: _Types, release: Release) -> Iterator[Problem]:
    signature = FUNCTIONS.get(node.function)
    if signature is None:
        yield Problem(node.start, f"{release} has no function {node.function[:40]}")
        return
    if signature.since > release:
        yield Problem(node.start, f"{node.function} needs {signature.since} or later")
    elif signature.until < release:
        yield Problem(node.start, f"{node.function} is gone from {release}; {signature.until} still had it")
    elif signature.experimental:
        yield Problem(node.start, f"{node.function} is experimental in {release} and refused by default")
    given = len(node.arguments)
    if not signature.fewest <= given or (given > len(signature.arguments) and not signature.repeats):
        yield Problem(node.start, f"{node.function} takes {_takes(signature)}, but {_count(given)}")
        return
    for index, argument in enumerate(node.arguments):
        yield from _argument_problems(node.function, argument, signature.argument(index), types)


def _takes(signature: Signature) -> str:
    most = len(signature.arguments)
    if signature.repeats:
        return f"at least {_arguments(signature.fewest)}"
    return _arguments(most) if signature.fewest == most else f"{signature.fewest} to {_arguments(most)}"


def _arguments(count: int) -> str:
    return f"{count} argument{'' if count == 1 else 's'}"


def _count(given: int) -> str:
    return f"is given {given or 'none'}"


def _argument_problems(taker: str, argument: Expr, wanted: ValueType, types: _Types) -> Iterator[Problem]:
    found = types[id(argument)]
    if found is not wanted:
        hint = ", such as metric[5m]" if wanted is ValueType.MATRIX else ""
        yield Problem(argument.start, f"{taker} takes {wanted.value}{hint} here, not {found.value}")
