"""The examples in specs/, compiled, and what one of their SLOs is as a rule file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from slo_compiler.burnrate.tier import Tier
from slo_compiler.compiler import Compilation, compile_sources
from slo_compiler.emitters import prometheus
from slo_compiler.model.indicator import Latency, Quality
from slo_compiler.rules.program import LoweredSlo, Program
from slo_compiler.sources import Source, Sources

SPECS: Final = Path(__file__).parents[2] / "specs"


def compile_specs(folder: Path = SPECS) -> Compilation:
    """All specs of a folder, with its defaults.yaml and receivers.yaml."""
    sources = {path.name: Source(path.name, path.read_bytes()) for path in sorted(folder.glob("*.yaml"))}
    defaults, receivers = (sources.pop(f"{name}.yaml", None) for name in ("defaults", "receivers"))
    return compile_sources(Sources(tuple(sources.values()), defaults, receivers))


def program_of(compilation: Compilation) -> Program:
    """The program of a compilation without errors."""
    assert compilation.program is not None, compilation.diagnostics
    return compilation.program


def is_read_late(lowered: LoweredSlo) -> bool:
    """Whether the SLO counts predictions at the time they were made, and waits for their labels."""
    indicator = lowered.plan.slo.indicator
    return isinstance(indicator, Quality) and indicator.labelling.shift > 0


PROGRAM: Final = program_of(compile_specs())

SLOS: Final = {lowered.plan.slo.id: lowered for lowered in PROGRAM.slos if not is_read_late(lowered)}
"""But for those by cohort, which say of every moment what was a lag ago: they have tests of their own."""

TIERS: Final = [
    (slo_id, tier.name)
    for slo_id, lowered in SLOS.items()
    for tier in lowered.plan.tiers
    # Of the model's SLOs one is of a kind that no other example has; the rest would only take longer.
    if isinstance(lowered.plan.slo.indicator, Quality) or not lowered.plan.slo.role
]


def tier_of(lowered: LoweredSlo, name: str) -> Tier:
    """The tier of a name."""
    return next(tier for tier in lowered.plan.tiers if tier.name == name)


def rule_file(lowered: LoweredSlo) -> str:
    """The rules of one SLO, written as they are for its service."""
    (artifact,) = prometheus.emit(Program((lowered,), None))
    return artifact.text


def compile_slo(spec: str, *, service: str = "shop") -> LoweredSlo:
    """The one SLO of a spec that says nothing but ``slos``."""
    text = f"apiVersion: slo-compiler/v1\nservice: {service}\nowners: {{serving: shop}}\n{spec}"
    compilation = compile_sources(Sources((Source("spec.yaml", text.encode()),)))
    (lowered,) = program_of(compilation).slos
    return lowered


def has_native_histogram(lowered: LoweredSlo) -> bool:
    """Whether the SLO reads a native histogram."""
    indicator = lowered.plan.slo.indicator
    return isinstance(indicator, Latency) and indicator.native
