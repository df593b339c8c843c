"""What latency and errors do not show: an engine that hangs, a scale that swings, requests that wait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slo_compiler.model.expression import Expression
from slo_compiler.model.service import Service
from slo_compiler.model.serving import Engines, Queue
from slo_compiler.model.subject import Subject
from slo_compiler.model.surface import Surface
from slo_compiler.quantities import HOUR, Seconds, format_duration
from slo_compiler.rules import names
from slo_compiler.rules.ir import AlertingRule, Group, RecordingRule, Rule
from slo_compiler.rules.layout import block, chain
from slo_compiler.rules.selecting import authored
from slo_compiler.rules.severity import NO_VISIBLE_IMPACT, STALLED, Rated
from slo_compiler.rules.signals.labelling import alert_labels, notices
from slo_compiler.rules.signals.signal import LoweredSignal
from slo_compiler.rules.signals.watched import Watched

SWING: Final = HOUR
REVERSALS: Final = 3
"""Up, down, up and down again within a swing is no load that rises and falls."""


def serving_of(service: Service) -> Subject:
    """The serving of a service, as a signal."""
    return service.signal("serving", (Surface.SERVING,), service.position)


def lower_serving(watched: Watched) -> Iterator[LoweredSignal]:
    """The engines, the autoscaler and the queue of a service, as far as its spec speaks of them."""
    service = watched.service
    serving = service.serving
    if serving is None:
        return
    subject = serving_of(service)
    rules: list[Rule] = []
    if serving.engines is not None:
        rules.append(_stalled(serving.engines, service, subject))
    if serving.replicas is not None:
        rules += _thrash(serving.replicas, service, subject)
    if serving.queue is not None:
        rules.append(_queue_share(serving.queue, service, subject))
    if rules:
        group = Group(names.signal_group(subject), service.clock.evaluation_interval, tuple(rules))
        yield LoweredSignal(subject, (group,))


def stalled(engines: Engines, service: Service) -> str:
    """PromQL of the engines that have had requests all the time, and worked off nothing.

    One that was not there at the beginning of that time is still loading.
    """
    window = _patience(engines, service)
    by = ", ".join(engines.by)
    running = authored(engines.running, service.target)
    progress = authored(engines.progress, service.target)
    return chain(
        f"and on ({by})",
        f"(sum by ({by}) (min_over_time({running}[{window}])) > 0)",
        f"(sum by ({by}) (increase({progress}[{window}])) == 0)",
        f"group by ({by}) ({running} offset {window})",
    )


def _stalled(engines: Engines, service: Service, subject: Subject) -> AlertingRule:
    """The value is the number of engines: which they are changes meanwhile, and would make another alert."""
    window = _patience(engines, service)
    return _alert(
        service,
        subject,
        names.STALLED_ALERT,
        f"count{block(stalled(engines, service))}",
        STALLED,
        hold=2 * service.clock.scrape_interval,
        summary=f"{service.name}: engines are stalled",
        description=(
            f"{{{{ $value }}}} engines have had requests for {window} and made no progress. Requests that "
            "never finish are in no latency and no error ratio. Take the engines out of the balancing, keep "
            "one for its stacks, and restart the others."
        ),
    )


def _patience(engines: Engines, service: Service) -> str:
    return format_duration(engines.stalled_after or service.clock.base_window)


def _thrash(replicas: Expression, service: Service, subject: Subject) -> tuple[Rule, ...]:
    """The direction of each change, and the alert that it turns around too often."""
    wanted = f"max({authored(replicas, service.target)})"
    before = f"max({authored(replicas, service.target)} offset {_interval(service)})"
    direction = RecordingRule(
        names.SCALING_DIRECTION, f"sgn({wanted} - {before}) != 0", dict(subject.identity)
    )
    turns = f"changes({names.of(names.SCALING_DIRECTION, subject)}[{format_duration(SWING)}])"
    alert = _alert(
        service,
        subject,
        names.THRASH_ALERT,
        f"{turns} >= {REVERSALS}",
        NO_VISIBLE_IMPACT,
        hold=Seconds(0),
        summary=f"{service.name}: the autoscaler thrashes",
        description=(
            f"In {format_duration(SWING)} it has turned around {{{{ $value }}}} times between more replicas "
            "and fewer. Every new replica starts cold, which is seen as a slow tail: raise the floor, or "
            "lengthen the stabilisation window."
        ),
    )
    return direction, alert


def _queue_share(queue: Queue, service: Service, subject: Subject) -> RecordingRule:
    window = format_duration(service.clock.base_window)
    waited = f"sum(rate({authored(queue.time, service.target)}[{window}]))"
    taken = f"sum(rate({authored(queue.total, service.target)}[{window}]))"
    return RecordingRule(names.QUEUE_SHARE, f"{waited} / ({taken} > 0)", dict(subject.identity))


def _interval(service: Service) -> str:
    """Between two evaluations nothing is missed, and no change is seen twice."""
    return format_duration(service.clock.evaluation_interval)


def _alert(  # noqa: PLR0913 what differs between the alerts
    service: Service, subject: Subject, name: str, expr: str, rated: Rated, *, hold: Seconds, **told: str
) -> AlertingRule:
    return AlertingRule(
        alert=name,
        expr=expr,
        hold=hold,
        keep_firing_for=service.clock.base_window,
        labels=alert_labels(service, subject, Surface.SERVING, rated),
        annotations=notices(service, "serving", **told),
        run_time_labels=service.run_time_labels,
        because=rated.because,
    )
