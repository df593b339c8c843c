"""A clock that goes when it is told to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Clock:
    """Seconds since 1970."""

    now: float = 1_767_571_200.0

    def __call__(self) -> float:
        return self.now

    def goes(self, seconds: float = 1.0) -> None:
        self.now += seconds
