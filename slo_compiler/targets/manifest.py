"""Kubernetes manifests: their frame, how rules are split over them, and the kustomization of a folder."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct

from slo_compiler.diagnostics import Diagnostic, Position, error, note
from slo_compiler.emitters import yaml
from slo_compiler.emitters.artifact import HEADER, Artifact
from slo_compiler.emitters.prometheus import groups_document
from slo_compiler.quantities import format_decimal
from slo_compiler.rules.program import Program
from slo_compiler.targets.placed import Placed, namespace_of, placed_groups
from slo_compiler.targets.target import LIMIT

MOST_BYTES: Final = 262_144
"""Of a manifest, as YAML and as JSON.

The operator puts no rule file above 524,288 bytes into a ConfigMap, and etcd keeps no object above 1 MiB; but
``kubectl apply`` writes the object once more into an annotation, and annotations end at 262,144 bytes.
"""


class Manifest(Struct, frozen=True):
    """An object of Kubernetes to be, and where the spec of what is in it stands."""

    name: str
    groups: tuple[Placed, ...]
    bytes: int
    """What its rules take, as YAML or as JSON, whichever is more."""
    whole: bool
    """Whether it holds all of a service, and not a part of one that is too large."""

    @property
    def position(self) -> Position:
        """Where the first of what it holds is asked for."""
        return self.groups[0].position


def manifests(program: Program) -> Iterator[Manifest]:
    """One a service; of a service that is too large for one, one an SLO and one a signal.

    So names follow from stable ids alone: a further SLO moves no rule group of another, which would reset its
    alerts, but for the one time that a service outgrows its manifest.
    """
    files: defaultdict[str, list[Placed]] = defaultdict(list)
    for placed in placed_groups(program):
        files[placed.file].append(placed)
    for file, groups in files.items():
        bytes_ = _size(groups)
        if bytes_ <= MOST_BYTES:
            yield Manifest(namespace_of(file), tuple(groups), bytes_, whole=True)
            continue
        parts: defaultdict[str, list[Placed]] = defaultdict(list)
        for placed in groups:
            parts[placed.id].append(placed)
        for id_, part in parts.items():
            name = f"{namespace_of(file)}.{id_.rpartition(':')[2]}"
            yield Manifest(name, tuple(part), _size(part), whole=False)


def _size(groups: Iterable[Placed]) -> int:
    document = groups_document(placed.group for placed in groups)
    return max(
        len(yaml.document(document, comment="").encode()),
        len(json.dumps(document, ensure_ascii=False).encode()),
    )


def check_sizes(program: Program, target: str) -> Iterator[Diagnostic]:
    """What no manifest can hold, and a note of a service that takes several."""
    split: dict[str, Manifest] = {}
    for manifest in manifests(program):
        if manifest.bytes > MOST_BYTES:
            yield error(
                manifest.position,
                LIMIT,
                f"the rules of {manifest.groups[0].id} are {_kib(manifest.bytes)} KiB, and a manifest holds "
                f"{_kib(MOST_BYTES)} KiB: {target} could not apply them, and no alert of them could fire; "
                "shorten labels, annotations and expressions",
            )
        elif not manifest.whole:
            split.setdefault(manifest.groups[0].file, manifest)
    for file, manifest in split.items():
        yield note(
            manifest.position,
            "target/split",
            f"the rules of {file} are more than the {_kib(MOST_BYTES)} KiB that a manifest of {target} "
            "holds: each SLO and signal gets one of its own, and the first time alerts that fire are "
            "reset once",
        )


def document(
    api_version: str,
    kind: str,
    metadata: Mapping[str, yaml.Value],
    spec: Mapping[str, yaml.Value],
) -> str:
    """The text of one manifest; labels and annotations are text by their types, whatever they say."""
    return yaml.document(
        {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}, comment=HEADER
    )


def metadata(name: str, namespace: str | None, labels: Mapping[str, str]) -> dict[str, yaml.Value]:
    """The metadata of a manifest, with a label that says who made it."""
    return {
        "name": name,
        **({"namespace": namespace} if namespace else {}),
        "labels": dict(sorted({"app.kubernetes.io/managed-by": "slo-compiler", **labels}.items())),
    }


def with_kustomization(folder: str, artifacts: Iterable[Artifact]) -> Iterator[Artifact]:
    """The manifests of a folder, and what makes the folder one of kustomize's ``resources``."""
    written = list(artifacts)
    yield from written
    names: Sequence[str] = sorted(artifact.path.removeprefix(f"{folder}/") for artifact in written)
    if names:
        kustomization: dict[str, yaml.Value] = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": list(names),
        }
        yield Artifact(f"{folder}/kustomization.yaml", yaml.document(kustomization, comment=HEADER))


def _kib(bytes_: int) -> str:
    return format_decimal(bytes_ / Fraction(1024), digits=4)
