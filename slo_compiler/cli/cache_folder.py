"""Where a command keeps what it need not find out again: in the cache folder of the user."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder(name: str) -> Path | None:
    """The folder of a name among the user's caches, which may not be there; None for a user without a home.

    By the XDG Base Directory Specification, which lets a relative ``$XDG_CACHE_HOME`` be ignored.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        try:
            base = Path.home() / ".cache"
        except RuntimeError:
            return None
    return base / "slo-compiler" / name
