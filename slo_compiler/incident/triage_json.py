"""A triage as JSON, for programs; what the fields are is told by ``docs/triage.schema.json``."""

from __future__ import annotations

import json
from typing import Any

from slo_compiler.emitters.runbooks.advice import Advice
from slo_compiler.incident import words
from slo_compiler.incident.finding import Finding
from slo_compiler.incident.triage import Triage
from slo_compiler.incident.verdict import Verdict


def as_json(triage: Triage, advice: Advice | None) -> str:
    """The triage as a text that ends with a line break."""
    told = {
        "service": triage.service,
        "at": words.moment(triage.at),
        "headline": words.headline(triage),
        "verdict": _verdict(triage.verdict),
        "without_guards": _verdict(triage.unguarded),
        "if_missing_were_well": _verdict(triage.otherwise),
        "recorded": None
        if triage.recorded is None
        else dict(zip(("surface", "cause"), triage.recorded, strict=True)),
        "rules": _finding(triage.rules),
        "steps": [
            {
                "surface": step.surface.value,
                "state": step.state.value,
                "findings": [_finding(finding) for finding in step.findings],
            }
            for step in triage.steps
        ],
        "firing": [dict(alert) for alert in triage.firing.alerts],
        "held_back": [{"alert": dict(each.alert), "by": each.by} for each in triage.held_back],
        "unheard": [dict(alert) for alert in triage.unheard],
        "doubts": [*words.doubts(triage)],
        "next": None if advice is None else _advice(advice),
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "surface": verdict.surface,
        "cause": verdict.cause,
        "possible": [*verdict.possible],
        "missing": [each.value for each in verdict.missing],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "what": finding.what,
        "state": finding.state.value,
        "value": finding.value,
        "number": finding.number,
        "reason": finding.reason,
        "query": finding.query,
        "evidence": None if finding.speaks_for is None else finding.speaks_for.value,
        "alert": finding.alert or None,
    }


def _advice(advice: Advice) -> dict[str, Any]:
    return {
        "runbook": advice.page,
        "here": advice.here,
        "mitigate": advice.mitigate,
        "rollback": advice.rollback,
    }
