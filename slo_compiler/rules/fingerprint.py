"""A short hash of what an SLO measures and alerts on, so that a change of a spec is itself a metric."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Final, assert_never

from slo_compiler.quantities import format_duration
from slo_compiler.rules.ir import AlertingRule, RecordingRule, Rule

_ENCODED: Final = json.JSONEncoder().encode


def spec_hash(rules: Iterable[Rule]) -> str:
    """Twelve hexadecimal digits that change exactly when what the rules do does.

    Labels and annotations describe; the order of keys, comments and other SLOs mean nothing.
    """
    meant = _ENCODED([_meaning(rule) for rule in rules])
    return hashlib.sha256(meant.encode()).hexdigest()[:12]


def _meaning(rule: Rule) -> list[str]:
    match rule:
        case RecordingRule():
            return [rule.record, rule.expr]
        case AlertingRule():
            times = (rule.hold, rule.keep_firing_for)
            return [rule.alert, rule.expr, *(format_duration(time) for time in times)]
        case _:
            assert_never(rule)
