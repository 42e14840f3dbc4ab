"""A clock on which waiting takes no time."""

from __future__ import annotations

import time

from footage.embedders.marengo.patience import Clock


class FakeTime:
    """Moves when somebody sleeps, and keeps how long."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.wall = time.time()
        self.sleeps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds

    @property
    def slept(self) -> float:
        return sum(self.sleeps)

    @property
    def clock(self) -> Clock:
        return Clock(
            monotonic=lambda: self.now,
            wall=lambda: self.wall + self.now - 1_000.0,
            sleep=self.sleep,
        )
