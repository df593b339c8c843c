"""Writes strings, matchers and selectors of PromQL, so that no value can be taken for anything but itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from slo_compiler.promql.syntax import MatchOperator

_METRIC_NAME: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_ENCODED: Final = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps makes an encoder for each text
_LABEL_NAME: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def quote_string(value: str) -> str:
    """The value as a string of PromQL.

    Raises:
        ValueError: the value holds half a surrogate pair, which no string of Prometheus can.
    """
    value.encode()  # a UnicodeEncodeError is a ValueError
    quoted = _ENCODED(value)
    return quoted.replace("\N{REPLACEMENT CHARACTER}", r"\ufffd")  # which Prometheus takes for bad UTF-8


def quote_regex(value: str) -> str:
    """A regular expression that matches the value and nothing else, not yet a string of PromQL."""
    return re.sub(r"[\\.+*?()|\[\]{}^$]", r"\\\g<0>", value)


@lru_cache(maxsize=4096)  # the few labels of an SLO are those of all its series
def matcher(label: str, operator: MatchOperator, value: str) -> str:
    """One condition on a label, such as ``job="api"``.

    Raises:
        ValueError: the label is no classic label name, or the value no UTF-8.
    """
    if not _LABEL_NAME.fullmatch(label):
        raise ValueError(f"{label!r} is not a label name that every release takes")
    return f"{label}{operator.value}{quote_string(value)}"


def quoted_matcher(label: str, operator: MatchOperator, value: str) -> str:
    """The same for any label, such as ``"error.type"!=""``, which 2.42 does not take yet.

    Raises:
        ValueError: label or value are no UTF-8.
    """
    return f"{quote_string(label)}{operator.value}{quote_string(value)}"


def selector(metric: str, matchers: Iterable[str] = ()) -> str:
    """A selector of a metric, such as ``up{job="api"}``.

    Raises:
        ValueError: the metric is no classic metric name.
    """
    if not _METRIC_NAME.fullmatch(metric):
        raise ValueError(f"{metric!r} is not a metric name that every release takes")
    braced = ",".join(matchers)
    return f"{metric}{{{braced}}}" if braced else metric
