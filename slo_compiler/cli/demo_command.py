"""``slo-compiler demo``: a service that can be broken by a click, real servers that watch it, and a page."""

from __future__ import annotations

import contextlib
import errno
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from slo_compiler.demo.demonstration import Demonstration
    from slo_compiler.demo.servers import Programs

PROGRAM: Final = click.Path(exists=True, dir_okay=False, executable=True, path_type=Path)

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

LOOKS: Final = 0.5
"""Seconds between two looks whether the servers still run."""

HOW_TO_GET: Final = """\
On Debian and Ubuntu: apt-get install prometheus prometheus-alertmanager
(and, as that starts them: systemctl disable --now prometheus prometheus-alertmanager)
Elsewhere: unpack them from https://prometheus.io/download/ and say where they are:
  slo-compiler demo --prometheus PATH --alertmanager PATH
In a checkout of slo-compiler on Debian, make demo fetches both without root."""


class Stopped(Exception):  # noqa: N818 it is what happened, as its name says
    """A signal came before everything was there."""


@click.command("demo")
@click.option("--prometheus", type=PROGRAM, help="The program of Prometheus; else that in PATH.")
@click.option("--alertmanager", type=PROGRAM, help="The program of Alertmanager; else that in PATH.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Where the page is; a free port if not given."
)
@click.option("--seed", type=int, default=1, help="Of what is random about the service.", show_default=True)
@click.option("--open", "opened", is_flag=True, help="Open the page in your browser.")
def command(
    *, prometheus: Path | None, alertmanager: Path | None, port: int, seed: int, opened: bool
) -> None:
    """Watch alerts, guards and triage at work on a service that you break by a click.

    Starts a simulated model behind an API, a real Prometheus and a real Alertmanager with freshly compiled
    rules, and a page on 127.0.0.1. Time runs 30 times as fast as in production. Ctrl-C ends all of it, and
    nothing is left behind.
    """
    from slo_compiler.demo.demonstration import demonstrate  # noqa: PLC0415  HTTP, Jinja and the client
    from slo_compiler.demo.servers import ServerFailed  # noqa: PLC0415  as above

    programs = _programs(prometheus, alertmanager)
    with _until_signal() as (stop, check):
        try:
            with demonstrate(programs, port, seed, check) as demo:
                _announce(demo, opened=opened)
                while not stop.wait(LOOKS):
                    demo.check()
        except Stopped:
            pass
        except ServerFailed as failure:
            raise click.ClickException(str(failure)) from failure
        except OSError as failure:
            raise click.ClickException(_refused(failure, port)) from failure
    click.echo("stopped; nothing is left behind", err=True)


def _programs(prometheus: Path | None, alertmanager: Path | None) -> Programs:
    """What is run: as named, or as found in PATH.

    Raises:
        click.ClickException: one is not there; with how to get it.
    """
    from slo_compiler.demo import servers  # noqa: PLC0415  as above

    prometheus = prometheus or servers.find(servers.PROMETHEUS)
    alertmanager = alertmanager or servers.find(servers.ALERTMANAGER)
    if prometheus is None or alertmanager is None:
        missing = {"prometheus": prometheus, "alertmanager": alertmanager}
        listed = " and ".join(name for name, path in missing.items() if path is None)
        raise click.ClickException(f"no program of {listed} is in PATH\n{HOW_TO_GET}")
    return servers.Programs(prometheus.resolve(), alertmanager.resolve())


@contextlib.contextmanager
def _until_signal() -> Iterator[tuple[threading.Event, Callable[[], None]]]:
    """An event that Ctrl-C and the signals that end a program set, and a function that raises then."""
    stop = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    def check() -> None:
        if stop.is_set():
            raise Stopped

    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield stop, check
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _announce(demo: Demonstration, *, opened: bool) -> None:
    """On stdout, at once: a pipe, too, wants to know where the page is."""
    page, specs = demo.addresses.page, demo.installation.specs
    click.echo(f"page          {page}")
    click.echo(f"prometheus    {demo.addresses.prometheus}")
    click.echo(f"alertmanager  {demo.addresses.alertmanager}")
    click.echo(f"specs         {specs}")
    click.echo(f"try           slo-compiler triage scorer {specs} --prometheus {demo.addresses.prometheus}")
    click.echo("Ctrl-C ends all of it.", err=True)
    if opened:
        click.launch(page)


def _refused(failure: OSError, port: int) -> str:
    if failure.errno == errno.EADDRINUSE:
        return f"port {port} is taken; choose another with --port, or leave it out for a free one"
    if failure.errno == errno.EACCES and port:
        return f"port {port} is not yours to take; choose one above 1023"
    return f"the demo cannot run here: {failure.strerror or failure}"
