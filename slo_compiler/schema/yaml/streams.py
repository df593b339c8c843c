"""Several documents in one file, as other tools write them; a spec of ours is one document a file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Final

from slo_compiler.diagnostics import Diagnostic, Position, error, in_reading_order
from slo_compiler.schema.yaml.documents import read_document
from slo_compiler.schema.yaml.nodes import Node
from slo_compiler.schema.yaml.source_text import decode

MOST_LINES_READ: Final = 5_000_000
"""Each document is read behind as many empty lines as stand before it; hundreds of SLOs need less."""

# Three characters at the beginning of a line: no scalar can hold them there (YAML 1.2.2, section 9.1.2).
_MARKER: Final = re.compile(r"(?:---|\.\.\.)(?:[ \t]|$)")
_NOTHING: Final = re.compile(r"(?:---|\.\.\.)?[ \t]*(?:#.*)?")


def read_documents(path: str, content: bytes) -> tuple[Node, ...] | list[Diagnostic]:
    """All documents of a file that are not empty, or everything that is wrong with any, in reading order."""
    text = decode(path, content)
    if isinstance(text, list):
        return text
    roots: list[Node] = []
    found: list[Diagnostic] = []
    lines_read = 0
    for before, document in _parts(text):
        lines_read += before
        if lines_read > MOST_LINES_READ:
            message = "the file has more documents than are read at a time; split it"
            return [error(Position(path, before + 1), "yaml/documents", message)]
        root = read_document(path, ("\n" * before + document).encode())
        if isinstance(root, list):
            found += root
        else:
            roots.append(root)
    return in_reading_order(found) or tuple(roots)


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Each document that holds anything, with the number of lines before it."""
    lines = list(io.StringIO(text))
    begins = [0, *(number for number, line in enumerate(lines) if number and _MARKER.match(line))]
    for begin, end in zip(begins, [*begins[1:], len(lines)], strict=True):
        part = lines[begin:end]
        if not all(_NOTHING.fullmatch(line.rstrip("\n")) for line in part):
            yield begin, "".join(part).removeprefix("...")
