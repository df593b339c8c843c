"""Why no series can be made for an SLO, or no test: said to its author, never hidden."""

from __future__ import annotations


class Untestable(Exception):  # noqa: N818 - not an error: there is just no telling what the expression reads
    """No series are known that the rules would read as wished; the message is the rest of a sentence."""
