"""What earlier runs came to, in a folder of the user's, a file each, so that no run does the same again.

An outcome is found by the fingerprint of all that it depends on, so that it cannot be out of date, and begins
with a checksum, so that half of one is none. Runs at the same time do not disturb each other: an entry
appears whole, and one that goes while it is read is none. What cannot be kept is not kept, and nobody hears
of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from slo_compiler.cli.fingerprint import fingerprint
from slo_compiler.cli.outcome import Outcome, decode, encode
from slo_compiler.sources import Sources

MOST_ENTRIES: Final = 64
"""Those of the runs that were the last: branches of some repositories, whole and in part."""
MOST_BYTES: Final = 64 * 1024 * 1024
"""Of all entries together; that of 5,000 SLOs takes about a megabyte."""

_SUFFIX: Final = ".outcome"
_UNFINISHED: Final = ".unfinished-"
_ABANDONED: Final = 3600  # seconds after which nobody still writes an unfinished entry
_CHECKSUM: Final = 32  # bytes
_NOTHING: Final[Mapping[str, bytes]] = MappingProxyType({})


class Remembered(Struct, frozen=True):
    """What is known of a run on some sources, as they and the compiler were when it began."""

    sources: Sources
    cache: RunCache | None
    key: str
    """Empty where there is no cache."""

    @classmethod
    def of(cls, sources: Sources, cache: RunCache | None) -> Remembered:
        """A run that begins now; without a cache where the compiler cannot read its own files."""
        try:
            return cls(sources, cache, "" if cache is None else fingerprint(sources))
        except OSError:
            return cls(sources, None, "")

    def outcome(self) -> Outcome | None:
        """The outcome of an earlier run like this."""
        kept = None if self.cache is None else self.cache.get(self.key)
        return None if kept is None else decode(kept)

    def keep(self, outcome: Outcome, beside: Mapping[str, bytes] = _NOTHING) -> None:
        """Keeps the outcome of this run, unless the compiler was changed while it ran.

        Args:
            outcome: what it came to.
            beside: further entries by their keys.
        """
        with contextlib.suppress(OSError):
            if self.cache is not None and fingerprint(self.sources) == self.key:
                for key, content in {self.key: encode(outcome), **beside}.items():
                    self.cache.put(key, content)


class RunCache(Struct, frozen=True):
    """A folder of entries, which is made when the first is kept. Keys are hexadecimal digests."""

    folder: Path

    def get(self, key: str) -> bytes | None:
        """What was kept under a key; None where there is nothing that is whole."""
        path = self._path(key)
        try:
            content = unsealed(path.read_bytes(), key)
            os.utime(path)  # it is of use: others go first
        except OSError:
            return None
        return content

    def put(self, key: str, content: bytes) -> None:
        """Keeps an entry, whole or not at all, and lets the oldest go where there are too many."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _beside(self.folder) as unfinished:
                unfinished.write_bytes(sealed(content, key))
                unfinished.replace(self._path(key))
            self._prune()

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_SUFFIX}"

    def _prune(self) -> None:
        kept = bytes_ = 0
        for path, status in sorted(self._files(), key=lambda found: found[1].st_mtime, reverse=True):
            if path.name.startswith(_UNFINISHED):
                gone = status.st_mtime < time.time() - _ABANDONED
            else:
                kept, bytes_ = kept + 1, bytes_ + status.st_size
                gone = kept > MOST_ENTRIES or (kept > 1 and bytes_ > MOST_BYTES)
            if gone:
                path.unlink(missing_ok=True)

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        """What is ours in the folder; it may hold other files, which are left alone."""
        for path in self.folder.iterdir():
            if path.name.startswith(_UNFINISHED) or path.name.endswith(_SUFFIX):
                with contextlib.suppress(FileNotFoundError):  # another run lets entries go, too
                    yield path, path.lstat()


def sealed(content: bytes, key: str) -> bytes:
    """The content behind what tells whether it is whole, and that of the key."""
    return hashlib.blake2b(content, digest_size=_CHECKSUM, key=bytes.fromhex(key)).digest() + content


def unsealed(data: bytes, key: str) -> bytes | None:
    """The content; None where the data is not what ``sealed`` gives for this key."""
    content = data[_CHECKSUM:]
    return content if data == sealed(content, key) else None


@contextlib.contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A file in the folder to write and to rename; what is left of it in the end is removed."""
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=_UNFINISHED)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
