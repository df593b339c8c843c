"""What stands on a page: every alert, where its link leads, this service's numbers and nobody's markup."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest

from slo_compiler.emitters.runbooks.facts import anchor_of
from slo_compiler.rules.program import Program
from slo_compiler.rules.runbook.pages import name_of
from tests import compiling
from tests.runbooks.examples import GATEWAY, LINKS, PROGRAMS, anchors_of, gateway, pages_of, queries_of

DEFAULTS: Final = compiling.defaults(links=LINKS)

each_program = pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)


def page_of(*specs: compiling.Document, **shared: compiling.Document | None) -> str:
    """The page of the first of the specs."""
    return pages_of(compiling.program_of(*specs, **shared))[f"runbooks/{specs[0]['service']}.md"]


def section_of(page: str, title: str) -> str:
    """A page from a heading of the third level to the next one, or to the end of its subject."""
    (_, after) = page.split(f"\n### {title}\n")
    return after.split("\n### ")[0].split("\n## ")[0]


@each_program
def test_every_alert_has_an_anchor_on_the_page_of_its_service(program: Program) -> None:
    anchors = {path: anchors_of(text) for path, text in pages_of(program).items()}
    wanted = [
        (f"runbooks/{subject.service}.md", anchor_of(name_of(subject), alert.alert))
        for subject, alert in program.alerts()
    ]
    assert [] == [(path, anchor) for path, anchor in wanted if anchor not in anchors[path]]


@each_program
def test_every_anchor_is_there_once(program: Program) -> None:
    for text in pages_of(program).values():
        anchors = anchors_of(text)
        assert sorted(set(anchors)) == sorted(anchors)


@each_program
def test_what_a_page_links_to_on_itself_is_there(program: Program) -> None:
    for text in pages_of(program).values():
        linked = {part.split(")")[0] for part in text.split("](#")[1:]} - {"after-the-incident"}
        assert [] == sorted(linked - {*anchors_of(text)})


@pytest.mark.parametrize("fragment", ["{slo}-{alert}", "{slo}"])
def test_every_runbook_url_leads_to_an_anchor(fragment: str) -> None:
    links = {"runbook": f"https://git.example.com/runbooks/{{service}}.md#{fragment}"}
    program = compiling.program_of(gateway(), compiling.spec(), defaults=compiling.defaults(links=links))
    anchors = {path: anchors_of(text) for path, text in pages_of(program).items()}
    urls = [urlsplit(alert.annotations["runbook_url"]) for _, alert in program.alerts()]
    assert [] == [url for url in urls if url.fragment not in anchors[url.path.removeprefix("/")]]


def test_the_name_of_the_alert_is_not_replaced_in_a_url_that_the_author_wrote() -> None:
    written = {"annotations": {"runbook_url": "https://wiki.example.com/{alert}"}}
    alerts = compiling.alerts_of(compiling.program_of(gateway(alerting=written), defaults=DEFAULTS))
    assert {"https://wiki.example.com/{alert}"} == {a.annotations["runbook_url"] for a in alerts.values()}


def test_an_slo_and_a_drift_of_one_name_stand_together() -> None:
    spec = compiling.ml_spec("scorer", compiling.slo("inputs"), compiling.quality())
    anchors = anchors_of(page_of(spec))
    assert ["inputs", "inputs-ErrorBudgetBurnFast"] == anchors[:2]
    assert anchors.index("inputs-DriftReal") < anchors.index("quality")


@each_program
def test_the_order_of_specs_does_not_matter_and_neither_does_the_run(program: Program) -> None:
    assert pages_of(program) == pages_of(program)


@each_program
def test_no_line_has_space_at_its_end_and_no_two_blank_ones_follow_each_other(program: Program) -> None:
    for text in pages_of(program).values():
        lines = text.splitlines()
        assert [] == [line for line in lines if line != line.rstrip()]
        assert "\n\n\n" not in text
        assert text.endswith(".\n")


def test_a_page_has_the_numbers_that_explain_shows() -> None:
    page = section_of(page_of(compiling.spec()), "availability: " + BURNS)
    assert "| fast | SEV1, page | 1.44% (14.4x) | 1h and 5m | 2% | 2d2h | 52s / 8m38s / never |" in page
    assert "The objective is 99.9% over 30d; the error budget is 0.1%, a total outage of 43m12s." in page


BURNS: Final = "ErrorBudgetBurnFast, ErrorBudgetBurnMedium, ErrorBudgetBurnSlow"
DRIFTS: Final = "inputs: DriftReal, DriftVirtual, DriftUnclassified"


def test_whom_an_alert_reaches_is_said_with_its_severity() -> None:
    page = section_of(page_of(compiling.spec()), f"availability: {BURNS}")
    assert (
        "* `ErrorBudgetBurnFast`: SEV1, a page to platform, who answers for the serving surface; "
        "goes to platform-page." in page
    )


def test_whoever_is_told_of_a_guardrail_answers_for_guardrails() -> None:
    assert "a page to payments, who answers for guardrails; goes to payments-page." in section_of(
        page_of(gateway(owners={**compiling.ML_OWNERS, "security": "payments"})), f"injection: {BURNS}"
    )


def test_a_ticket_alone_earns_no_postmortem() -> None:
    page = pages_of(GATEWAY)["runbooks/gateway.md"]
    assert "post-mortem" not in section_of(page, "inputs: DriftBroad")
    assert "post-mortem" in section_of(page, DRIFTS)


def test_without_machine_learning_there_is_no_triage_of_surfaces() -> None:
    assert "which surface fails" not in page_of(compiling.spec())
    assert "which surface fails" in page_of(gateway())


def test_a_service_that_takes_no_triage_does_not_say_that_anything_is_held_back() -> None:
    assert "are held back" in page_of(gateway())
    assert "are held back" not in page_of(gateway(triage=False))


def test_what_nothing_pages_for_holds_back_nothing() -> None:
    """Pages of a region alone say nothing of the whole service."""
    grouped = compiling.slo(group_by=["region"])
    page = page_of(compiling.ml_spec("s", grouped, compiling.quality()))
    assert "cheap to confirm." in page
    assert "are held back" not in page


def test_where_nothing_watches_a_request_path_that_is_said() -> None:
    batch = page_of(compiling.ml_spec("batch", compiling.quality()))
    told = "1. **Serving.** No SLO here watches a request path, so that nothing pages for it"
    assert told in batch
    assert told not in page_of(gateway())


def test_the_page_of_a_drift_says_of_when_quality_speaks() -> None:
    judge = compiling.quality(indicator={"quality": {"labels": {"lag": "6h"}}})
    late = section_of(page_of(compiling.ml_spec("s", compiling.slo(), judge)), DRIFTS)
    assert "The model was still valid for what it saw 6h ago." in late
    assert "That is of predictions made 6h before, for their labels take so long." in late
    assert "made" not in section_of(page_of(gateway()), DRIFTS).split("**Third")[1].split("How many")[0]


def test_the_latency_page_knows_replicas_by_the_evidence_of_cold_starts() -> None:
    ready, restarts = 'ready{job="k"}', 'restarts{job="k"}'
    page = section_of(
        page_of(gateway(guards={"cold_start": {"ready": ready, "restarts": restarts}})), f"latency: {BURNS}"
    )
    assert f"sort(bottomk(10, time() - max by (namespace, pod) ({ready})))" in page
    assert f"sort_desc(sum by (namespace, pod) (increase({restarts}[1h])) > 0)" in page
    assert "* how many replicas there are" not in page
    assert "* how many replicas there are" in section_of(page_of(gateway()), f"latency: {BURNS}")


def test_the_latency_page_has_the_median_beside_the_99th_percentile_and_no_mean() -> None:
    page = section_of(page_of(gateway()), f"latency: {BURNS}")
    buckets = 'sum by (le) (rate(request_seconds_bucket{job="gateway"}[5m30s]))'
    median, high = (f"histogram_quantile({share}, {buckets})" for share in ("0.5", "0.99"))
    found = queries_of(page)
    assert 1 == found.index(high) - found.index(median)
    assert not [query for query in found if "_sum" in query]


def test_the_page_of_a_drift_asks_the_three_questions_in_their_order() -> None:
    page = section_of(page_of(gateway()), DRIFTS)
    questions = (
        "**First: did the detector itself change?**",
        "**Second: which features, which slice, since when?**",
        "**Third: is quality still within its objective?**",
    )
    places = [page.index(question) for question in questions]
    assert sorted(places) == places
    assert "Do not retrain reflexively." in page


def test_a_drift_that_nothing_judges_says_so() -> None:
    page = section_of(page_of(gateway()), "unjudged: DriftUnclassified")
    assert "No SLO judges this drift" in page


def test_the_page_about_injection_has_the_blast_radius_and_what_to_keep() -> None:
    page = section_of(page_of(gateway()), f"injection: {BURNS}")
    assert "| refund_order | **yes** | orders, customers |" in page
    assert "| search | no | none declared |" in page
    assert "before anything is purged" in page


def test_without_tools_the_page_about_injection_asks_for_them() -> None:
    page = section_of(page_of(gateway(tools=[])), f"injection: {BURNS}")
    assert "The spec declares no `tools`" in page


def test_queries_open_in_prometheus() -> None:
    page = pages_of(GATEWAY)["runbooks/gateway.md"]
    links = [part.split(")")[0] for part in page.split("[Open in Prometheus](")[1:]]
    opened = {parse_qs(urlsplit(link).query)["g0.expr"][0] for link in links}
    assert {*queries_of(page)} == opened
    assert {"https://prometheus.example.com/graph"} == {link.split("?")[0] for link in links}


def test_without_the_address_of_prometheus_nothing_opens() -> None:
    assert "Open in Prometheus" not in page_of(compiling.spec())


LOCAL: Final = {
    "mitigation": "Flip the switch.\n\nTell support.",
    "escalation": "Call the lead.",
    "links": {"Console": "https://console.example.com/{service}/{slo}"},
}


@pytest.mark.parametrize(
    "spec",
    [
        compiling.spec("checkout", compiling.slo(runbook=LOCAL)),
        compiling.spec("checkout", runbook=LOCAL),
        compiling.spec("checkout", compiling.slo(runbook={}), runbook=LOCAL),
    ],
    ids=["of the SLO", "of the service", "of the service where the SLO says nothing"],
)
def test_what_people_know_who_run_it_stands_on_the_page(spec: compiling.Document) -> None:
    page = section_of(page_of(spec), f"availability: {BURNS}")
    assert (
        "#### Here\n\nFlip the switch.\n\nTell support.\n\n**Escalate:** Call the lead.\n\n"
        "* [Console](https://console.example.com/checkout/availability)\n"
    ) in page


def test_the_slo_has_the_last_word_and_the_links_are_of_both() -> None:
    own = {"mitigation": "Fail over.", "links": {"Map": "https://map.example.com"}}
    page = section_of(
        page_of(compiling.spec("checkout", compiling.slo(runbook=own), runbook=LOCAL)),
        f"availability: {BURNS}",
    )
    assert "Flip the switch." not in page
    assert "Fail over." in page
    assert "[Console](" in page
    assert "[Map](" in page


def test_what_a_drift_says_stands_with_its_alerts() -> None:
    spec = compiling.ml_spec(drift=[compiling.drift(runbook={"mitigation": "Freeze the features."})])
    page = page_of(spec)
    assert "Freeze the features." in section_of(page, DRIFTS)
    assert "Freeze the features." not in section_of(page, f"quality: {BURNS}")


HOSTILE: Final = "<img src=x> | `a` *b* [c](javascript:alert(1)) # d"
HARMLESS: Final = r"&lt;img src=x&gt; \| \`a\` \*b\* \[c\](javascript:alert(1)) # d"


@pytest.mark.parametrize(
    "spec",
    [
        compiling.spec("checkout", compiling.slo(description=HOSTILE)),
        compiling.spec("checkout", compiling.slo(runbook={"mitigation": HOSTILE})),
        compiling.spec("checkout", compiling.slo(runbook={"escalation": HOSTILE})),
        gateway(tools=[{"name": HOSTILE}]),
        gateway(tools=[{"name": "search", "data_scopes": [HOSTILE]}]),
        gateway(description=HOSTILE),
        compiling.spec("checkout", runbook={"links": {HOSTILE: "https://example.com"}}),
    ],
    ids=["description", "mitigation", "escalation", "tool", "scope", "service", "title"],
)
def test_text_of_a_spec_is_text(spec: compiling.Document) -> None:
    page = page_of(spec)
    assert HOSTILE not in page
    assert HARMLESS in page


SERVING: Final = {
    "running": 'running{job="engines"}',
    "progress": 'tokens_total{job="engines"}',
    "replicas": 'wanted_replicas{hpa="engines"}',
    "waiting": 'waiting{job="engines"}',
    "utilisation": 'busy{node="accelerators"}',
    "queue_time": 'queue_seconds_sum{job="engines"}',
    "total_time": 'request_seconds_sum{job="engines"}',
}
OF_LATENCY: Final = {
    'ml:queue_share:ratio{ml_signal_id="gateway:serving"}': ("queue_time", "total_time"),
    'sort_desc(sum by (instance) (running{job="engines"}))': ("running", "progress"),
    'max(wanted_replicas{hpa="engines"})': ("replicas",),
    'sort_desc(sum by (instance) (waiting{job="engines"}))': ("waiting",),
    'topk(10, busy{node="accelerators"})': ("utilisation",),
}


def test_the_latency_page_asks_all_that_serving_has_the_series_for() -> None:
    page = section_of(page_of(gateway(serving=SERVING)), f"latency: {BURNS}")
    assert [] == [query for query in OF_LATENCY if query not in queries_of(page)]
    assert "look at its traces" not in page
    assert "on a dashboard" not in page


@pytest.mark.parametrize(
    ("query", "keys"), OF_LATENCY.items(), ids=["queue", "engines", "replicas", "waiting", "utilisation"]
)
def test_the_latency_page_asks_nothing_that_serving_has_no_series_for(
    query: str, keys: tuple[str, ...]
) -> None:
    some = {key: said for key, said in SERVING.items() if key not in keys}
    page = section_of(page_of(gateway(serving=some)), f"latency: {BURNS}")
    asked = {each for each in OF_LATENCY if each in queries_of(page)}
    assert {*OF_LATENCY} - {query} == asked


def test_without_serving_the_latency_page_sends_to_the_traces() -> None:
    assert "look at its traces" in section_of(page_of(gateway()), f"latency: {BURNS}")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("utilisation", "* how busy the accelerators are"),
        ("waiting", "* how many requests wait"),
        ("replicas", "* how many replicas there are, and since when"),
    ],
)
def test_the_latency_page_names_what_is_to_be_looked_for_elsewhere(key: str, words: str) -> None:
    some = {each: said for each, said in SERVING.items() if each != key}
    page = section_of(page_of(gateway(serving=some)), f"latency: {BURNS}")
    (told,) = page.split("on a dashboard:\n\n")[1:]
    assert [words] == told.split("\n\n")[0].splitlines()


def test_every_page_of_a_model_asks_which_surface_fails_and_what_was_deployed() -> None:
    deployed = 'rollout_seconds{app="gateway"}'
    page = page_of(gateway(deployed=deployed))
    first, latency = page.split("\n## gateway")[0], section_of(page, f"latency: {BURNS}")
    for part in (first, latency):
        assert 'ml:surface{ml_signal_id="gateway:surface"}' in queries_of(part)
        assert f"time() - max by (model_version) ({deployed})" in queries_of(part)


def test_each_evidence_that_may_be_missing_is_told_apart() -> None:
    page = page_of(gateway(serving=SERVING))
    kinds = [
        f"| [telemetry: TelemetryMissing](#telemetry-TelemetryMissing) (serving.{key}) |" for key in SERVING
    ]
    assert [] == [kind for kind in kinds if kind not in page]


ORIGINS: Final = {
    "GuardrailFailOpen": 'sum by (hook) (increase(checks_total{status="opened"}[1h]))',
    "GuardrailBypassed": "sum(increase(requests_total[1h]))",
    "GuardrailBlocksMore": 'slo:guardrail_blocked:ratio1h{slo_id="gateway:shield"}',
}


@pytest.mark.parametrize(("alert", "query"), ORIGINS.items(), ids=ORIGINS)
def test_the_page_of_a_guardrail_asks_by_the_label_that_the_spec_names(alert: str, query: str) -> None:
    shield = {
        "bad": 'checks_total{status="error"}',
        "total": "checks_total",
        "fail_open": 'checks_total{status="opened"}',
        "blocked": 'checks_total{status="blocked"}',
        "traffic": "requests_total",
        "origin": "hook",
    }
    slo = compiling.slo("shield", objective="99%", indicator={"guardrail": shield})
    found = queries_of(
        section_of(page_of(compiling.ml_spec("gateway", compiling.quality(), slo)), f"shield: {alert}")
    )
    assert query in found
    assert "sum by (hook, status) (increase(checks_total[1h]))" in found
