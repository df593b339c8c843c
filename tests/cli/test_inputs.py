from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from slo_compiler.cli.inputs import read_sources
from slo_compiler.cli.manifest import MANIFEST
from slo_compiler.schema.yaml.source_text import MOST_BYTES


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the test runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*paths: str) -> None:
    for path in map(Path, paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {path}\n", encoding="utf-8")


def read(*paths: str) -> tuple[list[str], str | None, str | None]:
    """The specs, the defaults and the receivers that are read for these arguments."""
    sources = read_sources([Path(path) for path in paths])
    shared, receivers = (source.path if source else None for source in (sources.defaults, sources.receivers))
    return [source.path for source in sources.specs], shared, receivers


def refusal(*paths: str) -> str:
    with pytest.raises(click.ClickException) as caught:
        read(*paths)
    return caught.value.message


def test_a_folder_is_searched_and_its_shared_files_are_found(folder: Path) -> None:
    write("specs/b.yaml", "specs/team/a.yml", "specs/defaults.yaml", "specs/receivers.yml", "specs/README.md")
    assert read("specs") == (
        ["specs/b.yaml", "specs/team/a.yml"],
        "specs/defaults.yaml",
        "specs/receivers.yml",
    )


def test_hidden_files_and_folders_are_left_alone(folder: Path) -> None:
    write("specs/a.yaml", "specs/.b.yaml", "specs/.git/c.yaml")
    assert read("specs") == (["specs/a.yaml"], None, None)


def test_a_file_is_read_with_what_stands_beside_it(folder: Path) -> None:
    write("specs/a.yaml", "specs/b.yaml", "specs/defaults.yaml")
    assert read("specs/b.yaml") == (["specs/b.yaml"], "specs/defaults.yaml", None)


def test_shared_files_that_a_shell_has_listed_are_no_specs(folder: Path) -> None:
    write("a.yaml", "defaults.yaml", "receivers.yaml")
    assert read("a.yaml", "defaults.yaml", "receivers.yaml") == (
        ["a.yaml"],
        "defaults.yaml",
        "receivers.yaml",
    )


def test_a_file_that_is_named_twice_is_read_once(folder: Path) -> None:
    write("specs/a.yaml", "specs/defaults.yaml")
    paths = ["specs", "specs/a.yaml", "./specs/a.yaml", str(folder / "specs")]
    specs, shared, _ = read(*paths)
    assert (len(specs), shared is not None) == (1, True)


def test_any_name_will_do_for_a_file_that_is_named(folder: Path) -> None:
    write("spec.json")
    assert read("spec.json") == (["spec.json"], None, None)


def test_the_text_is_read_as_it_is(folder: Path) -> None:
    Path("a.yaml").write_bytes(b"\xff\r\n")
    assert read_sources([Path("a.yaml")]).specs[0].content == b"\xff\r\n"


def test_no_more_is_read_than_it_takes_to_see_that_it_is_too_much(folder: Path) -> None:
    Path("a.yaml").write_bytes(b" " * (MOST_BYTES + 1000))
    assert len(read_sources([Path("a.yaml")]).specs[0].content) == MOST_BYTES + 1


def test_a_folder_without_specs_is_refused(folder: Path) -> None:
    write("specs/defaults.yaml", "specs/README.md")
    assert refusal("specs") == "no spec (*.yaml, *.yml) in specs: there is nothing to read"


def test_a_pipe_in_a_folder_is_refused_and_not_waited_for(folder: Path) -> None:
    write("specs/a.yaml")
    os.mkfifo("specs/b.yaml")
    assert refusal("specs") == "specs/b.yaml is no file, and cannot be read as a spec"


def test_defaults_in_two_places_are_refused(folder: Path) -> None:
    write("a/a.yaml", "a/defaults.yaml", "b/b.yaml", "b/defaults.yaml")
    assert refusal("a", "b") == (
        "a/defaults.yaml, b/defaults.yaml: only one can hold for all specs; compile them one after the other"
    )


def test_defaults_under_two_names_are_refused(folder: Path) -> None:
    write("a.yaml", "defaults.yaml", "defaults.yml")
    assert "defaults.yaml, defaults.yml: only one can hold" in refusal(".")


def test_shared_files_below_the_top_are_refused(folder: Path) -> None:
    write("specs/a.yaml", "specs/team/receivers.yaml")
    assert refusal("specs") == (
        "specs/team/receivers.yaml is not at the top of specs, where it would hold for all specs below"
    )


@pytest.mark.parametrize("name", ["a.yaml", "defaults.yaml"])
def test_a_link_that_leads_nowhere_is_refused(folder: Path, name: str) -> None:
    write("specs/b.yaml")
    Path("specs", name).symlink_to("nowhere")
    assert refusal("specs") == f"specs/{name} cannot be read: No such file or directory"


def test_a_folder_that_is_named_as_a_shared_file_is_refused(folder: Path) -> None:
    write("specs/a.yaml")
    Path("specs/receivers.yaml").mkdir()
    assert refusal("specs") == "specs/receivers.yaml cannot be read: Is a directory"


def test_a_folder_that_cannot_be_read_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To root everything is readable, so that the system's answer has to be played."""
    write("specs/a.yaml", "specs/secret/b.yaml")
    scandir = os.scandir

    def refuse(path: str) -> Iterator[os.DirEntry[str]]:
        if path.endswith("secret"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert refusal("specs") == "specs/secret cannot be read: Permission denied"


def test_what_was_compiled_beside_the_specs_is_no_spec(folder: Path) -> None:
    write("a.yaml", "generated/prometheus/a.rules.yaml", f"generated/{MANIFEST}")
    assert read(".") == (["a.yaml"], None, None)
