"""The small breaks: what each kind of expression and statement becomes, one replacement at a time."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Final

SWAPPED: Final[dict[type[ast.AST], tuple[type[ast.AST], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
"""Operators, and what each is taken for: comparisons at their boundary and the other way round."""

NAMES: Final = {
    "min": "max",
    "max": "min",
    "all": "any",
    "any": "all",
    "ceil": "floor",
    "floor": "ceil",
    "sorted": "list",
}
"""Functions, and what each is taken for."""


def replacements(node: ast.AST) -> Iterator[ast.AST]:
    """What the node becomes, each in turn; the node itself is left alone."""
    if isinstance(node, ast.expr):
        yield from _of_expression(node)
    elif isinstance(node, ast.stmt):
        yield from _of_statement(node)
    elif isinstance(node, ast.comprehension):
        for index in range(len(node.ifs)):
            yield _with(node, ifs=node.ifs[:index] + node.ifs[index + 1 :])


def _of_expression(node: ast.expr) -> Iterator[ast.AST]:
    match node:
        case ast.Compare() | ast.BinOp() | ast.BoolOp() | ast.UnaryOp():
            yield from _of_operation(node)
        case ast.Constant(value=value):
            yield from (ast.Constant(other) for other in _other_constants(value))
        case ast.Call(func=ast.Name(id=name)) if name in NAMES:
            yield _with(node, func=ast.Name(NAMES[name], ast.Load()))
        case ast.Call(func=ast.Attribute(attr=name, value=owner)) if name in NAMES:
            yield _with(node, func=ast.Attribute(owner, NAMES[name], ast.Load()))
        case ast.IfExp(body=body, orelse=orelse):
            yield body
            yield orelse


def _of_operation(node: ast.Compare | ast.BinOp | ast.BoolOp | ast.UnaryOp) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=ops):
            for index, operator in enumerate(ops):
                for other in SWAPPED.get(type(operator), ()):
                    yield _with(node, ops=[*ops[:index], other(), *ops[index + 1 :]])
        case ast.BinOp(op=operator):
            yield from (_with(node, op=other()) for other in SWAPPED.get(type(operator), ()))
        case ast.BoolOp(op=operator, values=values):
            yield from (_with(node, op=other()) for other in SWAPPED[type(operator)])
            for index in range(len(values)):
                yield _with(node, values=values[:index] + values[index + 1 :])
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand


def _other_constants(value: object) -> tuple[bool | int | str, ...]:
    match value:
        case bool():
            return (not value,)
        case int():
            return (value + 1, value - 1)
        case str():
            return (f"not {value}",)
        case _:
            return ()


def _of_statement(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.Return(value=ast.Constant(value=None)):
            pass
        case ast.Return(value=ast.expr()):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.AugAssign():
            yield ast.Pass()
        case ast.If(test=test) if not isinstance(test, ast.Compare):
            yield _with(node, test=ast.UnaryOp(ast.Not(), test))


def _with(node: ast.AST, **changes: object) -> ast.AST:
    """The node with other fields."""
    changed = copy.copy(node)
    for field, value in changes.items():
        setattr(changed, field, value)
    return changed
