"""The links of ``defaults.yaml``, with the names that they are for."""

from __future__ import annotations


def link(template: str, service: str, name: str, alert: str) -> str:
    """The URL for an alert.

    Args:
        template: a URL in which ``{service}``, ``{slo}`` and ``{alert}`` stand for names.
        service: the service.
        name: the SLO or the signal.
        alert: the alert.
    """
    return template.replace("{service}", service).replace("{slo}", name).replace("{alert}", alert)
