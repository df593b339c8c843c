from __future__ import annotations

import io

import pytest

from slo_compiler.cli.progress import progress


class Screen(io.StringIO):
    """What is sent to a terminal, or to something that is none."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize("name", ["checkout:availability", "[bold]specs[/bold]/a.yaml"])
def test_a_terminal_shows_what_is_taken_up(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(terminal=True)
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with progress() as step:
        step(name)
    assert f"compiling {name}" in screen.getvalue()


def test_a_pipe_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(terminal=False)
    monkeypatch.setattr("sys.stderr", screen)
    with progress() as step:
        step("checkout:availability")
    assert screen.getvalue() == ""
