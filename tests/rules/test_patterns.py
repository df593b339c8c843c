from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.rules import names
from slo_compiler.rules.patterns import WHOSE, Patterns, filled
from tests.compiling import program_of, slo, spec
from tests.rules.test_names import slugs


@given(slugs, slugs, st.sampled_from(["slo:events:increase5m", "slo:burn_rate:ratio"]))
def test_a_filled_pattern_selects_the_series_of_the_slo(service: str, name: str, metric: str) -> None:
    (lowered,) = program_of(spec(service, slo(name))).slos
    only = lowered.plan.slo
    pattern = f"2 * {names.anybodys(metric)}"
    assert filled(pattern, names.own(only.subject)) == f"2 * {names.series(metric, only)}"


@given(
    st.dictionaries(st.text(), st.text(st.sampled_from(f'a\n"é{WHOSE}')), min_size=1),
    st.text(st.sampled_from('a="é')),
)
def test_many_patterns_are_filled_as_each_is(patterns: dict[str, str], whose: str) -> None:
    assert Patterns(patterns).filled(whose) == {
        name: filled(pattern, whose) for name, pattern in patterns.items()
    }


@given(slugs)
def test_no_rule_leaves_open_whose_it_is(service: str) -> None:
    program = program_of(spec(service, slo(group_by=["region"])))
    rules = [rule for each in program.slos for group in each.groups for rule in group.rules]
    assert repr(WHOSE)[1:-1] not in "".join(map(repr, rules))
