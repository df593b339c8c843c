"""The cache of oracles fills itself once, and mends itself whatever broke it. No network here."""

from __future__ import annotations

import gzip
import logging
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.oracles.cache import FetchError, cache_folder, fill, installed_version, missing
from tests.oracles.releases import TEMPLATES, Release

ROOT = Path(__file__).parent.parent
OLD = Release(
    "prometheus", "2.42", "bookworm", ("prometheus",), ("usr/bin/promtool",), (2, 42), (2, 43), ("data",)
)
NEW = Release("prometheus", "3.5", "sid", ("promtool",), ("usr/bin/promtool",), (3, 5), (4,), ("data",))
VERSIONS = {OLD: "2.42.0+ds", NEW: "3.9.1"}


def unpack(release: Release, workspace: Path, binary: str | None = None) -> None:
    """Make a release that looks like an unpacked one."""
    program = workspace / release.name / "usr/bin/promtool"
    program.parent.mkdir(parents=True)
    says = f"#!/bin/sh\necho 'promtool, version {VERSIONS[release]} (branch: debian)'\n"
    program.write_text(says if binary is None else binary, encoding="utf-8")
    program.chmod(0o755)
    (workspace / release.name / "data").write_text("templates", encoding="utf-8")


class Mirror:
    """Fetches by making up the packages, and keeps account; fails as often as told, half-way through."""

    def __init__(self, *, failures: int = 0, binary: str | None = None) -> None:
        self.fetched: list[str] = []
        self.failures = failures
        self.binary = binary

    def __call__(self, releases: Sequence[Release], workspace: Path) -> None:
        assert list(workspace.iterdir()) == []
        for release in releases:
            self.fetched.append(release.name)
            unpack(release, workspace, self.binary)
            if self.failures:
                self.failures -= 1
                raise FetchError("the mirror hung up")


def test_a_full_cache_fetches_nothing(tmp_path: Path) -> None:
    fill(tmp_path, [OLD, NEW], Mirror())
    mirror = Mirror()
    assert fill(tmp_path, [OLD, NEW], mirror) == []
    assert mirror.fetched == []


def test_an_empty_cache_is_filled(tmp_path: Path) -> None:
    assert missing(tmp_path / "new", [OLD, NEW]) == [OLD, NEW]
    assert fill(tmp_path / "new", [OLD, NEW], Mirror()) == []
    assert installed_version(tmp_path / "new", OLD) == "2.42.0+ds"
    assert installed_version(tmp_path / "new", NEW) == "3.9.1"


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:10])


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        ("usr/bin/promtool", truncate),
        ("usr/bin/promtool", Path.unlink),
        ("data", Path.unlink),
        ("stamp.json", Path.unlink),
        ("stamp.json", truncate),
        ("stamp.json", lambda path: path.write_text("[]", encoding="utf-8")),
        ("stamp.json", lambda path: path.write_text(path.read_text().replace('"layout": 1', '"layout": 0'))),
        (".", shutil.rmtree),
    ],
    ids=[
        "truncated binary",
        "no binary",
        "no data",
        "no stamp",
        "truncated stamp",
        "foreign stamp",
        "stamp of another layout",
        "no release",
    ],
)
def test_a_damaged_release_is_fetched_again(
    tmp_path: Path, file: str, damage: Callable[[Path], object]
) -> None:
    fill(tmp_path, [OLD, NEW], Mirror())
    damage(tmp_path / OLD.name / file)
    mirror = Mirror()
    assert missing(tmp_path, [OLD, NEW]) == [OLD]
    assert fill(tmp_path, [OLD, NEW], mirror) == []
    assert mirror.fetched == [OLD.name]
    assert missing(tmp_path, [OLD, NEW]) == []


def test_a_failed_fetch_is_tried_once_more(tmp_path: Path) -> None:
    mirror = Mirror(failures=1)
    assert fill(tmp_path, [OLD], mirror) == []
    assert mirror.fetched == [OLD.name, OLD.name]


def test_a_mirror_that_keeps_failing_is_named(tmp_path: Path) -> None:
    assert fill(tmp_path, [OLD], Mirror(failures=2)) == ["prometheus-2.42: the mirror hung up"]


def test_one_failing_suite_does_not_stop_the_others(tmp_path: Path) -> None:
    fill(tmp_path, [OLD, NEW], Mirror(failures=2))
    assert missing(tmp_path, [OLD, NEW]) == [OLD]


@pytest.mark.parametrize(
    ("binary", "failure"),
    [
        ("", "promtool does not run"),
        ("#!/bin/sh\necho hello\n", "promtool does not tell its version: 'hello"),
        ("#!/bin/sh\necho 'x, version 2.43.0'\n", "Debian bookworm has promtool 2.43.0, which is not 2.42"),
    ],
    ids=["truncated", "something else", "another version"],
)
def test_a_wrong_binary_is_not_taken(tmp_path: Path, binary: str, failure: str) -> None:
    (told,) = fill(tmp_path, [OLD], Mirror(binary=binary))
    assert failure in told
    assert missing(tmp_path, [OLD]) == [OLD]


@pytest.mark.parametrize(
    ("told", "failures"),
    [
        ("metrics (1.145.0+ds1-2) unstable; urgency=medium", []),
        ("metrics (1.9-1) unstable; urgency=low", ["Debian sid has metrics 1.9-1, not 1.145"]),
        ("nothing of the kind", ["does not tell its version: 'nothing of the kind'"]),
    ],
)
def test_the_version_of_a_binary_that_is_mute_is_its_package_s(
    tmp_path: Path, told: str, failures: list[str]
) -> None:
    mute = Release(
        "metrics", "1.145", "sid", ("metrics",), ("bin/alert",), (1, 145), (2,), changelog="doc/changelog.gz"
    )

    def unpack_mute(releases: Sequence[Release], workspace: Path) -> None:
        for release in releases:
            for file in release.files:
                (workspace / release.name / file).parent.mkdir(parents=True)
                (workspace / release.name / file).write_bytes(gzip.compress(told.encode()))

    found = fill(tmp_path, [mute], unpack_mute)
    assert [failure in said for said, failure in zip(found, failures, strict=True)] == [True] * len(failures)
    assert installed_version(tmp_path, mute) == (None if failures else "1.145.0+ds1-2")


def test_a_package_without_the_binary_is_named(tmp_path: Path) -> None:
    def nothing(releases: Sequence[Release], workspace: Path) -> None:
        pass

    assert fill(tmp_path, [OLD], nothing) == [
        "prometheus-2.42: the packages prometheus do not hold usr/bin/promtool"
    ]


def test_a_binary_finds_its_templates_below_its_working_directory(tmp_path: Path) -> None:
    (tmp_path / TEMPLATES).mkdir(parents=True)
    (tmp_path / TEMPLATES / "default.tmpl").write_text("the templates", encoding="utf-8")
    version = "echo 'promtool, version 2.42.0'\n"
    fill(tmp_path, [OLD], Mirror(binary=f"#!/bin/sh\n{version}cat /{TEMPLATES}/default.tmpl 2>&1 || true\n"))
    binary = tmp_path / OLD.name / "usr/bin/promtool"
    told = subprocess.run([binary], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert told == "promtool, version 2.42.0\nthe templates"


# Another process with the cache; the fetch says when it has begun, then does what the test says.
OTHER_PROCESS = """
import sys, time
from pathlib import Path
from tests.oracles.cache import fill
from tests.test_oracles_cache import OLD, unpack

def fetch(releases, workspace):
    unpack(OLD, workspace)
    print("fetching", flush=True)
    {then}

print(fill(Path(sys.argv[1]), [OLD], fetch))
"""


def other_process(cache: Path, then: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS.format(then=then), cache],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_what_a_killed_process_left_is_mended(tmp_path: Path) -> None:
    with other_process(tmp_path, then="time.sleep(600)") as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "fetching\n"
        killed.kill()
        assert killed.wait() == -signal.SIGKILL
    assert missing(tmp_path, [OLD]) == [OLD]
    assert fill(tmp_path, [OLD], Mirror()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", OLD.name]


def test_two_processes_fetch_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = Mirror()
    with other_process(tmp_path, then="sys.stdin.readline()") as first:
        assert first.stdin is not None
        assert first.stdout is not None
        assert first.stdout.readline() == "fetching\n"
        go_on = first.stdin.close
        monkeypatch.setattr(logging.getLogger("oracles"), "info", lambda *_: go_on())  # it says it waits
        assert fill(tmp_path, [OLD], mirror) == []
    assert mirror.fetched == []


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"HOME": "/home/sre"}, "/home/sre/.cache/slo-compiler/oracles"),
        ({"HOME": "/home/sre", "XDG_CACHE_HOME": "/var/cache/sre"}, "/var/cache/sre/slo-compiler/oracles"),
        ({"HOME": "/home/sre", "XDG_CACHE_HOME": "cache"}, "/home/sre/.cache/slo-compiler/oracles"),
    ],
    ids=["home", "XDG", "relative XDG is ignored"],
)
def test_where_the_cache_is(environment: dict[str, str], folder: str) -> None:
    assert cache_folder(environment) == Path(folder)
