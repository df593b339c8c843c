"""What adapters compile to, beside one SLO."""

from __future__ import annotations

from typing import Final

from slo_compiler.adapters.catalogue import catalogue
from slo_compiler.compiler import Compilation, compile_sources
from slo_compiler.sources import Source, Sources
from tests.compiling import spec
from tests.oracles.document import yaml_text

ALL: Final = f"[{', '.join(catalogue())}]"
"""``adapters`` of a ``defaults.yaml`` that uses every one, without parameters."""


def compile_adapters(adapters: str, more: str = "") -> Compilation:
    """What comes out of a ``defaults.yaml`` with these adapters."""
    defaults = f"apiVersion: slo-compiler/v1\n{more}adapters: {adapters}\n"
    return compile_sources(
        Sources(
            (Source("checkout.yaml", yaml_text(spec()).encode()),), Source("defaults.yaml", defaults.encode())
        )
    )


def adapter_rules(adapters: str, more: str = "") -> str:
    """The text of the adapters' rule file."""
    compilation = compile_adapters(adapters, more)
    texts = {artifact.path: artifact.text for artifact in compilation.artifacts()}
    assert texts, [str(found) for found in compilation.diagnostics]
    return texts["prometheus/ml_adapters.rules.yaml"]
