"""What is remembered from one SLO to the next changes nothing: alone and after others each is the same."""

from __future__ import annotations

import functools
import gc
import inspect
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compiling import BAD, TOTAL, Document, defaults, ml_spec, slo, spec, texts_of

ROOMS: Final = ("burnrate", "checks", "emitters", "promql", "quantities", "rules", "scenarios")
"""Whose functions remember what follows from an SLO; presets are read from files that no spec changes."""

INDICATORS: Final[tuple[dict[str, Any], ...]] = (
    {"ratio": {"bad": BAD, "total": TOTAL}},
    {"ratio": {"good": 'a{code!~"5.."}', "total": "a"}},
    {"events": {"bad": "increase(a[$window])", "total": "increase(b[$window])"}},
    {"latency": {"histogram": "a", "threshold": "250ms"}},
    {"latency": {"histogram": "a", "threshold": "300ms", "type": "native"}},
    {"probe": "up"},
    {"threshold": {"gauge": "a", "at_least": 10}},
    {"threshold": {"gauge": "a", "at_most": 0.5}},
    {"freshness": {"timestamp": "a", "max_age": "2h"}},
    {"error_ratio": "avg_over_time(a[$window])"},
)

slos = st.fixed_dictionaries(
    {"indicator": st.sampled_from(INDICATORS), "objective": st.sampled_from(["99.9%", "99%", "95%"])},
    optional={
        "window": st.sampled_from(["7d", "28d"]),
        "group_by": st.just(["region"]),
        "alerting": st.sampled_from([{"min_errors": 20}, {"absent": False}, {"enabled": False}]),
    },
)
clocks = st.sampled_from([{}, {"evaluation_interval": "1m"}, {"scrape_interval": "15s"}])


REMEMBERING: Final = [
    each
    for each in gc.get_objects()
    if isinstance(each, functools._lru_cache_wrapper)
    and each.__module__.startswith(tuple(f"slo_compiler.{room}" for room in ROOMS))
    and inspect.signature(each).parameters
]


def forget() -> None:
    for each in REMEMBERING:
        each.cache_clear()


@settings(max_examples=30)
@given(slos, slos, clocks)
def test_a_service_compiles_to_the_same_after_another_one(
    one: Document, other: Document, clock: Document
) -> None:
    told = defaults(**clock)
    first, second = spec("first", slo("a", **one)), spec("second", slo("b", **other))
    forget()
    texts_of(first, defaults=told)
    after = texts_of(second, defaults=told)
    forget()
    assert texts_of(second, defaults=told) == after


def test_a_model_compiles_to_the_same_after_another_one() -> None:
    forget()
    texts_of(ml_spec("first"))
    after = texts_of(ml_spec("second"))
    forget()
    assert texts_of(ml_spec("second")) == after
