"""The shape of ``receivers.yaml``, as pydantic checks it; what is Alertmanager's own is checked elsewhere."""

from typing import Annotated, Any, Literal, TypeAlias

from slo_compiler.model.receivers import Grouping
from slo_compiler.quantities import Seconds, format_duration
from slo_compiler.schema.fields import Duration
from slo_compiler.schema.receivers.integrations import GLOBAL, RECEIVER
from slo_compiler.schema.receivers.time_of_day import Location, Time, Weekdays
from slo_compiler.schema.refusal import RefusedError
from slo_compiler.schema.shape import Json, Key, default_of, length, shown_as, whole
from slo_compiler.schema.strict import Strict
from slo_compiler.schema.text_fields import OwnerName


def _receiver() -> Json:
    from slo_compiler.schema.receivers import integration_schema  # noqa: PLC0415  only editors wait for it

    return {**integration_schema.json_schema(RECEIVER, levels=2), "minProperties": 1}


def _global() -> Json:
    from slo_compiler.schema.receivers import integration_schema  # noqa: PLC0415  as above

    return integration_schema.json_schema(GLOBAL, levels=1)


ReceiverConfig: TypeAlias = Annotated[Any, shown_as(_receiver)]
"""Any value: what is wrong in it is told without repeating it, which pydantic does not promise."""

GlobalConfig: TypeAlias = Annotated[Any, shown_as(_global)]


class OwnerModel(Strict):
    """How one owner is reached."""

    page: ReceiverConfig = None
    """Alertmanager's integrations for what must be looked at now."""
    ticket: ReceiverConfig = None
    """Alertmanager's integrations for what may wait for office hours."""

    @whole
    def _reached(self) -> None:
        if not self.says_anything:
            raise ValueError("neither page nor ticket is given: no alert would reach this owner")


class OfficeHoursModel(Strict):
    """When tickets are delivered."""

    location: Location
    """The time zone, such as Europe/Berlin."""
    weekdays: Weekdays = "monday:friday"
    start: Time = "09:00"
    end: Time = "17:00"

    @whole
    def _open(self) -> None:
        if self.start >= self.end:
            raise RefusedError(
                f"office hours from {self.start} to {self.end} never begin; Alertmanager knows none across "
                "midnight and would refuse the whole file",
                "end",
            )


class GroupingModel(Strict):
    """When notifications are sent."""

    group_wait: Duration | None = None
    """How long the first notification waits for more alerts; 30s where it is not given."""
    group_interval: Duration | None = None
    """How long an update waits; 5m where it is not given."""
    repeat_page: Duration | None = None
    """When a page is repeated; 4h where it is not given."""
    repeat_ticket: Duration | None = None
    """When a ticket is repeated; 24h where it is not given."""

    @whole
    def _repeats_on_time(self) -> None:
        built_in = Grouping()
        interval = self.group_interval or built_in.group_interval
        repeats = {
            "repeat_page": self.repeat_page or built_in.repeat_page,
            "repeat_ticket": self.repeat_ticket or built_in.repeat_ticket,
        }
        late = {name: _late(name, time, interval) for name, time in repeats.items() if time % interval != 0}
        if late:
            raise RefusedError("; ".join(late.values()), next(iter(late)))


class ReceiversModel(Strict):
    """How each owner is reached for a page and for a ticket."""

    api_version: Annotated[Literal["slo-compiler/v1"], Key("apiVersion")]
    owners: Annotated[dict[OwnerName, OwnerModel], length(1)]
    fallback: ReceiverConfig = None
    """Who gets what is no alert of an SLO; nobody where it is not given."""
    office_hours: OfficeHoursModel | None = None
    """Tickets are delivered only then; at any time where it is not given."""
    grouping: GroupingModel = default_of(GroupingModel)
    global_: Annotated[GlobalConfig, Key("global")] = None
    """Alertmanager's own global section."""


def _late(name: str, repeat: Seconds, interval: Seconds) -> str:
    rounded = (repeat // interval + 1) * interval
    return (
        f"{name} of {format_duration(repeat)} is no multiple of the group_interval of "
        f"{format_duration(interval)}: Alertmanager would make it {format_duration(rounded)}; write that"
    )
