"""Which tool a document is for, and the reader of each: a dialect more is a module and a line here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from slo_compiler.diagnostics import Diagnostic, Position
from slo_compiler.importers import pyrra, sloth, telling
from slo_compiler.importers.assemble import NativeSpec, assemble
from slo_compiler.importers.fields import named
from slo_compiler.importers.imported import Imported
from slo_compiler.importers.openslo import read as openslo
from slo_compiler.schema.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from slo_compiler.schema.yaml.streams import read_documents

Dialect: TypeAlias = Callable[[Sequence[MappingNode], list[Diagnostic]], Iterator[Imported]]
"""From all documents of a tool to its SLOs; what there is to say of them is added to the list."""

DIALECTS: Final[dict[str, Dialect]] = {"sloth": sloth.read, "pyrra": pyrra.read, "openslo": openslo.read}

VERSIONS: Final = {
    "prometheus/v1": "sloth",
    "sloth.slok.dev/v1": "sloth",
    "pyrra.dev/v1alpha1": "pyrra",
    "openslo/v1": "openslo",
    "openslo.com/v1": "openslo",
    "openslo/v1alpha": "openslo",
    "openslo.com/v1alpha": "openslo",
}
"""What ``version`` or ``apiVersion`` say of the tool."""


_OF_A_TOOL: Final = re.compile(r"prometheus/|[a-z.]*(?:sloth|slok|pyrra|openslo)", re.IGNORECASE)


def import_files(
    files: Iterable[tuple[str, bytes]], owner: str | None = None
) -> tuple[list[NativeSpec], list[Diagnostic]]:
    """The specs that all files together stand for, and everything there is to say.

    Args:
        files: path and content of each; what one of them refers to may be in another.
        owner: who answers for services of which no file says it.
    """
    found: list[Diagnostic] = []
    documents: defaultdict[str, list[MappingNode]] = defaultdict(list)
    for path, content in files:
        roots = read_documents(path, content)
        if isinstance(roots, list):
            found += roots
            continue
        if not roots:
            message = "there is nothing in this file, and nothing is made of it"
            found.append(telling.lost(Position(path), message))
        for document in (each for root in roots for each in _objects(root, found)):
            dialect = _dialect(document, found)
            if dialect is not None:
                documents[dialect].append(document)
    imported = [slo for name, read in DIALECTS.items() for slo in read(documents[name], found)]
    return assemble(imported, owner), found


def _objects(root: Node, found: list[Diagnostic]) -> Iterator[MappingNode]:
    """The objects of a document: itself, or the items of a list, of a plain one or one of Kubernetes."""
    match root:
        case SequenceNode(items=items):
            for item in items:
                yield from _objects(item, found)
        case MappingNode(entries=entries) if named(root, "kind").endswith("List") and "items" in entries:
            yield from _objects(entries["items"].value, found)
        case MappingNode():
            yield root
        case ScalarNode():
            message = "this is no mapping of keys to values, as the specs of all tools are"
            found.append(telling.invalid(root.position, message))


def _dialect(document: MappingNode, found: list[Diagnostic]) -> str | None:
    version = named(document, "apiVersion") or named(document, "version")
    dialect = VERSIONS.get(version)
    if dialect is None:
        place = next(
            (document.entries[key] for key in ("apiVersion", "version") if key in document.entries), None
        )
        found.append(_no_dialect(version, place.value.position if place else document.position))
    return dialect


def _no_dialect(version: str, place: Position) -> Diagnostic:
    """What is said of a version: one of the tools would watch something, others stand there by the way."""
    if version and not _OF_A_TOOL.match(version):
        return telling.lost(place, f"{version} is for none of these tools, and nothing is made of it")
    known = ", ".join(VERSIONS)
    written = version or "a document without a version"
    return telling.invalid(place, f"{written} is no format that is imported; known: {known}")
