"""Expressions that an author wrote, prepared to stand within ours: the text survives to the letter."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

from slo_compiler.model.expression import Expression
from slo_compiler.promql.check import parse
from slo_compiler.promql.problems import Problem
from slo_compiler.promql.queries import metric_of
from slo_compiler.promql.quote import matcher, quote_regex
from slo_compiler.promql.release import release_named
from slo_compiler.promql.selectors import METRIC_NAME
from slo_compiler.promql.syntax import MatchOperator, VectorSelector
from slo_compiler.promql.template import Template, parse_template
from slo_compiler.quantities import format_decimal

# strconv.FormatFloat with format 'g' and the shortest precision, as client_golang and Prometheus use it.
LOWEST_PLAIN_EXPONENT: Final = -4
HIGHEST_PLAIN_EXPONENT: Final = 5


def authored(expression: Expression, target: str) -> str:
    """An authored expression without its comments. It has been checked for the target release."""
    return template(expression, target).embeddable


def template(expression: Expression, target: str) -> Template:
    """An authored expression with ``$window`` in it. It has been checked for the target release."""
    parsed = parse_template(expression.text, release_named(target))
    if not isinstance(parsed, Template):
        raise _unchecked(expression, parsed)
    return parsed


def histogram_part(histogram: Expression, suffix: str, matchers: tuple[str, ...], target: str) -> str:
    """One of the series of a classic histogram: its selector with a suffix to the name and more matchers."""
    text = authored(histogram, target)
    selector = _parsed(text, histogram, target)
    if selector.metric is None:
        return _named_within(selector, text, suffix, matchers)
    own = selector.matchers
    written = (text[own[0].start : own[-1].end],) if own else ()
    braced = ", ".join((*written, *matchers))
    return f"{selector.metric}{suffix}{{{braced}}}" if braced else f"{selector.metric}{suffix}"


def _named_within(selector: VectorSelector, text: str, suffix: str, matchers: tuple[str, ...]) -> str:
    """The same for a name that stands within the braces, as one with dots has to."""
    name = metric_of(selector)
    if name is None:
        raise ValueError(f"{text} was to be checked to name a metric")
    others = (text[each.start : each.end] for each in selector.matchers if each.label != METRIC_NAME)
    named = matcher(METRIC_NAME, MatchOperator.EQUAL, f"{name}{suffix}")
    return f"{{{', '.join((named, *others, *matchers))}}}"


def selector_of(expression: Expression, target: str) -> VectorSelector:
    """An authored selector, as a tree. It has been checked for the target release."""
    return _parsed(authored(expression, target), expression, target)


def _parsed(text: str, expression: Expression, target: str) -> VectorSelector:
    parsed = parse(text, release_named(target))
    if isinstance(parsed, list):
        raise _unchecked(expression, parsed)
    if not isinstance(parsed.tree, VectorSelector):
        raise TypeError(f"{text} was to be checked to be a selector")
    return parsed.tree


def bucket_matcher(bound: Fraction) -> str:
    """The matcher of a classic histogram's bucket, however its bound is spelt.

    Prometheus 3 writes every bound as a float; before, it stayed as the client had put it: ``1`` or ``1.0``.
    """
    spelt = spellings(bound)
    if len(spelt) == 1:
        return matcher("le", MatchOperator.EQUAL, spelt[0])
    return matcher("le", MatchOperator.REGEX, "|".join(map(quote_regex, spelt)))


def spellings(bound: Fraction) -> list[str]:
    """A bound as clients write it: plain, as a float, and with the exponent of Go's shortest form."""
    plain = format_decimal(bound, digits=17)
    spelt = [plain, f"{plain}.0"] if bound.denominator == 1 else [plain]
    number = Decimal(plain).normalize()
    exponent = number.adjusted()
    if exponent < LOWEST_PLAIN_EXPONENT or exponent > HIGHEST_PLAIN_EXPONENT:
        mantissa = number.scaleb(-exponent).normalize()
        spelt.append(f"{mantissa}e{exponent:+03d}")
    return spelt


def _unchecked(expression: Expression, problems: list[Problem]) -> ValueError:
    return ValueError(f"{expression.text} was to be checked before it is lowered: {problems[0].message}")
