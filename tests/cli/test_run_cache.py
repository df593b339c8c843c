"""A run that an earlier one spares its work tells and leaves behind what a run without a cache does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from slo_compiler import shares
from slo_compiler.cli import compiling, division, fingerprint, main, run_cache
from slo_compiler.cli.last_time import Files, LastTime
from slo_compiler.cli.manifest import MANIFEST
from slo_compiler.cli.outcome import Outcome, decode, encode
from slo_compiler.cli.run_cache import RunCache, sealed, unsealed
from slo_compiler.diagnostics import Diagnostic, Position, note, warning
from slo_compiler.emitters import prometheus
from slo_compiler.planning import Shared, read_shared
from slo_compiler.shares import Piece, Share
from slo_compiler.sources import Source, Sources
from tests.compiling import RECEIVERS, defaults, slo, spec
from tests.oracles.document import yaml_text

KEY: Final = "ab" * 32
TOLD: Final = (
    warning(Position("a/b: c.yaml", 3, 7), "spec/odd", "an 'odd' \"word\" of 5 % “café”"),
    note(Position("b.yaml"), "spec/note", "noted"),
)
OUTCOME: Final = Outcome(TOLD, b'{\n  "a": "0"\n}\n')
CONTENT: Final = encode(OUTCOME)
ENTRY: Final = sealed(CONTENT, KEY)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.mark.parametrize("outcome", [OUTCOME, Outcome((), None)], ids=["sound", "nothing told"])
def test_an_outcome_is_read_as_it_was_kept(folder: Path, outcome: Outcome) -> None:
    RunCache(folder).put(KEY, encode(outcome))
    assert decode(RunCache(folder).get(KEY) or b"") == outcome


def test_nothing_is_known_at_first(folder: Path) -> None:
    assert RunCache(folder).get(KEY) is None
    assert not folder.exists()


@given(st.integers(0, len(ENTRY) - 1))
def test_an_entry_that_is_cut_short_is_none(length: int) -> None:
    assert unsealed(ENTRY[:length], KEY) is None


@given(st.integers(0, len(ENTRY) - 1), st.integers(1, 255))
def test_an_entry_with_another_byte_is_none(place: int, change: int) -> None:
    data = bytearray(ENTRY)
    data[place] ^= change
    assert unsealed(bytes(data), KEY) is None


def test_an_entry_under_the_name_of_another_is_none(folder: Path) -> None:
    cache, other = RunCache(folder), "cd" * 32
    cache.put(KEY, CONTENT)
    next(folder.iterdir()).rename(folder / f"{other}.outcome")
    assert (cache.get(KEY), cache.get(other)) == (None, None)


def test_the_oldest_go_where_there_are_too_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_cache, "MOST_ENTRIES", 2)
    cache = RunCache(folder)
    keys = [f"{number:064x}" for number in range(3)]
    for age, key in zip((30, 20), keys, strict=False):
        cache.put(key, CONTENT)
        made_older(folder / f"{key}.outcome", age)
    assert cache.get(keys[0]) is not None  # and so it is not the oldest any more
    cache.put(keys[2], CONTENT)
    assert [cache.get(key) is not None for key in keys] == [True, False, True]


def test_the_oldest_go_where_they_are_too_large(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_cache, "MOST_BYTES", 1)
    cache = RunCache(folder)
    cache.put(KEY, CONTENT)
    made_older(folder / f"{KEY}.outcome", 5)
    cache.put("cd" * 32, CONTENT)
    assert (cache.get(KEY), cache.get("cd" * 32)) == (None, CONTENT)


def test_what_killed_runs_leave_goes_and_what_is_foreign_stays(folder: Path) -> None:
    folder.mkdir()
    for name in (".unfinished-killed", ".unfinished-at-work", "foreign"):
        (folder / name).touch()
    for name in (".unfinished-killed", "foreign"):
        made_older(folder / name, 4000)
    RunCache(folder).put(KEY, CONTENT)
    assert sorted(path.name for path in folder.iterdir()) == [
        ".unfinished-at-work",
        f"{KEY}.outcome",
        "foreign",
    ]


def test_a_folder_that_cannot_be_made_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = RunCache(tmp_path / "file" / "cache")
    cache.put(KEY, CONTENT)
    assert cache.get(KEY) is None


def made_older(path: Path, seconds: int) -> None:
    status = path.stat()
    os.utime(path, (status.st_atime, status.st_mtime - seconds))


SOURCES: Final = Sources(
    specs=(Source("a.yaml", b"a"), Source("b.yaml", b"b")),
    defaults=Source("defaults.yaml", b"d"),
    templates=(Source("t.md.j2", b"t"),),
)


@pytest.mark.parametrize(
    "other",
    [
        replace(SOURCES, specs=SOURCES.specs[:1]),
        replace(SOURCES, specs=(Source("a.yaml", b"A"), *SOURCES.specs[1:])),
        replace(SOURCES, specs=(Source("c.yaml", b"a"), *SOURCES.specs[1:])),
        replace(SOURCES, specs=(Source("a.yam", b"la"), *SOURCES.specs[1:])),
        replace(SOURCES, specs=SOURCES.specs[::-1]),
        replace(SOURCES, defaults=None),
        replace(SOURCES, defaults=None, receivers=SOURCES.defaults),
        replace(SOURCES, defaults=Source("defaults.yaml", b"D")),
        replace(SOURCES, receivers=Source("receivers.yaml", b"")),
        replace(SOURCES, templates=()),
        replace(SOURCES, specs=(*SOURCES.specs, *SOURCES.templates), templates=()),
        replace(SOURCES, targets=()),
        replace(SOURCES, targets=("mimir",)),
    ],
    ids=[
        *("spec gone", "spec changed", "spec renamed", "byte moved", "specs swapped", "defaults gone"),
        *("defaults are receivers", "defaults changed", "receivers added", "template gone"),
        *("template is a spec", "no targets", "a target"),
    ],
)
def test_other_sources_have_another_fingerprint(other: Sources) -> None:
    assert fingerprint.fingerprint(other) != fingerprint.fingerprint(SOURCES)


def test_the_same_sources_have_the_same_fingerprint_in_another_process() -> None:
    script = (
        "from slo_compiler.cli.fingerprint import fingerprint; from slo_compiler.sources import *; "
        "print(fingerprint(Sources((Source('a.yaml', b'a'),), targets=('mimir', 'amp'))))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]


@pytest.mark.parametrize("path", ["cli/__init__.py", "presets/vllm.yaml", "new.py"])
def test_another_compiler_has_another_fingerprint(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint.fingerprint(SOURCES)
    copy = shutil.copytree(Path(fingerprint.__file__).parents[1], tmp_path / "slo_compiler")
    monkeypatch.setattr(fingerprint, "_PACKAGE", copy)
    assert fingerprint.fingerprint(SOURCES) == before
    with (copy / path).open("a") as file:
        file.write(" ")
    assert fingerprint.fingerprint(SOURCES) != before


def test_another_release_of_a_library_has_another_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    (tmp_path / "jinja2-3.1.5.dist-info").mkdir()
    before = fingerprint.fingerprint(SOURCES)
    (tmp_path / "jinja2-3.1.5.dist-info").rename(tmp_path / "jinja2-3.1.6.dist-info")
    assert fingerprint.fingerprint(SOURCES) != before


@dataclass
class Scene:
    """A folder with specs, what they are compiled to, a cache, and a compiler that tells who it is."""

    folder: Path
    code: str = "first"
    targets: tuple[str, ...] = ()
    written: dict[str, bytes] = field(default_factory=dict)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def entries(self) -> list[Path]:
        return sorted((self.folder / "cache").glob("*"))

    def compile(self, out: Path, *options: str) -> tuple[int, str, str]:
        """The exit code of a run and what it prints, of which the folder's own name is left out."""
        targets = (option for name in self.targets for option in ("--target", name))
        arguments = ["compile", str(self.folder / "specs"), "--out", str(out), *targets, *options]
        done = CliRunner().invoke(
            main, arguments, catch_exceptions=False, env={"SLO_COMPILER_NO_CACHE": None}
        )
        return done.exit_code, done.stdout.replace(str(out), "OUT"), done.stderr.replace(str(out), "OUT")

    def keep(self, path: str, text: str) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")


def objective(service: str, percent: str) -> Callable[[Scene], None]:
    return kept(f"specs/{service}.yaml", yaml_text(spec(service, slo(objective=percent))))


def gone(path: str) -> Callable[[Scene], None]:
    return lambda scene: (scene.folder / path).unlink(missing_ok=True)


def kept(path: str, text: str) -> Callable[[Scene], None]:
    return lambda scene: scene.keep(path, text)


def other_code(scene: Scene) -> None:
    scene.code = "second" if scene.code == "first" else "first"


def other_targets(scene: Scene) -> None:
    scene.targets = () if scene.targets else ("mimir",)


def edited_by_hand(scene: Scene) -> None:
    for path in scene.out.glob("prometheus/*"):
        path.write_bytes(path.read_bytes() + b"# mine\n")


def edited_in_place(scene: Scene) -> None:
    """Same size, same times: nothing but its bytes tells of it."""
    for path in scene.out.glob("runbooks/*"):
        status, data = path.stat(), path.read_bytes()
        path.write_bytes(data.replace(b"SLO", b"OLS"))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def lost_output(scene: Scene) -> None:
    for path in scene.out.glob("dashboards/*"):
        path.unlink()


def lost_manifest(scene: Scene) -> None:
    (scene.out / MANIFEST).unlink(missing_ok=True)


def cut_entries(scene: Scene) -> None:
    for path in scene.entries:
        path.write_bytes(path.read_bytes()[:-1])


def foreign_entries(scene: Scene) -> None:
    for path in scene.entries:
        path.write_bytes(b"not ours")


def swapped_entries(scene: Scene) -> None:
    names = scene.entries
    contents = [path.read_bytes() for path in names]
    for path, content in zip(names, contents[1:] + contents[:1], strict=True):
        path.write_bytes(content)


EDITS: Final[dict[str, Callable[[Scene], None]]] = {
    "three nines": objective("checkout", "99.9%"),
    "two nines": objective("checkout", "99%"),
    "error": objective("checkout", "100%"),
    "second service": objective("search", "99%"),
    "second service gone": gone("specs/search.yaml"),
    "defaults": kept("specs/defaults.yaml", yaml_text(defaults(window="28d"))),
    "other defaults": kept("specs/defaults.yaml", yaml_text(defaults(window="27d"))),
    "defaults gone": gone("specs/defaults.yaml"),
    "receivers": kept("specs/receivers.yaml", yaml_text(RECEIVERS)),
    "receivers gone": gone("specs/receivers.yaml"),
    "template": kept("specs/templates/runbooks/page.md.j2", "ours: {{ service }}\n"),
    "template gone": gone("specs/templates/runbooks/page.md.j2"),
    "other code": other_code,
    "other targets": other_targets,
    "edited by hand": edited_by_hand,
    "edited in place": edited_in_place,
    "lost output": lost_output,
    "lost manifest": lost_manifest,
    "cut entries": cut_entries,
    "foreign entries": foreign_entries,
    "swapped entries": swapped_entries,
}


@pytest.fixture
def scene_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Scene]:
    """A scene in a folder, whose compiler says by a note which code it is."""
    scenes: list[Scene] = []

    def telling(sources: Sources) -> Shared | list[Diagnostic]:
        shared = read_shared(sources)
        said = note(Position("code"), "code", scenes[-1].code)
        monkeypatch.setattr(prometheus, "HEADER", scenes[-1].code)
        if isinstance(shared, Shared):
            return replace(shared, found=(*shared.found, said))
        return [*shared, said]

    def code(_: Path) -> Iterator[bytes]:
        yield scenes[-1].code.encode()

    def scene(folder: Path) -> Scene:
        scenes.append(Scene(folder))
        objective("checkout", "99.9%")(scenes[-1])
        return scenes[-1]

    monkeypatch.setattr(compiling, "read_shared", telling)
    monkeypatch.setattr(fingerprint, "_content", code)
    return scene


@pytest.mark.parametrize("little", [compiling.LITTLE, 0], ids=["all at once", "service by service"])
@settings(
    max_examples=settings().max_examples // 10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(edits=st.lists(st.tuples(st.sampled_from(sorted(EDITS)), st.booleans()), min_size=1, max_size=6))
@example(edits=[("second service", False), ("two nines", False), ("three nines", False)])
@example(
    edits=[("second service", False), ("other code", False), ("edited by hand", True), ("receivers", False)]
)
@example(edits=[("defaults", False), ("other defaults", True), ("defaults gone", False)])
@example(edits=[("two nines", False), ("swapped entries", False), ("three nines", False)])
@example(edits=[("second service", False), ("edited in place", True), ("edited in place", False)])
def test_after_any_edits_a_run_is_like_one_without_a_cache(
    little: int,
    scene_of: Callable[[Path], Scene],
    edits: list[tuple[str, bool]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compiling, "LITTLE", little)
    monkeypatch.setattr(division, "processors", lambda: 1)
    with tempfile.TemporaryDirectory() as folder:
        scene = scene_of(Path(folder))
        cache = ("--cache", str(scene.folder / "cache"))
        scene.compile(scene.out, *cache)
        for name, check in edits:
            EDITS[name](scene)
            clean = shutil.copytree(scene.out, scene.folder / "clean")
            options = ("--check",) if check else ()
            for _ in range(2):  # the second time there is an entry
                expected = scene.compile(clean, *options, "--no-cache")
                assert scene.compile(scene.out, *options, *cache) == expected
                assert contents(scene.out) == contents(clean)
            shutil.rmtree(clean)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def scene(scene_of: Callable[[Path], Scene], tmp_path: Path) -> Scene:
    return scene_of(tmp_path)


def never(*_: object, **__: object) -> Shared:
    raise AssertionError("compiled again")


@pytest.mark.parametrize("options", [(), ("--check",), ("--quiet",)], ids=["write", "check", "quiet"])
def test_what_is_settled_is_not_compiled_again(
    scene: Scene, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = ("--cache", str(scene.folder / "cache"))
    scene.compile(scene.out, *cache)
    expected = scene.compile(scene.out, "--no-cache", *options)
    monkeypatch.setattr(compiling, "read_shared", never)
    assert scene.compile(scene.out, *cache, *options) == expected


def test_errors_are_told_again_without_compiling(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = ("--cache", str(scene.folder / "cache"))
    EDITS["error"](scene)
    first = scene.compile(scene.out, *cache)
    monkeypatch.setattr(compiling, "read_shared", never)
    assert scene.compile(scene.out, *cache) == first
    assert first[0] == 1


def test_no_cache_neither_asks_nor_keeps(scene: Scene) -> None:
    scene.compile(scene.out, "--cache", str(scene.folder / "cache"), "--no-cache")
    assert scene.entries == []


def test_the_cache_is_among_the_users(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(scene.folder))
    scene.compile(scene.out)
    assert len([*(scene.folder / "slo-compiler" / "compile").glob("*.outcome")]) == 1


def test_a_compiler_that_changes_while_it_runs_keeps_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:

    def changing(sources: Sources) -> Shared | list[Diagnostic]:
        other_code(scene)
        return read_shared(sources)

    monkeypatch.setattr(compiling, "read_shared", changing)
    scene.compile(scene.out, "--cache", str(scene.folder / "cache"))
    assert scene.entries == []


def test_what_was_refused_is_refused_again(scene: Scene) -> None:
    """A set that cannot be written is not settled, and what is in the way may be moved."""
    cache = ("--cache", str(scene.folder / "cache"))
    scene.keep("out/prometheus/checkout.rules.yaml", "mine\n")
    refused = scene.compile(scene.out, *cache)
    assert (refused[0], scene.compile(scene.out, *cache)) == (1, refused)
    (scene.out / "prometheus" / "checkout.rules.yaml").unlink()
    assert scene.compile(scene.out, *cache)[0] == 0


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The services that were compiled by themselves."""
    names: list[str] = []
    of_service = shares.of_service

    def recording(share: Share, name: str, *more: Any, **options: Any) -> Piece:
        names.append(name)
        return of_service(share, name, *more, **options)

    monkeypatch.setattr(shares, "of_service", recording)
    monkeypatch.setattr(compiling, "LITTLE", 0)
    monkeypatch.setattr(division, "processors", lambda: 1)
    return names


@pytest.mark.parametrize(
    ("edit", "anew"),
    [
        ("two nines", ["checkout"]),
        ("second service gone", []),
        ("defaults", ["checkout", "search"]),
        ("receivers", ["checkout", "search"]),
        ("template", ["checkout", "search"]),
        ("other code", ["checkout", "search"]),
        ("edited by hand", ["checkout", "search"]),
        ("cut entries", ["checkout", "search"]),
    ],
)
def test_only_services_that_changed_are_compiled(
    edit: str, anew: list[str], scene: Scene, compiled: list[str]
) -> None:
    cache = ("--cache", str(scene.folder / "cache"))
    EDITS["second service"](scene)
    scene.compile(scene.out, *cache)
    EDITS[edit](scene)
    compiled.clear()
    scene.compile(scene.out, *cache)
    assert compiled == anew


def test_a_file_that_changes_after_it_was_looked_at_is_not_written_as_it_is(
    scene: Scene, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = ("--cache", str(scene.folder / "cache"))
    EDITS["second service"](scene)
    scene.compile(scene.out, *cache)
    EDITS["two nines"](scene)
    files = LastTime.files

    def edited_afterwards(last: LastTime, key: str) -> Files | None:
        found = files(last, key)
        if found is not None:  # those of search
            (scene.out / "prometheus" / "search.rules.yaml").write_text("mine\n", encoding="utf-8")
        return found

    monkeypatch.setattr(LastTime, "files", edited_afterwards)
    code, _, told = scene.compile(scene.out, *cache)
    assert (code, "search.rules.yaml changed in it meanwhile" in told) == (1, True)
    assert (scene.out / "prometheus" / "search.rules.yaml").read_text(encoding="utf-8") == "mine\n"


SLOTH: Final = """\
version: prometheus/v1
service: {service}
slos:
  - name: availability
    objective: {objective}
    sli:
      events:
        error_query: sum(rate(errors_total{{job="{service}"}}[{{{{.window}}}}]))
        total_query: sum(rate(requests_total{{job="{service}"}}[{{{{.window}}}}]))
    alerting: {{name: {service}, page_alert: {{labels: {{severity: page}}}}}}
"""


def test_services_of_one_foreign_file_are_told_apart(scene: Scene, compiled: list[str]) -> None:
    cache = ("--cache", str(scene.folder / "cache"))
    scene.keep("specs/defaults.yaml", yaml_text(defaults(owners={"serving": "platform"})))
    texts = [SLOTH.format(service=service, objective="99.9") for service in ("a", "b")]
    scene.keep("specs/sloth.yaml", "---\n".join(texts))
    assert scene.compile(scene.out, *cache)[0] == 0
    EDITS["two nines"](scene)
    assert scene.compile(scene.out, *cache)[0] == 0
    assert compiled == ["a", "b", "checkout", "checkout"]
    assert scene.compile(scene.out, "--check", "--no-cache")[0] == 0
