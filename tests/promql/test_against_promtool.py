"""Expressions that nobody wrote, judged by the promtool of each release."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slo_compiler.promql.check import Expression, parse
from slo_compiler.promql.quote import quote_string
from slo_compiler.promql.release import RELEASES
from tests.oracles.document import yaml_text
from tests.oracles.prometheus import Prometheus
from tests.promql.corpus import recorded

pytestmark = pytest.mark.slow

MUTANTS = 4_000
PATTERNS = 3_000

# Rough tokens: a mutant must not be made of whole ones only.
TOKEN = re.compile(r"[A-Za-z_:]\w*|[0-9][\w.]*|\"[^\"]*\"|'[^']*'|`[^`]*`|[=!]~|[=!<>]=|\s+|.", re.DOTALL)

SPICES = (
    *("0x1F", "010", "08", "1_0", "1e5", "1e", ".5", "5.", "1.5h", "5m", "0s", "1h30m", "30m1h", "5ms"),
    *("300y", "9223372036854ms", "9223372036855ms", "1e308", "1e309", "+", "-", "Inf", "nan", "@"),
    *("@ start()", "@ -1", "offset", "offset -5m", "offset +5m", "offset 300", "offset 0s", "bool"),
    *("on(a)", "ignoring(a,)", "on()", "group_left", "group_right(a)", "by", "by (a)", 'by ("a.b")'),
    *("by (a:b)", "without(a,b,)", "sum", "SUM", "topk", "limitk", "count_values", "and", "or"),
    *("unless", "atan2", "start", "end", "[5m]", "[5m:]", "[300]", "[5m:1m]", "[1.5]", "[-5m]"),
    *("[+5m]", "[0s]", "# c\n", "#", "{", "}", "{}", '{a="b"}', '{a=~".*"}', '{"a"}', '{"a.b"="c"}'),
    *('{__name__="x"}', "{a=`x\\d`}", '{a="\\d"}', '{a="\\377"}', '{a="x",}', "{,}", "foo:bar", ":"),
    *("(", ")", ",", "=", "==", "=~", "!=", "!", "<", "%", "^", "*", "/", '"s"', "'s'", "`s`", '"\\n"'),
    *("é", "\0", "\ufffd", '"\ufffd"', "\ufeff", "\t", "\n", "\v", "rate", "time()", "hour()"),
    *("holt_winters", "histogram_avg", "$", "\\", '"', "'", "`", ";", "&", "|", "?", "\xa0", "\u2028"),
)
PIECES = (
    *("a", "b", "é", ".", "*", "+", "?", "|", "(", ")", "(?:", "(?i)", "(?s:", "(?-s)", "(?x)"),
    *("(?P<n>", "(?<n>", "(?P<é>", "(?=", "(?", "[", "]", "[^", "-", "[a-z]", "[z-a]", "[[:alpha:]]"),
    *("[[:foo:]]", "\\d", "\\b", "\\z", "\\A", "\\Z", "\\C", "\\Q", "\\E", "\\pL", "\\p{Greek}"),
    *("\\P{^Han}", "\\p{", "\\p{Foo}", "\\x41", "\\x{41}", "\\x{110000}", "\\x", "\\0", "\\012", "\\1"),
    *("\\8", "\\n", "\\e", "\\_", "\\", "{", "}", "{2}", "{2,}", "{3,2}", "{1000}", "{1001}"),
    *("{99999999999}", "{,3}", "{02}", "{2", "^", "$", "*?", "**", "\n", "(a|b)", "(a{30}){30}"),
    *("(a{40}){30}", "(|a)", "()", "[]a]", "[^]a]", "[\\]]", "[\\C]", "[\\d-z]", "[a-\\d]", "(?i-s:"),
    *("(?--i)", "(?)"),
)

# What promtool takes and we refuse on purpose; the reasons are in test_verdicts.
ON_PURPOSE = re.compile(
    r"""
      0[xX]_?[0-9a-fA-F]?_?[eE] | offset \s* [+-]\s*[+-] | offset \s* [+-]?\s* nan
    | \[ \s* [0-9]\w* \s+ [A-Za-z] | no\ UTF-8 | too\ large
    """,
    re.VERBOSE | re.IGNORECASE,
)


def mutants(chance: random.Random) -> Iterator[str]:
    """Recorded expressions with a few of their tokens exchanged, doubled, dropped or spiced."""
    sources = [TOKEN.findall(row.expr)[:60] for row in recorded()]
    while True:
        tokens = list(chance.choice(sources))
        for _ in range(chance.choice([1, 1, 2, 3])):
            place = chance.randrange(len(tokens) + 1)
            match chance.randrange(5):
                case 0 | 1:
                    tokens.insert(place, chance.choice(SPICES))
                case 2:
                    tokens[place : place + 1] = [chance.choice(chance.choice(sources))]
                case 3:
                    del tokens[place : place + 1]
                case _:
                    tokens += [" ", chance.choice(["and", "+", "^", "== bool", "* on(a)"]), " "]
                    tokens += chance.choice(sources)
        yield "".join(tokens)


def patterns(chance: random.Random) -> Iterator[str]:
    while True:
        pattern = "".join(chance.choice(PIECES) for _ in range(chance.randrange(1, 6)))
        yield f"{{a=~{quote_string(pattern)}}}"


def rejected(prometheus: Prometheus, expressions: list[str], folder: Path) -> set[str]:
    """The expressions that promtool rejects, all asked at once."""
    rules = [{"record": f"r{number}", "expr": expression} for number, expression in enumerate(expressions)]
    file = folder / "rules.yaml"
    file.write_text(yaml_text({"groups": [{"name": "g", "rules": rules}]}), encoding="utf-8")
    found = prometheus.promtool("check", "rules", "--lint=none", file)
    numbers = re.findall(r'rule \d+, "r(\d+)": ', found.stdout + found.stderr)
    assert numbers or found.returncode == 0, found
    return {expressions[int(number)] for number in numbers}


def refused(prometheus: Prometheus, expression: str) -> str:
    """Why we refuse the expression, empty if we do not."""
    (release,) = (known for known in RELEASES if str(known) == f"prometheus-{prometheus.release}")
    found = parse(expression, release)
    return "" if isinstance(found, Expression) else found[0].message


@pytest.mark.parametrize(
    ("source", "count"), [(mutants, MUTANTS), (patterns, PATTERNS)], ids=["mutants", "patterns"]
)
def test_we_take_what_promtool_takes(
    source: Callable[[random.Random], Iterator[str]], count: int, prometheus: Prometheus, tmp_path: Path
) -> None:
    generated = source(random.Random(20260101))
    expressions = sorted({next(generated) for _ in range(count)} - {""})
    expressions = [expression for expression in expressions if expression.strip()]
    by_promtool = rejected(prometheus, expressions, tmp_path)
    ours = {expression: refused(prometheus, expression) for expression in expressions}
    assert [text for text, reason in ours.items() if not reason and text in by_promtool] == []
    wrongly = {text: reason for text, reason in ours.items() if reason and text not in by_promtool}
    assert [found for found in wrongly.items() if not ON_PURPOSE.search("\n".join(found))] == []
    assert len(by_promtool) < len(expressions) * 0.95
