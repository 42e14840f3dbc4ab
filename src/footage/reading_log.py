"""Which videos were read, by what, and what failed: kept in the catalog.

The row of a reading is committed after its file; killed between the two, it is read again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any

from footage.database import Database
from footage.errors import FootageError


@dataclass(frozen=True, slots=True)
class ReadingEntry:
    """What is known of one reading of one video."""

    video_id: str
    modality: str
    reader: str
    """The id of the reader's fingerprint; empty where nothing could be read yet."""
    source: str | None
    lines: int
    beside: str
    """Changes with the subtitle files beside the video; empty where there were none."""
    error: str | None
    """Why the last attempt failed; an earlier reading, if any, is then still there."""
    remedy: str | None
    read_at: str
    """When it was read, in UTC, as ISO 8601."""

    @property
    def edition(self) -> str:
        """Differs from that of any other reading of the video; empty where there is none."""
        return f"{self.reader} {self.read_at}" if self.reader else ""

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``readings`` in ``show --json``."""
        values = asdict(self)
        return {name: values[name] for name in values if name not in {"video_id", "beside"}}


class ReadingLog:
    """The rows about readings in one library's catalog."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self) -> dict[tuple[str, str], ReadingEntry]:
        """Every row, by video id and modality."""
        rows = self._database.rows("SELECT * FROM readings")
        return {(row["video_id"], row["modality"]): ReadingEntry(**dict(row)) for row in rows}

    def of(self, video_id: str) -> list[ReadingEntry]:
        """What is known of one video, in order of modalities."""
        sql = "SELECT * FROM readings WHERE video_id = ? ORDER BY modality DESC"
        return [ReadingEntry(**dict(row)) for row in self._database.rows(sql, (video_id,))]

    def record(self, entry: ReadingEntry) -> bool:
        """Record a reading whose file is in place; False where the video is not there any more."""
        with self._database.transaction() as db:
            done = db.execute(
                "INSERT OR REPLACE INTO readings"
                " SELECT ?,?,?,?,?,?,?,?,? FROM videos v WHERE v.video_id = ?1"
                " AND NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.video_id = ?1)",
                tuple(asdict(entry).values()),
            )
            return done.rowcount > 0

    def record_failure(
        self, video_id: str, modality: str, error: FootageError, *, beside: str
    ) -> None:
        """Record that reading a video failed; an earlier reading of it stays."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO readings"
                " SELECT ?1, ?2, '', NULL, 0, ?3, ?4, ?5, ?6 FROM videos WHERE video_id = ?1"
                " ON CONFLICT (video_id, modality) DO UPDATE SET"
                " error = excluded.error, remedy = excluded.remedy",
                (video_id, modality, beside, error.what, error.remedy, now()),
            )

    def forget(self, video_id: str, modality: str | None = None) -> None:
        """Forget what is known of a video's readings, or of one of them."""
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM readings WHERE video_id = ?1 AND modality = coalesce(?2, modality)",
                (video_id, modality),
            )


def now() -> str:
    """This moment, as rows have it."""
    return datetime.now(timezone.utc).isoformat(timespec="microseconds")
