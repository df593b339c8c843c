"""A Chromium without a window: what a page looks like, and does, in a real browser."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from tests.oracles.releases import CHROMIUM
from tests.oracles.server import ServerError

_BROWSER, _DRIVER = CHROMIUM.binaries

_STARTING: Final = 60.0  # seconds: a start takes one, but the machine may be busy
_LISTENING: Final = re.compile(r"DevTools listening on ws://(127\.0\.0\.1:[0-9]+)/")

_FLAGS: Final = (
    "--no-sandbox",  # which needs rights that containers do not give
    "--disable-dev-shm-usage",  # which they give 64 MB of
    "--disable-gpu",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)


@dataclass(frozen=True, slots=True)
class Chromium:
    """A real Chromium, with the libraries and fonts that came with it."""

    version: str
    folder: Path

    @contextlib.contextmanager
    def open(self, profile: Path, *, width: int = 1440, height: int = 1000) -> Iterator[Chrome]:
        """Run it.

        Args:
            profile: an empty folder, for all that a browser leaves behind.
            width: of the window, in CSS pixels.
            height: of the window.

        Raises:
            ServerError: it did not start.
        """
        environment = self._environment(profile)
        with self._running(profile, environment, width, height) as address:
            options = ChromeOptions()
            options.debugger_address = address
            driver = Chrome(options, Service(str(self.folder / _DRIVER), env=environment))
            try:
                yield driver
            finally:
                driver.quit()

    @contextlib.contextmanager
    def _running(
        self, profile: Path, environment: Mapping[str, str], width: int, height: int
    ) -> Iterator[str]:
        """The browser, with a page: its driver starts it without one, and waits for one then."""
        command: list[str | Path] = [
            self.folder / _BROWSER,
            *_FLAGS,
            f"--user-data-dir={profile}",
            f"--window-size={width},{height}",
            "--remote-debugging-port=0",
            "about:blank",
        ]
        log_file = profile / "chromium.log"
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            yield _address(process, log_file)
        finally:
            process.terminate()
            process.wait()

    def _environment(self, home: Path) -> dict[str, str]:
        """What makes it find what is below its folder and not below /; this machine needs no proxy."""
        libraries = (file for part in ("lib", "usr/lib") for file in (self.folder / part).rglob("*.so*"))
        folders = {str(file.parent) for file in libraries}
        kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        return {
            **kept,
            "HOME": str(home),
            "LD_LIBRARY_PATH": os.pathsep.join(sorted(folders)),
            "FONTCONFIG_SYSROOT": str(self.folder),
        }


def _address(process: subprocess.Popen[bytes], log_file: Path) -> str:
    """Where the browser says that it listens."""
    deadline = time.monotonic() + _STARTING
    while time.monotonic() < deadline and process.poll() is None:
        if found := _LISTENING.search(log_file.read_text(encoding="utf-8", errors="replace")):
            return found[1]
        time.sleep(0.02)
    said = log_file.read_text(encoding="utf-8", errors="replace")
    raise ServerError(f"Chromium did not start:\n{said[-4000:]}")
