"""The command line: the only room that reads, writes, prints and exits.

Commands are imported when they are called, so that ``--help`` does not wait for libraries it does not need.
"""

from __future__ import annotations

import codecs
import errno
import gc
import importlib
import io
import os
import sys
from types import ModuleType
from typing import Any, Final

import click

from slo_compiler.version import VERSION

# Command to the module of this room that holds it, under the command's own name, and the line for --help.
COMMANDS: Final = {
    "compile": "Compile specs to rules and routes.",
    "lint": "Report every problem of specs.",
    "explain": "Show what each alert means: thresholds, times, routes.",
    "diff": "Show what a change means for the on-call engineer.",
    "simulate": "Try incidents on alerts: who is told of what, and how soon.",
    "backtest": "Show what alerts would have told of on real history.",
    "import": "Turn specs of Sloth, Pyrra or OpenSLO into ours.",
    "verify": "Look whether the metrics are there, in a scrape or a Prometheus.",
    "push": "Give rule groups to a ruler of Mimir or Cortex.",
    "triage": "Say which surface of a service fails now, and on what evidence.",
    "postmortem": "Look back at an incident: the post-mortem, filled in.",
    "demo": "Break a model behind real servers by a click, and watch.",
    "presets": "List and show the SLI library.",
    "schema": "Print the JSON Schema of a file, for editors.",
    "init": "Write a starter spec.",
}

# What a stream says that takes no more; of a pipe that nobody reads click knows what to do.
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is called."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the command; output that a full disk does not take is told of in a line."""
        try:
            return super().main(*args, **kwargs)
        except OSError as failure:
            if failure.errno not in _FULL or failure.filename is not None:
                raise
            # What still waits to be printed would be tried again at the end, and be told of there.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            click.echo(f"Error: not all was printed: {failure.strerror}", err=True)
            sys.exit(1)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's signature
        """All command names, in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = _imported(f"slo_compiler.cli.{cmd_name}_command")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(f"{module.__name__}.command is no command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for; of one that there is not, the nearest is proposed."""
        if args[0] not in COMMANDS and (near := _nearest(args[0])):
            ctx.fail(f"No such command {args[0]!r}. Did you mean {near!r}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list for --help, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _imported(name: str) -> ModuleType:
    """The module, for which no garbage is looked for while it is imported, nor ever in it: modules stay."""
    if name in sys.modules or not gc.isenabled():
        return importlib.import_module(name)
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.freeze()
        gc.enable()


def _nearest(name: str) -> str | None:
    from slo_compiler.diagnostics import nearest  # noqa: PLC0415  only who mistypes a command waits for it

    return nearest(name, COMMANDS)


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, message="%(version)s")
def main() -> None:
    """Compile SLO specs to Prometheus rules and Alertmanager routes.

    Exit codes: 0 clean, 1 problems found or output stale, 2 wrong usage.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            _print_any_character(stream)


def _print_any_character(stream: io.TextIOWrapper) -> None:
    """What an encoding lacks is escaped; ASCII, which Python takes where nobody says, is taken for UTF-8."""
    if codecs.lookup(stream.encoding).name == "ascii":
        stream.reconfigure(encoding="utf-8")
    stream.reconfigure(errors="backslashreplace")
