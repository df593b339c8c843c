"""What a review says of a merge is what a real Prometheus does when it loads the changed rules.

Every kind of change is made to a service of its own, whose alerts fire, and all at once: one reload tells.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from slo_compiler.review.changes import SloChange
from slo_compiler.review.merge import Fate
from slo_compiler.review.review import Review, review
from slo_compiler.rules.program import Program
from tests.compiling import RECEIVERS, Document, compile_specs, defaults, records_of, slo, spec
from tests.oracles.prometheus import Prometheus
from tests.oracles.server import Server
from tests.writing import write

# Everything as fast as it can be: an SLO on a constant needs no scrapes.
FAST: Final[Document] = {"name": "fast", "severity": "page", "long": "8s", "short": "4s", "burn_rate": 2}
SLOW: Final[Document] = {"name": "slow", "severity": "ticket", "long": "16s", "short": "8s", "burn_rate": 1}
STEEP: Final = FAST | {"long": "16s", "burn_rate": 12}
CLOCK: Final = {"scrape_interval": "500ms", "evaluation_interval": "1s", "base_window": "4s"}
CONFIG: Final[Document] = {"rule_files": ["generated/prometheus/*.yaml"]}
CONSTANT: Final = 'label_replace(vector(1), "region", "eu", "", "")'
OWNERS: Final = {"serving": "platform", "data": "platform"}


def failing(name: str = "uptime", **keys: Any) -> Document:
    """An SLO of which nothing is ever good."""
    alerting = {"min_errors": 1, "tiers": [FAST, SLOW], "absent": False, **keys.pop("alerting", {})}
    told = {
        "objective": "95%",
        "window": "1d",
        "indicator": {"threshold": {"gauge": CONSTANT, "at_most": 0}},
    }
    return slo(name, **told | keys, alerting=alerting)


# Service to its spec before and after; None where there is none.
CHANGES: Final[dict[str, tuple[Document | None, Document | None]]] = {
    "nothing": (spec("nothing", failing()), spec("nothing", failing())),
    "objective": (spec("objective", failing()), spec("objective", failing(objective="90%"))),
    "window": (spec("window", failing()), spec("window", failing(window="2d"))),
    "description": (spec("description", failing()), spec("description", failing(description="In words."))),
    "annotation": (
        spec("annotation", failing()),
        spec("annotation", failing(alerting={"annotations": {"a": "b"}})),
    ),
    "tiers": (
        spec("tiers", failing()),
        spec("tiers", failing(alerting={"tiers": [FAST | {"long": "12s", "burn_rate": 1.5}, SLOW]})),
    ),
    "fewer-tiers": (spec("fewer-tiers", failing()), spec("fewer-tiers", failing(alerting={"tiers": [FAST]}))),
    "severity": (
        spec("severity", failing()),
        spec("severity", failing(alerting={"severities": {"fast": "ticket"}})),
    ),
    "owner": (spec("owner", failing()), spec("owner", failing(), owners={"serving": "payments"})),
    "label": (spec("label", failing()), spec("label", failing(), labels={"team": "x"})),
    "surface": (
        spec("surface", failing(), owners=OWNERS),
        spec("surface", failing(surface="data"), owners=OWNERS),
    ),
    "indicator": (
        spec("indicator", failing()),
        spec("indicator", failing(indicator={"threshold": {"gauge": f"2 * {CONSTANT}", "at_most": 1}})),
    ),
    "grouped": (spec("grouped", failing()), spec("grouped", failing(group_by=["region"]))),
    "ungrouped": (spec("ungrouped", failing(group_by=["region"])), spec("ungrouped", failing())),
    "renamed-slo": (spec("renamed-slo", failing("old")), spec("renamed-slo", failing("new"))),
    "old-service": (spec("old-service", failing()), None),
    "new-service": (None, spec("new-service", failing())),
    "gone": (spec("gone", failing("also", objective="80%")), None),
    "removed-slo": (
        spec("removed-slo", failing(), failing("also", objective="80%")),
        spec("removed-slo", failing()),
    ),
    "added-slo": (spec("added-slo", failing()), spec("added-slo", failing("also"), failing())),
}


def compiled(documents: list[Document | None], folder: Path, **shared: Any) -> Program:
    """The program of these specs, which is loaded at the next reload."""
    specs = [document for document in documents if document is not None]
    compilation = compile_specs(*specs, defaults=defaults(**CLOCK | shared), receivers=RECEIVERS)
    assert compilation.program is not None, [str(found) for found in compilation.diagnostics]
    write(folder / "generated", compilation.artifacts())
    return compilation.program


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.3)
    return False


def firing(server: Server) -> dict[str, dict[str, str]]:
    """Since when each alert fires, by SLO and alert and then by all of its labels."""
    found: dict[str, dict[str, str]] = {}
    for alert in server.get("/api/v1/alerts")["data"]["alerts"]:
        labels = alert["labels"]
        if alert["state"] == "firing":
            name = f"{labels['slo_id']} {labels['alertname']}"
            found.setdefault(name, {})[str(sorted(labels.items()))] = alert["activeAt"]
    return found


def recorded(server: Server) -> dict[str, set[str]]:
    """The labels of the series that are recorded now, by SLO and metric; stale ones are not."""
    found: dict[str, set[str]] = {}
    reply = server.get("/api/v1/query", query='{slo_id!="", __name__=~"slo:.*"}')
    for series in reply["data"]["result"]:
        labels = series["metric"]
        found.setdefault(f"{labels['slo_id']} {labels['__name__']}", set()).add(str(sorted(labels.items())))
    return found


def settled(server: Server, program: Program) -> bool:
    """Waits until all alerts and series of the program are there, and no alert of what was before.

    Of a series whose labels changed the old one goes on for as long as a window still reaches back to it.
    """
    alerts = {f"{slo.id} {alert.alert}" for slo, alert in program.alerts()}
    series = set(records_of(program))

    def is_settled() -> bool:
        now = firing(server)
        alone = now.keys() == alerts and all(len(labels) == 1 for labels in now.values())
        return alone and recorded(server).keys() == series

    return evaluated_anew(server) and eventually(is_settled)


def evaluated_anew(server: Server) -> bool:
    """Waits until each group has been evaluated with the rules as they are now."""

    def evaluations() -> dict[str, str]:
        groups = server.get("/api/v1/rules")["data"]["groups"]
        return {group["name"]: group["lastEvaluation"] for group in groups}

    before = evaluations()
    return eventually(lambda: all(before.get(name) != last for name, last in evaluations().items()))


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """What became of each: kept where nothing of it is another one."""
    fates = {name: "kept" if after.get(name) == was else "reset" for name, was in before.items()}
    fates |= dict.fromkeys(before.keys() - after.keys(), "ended")
    return fates | dict.fromkeys(after.keys() - before.keys(), "new")


STEEP_ALERT: Final = "steep:uptime ErrorBudgetBurnFast"
"""It fires above an error ratio of 60%, which a window that begins empty takes a while to reach again."""

OBSERVED: Final = {Fate.CHANGED: "kept", Fate.EMPTIED: "kept"}
"""What can be seen of it."""


def foretold(change: SloChange, fates: Iterable[tuple[str, Fate]]) -> Iterator[tuple[str, str]]:
    """What a review says of alerts or series of an SLO; under a new name what was begins, and it ends."""
    for name, fate in fates:
        if change.before and change.after and change.before != change.after:
            yield f"{change.before} {name}", "ended"
            yield f"{change.after} {name}", "new"
        else:
            yield f"{change.id} {name}", OBSERVED.get(fate, fate.value)


def alerts_foretold(found: Review) -> dict[str, str]:
    return {
        name: fate
        for change in found.slos
        for name, fate in foretold(change, ((alert.name, alert.merge.fate) for alert in change.alerts))
    }


def series_foretold(found: Review) -> dict[str, str]:
    return {
        name: fate
        for change in found.slos
        for name, fate in foretold(change, ((series.record, series.fate) for series in change.series))
    }


@pytest.fixture(params=["2.42", "3.5"], ids=lambda release: f"prometheus-{release}")
def release(request: pytest.FixtureRequest) -> Prometheus:
    found: Prometheus = request.getfixturevalue(f"prometheus_{request.param.replace('.', '_')}")
    return found


@pytest.mark.slow
@pytest.mark.waits
def test_live_alerts_and_series_meet_the_fate_that_is_foretold(release: Prometheus, tmp_path: Path) -> None:
    before, after = ([change[side] for change in CHANGES.values()] for side in (0, 1))
    old = compiled(before, tmp_path)
    with release.serve(tmp_path, CONFIG) as server:
        assert settled(server, old)
        alerts, series = firing(server), recorded(server)
        steep = spec("steep", failing(alerting={"tiers": [STEEP]}))
        new = compiled([*after, steep], tmp_path)
        server.reload()
        assert settled(server, new)
        found = review(old, new)
        assert compared(alerts, firing(server)) == dict.fromkeys(alerts, "kept") | alerts_foretold(found)
        assert compared(series, recorded(server)) == dict.fromkeys(series, "kept") | series_foretold(found)

        alerts = firing(server)
        series = {name: labels for name, labels in recorded(server).items() if len(labels) == 1}
        lingering = recorded(server).keys() - series.keys()
        steep = spec("steep", failing(alerting={"tiers": [STEEP | {"long": "20s", "short": "2s"}]}))
        emptied = compiled([*after, steep], tmp_path, base_window="2s")
        server.reload()
        assert eventually(lambda: firing(server).get(STEEP_ALERT) not in (None, alerts[STEEP_ALERT]))
        assert settled(server, emptied)
        found = review(new, emptied)
        assert {alert.merge.fate for change in found.slos for alert in change.alerts} == {Fate.EMPTIED}
        assert set(compared(alerts, firing(server)).values()) == {"kept", "reset"}
        seen = {name: labels for name, labels in recorded(server).items() if name not in lingering}
        told = dict.fromkeys(series, "kept") | series_foretold(found)
        assert compared(series, seen) == {name: fate for name, fate in told.items() if name not in lingering}
