"""Values that a regular expression matches, for series that a selector is to select."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from slo_compiler.promql import regex
from slo_compiler.promql.release import Release

MOST_EXAMPLES: Final = 16
"""Of each part of a pattern; enough to find one that other matchers on the label take, too."""

DEEPEST: Final = 50
"""More parentheses than a human has ever nested, and fewer than Python's stack holds."""

_CHARACTERS: Final = "0xaA1-_./: @"
"""Tried in this order where a class leaves the choice."""

_TOKEN: Final = re.compile(
    r"""
      (?P<nothing> \(\?[a-zA-Z-]+\) | [\^$] | \\[AzbB] )
    | (?P<opening> \( (?: \? (?: P?<[^>]*> | [a-zA-Z-]*: ) )? )
    | (?P<closing> \) )
    | (?P<bar> \| )
    | (?P<repeat> (?: [*?] | \+ | \{ (?P<least>[0-9]+) (?: ,[0-9]* )? \} ) \?? )
    | (?P<character> \[ \^? \]? (?: \[:\^?\w+:\] | \\. | [^\]\\] )* \] | \\[pP]\{[^}]*\} | \\x\{[^}]*\}
        | \\x.. | \\[pP]. | \\. | . )
    """,
    re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=1024)  # of the few patterns that are in use, such as 5.., many SLOs ask the same
def examples(pattern: str, release: Release) -> tuple[str, ...]:
    """Some values that the pattern, which must have no problem, matches; none where none was found.

    They are made of the first of all choices, and each is held against the pattern itself: a construct that
    is not understood here costs an example, and never gives a wrong one.
    """
    if pattern.count("(") > DEEPEST:
        return ()
    parts = _Parts(_TOKEN.finditer(pattern), release)
    return tuple(value for value in parts.alternatives() if regex.matches(pattern, value, release))


class _Parts:
    """Reads the constructs of a pattern one after the other, each as the texts that it may stand for."""

    def __init__(self, tokens: Iterator[re.Match[str]], release: Release) -> None:
        self._tokens = tokens
        self._release = release

    def alternatives(self) -> list[str]:
        """What the pattern matches, up to its end or the closing parenthesis."""
        branches: list[list[str]] = []
        sequence: list[list[str]] = []
        for token in self._tokens:
            match token.lastgroup:
                case "bar":
                    branches.append(_joined(sequence))
                    sequence = []
                case "closing":
                    break
                case "repeat" | "least":
                    sequence[-1:] = [_repeated(texts, token) for texts in sequence[-1:]]
                case "opening":
                    sequence.append(self.alternatives())
                case "character":
                    sequence.append(list(self._characters(token[0])))
                case _:
                    sequence.append([""])
        branches.append(_joined(sequence))
        interleaved = itertools.chain.from_iterable(itertools.zip_longest(*branches))
        return list(dict.fromkeys(text for text in interleaved if text is not None))[:MOST_EXAMPLES]

    def _characters(self, construct: str) -> Iterator[str]:
        """Characters that the construct for one of them matches: those of a class are often written in it."""
        if regex.regex_problem(construct, self._release) is None:
            candidates = dict.fromkeys((*_CHARACTERS, *construct))
            matched = (each for each in candidates if regex.matches(construct, each, self._release))
            yield from itertools.islice(matched, 3)


def _joined(sequence: list[list[str]]) -> list[str]:
    combined = itertools.product(*sequence)
    return ["".join(texts) for texts in itertools.islice(combined, MOST_EXAMPLES)]


def _repeated(texts: list[str], token: re.Match[str]) -> list[str]:
    """As few times as the repetition takes, and where that is not at all, also once."""
    least = int(token["least"] or token[0].startswith("+"))
    if least == 0:
        return ["", *texts]
    return [text * least for text in texts]
