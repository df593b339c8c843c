"""The command: it starts all of it, says where it is, and leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from slo_compiler.cli import main
from tests.demo.running import eventually, running
from tests.oracles.alertmanager import Alertmanager
from tests.oracles.prometheus import Prometheus

pytestmark = pytest.mark.slow


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_a_signal_ends_it_and_nothing_is_left(
    prometheus_2_42: Prometheus, alertmanager_0_25: Alertmanager, tmp_path: Path, number: signal.Signals
) -> None:
    with running(prometheus_2_42, alertmanager_0_25, tmp_path) as demo:
        servers = demo.children
        assert 2 == len(servers)
        assert [*tmp_path.iterdir()]
        code, said = demo.end(number)
    assert (0, "Ctrl-C ends all of it.\nstopped; nothing is left behind\n") == (code, said)
    assert all(is_gone(each) for each in servers)
    assert [] == [*tmp_path.iterdir()]


def test_a_server_that_dies_ends_it_with_what_it_said_and_nothing_is_left(
    prometheus_3_5: Prometheus, alertmanager_0_33: Alertmanager, tmp_path: Path
) -> None:
    with running(prometheus_3_5, alertmanager_0_33, tmp_path) as demo:
        servers = demo.children
        os.kill(max(servers), signal.SIGKILL)
        code, said = demo.wait()
    assert 1 == code
    assert "Error: Prometheus ended with -9; it said last:\n" in said
    assert "Traceback" not in said
    assert all(is_gone(each) for each in servers)
    assert [] == [*tmp_path.iterdir()]


def test_the_commands_work_on_its_specs_and_servers(
    prometheus_3_5: Prometheus, alertmanager_0_33: Alertmanager, tmp_path: Path
) -> None:
    with running(prometheus_3_5, alertmanager_0_33, tmp_path) as demo:
        servers = ("--prometheus", demo.said["prometheus"], "--alertmanager", demo.said["alertmanager"])
        command = ["triage", "scorer", demo.said["specs"], *servers]

        def is_well() -> bool:
            done = CliRunner().invoke(main, command, catch_exceptions=False)
            return (0, True) == (done.exit_code, "none: nothing fails" in done.stdout)

        assert eventually(is_well)


def test_a_taken_port_is_told_in_a_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = ["demo", "--port", str(port), "--prometheus", "/bin/true", "--alertmanager", "/bin/true"]
        done = CliRunner().invoke(main, command, catch_exceptions=False)
    expected = f"Error: port {port} is taken; choose another with --port, or leave it out for a free one\n"
    assert (1, expected) == (done.exit_code, done.stderr)


def test_without_the_servers_it_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(main, ["demo"], catch_exceptions=False)
    assert 1 == done.exit_code
    assert done.stderr.startswith("Error: no program of prometheus and alertmanager is in PATH\n")
    assert "apt-get install prometheus prometheus-alertmanager" in done.stderr


def test_the_servers_are_found_under_the_names_of_debian_and_of_their_makers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("prometheus", "alertmanager"):
        (tmp_path / name).write_text("#!/bin/sh\necho broken; exit 3\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    done = CliRunner().invoke(main, ["demo"], catch_exceptions=False)
    assert (1, "Error: Alertmanager ended with 3; it said last:\nbroken\n") == (done.exit_code, done.stderr)
