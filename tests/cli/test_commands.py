"""All commands together: help, exit codes, and what a terminal gets that a pipe does not."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import click
import pytest
from click.testing import CliRunner

from slo_compiler.cli import COMMANDS, main
from tests.compiling import slo, spec
from tests.oracles.document import yaml_text

SPECS: Final = Path(__file__).parent.parent.parent / "specs"
PROGRAM: Final = Path(sys.executable).parent / "slo-compiler"

ANSI: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_a_terminal(*arguments: str | Path, **environment: str) -> tuple[int, str]:
    """The exit code and all that a terminal was sent."""
    terminal, end = pty.openpty()
    with subprocess.Popen(
        [PROGRAM, *arguments],
        env={"PATH": os.environ["PATH"], "TERM": "xterm", **environment},
        stdin=end,
        stdout=end,
        stderr=end,
    ) as process:
        os.close(end)
        sent = b"".join(iter(lambda: _read(terminal), b""))
    os.close(terminal)
    return process.returncode, sent.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other end is closed
        return b""


def test_each_command_is_listed_with_what_it_does() -> None:
    told = CliRunner().invoke(main, ["--help"])
    assert told.exit_code == 0
    assert re.findall(r"^  ([a-z]+)  +(\S.*)$", told.output.partition("Commands:")[2], re.MULTILINE) == list(
        COMMANDS.items()
    )


@pytest.mark.parametrize(("encoding", "arrow"), [("ascii", "→"), ("latin-1", "\\u2192")])
def test_a_terminal_that_lacks_characters_is_shown_the_rest(
    tmp_path: Path, encoding: str, arrow: str
) -> None:
    for name, objective in (("old", "99.9%"), ("new", "99%")):
        document = yaml_text(spec("shop", slo(objective=objective)))
        (tmp_path / f"{name}.yaml").write_text(document, encoding="utf-8")
    done = subprocess.run(
        [PROGRAM, "diff", "old.yaml", "new.yaml"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
    )
    assert f"objective 99.9% {arrow} 99%" in done.stdout.decode()


def test_a_command_that_is_none_is_wrong_usage() -> None:
    told = CliRunner().invoke(main, ["complie"])
    assert (told.exit_code, "No such command 'complie'. Did you mean 'compile'?" in told.stderr) == (2, True)
    assert "No such command 'x'.\n" in CliRunner().invoke(main, ["x"]).stderr


def test_a_shell_completes_the_same_commands() -> None:
    assert main.list_commands(click.Context(main)) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_a_help_text_and_one_for_each_option(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.help
    undescribed = [
        each.name
        for each in command.params
        if each.param_type_name == "option" and not getattr(each, "help", "")
    ]
    assert undescribed == []
    assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_a_module_without_a_command_is_a_mistake_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slo_compiler.cli.lint_command.command", "not a command")
    with pytest.raises(TypeError, match=r"slo_compiler\.cli\.lint_command\.command is no command"):
        CliRunner().invoke(main, ["lint"], catch_exceptions=False)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["nonsense"], id="no such command"),
        pytest.param(["lint"], id="no specs"),
        pytest.param(["lint", "nowhere"], id="no such file"),
        pytest.param(["lint", "--nonsense", "."], id="no such option"),
        pytest.param(["compile", "."], id="no folder for the output"),
        pytest.param(["schema", "nonsense"], id="no such schema"),
        pytest.param(["explain", ".", "--format", "nonsense"], id="no such format"),
        pytest.param([], id="nothing at all"),
    ],
)
def test_wrong_usage_exits_2(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, arguments).exit_code == 2


@pytest.mark.slow
def test_the_installed_program_works(tmp_path: Path) -> None:
    version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+\n", version.stdout)
    done = subprocess.run(
        [PROGRAM, "compile", SPECS, "--out", tmp_path / "generated", "-q"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", f"{tmp_path / 'generated'}: 37 created\n")


@pytest.mark.slow
def test_help_needs_none_of_the_libraries_that_compile() -> None:
    code = (
        "import sys; from slo_compiler.cli import main; main(['--help'], standalone_mode=False); "
        "print(sorted({'pydantic_core', 'yaml', 're2', 'rich', 'jinja2'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.slow
def test_a_terminal_sees_progress_and_colours(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x: 1\n", encoding="utf-8")
    code, sent = on_a_terminal("lint", tmp_path)
    assert code == 1
    assert "compiling" in sent
    assert "\x1b[31m" in sent


@pytest.mark.slow
@pytest.mark.parametrize("command", ["lint", "explain"])
def test_no_color_is_respected(command: str) -> None:
    code, sent = on_a_terminal(command, SPECS, NO_COLOR="1")
    assert code == 0
    assert re.findall(r"\x1b\[[34][0-9]m", sent) == []


def test_a_pipe_sees_neither(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x: 1\n", encoding="utf-8")
    told = CliRunner().invoke(main, ["lint", str(tmp_path)])
    assert "compiling" not in told.output
    assert ANSI.search(told.output) is None
