"""Specs in a few words, and what they compile to."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

import yaml

from slo_compiler.compiler import Compilation, compile_sources
from slo_compiler.rules.ir import AlertingRule, RecordingRule
from slo_compiler.rules.program import Program
from slo_compiler.sources import Source, Sources
from tests.oracles.document import yaml_text

Document = dict[str, Any]
"""A file of YAML as Python values."""

BAD: Final = 'http_requests_total{code=~"5.."}'
TOTAL: Final = "http_requests_total"

RECEIVERS: Final[Document] = {
    "apiVersion": "slo-compiler/v1",
    "owners": {
        owner: {
            "page": {"webhook_configs": [{"url": f"http://pages.example.com/{owner}"}]},
            "ticket": {"webhook_configs": [{"url": f"http://tickets.example.com/{owner}"}]},
        }
        for owner in ("platform", "payments")
    },
    "office_hours": {"location": "Europe/Berlin"},
}


def slo(name: str = "availability", **keys: Any) -> Document:
    """An SLO on the share of failing requests; ``keys`` beside or instead of what it says."""
    indicator = {"ratio": {"bad": BAD, "total": TOTAL}}
    return {"name": name, "objective": "99.9%", "indicator": indicator, **copy.deepcopy(keys)}


def spec(service: str = "checkout", *slos: Document, **keys: Any) -> Document:
    """The spec of a service, by default with the one SLO of ``slo()``."""
    return {
        "apiVersion": "slo-compiler/v1",
        "service": service,
        "owners": {"serving": "platform"},
        "slos": list(slos) or [slo()],
        **keys,
    }


ML_OWNERS: Final = {"serving": "platform", "data": "payments", "model": "payments"}


def quality(name: str = "quality", **keys: Any) -> Document:
    """An SLO on judged predictions, those of the contract."""
    return {"name": name, "objective": "99%", "indicator": {"quality": {}}, **copy.deepcopy(keys)}


def drift(name: str = "inputs", **keys: Any) -> Document:
    """A drift that is judged by the SLO of ``quality()``."""
    return {"name": name, "quality": "quality", **keys}


def ml_spec(service: str = "scorer", *slos: Document, **keys: Any) -> Document:
    """The spec of a model's service, by default with availability, quality and a drift of its inputs."""
    promised = slos or (slo(), quality())
    return spec(service, *promised, **{"owners": ML_OWNERS, "drift": [drift()], **keys})


def defaults(**keys: Any) -> Document:
    """A ``defaults.yaml``."""
    return {"apiVersion": "slo-compiler/v1", **keys}


def compile_specs(
    *specs: Document, defaults: Document | None = None, receivers: Document | None = RECEIVERS
) -> Compilation:
    """What comes out of specs, each a file that is named after its service."""
    return compile_sources(
        Sources(
            tuple(_source(f"{each['service']}.yaml", each) for each in specs),
            _source("defaults.yaml", defaults) if defaults else None,
            _source("receivers.yaml", receivers) if receivers else None,
        )
    )


def _source(path: str, document: Document) -> Source:
    return Source(path, yaml_text(document).encode())


def program_of(*specs: Document, **shared: Document | None) -> Program:
    """The program of specs without errors."""
    compilation = compile_specs(*specs, **shared)
    assert compilation.program is not None, [str(found) for found in compilation.diagnostics]
    return compilation.program


def texts_of(*specs: Document, **shared: Document | None) -> dict[str, str]:
    """The generated files of specs without errors: text by path."""
    compilation = compile_specs(*specs, **shared)
    assert compilation.program is not None, [str(found) for found in compilation.diagnostics]
    return {artifact.path: artifact.text for artifact in compilation.artifacts()}


def loaded(texts: Mapping[str, str]) -> dict[str, Any]:
    """Generated files of YAML as values, as any reader of YAML has them."""
    return {
        path: yaml.load(text, yaml.CSafeLoader) for path, text in texts.items() if not path.endswith(".md")
    }


def found_by(check: str, compilation: Compilation) -> list[str]:
    """What a check has to say, each with its place."""
    return [f"{found.position}: {found.message}" for found in compilation.diagnostics if found.check == check]


def checks_of(compilation: Compilation) -> list[str]:
    """The checks that found something, in reading order."""
    return [found.check for found in compilation.diagnostics]


def alerts_of(program: Program) -> dict[str, AlertingRule]:
    """All alerts of a program by the id of what they are about and the name of the alert."""
    return {f"{subject.id} {alert.alert}": alert for subject, alert in program.alerts()}


def records_of(program: Program) -> dict[str, RecordingRule]:
    """All recording rules of a program by the id of what they are about and the metric."""
    return {
        f"{lowered.subject.id} {rule.record}": rule
        for lowered in program.lowered
        for group in lowered.groups
        for rule in group.rules
        if isinstance(rule, RecordingRule)
    }
