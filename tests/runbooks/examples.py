"""A service with everything that a runbook speaks of, and the pages that specs compile to."""

from __future__ import annotations

import re
from typing import Any, Final

from slo_compiler.emitters.runbooks.render import emit
from slo_compiler.emitters.runbooks.templates import Override
from slo_compiler.rules.program import Program
from tests import compiling
from tests.engine import examples

LINKS: Final = {
    "prometheus": "https://prometheus.example.com",
    "runbook": "https://git.example.com/generated/runbooks/{service}.md#{slo}-{alert}",
}

LATENCY: Final = compiling.slo(
    "latency",
    objective="99%",
    indicator={"latency": {"histogram": 'request_seconds{job="gateway"}', "threshold": "500ms"}},
)
QUALITY: Final = compiling.quality(indicator={"quality": {"slices": ["slice"]}})
INJECTION: Final = compiling.slo(
    "injection", objective="99%", indicator={"guardrail": {"name": "prompt-shield"}}
)


def gateway(**keys: Any) -> compiling.Document:
    """An LLM gateway: all indicators of models, drifts of every kind, and tools."""
    said: dict[str, Any] = {
        "drift": [
            compiling.drift(),
            compiling.drift("mix", kind="label"),
            {"name": "unjudged", "kind": "prediction"},
        ],
        "tools": [
            {"name": "refund_order", "side_effects": True, "data_scopes": ["orders", "customers"]},
            {"name": "search"},
        ],
        **keys,
    }
    return compiling.ml_spec("gateway", compiling.slo(), LATENCY, QUALITY, INJECTION, **said)


GATEWAY: Final = compiling.program_of(gateway(), defaults=compiling.defaults(links=LINKS))

PROGRAMS: Final = {"the examples": examples.PROGRAM, "a gateway": GATEWAY}


def pages_of(program: Program, *overrides: Override) -> dict[str, str]:
    """The text of each page by its path."""
    return {artifact.path: artifact.text for artifact in emit(program, overrides)}


def anchors_of(page: str) -> list[str]:
    """What links can point to on a page, in reading order."""
    return re.findall(r'^<a id="([^"]+)"></a>$', page, re.MULTILINE)


def queries_of(page: str) -> list[str]:
    """The PromQL of a page, each query once."""
    return list(dict.fromkeys(re.findall(r"^```promql\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL)))
