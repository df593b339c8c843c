"""The cache of unpacked releases: filled once, checked on every use, mended where it is broken.

A release is a folder with a stamp that names its version and the size of each of its files. It is made
ready beside its place and renamed into it, so a half-made one is never seen; a lock keeps two processes
from making the same one.
"""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import json
import logging
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, TypeAlias

from tests.oracles.releases import TEMPLATES, Release

Fetch: TypeAlias = Callable[[Sequence[Release], Path], None]
"""Unpacks releases of one suite, each into the folder of its name in the given one, or raises FetchError."""

_LOG: Final = logging.getLogger("oracles")
_STAMP: Final = "stamp.json"
_WORKSPACE: Final = ".unpacking-"
_LAYOUT: Final = 1  # to be raised when what is kept of a package, or done to it, changes
_ATTEMPTS: Final = 2  # a mirror in the middle of an update is whole again the next time


class FetchError(Exception):
    """A release could not be fetched; the message says which one and why."""


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where the releases are kept: outside the checkout, so that a second clone fetches nothing."""
    base = Path(environment.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        base = Path(environment.get("HOME") or Path.home()) / ".cache"
    return base / "slo-compiler" / "oracles"


def installed_version(cache: Path, release: Release) -> str | None:
    """The exact version in the cache, None if the release is not there or not whole."""
    folder = cache / release.name
    try:
        stamp = json.loads((folder / _STAMP).read_text(encoding="utf-8"))
        whole = stamp == _stamp(release, folder, stamp["version"])
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return str(stamp["version"]) if whole else None


def missing(cache: Path, releases: Sequence[Release]) -> list[Release]:
    """The releases that are not in the cache, or not whole."""
    return [release for release in releases if installed_version(cache, release) is None]


def fill(cache: Path, releases: Sequence[Release], fetch: Fetch) -> list[str]:
    """Bring the missing releases into the cache.

    Args:
        cache: the folder of all releases; made if there is none.
        releases: what is wanted.
        fetch: is called once for each suite with something missing, and once more if that fails.

    Returns:
        What failed, in sentences; empty if all the releases are there now.

    Raises:
        OSError: the cache cannot be written.
    """
    if not missing(cache, releases):
        return []
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache):
        wanted = sorted(missing(cache, releases), key=lambda release: release.suite)
        suites = [list(group) for _, group in groupby(wanted, key=lambda release: release.suite)]
        failures = [_install(cache, suite, fetch) for suite in suites]
    return [failure for failure in failures if failure]


def _install(cache: Path, releases: Sequence[Release], fetch: Fetch) -> str | None:
    """Fetch releases of one suite; what failed, if it failed each time."""
    names = ", ".join(release.name for release in releases)
    failure = None
    for _ in range(_ATTEMPTS):
        if failure:
            _LOG.info("once more, because of %s", failure)
        _LOG.info("fetching %s from Debian %s", names, releases[0].suite)
        with _workspace(cache) as workspace:
            try:
                fetch(releases, workspace)
                for release in releases:
                    _adopt(cache, release, workspace / release.name)
            except FetchError as error:
                failure = f"{names}: {error}"
            else:
                return None
    return failure


def _adopt(cache: Path, release: Release, unpacked: Path) -> None:
    """Check an unpacked release, stamp it and put it in its place."""
    for file in release.files:
        if not (unpacked / file).is_file():
            raise FetchError(f"the packages {', '.join(release.packages)} do not hold {file}")
    if release.changelog is None:
        versions = {_reported_version(release, unpacked / binary) for binary in release.binaries}
    else:
        versions = {_packaged_version(release, unpacked / release.changelog)}
    if len(versions) != 1:
        raise FetchError(f"{release.name} is of two versions: {', '.join(sorted(versions))}")
    version = versions.pop()
    for binary in release.binaries:
        _relocate(unpacked / binary)
    stamp = _stamp(release, unpacked, version)
    (unpacked / _STAMP).write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    place = cache / release.name
    shutil.rmtree(place, ignore_errors=True)
    unpacked.rename(place)
    _LOG.info("%s is version %s in %s", release.name, version, place)


def _reported_version(release: Release, binary: Path) -> str:
    """The version that the binary says it has: a truncated one says nothing."""
    try:
        told = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise FetchError(f"{binary.name} does not run: {error}") from error
    found = re.search(r", version (\S+)", told.stdout + told.stderr)
    if told.returncode != 0 or found is None:
        raise FetchError(f"{binary.name} does not tell its version: {(told.stdout + told.stderr)[:200]!r}")
    if not release.accepts(found[1]):
        raise FetchError(f"Debian {release.suite} has {binary.name} {found[1]}, which is not {release.line}")
    return found[1]


def _packaged_version(release: Release, changelog: Path) -> str:
    """The version that a package's changelog begins with: ``victoria-metrics (1.145.0+ds1-2) unstable``."""
    with gzip.open(changelog, "rt", encoding="utf-8") as file:
        told = file.readline()
    found = re.search(r"\(([^)]+)\)", told)
    if found is None:
        raise FetchError(f"the changelog of {release.name} does not tell its version: {told[:200]!r}")
    if not release.accepts(found[1]):
        raise FetchError(f"Debian {release.suite} has {release.program} {found[1]}, not {release.line}")
    return found[1]


def _relocate(binary: Path) -> None:
    """Make a binary look for Debian's template folder below its working directory instead of below /.

    Both paths have the same length, so nothing in the binary moves. An overlay mount would do as well,
    but only where user namespaces or mounts are allowed, and in most containers they are not.
    """
    content = binary.read_bytes()
    absolute, relative = f"/{TEMPLATES}".encode(), TEMPLATES.replace("/", "//", 1).encode()
    if absolute in content:
        binary.write_bytes(content.replace(absolute, relative))


def _stamp(release: Release, folder: Path, version: str) -> dict[str, object]:
    """What the stamp of a whole release says."""
    sizes = {file: (folder / file).stat().st_size for file in release.files}
    return {"layout": _LAYOUT, "version": version, "sizes": sizes}


@contextlib.contextmanager
def _locked(cache: Path) -> Iterator[None]:
    """Hold the cache alone; the lock of a process that was killed is free again."""
    with (cache / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _LOG.info("waiting for another process that fills %s", cache)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _workspace(cache: Path) -> Iterator[Path]:
    """An empty folder beside the releases; those of killed processes go."""
    for left in cache.glob(f"{_WORKSPACE}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_WORKSPACE, dir=cache, ignore_cleanup_errors=True) as workspace:
        yield Path(workspace)
