"""Each fault and each false page of the demo, done to it by its page: after how long who is told of what.

Every one has a demo of its own, so that nothing that burnt before counts: a quarter of an hour in all.

    python -m bench.demo [NAME ...]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from slo_compiler.demo.faults import ALL, NOBODY, Fault
from tests.conftest import alertmanager_of, prometheus_of
from tests.demo.running import Demo, eventually, running
from tests.oracles.releases import ALERTMANAGER_0_33, PROMETHEUS_3_5

SILENT: Final = 90.0
"""Seconds for which a false page is watched: long enough for all that it leads to, or must not."""

SETTLED: Final = 10.0
"""Seconds from the first notification until the verdict is looked at: the first to fire is not all of it."""


def main(names: list[str]) -> None:
    """Print a line for each."""
    wrong = 0
    print(f"{'fault':28}{'told after':>11}  {'verdict':32}what is told, or held back and by what")
    for name in names:
        with (
            tempfile.TemporaryDirectory() as folder,
            running(prometheus_of(PROMETHEUS_3_5), alertmanager_of(ALERTMANAGER_0_33), Path(folder)) as demo,
        ):
            wrong += not _try(demo, name, ALL[name])
    print(f"{len(names) - wrong} of {len(names)} right")


def _try(demo: Demo, name: str, fault: Fault) -> bool:
    """Whether who has to be told is, and nobody else, and the surface and the cause are named."""
    if not eventually(lambda: _verdict(demo.state()) == (NOBODY, NOBODY)):
        sys.exit(f"the demo is not well to begin with: {demo.state()['seen']}")
    begin = time.time()
    demo.post("/inject", fault=name)
    if fault.guard:
        time.sleep(SILENT)
    elif eventually(lambda: demo.state()["told"] != [], 90):
        time.sleep(SETTLED)
    state = demo.state()
    told, verdict = state["told"], _verdict(state)
    after = f"{told[-1]['at'] - begin:.0f}s" if told else "nobody"
    held = [f"{each['title']} by {each['by']}" for each in state["seen"]["alerts"] if each["state"] == "held"]
    said = [f"{each['severity']} to {each['owner']}: {', '.join(each['firing'])}" for each in reversed(told)]
    right = verdict == (fault.surface, fault.cause) and bool(told) is not bool(fault.guard)
    words, mark = ", ".join(dict.fromkeys(verdict)), "" if right else "  WRONG"
    print(f"{name:28}{after:>11}  {words:32}{'; '.join(said or held)}{mark}", flush=True)
    return right


def _verdict(state: Mapping[str, Any]) -> tuple[str, str]:
    verdict = state["seen"].get("verdict", {"surface": "", "cause": ""})
    return verdict["surface"], verdict["cause"]


if __name__ == "__main__":
    main(sys.argv[1:] or [*ALL])
