"""The text of a rule file, written straight from its rules: thousands of them are most of what is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, assert_never

from slo_compiler.emitters.yaml_text import Written
from slo_compiler.quantities import format_duration
from slo_compiler.rules.go_template import literal
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule

_OF_A_RULE: Final = "\n    "
_BELOW: Final = "\n      "
_IN_A_BLOCK: Final = "\n        "


def rule_file(groups: Sequence[Group], *, comment: str) -> str:
    """What ``yaml.document`` writes of a ``groups_document``, in half of the time.

    Args:
        groups: at least one, each with a rule or more; no name has several lines.
        comment: what stands on top.
    """
    written = Written()
    written.pieces.append("groups:")
    labels: dict[int, list[str]] = {}  # by identity, which holds as long as the groups are there
    for group in groups:
        interval = format_duration(group.interval)
        written.pieces.append(f"\n- name: {written.words[group.name]}\n  interval: {interval}\n  rules:")
        for rule in group.rules:
            match rule:
                case RecordingRule():
                    _recording_rule(written, rule, labels)
                case AlertingRule():
                    _alerting_rule(written, rule)
                case _:
                    assert_never(rule)
    return written.document(comment)


def _recording_rule(written: Written, rule: RecordingRule, labels: dict[int, list[str]]) -> None:
    """``labels`` are those that were written: most rules of an SLO have the same."""
    record = written.words[rule.record]
    written.text(f"\n  - record: {record}{_OF_A_RULE}expr:", rule.expr, _BELOW)
    known = labels.get(id(rule.labels))
    if known is None:
        begin = len(written.pieces)
        _texts(written, "labels", rule.labels)
        labels[id(rule.labels)] = written.pieces[begin:]
    else:
        written.pieces += known


def _alerting_rule(written: Written, rule: AlertingRule) -> None:
    alert = written.words[rule.alert]
    written.text(f"\n  - alert: {alert}{_OF_A_RULE}expr:", rule.expr, _BELOW)
    if rule.hold:
        written.pieces.append(f"{_OF_A_RULE}for: {format_duration(rule.hold)}")
    if rule.keep_firing_for:
        written.pieces.append(f"{_OF_A_RULE}keep_firing_for: {format_duration(rule.keep_firing_for)}")
    _texts(written, "labels", {name: literal(value) for name, value in rule.labels.items()})
    _texts(written, "annotations", rule.annotations)


def _texts(written: Written, key: str, texts: Mapping[str, str]) -> None:
    """A key of a rule with texts by name, in the order of the names."""
    written.pieces.append(f"{_OF_A_RULE}{key}:" if texts else f"{_OF_A_RULE}{key}: {{}}")
    put, words = written.pieces.append, written.words
    for name in sorted(texts):
        text = texts[name]
        if "\n" in text:
            written.text(f"{_BELOW}{words[name]}:", text, _IN_A_BLOCK)
        else:
            put(f"{_BELOW}{words[name]}: {words[text]}")
