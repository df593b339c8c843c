"""Work in several processes, which are copies of this one: what they are to do need not be sent to them.

They take numbers from one queue until it is empty, so that none is idle while another has much left. Each
tells what it has found, is told what follows from what all have found, and goes on with the numbers that it
took; when it has done with them, it helps the others with theirs.
Whatever ends one of them before, or this one, ends them all.
"""

from __future__ import annotations

import contextlib
import gc
import mmap
import os
import selectors
import signal
import struct
from collections.abc import Callable, Generator, Iterator
from typing import BinaryIO, Final, NoReturn, Protocol, TypeAlias

from msgspec import Struct, field


class Numbers(Protocol):
    """The numbers that a process gets."""

    def taken(self) -> Iterator[int]:
        """Those of which it finds something out: no other process takes them, too."""

    def left(self) -> Iterator[int]:
        """Those that it goes on with after the answer: its own, and then what others have not begun with."""


Work: TypeAlias = Callable[[Numbers], Generator[bytes, bytes, bytes]]
"""What a process does with the numbers that it gets: it yields what it has found of those taken, is sent one
answer, and returns what it comes to with those left."""

MOST_NUMBERS: Final = 4096
"""How many pieces work may be in: as many as a queue holds whose reader has not begun."""

_NUMBER: Final = struct.Struct("<I")
_LENGTH: Final = struct.Struct("<Q")
_FAILED: Final = 2**64 - 1
"""In the place of a length; what went wrong follows."""


class ProcessFailedError(Exception):
    """A process ended before its work was done, for the reason that the message gives."""


class Workers(Protocol):
    """Processes at work."""

    def found(self) -> list[bytes]:
        """What each has found.

        Raises:
            ProcessFailedError: one of them did not finish.
        """

    def results(self, answer: bytes) -> list[bytes]:
        """What each comes to, when it is told what follows from what all have found; not empty.

        Raises:
            ProcessFailedError: one of them did not finish.
        """


@contextlib.contextmanager
def in_processes(processes: int, numbers: int, work: Work) -> Iterator[Workers]:
    """Work on the numbers below ``numbers``, of which each process takes its share; one is this one itself.

    None of the processes is left behind the block.
    """
    if processes == 1:
        yield _Here(work(_All(numbers)))
        return
    shared = _shared(numbers)
    gc.freeze()  # a page that no collection writes to stays shared
    children: list[_Child] = []
    try:
        for _ in range(processes):
            children.append(_fork(work, _Queued(shared), children))
        yield _Children(children)
    finally:
        gc.unfreeze()
        shared.close()
        for child in children:
            child.end()


class _All(Struct, frozen=True):
    """The numbers of a process that is alone."""

    below: int

    def taken(self) -> Iterator[int]:
        return iter(range(self.below))

    def left(self) -> Iterator[int]:
        return iter(range(self.below))


class _Shared(Struct, frozen=True):
    """What all processes share of the numbers."""

    queue: int
    """The end to read of a pipe of what nobody has taken yet."""
    begun: mmap.mmap
    """A byte for each number, which is 1 when a process has begun to go on with it."""
    turn: tuple[int, int]
    """A pipe of one byte: who has read it, and not yet written it again, may look at ``begun``."""
    parent: int
    """The process that waits for what comes of the numbers."""

    def begins(self, number: int) -> bool:
        """Whether the one that asks is to go on with a number; nobody else is from then on."""
        reading, writing = self.turn
        os.read(reading, 1)
        try:
            if self.begun[number]:
                return False
            self.begun[number] = 1
            return True
        finally:
            os.write(writing, b".")

    def is_awaited(self) -> bool:
        """Whether anybody waits for this copy of the process."""
        return os.getppid() == self.parent

    def close(self) -> None:
        """Leave nothing open."""
        self.begun.close()
        for end in (self.queue, *self.turn):
            os.close(end)


class _Queued(Struct, frozen=True):
    """The numbers of one of several processes."""

    shared: _Shared
    own: list[int] = field(default_factory=list)

    def taken(self) -> Iterator[int]:
        while self.shared.is_awaited() and (taken := os.read(self.shared.queue, _NUMBER.size)):
            self.own.extend(_NUMBER.unpack(taken))
            yield self.own[-1]

    def left(self) -> Iterator[int]:
        # Of what others took, what they come to last is the first.
        for number in (*self.own, *reversed(range(len(self.shared.begun)))):
            if self.shared.begins(number) and self.shared.is_awaited():
                yield number


class _Here(Struct, frozen=True):
    """This process, as if it were one of several."""

    doing: Generator[bytes, bytes, bytes]

    def found(self) -> list[bytes]:
        return [next(self.doing)]

    def results(self, answer: bytes) -> list[bytes]:
        try:
            self.doing.send(answer)
        except StopIteration as done:
            return [done.value]
        raise ValueError("work that has more than one thing to find")


class _Children(Struct, frozen=True):
    """Copies of this process."""

    children: list[_Child]

    def found(self) -> list[bytes]:
        return self._told()

    def results(self, answer: bytes) -> list[bytes]:
        for child in self.children:
            child.hear(answer)
        return self._told()

    def _told(self) -> list[bytes]:
        """As soon as one has ended that is not done, nobody waits for the others, who may wait for it."""
        told: dict[int, bytes] = {}
        with selectors.DefaultSelector() as waiting:
            for child in self.children:
                waiting.register(child.telling, selectors.EVENT_READ, child)
            while waiting.get_map():
                for key, _ in waiting.select():
                    waiting.unregister(key.fileobj)
                    told[key.data.pid] = key.data.tells()
        return [told[child.pid] for child in self.children]


class _Child(Struct):
    """A process that works for this one."""

    pid: int
    telling: BinaryIO
    hearing: BinaryIO
    status: int | None = None
    """When it has ended."""

    def tells(self) -> bytes:
        """The next thing that it tells."""
        head = self.telling.read(_LENGTH.size)
        length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else _FAILED
        told = self.telling.read() if length == _FAILED else self.telling.read(length)
        if len(told) != length:
            raise ProcessFailedError(self._failure(told.decode(errors="replace") if head else ""))
        return told

    def hear(self, answer: bytes) -> None:
        """Tells it the one thing it waits for. One that ended meanwhile tells why when it is asked."""
        with contextlib.suppress(BrokenPipeError), self.hearing as pipe:
            pipe.write(answer)

    def end(self) -> None:
        """Makes sure that nothing is left of it."""
        with contextlib.suppress(BrokenPipeError):
            self.hearing.close()
        self.telling.close()
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def _failure(self, told: str) -> str:
        _, self.status = os.waitpid(self.pid, 0)
        code = os.waitstatus_to_exitcode(self.status)
        if code < 0:
            return f"a process was ended by {signal.Signals(-code).name}"
        last = told.strip().rpartition("\n")[2]
        return f"a process failed: {last or f'it exited with {code}'}"


def _shared(numbers: int) -> _Shared:
    if numbers > MOST_NUMBERS:
        raise ValueError(f"a queue holds {MOST_NUMBERS} numbers, not {numbers}")
    queue, writing = os.pipe()
    os.write(writing, b"".join(map(_NUMBER.pack, range(numbers))))
    os.close(writing)
    turn = os.pipe()
    os.write(turn[1], b".")
    return _Shared(queue, mmap.mmap(-1, numbers), turn, os.getpid())


def _fork(work: Work, numbers: Numbers, elder: list[_Child]) -> _Child:
    """A new process that does the work."""
    telling, to_tell = os.pipe()
    to_hear, hearing = os.pipe()
    pid = os.fork()
    if pid == 0:
        # Else it would keep open what tells it and the others that their parent is gone.
        for pipe in (telling, hearing, *(child.hearing.fileno() for child in elder)):
            os.close(pipe)
        _work(work, numbers, to_tell, to_hear)
    os.close(to_tell)
    os.close(to_hear)
    return _Child(pid, os.fdopen(telling, "rb"), os.fdopen(hearing, "wb"))


def _work(work: Work, numbers: Numbers, to_tell: int, to_hear: int) -> NoReturn:
    """All that a process does. It leaves by ``os._exit``: what is open and buffered is its parent's."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, for all: the parent ends this one
        doing = _Here(work(numbers))
        with open(to_tell, "wb", closefd=False) as pipe, open(to_hear, "rb") as heard:
            _tell(pipe, doing.found()[0])
            answer = heard.read()
            if answer:  # else nobody waits any more
                _tell(pipe, doing.results(answer)[0])
                code = 0
    except BaseException:  # noqa: BLE001  whatever it is, the parent tells of it
        with contextlib.suppress(BaseException):
            import traceback  # noqa: PLC0415  only of a process that fails

            told = traceback.format_exc(limit=-3).encode(errors="replace")[-4096:]
            os.write(to_tell, _LENGTH.pack(_FAILED) + told)
    finally:
        os._exit(code)


def _tell(pipe: BinaryIO, told: bytes) -> None:
    pipe.write(_LENGTH.pack(len(told)))
    pipe.write(told)
    pipe.flush()
