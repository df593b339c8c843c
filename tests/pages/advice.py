"""What to say of checks beside what their cases show, by check."""

from __future__ import annotations

import re
from typing import Final

from slo_compiler.schema.yaml.documents import MOST_NODES
from slo_compiler.schema.yaml.source_text import MOST_BYTES, MOST_PROBLEMS
from tests.pages.writing import written

_SECTION: Final = re.compile(r"^## (\S+)\n\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def advice() -> dict[str, str]:
    """Markdown, with links as they are in ``docs/``."""
    text = written(
        "advice",
        most_bytes=f"{MOST_BYTES:,}",
        most_nodes=f"{MOST_NODES:,}",
        most_problems=MOST_PROBLEMS,
    )
    return {check: said.strip() for check, said in _SECTION.findall(text)}
