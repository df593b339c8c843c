"""Runs promtool's unit tests of rules from Python values."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.oracles.document import yaml_text
from tests.oracles.prometheus import Prometheus


class Verdict(NamedTuple):
    """What promtool said of a test file."""

    ok: bool
    output: str


def run_rule_tests(
    prometheus: Prometheus, rules: Mapping[str, str], tests: Mapping[str, Any], flags: Sequence[str] = ()
) -> Verdict:
    """Run `promtool test rules`.

    Args:
        prometheus: whose promtool.
        rules: name and text of each rule file.
        tests: the test file, without ``rule_files``, which are all the rules.
            https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
        flags: of promtool itself, such as ``--enable-feature=promql-experimental-functions``.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, text in rules.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        test_file = Path(folder, "tests.yaml")
        test_file.write_text(yaml_text({"rule_files": list(rules), **tests}), encoding="utf-8")
        done = prometheus.promtool(*flags, "test", "rules", test_file)
        return Verdict(done.returncode == 0, done.stdout + done.stderr)
