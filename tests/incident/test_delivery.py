"""What Alertmanager has of the alerts that fire: told, held back, silenced, or never heard of."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from slo_compiler.incident.delivery import Delivery, compare, delivery_of
from slo_compiler.incident.firing import Firing, Held
from slo_compiler.prometheus.address import Address
from slo_compiler.prometheus.alertmanager import Alertmanager as Client
from slo_compiler.prometheus.answers import Notified, Silence
from slo_compiler.prometheus.transport import Transport
from tests.oracles.alertmanager import Alertmanager

PAGE: Final = {"alertname": "ErrorBudgetBurnFast", "service": "shop", "slo": "latency"}
GUARD: Final = {"alertname": "GuardColdStart", "service": "shop", "slo": "latency"}
SILENCE: Final = Silence("1", (), 0.0, 1_767_571_200.0, "ann", "moving house", "active")


def known(
    labels: dict[str, str], *, inhibited_by: tuple[str, ...] = (), silenced_by: tuple[str, ...] = ()
) -> Notified:
    """An alert as Alertmanager has it, with a label of the server that sent it."""
    return Notified(
        {**labels, "cluster": "eu"},
        {},
        "active",
        0.0,
        0.0,
        (),
        silenced_by,
        inhibited_by,
        labels["alertname"],
    )


def test_what_is_told_is_neither_held_back_nor_unheard() -> None:
    assert Delivery((), ()) == compare(Firing((PAGE,)), [known(PAGE)], [])


def test_what_holds_an_alert_back_is_named() -> None:
    alerts = [known(PAGE, inhibited_by=("GuardColdStart",)), known(GUARD)]
    held = Held(PAGE, "GuardColdStart of latency")
    assert Delivery((held,), ()) == compare(Firing((PAGE, GUARD)), alerts, [])


def test_a_silence_is_told_with_who_made_it_and_until_when() -> None:
    held = Held(PAGE, "a silence of ann until 2026-01-05T00:00:00Z (moving house)")
    assert Delivery((held,), ()) == compare(Firing((PAGE,)), [known(PAGE, silenced_by=("1",))], [SILENCE])


def test_what_alertmanager_never_heard_of_is_told() -> None:
    assert Delivery((), (PAGE,)) == compare(Firing((PAGE,)), [known(GUARD)], [])


def test_a_real_alertmanager_tells_who_silenced_what_and_what_never_arrived(
    alertmanager_0_33: Alertmanager, tmp_path: Path
) -> None:
    config = {"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}
    silence = {
        "matchers": [{"name": "slo", "value": "latency", "isRegex": False, "isEqual": True}],
        "startsAt": "2020-01-01T00:00:00Z",
        "endsAt": "2200-01-01T00:00:00Z",
        "createdBy": "ann",
        "comment": "moving house",
    }
    lost = {**PAGE, "slo": "availability"}
    with alertmanager_0_33.serve(tmp_path, config) as server:
        server.post("/api/v2/silences", silence)
        server.post("/api/v2/alerts", [{"labels": PAGE}])
        client = Client(Transport(Address(server.url)))
        told = delivery_of(client, "shop", Firing((PAGE, lost)))
    held = Held(PAGE, "a silence of ann until 2200-01-01T00:00:00Z (moving house)")
    assert Delivery((held,), (lost,)) == told
