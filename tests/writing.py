"""Artefacts into an output folder, as ``compile`` writes and compares them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from slo_compiler.cli import output
from slo_compiler.cli.generated import in_memory
from slo_compiler.cli.output import Changes
from slo_compiler.emitters.artifact import Artifact


def write(out: Path, artifacts: Iterable[Artifact]) -> Changes:
    """As ``output.write``."""
    return output.write(out, in_memory(artifacts))


def compare(out: Path, artifacts: Iterable[Artifact]) -> Changes:
    """As ``output.compare``."""
    return output.compare(out, in_memory(artifacts))
