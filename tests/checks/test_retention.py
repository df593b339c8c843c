from __future__ import annotations

import pytest

from tests.compiling import Document, compile_specs, defaults, found_by, slo, spec


def told(retention: str, *slos: Document) -> list[str]:
    compilation = compile_specs(spec("shop", *slos), defaults=defaults(retention=retention))
    return found_by("rules/retention", compilation)


def test_a_period_and_a_day_are_enough() -> None:
    assert told("31d") == []


def test_a_millisecond_less_is_not() -> None:
    assert len(told("30d23h59m59s999ms")) == 1


def test_where_nothing_is_known_nothing_is_told() -> None:
    assert found_by("rules/retention", compile_specs(spec("shop"))) == []


@pytest.mark.parametrize(
    ("slos", "told_of"),
    [
        pytest.param([slo()], "shop:availability read 31d back: 16 days", id="one"),
        pytest.param(
            [slo(), slo("quarter", window="90d")],
            "shop:quarter and 1 more read 91d back: 76 days",
            id="two, by the one that needs most",
        ),
        pytest.param(
            [slo("a"), slo("week", window="7d"), slo("b"), slo("c")],
            "shop:a and 2 more read 31d back: 16 days",
            id="more, without those that need less",
        ),
    ],
)
def test_all_slos_are_told_of_at_once(slos: list[Document], told_of: str) -> None:
    (message,) = told("15d", *slos)
    assert f"the rules of {told_of} are missing" in message


@pytest.mark.parametrize(
    ("retention", "affected"),
    [("4d", "alerts are not affected"), ("3d23h", "slow tiers may fire late or never")],
)
def test_alerts_are_affected_where_their_windows_are(retention: str, affected: str) -> None:
    (message,) = told(retention)
    assert affected in message


def test_groups_that_are_remembered_for_longer_than_the_rest_reads_are_reckoned_with() -> None:
    remembering = slo(window="1d", group_by=["region"], alerting={"absent": {"remember": "7d"}})
    (message,) = told("3d", remembering)
    assert "read 7d back: 4 days are missing" in message
