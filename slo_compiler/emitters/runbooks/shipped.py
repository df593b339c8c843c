"""Where the templates that come with the compiler are: in the wheel, or in the checkout beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parents[2]
SHIPPED: Final = _HERE / "templates" if (_HERE / "templates").is_dir() else _HERE.parent / "templates"
