from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from msgspec.structs import replace

from slo_compiler.model.alerting import Severity
from slo_compiler.review.effect import Effect, Effects, Past, Told
from slo_compiler.review.effect_words import effect_facts, effect_line, effect_lists
from slo_compiler.review.json_document import as_json
from slo_compiler.review.markdown import as_markdown
from tests.compiling import slo, spec
from tests.review.comparing import reviewed

DAY = 86_400.0
NOW = 1_762_592_400.0
"""2025-11-08, 09:00."""

PAGE = Told(NOW - 2 * DAY, NOW - 2 * DAY + 3600, ("fast", "medium"), Severity.PAGE, ())
TICKET = Told(NOW - DAY, NOW - DAY + 600, ("slow",), Severity.TICKET, ())
EARLIER = replace(PAGE, begin=NOW - 9 * DAY, end=NOW - 9 * DAY + 60)
LOWER = spec("checkout", slo(objective="99.5%"))


def effects(before: Past | None, after: Past | None, *notes: str) -> Effects:
    return Effects(NOW - 30 * DAY, NOW, {"checkout:availability": Effect(before, after)}, notes)


LESS = effects(Past((EARLIER, PAGE, TICKET), 1.23), Past((EARLIER,), 0.246))


def test_the_first_line_counts_pages_before_tickets() -> None:
    assert effect_line(LESS) == "pages 2 → 1, tickets 1 → 0 in the 30d until 2025-11-08"


def test_where_nothing_is_known_there_are_no_numbers() -> None:
    line = effect_line(effects(None, None))
    assert line == (
        "no history of the 30d until 2025-11-08: nothing is known of what the change would have done"
    )


def test_what_stays_the_same_has_no_arrow() -> None:
    same = effects(Past((PAGE,), 0.5), Past((PAGE,), 0.5))
    assert effect_line(same) == "pages 1, tickets 0 in the 30d until 2025-11-08"


def test_pages_of_all_slos_are_counted() -> None:
    slos = dict.fromkeys(("a", "b"), LESS.slos["checkout:availability"])
    assert (4, 2) == replace(LESS, slos=slos).count(Severity.PAGE)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            Past((PAGE, TICKET), 1.23),
            Past((), None),
            ["pages 1 → 0", "tickets 1 → 0", "budget spent 123% → unknown"],
        ),
        (None, Past((PAGE,), 0.5), ["pages none → 1", "tickets none → 0", "budget spent none → 50%"]),
        (Past((PAGE,), 0.5), None, ["pages 1 → none", "tickets 0 → none", "budget spent 50% → none"]),
    ],
    ids=["both", "new", "gone"],
)
def test_an_slo_says_what_was_and_is(before: Past | None, after: Past | None, expected: list[str]) -> None:
    assert expected == [f"{name} {cell}" for name, cell in effect_facts(Effect(before, after))]


def test_what_comes_and_goes_is_listed_pages_first() -> None:
    later = replace(PAGE, begin=NOW - 3600, end=NOW, group=(("region", "eu"),))
    effect = Effect(Past((TICKET, PAGE, EARLIER), 1), Past((EARLIER, later), 1))
    assert list(effect_lists(effect)) == [
        (
            "no longer told of",
            "page fast, medium, 2025-11-06 09:00 UTC for 1h; ticket slow, 2025-11-07 09:00 UTC for 10m",
        ),
        ("told of now", "page fast, medium region=eu, 2025-11-08 08:00 UTC for 1h"),
    ]


def test_a_page_that_comes_later_in_the_same_incident_is_the_same() -> None:
    later = replace(PAGE, begin=PAGE.begin + 600, tiers=("medium",))
    assert () == Effect(Past((PAGE,), 1), Past((later,), 1)).lost


@pytest.mark.parametrize(
    "other",
    [
        replace(PAGE, severity=Severity.TICKET),
        replace(PAGE, group=(("region", "eu"),)),
        replace(PAGE, begin=PAGE.end, end=PAGE.end + 60),
    ],
    ids=["a ticket", "another group", "afterwards"],
)
def test_what_is_told_otherwise_is_not_the_same(other: Told) -> None:
    effect = Effect(Past((PAGE,), 1), Past((other,), 1))
    assert ((PAGE,), (other,)) == (effect.lost, effect.gained)


def test_long_lists_are_cut_short() -> None:
    many = tuple(replace(PAGE, begin=PAGE.begin + 60 * n, end=PAGE.begin + 60 * n + 1) for n in range(8))
    [(_, told)] = effect_lists(Effect(Past(many, 1), Past((), 1)))
    assert told.endswith("; 3 more")


def test_a_comment_begins_with_the_pages() -> None:
    text = as_markdown(reviewed(spec(), LOWER), LESS)
    first, _, headline, *rest = text.splitlines()
    assert first == "**pages 2 → 1, tickets 1 → 0 in the 30d until 2025-11-08**"
    assert headline.startswith("**checkout:availability: objective 99.9% → 99.5%")
    assert "* on history: pages 2 → **1**, tickets 1 → **0**, budget spent 123% → **24.6%**" in rest


def test_a_comment_says_what_is_not_known() -> None:
    text = as_markdown(reviewed(spec(), LOWER), replace(LESS, notes=("no <metrics>",)))
    assert "Of that time not all is known: no &#60;metrics&#62;." in text.splitlines()


def test_without_a_history_nothing_is_said_of_one() -> None:
    review = reviewed(spec(), LOWER)
    assert "history" not in as_markdown(review)
    assert "history" not in json.loads(as_json(review))


def test_json_keeps_to_its_published_schema() -> None:
    schema = json.loads((Path(__file__).parents[2] / "docs" / "diff.schema.json").read_text(encoding="utf-8"))
    told = json.loads(as_json(reviewed(spec(), LOWER), LESS))
    jsonschema.validate(told, schema, jsonschema.Draft202012Validator)
    assert told["history"]["pages"] == {"before": 2, "after": 1}
    assert told["history"]["slos"]["checkout:availability"]["lost"][0]["from"] == "2025-11-06T09:00:00Z"
