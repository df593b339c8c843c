"""What only the people who run a service can say of an incident: their words in the generated runbook."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field


class Runbook(Struct, frozen=True):
    """Local knowledge, as free text. What is empty was not said."""

    mitigation: str = ""
    """What to do first, here: the switch, the command, the replica floor."""
    escalation: str = ""
    """Whom to call when that does not help, and how."""
    links: Mapping[str, str] = field(default_factory=dict)
    """URLs by their titles."""

    def within(self, general: Runbook) -> Runbook:
        """This with what is said more generally where it says nothing, and the links of both."""
        return Runbook(
            mitigation=self.mitigation or general.mitigation,
            escalation=self.escalation or general.escalation,
            links={**general.links, **self.links},
        )
