"""The page of each indicator: its words, the PromQL that an example becomes, its tiers, and what trips it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slo_compiler.emitters import explanation_text
from slo_compiler.emitters.explanation import explain
from slo_compiler.rules.ir import AlertingRule, RecordingRule
from slo_compiler.rules.program import Program
from slo_compiler.schema.shape import annotations_of
from slo_compiler.schema.spec_model import IndicatorModel
from tests.pages.compiled import example, keys_of, program_of, rules_of
from tests.pages.trapping import traps_of
from tests.pages.writing import block, written

INDICATORS: Final = (*annotations_of(IndicatorModel), "preset")

MODELS: Final = {
    "ratio": "RatioModel",
    "latency": "LatencyModel",
    "events": "EventsModel",
    "threshold": "ThresholdModel",
    "freshness": "FreshnessModel",
    "quality": "QualityModel",
    "guardrail": "GuardrailModel",
}
"""The part of a spec that each is; the others are one expression."""


def pages_of_indicators() -> Iterator[tuple[str, str]]:
    """Path below ``docs/`` and text of each page."""
    for indicator in INDICATORS:
        yield f"indicators/{indicator}.md", _page(indicator)


def counted(program: Program) -> tuple[RecordingRule, RecordingRule]:
    """The rules that read raw series: the events of the base window, and the errors."""
    match [rule for rule in rules_of(program) if isinstance(rule, RecordingRule)]:
        case [events, errors, *_]:
            return events, errors
        case _:
            raise ValueError("no SLO was recorded")


def _page(indicator: str) -> str:
    spec = example(f"indicators/{indicator}.yaml")
    program = program_of(spec)
    events, errors = counted(program)
    explained = explain(program)[0]
    return written(
        f"indicators/{indicator}",
        name=indicator,
        example=block(spec, "yaml"),
        keys=keys_of(MODELS[indicator]) if indicator in MODELS else [],
        labels_keys=keys_of("LabelsModel"),
        events=block(_recording(events), "promql"),
        errors=block(_recording(errors), "promql"),
        alert=block(_fastest(program), "promql"),
        tiers=[
            dict(zip(explanation_text.TIERS, row, strict=True)) for row in explanation_text.tiers(explained)
        ],
        min_errors=explained.min_errors,
        traps=[
            (trap.what, _number(trap.events), _number(trap.errors), trap.so) for trap in traps_of(indicator)
        ],
    )


def _recording(rule: RecordingRule) -> str:
    return f"# {rule.record}\n{rule.expr}"


def _fastest(program: Program) -> str:
    rule = next(rule for rule in rules_of(program) if isinstance(rule, AlertingRule))
    return f"# {rule.alert}\n{rule.expr}"


def _number(count: float | None) -> str:
    return "none" if count is None else f"{count:g}"
