from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.compiling import RECEIVERS, Document, loaded, slo, spec, texts_of
from tests.oracles.alertmanager import Alertmanager

EVERYTHING: Final = RECEIVERS | {
    "fallback": {"webhook_configs": [{"url": "http://example.com/fallback"}]},
    "grouping": {"group_wait": "45s", "group_interval": "2m", "repeat_page": "1h", "repeat_ticket": "2d"},
    "global": {"resolve_timeout": "7m", "http_config": {"follow_redirects": False}},
}

# What an organisation may have had before: the fragment goes before its own routes.
EXISTING: Final[Document] = {
    "route": {
        "receiver": "everybody",
        "routes": [{"receiver": "database", "matchers": ['service="database"']}],
    },
    "inhibit_rules": [
        {"source_matchers": ["a=b"], "target_matchers": ["c=d"], "equal": ["e"]},
    ],
    "receivers": [{"name": "everybody"}, {"name": "database"}],
    "time_intervals": [{"name": "nights", "time_intervals": [{"weekdays": ["sunday"]}]}],
}


def generated(receivers: Document, *specs: Document) -> tuple[Document, Document]:
    """The whole configuration and the fragment."""
    texts = loaded(texts_of(*specs or [spec()], receivers=receivers))
    return texts["alertmanager/alertmanager.yaml"], texts["alertmanager/fragment.yaml"]


def merged(fragment: Document) -> Document:
    """The existing configuration with a fragment merged in as its comment says."""
    route = EXISTING["route"]
    return {
        "route": route | {"routes": [*fragment["routes"], *route["routes"]]},
        **{
            key: [*EXISTING[key], *fragment.get(key, [])]
            for key in ("inhibit_rules", "receivers", "time_intervals")
        },
    }


CONFIGURATIONS: Final[dict[str, Document]] = {
    "receivers alone": {"apiVersion": "slo-compiler/v1", "owners": RECEIVERS["owners"]},
    "office hours": RECEIVERS,
    "everything": EVERYTHING,
}


@pytest.mark.parametrize("receivers", [pytest.param(each, id=what) for what, each in CONFIGURATIONS.items()])
def test_alertmanager_loads_the_whole_and_the_merged(
    alertmanager: Alertmanager, tmp_path: Path, receivers: Document
) -> None:
    whole, fragment = generated(receivers, spec(), spec("search", slo(group_by=["region"])))
    for name, config in {"whole": whole, "merged": merged(fragment)}.items():
        path = tmp_path / f"{name}.yaml"
        path.write_text(yaml.safe_dump(config), encoding="utf-8")
        done = alertmanager.amtool("check-config", path)
        assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_an_alertmanager_starts_with_either_and_says_no_word_of_warning(
    alertmanager: Alertmanager, tmp_path: Path
) -> None:
    whole, fragment = generated(EVERYTHING)
    for config in (whole, merged(fragment)):
        with alertmanager.serve(tmp_path, config) as server:
            told = yaml.safe_load(server.get("/api/v2/status")["config"]["original"])
            assert server.complaints() == []
        assert told["route"]["routes"][0]["group_wait"] == "45s"


def test_without_receivers_there_is_nothing_to_tell_alertmanager() -> None:
    texts = texts_of(spec(), receivers=None)
    assert not [path for path in texts if path.startswith("alertmanager/")]


def test_what_is_no_alert_of_an_slo_goes_to_the_fallback() -> None:
    whole, _ = generated(EVERYTHING)
    assert (whole["route"]["receiver"], whole["receivers"][0]) == (
        "fallback",
        {"name": "fallback", "webhook_configs": [{"url": "http://example.com/fallback"}]},
    )


def test_a_fallback_that_nobody_named_discards() -> None:
    whole, _ = generated(RECEIVERS)
    assert whole["receivers"][0] == {"name": "fallback"}


def test_the_fragment_brings_no_fallback_and_no_global_section() -> None:
    _, fragment = generated(EVERYTHING)
    assert "fallback" not in [receiver["name"] for receiver in fragment["receivers"]]
    assert list(fragment) == ["routes", "inhibit_rules", "time_intervals", "receivers"]


def test_global_settings_are_passed_on_as_they_are() -> None:
    whole, _ = generated(EVERYTHING)
    assert whole["global"] == {"resolve_timeout": "7m", "http_config": {"follow_redirects": False}}


def test_without_global_settings_there_is_no_section() -> None:
    whole, _ = generated(RECEIVERS)
    assert "global" not in whole


def test_without_office_hours_tickets_are_delivered_at_any_time() -> None:
    whole, _ = generated(CONFIGURATIONS["receivers alone"])
    assert "time_intervals" not in whole
    assert [route.get("active_time_intervals") for route in owner_routes(whole)] == [None] * 4


def owner_routes(whole: Document) -> list[Any]:
    routes: list[Any] = whole["route"]["routes"][0]["routes"]
    return routes


def test_times_are_those_of_the_receivers_file() -> None:
    whole, _ = generated(EVERYTHING)
    slos = whole["route"]["routes"][0]
    assert (slos["group_wait"], slos["group_interval"]) == ("45s", "2m")
    assert [(route["receiver"], route["repeat_interval"]) for route in owner_routes(whole)] == [
        ("payments-page", "1h"),
        ("payments-ticket", "2d"),
        ("platform-page", "1h"),
        ("platform-ticket", "2d"),
    ]


def test_only_tickets_wait_for_office_hours() -> None:
    whole, _ = generated(RECEIVERS)
    assert {route["receiver"]: route.get("active_time_intervals") for route in owner_routes(whole)} == {
        "payments-page": None,
        "payments-ticket": ["slo-office-hours"],
        "platform-page": None,
        "platform-ticket": ["slo-office-hours"],
    }
    assert whole["time_intervals"] == [
        {
            "name": "slo-office-hours",
            "time_intervals": [
                {
                    "weekdays": ["monday:friday"],
                    "times": [{"start_time": "09:00", "end_time": "17:00"}],
                    "location": "Europe/Berlin",
                }
            ],
        }
    ]
