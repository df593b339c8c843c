"""The mutants of the burn-rate engine, and why some of them cannot be killed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.mutation.mutants import Mutant, mutants_of

ROOM: Final = "slo_compiler.burnrate"
SURVIVORS: Final = Path(__file__).parent / "survivors.txt"


def all_mutants() -> list[Mutant]:
    """Every mutant of the room, module by module."""
    folder = Path(__file__).parents[2] / ROOM.replace(".", "/")
    return [
        mutant
        for path in sorted(folder.glob("[!_]*.py"))
        for mutant in mutants_of(f"{ROOM}.{path.stem}", path)
    ]


def explanations() -> dict[str, str]:
    """Names of mutants, and why each is no other program: a line, and indented lines below it."""
    explained: dict[str, str] = {}
    name = ""
    for line in SURVIVORS.read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            explained[name] = f"{explained[name]} {line.strip()}".strip()
        elif line and not line.startswith("#"):
            name = line
            explained[name] = ""
    return explained
