"""What is under way at a paid service, and what was paid: kept in the catalog.

A task's id is written down before it is waited for, so that a crash resumes it instead of paying
again; and that a task is being asked for before it is asked, so that an answer that never arrived
is looked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone

from footage.database import Database
from footage.errors import UsageError
from footage.settings import Environment


@dataclass(frozen=True, slots=True)
class RemoteTask:
    """The work on one video at the service: asked for, perhaps with an answer."""

    asked_at: datetime
    asset_id: str | None = None
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """For seconds of media, about how many dollars."""

    what: str  # who was asked for what: marengo3.0 video
    seconds: float
    dollars: float


@dataclass(frozen=True, slots=True)
class Spending:
    """What one model was used for in one month."""

    month: str  # 2026-11
    what: str  # of whom what was asked: marengo3.0 video
    calls: int
    seconds: float
    dollars: float


class Ledger:
    """The tasks and payments of one embedder in one library's catalog."""

    def __init__(self, database: Database, fingerprint: str) -> None:
        self._database = database
        self._fingerprint = fingerprint

    def task(self, video_id: str) -> RemoteTask | None:
        """The work under way on a video; None where none is."""
        rows = self._database.rows(
            "SELECT * FROM tasks WHERE video_id = ? AND fingerprint = ?",
            (video_id, self._fingerprint),
        )
        for row in rows:
            asked_at = datetime.fromisoformat(row["asked_at"])
            return RemoteTask(asked_at, row["asset_id"], row["task_id"])
        return None

    def note(self, video_id: str, task: RemoteTask, *, payment: Payment | None = None) -> None:
        """Write down how far the work on a video is, and what was paid for that, at once."""
        with self._database.transaction() as db:
            if payment is not None:
                db.execute(
                    "INSERT INTO usage VALUES (?,?,?,?,?,?)",
                    (
                        datetime.now(timezone.utc).isoformat(),
                        self._fingerprint,
                        payment.what,
                        video_id,
                        payment.seconds,
                        payment.dollars,
                    ),
                )
            db.execute(
                "INSERT OR REPLACE INTO tasks VALUES (?,?,?,?,?)",
                (
                    video_id,
                    self._fingerprint,
                    task.asked_at.isoformat(),
                    task.asset_id,
                    task.task_id,
                ),
            )

    def close(self, video_id: str) -> None:
        """The work on a video is done, or will never be."""
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM tasks WHERE video_id = ? AND fingerprint = ?",
                (video_id, self._fingerprint),
            )


def allowance(database: Database, budget: float | None) -> float | None:
    """How many dollars a run may spend: its ``budget``, and what is left of the month's.

    None for any number. Raises `UsageError` for a budget that is no amount.
    """
    return within_month(lambda: spendings(database), budget)


def within_month(spent: Callable[[], list[Spending]], budget: float | None) -> float | None:
    """The same of a library that has ``spent`` so much, which is asked for where there is a limit.

    The limit is the one of this process's environment.
    """
    if budget is not None and not 0 <= budget < math.inf:
        raise UsageError(f"a budget of {budget} dollars is none", remedy="give an amount")
    monthly = Environment().dollars_a_month
    if monthly is None:
        return budget
    dollars = sum(each.dollars for each in spent() if each.month == _this_month())
    left = max(0.0, monthly - dollars)
    return left if budget is None else min(budget, left)


def spendings(database: Database) -> list[Spending]:
    """All that was paid from this library, by month and purpose, the newest first."""
    rows = database.rows(
        "SELECT substr(at, 1, 7) AS month, what, count(*) AS calls, sum(seconds) AS seconds,"
        " sum(dollars) AS dollars FROM usage GROUP BY 1, 2 ORDER BY 1 DESC, 2"
    )
    return [Spending(**dict(row)) for row in rows]


def _this_month() -> str:
    return datetime.now(timezone.utc).isoformat()[:7]
