"""What came of an `index` run, file by file, and how to watch one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from footage.errors import FootageError
from footage.media.sources import Scan


class Kind(str, Enum):
    """What happened to a file."""

    ADDED = "added"  # embedded now
    LOCATED = "located"  # its content was known already: moved, copied, or embedded before
    UNCHANGED = "unchanged"  # the same file as last time
    REMOVED = "removed"  # removed from the library earlier; left out
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one file."""

    path: Path
    kind: Kind
    video_id: str | None = None
    duration: float = 0.0
    """Seconds of video."""
    segments: int = 0
    damage: dict[str, int] = field(default_factory=dict)
    error: FootageError | None = None

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``files`` in ``index --json``."""
        error = self.error
        return {
            "path": str(self.path),
            "outcome": self.kind.value,
            "video_id": self.video_id,
            "duration": self.duration,
            "segments": self.segments,
            "damage": self.damage,
            "error": error and {"code": error.code, "message": error.what, "remedy": error.remedy},
        }


@dataclass(slots=True)
class Report:
    """What came of a whole run."""

    scan: Scan
    outcomes: list[Outcome] = field(default_factory=list)
    elapsed: float = 0.0
    """Seconds on the clock."""
    waiting: int = 0
    """Videos that are embedded and safe, but not searchable yet: Milvus could not be had."""
    waiting_for: FootageError | None = None

    def of(self, *kinds: Kind) -> list[Outcome]:
        """The outcomes of these kinds, in the order of the scan."""
        return [outcome for outcome in self.outcomes if outcome.kind in kinds]

    @property
    def failed(self) -> list[Outcome]:
        """The files that could not be indexed."""
        return self.of(Kind.FAILED)

    @property
    def video_seconds(self) -> float:
        """Seconds of video embedded in this run."""
        return sum(outcome.duration for outcome in self.of(Kind.ADDED))

    def to_json(self) -> dict[str, Any]:
        """The shape of ``index --json``."""
        return {
            "files": [outcome.to_json() for outcome in self.outcomes],
            "skipped": [
                {"path": str(skipped.path), "reason": skipped.reason}
                for skipped in self.scan.skipped
            ],
            "not_video": self.scan.others,
            "elapsed": round(self.elapsed, 3),
            "video_seconds": round(self.video_seconds, 3),
            "waiting_for_index": self.waiting,
        }


class IngestInterrupted(KeyboardInterrupt):
    """Ctrl-C during an `index` run: what was finished is kept, ``report`` says what that was."""

    def __init__(self, report: Report) -> None:
        super().__init__("interrupted")
        self.report = report


class Observer:
    """Told of an `index` run as it goes. This one ignores it all; override what you need.

    ``progressed`` is called from worker threads.
    """

    def planned(self, unchanged: int, durations: Iterable[tuple[Path, float]]) -> None:
        """The files to be worked on, with their durations in seconds as the containers say."""

    def sending(self, place: str, videos: int, seconds: float, dollars: float) -> None:
        """So many videos, seconds in all, are about to leave this machine; raise to refuse.

        ``dollars`` is about what it costs, or less where tasks are under way.
        """

    def progressed(self, path: Path, seconds: float) -> None:
        """``path`` is embedded up to ``seconds``."""

    def finished(self, outcome: Outcome) -> None:
        """One file is done with."""
