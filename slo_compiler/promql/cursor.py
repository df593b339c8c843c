"""A place in the tokens of an expression, from which the parser reads on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from slo_compiler.promql.lexer import Kind, Token
from slo_compiler.promql.problems import SyntaxFault
from slo_compiler.promql.release import Release

DEEPEST: Final = 100
"""Expressions within one another. A level is up to six Python frames, of the thousand that a program has."""

MOST_PATTERNS: Final = 50
"""Different regular expressions in an expression; each may keep RE2 busy for a tenth of a second."""


_COMMENT: Final = Kind.COMMENT


class Cursor:
    """The next token, and what the parser must know to judge it."""

    __slots__ = ("_depth", "_patterns", "_position", "_tokens", "keyword", "placeholders", "release", "token")

    def __init__(self, tokens: Sequence[Token], release: Release, *, placeholders: bool) -> None:
        self.release = release
        self.placeholders = placeholders
        self._tokens = [token for token in tokens if token.kind is not _COMMENT]
        self._position = 0
        self._depth = 0
        self._patterns: set[str] = set()
        self.token = self._tokens[0]
        self.keyword = self.token.text.lower()
        """The text of the next token in lower case: keywords are known in any."""

    @property
    def end(self) -> int:
        """The offset just after the token taken last."""
        return self._tokens[self._position - 1].end

    def at_end(self) -> bool:
        """Whether all tokens are taken."""
        return self.token.kind is Kind.END

    def following(self) -> str:
        """The text of the token after the next one, in lower case; empty at the end."""
        return self._tokens[min(self._position + 1, len(self._tokens) - 1)].text.lower()

    def take(self) -> Token:
        """The next token, and one step on. The ``END`` is never taken."""
        taken = self.token
        self._position += 1
        self.token = self._tokens[self._position]
        self.keyword = self.token.text.lower()
        return taken

    def accept(self, *keywords: str) -> Token | None:
        """The next token, taken, if it is one of these keywords or symbols."""
        return self.take() if self.keyword in keywords else None

    def expect(self, symbol: str, purpose: str) -> Token:
        """The next token, taken, which must be this symbol.

        Raises:
            SyntaxFault: it is another one.
        """
        if self.keyword != symbol:
            raise self.unexpected(f"{symbol} {purpose}")
        return self.take()

    def unexpected(self, expected: str) -> SyntaxFault:
        """The fault that the next token is, in the place of what was expected."""
        return SyntaxFault(self.token.start, f"expected {expected}, found {self.token}")

    def descend(self) -> None:
        """Note that an expression begins within another.

        Raises:
            SyntaxFault: there are too many around it.
        """
        self._depth += 1
        if self._depth > DEEPEST:
            raise SyntaxFault(self.token.start, f"the expression is nested more than {DEEPEST} levels deep")

    def ascend(self) -> None:
        """Note that it ends."""
        self._depth -= 1

    def note_pattern(self, pattern: str) -> None:
        """Note a regular expression just read.

        Raises:
            SyntaxFault: there are too many different ones.
        """
        self._patterns.add(pattern)
        if len(self._patterns) > MOST_PATTERNS:
            message = f"the expression has more than {MOST_PATTERNS} different regular expressions"
            raise SyntaxFault(self.token.start, message)
