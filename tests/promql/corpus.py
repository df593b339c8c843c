"""The 1,752 expressions of Prometheus's own tests, with the verdicts of promtool."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from slo_compiler.promql.release import PROMETHEUS_2_42, PROMETHEUS_2_53, PROMETHEUS_3_5, Release

# The recorded configurations are promtool of these releases with default flags.
CONFIGURATIONS = {
    PROMETHEUS_2_42: "prometheus-2.42",
    PROMETHEUS_2_53: "prometheus-2.53",
    PROMETHEUS_3_5: "prometheus-3.5.3",
}


class Recorded(NamedTuple):
    """An expression, and by which configurations it was rejected and why."""

    expr: str
    rejected_by: dict[str, str]

    def is_rejected(self, release: Release) -> bool:
        return CONFIGURATIONS[release] in self.rejected_by


def recorded() -> list[Recorded]:
    """The corpus; without it the test is skipped, and fails on CI."""
    path = Path(__file__).parents[3] / "shared" / "data" / "promql-expressions.json"
    if not path.exists():
        reason = f"the recorded expressions are not at {path}"
        return pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return [Recorded(row["expr"], row["rejected_by"]) for row in rows]
