"""The page in a real browser, before real servers: a click breaks something, and it shows who is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.demo.running import Demo, eventually, running
from tests.oracles.alertmanager import Alertmanager
from tests.oracles.chromium import Chromium
from tests.oracles.prometheus import Prometheus

pytestmark = pytest.mark.slow

GUARDED: Final = "the detector moved"
BROKEN: Final = "requests fail"


class Page:
    """What a user sees and does."""

    def __init__(self, browser: Chrome, demo: Demo) -> None:
        self.browser = browser
        self.demo = demo
        browser.get(demo.page)

    def texts(self, selector: str) -> list[str]:
        """What stands in all elements, at one moment: they are drawn anew every second."""
        script = "return [...document.querySelectorAll(arguments[0])].map(each => each.innerText)"
        found: list[str] = self.browser.execute_script(script, selector)
        return found

    def shows(self, selector: str, text: str) -> bool:
        return eventually(lambda: any(text in each for each in self.texts(selector)))

    def click(self, fault: str) -> None:
        self.browser.find_element(By.CSS_SELECTOR, f'button[value="{fault}"]').click()

    def is_broken(self, fault: str) -> bool:
        selector = f'button[value="{fault}"][aria-pressed="true"]'
        return eventually(lambda: self.texts(selector) != [])

    @property
    def complaints(self) -> list[Any]:
        """What the console of the browser has to say: errors, and what the policy of the page refused."""
        found: list[Any] = self.browser.get_log("browser")  # type: ignore[no-untyped-call]
        return found


@pytest.fixture(scope="module")
def page(
    prometheus_3_5: Prometheus,
    alertmanager_0_33: Alertmanager,
    chromium: Chromium,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Page]:
    with (
        running(prometheus_3_5, alertmanager_0_33, tmp_path_factory.mktemp("demo")) as demo,
        chromium.open(tmp_path_factory.mktemp("profile")) as browser,
    ):
        yield Page(browser, demo)


# The tests go on from one another, as whoever tries the demo does: a false page before anything burns.


def test_a_sound_service_is_called_sound_on_all_surfaces(page: Page) -> None:
    assert page.shows("#headline", "none: nothing fails of what these specs watch")
    assert ["availability", "latency", "note-guardrail", "feature-freshness", "prediction-quality"] == [
        each.split("\n")[0] for each in page.texts("[data-slo] h3")
    ]
    assert [] == page.texts("[data-alerts-of] .alert")


def test_a_false_page_is_held_back_by_the_guard_that_is_shown_and_nobody_is_told(page: Page) -> None:
    page.click(GUARDED)
    assert page.is_broken(GUARDED)
    assert page.shows('[data-guard="detector_moved"]', "holds back DriftBroad of input-drift")
    assert page.shows('[data-alerts-of="data"] [data-state="held"]', "DriftVirtual of input-drift")
    assert page.shows("#headline", "none: a false page, by the guard detector_moved")
    assert [] == page.texts("#told .page, #told .ticket")


def test_a_fault_leads_to_a_page_shown_told_and_put_down_to_its_surface(page: Page) -> None:
    page.click(BROKEN)
    assert page.shows(
        '[data-alerts-of="serving"] [data-state="firing"]', "ErrorBudgetBurnFast of availability"
    )
    assert page.shows("#headline", "serving: the request path fails: scorer:availability")
    assert page.shows('[data-state-of="serving"]', "failing")
    assert page.shows("#told .page", "PAGE to ml-platform")


def test_the_page_leads_to_its_runbook(page: Page) -> None:
    link = page.browser.find_element(By.CSS_SELECTOR, "#told .page a").get_attribute("href")
    assert f"{page.demo.page}/runbooks/scorer#availability-ErrorBudgetBurnFast" == link


def test_mending_everything_resolves_what_was_told(page: Page) -> None:
    page.browser.find_element(By.ID, "clear-all").click()
    assert page.shows("#told .resolved", "ErrorBudgetBurnFast of availability")
    assert eventually(lambda: page.texts("[data-alerts-of='data'] .alert") == [])
    assert page.shows("#headline", "none: nothing fails of what these specs watch")


def test_the_browser_had_nothing_to_complain_of(page: Page) -> None:
    assert [] == page.complaints
