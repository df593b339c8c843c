"""Makes each of the chosen breaks of what is made for models, and tells which its tests do not notice.

``python -m tests.mutation.signals [WORD]``: only breaks with WORD in their name.
"""

from __future__ import annotations

import os
import sys

from tests.mutation.signal_breaks import BREAKS, Break
from tests.mutation.trying import try_breaks


def main(word: str = "") -> int:
    """Try the breaks and print what is left; the exit status."""
    chosen = [each for each in BREAKS if word in each.name]
    unnoticed: list[str] = []

    def tell(each: Break, survived: bool) -> None:  # noqa: FBT001 - it is what is told
        if survived:
            unnoticed.append(each.name)
            print(f"no test notices: {each.name}", flush=True)  # noqa: T201 as below

    try_breaks(chosen, lambda each: each.tests, os.cpu_count() or 1, tell)
    print(f"signals: {len(chosen) - len(unnoticed)} of {len(chosen)} breaks are noticed")  # noqa: T201 a report
    return int(bool(unnoticed))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
