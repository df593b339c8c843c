"""The corridor is one-way: each room imports only itself and earlier rooms, and libraries stay in theirs."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "slo_compiler"
SOURCE = Path(__file__).parent.parent / PACKAGE

# From the entrance to the exit: a room may import itself and any room above it.
CORRIDOR = (
    "version",
    "sources",
    "diagnostics",
    "quantities",
    "model",
    "promql",
    "schema",
    "adapters",
    "presets",
    "burnrate",
    "importers",
    "resolve",
    "rules",
    "scenarios",
    "checks",
    "emitters",
    "targets",
    "review",
    "planning",
    "compiler",
    "shares",
    "replay",
    "prometheus",
    "backtest",
    "verify",
    "incident",
    "demo",
    "cli",
    "__main__",
)

# What users import into programs of their own stands beside the corridor, and sees only these rooms.
BESIDE = {"instrument": {"model"}}

# The rooms a library may be imported in; a library that is not named here may be imported nowhere.
LIBRARIES = {
    "click": {"cli"},
    "jinja2": {"emitters", "incident"},
    "markupsafe": {"demo", "emitters", "incident"},
    "markdown_it": {"demo"},
    "matplotlib": {"incident", "replay"},
    "msgspec": {*CORRIDOR},
    "numpy": {"backtest", "incident", "replay"},
    "prometheus_client": {"backtest", "demo", "instrument", "verify"},
    "pydantic": {"schema"},
    "pydantic_core": {"schema"},
    "re2": {"promql"},
    "rich": {"cli"},
    "urllib3": {"prometheus"},
    "yaml": {"schema"},
}

MOST_LINES = 300

STANDARD_LIBRARY = sys.stdlib_module_names


def reachable_from(room: str) -> set[str]:
    """The rooms that a room may import: itself and the earlier ones, and from the doorstep none."""
    if room == "__init__":
        return {room}
    if room in BESIDE:
        return {room, *BESIDE[room]}
    return {"__init__", *CORRIDOR[: CORRIDOR.index(room) + 1]}


def room_of(module: str) -> str:
    """The room a dotted module name of the package lies in; the package itself is the doorstep."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(SOURCE.rglob("*.py")):
        dotted = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
        yield dotted.removesuffix(".__init__"), path


MODULE_NAMES = [module for module, _ in modules()]


def imports(module: str, source: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported, wherever in the file, type-checking blocks included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: imports are absolute here"
            assert node.module is not None
            if node.module == PACKAGE:
                yield from ((node.lineno, f"{PACKAGE}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, node.module


def violations(module: str, source: str) -> list[str]:
    """What the module imports and must not."""
    found = []
    here = room_of(module)
    for line, name in imports(module, source):
        top = name.split(".")[0]
        if top == PACKAGE:
            if room_of(name) not in reachable_from(here):
                found.append(f"{module}:{line}: {here} looks back into {room_of(name)}")
        elif top not in STANDARD_LIBRARY and here not in LIBRARIES.get(top, set()):
            found.append(f"{module}:{line}: {top} has no business in {here}")
    return found


@pytest.mark.parametrize(("module", "path"), list(modules()), ids=MODULE_NAMES)
def test_imports_go_one_way(module: str, path: Path) -> None:
    assert violations(module, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("slo_compiler.model.slo", "from slo_compiler.rules import ir", "model looks back into rules"),
        ("slo_compiler.model.slo", "from slo_compiler import compiler", "model looks back into compiler"),
        (
            "slo_compiler.rules.ir",
            "import slo_compiler.emitters.prometheus",
            "rules looks back into emitters",
        ),
        ("slo_compiler.rules.ir", "def f():\n    import pydantic", "pydantic has no business in rules"),
        ("slo_compiler.emitters.prometheus", "from click import echo", "click has no business in emitters"),
        ("slo_compiler.burnrate.plan", "import numpy.linalg", "numpy has no business in burnrate"),
        (
            "slo_compiler.instrument.detector",
            "from slo_compiler.quantities import parse_duration",
            "instrument looks back into quantities",
        ),
        (
            "slo_compiler.compiler",
            "from slo_compiler.instrument.detector import Detector",
            "compiler looks back into instrument",
        ),
    ],
)
def test_the_wall_bites(module: str, source: str, complaint: str) -> None:
    assert [complaint] == [found.split(": ", 1)[1] for found in violations(module, source)]


def test_no_import_cycles() -> None:
    """Within a room the corridor says nothing, so modules are followed one by one."""
    names = {name for name, _ in modules()}
    graph: dict[str, set[str]] = {}
    for module, path in modules():
        targets = set()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(PACKAGE):
                for alias in node.names:
                    dotted = f"{node.module}.{alias.name}"
                    targets.add(dotted if dotted in names else node.module)
            elif isinstance(node, ast.Import):
                targets |= {alias.name for alias in node.names if alias.name in names}
        graph[module] = targets - {module}
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, f"import cycle: {' -> '.join((*trail, module))}"
        if module not in done:
            for target in sorted(graph.get(module, ())):
                visit(target, (*trail, module))
            done.add(module)

    for module in graph:
        visit(module, ())


def test_every_room_is_in_the_corridor() -> None:
    rooms = {room_of(module) for module, _ in modules()} - {"__init__"}
    assert rooms <= {*CORRIDOR, *BESIDE}, f"give {sorted(rooms - set(CORRIDOR))} a place in CORRIDOR"


@pytest.mark.parametrize(("module", "path"), list(modules()), ids=MODULE_NAMES)
def test_modules_stay_small(module: str, path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES, f"{module} wants to be two rooms"
