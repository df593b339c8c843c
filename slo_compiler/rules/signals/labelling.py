"""The labels and links of a signal's alerts: what routing and inhibition need, from stable ids alone."""

from __future__ import annotations

from slo_compiler.model import labels
from slo_compiler.model.role import Role
from slo_compiler.model.service import Service
from slo_compiler.model.subject import Subject
from slo_compiler.model.surface import Surface
from slo_compiler.rules.go_template import literal
from slo_compiler.rules.severity import Rated


def alert_labels(
    service: Service, subject: Subject, surface: Surface, rated: Rated, role: Role = Role.SYMPTOM
) -> dict[str, str]:
    """The labels of an alert that the surface's owner is told of."""
    return {
        **service.labels_of(rated.severity),
        **subject.identity,
        labels.SURFACE: surface.value,
        labels.SEVERITY: rated.severity.value,
        labels.SEV: rated.sev,
        labels.OWNER: service.owners[surface].name,
        labels.ROLE: role.value,
    }


def notices(service: Service, name: str, **told: str) -> dict[str, str]:
    """What an alert tells, with the links and annotations of its service.

    Args:
        service: whose links and annotations.
        name: stands for ``{slo}`` in links.
        told: the texts, in which what is from the spec has been escaped.
    """
    links = {"runbook_url": service.links.runbook, "dashboard_url": service.links.dashboard}
    return {
        **told,
        **{
            link: literal(template.replace("{service}", service.name).replace("{slo}", name))
            for link, template in links.items()
            if template
        },
        **{name: literal(text) for name, text in service.annotations.items()},
    }
