"""Writes YAML for the oracles."""

from __future__ import annotations

import json
import re
from typing import Any, Final

# JSON leaves these as they are, and YAML allows them only escaped.
_NOT_IN_YAML: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufffe\uffff]")


def yaml_text(value: Any) -> str:
    """A JSON-like value as YAML: JSON is YAML, if no emoji is escaped as two surrogates."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return _NOT_IN_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
