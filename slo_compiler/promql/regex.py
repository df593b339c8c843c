"""Checks the regular expressions of matchers: by RE2, held to what Go's dialect of it takes.

Words, dots and bars mean the same to every engine: a spec with no other pattern does not wait for RE2.
"""

from __future__ import annotations

import re
import string
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from slo_compiler.promql.literals import is_utf8
from slo_compiler.promql.release import (
    DOT_MATCHES_NEWLINE,
    NAMED_GROUPS_WITHOUT_P,
    PATTERNS_READ_ALONE,
    Release,
)

if TYPE_CHECKING:
    import re2

LARGEST_PROGRAM: Final = 2 << 20
"""Bytes that RE2 may take for a pattern: room for any list of words, and a tenth of a second at most."""


@lru_cache(maxsize=1024)
def regex_problem(pattern: str, release: Release) -> str | None:
    """Why the release would refuse the pattern, ``None`` where it would not."""
    if _is_plain(pattern):
        return None
    if not is_utf8(pattern):
        return "the regular expression is no UTF-8"
    beyond_go = _beyond_go(pattern, release)
    if beyond_go:
        return f"the regular expression is invalid: {beyond_go}"
    import re2  # noqa: PLC0415  most specs do without

    try:
        _compiled(pattern, release)
        if release < PATTERNS_READ_ALONE:
            _compiled(f"^(?:{pattern})$", release)
    except re2.error as error:
        return f"the regular expression is invalid: {error.args[0].decode()}"
    return None


@lru_cache(maxsize=4096)  # the inhibitions ask the same of each alert, whose surfaces and severities are few
def matches(pattern: str, value: str, release: Release) -> bool:
    """Whether a label value as a whole matches the pattern, which must have no problem."""
    return _compiled(pattern, release).fullmatch(value) is not None


_PLAIN: Final = frozenset(string.ascii_letters + string.digits + "_-/: .|")
_LONGEST_PLAIN: Final = 256


def _is_plain(pattern: str) -> bool:
    return len(pattern) <= _LONGEST_PLAIN and _PLAIN.issuperset(pattern)


# What RE2 takes and Go's regexp/syntax does not: \C for a byte, names of groups beyond ASCII, and repetitions
# too large for RE2 to see as such. Quoted text and character classes are skipped as a whole.
_CONSTRUCT: Final = r"""(?xs)
      \\Q (?: (?!\\E) . )*+
    | \\ (?P<escape> . )
    | \[ \^? \]? (?: \[:\w*+:\] | \\. | [^\]\\] )*+
    | \(\?(?P<p>P?)< (?P<name> [^>]*+ ) >
    | \{ (?P<repetition> [1-9][0-9]{8,}+ (?: ,[0-9]*+ )? | [0-9]++ , [1-9][0-9]{8,}+ ) \}
"""
_GROUP_NAME: Final = "[A-Za-z0-9_]+"

# The scripts of Unicode 14 to 17: which of them a Prometheus knows depends on the Go it was built with.
_SCRIPT: Final = r"\\[pP]\{\^?(\w++)\}"
_YOUNG_SCRIPTS: Final = frozenset(
    (
        *("Cypro_Minoan", "Old_Uyghur", "Tangsa", "Toto", "Vithkuqi", "Kawi", "Nag_Mundari"),
        *("Garay", "Gurung_Khema", "Kirat_Rai", "Ol_Onal", "Sunuwar", "Todhri", "Tulu_Tigalari"),
        *("Beria_Erfe", "Sidetic", "Tai_Yo", "Tolong_Siki"),
    )
)


def _beyond_go(pattern: str, release: Release) -> str | None:
    for construct in re.finditer(_CONSTRUCT, pattern):
        name = construct["name"]
        if construct["escape"] == "C":
            return r"invalid escape sequence: \C"
        if construct["repetition"]:
            return f"invalid repetition size: {construct[0]}"
        if name is not None and not re.fullmatch(_GROUP_NAME, name):
            return f"invalid named capture: {construct[0]}"
        if name is not None and not construct["p"] and release < NAMED_GROUPS_WITHOUT_P:
            return f"{construct[0]} needs {NAMED_GROUPS_WITHOUT_P} or later; write (?P<{name}>"
    for script in re.finditer(_SCRIPT, pattern):
        if script[1] in _YOUNG_SCRIPTS:
            return f"not every build of {release} knows {script[0]}"
    return None


@lru_cache(maxsize=256)  # at most half a gigabyte, and in practice nothing
def _compiled(pattern: str, release: Release) -> re2._Regexp | re.Pattern[str]:
    if _is_plain(pattern):
        return re.compile(pattern, re.DOTALL if release >= DOT_MATCHES_NEWLINE else re.NOFLAG)
    import re2  # noqa: PLC0415  as above

    options = re2.Options()
    options.log_errors = False
    options.max_mem = LARGEST_PROGRAM
    options.dot_nl = release >= DOT_MATCHES_NEWLINE
    return re2.compile(pattern, options)
