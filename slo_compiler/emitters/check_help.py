"""What ``docs/checks.md`` says of each check, for formats that show it beside a diagnostic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

_ROW: Final = re.compile(r"\| \[`([a-z]+/[a-z0-9-]+)`\]\((.+?)\) \| (.+) \|")
_LINK: Final = re.compile(r"\[(.+?)\]\(.+?\)")


class CheckHelp(Struct, frozen=True):
    """When a check reports, in Markdown, and its own page, which has a case of it and what mends it."""

    reported_when: str
    page: str
    """Its path in the project: ``docs/checks/yaml/tab.md``."""

    @property
    def text(self) -> str:
        """When it reports, without markup."""
        return _LINK.sub(r"\1", self.reported_when).replace("`", "").replace(r"\|", "|")


def check_help(page: str) -> Mapping[str, CheckHelp]:
    """The help of each check that the page has a row for, in the order of the page.

    Args:
        page: the text of ``docs/checks.md``.
    """
    rows = (_ROW.fullmatch(line) for line in page.splitlines())
    return {row[1]: CheckHelp(row[3], f"docs/{row[2]}") for row in rows if row}
