from __future__ import annotations

import io

import pytest

from slo_compiler.cli.progress import progress, progress_bar


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


@pytest.mark.parametrize("name", ["checkout:availability", "[bold]specs[/bold]/a.yaml"])
def test_a_bar_shows_what_is_next_and_how_far_it_is(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(terminal=True)
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with progress_bar("asking", 3) as bar:
        bar.doing(name)
        bar.step()
        bar.say("[bold]it waits[/bold]")
    shown = screen.getvalue()
    assert (f"asking {name}" in shown, "1/3" in shown, "[bold]it waits[/bold]" in shown) == (True, True, True)


def test_a_pipe_shows_only_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(terminal=False)
    monkeypatch.setattr("sys.stderr", screen)
    with progress_bar("asking", 3) as bar:
        bar.doing("checkout:availability")
        bar.step()
        bar.say("it waits")
    assert screen.getvalue() == "it waits\n"
