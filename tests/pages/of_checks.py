"""The page of each check: when it reports, cases of it with what is printed of them, and what mends them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from slo_compiler.cli.checks_page import checks_page
from slo_compiler.emitters.check_help import check_help
from tests.faults import Case, bad_inputs, bad_specs, mended, under_its_name
from tests.pages.advice import advice
from tests.pages.writing import block, written

LONGEST: Final = 30
"""Lines of a file that are shown."""

_FAMILIES: Final = re.compile(r"`(\w+)/…`")
_LINK: Final = re.compile(r"\]\((?!https?:)")


@dataclass(frozen=True, slots=True)
class Example:
    """A case of a check, as Markdown blocks."""

    title: str
    files: tuple[tuple[str, str], ...]
    """Name and block of each."""
    told: str
    mend: str
    """The difference that makes it good; empty where it does not say how."""


def pages_of_checks() -> Iterator[tuple[str, str]]:
    """Path below ``docs/`` and text of each page."""
    page = checks_page()
    families, said = _families(page), advice()
    cases = [*bad_specs(), *bad_inputs()]
    for check, told in check_help(page).items():
        examples = [_example(case, check) for case in cases if _is_about(case, check)]
        yield (
            f"checks/{check}.md",
            written(
                "check",
                check=check,
                reported_when=_from_below(told.reported_when),
                family=_from_below(families[check.split("/")[0]]),
                advice=_from_below(said.get(check, "")),
                examples=examples,
            ),
        )


def _families(page: str) -> dict[str, str]:
    """What the index says of all checks of a family, before it lists them."""
    found = {}
    for heading, said in re.findall(r"^## ([^\n]+)\n\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL):
        intro = said.split("| check |")[0].strip()
        found.update(dict.fromkeys(_FAMILIES.findall(heading), intro))
    return found


def _from_below(text: str) -> str:
    """The text with its links as they lead from a page two folders below."""
    return _LINK.sub("](../../", text)


def _is_about(case: Case, check: str) -> bool:
    """A spec that is bad in one way tells of one check; a bad input bears the check's name."""
    if case.command[0] != "lint":
        return case.name == check.replace("/", "-")
    return case.checks == {check} and len(case.printed.splitlines()) == len(("told", "counted"))


def _example(case: Case, check: str) -> Example:
    # As Latin-1 every byte is one character, of whatever else the file is.
    named = {
        path.relative_to(case.folder).as_posix(): path.read_bytes().decode("latin-1") for path in case.files
    }
    files = {name: _readable(under_its_name(text, name)) for name, text in named.items()}
    good = {name: mended(text) for name, text in named.items()}
    changed = [
        _difference(files[name], f"# {name}\n{_readable(text)}")
        for name, text in good.items()
        if text is not None
    ]
    command = f"$ slo-compiler {' '.join(case.command)}"
    return Example(
        title=case.name.removesuffix(".yaml").replace("-", " "),
        files=tuple((name, block(_shown(text), _language(name))) for name, text in files.items()),
        told=block("\n".join([command, *case.told_by(check)]), "console"),
        mend=block("\n".join(changed), "diff") if any(changed) else "",
    )


def _readable(bytes_: str) -> str:
    return bytes_.encode("latin-1").decode("utf-8", errors="backslashreplace")


def _language(name: str) -> str:
    """Of a spec one that nobody takes for a good example."""
    return "yaml faulty" if name.endswith(".yaml") else "text"


def _shown(text: str) -> str:
    lines = text.splitlines()
    more = len(lines) - LONGEST
    return "\n".join([*lines[:LONGEST], f"... and {more} more lines"]) if more > 0 else text


def _difference(old: str, new: str) -> str:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=1, lineterm="")
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
