"""Inputs with a fault, each with what is printed of it, to the letter, and with what mends it.

A case of ``bad_specs`` is a spec or a folder, and beside it stands what ``lint`` prints. A case of
``bad_inputs`` is a folder in which a spec meets metrics or a history, and ``stderr`` is what is printed.
Somewhere in a case the comment ``# mend: OLD -> NEW`` says what has to be replaced by what to make it good; a
history has none, for its formats know no comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
SPECS: Final = HERE / "bad_specs"
INPUTS: Final = HERE / "bad_inputs"

SHARED: Final = ("defaults.yaml", "receivers.yaml")
"""What holds for all bad specs."""

MEND: Final = re.compile(r"# mend: (.+?) ->(?: (.*))?\n")
ESCAPE: Final = re.compile(r"\\(n|x[0-9a-f]{2})")
CHECK: Final = re.compile(r"\[([a-z]+/[a-z0-9-]+)\]$", re.MULTILINE)

COMMANDS: Final = {
    "metrics.prom": ("verify", "shop.yaml", "--scrape", "metrics.prom"),
    "history.csv": ("backtest", "shop.yaml", "--csv", "history.csv"),
    "history.txt": ("backtest", "shop.yaml", "--openmetrics", "history.txt"),
}
"""How the compiler is given each kind of input, from within its folder."""


@dataclass(frozen=True, slots=True)
class Case:
    """An input with a fault. ``folder`` is where the command is called."""

    name: str
    folder: Path
    command: tuple[str, ...]
    files: tuple[Path, ...]
    printed: str
    """On standard error, to the letter."""

    @property
    def is_refused(self) -> bool:
        """Whether anything in it is an error."""
        return ": error: " in self.printed

    @property
    def checks(self) -> set[str]:
        """The checks that tell of it."""
        return set(CHECK.findall(self.printed))

    def told_by(self, check: str) -> list[str]:
        """The lines in which a check tells of it."""
        return [line for line in self.printed.splitlines() if line.endswith(f"[{check}]")]


def bad_specs() -> list[Case]:
    """The cases of ``lint``, by name."""
    return [
        Case(
            name=path.name,
            folder=SPECS,
            command=("lint", path.name),
            files=_files(path),
            printed=path.with_suffix(".stderr").read_text(encoding="utf-8"),
        )
        for path in sorted(SPECS.iterdir())
        if path.suffix != ".stderr" and path.name not in SHARED
    ]


def bad_inputs() -> list[Case]:
    """The cases of commands that hold a spec against metrics or their history, by name."""
    return [
        Case(
            name=folder.name,
            folder=folder,
            command=next(command for name, command in COMMANDS.items() if (folder / name).exists()),
            files=tuple(path for path in _files(folder) if path.name != "stderr"),
            printed=(folder / "stderr").read_text(encoding="utf-8"),
        )
        for folder in sorted(INPUTS.iterdir())
    ]


def under_its_name(text: str, name: str) -> str:
    """A file of a case, with its name in the place of the comment that mends it: lines keep their numbers."""
    return MEND.sub(f"# {name}\n", text, count=1)


def mended(text: str) -> str | None:
    """The file as it is good, or None where it does not say how."""
    found = MEND.search(text)
    if found is None:
        return None
    old, new = (ESCAPE.sub(_unescaped, part or "") for part in found.groups())
    body = text[found.end() :]
    if body.count(old) != 1:
        raise ValueError(f"{old!r} is not in it exactly once")
    return body.replace(old, new)


def _files(path: Path) -> tuple[Path, ...]:
    return tuple(sorted(each for each in (path, *path.rglob("*")) if each.is_file()))


def _unescaped(escape: re.Match[str]) -> str:
    return "\n" if escape[1] == "n" else chr(int(escape[1][1:], 16))
