"""The shape of what a spec says of incidents, as pydantic checks it."""

from slo_compiler.model.runbook import Runbook
from slo_compiler.schema.shape import default_of
from slo_compiler.schema.strict import Strict
from slo_compiler.schema.text_fields import Link, LinkTitle, LocalText


class RunbookModel(Strict):
    """Local knowledge, placed into the generated runbook."""

    mitigation: LocalText = ""
    """What to do first, here: the switch, the command, the replica floor."""
    escalation: LocalText = ""
    """Whom to call when that does not help, and how."""
    links: dict[LinkTitle, Link] = default_of(dict)
    """URLs by their titles."""

    def value(self) -> Runbook:
        """The same as a value of the domain."""
        return Runbook(self.mitigation, self.escalation, self.links)
