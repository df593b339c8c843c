"""Which files a compilation reads: specs as named or found, defaults, receivers and templates beside them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NoReturn

import click

from slo_compiler.cli.manifest import MANIFEST
from slo_compiler.schema.yaml.source_text import MOST_BYTES
from slo_compiler.sources import Source, Sources

DEFAULTS: Final = ("defaults.yaml", "defaults.yml")
RECEIVERS: Final = ("receivers.yaml", "receivers.yml")
SHARED: Final = (*DEFAULTS, *RECEIVERS)
SUFFIXES: Final = (".yaml", ".yml")
USUAL_BYTES: Final = 64 * 1024
TEMPLATES: Final = ("templates", "runbooks")


def read_sources(paths: Sequence[Path]) -> Sources:
    """The texts of all specs in the order of their paths, with what stands beside them and holds for all.

    Args:
        paths: spec files, or folders that are searched for them.

    Raises:
        click.ClickException: a path cannot be read, or there are two files where only one can hold.
    """
    specs = _without_repetitions(spec for path in paths for spec in _specs_of(path))
    if not specs:
        listed = ", ".join(map(str, paths))
        raise click.ClickException(f"no spec (*.yaml, *.yml) in {listed}: there is nothing to read")
    roots = {path if path.is_dir() else path.parent for path in paths}
    return Sources(
        specs=tuple(_read(spec) for spec in specs),
        defaults=_beside(roots, DEFAULTS),
        receivers=_beside(roots, RECEIVERS),
        templates=tuple(_read(path) for path in _templates(roots)),
    )


def _specs_of(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield from () if path.name in SHARED else (path,)
        return
    for here, folders, files in os.walk(path, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".") and not _is_output(here, name)]
        for found in (Path(here, name) for name in files if not name.startswith(".")):
            if found.name not in SHARED:
                yield from (_to_be_read(found),) if found.suffix in SUFFIXES else ()
            elif found.parent != path:
                raise click.ClickException(
                    f"{found} is not at the top of {path}, where it would hold for all specs below"
                )


def _to_be_read(found: Path) -> Path:
    """What was found in a folder, if it is no pipe or device, at which reading would wait for ever."""
    if found.exists() and not found.is_file():
        raise click.ClickException(f"{found} is no file, and cannot be read as a spec")
    return found


def _is_output(*folder: str) -> bool:
    """Whether the folder is one that we wrote: rules are YAML too, and no specs."""
    return Path(*folder, MANIFEST).exists()


def _templates(roots: Iterable[Path]) -> list[Path]:
    """The templates of runbooks that stand in the place of ours."""
    folders = [root.joinpath(*TEMPLATES) for root in roots]
    return _without_repetitions(
        path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.md.j2"))
    )


def _without_repetitions(paths: Iterable[Path]) -> list[Path]:
    """Each file once, by whichever of its names comes first."""
    first: dict[str, Path] = {}
    for path in sorted(paths):
        first.setdefault(os.path.realpath(path), path)
    return list(first.values())


def _beside(roots: Iterable[Path], names: Sequence[str]) -> Source | None:
    named = (root / name for root in roots for name in names)
    found = _without_repetitions(path for path in named if os.path.lexists(path))
    if len(found) > 1:
        listed = ", ".join(map(str, found))
        raise click.ClickException(
            f"{listed}: only one can hold for all specs; compile them one after the other"
        )
    return _read(found[0]) if found else None


def _read(path: Path) -> Source:
    """The file, or as much of it as it takes to see that it is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(USUAL_BYTES)  # room for the most takes longer to make than most to read
            if len(content) == USUAL_BYTES:
                content += file.read(MOST_BYTES + 1 - USUAL_BYTES)
            return Source(path.as_posix(), content)
    except OSError as failure:
        _refuse(failure)


def _refuse(failure: OSError) -> NoReturn:
    raise click.ClickException(f"{failure.filename} cannot be read: {failure.strerror}") from failure
