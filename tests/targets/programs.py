"""Specs compiled for targets, and the groups that a reader finds in the files."""

from __future__ import annotations

from typing import Any, Final

import yaml

from tests.compiling import RECEIVERS, Document, compile_specs, defaults, loaded, ml_spec, slo, spec, texts_of

EVERYTHING: Final[dict[str, Document]] = {
    "operator": {"namespace": "monitoring", "labels": {"release": "kube-prometheus-stack"}},
    "helm": {"name": "shop", "version": "1.2.3", "labels": {"release": "kube-prometheus-stack"}},
    "mimir": {"tenant": "shop"},
    "thanos": {},
    "vmalert": {},
    "amp": {},
    "gmp": {},
    "alertmanagerconfig": {"matcher_strategy": "None"},
}
"""Every target with settings that the specs below fit."""

IN_UTC: Final[Document] = RECEIVERS | {"office_hours": {"location": "UTC"}}
SPECS: Final = (spec("checkout", slo(), slo("by-region", group_by=["region"])), ml_spec("scorer"))


def files_of(target: str, *specs: Document, receivers: Document = IN_UTC, **settings: Any) -> dict[str, Any]:
    """The files of a target as any reader of YAML has them, by their paths in its folder."""
    texts = loaded(raw_files_of(target, *specs, receivers=receivers, **settings))
    return {path: content for path, content in texts.items() if not path.endswith("kustomization.yaml")}


def raw_files_of(
    target: str, *specs: Document, receivers: Document = IN_UTC, **settings: Any
) -> dict[str, str]:
    """The files of a target as texts, by their paths in its folder."""
    asked = defaults(targets={target: settings or EVERYTHING[target]})
    texts = texts_of(*specs or SPECS, defaults=asked, receivers=receivers)
    return {
        path.removeprefix(f"{target}/"): text for path, text in texts.items() if path.startswith(f"{target}/")
    }


def prometheus_groups(*specs: Document) -> dict[str, Any]:
    """The groups as Prometheus itself is given them, by their names."""
    texts = loaded(texts_of(*specs or SPECS, receivers=IN_UTC))
    return by_name(
        group for path, text in texts.items() if path.startswith("prometheus/") for group in text["groups"]
    )


def by_name(groups: Any) -> dict[str, Any]:
    return {group["name"]: group for group in groups}


def faults_of(target: str, *specs: Document, receivers: Document = IN_UTC, **settings: Any) -> list[str]:
    """What compiling for a target has to say of it, each with its place."""
    asked = defaults(targets={target: settings})
    compilation = compile_specs(*specs or SPECS, defaults=asked, receivers=receivers)
    return [str(found) for found in compilation.diagnostics if found.check.startswith("target/")]


def dumped(document: Any) -> str:
    return yaml.safe_dump(document, allow_unicode=True)
