"""`python -m tests.oracles` brings the oracles into the cache; when they are there, it does nothing."""

from __future__ import annotations

import logging
import os
import sys
from typing import Final

from tests.oracles import apt
from tests.oracles.cache import cache_folder, fill, missing
from tests.oracles.releases import RELEASES

_LOG: Final = logging.getLogger("oracles")


def main() -> int:
    """The exit code: 1 if an oracle is missing where it must not be, on CI; else 0, and tests will skip."""
    logging.basicConfig(level=logging.INFO, format="oracles: %(message)s", stream=sys.stderr)
    cache = cache_folder(os.environ)
    failures: list[str] = []
    if missing(cache, RELEASES):
        obstacle = apt.obstacle()
        try:
            failures = [obstacle] if obstacle else fill(cache, RELEASES, apt.fetch)
        except OSError as error:
            failures = [f"the cache cannot be written: {error}"]
    for failure in failures:
        _LOG.error("%s", failure)
    if not failures:
        return 0
    absent = ", ".join(release.name for release in missing(cache, RELEASES))
    if os.environ.get("CI"):
        _LOG.error("missing: %s; this is an error because CI is set", absent)
        return 1
    _LOG.error("tests that need these are skipped: %s", absent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
