"""A case of an adapter: what a system exposes, sample by sample, and what has to come out of it.

Samples are 30s apart, as evaluations are. ``_`` is no sample, ``stale`` the end of a series.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.adapters.examples import ALL

Samples: TypeAlias = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Case:
    """Input series by their samples, and the whole answer of queries at times."""

    fact: str
    series: Mapping[str, str]
    answers: tuple[tuple[str, str, Samples], ...]
    adapters: str = ALL
    """``adapters`` of defaults.yaml; all adapters as they are, unless given."""

    def promtool_test(self) -> dict[str, Any]:
        """The case as promtool's test files have it."""
        return {
            "interval": "30s",
            "input_series": [{"series": name, "values": values} for name, values in self.series.items()],
            "promql_expr_test": [
                {
                    "expr": query,
                    "eval_time": at,
                    "exp_samples": [{"labels": name, "value": value} for name, value in samples.items()],
                }
                for query, at, samples in self.answers
            ],
        }
