"""Running the tests against mutants, each in a fork of this process.

A break inside a function is put into the code of that function when all tests are collected already, which
makes it cheap. One in a constant may have been read while the modules were imported, and so has them imported
again. The tests that failed last are run first: they see most of what is broken nearby.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Final, Generic, NoReturn, Protocol, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.mutation.mutants import Mutant

CPU_SECONDS: Final = 60
"""A mutant that computes for longer than this runs forever: all tests take six, and their imports three.

Of CPU, so that a busy machine kills nobody.
"""

MEMORY: Final = 4 * 1024**3
"""A mutant that fills more than these bytes never ends either."""

PROFILE: Final = "mutation"
OPTIONS: Final = (
    *(
        "-p",
        "no:cacheprovider",
        "-p",
        "no:cloudcoil",
        "-p",
        "no:xdist",
        "-p",
        "no:cov",
        "-p",
        "no:terminal",
        "-s",
    ),
    *("-o", "addopts=", "-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
PASSED, FAILED = 0, 1


class Broken(Protocol):
    """A module that is to be imported broken."""

    @property
    def name(self) -> str: ...
    @property
    def module(self) -> str: ...
    @property
    def path(self) -> Path: ...
    def tree(self) -> ast.Module:
        """The broken module."""


Kind = TypeVar("Kind", bound=Broken)


def try_mutants(
    mutants: Sequence[Mutant], tests: Sequence[str], jobs: int, tell: Callable[[Mutant, bool], None]
) -> bool:
    """Tell of each mutant, as soon as it is tried, whether every test passed with it.

    Returns:
        Whether the tests pass on the code as it is; else nothing is tried, since nothing would follow.

    Raises:
        RuntimeError: a run ended in a way that says nothing of the mutant.
    """
    _register_profile()
    with tempfile.TemporaryDirectory() as folder:
        runs = _Runs(jobs, tell, Path(folder))
        trial = _Trial([mutant for mutant in mutants if mutant.in_function], runs)
        pytest.main([*OPTIONS, *tests], plugins=[trial])
        if trial.sound:
            rest = [mutant for mutant in mutants if not mutant.in_function]
            runs.of_each(rest, lambda mutant: _import_and_run(mutant, tests, runs))
    return trial.sound


def try_breaks(
    breaks: Sequence[Kind],
    tests_of: Callable[[Kind], Sequence[str]],
    jobs: int,
    tell: Callable[[Kind, bool], None],
) -> None:
    """Tell of each break, as soon as it is tried, whether all of its own tests passed with it.

    Raises:
        RuntimeError: a run ended in a way that says nothing of the break.
    """
    _register_profile()
    with tempfile.TemporaryDirectory() as folder:
        runs = _Runs(jobs, tell, Path(folder))
        runs.of_each(breaks, lambda each: _import_and_run(each, tests_of(each), runs))


def _register_profile() -> None:
    """Make conftest load the examples of every other run, without the search for the smallest that fails."""
    settings.register_profile(
        PROFILE,
        derandomize=True,
        deadline=None,
        max_examples=30,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    os.environ["HYPOTHESIS_PROFILE"] = PROFILE


class _Runs(Generic[Kind]):
    """Runs of the tests, some at a time, and which test failed in the latest of them."""

    def __init__(self, jobs: int, tell: Callable[[Kind, bool], None], folder: Path) -> None:
        self.jobs = jobs
        self.tell = tell
        self.folder = folder
        self.failed: list[str] = []
        """Tests by their ids, the latest to fail at the end."""

    def of_each(self, mutants: Sequence[Kind], work: Callable[[Kind], int]) -> None:
        running: dict[int, Kind] = {}
        waiting = list(reversed(mutants))
        while waiting or running:
            while waiting and len(running) < self.jobs:
                mutant = waiting.pop()
                running[_fork(lambda mutant=mutant: work(mutant))] = mutant  # type: ignore[misc]
            pid, status = os.wait()
            self._note(self.folder / str(pid))
            mutant = running.pop(pid)
            self.tell(mutant, _has_survived(mutant, status))

    def fail(self, test: str) -> NoReturn:
        """End the run that this process is, for a test has failed."""
        (self.folder / str(os.getpid())).write_text(test, encoding="utf-8")
        os._exit(FAILED)

    def in_order(self, items: Iterable[pytest.Item]) -> list[pytest.Item]:
        """The latest to fail first; then examples before properties, which take longer."""
        latest = {test: place for place, test in enumerate(self.failed)}
        return sorted(
            items, key=lambda item: (-latest.get(item.nodeid, -1), hasattr(_function(item), "hypothesis"))
        )

    def _note(self, note: Path) -> None:
        if note.exists():
            test = note.read_text(encoding="utf-8")
            note.unlink()
            self.failed = [*(each for each in self.failed if each != test), test]


def _function(item: pytest.Item) -> object:
    return getattr(item, "obj", None)


class _Run:
    """The tests in their order, until one of them fails."""

    def __init__(self, runs: _Runs[Any]) -> None:
        self.runs = runs

    @pytest.hookimpl
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = self.runs.in_order(items)

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.runs.fail(report.nodeid)


class _Trial(_Run):
    """Runs what was collected once as it is, and then once for each mutant."""

    def __init__(self, mutants: Sequence[Mutant], runs: _Runs[Mutant]) -> None:
        super().__init__(runs)
        self.mutants = mutants
        self.sound = False

    @pytest.hookimpl
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        _, status = os.waitpid(_fork(lambda: _run_collected(session.items)), 0)
        self.sound = status == PASSED
        if self.sound:
            self.runs.of_each(
                self.mutants, lambda mutant: _put_and_run(mutant, self.runs.in_order(session.items))
            )
        return True


def _fork(work: Callable[[], int]) -> int:
    """The process that does the work, silently and within limits."""
    sys.stdout.flush()
    pid = os.fork()
    return pid or _work(work)


def _work(work: Callable[[], int]) -> NoReturn:
    status = FAILED
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        status = work()
    finally:
        os._exit(status)


def _has_survived(mutant: Broken, status: int) -> bool:
    """A failure kills, and so does a module that cannot be imported, or a run that never ends."""
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGKILL}:
            return False
        raise RuntimeError(f"{mutant.name}: the run was ended by signal {os.WTERMSIG(status)}")
    return os.WEXITSTATUS(status) == PASSED


def _run_collected(items: Sequence[pytest.Item]) -> int:
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    return PASSED


def _put_and_run(mutant: Mutant, items: Sequence[pytest.Item]) -> int:
    """With the code of the one function that the mutant changes in the place of its own."""
    module = sys.modules[mutant.module]
    broken = ModuleType(mutant.module)
    broken.__file__ = module.__file__
    sys.modules[mutant.module] = broken  # where classes are said to be
    _execute(mutant, broken)
    sys.modules[mutant.module] = module
    originals = _functions(vars(module), mutant.module)
    for name, function in _functions(vars(broken), mutant.module).items():
        if originals[name].__code__ != function.__code__:
            originals[name].__code__ = function.__code__
        originals[name].__defaults__ = function.__defaults__
        originals[name].__kwdefaults__ = function.__kwdefaults__
    _forget()
    return _run_collected(items)


def _forget() -> None:
    """Forget what functions remember of the code as it was, from when the tests were collected."""
    for name in list(_of_this_project()):
        for each in vars(sys.modules[name]).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()


def _functions(names: Mapping[str, object], module: str) -> dict[str, FunctionType]:
    """The functions, methods and properties that a module defines, by their qualified names."""
    found: dict[str, FunctionType] = {}
    for each in names.values():
        value = inspect.unwrap(each.fget if isinstance(each, property) else each)  # type: ignore[arg-type]
        if inspect.isfunction(value) and value.__module__ == module:
            found[value.__qualname__] = value
        elif inspect.isclass(value) and value.__module__ == module:
            found |= _functions(vars(value), module)
    return found


def _execute(mutant: Broken, module: ModuleType) -> None:
    exec(compile(mutant.tree(), str(mutant.path), "exec"), module.__dict__)


class _Importer(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from the tree of a mutant instead of its file."""

    def __init__(self, mutant: Broken) -> None:
        self.mutant = mutant

    def find_spec(
        self, name: str, _path: object, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self.mutant.module:
            return None
        return importlib.util.spec_from_loader(name, self, origin=str(self.mutant.path))

    def exec_module(self, module: ModuleType) -> None:
        _execute(self.mutant, module)


def _import_and_run(mutant: Broken, tests: Sequence[str], runs: _Runs[Any]) -> int:
    """With everything of this project forgotten and imported again."""
    for name in list(_of_this_project()):
        del sys.modules[name]
    sys.meta_path.insert(0, _Importer(mutant))
    return PASSED if pytest.main([*OPTIONS, *tests], plugins=[_Run(runs)]) == pytest.ExitCode.OK else FAILED


def _of_this_project() -> Iterator[str]:
    for name in sys.modules:
        if name.split(".")[0] in {"slo_compiler", "tests"} and not name.startswith("tests.mutation"):
            yield name
