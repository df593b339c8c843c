"""A short hash of what an SLO measures and alerts on, so that a change of a spec is itself a metric."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Final, assert_never

from slo_compiler.quantities import format_duration
from slo_compiler.rules.ir import AlertingRule, RecordingRule, Rule
from slo_compiler.rules.patterns import WHOSE, filled

_ENCODED: Final = json.JSONEncoder().encode


def spec_hash(rules: Iterable[Rule]) -> str:
    """Twelve hexadecimal digits that change exactly when what the rules do does.

    Labels and annotations describe; the order of keys, comments and other SLOs mean nothing.
    """
    return _hashed(_together(map(_meaning, rules)))


class Meanings:
    """What rules mean whose expressions are patterns: to write that takes longer than to fill it in."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        unfilled = _within_text(WHOSE)
        self._known = {rule.name: _meaning(rule).replace(unfilled, WHOSE) for rule in rules}
        self._written: dict[tuple[str, ...], str] = {}

    def spec_hash(self, rules: Iterable[Rule], whose: str) -> str:
        """As the function, of rules most of which are patterns filled in.

        Args:
            rules: those of an SLO. What is known by its name is here what it is there.
            whose: with what the patterns were filled.
        """
        rules = tuple(rules)
        own = tuple([_meaning(rule) for rule in rules if rule.name not in self._known])
        meant = self._pattern(tuple([rule.name for rule in rules])) % own
        return _hashed(filled(meant, _within_text(whose)))  # what JSON writes holds no WHOSE by itself

    def _pattern(self, names: tuple[str, ...]) -> str:
        """The meaning of rules by their names, with ``%s`` for each that is not known."""
        if names not in self._written:
            known = {name: meaning.replace("%", "%%") for name, meaning in self._known.items()}
            self._written[names] = _together(known.get(name, "%s") for name in names)
        return self._written[names]


def _hashed(meant: str) -> str:
    return hashlib.sha256(meant.encode()).hexdigest()[:12]


def _together(meanings: Iterable[str]) -> str:
    return f"[{', '.join(meanings)}]"


def _meaning(rule: Rule) -> str:
    match rule:
        case RecordingRule():
            return _listed(rule.record, rule.expr)
        case AlertingRule():
            times = format_duration(rule.hold), format_duration(rule.keep_firing_for)
            return _listed(rule.alert, rule.expr, *times)
        case _:
            assert_never(rule)


def _listed(*texts: str) -> str:
    """A list of texts as JSON; texts by themselves are written three times as fast as a list of them."""
    return f"[{', '.join(map(_ENCODED, texts))}]"


def _within_text(text: str) -> str:
    """A part of a text as JSON writes it."""
    return _ENCODED(text)[1:-1]
