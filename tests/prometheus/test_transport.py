"""What a server may answer beside an answer, and what is made of it."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from slo_compiler.prometheus.access import Access, BearerToken, Limits, Password, Tls
from slo_compiler.prometheus.answers import Answer, BuildInfo
from slo_compiler.prometheus.failure import Reason
from tests.prometheus.asking import asking, failure, secret_file
from tests.prometheus.stub import JSON, Reply, stub

WELL = Reply()
BUSY = Reply("down for a moment", 503, {})


def test_a_server_that_is_not_there_is_told_at_once() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    found = asking(url)
    told = failure(found.client.query("up"))
    assert told.reason is Reason.UNREACHABLE
    assert str(told) == f"{url}: error: it cannot be reached: Connection refused [server/unreachable]"
    assert sum(found.pauses) <= 1


def test_a_name_without_an_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    told = failure(asking("http://nowhere.invalid:9090").client.query("up"))
    assert told.message == "its host nowhere.invalid has no address"


def test_a_proxy_is_asked_for_others_and_never_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with stub([WELL]) as proxy, stub([WELL]) as here:
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy.url.replace("//", "//me:s3cret@"))
        assert Answer(()) == asking("http://prometheus.invalid:9090").client.query("up")
        assert Answer(()) == asking(here.url).client.query("up")
    [(_, path, headers, _)] = proxy.requests
    assert path == "http://prometheus.invalid:9090/api/v1/query?query=up"
    assert {name.lower(): value for name, value in headers.items()}[
        "proxy-authorization"
    ] == "Basic bWU6czNjcmV0"
    assert len(here.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_passes_is_asked_again(status: int) -> None:
    with stub([Reply("not now", status, {}), WELL]) as server:
        assert Answer(()) == asking(server.url).client.query("up")


def test_the_pauses_grow_and_end_with_the_patience() -> None:
    with stub([WELL, BUSY]) as server:
        found = asking(server.url, limits=Limits(patience=20))
        found.client.query("up")
        told = failure(found.client.query("up"))
    assert told.reason is Reason.BUSY
    assert found.pauses == [0.5, 1, 2, 4, 8]


@pytest.mark.parametrize(
    ("after", "pause"), [("7", 7), ("²", 0.5), ("-7", 0.5), ("nan", 0.5), ("soon", 0.5), ("", 0.5)]
)
def test_a_server_that_says_when_to_come_back_is_obeyed(after: str, pause: float) -> None:
    with stub([WELL, Reply("", 429, {"Retry-After": after}), WELL]) as server:
        found = asking(server.url)
        found.client.query("up")
        found.client.query("up")
    assert found.pauses == [pause]


@pytest.mark.parametrize(
    ("version", "release"),
    [("2.42.0+ds", (2, 42, 0)), ("v3.5.1-rc.0", (3, 5, 1)), ("2.²", (2,)), ("9" * 5000, ()), ("", ())],
    ids=["of Debian", "a candidate", "a power", "endless", "none"],
)
def test_the_numbers_of_a_version_are_those_that_can_be_told(version: str, release: tuple[int, ...]) -> None:
    assert release == BuildInfo(version).release


def test_a_connection_lost_in_the_middle_of_an_answer_is_no_answer() -> None:
    with stub([Reply(hangs_up=True), WELL]) as server:
        assert Answer(()) == asking(server.url).client.query("up")


def test_a_silent_server_is_not_waited_for_again() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        found = asking(f"http://127.0.0.1:{silent.getsockname()[1]}", limits=Limits(timeout=0.2))
        told = failure(found.client.query("up"))
    assert told.reason is Reason.TOO_MUCH
    assert "within 0.2 seconds" in told.message
    assert found.pauses == []


def test_an_answer_that_is_too_long_is_not_read() -> None:
    with stub([Reply("x" * 100_000)]) as server:
        told = failure(asking(server.url, limits=Limits(most_bytes=50_000)).client.query("up"))
    assert told.reason is Reason.TOO_MUCH


@pytest.mark.parametrize(
    ("reply", "reason", "words"),
    [
        (Reply("<html>Sign in</html>"), Reason.NO_API, "a web page, such as a login"),
        (Reply("hello"), Reason.NO_API, "with no JSON"),
        (Reply("[1, 2]"), Reason.NO_API, "another server answers there"),
        (Reply('{"data": {"resultType": "vector"}}'), Reason.NO_API, "another server answers there"),
        (
            Reply('{"data": {"resultType": "vector", "result": [{"metric": {}, "value": [1]}]}}'),
            Reason.NO_API,
            "",
        ),
        (Reply("404 page not found", 404, {}), Reason.NO_API, "there is no /api/v1/query there (404)"),
        (Reply("I am a teapot", 418, {}), Reason.NO_API, "with status 418: I am a teapot"),
        (
            Reply("", 302, {"Location": "https://sso.example.com/login?ticket=s3cret"}),
            Reason.ELSEWHERE,
            "https://sso.example.com/login,",
        ),
        (Reply("", 301, {"Location": "/prometheus/"}), Reason.ELSEWHERE, "on to /prometheus/,"),
        (Reply("", 401, {}), Reason.UNAUTHORISED, "no credentials were given"),
        (
            Reply('{"status": "error", "errorType": "bad_data", "error": "1:3: unexpected"}', 400, JSON),
            Reason.QUERY,
            "it refuses the query: 1:3: unexpected",
        ),
        (
            Reply(
                '{"errorType": "execution", "error": "query processing would load too many samples"}',
                422,
                JSON,
            ),
            Reason.TOO_MUCH,
            "too many samples",
        ),
        (
            Reply('{"errorType": "timeout", "error": "query timed out"}', 503, JSON),
            Reason.TOO_MUCH,
            "timed out",
        ),
        (Reply("line\n\x1b[31mred", 418, {}), Reason.NO_API, r"line \x1b[31mred"),
    ],
)
def test_what_is_no_answer_is_told_for_what_it_is(reply: Reply, reason: Reason, words: str) -> None:
    with stub([reply]) as server:
        told = failure(asking(server.url).client.query("up"))
    assert told.reason is reason
    assert words in told.message
    assert "s3cret" not in str(told)


def test_warnings_come_with_the_answer() -> None:
    body = '{"data": {"resultType": "vector", "result": []}, "warnings": ["slow"], "infos": ["no\\ncounter"]}'
    with stub([Reply(body)]) as server:
        assert Answer((), ("slow", "no counter")) == asking(server.url).client.query("up")


def test_a_token_is_read_each_time_and_shown(tmp_path: Path) -> None:
    file = secret_file(tmp_path, "first-token")
    with stub([WELL]) as server:
        client = asking(server.url, Access(BearerToken(file))).client
        client.query("up")
        file.write_text("second-token", encoding="utf-8")
        client.query("up")
    shown = [headers["Authorization"] for _, _, headers, _ in server.requests]
    assert shown == ["Bearer first-token", "Bearer second-token"]


def test_a_user_and_headers_are_shown(tmp_path: Path) -> None:
    access = Access(Password("me", secret_file(tmp_path, "pass:word")), headers={"X-Scope-OrgID": "payments"})
    with stub([WELL]) as server:
        asking(server.url, access).client.query("up")
    [(_, _, headers, _)] = server.requests
    assert ("Basic bWU6cGFzczp3b3Jk", "payments") == (headers["Authorization"], headers["X-Scope-OrgID"])


def test_a_secret_that_the_server_repeats_is_not_told(tmp_path: Path) -> None:
    file = secret_file(tmp_path, "s3cret-token")
    with stub([Reply("unknown: Bearer s3cret-token, s3cret-token", 418, {})]) as server:
        told = str(failure(asking(server.url, Access(BearerToken(file))).client.query("up")))
    assert "s3cret" not in told


def test_refused_credentials_are_told_by_their_file(tmp_path: Path) -> None:
    file = secret_file(tmp_path, "s3cret")
    with stub([Reply("", 403, {})]) as server:
        told = failure(asking(server.url, Access(BearerToken(file))).client.query("up"))
    assert f"it does not accept the token in {file}" in told.message


@pytest.mark.parametrize("content", ["", "one\ntwo"], ids=["empty", "two lines"])
def test_a_file_without_a_secret_is_told(tmp_path: Path, content: str) -> None:
    file = tmp_path / "token"
    file.write_text(content, encoding="utf-8")
    told = failure(asking("http://127.0.0.1:9", Access(BearerToken(file))).client.query("up"))
    assert told.reason is Reason.CREDENTIALS


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    told = failure(asking("http://127.0.0.1:9", Access(BearerToken(tmp_path / "gone"))).client.query("up"))
    assert told.message == f"{tmp_path / 'gone'} cannot be read: No such file or directory"


@pytest.mark.parametrize(
    ("access", "header"),
    [
        (lambda file: Access(BearerToken(file)), "Authorization"),
        (lambda _: Access(headers={"X-Scope-OrgID": "a\r\nb: c"}), "X-Scope-OrgID"),
    ],
    ids=["token", "header"],
)
def test_what_no_header_can_hold_is_told(
    tmp_path: Path, access: Callable[[Path], Access], header: str
) -> None:
    file = secret_file(tmp_path, "s3cret€")
    told = failure(asking("http://127.0.0.1:9", access(file)).client.query("up"))
    assert told.message == f"what is to be sent as {header} holds a character that no header can"


def test_a_long_question_is_posted() -> None:
    with stub([WELL]) as server:
        asking(server.url).client.query("up or " * 1000 + "up")
    [(method, path, _, body)] = server.requests
    assert ("POST", "/api/v1/query", True) == (method, path, body.startswith("query=up+or+"))


def test_times_are_exact_to_the_millisecond() -> None:
    with stub([Reply('{"data": {"resultType": "matrix", "result": []}}')]) as server:
        asking(server.url).client.query_range("up", 1_700_000_000.5, 1_700_000_060.5, 30)
    [(_, path, _, _)] = server.requests
    assert "start=1700000000.500&end=1700000060.500&step=30.000" in path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that only who is told so trusts, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-out", files[0], "-keyout", files[1]),
        ],
        check=True,
        capture_output=True,
    )
    return files


def serving(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def test_a_stranger_is_not_trusted(certificate: tuple[Path, Path]) -> None:
    with stub([WELL], tls=serving(certificate)) as server:
        told = failure(asking(server.url).client.query("up"))
    assert told.reason is Reason.TLS
    assert told.message == "TLS fails: self-signed certificate; --ca-file names an authority to trust"


def test_a_server_that_speaks_no_tls_is_told() -> None:
    with stub([WELL]) as server:
        told = failure(asking(server.url.replace("http:", "https:")).client.query("up"))
    assert told.reason is Reason.TLS
    assert told.message.startswith("TLS fails: wrong version number; ")


def _hang_up_on(listening: socket.socket, callers: int) -> None:
    for _ in range(callers):
        listening.accept()[0].close()


def test_a_server_that_hangs_up_is_told() -> None:
    with socket.socket() as rude:
        rude.bind(("127.0.0.1", 0))
        rude.listen()
        thread = threading.Thread(target=_hang_up_on, args=(rude, 2), daemon=True)
        thread.start()
        told = failure(asking(f"http://127.0.0.1:{rude.getsockname()[1]}").client.query("up"))
        thread.join()
    assert told.reason is Reason.UNREACHABLE
    assert "(" not in told.message


@pytest.mark.parametrize("trusted", [True, False], ids=["authority named", "nothing checked"])
def test_a_server_is_trusted_by_its_authority_or_unseen(
    certificate: tuple[Path, Path], *, trusted: bool
) -> None:
    tls = Tls(authorities=certificate[0]) if trusted else Tls(verify=False)
    with stub([WELL], tls=serving(certificate)) as server:
        assert Answer(()) == asking(server.url, Access(tls=tls)).client.query("up")


def test_a_client_shows_its_certificate(certificate: tuple[Path, Path]) -> None:
    context = serving(certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificate[0])
    with stub([WELL], tls=context) as server:
        tls = Tls(certificate[0], *certificate)
        assert Answer(()) == asking(server.url, Access(tls=tls)).client.query("up")


def test_a_certificate_that_is_none_is_told(tmp_path: Path) -> None:
    file = secret_file(tmp_path, "not PEM")
    told = failure(asking("https://127.0.0.1:9", Access(tls=Tls(file))).client.query("up"))
    assert told.reason is Reason.CREDENTIALS
