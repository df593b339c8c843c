"""The files that each service compiled to the last time, so that only services that changed are compiled.

A service is known again by a digest of all that it depends on: its specs, what holds for all specs, how
alerts are routed, and the compiler. Its files are not kept but taken from where they were written, if each of
them still is there byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from slo_compiler.cli import manifest
from slo_compiler.cli.fingerprint import fingerprint
from slo_compiler.cli.output_folder import OutputError
from slo_compiler.importers.foreign import is_foreign
from slo_compiler.shares import Whole, notification_of
from slo_compiler.sources import Sources

Files: TypeAlias = "Mapping[str, str]"
"""The digest of each file by its path."""


class LastTime(Struct, frozen=True):
    """What services compiled to when a folder was written last."""

    out: Path
    known: Mapping[str, Files]
    """The files of each service, by the service's key."""

    def files(self, key: str) -> Files | None:
        """The files of a service, if there they are as they were written; else it is to be compiled."""
        files = self.known.get(key)
        if files is None or not all(self._is_there(path, digest) for path, digest in files.items()):
            return None
        return files

    def read(self, path: str, digest: str) -> bytes:
        """The bytes of a file that was there.

        Raises:
            OutputError: they changed meanwhile.
        """
        try:
            data = (self.out / path).read_bytes()
        except OSError:
            data = b""
        if manifest.digest(data) != digest:
            raise OutputError(f"{path} changed in it meanwhile; compile again when nobody else writes there")
        return data

    def _is_there(self, path: str, digest: str) -> bool:
        place = self.out / path
        try:
            return place.is_file() and manifest.digest(place.read_bytes()) == digest
        except OSError:
            return False


def keys_of(sources: Sources, whole: Whole) -> dict[str, str]:
    """The key of each service, which is another where anything is that its files depend on.

    Specs of other tools may refer to each other, and a file of theirs may hold several services: all of them
    are as one.

    Raises:
        OSError: the compiler's own files cannot be read.
    """
    foreign = tuple(source for source in sources.specs if is_foreign(source.content))
    of_all = fingerprint(replace(sources, specs=foreign)), repr(notification_of(whole.shared, whole.traits))
    contents = {source.path: source.content for source in sources.specs}
    paths = {each.service: each.paths for each in whole.outlines}
    return {
        name: _digest([*map(str.encode, (name, *of_all)), *_parts(paths[name], contents)])
        for name in whole.services
    }


def encode(known: Mapping[str, Files]) -> bytes:
    """What services compiled to, as bytes."""
    return json.dumps(known, ensure_ascii=False, separators=(",", ":")).encode()


def of(out: Path, encoded: bytes | None) -> LastTime:
    """What was written to a folder, by what ``encode`` gave then; nothing where there is nothing."""
    return LastTime(Path(os.path.realpath(out)), {} if encoded is None else json.loads(encoded))


def folder_key(out: Path) -> str:
    """The name in a cache of what was written to a folder last."""
    return _digest([b"last time", os.fsencode(os.path.realpath(out))])


def _parts(paths: Iterable[str], contents: Mapping[str, bytes]) -> list[bytes]:
    return [part for path in sorted(paths) for part in (os.fsencode(path), contents[path])]


def _digest(parts: Sequence[bytes]) -> str:
    whole = hashlib.blake2b(digest_size=32)
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.hexdigest()
