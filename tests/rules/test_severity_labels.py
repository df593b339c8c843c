"""Labels of one severity: on all alerts of it, whatever they are about, and on no other."""

from __future__ import annotations

from slo_compiler.model.labels import SEVERITY
from tests.compiling import (
    Document,
    alerts_of,
    compile_specs,
    defaults,
    found_by,
    ml_spec,
    program_of,
    quality,
    slo,
    spec,
)

CHANNELS: Document = {"page": {"channel": "loud"}, "ticket": {"channel": "quiet"}}


def test_every_alert_bears_those_of_its_severity() -> None:
    sliced = quality(indicator={"quality": {"slices": ["slice"]}})
    specs = ml_spec("scorer", slo(), sliced, alerting={"severity_labels": CHANNELS})
    alerts = [alert for alert in alerts_of(program_of(specs)).values() if SEVERITY in alert.labels]
    assert {alert.labels[SEVERITY] for alert in alerts} == {"page", "ticket"}
    for alert in alerts:
        assert alert.labels["channel"] == CHANNELS[alert.labels[SEVERITY]]["channel"]


def test_without_them_no_alert_has_any() -> None:
    of_pages = {"severity_labels": {"page": {"channel": "loud"}}}
    alerts = alerts_of(program_of(spec("shop", slo(alerting=of_pages)))).values()
    assert {(alert.labels[SEVERITY], alert.labels.get("channel")) for alert in alerts} == {
        ("page", "loud"),
        ("ticket", None),
    }


def test_the_more_specific_layer_has_the_last_word() -> None:
    general = defaults(alerting={"severity_labels": CHANNELS, "labels": {"a": "1"}})
    own = slo(alerting={"labels": {"channel": "own"}, "severity_labels": {"page": {"a": "2"}}})
    alerts = alerts_of(program_of(spec("shop", own), defaults=general)).values()
    assert {(alert.labels[SEVERITY], alert.labels["channel"], alert.labels["a"]) for alert in alerts} == {
        ("page", "own", "2"),
        ("ticket", "own", "1"),
    }


def test_a_label_of_groups_cannot_be_one_of_a_severity() -> None:
    grouped = slo(group_by=["region"], alerting={"severity_labels": {"page": {"region": "eu"}}})
    (told,) = found_by("group/overwritten", compile_specs(spec("shop", grouped)))
    assert "a static label of value 'eu'" in told
