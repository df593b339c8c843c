"""The files of the library, which are a part of the program: each a system, read when it is asked for."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from slo_compiler.diagnostics import nearest
from slo_compiler.model.system import Preset, Refusal, System

SUFFIX: Final = ".yaml"
_FOLDER: Final = Path(__file__).parent
REMEMBERED: Final = 4096
"""Names of metrics: many SLOs read few, and to look for one takes all files."""


@functools.cache
def system_names() -> tuple[str, ...]:
    """The names of all systems, in order."""
    return tuple(sorted(file.name.removesuffix(SUFFIX) for file in _FOLDER.glob(f"*{SUFFIX}")))


@functools.cache
def system_named(name: str) -> System:
    """The system of a name.

    Raises:
        KeyError: there is none.
        ValueError: its file is broken; the message is what is wrong with it.
    """
    from slo_compiler.schema.read_library import read_system  # noqa: PLC0415  few compilations wait for it

    if name not in system_names():
        raise KeyError(name)
    found = read_system(f"{name}{SUFFIX}", text_of(name))
    if isinstance(found, list):
        raise ValueError("\n".join(map(str, found)))  # noqa: TRY004  not the type is wrong, but the file
    return found


@functools.cache
def text_of(name: str) -> bytes:
    """The bytes of a system's file."""
    return (_FOLDER / f"{name}{SUFFIX}").read_bytes()


def preset_named(id_: str) -> Preset | Refusal | None:
    """The preset of an id such as ``vllm/time-to-first-token``; None where there is none."""
    system, _, name = id_.partition("/")
    return system_named(system).presets.get(name) if system in system_names() else None


def preset_ids() -> Iterator[str]:
    """The ids of all presets, system by system."""
    for name in system_names():
        yield from (preset.id for preset in system_named(name).presets.values())


def nearest_preset(name: str) -> str | None:
    """The preset or system that was probably meant: by the first letters of its words, or by its spelling."""
    known = [*system_names(), *preset_ids()]
    short = next((id_ for id_ in known if "/" in id_ and _initials(id_) == name), None)
    return short or nearest(name, known, cutoff=0.5)


def _initials(id_: str) -> str:
    """``vllm/ttft`` for ``vllm/time-to-first-token``."""
    system, _, name = id_.partition("/")
    return f"{system}/{''.join(word[:1] for word in name.split('-'))}"


def systems_with(name: str) -> Iterator[System]:
    """The systems that have a metric or misnomer of a name. Only the files that name it are read."""
    return (system_named(system) for system in _naming(name))


@functools.lru_cache(maxsize=REMEMBERED)
def is_shared(name: str) -> bool:
    """Whether a metric's name is that of many systems, for all that have it here say so.

    Of names such as http_requests_total, which nearly every service has, no file need be read for that.
    """
    said = re.compile(rf"\n  {re.escape(name)}:(?:\n    .*)*?\n    shared: true$".encode(), re.MULTILINE)
    systems = _naming(name)
    return bool(systems) and all(said.search(text_of(system)) for system in systems)


@functools.lru_cache(maxsize=REMEMBERED)
def _naming(metric: str) -> tuple[str, ...]:
    key = f"\n  {metric}:".encode()
    return tuple(system for system in system_names() if key in text_of(system))
