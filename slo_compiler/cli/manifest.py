"""Which files of an output folder are ours: the names a generated file may have, and the list of them."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

MANIFEST: Final = ".slo-compiler-manifest.json"

# What Windows keeps for itself: a repository with such a name cannot be checked out there.
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_WINDOWS_CHARACTERS: Final = frozenset('<>:"|?*\\')
_WINDOWS_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}
)
_LONGEST_PART: Final = 255  # bytes; of ext4, xfs, APFS and NTFS alike

_ENTRY: Final = r'  (".*"): "([0-9a-f]{64})",?'
_FRAME: Final = r"[{}]|\{\}|"
_CONFLICT_MARKER: Final = r"(<{7}|\|{7}|={7}|>{7})( .*)?"


def digest(data: bytes) -> str:
    """The SHA-256 of a file's bytes, in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def dump(digests: Mapping[str, str]) -> bytes:
    """The manifest of files with these digests: a JSON object by path, sorted, an entry a line."""
    return (json.dumps(dict(digests), ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def load(data: bytes) -> dict[str, str]:
    """The digest that each of our files had when it was written, by path.

    The manifest of an unfinished ``git merge`` is read too, as the files of both sides: they are all
    generated, so that writing them anew resolves the merge.

    Raises:
        ValueError: this is not a manifest, or it lists a path that we would never write.
    """
    entries = {}
    for line in data.decode().split("\n"):
        if entry := re.fullmatch(_ENTRY, line):
            entries[str(json.loads(entry[1]))] = entry[2]
        elif not re.fullmatch(_FRAME, line) and not re.fullmatch(_CONFLICT_MARKER, line):
            raise ValueError(f"it has the line {line[:80]!r}")
    for path in entries:
        if fault := path_fault(path):
            raise ValueError(f"it lists {path!r}, which {fault}")
    return entries


def path_fault(path: str) -> str | None:
    """Why no generated file may have this path, as the rest of a sentence; None if one may."""
    if path.startswith("/"):
        return "is not relative"
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in path):
        return "has a control character or half a surrogate pair"
    return next((fault for part in path.split("/") if (fault := _part_fault(part))), None)


def clashes(paths: Iterable[str]) -> list[str]:
    """The pairs that cannot exist side by side: two names for one place, or a file that is also a folder.

    Names that differ in case or in Unicode normalisation only are one place on macOS and Windows.
    """
    found = []
    first: dict[str, tuple[str, bool, str]] = {}
    for path in paths:
        for place in (*folders_above(path), path):
            is_file = place == path
            folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", place).casefold())
            if folded not in first:
                first[folded] = (place, is_file, path)
            elif is_file or first[folded][:2] != (place, is_file):
                found.append(f"{first[folded][2]} and {path}")
                break
    return found


def folders_above(path: str) -> list[str]:
    """The folders on the way to a path, from the top: ``a`` and ``a/b`` for ``a/b/c``."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _part_fault(part: str) -> str | None:
    if part in {"", ".", ".."}:
        return "has an empty part, '.' or '..'"
    if part.casefold() == ".git":
        return "is inside of .git"
    if len(part.encode()) > _LONGEST_PART:
        return "has a part of more than 255 bytes"
    device = part.partition(".")[0].rstrip().casefold()
    if _WINDOWS_CHARACTERS & set(part) or part[-1] in ". " or device in _WINDOWS_DEVICES:
        return "cannot exist on Windows"
    return None
