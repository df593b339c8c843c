"""What ``docs/checks.md`` says of each check, for formats that show it beside a diagnostic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_HEADING: Final = re.compile(r"## (.+)")
_ROW: Final = re.compile(r"\| (`[a-z]+/[a-z0-9-]+`(?:, `[a-z]+/[a-z0-9-]+`)*) \| (.+) \|")
_CHECK: Final = re.compile(r"`([a-z]+/[a-z0-9-]+)`")
_PUNCTUATION: Final = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class CheckHelp:
    """When a check reports, in Markdown, and where the page says so."""

    reported_when: str
    anchor: str
    """The heading on the page, as GitHub and its kin link to it: ``shape-spec``."""

    @property
    def text(self) -> str:
        """The same without markup."""
        return self.reported_when.replace("`", "").replace(r"\|", "|")


def check_help(page: str) -> Mapping[str, CheckHelp]:
    """The help of each check that the page has a row for, in the order of the page.

    Args:
        page: the text of ``docs/checks.md``.
    """
    found = {}
    anchor = ""
    for line in page.splitlines():
        if heading := _HEADING.fullmatch(line):
            anchor = _anchor(heading[1])
        elif row := _ROW.fullmatch(line):
            found.update(dict.fromkeys(_CHECK.findall(row[1]), CheckHelp(row[2], anchor)))
    return found


def _anchor(heading: str) -> str:
    return _PUNCTUATION.sub("", heading.lower()).replace(" ", "-")
