"""Which files are for another tool, told by their bytes: most are not, and wait for no reader of those."""

from __future__ import annotations

import re
from typing import Final

_FOREIGN: Final = re.compile(
    rb"^[-\s{\["
    rb"""'"]*(?:apiVersion|version)["']?\s*:\s*["']?"""
    rb"(?:prometheus/v1|sloth\.slok\.dev/|pyrra\.dev/|openslo(?:\.com)?/)",
    re.MULTILINE,
)
_OWN: Final = re.compile(rb"^apiVersion:\s*[\"']?slo-compiler/", re.MULTILINE)


def is_foreign(content: bytes) -> bool:
    """Whether a file is for one of the other tools, as far as its versions say."""
    return _FOREIGN.search(content) is not None and _OWN.search(content) is None
