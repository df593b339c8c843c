"""`python -m tests.demo.screenshot` draws docs/demo.png anew: the demo in a browser, just after a page."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image

from tests.demo.running import Demo, eventually, running
from tests.oracles.alertmanager import Alertmanager
from tests.oracles.cache import cache_folder, installed_version
from tests.oracles.chromium import Chromium
from tests.oracles.prometheus import Prometheus
from tests.oracles.releases import ALERTMANAGER_0_33, CHROMIUM, PROMETHEUS_3_5, Release

PICTURE: Final = Path("docs/demo.png")
FAULT: Final = "requests fail"
COLOURS: Final = 128
"""Enough for a page of few hues, and a third of the bytes."""


def main(picture: Path) -> None:
    """Run the demo, break it, and keep what the browser shows."""
    prometheus = Prometheus(PROMETHEUS_3_5.line, *_place(PROMETHEUS_3_5))
    alertmanager = Alertmanager(ALERTMANAGER_0_33.line, *_place(ALERTMANAGER_0_33))
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as profile,
        running(prometheus, alertmanager, Path(folder)) as demo,
        Chromium(*_place(CHROMIUM)).open(Path(profile), width=1440, height=1080) as browser,
    ):
        browser.get(demo.page)
        assert eventually(lambda: _is_sound(demo))
        demo.post("/inject", fault=FAULT)
        assert eventually(lambda: _is_told(demo))
        assert eventually(lambda: "PAGE to" in browser.page_source)
        taken = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    taken.quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)


def _place(release: Release) -> tuple[str, Path]:
    cache = cache_folder(os.environ)
    version = installed_version(cache, release)
    assert version is not None, f"{release.name} is not in the cache: run python -m tests.oracles"
    return version, cache / release.name


def _is_sound(demo: Demo) -> bool:
    seen = demo.state()["seen"]
    return (
        "verdict" in seen and seen["verdict"]["surface"] == "none" and seen["slos"][-1]["budget"] is not None
    )


def _is_told(demo: Demo) -> bool:
    state = demo.state()
    return bool(state["told"]) and state["seen"]["verdict"]["surface"] == "serving"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE)
