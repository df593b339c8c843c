from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from slo_compiler.cli import connection
from slo_compiler.prometheus.answers import Answer
from tests.prometheus.stub import Reply, stub


@click.command()
@connection.prometheus_option
@connection.connection_options
def ask(prometheus: str, **options: Any) -> None:
    """A command that asks whether anything is up."""
    client = connection.prometheus(prometheus, connection.connection(options))
    answer = client.query("up")
    if not isinstance(answer, Answer):
        connection.fail(answer)
    click.echo(f"{len(answer.value)} up")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(ask, [str(each) for each in arguments])


def test_a_server_is_asked_with_all_that_the_options_say(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("hunter2\n", encoding="utf-8")
    with stub([Reply()]) as server:
        found = run(
            *("--prometheus", server.url, "--user", "me", "--password-file", password),
            *("--header", "X-Scope-OrgID: payments"),
        )
    [(_, path, headers, _)] = server.requests
    assert (0, "0 up\n") == (found.exit_code, found.stdout)
    assert ("/api/v1/query?query=up", "payments") == (path, headers["X-Scope-OrgID"])
    assert headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--user", "me"), "--user and --password-file go together"),
        (("--password-file", __file__), "--user and --password-file go together"),
        (("--user", "me", "--password-file", __file__, "--token-file", __file__), "give either --token-file"),
        (("--key-file", __file__), "give --cert-file, too"),
        (("--insecure", "--ca-file", __file__), "--insecure checks nothing against --ca-file"),
        (("--header", "X-Scope-OrgID"), "--header wants a name, a colon and a value"),
        (("--header", "Authorization: Bearer hunter2"), "--header Authorization would show a secret"),
    ],
)
def test_options_that_contradict_each_other_are_wrong_usage(
    arguments: tuple[str, ...], expected: str
) -> None:
    found = run("--prometheus", "http://127.0.0.1:9", *arguments)
    assert found.exit_code == 2
    assert expected in found.stderr
    assert "hunter2" not in found.output


def test_a_wrong_address_is_told_as_other_problems_are() -> None:
    found = run("--prometheus", "http://me:hunter2@127.0.0.1:9")
    assert found.exit_code == 1
    assert found.stderr.startswith("http://127.0.0.1:9: error: this address holds credentials")
    assert found.stderr.endswith("[server/address]\n")


def test_a_server_that_does_not_answer_is_told_as_other_problems_are() -> None:
    with stub([Reply("", 401, {})]) as server:
        found = run("--prometheus", server.url)
    assert found.exit_code == 1
    assert found.stderr.startswith(
        f"{server.url}: error: it does not let us in (401): no credentials were given"
    )
