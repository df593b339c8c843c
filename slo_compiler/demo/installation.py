"""What the servers of the demo load: the specs that come with it, compiled as those of anybody else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from slo_compiler.compiler import compile_sources
from slo_compiler.demo.signals import SERVICE
from slo_compiler.diagnostics import Diagnostic
from slo_compiler.rules.program import Program
from slo_compiler.sources import Source, Sources

SPECS: Final = Path(__file__).parent / "specs"
"""What comes with the demo, to be read: the spec of the service and its clock."""

GROUPING: Final = {"group_wait": "2s", "group_interval": "3s", "repeat_page": "8m", "repeat_ticket": "48m"}
"""A thirtieth of what is usual, but for the first two: guards need two evaluations to be there before, and
whoever breaks again what was mended wants to see it told again."""

OWNERS: Final = ("ml-platform", "feature-pipelines", "fraud-models", "payment-security")
"""Who answers in the spec, and is therefore to be reached."""

KEPT: Final = "30d"
"""For so long samples are kept, and so old ones may come: what is told of the weeks before."""


class Addresses(Struct, frozen=True):
    """Where everything is: URLs without a path, all of 127.0.0.1."""

    page: str
    prometheus: str
    alertmanager: str


class Installation(Struct, frozen=True):
    """A folder with all that the servers read, and what it was made from."""

    folder: Path
    specs: Path
    """The folder of the specs, as ``compile`` and ``triage`` take it."""
    program: Program
    prometheus_config: Path
    alertmanager_config: Path
    runbook: str
    """Markdown."""


class SpecsBroken(Exception):  # noqa: N818 it is a state of the installation, as its name says
    """The specs that came with the package do not compile; ``diagnostics`` say why."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("; ".join(map(str, diagnostics)))


def install(folder: Path, addresses: Addresses, secret: str) -> Installation:
    """Lay out an empty folder.

    Args:
        folder: where.
        addresses: of page and servers, which are not there yet.
        secret: part of the path that Alertmanager posts to, so that nobody else does.

    Raises:
        SpecsBroken: which no released package does.
        OSError: the folder cannot be written.
    """
    specs = folder / "specs"
    _write(specs, dict(_specs(addresses, secret)))
    sources = Sources(
        specs=(_source(specs / f"{SERVICE}.yaml"),),
        defaults=_source(specs / "defaults.yaml"),
        receivers=_source(specs / "receivers.yaml"),
    )
    compilation = compile_sources(sources)
    if compilation.program is None:
        raise SpecsBroken(compilation.diagnostics)
    texts = {artifact.path: artifact.text for artifact in compilation.artifacts()}
    _write(folder / "generated", texts)
    config = folder / "prometheus.yml"
    config.write_text(json.dumps(_prometheus(folder / "generated/prometheus", addresses)), encoding="utf-8")
    return Installation(
        folder,
        specs,
        compilation.program,
        config,
        folder / "generated/alertmanager/alertmanager.yaml",
        texts[f"runbooks/{SERVICE}.md"],
    )


def _specs(addresses: Addresses, secret: str) -> Iterator[tuple[str, str]]:
    """The specs, with links to where the demo is, and receivers that post to it."""
    for path in sorted(SPECS.glob("*.yaml")):
        yield path.name, path.read_text(encoding="utf-8")
    links = {
        "runbook": f"{addresses.page}/runbooks/{{service}}#{{slo}}-{{alert}}",
        "dashboard": f"{addresses.page}/#{{slo}}",
        "prometheus": addresses.prometheus,
    }
    defaults = (SPECS / "defaults.yaml").read_text(encoding="utf-8")
    yield "defaults.yaml", f"{defaults}links: {json.dumps(links)}\n"
    told = f"{addresses.page}/told/{secret}"
    receivers = {
        "apiVersion": "slo-compiler/v1",
        "owners": {
            owner: {
                severity: {"webhook_configs": [{"url": f"{told}/{severity}/{owner}"}]}
                for severity in ("page", "ticket")
            }
            for owner in OWNERS
        },
        "grouping": GROUPING,
    }
    yield "receivers.yaml", json.dumps(receivers, indent=1) + "\n"


def _prometheus(rules: Path, addresses: Addresses) -> dict[str, Any]:
    """The configuration of Prometheus; JSON is YAML."""
    host = addresses.page.removeprefix("http://")
    return {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules / "*.yaml")],
        "storage": {"tsdb": {"out_of_order_time_window": KEPT}},
        "alerting": {
            "alertmanagers": [
                {"static_configs": [{"targets": [addresses.alertmanager.removeprefix("http://")]}]}
            ]
        },
        "scrape_configs": [
            {
                "job_name": SERVICE,
                "honor_labels": True,
                "static_configs": [{"targets": [host]}],
            },
            {
                # Recorded series of the time before have no labels of a target.
                "job_name": "history",
                "metrics_path": "/history",
                "static_configs": [{"targets": [host]}],
                "metric_relabel_configs": [{"action": "labeldrop", "regex": "job|instance"}],
            },
        ],
    }


def _source(path: Path) -> Source:
    return Source(str(path), path.read_bytes())


def _write(folder: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
