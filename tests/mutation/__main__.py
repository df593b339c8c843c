"""Breaks the burn-rate engine in every small way, and tells which breaks the tests do not notice.

``python -m tests.mutation [WORD]``: only mutants with WORD in their name. Fails where a survivor has no
explanation in survivors.txt, and where an explained one is killed.
"""

from __future__ import annotations

import os
import sys

from tests.mutation.explanations import ROOM, all_mutants, explanations
from tests.mutation.mutants import Mutant
from tests.mutation.trying import try_mutants

TESTS = ("tests/burnrate",)


def main(word: str = "") -> int:
    """Try the mutants and print what is left; the exit status."""
    chosen = [mutant for mutant in all_mutants() if word in mutant.name]
    alive: set[str] = set()

    def tell(mutant: Mutant, survived: bool) -> None:  # noqa: FBT001 - it is what is told
        if survived:
            alive.add(mutant.name)
            print(f"survived: {mutant.name}", flush=True)  # noqa: T201 as below

    if not try_mutants(chosen, TESTS, os.cpu_count() or 1, tell):
        print("the tests fail without any break: mend them first")  # noqa: T201 as below
        return 2
    explained = explanations().keys() & {mutant.name for mutant in chosen}
    report = [
        *(f"no test notices, and nothing explains: {name}" for name in sorted(alive - explained)),
        *(f"explained as one that survives, and is killed: {name}" for name in sorted(explained - alive)),
        f"{ROOM}: {len(chosen) - len(alive)} of {len(chosen)} mutants are killed",
    ]
    print(*report, sep="\n")  # noqa: T201 it is a report
    return int(alive != explained)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
