"""Every broken version of a module, each named by where it stands and what its text becomes."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from tests.mutation.operators import replacements

Place: TypeAlias = tuple[tuple[str, int | None], ...]
"""The way from the module to a node: fields, and where a field is a list the index in it."""

_DECLARED: Final = {"annotation", "returns", "decorator_list", "pattern"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one node replaced.

    ``name`` holds no line number, so that it stays the same while the code around it moves.
    """

    module: str
    path: Path
    name: str
    place: Place
    replacement: ast.AST
    in_function: bool

    def tree(self) -> ast.Module:
        """The broken module."""
        return _replaced(_read(self.path), self.place, self.replacement)


def mutants_of(module: str, path: Path) -> Iterator[Mutant]:
    """All mutants of a module, in the order of its text; a name that comes again is numbered."""
    seen: Counter[str] = Counter()
    for place, parents in _places(_read(path), (), ()):
        node = parents[-1]
        in_function = any(isinstance(parent, ast.FunctionDef) for parent in parents[:-1])
        for replacement in replacements(node):
            name = _name(module, parents, replacement)
            seen[name] += 1
            numbered = name if seen[name] == 1 else f"{name} ({seen[name]})"
            yield Mutant(module, path, numbered, place, replacement, in_function)


def _places(
    node: ast.AST, place: Place, parents: tuple[ast.AST, ...]
) -> Iterator[tuple[Place, tuple[ast.AST, ...]]]:
    """Every node that runs, with the nodes around it, outermost first: no docstring, type or decorator.

    Nor the keywords of a class, which say of a struct what a decorator says of a dataclass.
    """
    here = (*parents, node)
    yield place, here
    for field, value in ast.iter_fields(node):
        if (
            field in _DECLARED
            or _is_docstring(node)
            or (isinstance(node, ast.ClassDef) and field == "keywords")
        ):
            continue
        if isinstance(value, ast.AST):
            yield from _places(value, (*place, (field, None)), here)
        elif isinstance(value, list):
            for index, each in enumerate(value):
                if isinstance(each, ast.AST):
                    yield from _places(each, (*place, (field, index)), here)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _read(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _replaced(tree: ast.Module, place: Place, replacement: ast.AST) -> ast.Module:
    owner: object = tree
    for field, index in place[:-1]:
        owner = getattr(owner, field) if index is None else getattr(owner, field)[index]
    field, index = place[-1]
    if index is None:
        setattr(owner, field, replacement)
    else:
        getattr(owner, field)[index] = replacement
    return ast.fix_missing_locations(tree)


def _name(module: str, parents: tuple[ast.AST, ...], replacement: ast.AST) -> str:
    """Where and what: ``derive._round_up: long == draft.long => long != draft.long``."""
    scope = [module.rpartition(".")[2], *(name for node in parents if (name := _named(node)))]
    return f"{'.'.join(scope)}: {_text(parents[-1])} => {_text(replacement)}{_surroundings(parents)}"


def _named(node: ast.AST) -> str | None:
    """The name that a node gives to what is inside it: a class, a function, or a constant of the module."""
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
            return name
        case ast.AnnAssign(target=ast.Name(id=name)) if name.isupper():
            return name
        case _:
            return None


def _surroundings(parents: tuple[ast.AST, ...]) -> str:
    """What a number or truth value stands in, since alone it says little."""
    match parents[-1]:
        case ast.Constant(value=int()):
            around = next((node for node in reversed(parents[:-1]) if isinstance(node, ast.expr)), None)
            return f" in {_text(around)}" if around else ""
        case _:
            return ""


def _text(node: ast.AST) -> str:
    """The source of a node on one line; of a statement with a body only its first."""
    if isinstance(node, ast.comprehension):
        return " ".join(["for", ast.unparse(node.target), *(f"if {ast.unparse(each)}" for each in node.ifs)])
    return ast.unparse(node).partition("\n")[0]
