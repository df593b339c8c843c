from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from slo_compiler.emitters import yaml
from slo_compiler.emitters.prometheus import groups_document
from slo_compiler.emitters.rule_file import rule_file
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule
from tests.emitters.test_yaml import COMMENT, HOSTILE, WORDS

texts = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from([*HOSTILE.values(), *WORDS])
names = texts.map(lambda text: text.replace("\n", " "))
by_name = st.dictionaries(texts, texts, max_size=4)
shared = st.sampled_from([{"slo": "a:b", "service": "a"}, {}, {"text": "first\nsecond"}])
"""Labels that are the same object for several rules, as those of an SLO are."""
durations = st.sampled_from([Fraction(0), Fraction(300), Fraction(5400)])
rules = st.builds(RecordingRule, names, texts, by_name | shared) | st.builds(
    AlertingRule, names, texts, durations, durations, by_name | shared, by_name
)
groups = st.builds(Group, names, durations, st.lists(rules, min_size=1, max_size=4).map(tuple))


@given(st.lists(groups, min_size=1, max_size=3))
def test_it_is_what_the_values_of_the_rules_are_written_as(written: list[Group]) -> None:
    expected = yaml.document(groups_document(written), comment=COMMENT)
    assert rule_file(written, comment=COMMENT) == expected
