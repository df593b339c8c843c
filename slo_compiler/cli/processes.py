"""Work in several processes, which are copies of this one: what they are to do need not be sent to them.

They take numbers from one queue until it is empty, so that none is idle while another has much left. What
each has to tell comes back in one piece. Whatever ends one of them before, or this one, ends them all.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import struct
import traceback
from collections.abc import Callable, Iterator
from typing import Final, NoReturn, TypeAlias

Work: TypeAlias = Callable[[Iterator[int]], bytes]
"""What a process does with the numbers that it takes, and what it has to tell in the end."""

MOST_NUMBERS: Final = 4096
"""How many pieces work may be in: as many as a queue holds whose reader has not begun."""

_NUMBER: Final = struct.Struct("<I")
_DONE: Final = b"\0done"


class ProcessFailedError(Exception):
    """A process ended before its work was done, for the reason that the message gives."""


def in_processes(processes: int, numbers: int, work: Work) -> list[bytes]:
    """What each process tells that took its share of the numbers below ``numbers``; one is this one itself.

    Raises:
        ProcessFailedError: one of them did not finish. None is left when it is raised, or anything else is.
    """
    if processes == 1:
        return [work(iter(range(numbers)))]
    queue = _filled_queue(numbers)
    gc.freeze()  # a page that no collection writes to stays shared
    children: dict[int, int] = {}
    try:
        for _ in range(processes):
            pid, told = _fork(work, queue)
            children[pid] = told
        return [_told(pid, children) for pid in tuple(children)]
    finally:
        gc.unfreeze()
        os.close(queue)
        for pid, told in children.items():  # where none failed, there are none
            os.kill(pid, signal.SIGKILL)
            os.close(told)
            os.waitpid(pid, 0)


def _filled_queue(numbers: int) -> int:
    """The end to read of a pipe that holds the numbers, which any process may take from."""
    if numbers > MOST_NUMBERS:
        raise ValueError(f"a queue holds {MOST_NUMBERS} numbers, not {numbers}")
    reading, writing = os.pipe()
    os.write(writing, b"".join(map(_NUMBER.pack, range(numbers))))
    os.close(writing)
    return reading


def _fork(work: Work, queue: int) -> tuple[int, int]:
    """The id of a new process that does the work, and where it tells of it."""
    reading, writing = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _work(work, queue, writing, parent)
    os.close(writing)
    return pid, reading


def _work(work: Work, queue: int, writing: int, parent: int) -> NoReturn:
    """All that a process does. It leaves by ``os._exit``: what is open and buffered is its parent's."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, for all: the parent ends this one
        told = work(_taken(queue, parent)) + _DONE
        with open(writing, "wb") as pipe:
            pipe.write(told)
        code = 0
    except BaseException:  # noqa: BLE001  whatever it is, the parent tells of it
        with contextlib.suppress(BaseException):
            os.write(writing, traceback.format_exc(limit=-3).encode(errors="replace")[-4096:])
    finally:
        os._exit(code)


def _taken(queue: int, parent: int) -> Iterator[int]:
    """The numbers that this process gets, as long as somebody waits for what it does with them."""
    while os.getppid() == parent and (taken := os.read(queue, _NUMBER.size)):
        yield _NUMBER.unpack(taken)[0]


def _told(pid: int, children: dict[int, int]) -> bytes:
    """What a process tells when it is done."""
    with open(children[pid], "rb", closefd=False) as pipe:
        told = pipe.read()
    _, status = os.waitpid(pid, 0)
    os.close(children.pop(pid))
    code = os.waitstatus_to_exitcode(status)
    if code == 0 and told.endswith(_DONE):
        return told.removesuffix(_DONE)
    if code < 0:
        raise ProcessFailedError(f"a process was ended by {signal.Signals(-code).name}")
    last = told.decode(errors="replace").strip().rpartition("\n")[2]
    raise ProcessFailedError(f"a process failed: {last or f'it exited with {code}'}")
