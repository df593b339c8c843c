"""The oracles run as told: tools, servers, rule tests, and what happens where there are none."""

from __future__ import annotations

import shutil
import urllib.error
from pathlib import Path

import pytest

from tests.conftest import installed
from tests.oracles import __main__ as command
from tests.oracles import apt
from tests.oracles.alertmanager import Alertmanager
from tests.oracles.cache import FetchError
from tests.oracles.document import yaml_text
from tests.oracles.prometheus import Prometheus
from tests.oracles.releases import (
    ALERTMANAGER_0_25,
    ALERTMANAGER_0_33,
    PROMETHEUS_2_42,
    PROMETHEUS_2_53,
    PROMETHEUS_3_5,
    Release,
)
from tests.oracles.ruletest import run_rule_tests
from tests.oracles.server import ServerError

RECORDING = "groups: [{name: answers, rules: [{record: answer, expr: 42}]}]"
ROUTES = {"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}

# What YAML does not take as it is, what Go's reader does not take escaped, and what is harmless.
AWKWARD = '"\\ \x00\x7f\x85 \u2028 \u2029 \ufeff\ue000\ufffe\uffff 🙂 \U000e0001 \U0010ffff'


def test_each_prometheus_serves_without_complaint(prometheus: Prometheus, tmp_path: Path) -> None:
    with prometheus.serve(tmp_path) as server:
        assert server.complaints() == []
        assert server.get("/api/v1/status/buildinfo")["data"]["version"] == prometheus.version


def test_each_prometheus_stops_at_the_end(prometheus: Prometheus, tmp_path: Path) -> None:
    with prometheus.serve(tmp_path) as server:
        pass
    with pytest.raises(urllib.error.URLError):
        server.get("/api/v1/rules")


def test_each_prometheus_reloads(prometheus: Prometheus, tmp_path: Path) -> None:
    with prometheus.serve(tmp_path, {"rule_files": ["*.rules.yaml"]}) as server:
        (tmp_path / "answer.rules.yaml").write_text(RECORDING, encoding="utf-8")
        server.reload()
        groups = server.get("/api/v1/rules")["data"]["groups"]
    assert [group["name"] for group in groups] == ["answers"]


def test_each_prometheus_refuses_to_reload_nonsense(prometheus: Prometheus, tmp_path: Path) -> None:
    with prometheus.serve(tmp_path) as server:
        (tmp_path / "prometheus.yml").write_text("nonsense: true", encoding="utf-8")
        with pytest.raises(ServerError, match="nonsense"):
            server.reload()
        (complaint,) = server.complaints()
    assert "Error reloading config" in complaint


def test_each_prometheus_says_why_it_does_not_start(prometheus: Prometheus, tmp_path: Path) -> None:
    with (
        pytest.raises(ServerError, match="field nonsense not found"),
        prometheus.serve(tmp_path, "nonsense: true"),
    ):
        pass


def test_an_error_of_the_api_is_a_reply(prometheus_3_5: Prometheus, tmp_path: Path) -> None:
    with prometheus_3_5.serve(tmp_path) as server:
        assert server.get("/api/v1/query", query="1 +")["errorType"] == "bad_data"


def test_two_servers_do_not_clash(prometheus_3_5: Prometheus, tmp_path: Path) -> None:
    with prometheus_3_5.serve(tmp_path / "a") as one, prometheus_3_5.serve(tmp_path / "b") as other:
        assert one.url != other.url


def test_each_alertmanager_takes_alerts_without_complaint(alertmanager: Alertmanager, tmp_path: Path) -> None:
    with alertmanager.serve(tmp_path, ROUTES) as server:
        server.post("/api/v2/alerts", [{"labels": {"alertname": "Awkward", "text": "🙂"}}])
        labels = [alert["labels"] for alert in server.get("/api/v2/alerts")]
        assert server.complaints() == []
    assert labels == [{"alertname": "Awkward", "text": "🙂"}]


def test_each_alertmanager_refuses_to_reload_nonsense(alertmanager: Alertmanager, tmp_path: Path) -> None:
    with alertmanager.serve(tmp_path, ROUTES) as server:
        (tmp_path / "alertmanager.yml").write_text("nonsense: true", encoding="utf-8")
        with pytest.raises(ServerError, match="nonsense"):
            server.reload()


def test_each_promtool_returns_its_exit_code(prometheus: Prometheus, tmp_path: Path) -> None:
    rules = tmp_path / "answer.rules.yaml"
    rules.write_text(RECORDING, encoding="utf-8")
    assert prometheus.promtool("check", "rules", rules).returncode == 0
    rules.write_text(RECORDING.replace("42", "42 +"), encoding="utf-8")
    assert prometheus.promtool("check", "rules", rules).returncode == 1


def test_each_amtool_reads_standard_input(alertmanager: Alertmanager) -> None:
    done = alertmanager.amtool("check-config", "/dev/stdin", stdin=yaml_text(ROUTES))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("value", "passes"), [(42, True), (43, False)])
def test_rule_tests_pass_and_fail(prometheus: Prometheus, value: int, *, passes: bool) -> None:
    samples = [{"labels": "answer", "value": value}]
    test = {"promql_expr_test": [{"expr": "answer", "eval_time": "1m", "exp_samples": samples}]}
    assert run_rule_tests(prometheus, {"answer.yaml": RECORDING}, {"tests": [test]}).ok is passes


def test_awkward_text_reaches_each_prometheus(prometheus: Prometheus, tmp_path: Path) -> None:
    rule = {"alert": "Awkward", "expr": "1", "annotations": {"text": AWKWARD}}
    (tmp_path / "rules.yaml").write_text(
        yaml_text({"groups": [{"name": AWKWARD, "rules": [rule]}]}), encoding="utf-8"
    )
    with prometheus.serve(tmp_path, {"rule_files": ["rules.yaml"]}) as server:
        (group,) = server.get("/api/v1/rules")["data"]["groups"]
    assert (group["name"], group["rules"][0]["annotations"]["text"]) == (AWKWARD, AWKWARD)


@pytest.mark.parametrize(
    ("release", "version", "accepted"),
    [
        (PROMETHEUS_2_42, "2.42.0+ds", True),
        (PROMETHEUS_2_42, "2.53.3+ds1", False),
        (PROMETHEUS_2_53, "2.53.3+ds1", True),
        (PROMETHEUS_3_5, "3.4.2", False),
        (PROMETHEUS_3_5, "3.5.3+ds1", True),
        (PROMETHEUS_3_5, "3.12.0-rc.1+ds1", True),
        (PROMETHEUS_3_5, "4.0.0", False),
        (ALERTMANAGER_0_25, "0.25.0", True),
        (ALERTMANAGER_0_25, "0.33.1", False),
        (ALERTMANAGER_0_33, "0.28.1+ds", True),
        (ALERTMANAGER_0_33, "0.40.0", True),
    ],
)
def test_accepted_versions(release: Release, version: str, *, accepted: bool) -> None:
    assert release.accepts(version) is accepted


def test_no_apt_get_is_an_obstacle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert apt.obstacle() == "this machine has no apt-get, so it is no Debian"


@pytest.mark.parametrize(
    ("ci", "exit_code", "told"),
    [("", 0, "tests that need these are skipped: prometheus-2.42"), ("true", 1, "missing: prometheus-2.42")],
    ids=["a developer's machine", "CI"],
)
def test_exit_code_without_oracles(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    *,
    ci: str,
    exit_code: int,
    told: str,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("CI", ci)
    assert command.main() == exit_code
    assert told in caplog.text


@pytest.mark.parametrize(
    ("ci", "outcome"),
    [("", pytest.skip.Exception), ("true", pytest.fail.Exception)],
    ids=["a developer's machine", "CI"],
)
def test_outcome_without_oracles(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match=r"prometheus-2\.42 is not in the cache"):
        installed(PROMETHEUS_2_42)


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="apt-get is not here")
def test_a_mirror_that_is_gone_is_named(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text("deb file:///no/such/mirror bookworm main", encoding="utf-8")
    with pytest.raises(FetchError, match=r"update` failed \(100\): .*/no/such/mirror"):
        apt.fetch([PROMETHEUS_2_42], tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sources.list", ""),
        ("sources.list", "# deb http://mirror.test/debian bookworm main"),
        ("sources.list", "deb-src http://mirror.test/debian bookworm main"),
        ("sources.list", "deb http://mirror.test/debian-security bookworm-security main"),
        ("sources.list", "deb http://vendor.test/apt bookworm vendor"),
        ("sources.list", "deb cdrom:[Debian]/ bookworm main"),
        ("sources.list.d/debian.sources", "Types: deb\nURIs: x:/\nSuites: sid\nComponents: non-free"),
        (
            "sources.list.d/debian.sources",
            "Types: deb\nEnabled: no\nURIs: x:/\nSuites: sid\nComponents: main",
        ),
        ("sources.list.d/debian.sources.save", "Types: deb\nURIs: x:/\nSuites: sid\nComponents: main"),
    ],
    ids=["empty", "comment", "sources", "security", "vendor", "disc", "non-free", "disabled", "backup"],
)
def test_no_mirror(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert apt.debian_mirror(tmp_path) is None


MIRROR = "http://mirror.test/debian"
OTHER_KEYRING = "/etc/apt/keyrings/company.gpg"


@pytest.mark.parametrize(
    ("text", "mirror"),
    [
        (f"deb {MIRROR} bookworm main contrib # ours", apt.Mirror(MIRROR)),
        (
            f"deb [ arch=amd64 signed-by={OTHER_KEYRING} ] {MIRROR} stable main",
            apt.Mirror(MIRROR, OTHER_KEYRING),
        ),
        (f"deb http://vendor.test/apt vendor main\ndeb {MIRROR} sid main", apt.Mirror(MIRROR)),
        (
            f"deb [signed-by={OTHER_KEYRING}] http://x.test/ sid main\ndeb {MIRROR} sid main",
            apt.Mirror(MIRROR),
        ),
    ],
    ids=["plain", "options", "after a vendor's", "Debian's own keyring preferred"],
)
def test_mirror_in_a_line(tmp_path: Path, text: str, mirror: apt.Mirror) -> None:
    (tmp_path / "sources.list").write_text(text, encoding="utf-8")
    assert apt.debian_mirror(tmp_path) == mirror


@pytest.mark.parametrize(
    ("signed_by", "keyring"),
    [
        ("", apt.DEBIAN_KEYRING),
        (f"Signed-By: {OTHER_KEYRING}", OTHER_KEYRING),
        ("Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc=", apt.DEBIAN_KEYRING),
    ],
    ids=["not signed", "a keyring", "a key"],
)
def test_mirror_in_a_paragraph(tmp_path: Path, signed_by: str, keyring: str) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(
        f"# kept by hand\nTypes: deb deb-src\n# {MIRROR}-old\nURIs: {MIRROR}\n"
        f"Suites: bookworm\n bookworm-updates\nComponents: main\n{signed_by}\n",
        encoding="utf-8",
    )
    assert apt.debian_mirror(tmp_path) == apt.Mirror(MIRROR, keyring)
