"""The page over HTTP: who may ask and do what, without any server behind it."""

from __future__ import annotations

import http.client
import json
import re
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import pytest

from slo_compiler.demo.desk import Desk
from slo_compiler.demo.faults import ALL, FALSE_PAGES
from slo_compiler.demo.installation import GROUPING, Addresses, Installation, install
from slo_compiler.demo.service import LiveService
from slo_compiler.demo.sighting import Sighting
from slo_compiler.demo.web import MOST_BYTES, Web
from slo_compiler.incident.asking import Unanswered
from slo_compiler.quantities import format_duration
from tests.demo.clock import Clock

SECRET: Final = "hush"
ADDRESSES: Final = Addresses("http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3")
ELSEWHERE: Final = "http://example.com"


class Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    text: str


class Site(NamedTuple):
    web: Web
    desk: Desk

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.web.server_port, timeout=30)
        try:
            connection.request(method, path, body.encode() or None, headers)
            found = connection.getresponse()
            return Reply(found.status, dict(found.getheaders()), found.read().decode())
        finally:
            connection.close()

    def post(self, path: str, body: str = "", origin: str | None = None) -> Reply:
        return self.ask(
            "POST", path, body, **{"Content-Length": str(len(body))}, Origin=origin or self.web.url
        )


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(tmp_path_factory.mktemp("demo"), ADDRESSES, SECRET)


@pytest.fixture
def site(installation: Installation) -> Iterator[Site]:
    with Web(0, SECRET) as web:
        clock = Clock()

        def look() -> Sighting:
            raise Unanswered("nobody is there")

        service = LiveService(ALL, 7, clock)
        web.desk = Desk(ALL, service, installation, ADDRESSES, look, clock)
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Site(web, web.desk)
        finally:
            web.shutdown()
            thread.join()


def test_the_page_has_a_button_for_each_fault_and_loads_nothing_from_elsewhere(site: Site) -> None:
    page = site.ask("GET", "/")
    assert 200 == page.status
    for name in ALL:
        assert f'value="{name}"' in page.text
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    links = ('href="http', 'src="http')
    ours = (site.desk.addresses.prometheus, site.desk.addresses.alertmanager)
    for link in links:
        assert all(rest.startswith(tuple(url[4:] for url in ours)) for rest in page.text.split(link)[1:])


def test_each_false_page_stands_with_its_guard(site: Site) -> None:
    page = site.ask("GET", "/").text
    for name, fault in FALSE_PAGES.items():
        assert f"<code>{fault.guard}</code>" in page.partition(f'value="{name}"')[2]


def test_page_and_documentation_say_the_same_of_the_clock_and_what_the_rules_have(site: Site) -> None:
    plan = site.desk.installation.program.slos[0].plan
    windows = [f"{format_duration(tier.long)} and {format_duration(tier.short)}" for tier in plan.tiers]
    grouping = ", ".join(GROUPING[key] for key in ("group_wait", "group_interval", "repeat_page"))
    said = [
        *windows,
        grouping,
        format_duration(plan.slo.period),
        format_duration(plan.absent_hold or Fraction()),
    ]
    documentation = Path("docs/demo.md").read_text(encoding="utf-8")
    rows = re.findall("<tr><td>.*?</td><td>(.*?)</td><td>(.*?)</td></tr>", site.ask("GET", "/").text)
    assert [] == [row for row in rows if f"| {row[0]} | {row[1]} |" not in documentation]
    assert [] == [number for number in said if number not in [here for _, here in rows]]


def test_a_fault_comes_and_goes(site: Site) -> None:
    assert 303 == site.post("/inject", "fault=requests+fail").status
    assert ["requests fail"] == [*site.desk.service.active]
    assert 303 == site.post("/clear", "fault=requests+fail").status
    assert {} == site.desk.service.active


def test_everything_is_mended_at_once(site: Site) -> None:
    for name in ("requests fail", "a feature drifts"):
        site.desk.inject(name)
    assert 303 == site.post("/clear").status
    assert {} == site.desk.service.active


def test_a_page_of_somebody_else_breaks_nothing(site: Site) -> None:
    assert 403 == site.post("/inject", "fault=requests+fail", origin=ELSEWHERE).status
    assert 403 == site.post("/inject", "fault=requests+fail", origin="null").status
    assert {} == site.desk.service.active


def test_another_name_of_this_machine_is_not_answered(site: Site) -> None:
    assert 421 == site.ask("GET", "/state", Host="example.com").status


@pytest.mark.parametrize("path", ["/nowhere", "/page.py", "/../web.py", "/runbooks/other", "/inject"])
def test_what_there_is_not_is_not_found(site: Site, path: str) -> None:
    assert 404 == site.ask("GET", path).status


def test_a_fault_that_there_is_not_is_a_bad_request(site: Site) -> None:
    assert 400 == site.post("/inject", "fault=rain").status


def test_what_is_too_long_is_not_read(site: Site) -> None:
    reply = site.ask("POST", "/inject", **{"Content-Length": str(MOST_BYTES + 1), "Origin": site.web.url})
    assert 413 == reply.status


def posted(status: str, **more: Any) -> str:
    alert = {
        "status": status,
        "labels": {"alertname": "ErrorBudgetBurnFast", "slo": "latency"},
        "annotations": {"runbook_url": f"{ELSEWHERE}/runbook"},
        "startsAt": "2026-01-05T00:00:00.123456789Z",
        **more,
    }
    return json.dumps({"alerts": [alert]})


def test_what_alertmanager_posts_is_told_until_it_is_resolved_and_that_once(site: Site) -> None:
    for status in ("resolved", "firing", "resolved", "resolved"):
        assert 204 == site.post(f"/told/{SECRET}/page/ml-platform", posted(status)).status
    told = [(each.severity, each.owner, each.firing, each.resolved) for each in site.desk.told.notifications]
    name = "ErrorBudgetBurnFast of latency"
    assert [("page", "ml-platform", (), (name,)), ("page", "ml-platform", (name,), ())] == told


def test_nobody_else_tells_anything(site: Site) -> None:
    assert 404 == site.post("/told/guessed/page/ml-platform", posted("firing")).status
    assert 400 == site.post(f"/told/{SECRET}/page/ml-platform", "{}").status
    assert 400 == site.post(f"/told/{SECRET}/page/ml-platform", posted("firing", startsAt="soon")).status
    assert [] == site.desk.told.notifications


def test_servers_that_do_not_answer_are_told_of(site: Site) -> None:
    assert {"failure": "nobody is there"} == json.loads(site.ask("GET", "/state").text)["seen"]


def test_a_service_that_is_down_cannot_be_scraped(site: Site) -> None:
    assert "http_requests_total" in site.ask("GET", "/metrics").text
    site.desk.inject("all targets are down")
    assert 503 == site.ask("GET", "/metrics").status


def test_the_weeks_before_are_told_once(site: Site) -> None:
    assert "ml_detector_info" in site.ask("GET", "/history").text
    assert "" == site.ask("GET", "/history").text


def test_the_runbook_has_the_anchors_that_alerts_link_to(site: Site) -> None:
    page = site.ask("GET", "/runbooks/scorer")
    assert 200 == page.status
    assert '<a id="availability-ErrorBudgetBurnFast"></a>' in page.text
    assert "<table>" in page.text


def test_whoever_hangs_up_before_the_reply_is_no_news(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", site.web.server_port)) as connection:
            at_once = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
            connection.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{site.web.server_port}\r\n\r\n".encode())
    assert 200 == site.ask("GET", "/").status
    assert "" == capfd.readouterr().err


def test_before_everything_is_there_it_is_not_available() -> None:
    with Web(0, SECRET) as web:
        thread = threading.Thread(target=web.handle_request)
        thread.start()
        assert 503 == Site(web, cast("Desk", None)).ask("GET", "/").status
        thread.join()
