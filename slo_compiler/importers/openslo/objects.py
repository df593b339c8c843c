"""The objects of all files of OpenSLO by kind and name, and what a reference leads to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct, field

from slo_compiler.diagnostics import Diagnostic, nearest
from slo_compiler.importers import telling
from slo_compiler.importers.fields import Fields, is_of_kind, named
from slo_compiler.schema.refusal import described
from slo_compiler.schema.yaml.nodes import MappingNode, Node, ScalarNode

KINDS: Final = (
    "Service",
    "DataSource",
    "SLI",
    "SLO",
    "AlertPolicy",
    "AlertCondition",
    "AlertNotificationTarget",
)


class Objects(Struct):
    """All objects; which of them something refers to is remembered."""

    by_name: dict[tuple[str, str], MappingNode]
    found: list[Diagnostic]
    used: set[tuple[str, str]] = field(default_factory=set)

    def of(self, kind: str) -> list[MappingNode]:
        """All objects of a kind."""
        return [node for (each, _), node in self.by_name.items() if each == kind]

    def get(self, kind: str, name: str) -> MappingNode | None:
        """The object of a name, if there is one."""
        self.used.add((kind, name))
        return self.by_name.get((kind, name))

    def referred(self, kind: str, name: ScalarNode) -> MappingNode | None:
        """The object that a reference leads to; one that leads nowhere is told."""
        node = self.get(kind, name.text)
        if node is None:
            known = [each for of_kind, each in self.by_name if of_kind == kind]
            near = nearest(name.text, known)
            advice = f"; did you mean {near}?" if near else "; import the file that has it together with this"
            message = f"no {kind} is called {described(name.text)} in these files{advice}"
            self.found.append(telling.unresolved(name.position, message))
        return node

    def unused(self) -> list[tuple[str, MappingNode]]:
        """The objects that nothing refers to, with their kinds."""
        return [(key[0], node) for key, node in self.by_name.items() if key not in self.used]


def collect(documents: Sequence[MappingNode], found: list[Diagnostic]) -> Objects:
    """The objects of documents; two of one kind and name are told."""
    by_name: dict[tuple[str, str], MappingNode] = {}
    for document in documents:
        kind = named(document, "kind")
        metadata = document.entries["metadata"].value if "metadata" in document.entries else document
        name = named(metadata, "name") if isinstance(metadata, MappingNode) else ""
        if not is_of_kind(document, KINDS, "OpenSLO", found):
            continue
        if not name:
            message = f"this {kind} has no name, so that nothing could refer to it"
            found.append(telling.invalid(document.position, message))
        elif (kind, name) in by_name:
            first = by_name[kind, name].position
            message = f"a second {kind} is called {described(name)} (the first is at {first})"
            found.append(telling.invalid(document.position, message))
        else:
            by_name[kind, name] = document
    return Objects(by_name, found)


def spec_of(node: MappingNode, what: str, found: list[Diagnostic]) -> tuple[Fields | None, Fields | None]:
    """The metadata and the spec of an object, or of one that stands in the place of a reference."""
    with Fields(node, what, found) as fields:
        for key in ("apiVersion", "kind"):
            fields.take(key)
        return fields.fields("metadata"), fields.fields("spec", required=True)


def part_of(node: MappingNode, what: str, found: list[Diagnostic]) -> tuple[ScalarNode | None, Fields | None]:
    """The name and the spec of an object that is a part of SLOs; what else it says is for people."""
    metadata, spec = spec_of(node, what, found)
    name = metadata.scalar("name") if metadata is not None else None
    said = [key for key in metadata.node.entries if key != "name"] if metadata is not None else []
    if spec is not None and spec.take("description") is not None:
        said.append("description")
    if said:
        message = f"{', '.join(said)} of {what}: that is for people, and not carried over"
        found.append(telling.renamed(node.position, message))
    return name, spec


def text_of(node: Node) -> ScalarNode | None:
    """The node if it is a text."""
    return node if isinstance(node, ScalarNode) and node.text else None
