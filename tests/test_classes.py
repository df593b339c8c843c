"""Classes of SLOs: what an SLO does not say is said by its class, and what it says stands."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from slo_compiler.emitters.explanation import explain
from slo_compiler.emitters.explanation_text import facts
from slo_compiler.model.slo import Slo
from slo_compiler.quantities import DAY
from tests.compiling import Document, compile_specs, defaults, found_by, program_of, slo, spec

CLASSES: Document = {
    "CRITICAL": {
        "objective": "99.95%",
        "window": "28d",
        "alerting": {
            "tiers": [{"name": "only", "severity": "page", "budget": "1%", "long": "30m"}],
            "min_errors": 10,
            "labels": {"channel": "loud", "a": "class"},
        },
    }
}


def resolved(own: Document, *, alerting: Any = None, **of_defaults: Any) -> Slo:
    """The SLO of a class, with what it, its service and the defaults say."""
    said = slo(**own)
    if "objective" not in own:
        del said["objective"]
    service = spec("shop", said, **({} if alerting is None else {"alerting": alerting}))
    program = program_of(service, defaults=defaults(classes=CLASSES, **of_defaults))
    return program.slos[0].plan.slo


def test_what_an_slo_does_not_say_is_that_of_its_class() -> None:
    of_class = resolved({"class": "CRITICAL"})
    assert (of_class.objective, of_class.period, of_class.min_errors) == (
        Fraction(9995, 10_000),
        28 * DAY,
        10,
    )
    assert [tier.name for tier in of_class.tiers] == ["only"]


def test_what_it_says_stands() -> None:
    own = resolved({"class": "CRITICAL", "objective": "99%", "window": "7d", "alerting": {"min_errors": 2}})
    assert (own.objective, own.period, own.min_errors) == (Fraction(99, 100), 7 * DAY, 2)


def test_what_its_service_says_beats_the_class_and_that_the_defaults() -> None:
    said = resolved({"class": "CRITICAL"}, alerting={"min_errors": 5, "labels": {"a": "service"}})
    assert (said.min_errors, dict(said.labels)) == (5, {"channel": "loud", "a": "service"})
    assert resolved({"class": "CRITICAL"}, window="90d").period == 28 * DAY


@pytest.mark.parametrize(("name", "objective"), [("HIGH_FAST", "99.9"), ("HIGH_SLOW", "99.9"), ("LOW", "99")])
def test_classes_of_the_workbook_need_not_be_written(name: str, objective: str) -> None:
    assert resolved({"class": name}).objective * 100 == Fraction(objective)


def test_no_slo_is_recorded_and_alerts_nobody() -> None:
    document = spec("shop", slo(**{"class": "NO_SLO"}))
    program = program_of(document)
    assert list(program.alerts()) == []
    assert dict(facts(explain(program)[0]))["alerts"] == "none: it is recorded, and nobody is told"


def test_the_class_is_explained() -> None:
    program = program_of(spec("shop", slo(**{"class": "LOW"})))
    assert dict(facts(explain(program)[0]))["class"] == "LOW"


@pytest.mark.parametrize(
    ("name", "advice"),
    [("critical", "did you mean CRITICAL?"), ("zzz", "known: CRITICAL, HIGH_FAST, HIGH_SLOW, LOW, NO_SLO")],
)
def test_an_unknown_class_is_an_error_at_its_place(name: str, advice: str) -> None:
    (told,) = found_by("spec/unknown-class", compile_specs(spec("shop", slo(**{"class": name}))))
    assert told.endswith(advice)
    assert ".yaml:" in told


def test_a_severity_for_a_tier_that_no_slo_of_the_class_has_is_an_error() -> None:
    classes = {"LOW": {"objective": "99%", "alerting": {"severities": {"fastt": "ticket"}}}}
    compilation = compile_specs(spec("shop", slo(**{"class": "LOW"})), defaults=defaults(classes=classes))
    assert len(found_by("tier/unknown", compilation)) == 1


def test_a_short_window_in_a_class_would_not_be_kept() -> None:
    tier = {"name": "a", "severity": "page", "budget": "1%", "long": "1h", "short": "5m"}
    classes = {"LOW": {"objective": "99%", "alerting": {"tiers": [tier]}}}
    compilation = compile_specs(spec("shop"), defaults=defaults(classes=classes))
    assert len(found_by("tier/short-derived", compilation)) == 1
