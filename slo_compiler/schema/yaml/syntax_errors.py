"""What a syntax error of YAML most likely means for the author, in place of the parser's own words."""

from __future__ import annotations

from typing import Final

import yaml
from yaml.error import Mark

from slo_compiler.diagnostics import Diagnostic, Position, error
from slo_compiler.schema.yaml.source_text import position_in

_ODD_LINE_OUT: Final = (
    "this does not continue what begins at line {begun}: either the line is indented differently from its "
    "neighbours, or text follows a closed quote or bracket"
)
_NEEDS_QUOTES: Final = "a text that begins with {character} needs quotes"

# The problems libyaml 0.2.5 (scanner.c, parser.c) finds, and what to say where it finds them.
_AT_THE_PROBLEM: Final = {
    "mapping values are not allowed in this context": (
        "a second key cannot stand here: either the line is indented differently from its neighbours, "
        'or a text with ": " in it needs quotes'
    ),
    "block sequence entries are not allowed in this context": (
        'a list begins on a line of its own; a text that begins with "- " needs quotes'
    ),
    "did not find expected key": _ODD_LINE_OUT,
    "did not find expected '-' indicator": _ODD_LINE_OUT,
    "did not find expected ',' or ']'": (
        "the list that begins with [ at line {begun} lacks a , or a ] before this; "
        "a text that begins with [ needs quotes"
    ),
    "did not find expected ',' or '}'": (
        "the mapping that begins with {{ at line {begun} lacks a , or a }} before this; "
        "a text that begins with {{ needs quotes"
    ),
    "did not find expected comment or line break": (
        "after | or > a text begins on the next line; a text that itself begins with | or > needs quotes"
    ),
    "did not find expected node content": f"a value is missing here; {_NEEDS_QUOTES}",
    "found character that cannot start any token": _NEEDS_QUOTES,
    "found invalid Unicode character escape code": "this escape is no character; write the character itself",
    "found unknown escape character": (
        "no such escape; in double quotes a backslash is written \\\\, in single quotes as it is"
    ),
}

# The same for what is better shown where it begins than where the parser gave up.
_AT_THE_BEGINNING: Final = {
    "could not find expected ':'": "this line is no key with a value, nor does it continue the line above",
    "found unexpected end of stream": "the quote that opens here is never closed",
    "found unexpected document indicator": "the quote that opens here is never closed",
    "did not find expected alphabetic or numeric character": _NEEDS_QUOTES,
    "found undefined tag handle": _NEEDS_QUOTES,
}


def syntax_error(path: str, text: str, found: yaml.MarkedYAMLError) -> Diagnostic:
    """The diagnostic for what PyYAML raised over this text."""
    problem = found.problem or "this is not YAML"
    mark = found.problem_mark or found.context_mark
    if mark is None:
        return error(Position(path), "yaml/syntax", problem)
    begun = found.context_mark or mark
    tab = _tab_in_indentation(text, mark)
    if tab is not None:
        message = "a tab indents this line, and how far is anyone's guess; indent with spaces"
        return error(Position(path, mark.line + 1, tab + 1), "yaml/tab", message)
    if problem in _AT_THE_BEGINNING:
        mark, template = begun, _AT_THE_BEGINNING[problem]
    else:
        template = _AT_THE_PROBLEM.get(problem, "{problem}")
    character = text[mark.index : mark.index + 1].strip() or "this"
    message = template.format(begun=begun.line + 1, character=character, problem=problem)
    # At the end of the file libyaml counts a line more than there is.
    offset = min(mark.index, len(text.rstrip()))
    return error(position_in(path, text, offset), "yaml/syntax", message)


def _tab_in_indentation(text: str, mark: Mark) -> int | None:
    """How many characters precede the first tab in the indentation of the line, if the mark stands there."""
    line_start = text.rfind("\n", 0, mark.index) + 1
    indentation = text[line_start : mark.index + 1]
    tab = indentation.find("\t")
    return tab if tab >= 0 and indentation.isspace() else None
