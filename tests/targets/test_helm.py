"""Helm renders a template before it reads it as YAML; Prometheus has the same templates, as the oracle."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from tests.compiling import Document, spec
from tests.oracles.prometheus import Prometheus
from tests.targets.programs import EVERYTHING, SPECS, raw_files_of

ESCAPED = re.compile(r'\{\{ "\{\{" \}\}')
HOSTILE = spec(
    "hostile",
    description='{{ fail "x" }} {{{ {{- .Values.a -}} {{"{{"}} }} {{/* */}} `{{`',
    labels={"note": '{{ include "x" . }}'},
)


def rendered(prometheus: Prometheus, text: str, tmp_path: Path) -> str:
    """What Go's text/template makes of a text: the annotation of an alert that fires."""
    rule: Document = {"alert": "A", "expr": "1", "annotations": {"text": text}}
    rules = tmp_path / "a.rules.yaml"
    rules.write_text(yaml.safe_dump({"groups": [{"name": "a", "rules": [rule]}]}), encoding="utf-8")
    with prometheus.serve(
        tmp_path, {"global": {"evaluation_interval": "1s"}, "rule_files": ["a.rules.yaml"]}
    ) as server:
        while not (alerts := server.get("/api/v1/alerts")["data"]["alerts"]):
            pass
    told: str = alerts[0]["annotations"]["text"]
    return told


def test_a_template_renders_to_the_manifest_of_the_operator(
    prometheus_2_53: Prometheus, tmp_path: Path
) -> None:
    chart = raw_files_of("helm", *SPECS, HOSTILE, **EVERYTHING["helm"])
    operator = raw_files_of("operator", *SPECS, HOSTILE, labels=EVERYTHING["helm"]["labels"])
    both = [(text, operator[path.removeprefix("templates/")]) for path, text in chart.items() if "/" in path]
    joined = "\0".join(template for template, _ in both)
    assert rendered(prometheus_2_53, joined, tmp_path).split("\0") == [manifest for _, manifest in both]


def test_a_template_has_no_action_but_the_escape() -> None:
    for path, text in raw_files_of("helm", *SPECS, HOSTILE, **EVERYTHING["helm"]).items():
        assert "{{" not in ESCAPED.sub("", text), path


def test_the_chart_is_one_of_helm_3() -> None:
    assert yaml.safe_load(raw_files_of("helm")["Chart.yaml"]) == {
        "apiVersion": "v2",
        "name": "shop",
        "description": "Recording rules and alerts of SLOs.",
        "type": "application",
        "version": "1.2.3",
    }
