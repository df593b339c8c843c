"""Where ``docs/checks.md`` is: in the wheel beside the code, in a checkout in its place."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def checks_page() -> str:
    """The text of the page."""
    packaged = resources.files("slo_compiler") / "checks.md"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
