"""The files that a run generates: each is told by its digest, and its bytes are read only to be written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct, field

from slo_compiler.cli import manifest
from slo_compiler.cli.exchange import Workspace
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.emitters.artifact import Artifact


class Generated(Struct, frozen=True):
    """A set of files, the manifest aside."""

    paths: tuple[str, ...]
    """In the output folder, as they were emitted: one that comes twice is a fault of the set."""
    digests: Mapping[str, str]
    """Of the file of each path."""
    read: Callable[[str], bytes]
    """The bytes of the file of a path."""
    workspace: Workspace | None = None
    """That of the folder they are to be written to, if this run has it already."""
    waiting: Mapping[str, str] = field(default_factory=dict)
    """The files in it that may become those of a path."""

    @property
    def manifest(self) -> bytes:
        """The list of the files, which is written with them."""
        return manifest.dump(self.digests)


class Compiled(Struct, frozen=True):
    """All there is to say of specs, and the files they compile to; none where there are errors."""

    diagnostics: tuple[Diagnostic, ...]
    generated: Generated | None
    services: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The files of each service by its key, where each was compiled by itself: to know it again."""


def in_memory(artifacts: Iterable[Artifact]) -> Generated:
    """The set of these artefacts."""
    listed = [(artifact.path, artifact.text.encode()) for artifact in artifacts]
    contents = dict(listed)
    digests = {path: manifest.digest(data) for path, data in contents.items()}
    return Generated(tuple(path for path, _ in listed), digests, contents.__getitem__)
