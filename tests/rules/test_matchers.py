from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, Final, get_args

import pytest

from slo_compiler.rules.matchers import Labels, Matcher, Operator, all_could_match, all_match
from tests.oracles.alertmanager import Alertmanager
from tests.oracles.document import yaml_text
from tests.oracles.server import Server

OPERATORS: Final[tuple[Operator, ...]] = get_args(Operator)

# All of Unicode but the halves of characters, which UTF-8 cannot write, 8192 characters a value.
UNICODE: Final = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))
BLOCKS: Final = [UNICODE[start : start + 8192] for start in range(0, len(UNICODE), 8192)]

HOSTILE_WORDS: Final = r"""
\\ \n \t \\n a"b \" "\ \\" {} {a} a} ",x=" "} =~ != a=b x=~ 'a' `a` #a a,b
$a ${a} %s %{a} {{.a}} {{$labels.a}} null no 010 1e3 &a *a !a -
"""
HOSTILE: Final = [
    *UNICODE[:0x180],
    *HOSTILE_WORDS.split(),
    *(" a ", "a b", " #a", "- a", "a: b", "a\nb", "\n\n", "\r\n", "\ta\t", "a" * 5000),
    *("\N{SLIGHTLY SMILING FACE}", "e\N{COMBINING ACUTE ACCENT}", "\ufeffa", "\u2028", "\u202e", "\u200b"),
    *("\u3000", "\ufffd", "\uffff", "\ue000", "\U0001ffff", "\U0010ffff"),
]

PATTERN_WORDS: Final = r"""
a a|b ab . .* .+ a.b (?s)a.b (?s).* (?i)A (?i)k (?i)\x{17F} ^a$ \Aa\z a$|b a? [^a] (?m)^b$ (?m)a$
(?P<name>a) (a)(b) [[:alpha:]]+ \pL \w \d \s+ \Qa.b\E a\.b \x{1F642} é (?U)a+ a{2,3} \bab\b
a*? (|a) \n a\nb [a-c]{1,2}
"""
PATTERNS: Final = ["", *PATTERN_WORDS.split()]
VALUES: Final = [
    *(
        "",
        "a",
        "A",
        "b",
        "ab",
        "aa",
        "aaaa",
        "a.b",
        "axb",
        "a\nb",
        "a\n",
        "\n",
        " ",
        "\x0b",
        "1",
        "_",
        "s",
        "k",
    ),
    *("é", "\N{LATIN SMALL LETTER LONG S}", "\N{KELVIN SIGN}", "\N{ARABIC-INDIC DIGIT ONE}"),
    "\N{SLIGHTLY SMILING FACE}",
]


@pytest.mark.parametrize(
    ("op", "value", "labels", "expected"),
    [
        pytest.param("=", "a", {}, False, id="no label is not a"),
        pytest.param("=", "", {}, True, id="no label is empty"),
        pytest.param("=", "", {"x": ""}, True, id="an empty label is no label"),
        pytest.param("!=", "a", {}, True, id="no label differs from a"),
        pytest.param("!=", "", {}, False, id="no label does not differ from empty"),
        pytest.param("=~", ".+", {}, False, id="no label has no character"),
        pytest.param("=~", ".*", {}, True, id="no label may be anything"),
        pytest.param("!~", ".+", {}, True, id="no label is not something"),
        pytest.param("=", "a", {"x": "ab"}, False, id="equality is of the whole"),
        pytest.param("=", "a.", {"x": "ab"}, False, id="equality knows no regex"),
        pytest.param("=~", "a", {"x": "ab"}, False, id="a regex matches the whole"),
        pytest.param("=~", "a|ab", {"x": "ab"}, True, id="each alternative matches the whole"),
        pytest.param("=~", "a.b", {"x": "a\nb"}, False, id="the dot matches no newline"),
        pytest.param("!~", "a", {"x": "ab"}, True, id="a part is not the whole"),
        pytest.param("=", "a", {"y": "a"}, False, id="another label is not looked at"),
    ],
)
def test_matches(op: Operator, value: str, labels: Labels, expected: bool) -> None:  # noqa: FBT001 - a column
    assert Matcher("x", op, value).matches(labels) == expected


@pytest.mark.parametrize("op", OPERATORS)
def test_a_value_known_only_at_run_time_is_not_guessed(op: Operator) -> None:
    with pytest.raises(ValueError, match=f'^x{op}"a" depends on a value known only at run time$'):
        Matcher("x", op, "a").matches({"x": None})


@pytest.mark.parametrize("op", OPERATORS)
def test_a_value_known_only_at_run_time_could_match(op: Operator) -> None:
    assert all_could_match((Matcher("x", op, "a"),), {"x": None})


def test_a_known_value_that_does_not_match_could_not() -> None:
    assert not all_could_match((Matcher("x", "=", "a"),), {"x": "b"})


def test_no_matchers_match_everything() -> None:
    assert all_match((), {})


def test_one_of_two_is_not_all() -> None:
    assert not all_match((Matcher("x", "=", "a"), Matcher("y", "=", "a")), {"x": "a"})


def test_what_one_matcher_rules_out_does_not_depend_on_run_time() -> None:
    assert not all_match((Matcher("x", "=", "a"), Matcher("y", "=", "a")), {"x": None})


def test_all_could_match_where_nothing_rules_it_out() -> None:
    assert all_could_match((Matcher("x", "=", "a"), Matcher("y", "=", "b")), {"x": None, "y": "b"})


@pytest.mark.parametrize(
    ("matcher", "text"),
    [
        pytest.param(Matcher("x", "=", "a"), 'x="a"', id="plain"),
        pytest.param(Matcher("x", "!~", ""), 'x!~""', id="empty"),
        pytest.param(Matcher("x", "=~", r"a\.b"), r'x=~"a\\.b"', id="backslash"),
        pytest.param(Matcher("x", "=", 'a"\n\tb'), 'x="a\\"\\n\tb"', id="a tab stands for itself"),
    ],
)
def test_written(matcher: Matcher, text: str) -> None:
    assert str(matcher) == text


@pytest.mark.parametrize("name", ["", "0a", "a-b", "a.b", "é", "a:b", "a\n", "a b"])
def test_names_that_some_alertmanager_refuses(name: str) -> None:
    with pytest.raises(ValueError, match="is not a label name that every Alertmanager takes"):
        Matcher(name, "=", "a")


def test_half_a_character_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        Matcher("x", "=", "\ud83d")


@pytest.mark.parametrize("op", ["=~", "!~"])
@pytest.mark.parametrize("pattern", ["(a", "a)|(b", r"\Qa", r"\C", "a**", "(?=a)", "a{1001}", "(?<name>a)"])
def test_regular_expressions_that_some_alertmanager_refuses_or_misreads(op: Operator, pattern: str) -> None:
    with pytest.raises(ValueError, match="the regular expression is invalid"):
        Matcher("x", op, pattern)


def modes(alertmanager: Alertmanager) -> list[list[str]]:
    """The flags of each way in which the release can parse matchers."""
    if alertmanager.release == "0.25":
        return [[]]
    return [[], ["--enable-feature=classic-mode"], ["--enable-feature=utf8-strict-mode"]]


def warnings(said: str) -> list[str]:
    lines = (line for line in said.splitlines() if "level=WARN" in line or "level=warn" in line)
    return [line for line in lines if "mode enabled" not in line]


def one_route_for_each(matchers: list[Matcher], *, go_on: bool = False) -> dict[str, Any]:
    """A configuration in which the receiver ``3`` gets what the fourth matches, and ``none`` the rest."""
    routes = [
        {"receiver": str(index), "matchers": [str(matcher)], "continue": go_on}
        for index, matcher in enumerate(matchers)
    ]
    receivers = [{"name": "none"}, *({"name": str(index)} for index in range(len(matchers)))]
    return {"route": {"receiver": "none", "routes": routes}, "receivers": receivers}


def receivers_of_values(server: Server, values: list[str]) -> list[list[str]]:
    """The receivers that the server finds for alerts whose label x has each of the values."""
    alerts = [{"labels": {"n": str(index), "x": value}} for index, value in enumerate(values)]
    server.post("/api/v2/alerts", alerts)
    found = {
        int(alert["labels"]["n"]): [receiver["name"] for receiver in alert["receivers"]]
        for alert in server.get("/api/v2/alerts")
    }
    return [found[index] for index in range(len(values))]


@pytest.mark.slow
def test_any_value_is_written_so_that_every_parser_takes_it(
    alertmanager: Alertmanager, tmp_path: Path
) -> None:
    matchers = [Matcher("x", op, value) for op in ("=", "!=") for value in ["", *HOSTILE]]
    matchers += [Matcher("x", op, pattern) for op in ("=~", "!~") for pattern in PATTERNS]
    config = one_route_for_each(matchers)
    config["inhibit_rules"] = [
        {"source_matchers": [str(matcher)], "target_matchers": ['y="1"', str(matcher)], "equal": ["z"]}
        for matcher in matchers
    ]
    path = tmp_path / "alertmanager.yml"
    path.write_text(yaml_text(config), encoding="utf-8")
    for mode in modes(alertmanager):
        checked = alertmanager.amtool("check-config", *mode, path)
        assert (checked.returncode, warnings(checked.stdout + checked.stderr)) == (0, [])


def test_a_warning_would_be_seen(alertmanager_0_33: Alertmanager, tmp_path: Path) -> None:
    path = tmp_path / "alertmanager.yml"
    path.write_text("route: {receiver: a, routes: [{matchers: [x=a b]}]}\nreceivers: [{name: a}]\n")
    checked = alertmanager_0_33.amtool("check-config", path)
    assert len(warnings(checked.stdout + checked.stderr)) == 1


@pytest.mark.slow
def test_any_value_is_read_back_as_itself(alertmanager: Alertmanager, tmp_path: Path) -> None:
    values = list(dict.fromkeys([*HOSTILE, *BLOCKS]))
    config = one_route_for_each([Matcher("x", "=", value) for value in values])
    for number, mode in enumerate(modes(alertmanager)):
        with alertmanager.serve(tmp_path / str(number), config, flags=mode) as server:
            assert receivers_of_values(server, values) == [[str(index)] for index in range(len(values))]


@pytest.mark.slow
def test_matches_as_alertmanager_does(alertmanager: Alertmanager, tmp_path: Path) -> None:
    matchers = [Matcher("x", op, text) for op, text in itertools.product(OPERATORS, PATTERNS)]
    with alertmanager.serve(tmp_path, one_route_for_each(matchers, go_on=True)) as server:
        actual = receivers_of_values(server, VALUES)
    expected = [
        [str(index) for index, matcher in enumerate(matchers) if matcher.matches({"x": value})]
        for value in VALUES
    ]
    assert expected == actual


@pytest.mark.parametrize("pattern", ["(a", r"\Qa", r"\C", "a**", "(?=a)", "a{1001}", "(?<name>a)"])
def test_0_25_refuses_these_regular_expressions(
    alertmanager_0_25: Alertmanager, tmp_path: Path, pattern: str
) -> None:
    written = 'x=~"' + pattern.replace("\\", "\\\\") + '"'
    config = {"route": {"receiver": "a", "routes": [{"matchers": [written]}]}, "receivers": [{"name": "a"}]}
    path = tmp_path / "alertmanager.yml"
    path.write_text(yaml_text(config), encoding="utf-8")
    assert "error parsing regexp" in alertmanager_0_25.amtool("check-config", path).stdout
