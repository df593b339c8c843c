"""The verdict names nothing that is left open: it holds whatever the missing data turns out to be."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

from slo_compiler.incident.verdict import Seen, judge
from slo_compiler.rules.signals.surface import CAUSES, Evidence

OBSERVED: Final = [each for each in Evidence if each is not Evidence.JUDGED]


def all_evidence() -> Iterator[Seen]:
    """Every combination of there, not there and unknown; quality that is known has been judged."""
    for values in itertools.product((True, False, None), repeat=len(OBSERVED)):
        seen: dict[Evidence, bool | None] = dict(zip(OBSERVED, values, strict=True))
        yield {**seen, Evidence.JUDGED: seen[Evidence.QUALITY] is not None}


ALL: Final = list(all_evidence())


def completions(seen: Seen) -> Iterator[tuple[str, str]]:
    """What the rules would say, for each way in which the missing data may turn out."""
    unknown = [each for each in OBSERVED if seen[each] is None]
    for values in itertools.product((True, False), repeat=len(unknown)):
        known: dict[Evidence, bool | None] = {**seen}
        known.update(zip(unknown, values, strict=True))
        known[Evidence.JUDGED] = seen[Evidence.JUDGED] or Evidence.QUALITY in unknown
        (cause,) = (
            each for each in CAUSES if all(known[need] is there for need, there in each.needs.items())
        )
        yield cause.surface, cause.name


def test_a_surface_is_named_when_no_other_is_left() -> None:
    for seen in ALL:
        if seen[Evidence.JUDGED]:
            surfaces = {surface for surface, _ in completions(seen)}
            expected = surfaces.pop() if len(surfaces) == 1 else "unknown"
            assert expected == judge(seen).surface, seen


def test_a_cause_is_named_when_no_other_is_left() -> None:
    for seen in ALL:
        if seen[Evidence.JUDGED]:
            causes = {cause for _, cause in completions(seen)}
            expected = causes.pop() if len(causes) == 1 else "unknown"
            assert expected == judge(seen).cause, seen


def test_drift_without_judged_predictions_is_called_so_and_no_drift_leaves_quality_open() -> None:
    well = dict.fromkeys(Evidence, False) | {Evidence.QUALITY: None}
    drifting = well | {Evidence.DRIFT: True}
    assert ("data", "unclassified_drift") == (judge(drifting).surface, judge(drifting).cause)
    assert ("unknown", (Evidence.QUALITY,)) == (judge(well).surface, judge(well).missing)


def test_nothing_is_called_well_while_anything_that_matters_is_unknown() -> None:
    for seen in ALL:
        if judge(seen).surface == "none":
            needed = (Evidence.SERVING, Evidence.PIPELINE, Evidence.QUALITY, Evidence.DRIFT)
            assert all(seen[each] is False for each in needed), seen


def test_where_nothing_is_missing_it_says_what_the_rules_say() -> None:
    for seen in ALL:
        if None not in seen.values():
            verdict = judge(seen)
            assert [(verdict.surface, verdict.cause)] == list(completions(seen))
