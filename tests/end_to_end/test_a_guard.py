"""A guard keeps a page from notifying, and no longer than it lasts: what a live Alertmanager posts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from slo_compiler.rules.program import alert_labels
from tests.compiling import ml_spec, program_of, quality, slo, texts_of
from tests.end_to_end.scene import CLOCK, GROUPING, wait_until
from tests.end_to_end.webhook import listening
from tests.oracles.alertmanager import Alertmanager

SPEC: Final = ml_spec(
    "scorer",
    quality(indicator={"quality": {"labels": {"lag": "6h"}}}),
    slo("freshness", surface="data", indicator={"probe": "fresh"}),
    drift=[],
)
BURN: Final = "ErrorBudgetBurnFast"


def labels_of(id_: str, name: str) -> dict[str, str]:
    """What Prometheus would send of an alert."""
    (found,) = (
        alert_labels(alert)
        for subject, alert in program_of(SPEC, defaults=CLOCK).alerts()
        if (subject.id, alert.alert) == (id_, name)
    )
    return {label: str(value) for label, value in found.items()}


@pytest.mark.slow
@pytest.mark.waits
def test_the_page_comes_by_itself_when_the_guard_ends(alertmanager: Alertmanager, tmp_path: Path) -> None:
    guard, page = (labels_of("scorer:quality", name) for name in ("GuardLabelLag", BURN))
    other = labels_of("scorer:freshness", BURN)
    with listening() as webhook:
        told = {severity: webhook.receiver(severity) for severity in ("page", "ticket")}
        receivers: dict[str, Any] = {
            "apiVersion": "slo-compiler/v1",
            "owners": {"platform": told, "payments": told},
            "fallback": webhook.receiver("fallback"),
            "grouping": GROUPING,
        }
        config = texts_of(SPEC, defaults=CLOCK, receivers=receivers)["alertmanager/alertmanager.yaml"]
        with alertmanager.serve(tmp_path, config) as server:
            # Taken once the server is there: what began longer ago than group_wait is told at once, perhaps
            # before Alertmanager has seen the guard that came with it.
            now = datetime.now(UTC)
            lasting = {"startsAt": now.isoformat(), "endsAt": (now + timedelta(hours=1)).isoformat()}
            server.post("/api/v2/alerts", [{"labels": each, **lasting} for each in (guard, page)])
            # posted after them, and told after the same wait
            server.post("/api/v2/alerts", [{"labels": other, **lasting}])
            wait_until("what no guard is against is told", lambda: bool(webhook.firing()))
            assert webhook.firing() == {f"page: scorer:freshness {BURN}"}
            over = {"startsAt": now.isoformat(), "endsAt": datetime.now(UTC).isoformat()}
            server.post("/api/v2/alerts", [{"labels": guard, **over}])
            wait_until("the page is told", lambda: f"page: scorer:quality {BURN}" in webhook.firing())
            assert not any("Guard" in each.about for each in webhook.notifications)
