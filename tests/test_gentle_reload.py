"""A merge changes rules while alerts fire: on a real Prometheus those that still hold go on firing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.compiling import Document, compile_specs, defaults, slo, spec
from tests.oracles.prometheus import Prometheus
from tests.oracles.server import Server
from tests.writing import write

# Everything as fast as it can be: an SLO on a constant needs no scrapes.
CLOCK: Final = defaults(scrape_interval="1s", evaluation_interval="1s", base_window="4s")
CONFIG: Final[Document] = {
    "rule_files": ["generated/prometheus/*.yaml"],
}
FAST: Final = {"name": "fast", "severity": "page", "long": "8s", "short": "4s", "burn_rate": 1}


def failing(name: str = "reachability", *, tier: Document = FAST, **keys: Any) -> Document:
    told = {
        "objective": "95%",
        "window": "1d",
        "indicator": {"threshold": {"gauge": "vector(1)", "at_most": 0}},
        "alerting": {"min_errors": 1, "tiers": [tier], "absent": False},
    }
    return slo(name, **told | keys)


def compile_into(folder: Path, *specs: Document) -> None:
    compilation = compile_specs(*specs, defaults=CLOCK)
    assert compilation.program is not None, [str(found) for found in compilation.diagnostics]
    write(folder / "generated", compilation.artifacts())


def firing(server: Server) -> dict[str, str]:
    """Since when each alert fires, by SLO and alert; the alerts that wait for a `for` are not among them."""
    alerts = server.get("/api/v1/alerts")["data"]["alerts"]
    return {
        f"{alert['labels']['slo_id']} {alert['labels']['alertname']}": alert["activeAt"]
        for alert in alerts
        if alert["state"] == "firing"
    }


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def evaluated_anew(server: Server) -> bool:
    """Waits until the group of the alert has been evaluated with the rules as they are now."""

    def last() -> list[str]:
        groups = server.get("/api/v1/rules")["data"]["groups"]
        return [group["lastEvaluation"] for group in groups if group["name"] == "shop:reachability"]

    before = last()
    return eventually(lambda: last() != before)


@pytest.fixture(params=["2.42", "3.5"], ids=lambda release: f"prometheus-{release}")
def release(request: pytest.FixtureRequest) -> Prometheus:
    found: Prometheus = request.getfixturevalue(f"prometheus_{request.param.replace('.', '_')}")
    return found


@pytest.fixture
def server(release: Prometheus, tmp_path: Path) -> Iterator[Server]:
    """A Prometheus on which the alert of one SLO fires."""
    compile_into(tmp_path, spec("shop", failing()))
    with release.serve(tmp_path, CONFIG) as server:
        assert eventually(lambda: bool(firing(server)))
        yield server


ALERT: Final = "shop:reachability ErrorBudgetBurnFast"


@pytest.mark.slow
@pytest.mark.waits
def test_a_firing_alert_goes_on_over_what_a_merge_usually_changes(server: Server, tmp_path: Path) -> None:
    since = firing(server)[ALERT]
    merges = {
        "the objective, the window and descriptions": [
            spec("shop", failing(objective="90%", window="2d", description="In words."), description="Shop.")
        ],
        "the numbers of a tier": [spec("shop", failing(tier=FAST | {"burn_rate": 1.5, "long": "12s"}))],
        "more SLOs before it": [spec("shop", failing("checkout"), failing()), spec("a", failing())],
        "fewer": [spec("shop", failing())],
    }
    kept = {}
    for change, specs in merges.items():
        compile_into(tmp_path, *specs)
        server.reload()
        assert evaluated_anew(server)
        kept[change] = firing(server).get(ALERT)
    assert kept == dict.fromkeys(merges, since)


@pytest.mark.slow
@pytest.mark.waits
def test_a_new_owner_is_told(server: Server, tmp_path: Path) -> None:
    since = firing(server)[ALERT]
    compile_into(tmp_path, spec("shop", failing(), owners={"serving": "payments"}))
    server.reload()
    assert eventually(lambda: firing(server).get(ALERT, since) != since)
