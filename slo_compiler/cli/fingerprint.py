"""What a compilation depends on, as one digest: the same digest, the same files and the same diagnostics.

That is the bytes of everything it reads and the names by which it calls them, what it was asked for, the
bytes of the compiler itself and of its data, and the releases of Python and of all installed libraries. No
time, size or name of a file stands for its content.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from slo_compiler.emitters.runbooks.shipped import SHIPPED
from slo_compiler.sources import Sources

_PACKAGE: Final = Path(__file__).parents[1]


def fingerprint(sources: Sources) -> str:
    """The digest of what these sources and this compiler come to, in lower-case hexadecimal.

    Raises:
        OSError: the compiler's own files cannot be read, for example because they are in an archive.
    """
    whole = hashlib.blake2b(digest_size=32)
    for part in (*_asked(sources), *_libraries(), *_content(_PACKAGE), *_content(SHIPPED)):
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.hexdigest()


def _asked(sources: Sources) -> Iterator[bytes]:
    """The sources, each told apart from all others by its role, its path and how many come before it."""
    shared = [each for each in (sources.defaults, sources.receivers) if each is not None]
    yield repr((sources.targets, sources.defaults is None, sources.receivers is None)).encode()
    yield repr((len(sources.specs), len(sources.templates))).encode()
    for source in (*shared, *sources.specs, *sources.templates):
        yield os.fsencode(source.path)
        yield source.content


def _libraries() -> Iterator[bytes]:
    """Python, and each distribution with its version, as installers name the folder that tells of it."""
    yield sys.version.encode()
    for folder in sys.path:
        with contextlib.suppress(OSError), os.scandir(folder or ".") as found:  # an archive, or nothing
            told = sorted(entry.name for entry in found if entry.name.endswith((".dist-info", ".egg-info")))
            yield os.fsencode("/".join(told))


def _content(folder: Path) -> Iterator[bytes]:
    """The path and the bytes of each file, but for what Python itself makes of them."""
    for path in _files(os.fspath(folder)):
        yield os.fsencode(os.path.relpath(path, folder))
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123  half a thousand times in each run
            yield file.readall()


def _files(folder: str) -> Iterable[str]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir():
            yield from () if entry.name == "__pycache__" else _files(entry.path)
        else:
            yield entry.path
