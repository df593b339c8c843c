from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from slo_compiler.cli import main
from slo_compiler.schema.json_schema import KINDS

SPECS = Path(__file__).parent.parent.parent / "specs"


def run(*arguments: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_a_schema(kind: str) -> None:
    code, printed, _ = run("schema", kind)
    assert code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(printed))


def test_the_schema_is_by_default_that_of_a_spec() -> None:
    assert run("schema") == run("schema", "spec")


def test_the_starter_files_are_what_the_schemas_say(tmp_path: Path) -> None:
    run("init", tmp_path, "--service", "spec")
    for kind in ("spec", "defaults", "receivers"):
        document = yaml.safe_load((tmp_path / f"{kind}.yaml").read_text(encoding="utf-8"))
        jsonschema.validate(document, json.loads(run("schema", kind)[1]))


def test_the_starter_files_compile_without_a_word(tmp_path: Path) -> None:
    specs, out = tmp_path / "specs", tmp_path / "generated"
    code, printed, _ = run("init", specs)
    assert code == 0
    assert printed.splitlines() == [
        f"wrote {specs}/my-service.yaml",
        f"wrote {specs}/defaults.yaml",
        f"wrote {specs}/receivers.yaml",
        f"next: slo-compiler compile {specs} --out generated",
    ]
    assert run("compile", specs, "--out", out) == (0, "", f"{out}: 7 created\n")
    assert run("lint", specs) == (0, "", "no problems\n")


def test_the_starter_spec_is_the_service_s(tmp_path: Path) -> None:
    run("init", tmp_path, "--service", "cart")
    text = (tmp_path / "cart.yaml").read_text(encoding="utf-8")
    assert "service: cart\n" in text
    assert "my-service" not in text


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    kept = tmp_path / "my-service.yml"
    kept.write_text("mine\n", encoding="utf-8")
    assert run("init", tmp_path) == (1, "", f"already there: {kept}; nothing was written\n")
    assert [path.name for path in tmp_path.iterdir()] == ["my-service.yml"]
    assert kept.read_text(encoding="utf-8") == "mine\n"


def test_a_second_service_stands_beside_the_first_and_shares_its_files(tmp_path: Path) -> None:
    run("init", tmp_path)
    (tmp_path / "defaults.yaml").rename(tmp_path / "defaults.yml")
    assert run("init", tmp_path, "--service", "cart") == (
        0,
        (
            f"wrote {tmp_path}/cart.yaml\nkept {tmp_path}/defaults.yml\nkept {tmp_path}/receivers.yaml\n"
            f"next: slo-compiler compile {tmp_path} --out generated\n"
        ),
        "",
    )
    assert run("lint", tmp_path) == (0, "", "no problems\n")


@pytest.mark.parametrize(
    "service",
    [
        pytest.param("../evil", id="a path"),
        pytest.param("Two Words", id="words"),
        pytest.param("", id="nothing"),
        pytest.param("a # comment", id="a comment"),
        pytest.param("defaults", id="the name of another file"),
        pytest.param("receivers", id="the name of the other file"),
        pytest.param("\udce9", id="no UTF-8"),
    ],
)
def test_what_is_no_name_for_a_service_is_wrong_usage(tmp_path: Path, service: str) -> None:
    code, _, told = run("init", tmp_path / "specs", "--service", service)
    assert code == 2
    assert "Invalid value for --service: " in told
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, _, told = run("init", tmp_path / "file" / "specs")
    expected = f"Error: {tmp_path}/file/specs cannot be written: Not a directory; nothing was written\n"
    assert (code, told) == (1, expected)
