from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from slo_compiler.cli import main
from tests.compiling import RECEIVERS, slo, spec
from tests.oracles.document import yaml_text
from tests.prometheus.stub import Reply, stub
from tests.verify.expositions import GO

SOUND = {"ratio": {"bad": 'http_requests_total{code="500"}', "total": "http_requests_total"}}
FAULTY = {"ratio": {"bad": 'http_requests_total{code="500"}', "total": "http_request_total"}}


def verified(folder: Path, *arguments: str, indicator: object = SOUND) -> Result:
    (folder / "shop.yaml").write_text(yaml_text(spec("shop", slo(indicator=indicator))), encoding="utf-8")
    (folder / "receivers.yaml").write_text(yaml_text(RECEIVERS), encoding="utf-8")
    (folder / "shop.prom").write_text(GO, encoding="utf-8")
    return CliRunner().invoke(main, ["verify", str(folder / "shop.yaml"), *arguments], catch_exceptions=False)


def test_what_is_there_is_said_to_be(tmp_path: Path) -> None:
    done = verified(tmp_path, "--scrape", str(tmp_path / "shop.prom"))
    assert (done.exit_code, done.stderr) == (0, "all metrics of 1 SLOs are there\n")


def test_what_is_missing_is_at_its_place(tmp_path: Path) -> None:
    done = verified(tmp_path, "--scrape", str(tmp_path / "shop.prom"), indicator=FAULTY)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"{tmp_path}/shop.yaml:14:16: error: there is no metric http_request_total")


@pytest.mark.parametrize("style", ["json", "sarif", "github"])
def test_programs_read_it_on_standard_output(tmp_path: Path, style: str) -> None:
    done = verified(tmp_path, "--scrape", str(tmp_path / "shop.prom"), "--format", style, indicator=FAULTY)
    assert (done.exit_code, done.stderr) == (1, "")
    assert "verify/metric" in done.stdout
    if style != "github":
        assert json.loads(done.stdout)


def test_a_target_is_scraped(tmp_path: Path) -> None:
    with stub([Reply(GO, headers={"Content-Type": "text/plain"})]) as target:
        done = verified(tmp_path, "--scrape", f"{target.url}/metrics")
        assert done.exit_code == 0, done.stderr
    ((method, path, headers, _),) = target.requests
    assert (method, path) == ("GET", "/metrics")
    assert headers["Accept"].startswith("application/openmetrics-text")


def test_several_targets_are_looked_at_together(tmp_path: Path) -> None:
    for name, text in {"a": "# TYPE failed_total counter\nfailed_total 0\n", "b": GO}.items():
        (tmp_path / f"{name}.prom").write_text(text, encoding="utf-8")
    both = [argument for name in "ab" for argument in ("--scrape", str(tmp_path / f"{name}.prom"))]
    done = verified(
        tmp_path, *both, indicator={"ratio": {"bad": "failed_total", "total": "http_requests_total"}}
    )
    assert done.exit_code == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "give --scrape URL or FILE, or --prometheus URL"),
        (["--scrape", "there-is-none.prom"], "there-is-none.prom cannot be read"),
        (["--scrape", "x", "--label", "cluster"], "--label cluster is not of the form NAME=VALUE"),
        (["--scrape", "http://127.0.0.1:9/metrics"], "[server/unreachable]"),
    ],
)
def test_what_cannot_be_looked_at(tmp_path: Path, arguments: list[str], told: str) -> None:
    done = verified(tmp_path, *arguments)
    assert done.exit_code in (1, 2)
    assert told in done.stderr


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "shop.gz").write_bytes(b"\x1f\x8b")
    done = verified(tmp_path, "--scrape", str(tmp_path / "shop.gz"))
    assert (done.exit_code, done.stderr) == (1, f"Error: {tmp_path}/shop.gz is not UTF-8, at byte 2\n")


def test_no_exposition_is_a_diagnostic(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html>\n", encoding="utf-8")
    done = verified(tmp_path, "--scrape", str(tmp_path / "page.html"))
    assert (done.exit_code, done.stderr.rpartition("[")[2].split("]")[0]) == (1, "verify/exposition")
