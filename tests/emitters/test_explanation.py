from __future__ import annotations

import pytest
from msgspec.structs import replace

from slo_compiler.emitters.explanation import AlertRoute, SloExplanation, explain
from slo_compiler.emitters.explanation_text import TIERS, TIMES, as_markdown, facts, tiers, times
from tests.compiling import RECEIVERS, Document, program_of, slo, spec


def explained(*slos: Document, **shared: Document | None) -> SloExplanation:
    return explain(program_of(spec("checkout", *slos), **shared))[0]


def fact(name: str, *slos: Document, **shared: Document | None) -> list[str]:
    return [text for fact, text in facts(explained(*slos, **shared)) if fact == name]


def test_the_burn_rate_table_is_the_workbook_s() -> None:
    assert list(tiers(explained())) == [
        ("fast", "page SEV1", "1h and 5m", "14.4x", "1.44%", "2%", "2d2h"),
        ("medium", "page SEV2", "6h and 30m", "6x", "0.6%", "5%", "5d"),
        ("slow", "ticket SEV3", "3d and 6h", "1x", "0.1%", "10%", "30d"),
    ]


def test_times_are_told_for_three_incidents_and_the_way_to_the_owner() -> None:
    assert list(times(explained())) == [
        ("fast", "52s, 4m56s", "8m38s, 4m17s", "never", "platform-page"),
        ("medium", "2m10s, 29m49s", "21m36s, 28m12s", "3h36m, 12m", "platform-page"),
        ("slow", "4m19s, 6h", "43m12s, 5h56m", "7h12m, 5h24m", "platform-ticket in office hours"),
    ]


def test_each_row_has_a_cell_under_each_column() -> None:
    assert {len(row) for row in tiers(explained())} == {len(TIERS)}
    assert {len(row) for row in times(explained())} == {len(TIMES)}


def test_facts_of_the_default_slo() -> None:
    wait = "a scrape, an evaluation and Alertmanager's wait"
    assert list(facts(explained())) == [
        ("error budget", "0.1%, a total outage of 43m12s"),
        ("owner", "platform, for the serving surface"),
        ("severity", "SEV1 for fast, as users are hit at scale"),
        ("severity", "SEV2 for medium, as its tier is not the fastest"),
        ("severity", "SEV3 for slow, as the budget burns slowly"),
        ("severity", "SEV2 for IndicatorAbsent, as nobody knows whether users are hit"),
        ("minimum", "3 errors in the long window, or a tier stays silent"),
        ("soonest notice", f"1m30s for {wait}, in which a total outage spends 3.47% of the budget"),
        ("waits", "medium while fast fires"),
        ("waits", "slow while fast, medium fires"),
        ("IndicatorAbsent", "page to platform-page"),
        ("office hours", "monday:friday 09:00-17:00 Europe/Berlin"),
    ]


def test_without_a_minimum_it_is_told_when_one_error_alerts() -> None:
    told = slo(alerting={"min_errors": 1})
    assert fact("minimum", told) == ["none: a single error may be enough"]
    assert fact("one error alerts", told) == [
        "fast below 69.4 events/h, medium below 27.8 events/h, slow below 13.9 events/h"
    ]


def test_a_ratio_has_no_minimum_and_no_events() -> None:
    told = slo(indicator={"error_ratio": "avg_over_time(a_ratio[$window])"}, alerting={})
    assert fact("minimum", told) == ["none: a ratio does not say how many events stand behind it"]
    assert fact("one error alerts", told) == []


def test_without_receivers_nobody_is_reached_and_nothing_waits() -> None:
    told = explained(receivers=None)
    assert {tier.route for tier in told.tiers} == {"nobody: there is no receivers.yaml"}
    assert fact("office hours", receivers=None) == []
    assert fact("soonest notice", receivers=None) == [
        "1m for a scrape and an evaluation, in which a total outage spends 2.31% of the budget"
    ]


def test_without_office_hours_there_are_none() -> None:
    always = {key: value for key, value in RECEIVERS.items() if key != "office_hours"}
    assert fact("office hours", receivers=always) == []
    assert explained(receivers=always).tiers[2].route == "platform-ticket"


def test_what_was_derived_is_told() -> None:
    why = "an error ratio above 72% is too much to wait for"
    assert fact("derived anew", slo(objective="95%")) == [
        f"fast: long window 1h at 14.4x became long window 2h at 7.2x, because {why}"
    ]


def test_alerts_without_a_tier_are_told_apart() -> None:
    told = explained(slo(alerting={"absent": {"severity": "ticket", "for": "30m"}}))
    assert told.other_alerts == (AlertRoute("IndicatorAbsent", "ticket", "platform-ticket in office hours"),)
    assert explained(slo(alerting={"absent": False})).other_alerts == ()


def test_slos_come_in_the_order_of_their_rules() -> None:
    program = program_of(spec("b", slo("two"), slo("one")), spec("a"))
    assert [told.id for told in explain(program)] == ["a:availability", "b:two", "b:one"]


@pytest.mark.parametrize("objective", ["99.9%", "90%"])
def test_every_table_of_markdown_has_as_many_cells_in_each_row(objective: str) -> None:
    lines = as_markdown([explained(slo(objective=objective))]).splitlines()
    widths = [line.count("|") for line in lines if line.startswith("|")]
    assert widths == [len(TIERS) + 1] * 5 + [len(TIMES) + 1] * 5


def test_markdown_has_a_section_an_slo() -> None:
    told = explain(program_of(spec("checkout", slo("one"), slo("two"))))
    headings = [line for line in as_markdown(told).splitlines() if line.startswith("#")]
    assert headings == ["## checkout:one", "## checkout:two"]


def test_a_bar_in_a_cell_of_markdown_does_not_end_it() -> None:
    told = explained()
    barred = replace(told, tiers=tuple(replace(tier, route="A|B") for tier in told.tiers))
    assert "| A&#124;B |" in as_markdown([barred])
