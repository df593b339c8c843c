"""Names, labels and objectives of other tools as ours, which have to fit into files, groups and alerts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final

from msgspec import Struct

from slo_compiler.diagnostics import Diagnostic, Position
from slo_compiler.importers import native, telling
from slo_compiler.importers.fields import Fields
from slo_compiler.model import labels as reserved
from slo_compiler.quantities import format_percent
from slo_compiler.schema.refusal import described
from slo_compiler.schema.text_fields import LABEL_NAME, OWNER_NAME, SLUG
from slo_compiler.schema.yaml.nodes import Node, ScalarNode, SequenceNode

OWNERS: Final = ("owner", "team")
"""Labels that say who answers, the better one first."""


class Labelled(Struct, frozen=True):
    """Labels that alerts can have, and the owner that was among them."""

    labels: Mapping[str, ScalarNode]
    owner: ScalarNode | None


def slug(scalar: ScalarNode, found: list[Diagnostic]) -> ScalarNode:
    """The name as a part of file, group and alert names; told where it is another one."""
    if re.fullmatch(SLUG, scalar.text):
        return native.text(scalar.text, scalar)
    spaced = re.sub("(?<=[a-z0-9])(?=[A-Z])", "-", scalar.text)
    made = re.sub("[^a-z0-9]+", "-", spaced.lower())[:63].strip("-")
    if made:
        message = f"{described(scalar.text)} is called {made} here, as it is part of file and alert names"
        found.append(telling.renamed(scalar.position, message))
    return native.text(made or scalar.text, scalar)


def labelled(fields: Fields | None, found: list[Diagnostic]) -> Labelled:
    """What a mapping of labels says; what no alert may carry is told."""
    return keep(texts(fields, "labels"), found)


def keep(labels: Mapping[str, ScalarNode], found: list[Diagnostic]) -> Labelled:
    """Those of some labels that alerts can have; what no alert may carry is told."""
    kept: dict[str, ScalarNode] = {}
    owner = None
    for key, value in labels.items():
        if key in OWNERS and re.fullmatch(OWNER_NAME, value.text):
            owner = value if owner is None or key == OWNERS[0] else owner
        name = _label_name(key, value, found)
        if name is not None:
            kept[name] = value
    return Labelled(kept, owner)


def _label_name(key: str, value: ScalarNode, found: list[Diagnostic]) -> str | None:
    """The name under which alerts carry a label; None where that is the owner, or impossible."""
    if key == reserved.OWNER:
        return None
    name = re.sub("[^a-zA-Z0-9_]", "_", key)
    if name in reserved.RESERVED or not re.fullmatch(LABEL_NAME, name):
        message = (
            f"the label {key} means something else here, and is left out: routes and silences that match "
            f"{key}={described(value.text)} no longer do"
        )
        found.append(telling.lost(value.position, message))
        return None
    if name != key:
        message = f"the label {key} is called {name} here, for Prometheus takes letters, digits and _ only"
        found.append(telling.renamed(value.position, message))
    return name


def texts(fields: Fields | None, key: str) -> dict[str, ScalarNode]:
    """A mapping of texts to texts. A list of texts, as OpenSLO allows, is one text with commas."""
    read = fields.fields(key) if fields is not None else None
    if read is None:
        return {}
    values: dict[str, ScalarNode] = {}
    for name, entry in read.node.entries.items():
        value = _text(entry.value)
        if value is None:
            message = f"{key} are texts by their names, and {name} is not one"
            read.found.append(telling.invalid(entry.value.position, message))
            continue
        if isinstance(entry.value, SequenceNode) and len(entry.value.items) > 1:
            message = f"{name} is a list, and one text here: {described(value.text)}"
            read.found.append(telling.changed(entry.value.position, message))
        if value.text:
            values[name] = value
    return values


def _text(node: Node) -> ScalarNode | None:
    match node:
        case ScalarNode():
            return native.text(node.text, node)
        case SequenceNode(items=items) if all(isinstance(item, ScalarNode) for item in items):
            return native.text(",".join(item.text for item in items if isinstance(item, ScalarNode)), node)
        case _:
            return None


def objective(ratio: Fraction, at: Node) -> ScalarNode:
    """An objective as a percentage."""
    return native.text(format_percent(ratio, digits=20), at)


def tell_of_share(percent: Fraction, place: Position, found: list[Diagnostic]) -> None:
    """An objective in percent that was probably meant as a share of 1."""
    if 0 < percent <= 1:
        promised, meant = (format_percent(each, digits=20) for each in (percent / 100, percent))
        message = f"the objective is in percent, and promises {promised}; did you mean {meant}?"
        found.append(telling.changed(place, message))


def annotations_of(fields: Fields | None, found: list[Diagnostic]) -> dict[str, ScalarNode]:
    """What ``annotations`` says to alerts."""
    return as_annotations(texts(fields, "annotations"), found)


def as_annotations(said: Mapping[str, ScalarNode], found: list[Diagnostic]) -> dict[str, ScalarNode]:
    """Annotations that alerts can have. Ours are texts, in which a template is not run."""
    kept = {}
    for key, value in said.items():
        name = re.sub("[^a-zA-Z0-9_]", "_", key)
        if "{{" in value.text:
            message = f"the annotation {key} is a text here: its template is shown as it is written"
            found.append(telling.changed(value.position, message))
        if name != key:
            message = f"the annotation {key} is called {name} here"
            found.append(telling.renamed(value.position, message))
        kept[name] = value
    return kept


def read_object(fields: Fields, found: list[Diagnostic]) -> Fields | None:
    """The keys of a Kubernetes object beside its spec; its metadata, for what a dialect finds in there."""
    for key in ("apiVersion", "kind", "status"):
        fields.take(key)
    metadata = fields.fields("metadata", required=True)
    if metadata is None:
        return None
    metadata.take("name")
    said = [key for key in metadata.node.entries if key != "name"]
    if said:
        found.append(left_to_kubernetes(said, fields.place("metadata")))
    return metadata


def left_to_kubernetes(keys: Iterable[str], place: Position) -> Diagnostic:
    """What belongs to an object in a cluster and not to the SLO in it."""
    message = f"{', '.join(keys)} of the Kubernetes object are left to whoever applies the rules"
    return telling.renamed(place, message)
