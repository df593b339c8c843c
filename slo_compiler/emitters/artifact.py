"""What an emitter produces: the text of one file and where the file goes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Artifact:
    """One generated file."""

    path: str
    """Relative to the output folder, with ``/`` between its parts: ``prometheus/checkout.rules.yaml``."""
    text: str
    """All of the file. Lines end with ``\\n``; it is written as UTF-8, byte for byte."""
