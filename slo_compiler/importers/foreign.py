"""Which files are for another tool, told by their bytes: most are not, and wait for no reader of those."""

from __future__ import annotations

import re
from typing import Final

_TOOLS: Final = (b"prometheus/v1", b"sloth.slok.dev/", b"pyrra.dev/", b"openslo")
"""What nearly no file of ours has anywhere in it, so that the patterns are seldom wanted."""
_FOREIGN: Final = (
    rb"(?m)^[-\s{\["
    rb"""'"]*(?:apiVersion|version)["']?\s*:\s*["']?"""
    rb"(?:prometheus/v1|sloth\.slok\.dev/|pyrra\.dev/|openslo(?:\.com)?/)"
)
_OWN: Final = rb"(?m)^apiVersion:\s*[\"']?slo-compiler/"


def is_foreign(content: bytes) -> bool:
    """Whether a file is for one of the other tools, as far as its versions say."""
    if not any(tool in content for tool in _TOOLS):
        return False
    return re.search(_FOREIGN, content) is not None and re.search(_OWN, content) is None
