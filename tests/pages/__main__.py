"""``python -m tests.pages`` writes the pages of checks, guards and indicators, and removes those of none."""

from __future__ import annotations

import shutil

from tests.pages.pages import DOCS, FOLDERS, pages

if __name__ == "__main__":
    made = dict(pages())
    for folder in FOLDERS:
        shutil.rmtree(DOCS / folder, ignore_errors=True)
    for path, text in made.items():
        (DOCS / path).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / path).write_text(text, encoding="utf-8")
