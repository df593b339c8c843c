"""Our default tiers on the real traffic of a public web server, beside the SRE Workbook's table as it stands.

``python -m bench.nasa FILE``, where FILE is a CSV of requests a minute. Incidents are laid into it whose
truth is known: when they begin and end, and what share of a month's error budget they spend. All tables see
the same scrapes. They are tried on all of the traffic and on a tenth of it, as one of several regions sees.
"""

from __future__ import annotations

import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np

from slo_compiler.burnrate.plan import Plan
from slo_compiler.compiler import compile_sources
from slo_compiler.model.alerting import Severity
from slo_compiler.quantities import approximate_duration
from slo_compiler.replay.evaluate import Evaluation, evaluate
from slo_compiler.replay.grid import Array, Grid, Span, Spans
from slo_compiler.replay.past import HEALTHY_BURN_RATE
from slo_compiler.replay.ranges import Running, ranges_of
from slo_compiler.replay.rate import rate
from slo_compiler.replay.score import severity_of
from slo_compiler.replay.series import Counters
from slo_compiler.replay.spans import spans_of, union
from slo_compiler.replay.traffic import read_traffic
from slo_compiler.sources import Source, Sources

MINUTE: Final = 60.0
HOUR: Final = 3600.0
DAY: Final = 86_400.0
MONTH: Final = 30 * DAY

SCRAPE: Final = 30.0
"""The requests of a minute are spread over its two scrapes as chance has it."""

OBJECTIVES: Final = ("99.9%", "99.5%", "99%", "95%", "90%")
PARTS: Final = (1.0, 0.1)
PASTS: Final = 24
"""How often incidents are laid into the same traffic, at other times each."""

SLOT: Final = 2 * DAY
"""One incident in each, so that none is in the wake of another."""

WAKE: Final = 6 * HOUR
"""What begins to page so long after an incident is put down to it."""

PAGES: Final = ((14.4, HOUR, 300.0), (6.0, 6 * HOUR, 1800.0))
"""The Site Reliability Workbook, table 5-8: burn rate, long and short window of what pages."""

WINDOWS: Final = frozenset(window for _, *windows in PAGES for window in windows)

SIGNIFICANT: Final = 0.02
"""What an incident must spend of a month's budget to be worth a page: the least that the table pages for."""

NEGLIGIBLE: Final = 0.01
"""What an incident may spend and not be worth one. Between the two, a page is as right as none."""

EXPLANATION: Final = """\
Detection and reset are medians. False pages are a month's that told nobody anything: of no incident, of one
not worth it, or of one that had paged before.
ours: the derived tiers; not kept on: the same without keep_firing_for. workbook: its table 5-8 over raw
series, each window a scrape shorter than its name, as what happens between two samples belongs to the later
one; read a scrape farther, they are whole as ours. mean of ratios: each window the average of 5m ratios.
Below, ours and the workbook's on the same incidents: how much later ours detects what both find, and how
many of these differ by more than a scrape."""

SPEC: Final = """
apiVersion: slo-compiler/v1
service: shop
owners: {{serving: shop}}
slos:
  - name: availability
    objective: {objective}
    indicator:
      ratio: {{bad: errors_total, total: requests_total}}
"""


@dataclass(frozen=True, slots=True)
class Injected:
    """An incident that was laid into the traffic."""

    span: Span
    spent: float
    """Of a month's error budget."""


@dataclass(frozen=True, slots=True)
class Score:
    """The four measures, and what they are measured on.

    ``false_pages`` are a month's that told nobody anything: of no incident, of one not worth it, or of one
    that had paged before. ``wrong`` is how many incidents a month paged that were not worth it, and
    ``significant`` how many there were that are.
    """

    precision: float
    recall: float
    detection: float
    reset: float
    false_pages: float
    wrong: float
    significant: int


@dataclass(frozen=True, slots=True)
class Beside:
    """Ours and the workbook's table on the very same incidents, of those that are worth a page.

    ``difference`` is the median of how much later ours detects what both find, ``sooner`` and ``later`` the
    shares of these that differ by more than a scrape.
    """

    found_by_both: int
    difference: float
    sooner: float
    later: float
    only_ours: int
    only_theirs: int


def main(file: Path) -> None:
    """Print the measures of all tables for some objectives."""
    for part in PARTS:
        requests = read_requests(file, part)
        print(f"{int(requests.sum()):,} requests in {len(requests) * SCRAPE / DAY:.1f} days, {PASTS} times")
        print()
        print(
            "objective  table                    worth a page  precision  recall  detection    reset  "
            "false pages  wrong incidents"
        )
        tried = {objective: try_out(objective, requests) for objective in OBJECTIVES}
        for objective, trial in tried.items():
            for table, score in trial.scores().items():
                print(_row(objective, table, score))
        print()
        print("objective  both find  median difference  sooner  later  only ours finds  only the workbook")
        for objective, trial in tried.items():
            print(_beside_row(objective, trial.beside("ours", "workbook")))
        print()
    print(EXPLANATION)


def read_requests(file: Path, part: float) -> Array:
    """The requests before each scrape, of a part of the traffic in a file."""
    rng = np.random.default_rng(1995)
    minutes = read_traffic(file.read_text(encoding="utf-8")).a_minute.astype(np.int64)
    some = rng.binomial(minutes, part)
    first = rng.binomial(some, SCRAPE / MINUTE)
    return np.stack((first, some - first), axis=1).reshape(-1).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """When each table, by its name, pages in each past, and the incidents that were laid into it."""

    pages: dict[str, list[Spans]]
    incidents: list[list[Injected]]
    lasts: float

    def scores(self) -> dict[str, Score]:
        """The measures of each table."""
        return {table: _score(each, self.incidents, self.lasts) for table, each in self.pages.items()}

    def beside(self, ours: str, theirs: str) -> Beside:
        """Two tables, incident by incident."""
        found = [
            (_detected(mine, each), _detected(other, each))
            for mine, other, injected in zip(
                self.pages[ours], self.pages[theirs], self.incidents, strict=True
            )
            for each in injected
            if each.spent >= SIGNIFICANT
        ]
        later = [mine - other for mine, other in found if mine is not None and other is not None]
        return Beside(
            found_by_both=len(later),
            difference=statistics.median(later),
            sooner=sum(each < -SCRAPE for each in later) / len(later),
            later=sum(each > SCRAPE for each in later) / len(later),
            only_ours=sum(mine is not None and other is None for mine, other in found),
            only_theirs=sum(mine is None and other is not None for mine, other in found),
        )


def try_out(objective: str, requests: Array, pasts: int = PASTS) -> Trial:
    """All tables on some pasts."""
    plan = _plan(objective)
    grid = Grid(start=15, interval=SCRAPE, count=len(requests))
    incidents = []
    pages: defaultdict[str, list[Spans]] = defaultdict(list)
    for seed in range(pasts):
        ratio, laid = _lay(requests, float(plan.slo.budget), seed)
        incidents.append(laid)
        for table, spans in _pages(plan, _series(requests, ratio, seed), grid):
            pages[table].append(spans)
    return Trial(dict(pages), incidents, grid.end)


def _pages(plan: Plan, series: Counters, grid: Grid) -> Iterator[tuple[str, Spans]]:
    """When each table pages."""
    evaluation = evaluate(plan, series, grid)
    yield "ours", _our_pages(evaluation, kept=True)
    yield "ours, not kept on", _our_pages(evaluation, kept=False)
    ratios = {
        "workbook": _raw_ratios(series, grid),
        "workbook, whole windows": _raw_ratios(series, grid, farther=SCRAPE),
        "mean of ratios": _means_of_ratios(series, grid),
    }
    for table, windows in ratios.items():
        yield table, _pages_of(windows, float(plan.slo.budget), grid)


def _row(objective: str, table: str, score: Score) -> str:
    return (
        f"{objective:>9}  {table:23}  {score.significant:12}  {score.precision:9.1%}  {score.recall:6.1%}  "
        f"{_time(score.detection):>9}  {_time(score.reset):>7}  "
        f"{score.false_pages:11.2f}  {score.wrong:15.2f}"
    )


def _beside_row(objective: str, beside: Beside) -> str:
    sign = "-" if beside.difference < 0 else ""
    return (
        f"{objective:>9}  {beside.found_by_both:9}  {sign + _time(abs(beside.difference)):>17}  "
        f"{beside.sooner:6.0%}  {beside.later:5.0%}  {beside.only_ours:15}  {beside.only_theirs:17}"
    )


def _time(seconds: float) -> str:
    return approximate_duration(Fraction(round(seconds)))


def _plan(objective: str) -> Plan:
    source = Source("shop.yaml", SPEC.format(objective=objective).encode())
    compilation = compile_sources(Sources((source,)))
    if compilation.program is None:
        raise ValueError(compilation.diagnostics)
    return compilation.program.slos[0].plan


def _lay(requests: Array, budget: float, seed: int) -> tuple[Array, list[Injected]]:
    """The ratio of errors before each scrape, and the incidents in it: of all strengths and lengths."""
    rng = np.random.default_rng(seed)
    ratio = np.full(len(requests), budget * float(HEALTHY_BURN_RATE))
    a_month = requests.mean() * MONTH / SCRAPE
    incidents = []
    for slot in range(1, int(len(requests) * SCRAPE / SLOT) - 1):
        errors = min(1.0, float(rng.choice([1.0, 0.3, 100 * budget, 30 * budget])) * rng.uniform(0.7, 1.4))
        share = 10 ** rng.uniform(-2.7, -0.4)
        lasts = min(max(share * MONTH * budget / errors, 2 * MINUTE), DAY)
        begin = int(slot * SLOT / SCRAPE + rng.integers(0, int((SLOT - DAY) / SCRAPE)))
        end = begin + round(lasts / SCRAPE)
        ratio[begin:end] = errors
        spent = float(errors * requests[begin:end].sum() / (a_month * budget))
        incidents.append(Injected(Span(begin * SCRAPE, end * SCRAPE), spent))
    return ratio, incidents


def _series(requests: Array, ratio: Array, seed: int) -> Counters:
    """What each scrape sees, an error drawn for each request."""
    rng = np.random.default_rng((1996, seed))
    errors = rng.binomial(requests.astype(np.int64), ratio)
    times = SCRAPE * np.arange(1, len(requests) + 1, dtype=np.float64)
    counted, failed = (np.cumsum(each, dtype=np.float64)[np.newaxis] for each in (requests, errors))
    return Counters(times, counted, failed)


def _our_pages(evaluation: Evaluation, *, kept: bool) -> Spans:
    """When anybody is paged by a tier; or would be, if no alert were kept on."""
    tiers = evaluation.timelines[0][: len(evaluation.plan.tiers)]
    pages = [timeline for timeline in tiers if severity_of(timeline) is Severity.PAGE]
    return union(each.firing if kept else each.holds for each in pages)


def _raw_ratios(series: Counters, grid: Grid, farther: float = 0) -> dict[float, Array]:
    """The ratio of errors in each window, from raw series, which may be read farther than its length."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            window: rate(series.counted, series.times, grid.times, window + farther)
            / rate(series.events, series.times, grid.times, window + farther)
            for window in WINDOWS
        }


def _means_of_ratios(series: Counters, grid: Grid) -> dict[float, Array]:
    """The same as the average of all 5m ratios; an idle one is left out."""
    shortest = min(WINDOWS)
    ratio = _raw_ratios(series, grid)[shortest]
    running = Running.of(ratio)
    means = {window: ranges_of(grid.times, grid.times, window).mean(running) for window in WINDOWS}
    return {**means, shortest: ratio}


def _pages_of(ratios: dict[float, Array], budget: float, grid: Grid) -> Spans:
    """When anybody is paged by the table as it stands: one alert for both tiers."""
    fires = np.logical_or.reduce(
        [(ratios[long] > burn * budget) & (ratios[short] > burn * budget) for burn, long, short in PAGES]
    )
    return spans_of(fires[0], grid)


def _score(pages: Sequence[Spans], incidents: Sequence[Sequence[Injected]], lasts: float) -> Score:
    """Precision and recall are of incidents: one that pages twice is detected once, and wrong once, too."""
    detections: list[float] = []
    resets: list[float] = []
    false = wrong = missed = 0
    for row, injected in zip(pages, incidents, strict=True):
        for each in injected:
            here = [page for page in row if _is_put_down_to(page, each)]
            if each.spent >= SIGNIFICANT:
                missed += not here
                false += len(here[1:])
                detections += [_since(each, page) for page in here[:1]]
                resets += [max(page.end - each.span.end, 0.0) for page in here[-1:]]
            elif each.spent <= NEGLIGIBLE:
                wrong += bool(here)
                false += len(here)
        alone = sum(not any(_is_put_down_to(page, each) for each in injected) for page in row)
        wrong += alone
        false += alone
    detected = len(detections)
    months = len(pages) * lasts / MONTH
    return Score(
        precision=detected / (detected + wrong),
        recall=detected / (detected + missed),
        detection=statistics.median(detections),
        reset=statistics.median(resets),
        false_pages=false / months,
        wrong=wrong / months,
        significant=detected + missed,
    )


def _detected(pages: Spans, incident: Injected) -> float | None:
    """How long after its onset an incident paged; None if it never did."""
    return next((_since(incident, page) for page in pages if _is_put_down_to(page, incident)), None)


def _since(incident: Injected, page: Span) -> float:
    return max(page.begin - incident.span.begin, 0.0)


def _is_put_down_to(page: Span, incident: Injected) -> bool:
    return incident.span.begin < page.end and page.begin < incident.span.end + WAKE


if __name__ == "__main__":
    main(Path(sys.argv[1]))
