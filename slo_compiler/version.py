"""The version of the compiler, written here and nowhere else: asking the installer for it takes 60 ms."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
