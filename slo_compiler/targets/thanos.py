"""Thanos Ruler: rule files that say what a missing store means, for one ruler or for several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from slo_compiler.diagnostics import Diagnostic, warning
from slo_compiler.emitters import yaml
from slo_compiler.emitters.artifact import HEADER, Artifact
from slo_compiler.emitters.prometheus import groups_document
from slo_compiler.model.targets import Thanos
from slo_compiler.rules.cost import Assumptions, costs
from slo_compiler.rules.ir import Group
from slo_compiler.rules.program import Program
from slo_compiler.targets.placed import Placed, placed_groups
from slo_compiler.targets.sharding import share_out


def emit(program: Program) -> Iterator[Artifact]:
    """``thanos/<service>.rules.yaml``, in a folder ``thanos/shard-<n>`` for each ruler if there are several.

    A group says ``partial_response_strategy``; Thanos Ruler knows neither ``query_offset`` nor labels of a
    group, and gets none.
    """
    asked = program.targets.thanos
    if asked is not None:
        for folder, placed in _folders(program, asked):
            by_file: defaultdict[str, list[Group]] = defaultdict(list)
            for each in placed:
                by_file[each.file].append(each.group)
            for file, groups in by_file.items():
                document = groups_document(groups, partial_response_strategy=asked.partial_response)
                yield Artifact(f"{folder}/{file}.rules.yaml", yaml.document(document, comment=HEADER))


def check(program: Program) -> Iterator[Diagnostic]:
    """A strategy with which alerts judge by half of the data."""
    asked = program.targets.thanos
    if asked is not None and asked.partial_response == "warn":
        yield warning(
            asked.position,
            "target/partial-response",
            "with partial_response: warn a rule goes on without the stores that do not answer: where those "
            "hold the errors nothing pages, and where they hold the rest too much does; with abort the rule "
            "fails, which prometheus_rule_evaluation_failures_total counts",
        )


def _folders(program: Program, asked: Thanos) -> Iterator[tuple[str, list[Placed]]]:
    """The folder of each ruler with its groups; all groups of an SLO go to the same one."""
    groups = placed_groups(program)
    if asked.shards == 1:
        yield "thanos", list(groups)
        return
    read = {each.id: each.cost.read for each in costs(program, Assumptions())}
    shards = share_out(read, asked.shards)
    for shard in range(asked.shards):
        yield f"thanos/shard-{shard}", [placed for placed in groups if shards[placed.id] == shard]
