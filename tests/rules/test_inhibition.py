from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace

from slo_compiler.rules.inhibition import (
    IdentityNotCompared,
    IdentityUnknown,
    InhibitRule,
    OnBothSides,
    OneSided,
    PageInhibitedByTicket,
    Violation,
    inhibits,
    violations,
)
from slo_compiler.rules.matchers import Labels, Matcher, all_could_match
from slo_compiler.rules.proofs import Proofs
from tests.oracles.alertmanager import Alertmanager
from tests.oracles.server import Server


def severity(value: str) -> Matcher:
    return Matcher("severity", "=", value)


PAGE_OVER_TICKET: Final = InhibitRule(
    "page over ticket", (severity("page"),), (severity("ticket"),), equal=("slo", "model")
)

# Both sides are told by a label each, so that an alert can be on both.
TWO_SIDED: Final = InhibitRule(
    "two-sided", (Matcher("s", "=", "1"),), (Matcher("t", "=", "1"),), equal=("slo",)
)

PAGE: Final = {"severity": "page", "slo": "a"}
TICKET: Final = {"severity": "ticket", "slo": "a"}
SOURCE: Final = {"s": "1", "slo": "a"}
TARGET: Final = {"t": "1", "slo": "a"}
BOTH: Final = {"s": "1", "t": "1", "slo": "a"}

CASES: Final = [
    pytest.param(PAGE_OVER_TICKET, TICKET, PAGE, False, id="not the other way round"),
    pytest.param(PAGE_OVER_TICKET, PAGE, PAGE | {"x": "1"}, False, id="a page is no target"),
    pytest.param(PAGE_OVER_TICKET, PAGE, TICKET | {"slo": "b"}, False, id="not across SLOs"),
    pytest.param(PAGE_OVER_TICKET, PAGE | {"model": "m"}, TICKET, False, id="a label of the source alone"),
    pytest.param(PAGE_OVER_TICKET, PAGE, TICKET | {"model": "m"}, False, id="a label of the target alone"),
    pytest.param(PAGE_OVER_TICKET, PAGE, TICKET, True, id="missing on both sides is equal"),
    pytest.param(PAGE_OVER_TICKET, PAGE | {"model": ""}, TICKET, True, id="empty is missing"),
    pytest.param(
        PAGE_OVER_TICKET, PAGE | {"model": "m"}, TICKET | {"model": "m"}, True, id="equal on both sides"
    ),
    pytest.param(
        PAGE_OVER_TICKET, {"severity": "page"}, {"severity": "ticket"}, True, id="nobody's silence nobody's"
    ),
    pytest.param(TWO_SIDED, BOTH, BOTH, False, id="not itself"),
    pytest.param(TWO_SIDED, BOTH, BOTH | {"x": "1"}, False, id="not one on both sides another"),
    pytest.param(TWO_SIDED, BOTH, TARGET, True, id="one on both sides a mere target"),
]

# 0.33 remembers one source for each combination of compared values. If that is the target itself, it looks
# for no other: there this one may be heard. The proof rules alerts on both sides out.
SEEN_BY_0_25: Final = pytest.param(TWO_SIDED, SOURCE, BOTH, True, id="a mere source one on both sides")


@pytest.mark.parametrize(("rule", "source", "target", "expected"), [*CASES, SEEN_BY_0_25])
def test_inhibits(rule: InhibitRule, source: Labels, target: Labels, expected: bool) -> None:  # noqa: FBT001 - a column
    assert inhibits(rule, source, target) == expected


def test_a_difference_outweighs_what_run_time_may_bring() -> None:
    assert not inhibits(PAGE_OVER_TICKET, PAGE | {"model": None}, TICKET | {"model": None, "slo": "b"})


def test_what_depends_on_run_time_is_not_guessed() -> None:
    with pytest.raises(
        ValueError, match=r"^whether page over ticket inhibits depends on values known only at run"
    ):
        inhibits(PAGE_OVER_TICKET, PAGE | {"model": None}, TICKET | {"model": None})


def test_compared_labels_have_names_that_every_alertmanager_takes() -> None:
    with pytest.raises(ValueError, match="'a-b' is not a label name that every Alertmanager takes"):
        InhibitRule("rule", (), (), equal=("a-b",))


@pytest.mark.slow
@pytest.mark.parametrize(("rule", "source", "target", "expected"), CASES)
def test_inhibits_as_the_server_does(  # noqa: PLR0917 - the columns of CASES
    alertmanager: Alertmanager,
    tmp_path: Path,
    rule: InhibitRule,
    source: dict[str, str],
    target: dict[str, str],
    expected: bool,  # noqa: FBT001 - a column
) -> None:
    config = {
        "route": {"receiver": "a"},
        "receivers": [{"name": "a"}],
        "inhibit_rules": [
            {
                "source_matchers": [str(matcher) for matcher in rule.source],
                "target_matchers": [str(matcher) for matcher in rule.target],
                "equal": list(rule.equal),
            }
        ],
    }
    with alertmanager.serve(tmp_path, config) as server:
        server.post("/api/v2/alerts", [{"labels": source}])
        server.post("/api/v2/alerts", [{"labels": target}])
        assert becomes_inhibited(server, target) == expected


def becomes_inhibited(server: Server, labels: dict[str, str]) -> bool:
    """Whether the alert is inhibited, now or in a short while: the server heeds sources as they come."""
    for _ in range(10):
        for alert in server.get("/api/v2/alerts"):
            if alert["labels"] == labels and alert["status"]["inhibitedBy"]:
                return True
        time.sleep(0.02)
    return False


IDENTITY: Final = ("service", "slo")
RULE: Final = InhibitRule(
    "page over ticket", (severity("page"),), (severity("ticket"),), equal=("service", "slo", "model")
)


def alert(slo: str, urgency: str, **labels: str | None) -> dict[str, str | None]:
    return {"service": "shop", "slo": slo, "severity": urgency} | labels


def found(rule: InhibitRule, *alerts: Labels) -> list[Violation]:
    return list(violations(replace(rule, identity=IDENTITY), alerts))


@pytest.mark.parametrize(
    "alerts",
    [
        pytest.param([], id="no alerts"),
        pytest.param([alert("a", "page"), alert("a", "ticket")], id="no label beyond the identity"),
        pytest.param(
            [alert("a", "page", model=None), alert("a", "ticket", model=None)], id="a label of run time"
        ),
        pytest.param(
            [alert("a", "page", model="m"), alert("a", "ticket", model="n")], id="values that never meet"
        ),
        pytest.param([alert("a", "page"), alert("b", "ticket", model="m")], id="SLOs that never meet"),
        pytest.param([{"severity": "other"}], id="an alert that the rule does not concern"),
        pytest.param(
            [alert("a", "page", model=None), alert("a", "ticket", model="m")], id="a value that may come"
        ),
    ],
)
def test_a_rule_is_proven(alerts: list[Labels]) -> None:
    assert found(RULE, *alerts) == []


def test_a_rule_that_does_not_compare_the_identity() -> None:
    rule = InhibitRule("rule", RULE.source, RULE.target, equal=("service",))
    assert found(rule, alert("a", "page"), alert("b", "ticket")) == [IdentityNotCompared("slo")]


@pytest.mark.parametrize("nothing", [{}, {"slo": ""}, {"slo": None}], ids=["missing", "empty", "run time"])
@pytest.mark.parametrize("urgency", ["page", "ticket"])
def test_an_alert_without_identity(urgency: str, nothing: dict[str, str | None]) -> None:
    stray = {"service": "shop", "severity": urgency} | nothing
    assert found(RULE, alert("a", "page"), alert("a", "ticket"), stray) == [IdentityUnknown(2, "slo")]


def test_an_alert_on_both_sides() -> None:
    rule = InhibitRule("rule", (), RULE.target, RULE.equal)
    assert found(rule, alert("a", "page"), alert("a", "ticket")) == [OnBothSides(1)]


def test_an_alert_that_run_time_may_put_on_both_sides() -> None:
    rule = InhibitRule("rule", (Matcher("model", "=", "m"),), (Matcher("model", "!=", "n"),), RULE.equal)
    assert found(rule, alert("a", "page", model=None)) == [OnBothSides(0)]


@pytest.mark.parametrize("model", ["m", None], ids=["known", "run time"])
def test_a_compared_label_of_the_source_alone(model: str | None) -> None:
    alerts = alert("a", "page", model=model), alert("a", "ticket")
    assert found(RULE, *alerts) == [OneSided(0, 1, "model")]


@pytest.mark.parametrize("model", ["m", None], ids=["known", "run time"])
def test_a_compared_label_of_the_target_alone(model: str | None) -> None:
    alerts = alert("a", "page"), alert("a", "ticket", model=model)
    assert found(RULE, *alerts) == [OneSided(0, 1, "model")]


def test_one_pair_stands_for_all_of_its_identity() -> None:
    alerts = [alert(slo, "page") for slo in "aab"] + [alert(slo, "ticket", model="m") for slo in "aab"]
    assert found(RULE, *alerts) == [OneSided(0, 3, "model"), OneSided(2, 5, "model")]


TICKET_OVER_PAGE: Final = InhibitRule("ticket over page", RULE.target, RULE.source, RULE.equal)


def test_a_ticket_that_silences_a_page() -> None:
    alerts = alert("a", "page"), alert("a", "ticket")
    assert found(TICKET_OVER_PAGE, *alerts) == [PageInhibitedByTicket(ticket=1, page=0)]


def test_a_ticket_that_may_silence_a_page() -> None:
    alerts = alert("a", "page", model=None), alert("a", "ticket", model="m")
    assert found(TICKET_OVER_PAGE, *alerts) == [PageInhibitedByTicket(ticket=1, page=0)]


def test_an_urgency_of_run_time_may_be_either() -> None:
    rule = InhibitRule("rule", (Matcher("x", "=", "s"),), (Matcher("x", "=", "t"),), RULE.equal)
    alerts = [{"service": "shop", "slo": "a", "severity": None, "x": side} for side in "st"]
    assert found(rule, *alerts) == [PageInhibitedByTicket(ticket=0, page=1)]


def test_a_ticket_that_never_meets_the_page() -> None:
    alerts = alert("a", "page", model="n"), alert("a", "ticket", model="m")
    assert found(TICKET_OVER_PAGE, *alerts) == []


VALUES: Final = ("", "1", "2")


def random_matchers(chance: random.Random) -> tuple[Matcher, ...]:
    return tuple(
        Matcher(name, chance.choice(("=", "!=")), chance.choice(values))
        for name, values in (("severity", ("page", "ticket")), ("x", VALUES), ("y", VALUES))
        if chance.random() < 0.5
    )


def random_rule(chance: random.Random) -> InhibitRule:
    equal = tuple(name for name in ("slo", "slo", "x", "y") if chance.random() < 0.6)
    return InhibitRule("rule", random_matchers(chance), random_matchers(chance), equal)


def random_alert(chance: random.Random) -> dict[str, str | None]:
    return {
        "slo": chance.choice(("a", "a", "a", "a", "b", "")),
        "severity": chance.choice(("page", "ticket")),
        "x": chance.choice((*VALUES, None)),
        "y": chance.choice((*VALUES, None)),
    }


def at_run_time(labels: Labels) -> Iterator[dict[str, str]]:
    """The alert with each of some values for what is known only at run time."""
    choices = [VALUES if value is None else (value,) for value in labels.values()]
    return (dict(zip(labels, values, strict=True)) for values in itertools.product(*choices))


def silenced(
    rule: InhibitRule, alerts: list[dict[str, str | None]]
) -> list[tuple[dict[str, str], dict[str, str]]]:
    """All sources with all the targets they inhibit, whatever the values at run time."""
    concrete = [values for labels in alerts for values in at_run_time(labels)]
    return [pair for pair in itertools.product(concrete, concrete) if inhibits(rule, *pair)]


def test_a_proof_holds_whatever_run_time_brings() -> None:
    chance = random.Random(20261123)
    effective = 0
    for _ in range(12_000):
        rule = random_rule(chance)
        alerts = [random_alert(chance) for _ in range(2)]
        if list(violations(replace(rule, identity=("slo",)), alerts)):
            continue
        pairs = silenced(rule, alerts)
        effective += bool(pairs)
        for source, target in pairs:
            assert source["slo"] == target["slo"] != ""
            assert (source["severity"], target["severity"]) != ("ticket", "page")
    assert effective > 50


SAID: Final = {
    "slo": ("a", "b", None),
    "model": ("", "m", "n"),
    "severity": ("page", "ticket", None),
    "ml_role": ("", "guard"),
}
LABELLED: Final = [dict(zip(SAID, values, strict=True)) for values in itertools.product(*SAID.values())]
MODEL: Final = Matcher("model", "=", "m")


@pytest.mark.parametrize(
    "rule",
    [
        InhibitRule("by severity", (severity("page"),), (severity("ticket"),), ("slo", "model")),
        InhibitRule("by label", (MODEL,), (Matcher("model", "!=", "m"),), ("slo",)),
        InhibitRule("by pattern", (Matcher("model", "=~", "m|n"),), (severity("ticket"),), ("slo",)),
        InhibitRule("of others", (MODEL,), (severity("ticket"),), ("model",)),
    ],
    ids=lambda rule: rule.name,
)
def test_a_proof_that_is_known_is_the_one_that_would_be_made(rule: InhibitRule) -> None:
    rule = replace(rule, identity=("slo",))
    proofs = Proofs((rule,))
    for alerts in itertools.product(LABELLED, LABELLED):
        found = proofs.of(alerts)
        assert found.violations == tuple((rule, violation) for violation in violations(rule, alerts))
        assert found.unheard == tuple(
            (rule, index)
            for index, each in enumerate(alerts)
            if each["ml_role"] == "guard" and all_could_match(rule.target, each)
        )


def test_what_is_wrong_whatever_the_alerts_is_found_without_any() -> None:
    careless = replace(RULE, equal=("service",), identity=IDENTITY)
    assert Proofs((careless,)).of([]).violations == ((careless, IdentityNotCompared("slo")),)


@pytest.mark.parametrize("alerts", [[alert("a", "page"), alert("b", "ticket", model="c")], [alert("a", "x")]])
def test_names_make_no_other_proof(alerts: list[Labels]) -> None:
    """Which is what a proof is remembered for: that of one service is that of all labelled like it."""
    renamed = {"a": "d", "b": "a", "c": "e", "shop": "checkout"}
    others = [{name: renamed.get(value or "", value) for name, value in each.items()} for each in alerts]
    proofs = Proofs((replace(RULE, identity=IDENTITY),))
    assert proofs.of(alerts) is proofs.of(others)
