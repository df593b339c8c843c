from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from slo_compiler.cli import main
from slo_compiler.cli.compile_terminal import MOST_DIFF_LINES
from slo_compiler.cli.manifest import MANIFEST
from tests.compiling import spec
from tests.oracles.document import yaml_text

SPECS: Final = Path(__file__).parent.parent.parent / "specs"


SERVICES: Final = (
    *("card-features", "checkout-api", "edge-probes", "fraud-scorer"),
    *("inventory-grpc", "llm-gateway", "recommender", "search"),
)
FILES: Final = sorted(
    [
        MANIFEST,
        *("alertmanager/alertmanager.yaml", "alertmanager/fragment.yaml"),
        *(f"dashboards/{service}.json" for service in SERVICES),
        *(f"prometheus/{service}.rules.yaml" for service in SERVICES),
        *(f"promtool/{service}.test.yaml" for service in SERVICES),
        "promtool/late/recommender.test.yaml",
        "promtool/native/inventory-grpc.test.yaml",
        *(f"runbooks/{service}.md" for service in SERVICES),
    ]
)
"""What specs/ compiles to."""


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """A copy of the specs of this repository."""
    return shutil.copytree(SPECS, tmp_path / "specs")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "generated"


def compile_to(out: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(
        main, ["compile", "-q", "--out", *map(str, (out, *arguments))], catch_exceptions=False
    )


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_files_are_written_and_counted(specs: Path, out: Path) -> None:
    done = compile_to(out, specs)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"{out}: {len(FILES)} created\n")
    assert sorted(files(out)) == FILES


def test_notes_are_told_unless_they_are_not_wanted(specs: Path, out: Path) -> None:
    told = CliRunner().invoke(main, ["compile", str(specs), "--out", str(out)])
    assert ": note: " in told.stderr
    assert "notes\n" in told.stderr
    assert ": note: " not in compile_to(out, specs).stderr


def test_a_second_run_touches_nothing(specs: Path, out: Path) -> None:
    compile_to(out, specs)
    before = files(out)
    done = compile_to(out, specs)
    assert (done.exit_code, done.stderr) == (0, f"{out}: {len(FILES)} unchanged\n")
    assert files(out) == before


def test_only_what_changes_is_written(specs: Path, out: Path) -> None:
    compile_to(out, specs)
    before = files(out)
    change(specs / "checkout-api.yaml", "objective: 99%", "objective: 98%")
    done = compile_to(out, specs)
    assert done.stderr == f"{out}: 5 changed, {len(FILES) - 5} unchanged\n"
    after = files(out)
    assert {path for path in before if after[path] != before[path]} == {
        MANIFEST,
        "dashboards/checkout-api.json",
        "prometheus/checkout-api.rules.yaml",
        "promtool/checkout-api.test.yaml",
        "runbooks/checkout-api.md",
    }


def test_stale_files_go_and_foreign_ones_stay(specs: Path, out: Path) -> None:
    compile_to(out, specs)
    (out / "prometheus" / "own.rules.yaml").write_text("groups: []\n", encoding="utf-8")
    (specs / "edge-probes.yaml").unlink()
    done = compile_to(out, specs)
    gone = (
        "dashboards/edge-probes.json",
        "prometheus/edge-probes.rules.yaml",
        "promtool/edge-probes.test.yaml",
        "runbooks/edge-probes.md",
    )
    assert done.stderr.splitlines() == [
        *(f"{out / path}: note: removed, for nothing in these specs compiles to it" for path in gone),
        f"{out}: 1 changed, 4 removed, {len(FILES) - 5} unchanged",
    ]
    assert not (out / "prometheus" / "edge-probes.rules.yaml").exists()
    assert (out / "prometheus" / "own.rules.yaml").read_text(encoding="utf-8") == "groups: []\n"


def test_edits_by_hand_are_told_of_as_they_are_lost(specs: Path, out: Path) -> None:
    compile_to(out, specs)
    edited = out / "prometheus" / "search.rules.yaml"
    edited.write_text("edited\n", encoding="utf-8")
    done = compile_to(out, specs)
    assert done.stderr.splitlines() == [
        f"{edited}: note: edits by hand were overwritten; edit the specs instead",
        f"{out}: 1 changed, {len(FILES) - 1} unchanged",
    ]


def test_nothing_is_written_on_an_error(specs: Path, out: Path) -> None:
    compile_to(out, specs)
    before = files(out)
    change(specs / "checkout-api.yaml", "objective: 99%", "objective: 100%")
    (specs / "search-regions.yaml").unlink()
    done = compile_to(out, specs)
    assert done.exit_code == 1
    assert done.stderr.endswith(f"1 error\n{out} was not written\n")
    assert files(out) == before


def test_what_is_in_the_way_is_told_and_stays(specs: Path, out: Path) -> None:
    (out / "prometheus").mkdir(parents=True)
    foreign = out / "prometheus" / "search.rules.yaml"
    foreign.write_text("mine\n", encoding="utf-8")
    done = compile_to(out, specs)
    assert done.exit_code == 1
    assert "search.rules.yaml" in done.stderr
    assert list(files(out)) == ["prometheus/search.rules.yaml"]
    checked = compile_to(out, specs, "--check")
    assert checked.exit_code == 1
    assert "in the way: " in checked.stdout


def test_check_is_silent_about_what_is_as_it_should_be(specs: Path, out: Path) -> None:
    compile_to(out, specs)
    done = compile_to(out, specs, "--check")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", f"{out} is what the specs compile to\n")


def test_check_shows_what_differs_and_writes_nothing(specs: Path, out: Path) -> None:
    compile_to(out, specs)
    before = files(out)
    change(specs / "checkout-api.yaml", "objective: 99%", "objective: 98%")
    (specs / "search-regions.yaml").rename(specs / "other.yaml")
    change(specs / "other.yaml", "service: search", "service: found")
    done = compile_to(out, specs, "--check")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[:11] == [
        f"to be created: {out}/dashboards/found.json",
        f"to be created: {out}/prometheus/found.rules.yaml",
        f"to be created: {out}/promtool/found.test.yaml",
        f"to be created: {out}/runbooks/found.md",
        f"to be removed: {out}/dashboards/search.json",
        f"to be removed: {out}/prometheus/search.rules.yaml",
        f"to be removed: {out}/promtool/search.test.yaml",
        f"to be removed: {out}/runbooks/search.md",
        f"to be changed: {out}/{MANIFEST}",
        f"to be changed: {out}/dashboards/checkout-api.json",
        f"--- {out}/dashboards/checkout-api.json",
    ]
    assert '-      threshold: "14.4%"' in lines
    assert '+      threshold: "28.8%"' in lines
    assert done.stderr.endswith(
        f"4 created, 5 changed, 4 removed, {len(FILES) - 9} unchanged; run slo-compiler compile and commit\n"
    )
    assert files(out) == before


def test_check_before_the_first_run(specs: Path, out: Path) -> None:
    done = compile_to(out, specs, "--check")
    assert (done.exit_code, out.exists()) == (1, False)
    assert done.stdout.count("to be created: ") == len(FILES)


def test_check_of_broken_specs_compares_nothing(specs: Path, out: Path) -> None:
    change(specs / "checkout-api.yaml", "objective: 99%", "objective: 100%")
    done = compile_to(out, specs, "--check")
    assert done.exit_code == 1
    assert done.stderr.endswith(f"{out} was not compared\n")


def test_a_long_difference_is_cut_and_says_so(specs: Path, out: Path) -> None:
    compile_to(out, specs)
    path = out / "prometheus" / "search.rules.yaml"
    path.write_text("", encoding="utf-8")
    lines = compile_to(out, specs, "--check").stdout.splitlines()
    assert len(lines) == 1 + MOST_DIFF_LINES + 1
    assert lines[-1].startswith("... and ")


def test_an_output_that_is_a_file_is_refused(specs: Path, out: Path) -> None:
    out.write_text("", encoding="utf-8")
    done = compile_to(out, specs)
    assert done.exit_code == 1
    assert "is not a folder" in done.stderr


def test_the_folder_of_the_specs_is_not_written_into(specs: Path) -> None:
    before = sorted(specs.iterdir())
    told = CliRunner().invoke(main, ["compile", str(specs), "--out", f"{specs}/../{specs.name}"])
    assert (told.exit_code, sorted(specs.iterdir())) == (2, before)
    assert "would be read as specs the next time" in told.stderr


IMPORTED: Final = """
import sys
from slo_compiler.cli import main
main(["compile", *sys.argv[1:]], standalone_mode=False)
print(*sys.modules)
"""


def imported(*arguments: str | Path) -> set[str]:
    """The modules that a run needs in a process of its own."""
    command = [sys.executable, "-c", IMPORTED, *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if name != "SLO_COMPILER_NO_CACHE"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return {*done.stdout.split()}


def test_a_run_waits_only_for_what_it_needs(out: Path, tmp_path: Path) -> None:
    alone = tmp_path / "checkout.yaml"
    alone.write_text(yaml_text(spec()), encoding="utf-8")
    arguments = (alone, "--out", out, "--cache", tmp_path / "cache")
    needed = imported(*arguments)
    assert {"pydantic_core", "yaml", "jinja2"} <= needed
    assert needed.isdisjoint(
        {
            *("pydantic", "re2", "rich", "numpy", "matplotlib", "urllib3", "prometheus_client"),
            *("slo_compiler.importers.dialects", "slo_compiler.targets.registry"),
            *("slo_compiler.presets.indicator", "slo_compiler.cli.processes", "slo_compiler.schema.problems"),
            *("slo_compiler.schema.defaults_model", "slo_compiler.schema.receivers"),
        }
    )
    assert imported(*arguments).isdisjoint({"pydantic_core", "yaml", "jinja2", "slo_compiler.compiler"})
