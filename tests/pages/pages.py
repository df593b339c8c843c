"""All pages that are made of the code, its tests and templates, by their paths below ``docs/``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.pages.of_checks import pages_of_checks
from tests.pages.of_guards import pages_of_guards
from tests.pages.of_indicators import pages_of_indicators

DOCS: Final = Path(__file__).parents[2] / "docs"

FOLDERS: Final = ("checks", "guards", "indicators")
"""Those that hold nothing else."""


def pages() -> Iterator[tuple[str, str]]:
    """Path and text of each."""
    yield from pages_of_checks()
    yield from pages_of_guards()
    yield from pages_of_indicators()
