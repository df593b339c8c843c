"""The options by which a command is told of a Prometheus or an Alertmanager, and what they connect to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

# The client takes its HTTP library along, which --help does not need.
if TYPE_CHECKING:
    from slo_compiler.incident.asking import Unanswered
    from slo_compiler.prometheus.access import Credentials
    from slo_compiler.prometheus.alertmanager import Alertmanager
    from slo_compiler.prometheus.client import Prometheus
    from slo_compiler.prometheus.failure import Failure
    from slo_compiler.prometheus.transport import Transport

Command = TypeVar("Command", bound=Callable[..., Any])

READABLE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)

# Other users of the machine see the arguments of a command.
_SECRET_HEADERS: Final = ("authorization", "cookie", "proxy-authorization", "x-api-key")


class Connection(Struct, frozen=True):
    """How a server is spoken to, as the options have it; ``headers`` are ``NAME: VALUE``."""

    token_file: Path | None
    user: str | None
    password_file: Path | None
    ca_file: Path | None
    cert_file: Path | None
    key_file: Path | None
    insecure: bool
    headers: tuple[str, ...]
    timeout: float
    patience: float


def prometheus_option(command: Command) -> Command:
    """``--prometheus URL``."""
    return click.option(
        "--prometheus", metavar="URL", envvar="PROMETHEUS_URL", help="The Prometheus to ask; it is only read."
    )(command)


def alertmanager_option(command: Command) -> Command:
    """``--alertmanager URL``."""
    return click.option(
        "--alertmanager",
        metavar="URL",
        envvar="ALERTMANAGER_URL",
        help="The Alertmanager to ask; it is only read.",
    )(command)


def connection_options(command: Command) -> Command:
    """The options of a connection, which ``connection`` gathers from what click hands on."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS: Final = (
    click.option("--token-file", type=READABLE, help="Show the bearer token in this file."),
    click.option("--user", help="Basic authentication: the user; with --password-file."),
    click.option("--password-file", type=READABLE, help="Basic authentication: the password in this file."),
    click.option(
        "--ca-file", type=READABLE, help="Trust the authorities in this PEM file, not the system's."
    ),
    click.option("--cert-file", type=READABLE, help="Show this client certificate, PEM."),
    click.option("--key-file", type=READABLE, help="The key of the client certificate, PEM."),
    click.option(
        "--insecure", is_flag=True, help="Do not check who the server is. Anybody may then read along."
    ),
    click.option(
        "--header",
        "headers",
        multiple=True,
        metavar="'NAME: VALUE'",
        help="Send this header, too, such as 'X-Scope-OrgID: payments' for a tenant.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0.1),
        default=130.0,
        show_default=True,
        help="Seconds to wait for an answer. Prometheus itself gives up after 120.",
    ),
    click.option(
        "--patience",
        type=click.FloatRange(min=0),
        default=120.0,
        show_default=True,
        help="Seconds to wait for a server that goes away or is busy while it is asked.",
    ),
)


def connection(options: dict[str, Any]) -> Connection:
    """Takes the options of a connection out of what click hands to a command.

    Raises:
        click.UsageError: two of them contradict each other.
    """
    found = Connection(**{name: options.pop(name) for name in Connection.__struct_fields__})
    if (found.user is None) != (found.password_file is None):
        raise click.UsageError("--user and --password-file go together")
    if found.user is not None and found.token_file is not None:
        raise click.UsageError("give either --token-file or --user with --password-file")
    if found.key_file is not None and found.cert_file is None:
        raise click.UsageError("--key-file is the key of a certificate: give --cert-file, too")
    if found.insecure and found.ca_file is not None:
        raise click.UsageError("--insecure checks nothing against --ca-file: give one of them")
    _headers(found.headers)
    return found


def prometheus(url: str, how: Connection, say: Callable[[str], None] = lambda _: None) -> Prometheus:
    """The Prometheus at a URL; ``say`` is told when it is waited for.

    Raises:
        click.ClickException: the URL is none.
    """
    from slo_compiler.prometheus.client import Prometheus  # noqa: PLC0415

    return Prometheus(_transport(url, how, say))


def alertmanager(url: str, how: Connection, say: Callable[[str], None] = lambda _: None) -> Alertmanager:
    """The Alertmanager at a URL; ``say`` is told when it is waited for.

    Raises:
        click.ClickException: the URL is none.
    """
    from slo_compiler.prometheus.alertmanager import Alertmanager  # noqa: PLC0415

    return Alertmanager(_transport(url, how, say))


class ServerFailed(click.ClickException):
    """A server gave no answer, and the command cannot go on."""

    def show(self, file: Any = None) -> None:
        """Print it as other diagnostics are."""
        click.echo(self.message, file=file, err=True)


def fail(failure: Failure) -> NoReturn:
    """Ends the command with what a server did not answer.

    Raises:
        ServerFailed: always.
    """
    raise ServerFailed(str(failure))


def unanswered(asked: object, failure: Unanswered) -> ServerFailed:
    """The end of a command with a question that whoever was asked did not answer."""
    return ServerFailed(f"{asked}: error: {failure}{f' [{failure.check}]' if failure.check else ''}")


def _transport(url: str, how: Connection, say: Callable[[str], None]) -> Transport:
    from slo_compiler.prometheus.access import Access, Limits, Tls  # noqa: PLC0415
    from slo_compiler.prometheus.address import read_address  # noqa: PLC0415
    from slo_compiler.prometheus.failure import Failure  # noqa: PLC0415
    from slo_compiler.prometheus.transport import Transport  # noqa: PLC0415

    address = read_address(url)
    if isinstance(address, Failure):
        fail(address)
    access = Access(
        credentials=_credentials(how),
        tls=Tls(how.ca_file, how.cert_file, how.key_file, verify=not how.insecure),
        headers=_headers(how.headers),
    )
    limits = replace(Limits(), timeout=how.timeout, patience=how.patience)
    return Transport(address, access, limits, waiting=_saying(say))


def _saying(say: Callable[[str], None]) -> Callable[[Failure, float], None]:
    """Says why a server is waited for, once for each reason."""
    last: list[str] = []

    def waiting(failure: Failure, _: float) -> None:
        if last[-1:] != [failure.message]:
            last.append(failure.message)
            say(f"{failure.url}: warning: {failure.message}; waiting [{failure.reason.value}]")

    return waiting


def _credentials(how: Connection) -> Credentials | None:
    from slo_compiler.prometheus.access import BearerToken, Password  # noqa: PLC0415

    if how.token_file is not None:
        return BearerToken(how.token_file)
    if how.user is not None and how.password_file is not None:
        return Password(how.user, how.password_file)
    return None


def _headers(written: Sequence[str]) -> dict[str, str]:
    headers = {}
    for each in written:
        name, colon, value = each.partition(":")
        if not colon or not name.strip() or not each.isprintable():
            raise click.UsageError("--header wants a name, a colon and a value: 'X-Scope-OrgID: shop'")
        if name.strip().lower() in _SECRET_HEADERS:
            raise click.UsageError(
                f"--header {name.strip()} would show a secret to all users of this machine: give "
                "--token-file, or --user with --password-file"
            )
        headers[name.strip()] = value.strip()
    return headers
