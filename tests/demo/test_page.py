"""The page in a real browser, before real servers: a click breaks something, and it shows who is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.demo.running import PATIENCE, running
from tests.oracles.alertmanager import Alertmanager
from tests.oracles.chromium import Chromium
from tests.oracles.prometheus import Prometheus

pytestmark = [pytest.mark.slow, pytest.mark.waits]

GUARDED: Final = "the detector moved"
BROKEN: Final = "requests fail"

PARTS: Final = {
    "headline": "#headline",
    "slos": "[data-slo] h3",
    "states": "[data-state-of]",
    "broken": "button.fault[aria-pressed='true']",
    "alerts": "[data-alerts-of] .alert",
    "guards": "[data-guard]",
    "told": "#told .page, #told .ticket",
    "resolved": "#told .resolved",
}
"""What there is to see, by the selector of its elements."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands on the page at one moment, by the names of ``PARTS``."""

    headline: list[str]
    slos: list[str]
    states: list[str]
    broken: list[str]
    alerts: list[str]
    guards: list[str]
    told: list[str]
    resolved: list[str]


def shows(texts: list[str], *words: str) -> bool:
    """Whether one of the texts has all these words."""
    return any(all(word in text for word in words) for text in texts)


def is_well(seen: Seen) -> bool:
    return shows(seen.headline, "none: nothing fails")


@dataclass(frozen=True, slots=True)
class Page:
    """What a user sees and does."""

    browser: Chrome

    def seen(self) -> Seen:
        """All of it at once: it is drawn anew every second."""
        texts = "selector => [...document.querySelectorAll(selector)].map(each => each.innerText)"
        found = self.browser.execute_script(f"return arguments[0].map({texts})", [*PARTS.values()])
        return Seen(**dict(zip(PARTS, found, strict=True)))

    def until(self, enough: Callable[[Seen], bool]) -> Seen:
        """What is seen when it is enough, or when there is no patience any more."""
        deadline = time.monotonic() + PATIENCE
        while not enough(seen := self.seen()) and time.monotonic() < deadline:
            time.sleep(0.25)
        return seen

    def click(self, selector: str) -> None:
        self.browser.find_element(By.CSS_SELECTOR, selector).click()

    def link(self, selector: str) -> str:
        return self.browser.find_element(By.CSS_SELECTOR, selector).get_attribute("href") or ""


@dataclass(frozen=True, slots=True)
class Story:
    """A false page before anything burns, a fault beside it, and all of it mended; what was seen of each."""

    address: str
    well: Seen
    guarded: Seen
    paged: Seen
    runbook: str
    mended: Seen
    complaints: list[Any]
    """What the console had to say: errors, and what the policy of the page refused."""


@pytest.fixture(scope="module")
def story(
    prometheus_3_5: Prometheus,
    alertmanager_0_33: Alertmanager,
    chromium: Chromium,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Story]:
    with (
        running(prometheus_3_5, alertmanager_0_33, tmp_path_factory.mktemp("demo")) as demo,
        chromium.open(tmp_path_factory.mktemp("profile")) as browser,
    ):
        page = Page(browser)
        browser.get(demo.page)
        well = page.until(lambda seen: is_well(seen) and not seen.alerts)
        page.click(f'button[value="{GUARDED}"]')
        guarded = page.until(lambda seen: shows(seen.guards, "DriftVirtual") and len(seen.alerts) == 2)
        page.click(f'button[value="{BROKEN}"]')
        paged = page.until(lambda seen: shows(seen.told, "PAGE") and shows(seen.headline, "serving"))
        runbook = page.link("#told .page a")
        page.click("#clear-all")
        mended = page.until(
            lambda seen: (
                bool(seen.resolved) and not seen.guards and shows(seen.headline, "none: nothing fails")
            )
        )
        complaints = browser.get_log("browser")  # type: ignore[no-untyped-call]
        yield Story(demo.page, well, guarded, paged, runbook, mended, complaints)


def test_a_sound_service_is_called_sound_on_all_surfaces(story: Story) -> None:
    assert ["none: nothing fails of what these specs watch"] == story.well.headline
    assert ["sound", "sound", "sound"] == story.well.states
    assert ([], [], []) == (story.well.alerts, story.well.guards, story.well.told)


def test_every_slo_has_its_place(story: Story) -> None:
    names = ["availability", "latency", "note-guardrail", "feature-freshness", "prediction-quality"]
    assert names == [each.split("\n")[0] for each in story.well.slos]


def test_a_false_page_is_held_back_by_the_guard_that_is_shown(story: Story) -> None:
    assert shows(
        story.guarded.guards, "GuardDetectorMoved of input-drift", "holds back DriftBroad of input-drift"
    )
    for alert in ("DriftBroad of input-drift", "DriftVirtual of input-drift"):
        assert shows(story.guarded.alerts, "HELD BACK", alert, "by GuardDetectorMoved of input-drift")
    assert shows(story.guarded.headline, "none: a false page, by the guard detector_moved")


def test_of_a_false_page_nobody_is_told(story: Story) -> None:
    assert [] == story.guarded.told
    assert not shows(story.paged.told, "Drift")


def test_a_fault_leads_to_a_page_that_is_shown_and_told(story: Story) -> None:
    assert [BROKEN, GUARDED] == story.paged.broken
    assert shows(story.paged.alerts, "PAGE", "ErrorBudgetBurnFast of availability", "page to ml-platform")
    assert shows(story.paged.told, "PAGE to ml-platform", "ErrorBudgetBurnFast of availability")


def test_a_fault_is_put_down_to_its_surface(story: Story) -> None:
    assert shows(story.paged.headline, "serving: the request path fails: scorer:availability")
    assert "failing" == story.paged.states[0]


def test_a_page_leads_to_its_section_of_the_runbook(story: Story) -> None:
    assert f"{story.address}/runbooks/scorer#availability-ErrorBudgetBurnFast" == story.runbook


def test_mending_resolves_what_was_told(story: Story) -> None:
    assert shows(story.mended.resolved, "resolved for ml-platform", "ErrorBudgetBurnFast of availability")
    assert ["none: nothing fails of what these specs watch"] == story.mended.headline
    assert ([], []) == (story.mended.broken, story.mended.guards)


def test_the_browser_has_nothing_to_complain_of(story: Story) -> None:
    assert [] == story.complaints
