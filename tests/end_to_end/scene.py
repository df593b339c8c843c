"""A service, the Prometheus that scrapes it, the Alertmanager that it tells, and who that notifies."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.compiling import Document, compile_specs, defaults
from tests.end_to_end.service import Service, serving
from tests.end_to_end.webhook import Webhook, listening
from tests.oracles.alertmanager import Alertmanager
from tests.oracles.prometheus import Prometheus
from tests.oracles.server import Server
from tests.writing import write

# Everything as fast as it can be.
CLOCK: Final = defaults(scrape_interval="1s", evaluation_interval="1s", base_window="4s")
GROUPING: Final = {"group_wait": "1s", "group_interval": "1s"}

# Alertmanager takes an alert for resolved when it was not told of it for four of these. Shorter ones do not
# outlast a reload, after which Prometheus knows no Alertmanager for up to 5s; longer ones make the test slow,
# because an alert whose labels changed ends only by that.
RESEND_DELAY: Final = "5s"

PATIENCE: Final = 120.0
"""Seconds: each wait takes a few, but the machine may be busy."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that takes part."""

    folder: Path
    service: Service
    webhook: Webhook
    prometheus: Server
    alertmanager: Server

    def merge(self, *specs: Document) -> None:
        """Have Prometheus load what other specs compile to, and wait until it has evaluated that."""
        compile_into(self.folder, self.webhook, *specs)
        before = self._evaluations()
        self.prometheus.reload()
        wait_until("all groups are evaluated anew", lambda: self._evaluated_since(before))

    def keep_hours(self, office_hours: Document, *specs: Document) -> None:
        """Have Alertmanager deliver tickets in other hours."""
        config = compile_into(self.folder, self.webhook, *specs, office_hours=office_hours)
        (self.alertmanager.log_file.parent / "alertmanager.yml").write_text(config, encoding="utf-8")
        self.alertmanager.reload()

    def samples(self, metric: str) -> dict[str, int]:
        """How often a metric has been recorded, by SLO."""
        query = f"count_over_time({metric}[1h])"
        found = self.prometheus.get("/api/v1/query", query=query)["data"]["result"]
        return {each["metric"]["slo_id"]: int(each["value"][1]) for each in found}

    def since(self) -> dict[str, str]:
        """Since when each alert fires."""
        return {name(alert): alert["activeAt"] for alert in self._firing()}

    def thresholds(self) -> dict[str, str]:
        """Above which error ratio each alert fires, as its annotation has it."""
        return {name(alert): alert["annotations"]["threshold"] for alert in self._firing()}

    def states(self) -> dict[str, str]:
        """What Alertmanager makes of each alert: ``active``, or ``suppressed by`` those that inhibit it."""
        alerts = self.alertmanager.get("/api/v2/alerts")
        names = {alert["fingerprint"]: name(alert) for alert in alerts}
        return {name(alert): _state(alert["status"], names) for alert in alerts}

    def _firing(self) -> list[Any]:
        """The alerts on Prometheus without those that wait for a `for`."""
        alerts = self.prometheus.get("/api/v1/alerts")["data"]["alerts"]
        return [alert for alert in alerts if alert["state"] == "firing"]

    def _evaluations(self) -> dict[str, str]:
        groups = self.prometheus.get("/api/v1/rules")["data"]["groups"]
        return {group["name"]: group["lastEvaluation"] for group in groups}

    def _evaluated_since(self, before: dict[str, str]) -> bool:
        return all(last != before.get(group) for group, last in self._evaluations().items())


def name(alert: Any) -> str:
    """The SLO and the alert."""
    return f"{alert['labels']['slo_id']} {alert['labels']['alertname']}"


def _state(status: Any, names: Mapping[str, str]) -> str:
    sources = [names.get(source, source) for source in status["inhibitedBy"]]
    return " by ".join([status["state"], *sources])


def wait_until(what: str, condition: Callable[[], bool]) -> None:
    """Wait for what comes sooner or later."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"in vain we waited until {what}"
        time.sleep(0.1)


def wait_for(expected: object, observe: Callable[[], object]) -> None:
    """Wait until what is observed is what is expected."""
    deadline = time.monotonic() + PATIENCE
    while (observed := observe()) != expected and time.monotonic() < deadline:
        time.sleep(0.1)
    assert expected == observed, f"expected {expected}, and saw {observed} to the end"


def compile_into(
    folder: Path, webhook: Webhook, *specs: Document, office_hours: Document | None = None
) -> str:
    """Write what specs compile to; the configuration of Alertmanager."""
    owners = {
        owner: {severity: webhook.receiver(f"{owner}/{severity}") for severity in ("page", "ticket")}
        for owner in ("platform", "payments")
    }
    receivers = {
        "apiVersion": "slo-compiler/v1",
        "owners": owners,
        "fallback": webhook.receiver("fallback"),
        "grouping": GROUPING,
        **({"office_hours": office_hours} if office_hours else {}),
    }
    compilation = compile_specs(*specs, defaults=CLOCK, receivers=receivers)
    assert compilation.program is not None, [str(found) for found in compilation.diagnostics]
    write(folder / "generated", compilation.artifacts())
    return (folder / "generated/alertmanager/alertmanager.yaml").read_text(encoding="utf-8")


@contextlib.contextmanager
def set_up(
    prometheus: Prometheus,
    alertmanager: Alertmanager,
    folder: Path,
    *specs: Document,
    office_hours: Document,
) -> Iterator[Scene]:
    """Run it all, with what the specs compile to. The pages of the service are named as the specs are."""
    service = Service(*(each["service"] for each in specs))
    with contextlib.ExitStack() as stack:
        webhook = stack.enter_context(listening())
        config = compile_into(folder, webhook, *specs, office_hours=office_hours)
        notifier = stack.enter_context(
            # Only at this level does it say that it keeps to office hours.
            alertmanager.serve(folder / "alertmanager", config, flags=["--log.level=debug"])
        )
        target = stack.enter_context(serving(service))
        scrapes = {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": ["generated/prometheus/*.yaml"],
            "scrape_configs": [{"job_name": "shop", "static_configs": [{"targets": [target]}]}],
            "alerting": {
                "alertmanagers": [{"static_configs": [{"targets": [notifier.url.removeprefix("http://")]}]}]
            },
        }
        flags = [f"--rules.alert.resend-delay={RESEND_DELAY}"]
        server = stack.enter_context(prometheus.serve(folder, scrapes, flags=flags))
        yield Scene(folder, service, webhook, server, notifier)
