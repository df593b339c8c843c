"""Breaks of what is made for models, each of which a test has to notice: no guard without its cap, and so on.

Unlike those of the arithmetic they are chosen, as most of these rules are text of PromQL.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Final

RULES: Final = Path(__file__).parents[2] / "slo_compiler" / "rules"


@dataclass(frozen=True, slots=True)
class Break:
    """A text in a module that becomes another, and the tests of which one has to fail."""

    where: str
    """The module in the room of rules, such as ``signals.guarding``."""
    old: str
    """What stands there just once."""
    new: str
    tests: tuple[str, ...]
    name: str = ""

    @property
    def module(self) -> str:
        return f"slo_compiler.rules.{self.where}"

    @property
    def path(self) -> Path:
        return RULES / f"{self.where.replace('.', '/')}.py"

    def tree(self) -> ast.Module:
        """The broken module."""
        return ast.parse(self.path.read_text(encoding="utf-8").replace(self.old, self.new, 1))


ENGINE: Final = "tests/engine/"
GUARDS: Final = f"{ENGINE}test_guards.py::test_"
LAG: Final = f"{ENGINE}test_label_lag.py::test_"
COLD: Final = f"{ENGINE}test_cold_start.py::test_"
DRIFT: Final = f"{ENGINE}test_drift.py::test_"
SLICES: Final = f"{ENGINE}test_slices.py::test_"
SURFACE: Final = f"{ENGINE}test_surface.py::test_"
SERVING: Final = f"{ENGINE}test_serving.py::test_"
GUARDRAIL: Final = f"{ENGINE}test_guardrail.py::test_"
TELEMETRY: Final = f"{ENGINE}test_telemetry.py::test_"
HOLDING: Final = "tests/rules/test_holding_back.py"
OF_DRIFT: Final = "tests/rules/test_drift.py"
OF_GUARDS: Final = "tests/rules/test_guards.py"
OF_SERVING: Final = "tests/rules/test_serving.py"

_BREAKS: Final = {
    "a guard holds back for ever": Break(
        "signals.guarding",
        'expr=chain("unless", condition, exhausted)',
        "expr=condition",
        (f"{LAG}labels_that_are_missing_for_good_are_no_lag",),
    ),
    "a guard is called stuck at once": Break(
        "signals.guarding",
        'expr=chain("and", condition, exhausted)',
        "expr=condition",
        (f"{LAG}late_labels_hold_back_what_they_make_look_bad",),
    ),
    "a guard may hold back of any time as long as its maximum": Break(
        "signals.guarding",
        "{condition}[{format_duration(2 * guard.most)}]) >=",
        "{condition}[{format_duration(guard.most)}]) >=",
        (OF_GUARDS,),
    ),
    "a guard ends with its condition": Break(
        "signals.guarding",
        "keep_firing_for=guard.keep",
        "keep_firing_for=Fraction(0)",
        (f"{COLD}a_cold_start_is_held_back_until_its_page_has_ended",),
    ),
    "a stuck guard is a symptom": Break("signals.guarding", "Role.MONITOR)", "Role.SYMPTOM)", (OF_GUARDS,)),
    "a guard is a symptom": Break("signals.guarding", "Role.GUARD.value", "Role.SYMPTOM.value", (OF_GUARDS,)),
    "a detector that always was there is new": Break(
        "signals.drift_guards",
        'new = chain(\n        "unless",',
        'new = chain(\n        "and",',
        (f"{GUARDS}a_detector_that_did_not_move_holds_back_nothing",),
    ),
    "a first installation is a move": Break(
        "signals.drift_guards",
        "block(chain('and on ()', block(new), f'group(last_over_time({before}))'))",
        "block(new)",
        (f"{GUARDS}a_detector_that_did_not_move_holds_back_nothing",),
    ),
    "a new pod is a new detector": Break(
        "signals.drift_guards",
        '("instance", "pod", "container",',
        '("container",',
        (f"{GUARDS}any_info_series_may_be_a_detector_s",),
    ),
    "a threshold may move unseen": Break(
        "signals.drift_guards",
        "if isinstance(drift.threshold, Expression):",
        "if False:",
        (f"{GUARDS}a_detector_that_moved_holds_back_drift_for_an_hour",),
    ),
    "a peak that is higher than ever is a season": Break(
        "signals.drift_guards",
        'chain("unless on ()", f"group{known}", unusual, unknown)',
        'chain("unless on ()", f"group{known}", unknown)',
        (f"{GUARDS}a_season_is_what_the_weeks_before_had",),
    ),
    "what no week knows is a season": Break(
        "signals.drift_guards",
        'chain("unless on ()", f"group{known}", unusual, unknown)',
        'chain("unless on ()", f"group{drifting}", unusual)',
        (f"{GUARDS}a_season_is_what_the_weeks_before_had",),
    ),
    "one week makes a season": Break(
        "signals.weeks",
        "WEEKS_NEEDED: Final = 2",
        "WEEKS_NEEDED: Final = 1",
        (f"{GUARDS}a_season_is_what_the_weeks_before_had",),
    ),
    "the tolerance of a season is forgotten": Break(
        "signals.drift_guards",
        " * {format_decimal(guard.tolerance)})",
        " * 1)",
        (f"{GUARDS}a_season_is_what_the_weeks_before_had",),
    ),
    "labels are compared with the predictions of now": Break(
        "signals.label_lag",
        "}[{window}] offset {lag}))",
        "}[{window}]))",
        (f"{LAG}labels_are_of_the_predictions_of_their_time",),
    ),
    "labels that nobody counts are late": Break(
        "signals.label_lag",
        'f"group({labels})",\n    )',
        '"vector(1)",\n    )',
        (f"{LAG}bad_quality_is_heard_where_labels_are_not_late",),
    ),
    "complete labels are late": Break(
        "signals.label_lag",
        "/ ({predictions} > 0) < {",
        "/ ({predictions} > 0) >= {",
        (f"{LAG}bad_quality_is_heard_where_labels_are_not_late",),
    ),
    "a crash loop is a cold start": Break(
        "signals.cold_start",
        '({restarts} == 0)"',
        '({restarts} >= 0)"',
        (f"{COLD}slow_answers_are_heard_when_they_are_no_cold_start",),
    ),
    "slow warm replicas are a cold start": Break(
        "signals.cold_start",
        '({_warm_ratio(guard, plan)} <= {bound})"',
        '({_warm_ratio(guard, plan)} <= 1)"',
        (f"{COLD}slow_answers_are_heard_when_they_are_no_cold_start",),
    ),
    "cold replicas are looked at as warm ones": Break(
        "signals.cold_start",
        "(time() - {ready} > {format_decimal(guard.warm_up)})",
        "(time() - {ready} > 0)",
        (f"{COLD}a_cold_start_is_held_back_until_its_page_has_ended",),
    ),
    "real drift is told of good quality": Break(
        "signals.drift", '({burn} >= 1)")', '({burn} >= 0)")', (f"{DRIFT}drift_is_one_of_three",)
    ),
    "virtual drift is told of bad quality too": Break(
        "signals.drift", '({burn} < 1)")', '({burn} >= 0)")', (f"{DRIFT}drift_is_one_of_three",)
    ),
    "at a burn rate of one both are told": Break(
        "signals.drift",
        '({burn} < 1)")',
        '({burn} <= 1)")',
        (f"{DRIFT}quality_that_burns_just_as_fast_as_it_may_is_breached",),
    ),
    "unknown quality is told as nothing": Break(
        "signals.drift",
        'unknown = chain("unless on ()", drifting, burn)',
        'unknown = chain("and on ()", drifting, burn)',
        (f"{DRIFT}drift_is_one_of_three",),
    ),
    "a moment of drift is told": Break(
        "signals.drift",
        "expr=told.expr,\n            hold=service.clock.base_window",
        "expr=told.expr,\n            hold=Fraction(0)",
        (f"{DRIFT}without_drift_nothing_fires", OF_DRIFT),
    ),
    "a score that is no number drifts": Break(
        "signals.drift",
        "(({over}) >= 0)",
        "({over})",
        (f"{DRIFT}scores_that_cannot_be_compared_are_as_good_as_none",),
    ),
    "real drift waits for office hours": Break(
        "signals.drift", "rated=REAL_DRIFT", "rated=NO_VISIBLE_IMPACT", (OF_DRIFT,)
    ),
    "real drift is the data's": Break(
        "signals.drift",
        "names.REAL_DRIFT_ALERT, real, Surface.MODEL",
        "names.REAL_DRIFT_ALERT, real, drift.surface",
        (OF_DRIFT,),
    ),
    "one feature is broad": Break(
        "signals.drift",
        "FEW_FEATURES: Final = 3",
        "FEW_FEATURES: Final = 1",
        (f"{DRIFT}drift_of_many_features_is_a_broken_pipeline",),
    ),
    "a dead detector is forgiven for long": Break(
        "signals.drift",
        "MISSED_RUNS: Final = 3",
        "MISSED_RUNS: Final = 30",
        (f"{DRIFT}a_detector_that_does_not_run_any_more_is_told_of",),
    ),
    "scores that are gone are none": Break(
        "signals.drift",
        '{format_decimal(patience)})", missing)',
        '{format_decimal(patience)})")',
        (f"{DRIFT}scores_that_are_gone_are_told_of",),
    ),
    "chance is not taken off a slice": Break(
        "signals.slices",
        "names.SLICE_BAD, lower_bound(errors, events))",
        'names.SLICE_BAD, f"{errors} / {events}")',
        (f"{SLICES}a_slice_that_is_not_surely_bad_does_not_page",),
    ),
    "a slice that has recovered pages": Break(
        "signals.slices",
        'f"({errors} / ({events} > 0) > {threshold})"',
        'f"({errors} / ({events} > 0) >= 0)"',
        (f"{SLICES}a_slice_that_is_not_surely_bad_does_not_page",),
    ),
    "a handful of bad predictions is a breach": Break(
        "signals.burning",
        'terms("/", f"max{block(bound)}", format_decimal(shape.budget))',
        'f"max({names.anybodys(names.BURN_RATE)})"',
        (f"{DRIFT}drift_is_one_of_three", OF_DRIFT),
    ),
    "two causes at once": Break(
        "signals.surface",
        'Cause(Surface.DATA.value, "pipeline", {Evidence.SERVING: False, Evidence.PIPELINE: True})',
        'Cause(Surface.DATA.value, "pipeline", {Evidence.PIPELINE: True})',
        (f"{SURFACE}every_combination_of_evidence_has_exactly_one_cause",),
    ),
    "a guardrail is serving": Break(
        "signals.surface",
        "case Guardrail():\n                continue",
        "case Guardrail():\n                of = Surface.SERVING",
        (f"{SURFACE}a_burning_guardrail_is_no_surface_s",),
    ),
    "missing evidence is unknown": Break(
        "signals.surface",
        '\'or\', *signs))}", "vector(0)")',
        "'or', *signs))}\")",
        (f"{SURFACE}every_combination_of_evidence_has_exactly_one_cause",),
    ),
    "missing telemetry is told at once": Break(
        "signals.telemetry",
        "hold=PATIENCE,",
        "hold=Fraction(0) * PATIENCE,",
        (f"{TELEMETRY}missing_evidence_is_told_of_by_name",),
    ),
    "an engine that has just started is stalled": Break(
        "signals.serving",
        'f"group by ({by}) ({running} offset {window})",',
        'f"group by ({by}) ({running})",',
        (f"{SERVING}engines_that_hang_are_told_of",),
    ),
    "an idle engine is stalled": Break(
        "signals.serving",
        "(min_over_time({running}[{window}])) > 0)",
        "(min_over_time({running}[{window}])) >= 0)",
        (f"{SERVING}engines_that_hang_are_told_of",),
    ),
    "a hill of load is thrash": Break(
        "signals.serving",
        "REVERSALS: Final = 3",
        "REVERSALS: Final = 1",
        (f"{SERVING}replicas_that_swing_are_told_of",),
    ),
    "the first event of failing open is missed": Break(
        "signals.guardrail",
        '"or", f"(increase({counter}[{length}]) > 0)", block(f"{block(born)} > 0\\nand on ()\\n{since}")',
        '"or", f"(increase({counter}[{length}]) > 0)"',
        (f"{GUARDRAIL}a_guardrail_that_fails_open_pages_at_the_first_event",),
    ),
    "a restart of the monitoring is failing open": Break(
        "signals.guardrail",
        '> 0\\nand on ()\\n{since}")',
        '> 0")',
        (f"{GUARDRAIL}a_guardrail_that_fails_open_pages_at_the_first_event",),
    ),
    "requests that are checked go around": Break(
        "signals.guardrail",
        'chain(\n            "unless on ()",',
        'chain(\n            "or on ()",',
        (f"{GUARDRAIL}requests_without_checks_page",),
    ),
    "a few more blocks are far more": Break(
        "signals.guardrail",
        "TIMES_USUAL: Final = 3",
        "TIMES_USUAL: Final = 1",
        (f"{GUARDRAIL}far_more_blocks_than_usual_are_told_of",),
    ),
    "a guard of drift holds back pages": Break(
        "holding_back",
        'Matcher(labels.SEVERITY, "=", Severity.TICKET.value),',
        "",
        (HOLDING, "tests/rules/test_waiting.py"),
    ),
    "a guard of drift holds back other drifts": Break(
        "holding_back",
        "equal=(labels.SIGNAL_ID, *external),",
        "equal=external,",
        (HOLDING,),
    ),
    "no guard holds back drift": Break("holding_back", "if of_drifts:", "if False:", (HOLDING,)),
    "label lag holds back nothing": Break(
        "holding_back", "if GuardKind.LABEL_LAG.value in present:", "if False:", (HOLDING,)
    ),
    "label lag hides that nothing is measured": Break(
        "holding_back", 'Matcher("alertname", "!=", names.ABSENT_ALERT),', "", (HOLDING,)
    ),
    "a cold start holds back nothing": Break(
        "holding_back", "if GuardKind.COLD_START.value in present:", "if False:", (HOLDING,)
    ),
    "a cold start of one region holds back another": Break(
        "holding_back",
        "equal=(labels.SLO_ID, *sorted(traits.grouped | traits.external)),",
        "equal=(labels.SLO_ID, *sorted(traits.external)),",
        (HOLDING,),
    ),
    "serving holds back wrong answers at scale": Break(
        "triage", "SEV2: (SEV2, SEV3)}", "SEV2: (SEV1, SEV2, SEV3)}", (HOLDING,)
    ),
    "serving that is not measured holds back": Break(
        "triage", 'Matcher("alertname", "!=", names.ABSENT_ALERT),', "", (HOLDING,)
    ),
    "a page of one region holds back the whole service": Break(
        "triage", '*(Matcher(label, "=", "") for label in grouped),', "", (HOLDING,)
    ),
    "triage cannot be turned off": Break("triage", "if off else []", "if False else []", (HOLDING,)),
    "serving of one service holds back another": Break(
        "triage",
        "equal=(labels.SERVICE, *sorted(traits.external)),",
        "equal=tuple(sorted(traits.external)),",
        (HOLDING,),
    ),
    "slow answers are a SEV1": Break(
        "severity",
        "case Latency():\n            return Rated(severity, SEV2",
        "case Latency():\n            return Rated(severity, SEV1",
        ("tests/rules/test_alerts.py",),
    ),
    "a failing guardrail is a SEV1": Break(
        "severity",
        "case Guardrail():\n            return Rated(severity, SEV2",
        "case Guardrail():\n            return Rated(severity, SEV1",
        (OF_SERVING, "tests/emitters/test_signal_explanation.py"),
    ),
    "every page is a SEV1": Break(
        "severity", "if not fastest:", "if False:", ("tests/rules/test_alerts.py",)
    ),
    "a stalled engine waits": Break(
        "severity",
        "STALLED: Final = Rated(Severity.PAGE",
        "STALLED: Final = Rated(Severity.TICKET",
        (OF_SERVING,),
    ),
    "failing open waits": Break(
        "severity",
        "FAIL_OPEN: Final = Rated(Severity.PAGE",
        "FAIL_OPEN: Final = Rated(Severity.TICKET",
        (OF_SERVING,),
    ),
    "a slice waits": Break(
        "severity",
        "QUALITY_OF_A_SLICE: Final = Rated(Severity.PAGE",
        "QUALITY_OF_A_SLICE: Final = Rated(Severity.TICKET",
        ("tests/emitters/test_signal_explanation.py",),
    ),
    "drift alone pages": Break(
        "severity",
        "NO_VISIBLE_IMPACT: Final = Rated(Severity.TICKET",
        "NO_VISIBLE_IMPACT: Final = Rated(Severity.PAGE",
        (OF_DRIFT,),
    ),
}

BREAKS: Final = tuple(
    Break(each.where, each.old, each.new, each.tests, name) for name, each in _BREAKS.items()
)
