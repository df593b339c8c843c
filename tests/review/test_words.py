"""The review as its readers see it: the headline, the line on the merge, Markdown and JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import jsonschema
import pytest

from slo_compiler.review.facts import Kind
from slo_compiler.review.headline import headline
from slo_compiler.review.json_document import as_json
from slo_compiler.review.markdown import MOST_CHARACTERS, as_markdown
from slo_compiler.review.merge import Fate
from slo_compiler.review.merge_words import merge_line
from tests.compiling import Document, defaults, drift, ml_spec, quality, slo, spec
from tests.review.comparing import reviewed

ROOT: Final = Path(__file__).parents[2]
LOWER: Final = spec("checkout", slo(objective="99.5%"))
NO_LONGER = "1% errors no longer page (did after 3h36m)"
TIMES = "total outage 52s → 4m19s, 10% errors 8m38s → 43m12s"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (spec(), spec(), "No difference in behaviour."),
        (
            spec(),
            LOWER,
            (f"checkout:availability: objective 99.9% → 99.5%; {NO_LONGER}; pages come later: {TIMES}"),
        ),
        (
            spec(),
            spec("checkout", slo(alerting={"severities": {"medium": "ticket"}})),
            (f"checkout:availability: no longer paging: ErrorBudgetBurnMedium; {NO_LONGER}"),
        ),
        (
            spec(),
            spec("checkout", owners={"serving": "payments"}),
            "checkout:availability: pages reach payments-page instead of platform-page",
        ),
        (
            spec(),
            spec("checkout", slo("uptime")),
            "checkout:uptime: renamed from checkout:availability",
        ),
        (
            spec(),
            spec("checkout", slo(description="In words.")),
            "checkout:availability: alerts say something else",
        ),
        (
            spec(),
            spec("checkout", slo(indicator={"probe": "up"})),
            "checkout:availability: something else is counted",
        ),
        (
            spec("a"),
            spec("a", slo(), slo("new", objective="90%")),
            "a:new: new; objective 90%; pages reach platform-page",
        ),
        (
            spec("a", slo(), slo("old")),
            spec("a"),
            "a:old: gone; pages reached platform-page",
        ),
        (
            spec("a"),
            spec("a", slo(group_by=["region"])),
            "a:availability: one alert for each region",
        ),
        (
            spec("a", slo("x"), slo("y")),
            spec("a", slo("x"), slo("y"), labels={"a": "b"}),
            "2 SLOs: alerts carry other labels",
        ),
        (
            ml_spec(),
            ml_spec(labels={"a": "b"}),
            "4 SLOs and signals: alerts carry other labels",
        ),
        (
            ml_spec(),
            ml_spec(drift=[drift("renamed")]),
            (
                "3 SLOs and signals change: 1 where something else is counted; 1 renamed; "
                "1 where alerts carry other labels"
            ),
        ),
        (ml_spec(), ml_spec(drift=[drift(threshold=0.4)]), "scorer:inputs: something else is counted"),
        (
            spec("a", slo("x"), slo("y"), slo("z")),
            spec("a", slo("x", objective="99%"), slo("y", objective="99.99%"), slo("w", objective="90%")),
            "4 SLOs change: 1 new; 1 gone; 1 where pages come later; 1 where pages come sooner",
        ),
    ],
    ids=[
        "nothing",
        "objective",
        "severity",
        "owner",
        "renamed",
        "description",
        "indicator",
        "new",
        "gone",
        "group_by",
        "several alike",
        "signals too",
        "a renamed signal",
        "the threshold of a signal",
        "several",
    ],
)
def test_the_headline(old: Document, new: Document, expected: str) -> None:
    assert headline(reviewed(old, new)) == expected


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (LOWER, "all 4 alerts keep their state: what fires goes on"),
        (
            spec("checkout", owners={"serving": "payments"}),
            "4 alerts reset by a new owner: what fires resolves and pages again; 0 keep their state",
        ),
        (
            spec("checkout", labels={"team": "x"}),
            "4 alerts reset by a new label team: what fires resolves and pages again; 0 keep their state",
        ),
        (
            spec("checkout", slo(alerting={"absent": False})),
            "1 alert gone: what fires resolves; 3 keep their state",
        ),
        (spec("checkout", slo(), slo("b")), "4 alerts new; 4 keep their state"),
        (
            spec("checkout", slo("uptime")),
            "4 alerts reset by a new name: what fires resolves and pages again; 0 keep their state",
        ),
    ],
    ids=["kept", "reset", "label", "gone", "new", "renamed"],
)
def test_the_line_on_the_merge(new: Document, expected: str) -> None:
    assert merge_line(reviewed(spec(), new)) == expected


def test_the_line_on_windows_that_begin_empty() -> None:
    found = reviewed(spec(), spec(), after={"defaults": defaults(base_window="2m")})
    assert merge_line(found) == (
        "3 alerts on windows that begin empty, for up to 3d: what fires may resolve and page again; "
        "1 keep their state"
    )


MARKDOWN = f"""\
**checkout:availability: objective 99.9% → 99.5%**

* 1% errors no longer page (did after 3h36m)
* pages come later: {TIMES}

On merge: all 4 alerts keep their state: what fires goes on.

| alert | severity | fires above | at 100% errors | at 10% errors | at 1% errors | reaches |
| --- | --- | --- | --- | --- | --- | --- |
| fast | page | 1.44% → **7.2%** | 52s → **4m19s** | 8m38s → **43m12s** | never | platform-page |
| medium | page | 0.6% → **3%** | 2m10s → **10m48s** | 21m36s → **1h48m** | 3h36m → **never** | \
platform-page |
| slow | ticket | 0.1% → **0.5%** | 4m19s → **21m36s** | 43m12s → **3h36m** | 7h12m → **1d12h** | \
platform-ticket in office hours |

<details><summary>All that changes</summary>

* IndicatorAbsent: for: 5m → **11m**
* objective: 99.9% → **99.5%**
* budget, in total outage: 43m12s → **3h36m**
* annotations that follow: budget&#95;spent, description, threshold

</details>

"""


def test_a_comment_on_a_lower_objective() -> None:
    assert as_markdown(reviewed(spec(), LOWER)) == MARKDOWN


def test_what_only_reads_what_a_changed_slo_records_follows_from_it() -> None:
    review = reviewed(ml_spec(), ml_spec("scorer", slo(objective="99.5%"), quality()))
    assert ["scorer:availability"] == [change.id for change in review.slos]
    assert ["scorer:surface"] == [change.id for change in review.following]
    comment = as_markdown(review)
    assert comment.startswith("**scorer:availability: objective 99.9% → 99.5%**")
    assert "<summary>What follows from it: scorer:surface</summary>" in comment


def test_a_signal_that_alerts_on_something_else_is_told_beside_the_slo() -> None:
    lower = ml_spec("scorer", slo(objective="99.5%"), quality(), drift=[drift(threshold=0.4)])
    review = reviewed(ml_spec(), lower)
    assert {"scorer:availability", "scorer:inputs"} == {change.id for change in review.slos}


def test_a_comment_on_nothing() -> None:
    assert as_markdown(reviewed(spec(), spec())) == "**No difference in behaviour.**\n\n"


def test_nobody_is_called_and_nothing_is_marked_up_by_a_spec() -> None:
    hostile = "@team `x` <img src=x> | [a](http://b) *c*\n# d"
    text = as_markdown(reviewed(spec(), spec("checkout", slo(description=hostile))))
    line = next(line for line in text.splitlines() if "annotation slo" in line)
    assert re.findall("[@`<>|*#_\\[\\]]", line.replace("&#", "&").removeprefix("* ").replace("**", "")) == []


def test_a_change_of_an_expression_is_shown_as_a_diff_that_it_cannot_end() -> None:
    bad = 'http_requests_total{code="```"}'
    other = slo(indicator={"ratio": {"bad": bad, "total": "http_requests_total"}})
    lines = as_markdown(reviewed(spec(), spec("checkout", other))).splitlines()
    fences = [line for line in lines if line.startswith("```")]
    assert fences == ["````diff", "````"]
    assert '+      http_requests_total{code="```"}' in lines


def test_a_comment_fits_even_if_everything_changes() -> None:
    many = [f"slo-{number}" for number in range(200)]
    old = spec("checkout", *(slo(name) for name in many))
    new = spec("checkout", *(slo(name, objective="99%") for name in many))
    text = as_markdown(reviewed(old, new))
    assert 0.8 * MOST_CHARACTERS < len(text) <= MOST_CHARACTERS + 1000
    shown, left_out = text.count("### checkout:"), re.findall(r"no room here for (\d+) more", text)
    assert shown + int(left_out[0]) == 200


SCHEMA: Final = json.loads((ROOT / "docs" / "diff.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([spec()], [spec()]),
        ([spec()], [LOWER]),
        ([spec()], []),
        ([], [spec()]),
        ([ml_spec()], [ml_spec(drift=[drift(threshold=0.4)], labels={"a": "b"})]),
        ([spec()], [spec("checkout", slo("uptime", indicator={"probe": "up"}))]),
        (
            [spec("a"), spec("b")],
            [spec("b", slo(group_by=["region"])), spec("a", owners={"serving": "payments"})],
        ),
    ],
    ids=["nothing", "objective", "gone", "new", "signal", "another", "labels"],
)
def test_json_keeps_to_its_published_schema(old: list[Document], new: list[Document]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    told = json.loads(as_json(reviewed(old, new)))
    assert [] == [problem.message for problem in validator.iter_errors(told)]


def test_the_schema_knows_every_kind_and_fate() -> None:
    defined = SCHEMA["$defs"]
    assert [kind.value for kind in Kind] == defined["difference"]["properties"]["kind"]["enum"]
    assert [fate.value for fate in Fate] == defined["fate"]["enum"]


def test_json_says_what_a_program_computes_with() -> None:
    told = json.loads(as_json(reviewed(spec(), LOWER)))
    assert list(told) == ["differs", "headline", "merge", "slos", "alertmanager"]
    assert told["merge"]["alerts"]["changed"] == 4
    assert told["slos"][0]["differences"][0] == {
        "kind": "detection",
        "about": "ErrorBudgetBurnFast",
        "what": "fires above",
        "before": {"text": "1.44%", "ratio": 0.0144},
        "after": {"text": "7.2%", "ratio": 0.072},
    }
    medium = told["slos"][0]["alerts"][1]
    assert (medium["alert"], medium["merge"]) == ("ErrorBudgetBurnMedium", "changed")
    assert medium["before"]["at 1% errors"] == {"text": "3h36m", "seconds": 12960}
    assert medium["after"]["at 1% errors"] == {"text": "never", "seconds": None}
    told_of = {each["record"]: each for each in told["slos"][0]["series"]}
    assert told_of["slo:spec_info"] == {
        "record": "slo:spec_info",
        "merge": "reset",
        "whole_after_seconds": 0,
    }


def test_a_change_too_small_for_four_digits_is_told_in_full() -> None:
    text = as_markdown(reviewed(spec(), spec("checkout", slo(objective="99.90001%"))))
    assert "* objective: 99.9% → **99.90001%**" in text.splitlines()
    assert "1.44% → **1.439856%**" in text
