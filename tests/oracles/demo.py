"""`python -m tests.oracles.demo [OPTIONS]` runs the demo; its servers are those in PATH, or come from Debian.

It needs no more than the run-time requirements of the compiler.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Final

from slo_compiler.demo.servers import ALERTMANAGER, PROMETHEUS, find
from tests.oracles import apt
from tests.oracles.cache import cache_folder, fill, missing
from tests.oracles.releases import ALERTMANAGER_0_25, PROMETHEUS_2_42

_RELEASES: Final = (PROMETHEUS_2_42, ALERTMANAGER_0_25)
"""Both are of one suite, and so one download."""

_LOG: Final = logging.getLogger("oracles")


def main(options: list[str]) -> None:
    """Become the demo; where servers cannot be fetched it says itself how to get them."""
    logging.basicConfig(level=logging.INFO, format="demo: %(message)s", stream=sys.stderr)
    command = [sys.executable, "-m", "slo_compiler", "demo", *options]
    os.execv(command[0], [*command, *([] if _are_installed() else _fetched())])


def _are_installed() -> bool:
    return find(PROMETHEUS) is not None and find(ALERTMANAGER) is not None


def _fetched() -> list[str]:
    """The options that name the servers of the cache; none where they are not there."""
    cache = cache_folder(os.environ)
    failures = []
    if missing(cache, _RELEASES):
        obstacle = apt.obstacle()
        failures = [obstacle] if obstacle else fill(cache, _RELEASES, apt.fetch)
    for failure in failures:
        _LOG.error("%s", failure)
    if failures:
        return []
    prometheus, alertmanager = (cache / release.name / release.binaries[0] for release in _RELEASES)
    return [f"--prometheus={prometheus}", f"--alertmanager={alertmanager}"]


if __name__ == "__main__":
    main(sys.argv[1:])
