"""Which alerts are heard, and which another one holds back."""

from __future__ import annotations

import pytest

from slo_compiler.replay.grid import Span, Spans
from slo_compiler.replay.inhibit import Timeline, inhibit
from slo_compiler.rules.inhibition import InhibitRule
from slo_compiler.rules.matchers import Matcher
from tests.compiling import program_of
from tests.engine.test_holding_back import SCENES, SPECS, labels_of_all

FASTER: InhibitRule = InhibitRule(
    "faster over slower",
    source=(Matcher("burn_tier", "=", "fast"),),
    target=(Matcher("burn_tier", "=", "slow"),),
    equal=("slo_id",),
)
GUARD: InhibitRule = InhibitRule(
    "guard over pages",
    source=(Matcher("ml_role", "=", "guard"),),
    target=(Matcher("burn_tier", "!=", ""),),
    equal=("slo_id",),
)


def timeline(begin: float, end: float, **labels: str) -> Timeline:
    spans = (Span(begin, end),)
    return Timeline(str(labels), {"slo_id": "shop:availability", **labels}, spans, (), spans)


def heard(*timelines: Timeline) -> list[Spans]:
    return [each.heard for each in inhibit(timelines, (FASTER, GUARD))]


def test_what_nothing_holds_back_is_heard() -> None:
    assert [(Span(0, 9),)] == heard(timeline(0, 9, burn_tier="slow"))


def test_a_slower_tier_is_heard_when_the_faster_one_has_resolved() -> None:
    fast, slow = timeline(1, 5, burn_tier="fast"), timeline(2, 9, burn_tier="slow")
    assert [(Span(1, 5),), (Span(5, 9),)] == heard(fast, slow)


def test_a_slower_tier_that_was_first_is_heard_before_and_after() -> None:
    fast, slow = timeline(3, 5, burn_tier="fast"), timeline(2, 9, burn_tier="slow")
    assert [(Span(3, 5),), (Span(2, 3), Span(5, 9))] == heard(fast, slow)


def test_another_slo_holds_nothing_back() -> None:
    fast = timeline(1, 9, burn_tier="fast", slo_id="shop:latency")
    assert [(Span(1, 9),), (Span(2, 9),)] == heard(fast, timeline(2, 9, burn_tier="slow"))


def test_a_guard_is_a_timeline_like_any_other() -> None:
    guard = timeline(0, 4, ml_role="guard")
    assert [(Span(0, 4),), (Span(4, 9),)] == heard(guard, timeline(2, 9, burn_tier="fast"))


def test_who_holds_back_whom_is_told() -> None:
    guard, other = timeline(0, 4, ml_role="guard"), timeline(3, 6, ml_role="guard", ml_guard="cold_start")
    *_, target = inhibit([guard, other, timeline(2, 9, burn_tier="fast")], (FASTER, GUARD))
    assert [(None, (Span(2, 4),)), ("cold_start", (Span(3, 6),))] == [
        (each.guard, each.spans) for each in target.holders
    ]
    assert (Span(6, 9),) == target.heard


@pytest.mark.parametrize("scene", SCENES)
def test_who_waits_is_who_waits_in_a_real_alertmanager(scene: str) -> None:
    """The scenes are those that tests/engine/test_holding_back.py asks a live one about."""
    told = SCENES[scene]
    alerts = [f"{scene}:{each}" for each in sorted(told.waiting | told.heard)]
    notification = program_of(*SPECS).notification
    assert notification is not None
    spans = (Span(0, 9),)
    labels = labels_of_all()
    timelines = [Timeline(each, labels[each], spans, (), spans) for each in alerts]
    found = inhibit(timelines, notification.inhibit_rules)
    assert {f"{scene}:{each}" for each in told.waiting} == {each.alert for each in found if not each.heard}
