"""Specs of other tools in a few words, and what becomes of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import yaml

from slo_compiler.compiler import import_sources
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.emitters import spec_yaml
from slo_compiler.schema.yaml.nodes import to_data
from slo_compiler.sources import Source

Document = dict[str, Any]

ERRORS = 'sum(rate(requests_total{code=~"5.."}[{{.window}}]))'
TOTAL = "sum(rate(requests_total[{{.window}}]))"


class Imported(NamedTuple):
    """The specs of an import by service, as values and as they are written, and what there was to say."""

    specs: dict[str, Any]
    texts: dict[str, str]
    found: list[Diagnostic]

    @property
    def spec(self) -> Any:
        """The one spec."""
        (spec,) = self.specs.values()
        return spec

    @property
    def slo(self) -> Any:
        """The one SLO."""
        (slo,) = self.spec["slos"]
        return slo

    def told(self, check: str) -> list[str]:
        """What a check says, with its places."""
        return [f"{each.position}: {each.message}" for each in self.found if each.check == check]

    def checks(self) -> list[str]:
        """Errors and warnings by the ids of their checks, in reading order."""
        return [each.check for each in self.found if each.level.value != "note"]


def import_texts(*texts: str) -> Imported:
    """The import of files, which are called a.yaml, b.yaml and so on."""
    sources = [Source(f"{chr(97 + index)}.yaml", text.encode()) for index, text in enumerate(texts)]
    specs, found = import_sources(sources)
    return Imported(
        {spec.service: to_data(spec.root) for spec in specs},
        {spec.service: spec_yaml.document(spec.root, comment="Imported.") for spec in specs},
        found,
    )


def import_documents(*documents: Document) -> Imported:
    """The import of one file with these documents."""
    separate = [json.loads(json.dumps(document)) for document in documents]  # or YAML makes aliases of them
    return import_texts(yaml.safe_dump_all(separate, sort_keys=False))


def sloth(*slos: Document, **keys: Any) -> Document:
    """A spec of Sloth."""
    return {"version": "prometheus/v1", "service": "shop", **keys, "slos": list(slos) or [sloth_slo()]}


def sloth_slo(name: str = "availability", **keys: Any) -> Document:
    """An SLO of Sloth."""
    return {
        "name": name,
        "objective": 99.9,
        "sli": {"events": {"error_query": ERRORS, "total_query": TOTAL}},
        "alerting": {"name": "ShopBurns"},
        **copy.deepcopy(keys),
    }


def pyrra(indicator: Document, *, name: str = "shop-errors", **keys: Any) -> Document:
    """A ServiceLevelObjective of Pyrra."""
    return {
        "apiVersion": "pyrra.dev/v1alpha1",
        "kind": "ServiceLevelObjective",
        "metadata": {"name": name, "labels": {"pyrra.dev/service": "shop"}},
        "spec": {"target": "99.9", "window": "28d", "indicator": indicator, **keys},
    }


def openslo(kind: str, name: str, spec: Mapping[str, Any], version: str = "openslo/v1") -> Document:
    """An object of OpenSLO."""
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": dict(spec)}


def metric(query: str, type_: str = "Prometheus") -> Document:
    """A query of OpenSLO."""
    return {"metricSource": {"type": type_, "spec": {"query": query}}}


def openslo_slo(sli: Document, objective: Document | None = None, **keys: Any) -> Document:
    """An SLO of OpenSLO with its indicator in it."""
    return openslo(
        "SLO",
        "availability",
        {
            "service": "shop",
            "indicator": {"metadata": {"name": "sli"}, "spec": sli},
            "timeWindow": [{"duration": "28d", "isRolling": True}],
            "budgetingMethod": "Occurrences",
            "objectives": [{"target": 0.999} if objective is None else objective],
            **keys,
        },
    )


def ratio(**parts: Any) -> Document:
    """A ``ratioMetric``."""
    return {"ratioMetric": {"counter": True, **parts}}
