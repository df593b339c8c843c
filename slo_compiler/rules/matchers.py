"""Alertmanager's matchers: what they match, and how they are written so that each release reads the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias, assert_never

from msgspec import Struct

from slo_compiler.promql import regex
from slo_compiler.promql.release import PROMETHEUS_2_42

Labels: TypeAlias = Mapping[str, str | None]
"""The labels of an alert. None is a value known only at run time; a label left out is empty."""

Operator: TypeAlias = Literal["=", "!=", "=~", "!~"]

# Names in quotes are read by neither Alertmanager 0.25 nor the classic mode of later ones.
_LABEL_NAME: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")

# Alertmanager's regular expressions, from 0.25 to 0.33, are those of this Prometheus: the dot matches no
# newline, and 0.25 knows no (?<name>...).
_DIALECT: Final = PROMETHEUS_2_42

# The escapes that both of Alertmanager's parsers know: even \t is a backslash and a t to the classic one. All
# other characters stand for themselves (measured with the whole of Unicode, in each mode of 0.25 and 0.33).
_ESCAPES: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Matcher(Struct, frozen=True):
    """A condition on one label, written as ``label="value"``: one item of a list of matchers.

    Raises:
        ValueError: some Alertmanager would refuse it or misread it: the name is no classic label name, the
            value cannot be UTF-8, or it is to be a regular expression and is none.
    """

    name: str
    op: Operator
    value: str
    """A text, or for ``=~`` and ``!~`` a regular expression of RE2 for the whole value of the label."""

    def __post_init__(self) -> None:
        check_label_name(self.name)
        self.value.encode()  # a UnicodeEncodeError is a ValueError
        if self.op in ("=~", "!~"):
            problem = regex.regex_problem(self.value, _DIALECT)
            if problem is not None:
                raise ValueError(f"{self.value!r}: {problem}")

    def __str__(self) -> str:
        return f'{self.name}{self.op}"{self.value.translate(_ESCAPES)}"'

    def matches(self, labels: Labels) -> bool:
        """Whether an alert with these labels fulfils the condition.

        Raises:
            ValueError: that depends on a value known only at run time.
        """
        verdict = self.verdict(labels)
        if verdict is None:
            raise ValueError(f"{self} depends on a value known only at run time")
        return verdict

    def verdict(self, labels: Labels) -> bool | None:
        """The same; None where it depends on a value known only at run time."""
        value = labels.get(self.name, "")
        if value is None:
            return None
        match self.op:
            case "=":
                return value == self.value
            case "!=":
                return value != self.value
            case "=~":
                return regex.matches(self.value, value, _DIALECT)
            case "!~":
                return not regex.matches(self.value, value, _DIALECT)
            case _:
                assert_never(self.op)


def all_match(matchers: tuple[Matcher, ...], labels: Labels) -> bool:
    """Whether an alert with these labels fulfils all the conditions; it does if there are none.

    Raises:
        ValueError: that depends on a value known only at run time.
    """
    return all_could_match(matchers, labels) and all(matcher.matches(labels) for matcher in matchers)


def all_could_match(matchers: tuple[Matcher, ...], labels: Labels) -> bool:
    """Whether an alert with these labels could fulfil all the conditions, each taken by itself."""
    return all(matcher.verdict(labels) is not False for matcher in matchers)


class ToldApart:
    """What some matchers tell apart of the labels of thousands of alerts, which is little.

    What no matcher asks for, and what is equal to none of the values that are asked for, makes no difference.
    """

    def __init__(self, matchers: Iterable[Matcher]) -> None:
        asked: dict[str, set[str] | None] = {}
        for matcher in matchers:
            values = asked.setdefault(matcher.name, set())
            if matcher.op in ("=~", "!~"):
                asked[matcher.name] = None  # any value may make a difference
            elif values is not None:
                values.add(matcher.value)
        self._asked: Final = tuple(asked.items())

    def key(self, labels: Labels) -> tuple[object, ...]:
        """The same for all labels that fulfil the same of the conditions."""
        get = labels.get
        return tuple(
            [
                value if (value := get(name, "")) is None or asked is None or value in asked else ...
                for name, asked in self._asked
            ]
        )

    def key_of_all(self, alerts: Iterable[Labels]) -> tuple[object, ...]:
        """The same for all sequences in which each fulfils the same, and the same have equal values."""
        numbers: dict[str, int] = {}
        return tuple(
            [
                value
                if (value := labels.get(name, "")) is None or asked is None or value in asked
                else numbers.setdefault(value, len(numbers))
                for labels in alerts
                for name, asked in self._asked
            ]
        )


def check_label_name(name: str) -> None:
    """Make sure that every Alertmanager takes the name for that of a label.

    Raises:
        ValueError: some Alertmanager does not.
    """
    if not _LABEL_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a label name that every Alertmanager takes")
