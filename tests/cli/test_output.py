from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slo_compiler.cli import exchange, staging
from slo_compiler.cli.manifest import MANIFEST, folders_above
from slo_compiler.cli.output import Changes
from slo_compiler.cli.output_folder import OutputError
from slo_compiler.emitters.artifact import Artifact
from tests.writing import compare, write

RULES = Artifact("prometheus/checkout.rules.yaml", "groups: []\n")
ROUTES = Artifact("alertmanager.yaml", "route: {}\n")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "generated"


def texts(out: Path) -> dict[str, str]:
    """The files below a folder by path, the manifest aside."""
    paths = [path for path in out.rglob("*") if path.is_file() and path.name != MANIFEST]
    return {path.relative_to(out).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def identities(folder: Path) -> dict[str, tuple[int, int, int, int]]:
    """What a file keeps if nobody touches it: inode, mode, times and size."""
    paths = [folder, *folder.rglob("*")]
    statuses = {path.relative_to(folder).as_posix(): path.lstat() for path in paths}
    return {
        path: (status.st_ino, status.st_mode, status.st_mtime_ns, status.st_size)
        for path, status in statuses.items()
    }


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refusal(action: Callable[[], object]) -> str:
    with pytest.raises(OutputError) as caught:
        action()
    return str(caught.value)


class TestSilence:
    def test_a_second_run_touches_nothing(self, out: Path) -> None:
        write(out, [RULES, ROUTES])
        before = identities(out.parent)
        assert not write(out, [ROUTES, RULES])
        assert identities(out.parent) == before

    def test_comparing_touches_nothing(self, out: Path) -> None:
        write(out, [RULES])
        before = identities(out.parent)
        compare(out, [ROUTES])
        assert identities(out.parent) == before

    def test_a_changed_file_leaves_the_others_alone(self, out: Path) -> None:
        write(out, [RULES, ROUTES])
        before = identities(out)[ROUTES.path]
        write(out, [Artifact(RULES.path, "groups: [1]\n"), ROUTES])
        assert identities(out)[ROUTES.path] == before

    def test_what_others_put_there_stays_the_same(self, out: Path) -> None:
        write(out, [RULES])
        (out / "README.md").write_text("by hand")
        (out / "README.md").chmod(0o400)
        (out / "prometheus" / "own.rules.yaml").write_text("by hand")
        (out / "to nowhere").symlink_to("/nowhere/at/all")
        (out / "to rules").symlink_to("prometheus", target_is_directory=True)
        os.mkfifo(out / "pipe")
        (out / "notes" / "empty").mkdir(parents=True)
        (out / "notes").chmod(0o2750)
        os.utime(out / "notes", ns=(1, 1))
        inodes_of_folders = {".", "prometheus", "notes", "notes/empty", RULES.path, MANIFEST}
        before = {path: found for path, found in identities(out).items() if path not in inodes_of_folders}
        write(out, [ROUTES])
        after = identities(out)
        assert {path: after[path] for path in before} == before
        assert (mode(out / "notes"), (out / "notes").stat().st_mtime_ns) == (0o2750, 1)
        assert (out / "notes" / "empty").is_dir()
        assert (out / "to nowhere").readlink() == Path("/nowhere/at/all")

    def test_a_missing_manifest_of_identical_files_is_no_conflict(self, out: Path) -> None:
        write(out, [RULES])
        before = identities(out)[RULES.path]
        (out / MANIFEST).unlink()
        assert write(out, [RULES]) == Changes(created=(MANIFEST,), unchanged=(RULES.path,))
        assert identities(out)[RULES.path] == before


class TestTheSet:
    def test_files_are_written_byte_for_byte(self, out: Path) -> None:
        write(out, [Artifact("a", "π\n\r\n\n no newline at the end")])
        assert (out / "a").read_bytes() == "π\n\r\n\n no newline at the end".encode()

    def test_the_changes_are_told(self, out: Path) -> None:
        write(out, [RULES, ROUTES, Artifact("old/gone.yaml", "")])
        new = [RULES, Artifact(ROUTES.path, "route: {a: b}\n"), Artifact("new/here.yaml", "")]
        expected = Changes(
            created=("new/here.yaml",),
            changed=(MANIFEST, ROUTES.path),
            removed=("old/gone.yaml",),
            unchanged=(RULES.path,),
        )
        assert (compare(out, new), write(out, new)) == (expected, expected)

    def test_files_no_longer_generated_go_with_their_folders(self, out: Path) -> None:
        write(out, [RULES, Artifact("a/b/c.yaml", ""), Artifact("a/d/e.yaml", "")])
        (out / "a" / "d" / "not ours").touch()
        write(out, [RULES])
        assert sorted(path.relative_to(out).as_posix() for path in (out / "a").rglob("*")) == [
            "a/d",
            "a/d/not ours",
        ]

    def test_a_file_may_become_a_folder_and_a_folder_a_file(self, out: Path) -> None:
        write(out, [Artifact("a", "1"), Artifact("b/c", "2")])
        write(out, [Artifact("a/c", "3"), Artifact("b", "4")])
        assert texts(out) == {"a/c": "3", "b": "4"}

    def test_an_edited_file_is_overwritten_and_named(self, out: Path) -> None:
        write(out, [RULES, ROUTES])
        (out / RULES.path).write_text("by hand")
        assert write(out, [RULES, ROUTES]).edited == (RULES.path,)
        assert (out / RULES.path).read_text() == RULES.text

    def test_a_generated_file_that_somebody_deleted_comes_back(self, out: Path) -> None:
        write(out, [RULES, ROUTES])
        (out / ROUTES.path).unlink()
        assert write(out, [RULES, ROUTES]).created == (ROUTES.path,)
        assert texts(out) == {RULES.path: RULES.text, ROUTES.path: ROUTES.text}

    def test_the_manifest_depends_on_the_set_alone(self, tmp_path: Path) -> None:
        one, other = tmp_path / "one", tmp_path / "elsewhere" / "other"
        write(one, [RULES, ROUTES])
        write(other, [RULES])
        write(other, [ROUTES, RULES])
        assert (one / MANIFEST).read_bytes() == (other / MANIFEST).read_bytes()
        assert list(json.loads((one / MANIFEST).read_text())) == sorted([ROUTES.path, RULES.path])

    def test_writing_resolves_a_merge(self, out: Path) -> None:
        """Both sides of a merge added a file and removed the same one; git left the manifest in conflict."""
        write(out, [Artifact("a", "ours"), Artifact("b", "theirs"), Artifact("stale", "")])
        lines = (out / MANIFEST).read_text().splitlines()
        conflict = ["<<<<<<< HEAD", lines[1], "=======", lines[2], ">>>>>>> branch"]
        (out / MANIFEST).write_text("\n".join([lines[0], *conflict, *lines[3:], ""]))
        (out / "a").write_text("<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> branch\n")
        write(out, [Artifact("a", "merged"), Artifact("b", "theirs")])
        assert texts(out) == {"a": "merged", "b": "theirs"}


PATHS = st.sampled_from(["a", "b", "a/a", "a/b", "b/a/a", "b/a/b"])


@st.composite
def path_sets(draw: st.DrawFn) -> dict[str, str]:
    """Files with short texts, none of which is also a folder."""
    files = draw(st.dictionaries(PATHS, st.sampled_from("xyz"), max_size=4))
    folders = {above for path in files for above in folders_above(path)}
    return {path: text for path, text in files.items() if path not in folders}


@settings(max_examples=60, deadline=None)
@given(first=path_sets(), second=path_sets(), foreign=path_sets())
def test_the_folder_holds_the_set_and_what_others_put_there(
    first: dict[str, str], second: dict[str, str], foreign: dict[str, str]
) -> None:
    with tempfile.TemporaryDirectory() as parent:
        out = Path(parent, "generated")
        write(out, [Artifact(path, text) for path, text in first.items()])
        theirs = {}
        for path, text in foreign.items():
            place = out / path
            if not place.exists() and all(above.is_dir() or not above.exists() for above in place.parents):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text)
                theirs[path] = text
        before = texts(out)
        artifacts = [Artifact(path, text) for path, text in second.items()]
        if compare(out, artifacts).conflicts:
            refusal(lambda: write(out, artifacts))
            assert texts(out) == before
        else:
            write(out, artifacts)
            assert texts(out) == theirs | second
            assert not compare(out, artifacts)
        assert names(Path(parent)) == ["generated"]


def file_of_others(out: Path) -> None:
    (out / "prometheus").mkdir()
    (out / RULES.path).write_text("by hand")


def folder_at_the_path(out: Path) -> None:
    (out / RULES.path / "notes").mkdir(parents=True)


def file_on_the_way(out: Path) -> None:
    (out / "prometheus").write_text("by hand")


def link_on_the_way(out: Path) -> None:
    (out.parent / "elsewhere").mkdir()
    (out / "prometheus").symlink_to(out.parent / "elsewhere")


def link_at_the_path(out: Path) -> None:
    (out / "prometheus").mkdir()
    (out.parent / "elsewhere").write_text(RULES.text)
    (out / RULES.path).symlink_to(out.parent / "elsewhere")


def pipe_at_the_path(out: Path) -> None:
    (out / "prometheus").mkdir()
    os.mkfifo(out / RULES.path)


@pytest.mark.parametrize(
    ("obstruct", "conflict"),
    [
        (file_of_others, f"{RULES.path} is a file that slo-compiler did not write"),
        (folder_at_the_path, f"{RULES.path} is a folder"),
        (file_on_the_way, "prometheus is a file that slo-compiler did not write"),
        (link_on_the_way, "prometheus is a symbolic link"),
        (link_at_the_path, f"{RULES.path} is a symbolic link"),
        (pipe_at_the_path, f"{RULES.path} is no ordinary file"),
    ],
)
class TestConflicts:
    def test_it_is_told(self, out: Path, obstruct: Callable[[Path], None], conflict: str) -> None:
        out.mkdir()
        obstruct(out)
        expected = Changes(created=(MANIFEST, ROUTES.path), conflicts=(conflict,))
        assert compare(out, [RULES, ROUTES]) == expected

    def test_nothing_is_written(self, out: Path, obstruct: Callable[[Path], None], conflict: str) -> None:
        out.mkdir()
        obstruct(out)
        before = identities(out)
        assert refusal(lambda: write(out, [RULES, ROUTES])) == (
            f"nothing was written to {out}: move or remove what is in the way and not ours:\n  {conflict}"
        )
        assert identities(out) == before


def test_all_conflicts_are_told_at_once(out: Path) -> None:
    out.mkdir()
    for name in "ab":
        (out / name).write_text("by hand")
    message = refusal(lambda: write(out, [Artifact("a", ""), Artifact("b", "")]))
    assert [line.split()[0] for line in message.splitlines()[1:]] == ["a", "b"]


def test_a_generated_file_that_became_a_link_is_no_longer_ours(out: Path) -> None:
    write(out, [RULES, ROUTES])
    (out / ROUTES.path).unlink()
    (out / ROUTES.path).symlink_to(out.parent / "elsewhere")
    write(out, [RULES])
    assert (out / ROUTES.path).is_symlink()


class TestTheFolder:
    def test_a_link_to_it_is_followed(self, tmp_path: Path, out: Path) -> None:
        (tmp_path / "real").mkdir()
        out.symlink_to("real")
        write(out, [RULES])
        assert out.readlink() == Path("real")
        assert texts(tmp_path / "real") == {RULES.path: RULES.text}

    def test_missing_folders_above_are_made(self, tmp_path: Path) -> None:
        write(tmp_path / "a" / "b" / "c", [RULES])
        assert texts(tmp_path / "a" / "b" / "c") == {RULES.path: RULES.text}

    def test_folders_made_above_go_again_on_failure(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fail(monkeypatch, os, "fsync", errno.ENOSPC)
        refusal(lambda: write(tmp_path / "a" / "b" / "c", [RULES]))
        assert list(tmp_path.iterdir()) == []

    def test_it_must_not_hold_a_repository(self, out: Path) -> None:
        (out / ".git").mkdir(parents=True)
        assert f"{out} is a git repository; choose a folder" in refusal(lambda: write(out, [RULES]))

    def test_it_must_not_be_in_a_repository_of_git(self, tmp_path: Path) -> None:
        assert "is a git repository" in refusal(lambda: write(tmp_path / ".git" / "hooks", [RULES]))

    def test_it_must_not_be_a_file(self, out: Path) -> None:
        out.touch()
        assert f"{out} is not a folder" in refusal(lambda: write(out, [RULES]))

    @pytest.mark.parametrize("below", [".", "inside"])
    def test_it_must_not_hold_the_current_folder(
        self, out: Path, below: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (out / below).mkdir(parents=True)
        monkeypatch.chdir(out / below)
        assert "is the current folder, or holds it" in refusal(lambda: write(out, [RULES]))

    @pytest.mark.parametrize("below", [".", "somebody"])
    def test_it_must_not_hold_the_home_folder(
        self, out: Path, below: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(out / below))
        assert "is the home folder, or holds it" in refusal(lambda: write(out, [RULES]))

    def test_it_must_not_be_the_root(self) -> None:
        assert "choose a folder for the generated files alone" in refusal(lambda: write(Path("/"), [RULES]))

    @pytest.mark.skipif(not Path("/dev/pts").is_mount(), reason="the test needs to know of a mount point")
    def test_no_mount_point_must_be_inside(self) -> None:
        with pytest.raises(OSError, match="cross-device"):
            staging.look(Path("/dev"))

    @pytest.mark.skipif(not Path("/proc").is_mount(), reason="the test needs to know of a mount point")
    def test_it_must_not_be_a_mount_point(self) -> None:
        assert "/proc is a mount point" in refusal(lambda: compare(Path("/proc"), [RULES]))


class TestModes:
    @pytest.fixture(autouse=True)
    def umask(self) -> Iterator[None]:
        before = os.umask(0o027)
        yield
        os.umask(before)

    def test_new_files_and_folders_follow_the_umask(self, out: Path) -> None:
        write(out, [RULES])
        assert (mode(out), mode(out / "prometheus"), mode(out / RULES.path)) == (0o750, 0o750, 0o640)

    def test_rewritten_files_and_folders_keep_theirs(self, out: Path) -> None:
        write(out, [RULES])
        (out / RULES.path).chmod(0o604)
        (out / "prometheus").chmod(0o705)
        out.chmod(0o2771)
        write(out, [Artifact(RULES.path, "groups: [1]\n")])
        assert (mode(out), mode(out / "prometheus"), mode(out / RULES.path)) == (0o2771, 0o705, 0o604)

    def test_a_read_only_folder_is_carried_over(self, out: Path) -> None:
        write(out, [RULES])
        (out / "fixed").mkdir()
        (out / "fixed" / "file").touch()
        (out / "fixed").chmod(0o555)
        write(out, [ROUTES])
        assert (mode(out / "fixed"), (out / "fixed" / "file").exists()) == (0o555, True)
        assert names(out.parent) == ["generated"]

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
    def test_rewritten_files_and_folders_keep_their_owner(self, out: Path) -> None:
        write(out, [RULES])
        for path in (out, out / "prometheus", out / RULES.path):
            os.chown(path, 1, 2)
        write(out, [Artifact(RULES.path, "groups: [1]\n")])
        owners = [
            (path.stat().st_uid, path.stat().st_gid) for path in (out, out / "prometheus", out / RULES.path)
        ]
        assert owners == [(1, 2)] * 3

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders away")
    def test_a_new_file_takes_the_group_of_a_folder_that_hands_it_on(self, out: Path) -> None:
        write(out, [RULES])
        os.chown(out, -1, 2)
        out.chmod(0o2775)
        write(out, [RULES, ROUTES])
        assert (out / ROUTES.path).stat().st_gid == 2

    def test_a_folder_whose_files_are_all_replaced_keeps_its_mode(self, out: Path) -> None:
        write(out, [RULES])
        (out / "prometheus").chmod(0o705)
        write(out, [Artifact("prometheus/cart.rules.yaml", "")])
        assert mode(out / "prometheus") == 0o705

    def test_what_changes_gets_a_new_time(self, out: Path) -> None:
        write(out, [RULES])
        for path in (out / RULES.path, out / "prometheus"):
            os.utime(path, ns=(1, 1))
        write(out, [Artifact(RULES.path, "groups: [1]\n")])
        assert 1 not in {path.stat().st_mtime_ns for path in (out / RULES.path, out / "prometheus")}


def test_all_that_is_new_is_on_the_disk_before_the_exchange(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(out, [ROUTES])
    done = []
    monkeypatch.setattr(staging, "synchronise", lambda path: done.append(path.name))
    monkeypatch.setattr(exchange, "exchange", lambda *_: done.append("exchange"))
    write(out, [ROUTES, Artifact("a/b/c", "")])
    assert done == [MANIFEST, "c", "b", "a", "new", "exchange"]


def test_of_many_files_all_are_on_the_disk_before_the_exchange(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []
    monkeypatch.setattr(staging, "synchronise", lambda path: done.append(path.name))
    monkeypatch.setattr(exchange, "exchange", lambda *_: done.append("exchange"))
    files = [f"{number:03}" for number in range(staging.FEW)]
    write(out, [Artifact(f"a/{name}", name) for name in files])
    assert sorted(done[: len(files) + 1]) == sorted([MANIFEST, *files])
    assert done[len(files) + 1 :] == ["a", "new"]


def test_one_of_many_files_that_does_not_get_onto_the_disk_is_told(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def full(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().name == "099":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    files = [Artifact(f"a/{number:03}", "") for number in range(staging.FEW)]
    assert "No space left on device" in refusal(lambda: write(out, files))
    assert names(out.parent) == []


def fail(monkeypatch: pytest.MonkeyPatch, module: object, name: str, code: int) -> None:
    """Lets a call of the operating system fail."""

    def failing(*_: object, **__: object) -> NoReturn:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(module, name, failing)


class TestFailures:
    @pytest.mark.parametrize(
        ("call", "code", "reason"),
        [
            ((os, "fsync"), errno.ENOSPC, "No space left on device"),
            ((os, "link"), errno.EPERM, "not permitted: it is somebody else's"),
            ((os, "scandir"), errno.EACCES, "Permission denied"),
            ((exchange, "exchange"), errno.EBUSY, "it is a mount point and cannot be replaced"),
            ((exchange, "exchange"), errno.EXDEV, "it spans filesystems"),
        ],
        ids=["disk full", "no hard links", "not readable", "mount point", "overlay"],
    )
    def test_nothing_is_written(
        self, out: Path, monkeypatch: pytest.MonkeyPatch, call: tuple[object, str], code: int, reason: str
    ) -> None:
        write(out, [RULES, ROUTES])
        before = identities(out)
        with monkeypatch.context() as patch:
            fail(patch, *call, code)
            message = refusal(lambda: write(out, [RULES, Artifact("new", "")]))
        assert message.startswith(f"nothing was written to {out}: {reason}")
        assert identities(out) == before
        assert names(out.parent) == ["generated"]

    def test_a_second_rename_that_fails_takes_back_the_first(
        self, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(out, [RULES])
        before = identities(out)
        fail(monkeypatch, exchange, "exchange", errno.ENOSYS)
        rename = Path.rename
        with monkeypatch.context() as patch:
            patch.setattr(
                Path, "rename", lambda path, to: rename(path, "/no/such" if path.name == "new" else to)
            )
            refusal(lambda: write(out, [ROUTES]))
        assert identities(out) == before
        assert names(out.parent) == ["generated"]

    def test_a_file_that_comes_meanwhile_is_not_lost(
        self, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(out, [RULES])
        build = staging.build

        def interrupted(*arguments: object) -> None:
            build(*arguments)  # type: ignore[arg-type]  # passed on as it came
            (out / "by hand").touch()

        monkeypatch.setattr(staging, "build", interrupted)
        assert "files came or went in it meanwhile" in refusal(lambda: write(out, [ROUTES]))
        assert texts(out) == {RULES.path: RULES.text, "by hand": ""}

    def test_an_interrupt_takes_back_what_was_begun(self, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(out, [RULES])
        before = identities(out)

        def interrupted(*_: object) -> NoReturn:
            raise KeyboardInterrupt

        monkeypatch.setattr(staging, "synchronise", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write(out, [ROUTES])
        assert identities(out) == before
        assert names(out.parent) == ["generated"]

    def test_a_damaged_manifest_is_told(self, out: Path) -> None:
        write(out, [RULES])
        (out / MANIFEST).write_text("[]")
        assert f"{MANIFEST} in it is damaged" in refusal(lambda: write(out, [ROUTES]))
        assert texts(out) == {RULES.path: RULES.text}

    def test_a_manifest_cannot_reach_outside(self, out: Path) -> None:
        write(out, [RULES])
        (out.parent / "precious").touch()
        (out / MANIFEST).write_text(json.dumps({"../precious": "0" * 64}, indent=2))
        assert "it lists '../precious'" in refusal(lambda: write(out, [ROUTES]))
        assert (out.parent / "precious").exists()

    def test_wrong_paths_are_told_at_once(self, out: Path) -> None:
        artifacts = [Artifact("../a", ""), Artifact("b", ""), Artifact("B", ""), Artifact(MANIFEST, "")]
        assert refusal(lambda: write(out, artifacts)) == (
            f"nothing was written to {out}: its files cannot have these paths:\n"
            "  '../a' has an empty part, '.' or '..'\n"
            "  b and B cannot exist side by side\n"
            f"  {MANIFEST} and {MANIFEST} cannot exist side by side"
        )
        assert not out.exists()


class TestTheWorkspace:
    def test_one_of_a_killed_run_goes_without_an_exchange(self, out: Path) -> None:
        write(out, [RULES])
        before = identities(out)
        (exchange.workspace(out) / "new").mkdir(parents=True)
        (exchange.workspace(out) / "lock").touch()
        assert not write(out, [RULES])
        assert identities(out) == before
        assert names(out.parent) == ["generated"]

    def test_one_that_goes_just_now_is_made_again(self, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def gone(work: Path) -> None:
            monkeypatch.undo()
            work.rmdir()

        monkeypatch.setattr(exchange, "_check_ownership", gone)
        write(out, [RULES])
        assert names(out.parent) == ["generated"]

    def test_one_that_is_not_ours_is_left_alone(self, out: Path) -> None:
        work = exchange.workspace(out)
        (work / "new").mkdir(parents=True)
        assert "slo-compiler needs this name, and this user's did not make it" in refusal(
            lambda: write(out, [RULES])
        )
        assert (work / "new").exists()

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
    def test_one_of_somebody_else_is_left_alone(self, out: Path) -> None:
        work = exchange.workspace(out)
        (work / "new").mkdir(parents=True)
        (work / "lock").touch()
        os.chown(work, 1, 1)
        refusal(lambda: write(out, [RULES]))
        assert (work / "new").exists()

    def test_a_link_is_not_followed(self, tmp_path: Path, out: Path) -> None:
        (tmp_path / "elsewhere" / "new").mkdir(parents=True)
        (tmp_path / "elsewhere" / "lock").touch()
        exchange.workspace(out).symlink_to("elsewhere")
        refusal(lambda: write(out, [RULES]))
        assert (tmp_path / "elsewhere" / "new").exists()

    def test_a_link_inside_is_not_followed(self, tmp_path: Path, out: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "precious").touch()
        work = exchange.workspace(out)
        work.mkdir()
        (work / "lock").touch()
        (work / "new").symlink_to(tmp_path / "elsewhere")
        write(out, [RULES])
        assert names(tmp_path) == ["elsewhere", "generated"]
        assert (tmp_path / "elsewhere" / "precious").exists()


WRITER = """
import sys
from pathlib import Path
from slo_compiler.cli.generated import in_memory
from slo_compiler.cli.output import write
from slo_compiler.emitters.artifact import Artifact
for turn in range(10):
    files = [Artifact(f"{number}", sys.argv[2] * (turn + 1)) for number in range(5)]
    write(Path(sys.argv[1]), in_memory(files))
"""


@pytest.mark.slow
def test_runs_at_the_same_time_take_turns(out: Path) -> None:
    runs = [subprocess.Popen([sys.executable, "-c", WRITER, str(out), letter]) for letter in "abcd"]
    assert [run.wait() for run in runs] == [0, 0, 0, 0]
    assert set(texts(out).values()) in [{letter * 10} for letter in "abcd"]
    assert names(out.parent) == ["generated"]
