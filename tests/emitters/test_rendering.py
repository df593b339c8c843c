"""What Prometheus makes of labels and annotations when an alert fires: they are templates to it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Final

import pytest

from slo_compiler.emitters import yaml
from tests.compiling import Document, defaults, loaded, slo, spec, texts_of
from tests.oracles.prometheus import Prometheus
from tests.oracles.ruletest import run_rule_tests
from tests.oracles.server import Server

HOSTILE: Final = {
    "plain": "Orders are accepted.",
    "a query": '{{ query "up" }}',
    "a query that works": "{{ with query `vector(42)` }}{{ . | first | value }}{{ end }}",
    "a definition": '{{ define "x" }}y{{ end }}{{ template "x" }}',
    "what it would take for the value": "{{ $value }} {{ $labels.severity }} {{ .Labels }} {{ externalURL }}",
    "an unfinished template": "{{",
    "braces": "{ {{ {{{ {{{{ }} }}} {{}} {{/* no comment */}} {{- trimmed -}} }",
    "quotes": "\"double\" 'single' `back`",
    "dollars": "$value ${value} $labels.region $$ {service} {slo}",
    "backslashes": r"\ \n \\ \{\{ \x7b",
    "markup": "<script>alert('&amp;')</script> & <b>",
    "lines": "first\n  second {{\n\n}} third\n",
    "percent signs": "100% %q %s %%",
    "spaces around": "  both sides  ",
    "Unicode": "\u00fc \U0001f642 \u2028 \u0085 \u00a0",
}


@pytest.fixture(params=["2_42", "3_5"], ids=lambda release: f"prometheus-{release.replace('_', '.')}")
def release(request: pytest.FixtureRequest) -> Prometheus:
    found: Prometheus = request.getfixturevalue(f"prometheus_{request.param}")
    return found


def alerts_of(rules: Any) -> dict[str, Document]:
    """The alerts of a file of rules, as it was read, by name."""
    return {rule["alert"]: rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule}


def fired(
    release: Prometheus, alert: Document, series: dict[str, float], expected: list[tuple[Document, Document]]
) -> tuple[bool, str]:
    """Whether an alert, given what its recorded series hold, fires with these labels and annotations."""
    rules = yaml.document({"groups": [{"name": "g", "rules": [alert]}]}, comment="The alert under test.")
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": f"{value}+0x10"} for name, value in series.items()],
        "alert_rule_test": [
            {
                "eval_time": "5m",
                "alertname": alert["alert"],
                "exp_alerts": [
                    {"exp_labels": labels, "exp_annotations": annotations} for labels, annotations in expected
                ],
            }
        ],
    }
    return run_rule_tests(
        release, {"alerts.rules.yaml": rules}, {"evaluation_interval": "1m", "tests": [test]}
    )


def series_of(slo_id: str, more: str = "") -> dict[str, float]:
    """What is recorded of an SLO of 99.9% in which 1.5% of the requests of the last hour have failed."""
    labels = f'{{slo_id="{slo_id}"{more}}}'
    return {
        f"slo:errors:increase1h{labels}": 150,
        f"slo:events:increase1h{labels}": 10_000,
        f"slo:errors:increase5m{labels}": 18,
        f"slo:events:increase5m{labels}": 900,
        f"slo:error_budget_remaining:ratio{labels}": 0.6,
        f"slo:burn_rate:ratio{labels}": 15,
    }


LABELS: Final = {
    "service": "checkout",
    "slo": "availability",
    "slo_id": "checkout:availability",
    "surface": "serving",
    "severity": "page",
    "sev": "SEV1",
    "owner": "platform",
    "burn_tier": "fast",
}
ANNOTATIONS: Final = {
    "summary": "checkout availability: error budget burns over 14.4 times as fast as allowed",
    "description": (
        "1.5% of events are errors in the last 1h. The objective is 99.9% over 30d; this alert fires while "
        "it is above 1.44% both in 1h and in 5m."
    ),
    "error_ratio": "1.5%",
    "threshold": "1.44%",
    "windows": "1h and 5m",
    "budget_spent": "2.083%",
    "budget_left": "60%",
    "exhausted_in": "1d 4h 48m 0s",
}


def fast_alert(*specs: Document, **shared: Document | None) -> Document:
    texts = loaded(texts_of(*specs, **shared))
    return alerts_of(texts["prometheus/checkout.rules.yaml"])["ErrorBudgetBurnFast"]


def test_the_numbers_of_the_moment_are_told(release: Prometheus) -> None:
    ok, output = fired(
        release, fast_alert(spec()), series_of("checkout:availability"), [(LABELS, ANNOTATIONS)]
    )
    assert ok, output


def test_a_budget_that_is_overspent_is_exhausted_now(release: Prometheus) -> None:
    series = series_of("checkout:availability")
    series['slo:error_budget_remaining:ratio{slo_id="checkout:availability"}'] = -0.25
    told = ANNOTATIONS | {"budget_left": "-25%", "exhausted_in": "0s"}
    ok, output = fired(release, fast_alert(spec()), series, [(LABELS, told)])
    assert ok, output


def test_what_is_not_recorded_yet_is_unknown(release: Prometheus) -> None:
    series = {
        name: value for name, value in series_of("checkout:availability").items() if "ratio" not in name
    }
    told = ANNOTATIONS | {"budget_left": "unknown", "exhausted_in": "unknown"}
    ok, output = fired(release, fast_alert(spec()), series, [(LABELS, told)])
    assert ok, output


def test_another_slo_s_numbers_are_not_told(release: Prometheus) -> None:
    series = series_of("checkout:availability") | dict.fromkeys(series_of("checkout:latency"), 7.0)
    ok, output = fired(release, fast_alert(spec()), series, [(LABELS, ANNOTATIONS)])
    assert ok, output


REGIONS: Final = {
    "a name": "eu-1",
    "quotes and backslashes": 'a"b\\c',
    "a backquote": "`",
    "a format": "%q%!d(string",
    "a template": "{{ $value }}",
    "lines": "a\nb\tc",
    "Unicode": "\u00fc\u2028\U0001f642\u0080",
    "braces": '"} or vector(1) #',
}


@pytest.mark.parametrize("region", [pytest.param(region, id=what) for what, region in REGIONS.items()])
def test_a_group_tells_its_own_numbers_whatever_its_name(release: Prometheus, region: str) -> None:
    alert = fast_alert(spec("checkout", slo(group_by=["region", "zone"])))
    quoted = json.dumps(region, ensure_ascii=False)
    series = series_of("checkout:availability", f', region={quoted}, zone="z"')
    other = dict.fromkeys(series_of("checkout:availability", ', region="other", zone="z"'), 0.0)
    summary = ANNOTATIONS["summary"].replace(":", f" (region {region}, zone z):", 1)
    expected = (LABELS | {"region": region, "zone": "z"}, ANNOTATIONS | {"summary": summary})
    ok, output = fired(release, alert, other | series, [expected])
    assert ok, output


@pytest.mark.parametrize("text", [pytest.param(text, id=what) for what, text in HOSTILE.items()])
def test_text_from_a_spec_is_rendered_as_it_was_written(release: Prometheus, text: str) -> None:
    alerting = {"labels": {"team": text}, "annotations": {"note": text, "threshold": text}}
    told = spec("checkout", slo(description=text, alerting=alerting))
    labels = LABELS | {"team": text}
    annotations = ANNOTATIONS | {"slo_description": text, "note": text, "threshold": text}
    ok, output = fired(release, fast_alert(told), series_of("checkout:availability"), [(labels, annotations)])
    assert ok, output


def test_links_name_the_slo(release: Prometheus) -> None:
    links = {
        "runbook": "https://runbooks.example.com/{service}/{slo}?q=$value",
        "dashboard": "https://grafana.example.com/d/slo?var-service={service}&var-slo={slo}",
    }
    told = ANNOTATIONS | {
        "runbook_url": "https://runbooks.example.com/checkout/availability?q=$value",
        "dashboard_url": "https://grafana.example.com/d/slo?var-service=checkout&var-slo=availability",
    }
    alert = fast_alert(spec(), defaults=defaults(links=links))
    ok, output = fired(release, alert, series_of("checkout:availability"), [(LABELS, told)])
    assert ok, output


def test_the_harness_sees_a_wrong_annotation(release: Prometheus) -> None:
    told = ANNOTATIONS | {"budget_left": "61%"}
    ok, _ = fired(release, fast_alert(spec()), series_of("checkout:availability"), [(LABELS, told)])
    assert not ok


def _burning(server: Server, count: int) -> list[Any]:
    """The burn-rate alerts, once there are as many as expected."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        alerts = server.get("/api/v1/alerts")["data"]["alerts"]
        burning = [alert for alert in alerts if alert["labels"]["alertname"] == "ErrorBudgetBurnFast"]
        if len(burning) == count:
            return burning
        time.sleep(0.1)
    raise AssertionError(server.log())


@pytest.mark.slow
def test_a_server_runs_no_query_of_a_spec(release: Prometheus, tmp_path: Path) -> None:
    """Through the whole file, as it is written: the alert fires at once and its text is what was written."""
    indicator = {"threshold": {"gauge": "vector(1)", "at_most": 0}}
    tier = {"name": "fast", "severity": "page", "long": "8s", "short": "4s", "burn_rate": 1}
    texts = texts_of(
        spec(
            "checkout",
            *(
                slo(
                    f"slo-{number}",
                    objective="99%",
                    window="1d",
                    indicator=indicator,
                    description=text,
                    alerting={"min_errors": 1, "tiers": [tier], "labels": {"text": text}},
                )
                for number, text in enumerate(HOSTILE.values())
            ),
        ),
        defaults=defaults(scrape_interval="1s", evaluation_interval="1s", base_window="4s"),
    )
    (tmp_path / "a.rules.yaml").write_text(
        texts["prometheus/checkout.rules.yaml"], encoding="utf-8", newline=""
    )
    with release.serve(tmp_path, {"rule_files": ["a.rules.yaml"]}) as server:
        alerts = _burning(server, len(HOSTILE))
        got = {alert["annotations"]["slo_description"] for alert in alerts}
        labels = {alert["labels"]["text"] for alert in alerts}
        assert (got, labels, server.complaints()) == (set(HOSTILE.values()), set(HOSTILE.values()), [])
