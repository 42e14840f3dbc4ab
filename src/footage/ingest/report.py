"""What came of an `index` run, file by file, and how to watch one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from footage.errors import FootageError
from footage.media.sources import Scan
from footage.media.web import Place, WebVideo


class Kind(str, Enum):
    """What happened to a file."""

    ADDED = "added"  # embedded now
    LOCATED = "located"  # its content was known already: moved, copied, or embedded before
    UNCHANGED = "unchanged"  # the same file as last time
    REMOVED = "removed"  # removed from the library earlier; left out
    LEFT = "left"  # beyond the budget: for a later run
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Planned:
    """A video to be embedded: seconds of video, and about how many dollars that costs."""

    path: Place
    seconds: float
    dollars: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is about to do."""

    files: tuple[Planned, ...]
    unchanged: int = 0
    left: tuple[Planned, ...] = ()
    """Beyond the budget."""
    failed: tuple[Outcome, ...] = ()
    """What can be told already to fail."""
    sent_to: str | None = None
    """Where the files are sent; None where they stay on this machine."""

    @property
    def seconds(self) -> float:
        """Of video, as the containers say."""
        return sum(file.seconds for file in self.files)

    @property
    def dollars(self) -> float:
        """About what it costs."""
        return sum(file.dollars for file in self.files)

    def to_json(self) -> dict[str, Any]:
        """The shape of ``index --dry-run --json``."""
        return {
            "sent_to": self.sent_to,
            "seconds": round(self.seconds, 3),
            "dollars": round(self.dollars, 4),
            "unchanged": self.unchanged,
            "files": [_planned_json(file) for file in self.files],
            "beyond_budget": [_planned_json(file) for file in self.left],
            "failed": [outcome.to_json() for outcome in self.failed],
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one file, or one video on the web."""

    path: Place
    kind: Kind
    video_id: str | None = None
    duration: float = 0.0
    """Seconds of video."""
    segments: int = 0
    damage: dict[str, int] = field(default_factory=dict)
    error: FootageError | None = None

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``files`` in ``index --json``."""
        return {
            **_named(self.path),
            "outcome": self.kind.value,
            "video_id": self.video_id,
            "duration": self.duration,
            "segments": self.segments,
            "damage": self.damage,
            "error": _error_json(self.error),
        }


@dataclass(frozen=True, slots=True)
class ToRead:
    """A video whose speech, or writing, is to be read: so many seconds of it."""

    path: Place
    modality: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ReadingOutcome:
    """What came of reading one video: lines of text, or an error."""

    path: Place
    video_id: str
    modality: str
    lines: int = 0
    error: FootageError | None = None

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``readings`` in ``index --json``."""
        return {
            **_named(self.path),
            "video_id": self.video_id,
            "modality": self.modality,
            "lines": self.lines,
            "error": _error_json(self.error),
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
    readings: list[ReadingOutcome] = field(default_factory=list)
    """What was read now, or could not be; failures are tried again by the next run."""
    matches: dict[str, int] = field(default_factory=dict)
    """How many new moments each watch has found."""

    def of(self, *kinds: Kind) -> list[Outcome]:
        """The outcomes of these kinds, in the order of the scan."""
        return [outcome for outcome in self.outcomes if outcome.kind in kinds]

    @property
    def failed(self) -> list[Outcome]:
        """The files that could not be indexed."""
        return self.of(Kind.FAILED)

    @property
    def unread(self) -> list[ReadingOutcome]:
        """The readings that failed."""
        return [outcome for outcome in self.readings if outcome.error is not None]

    @property
    def lines(self) -> int:
        """Lines of text read in this run."""
        return sum(outcome.lines for outcome in self.readings)

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
            "not_video": len(self.scan.others),
            "hidden": len(self.scan.hidden),
            "elapsed": round(self.elapsed, 3),
            "video_seconds": round(self.video_seconds, 3),
            "waiting_for_index": self.waiting,
            "lines": self.lines,
            "readings": [outcome.to_json() for outcome in self.readings],
            "matches": self.matches,
        }


def _planned_json(file: Planned) -> dict[str, Any]:
    return {
        **_named(file.path),
        "seconds": round(file.seconds, 3),
        "dollars": round(file.dollars, 4),
    }


def _error_json(error: FootageError | None) -> dict[str, str] | None:
    if error is None:
        return None
    return {"code": error.code, "message": error.what, "remedy": error.remedy}


def _named(place: Place) -> dict[str, str | None]:
    web = isinstance(place, WebVideo)
    return {"path": None if web else str(place), "url": str(place) if web else None}


class IngestInterrupted(KeyboardInterrupt):
    """Ctrl-C during an `index` run: what was finished is kept, ``report`` says what that was."""

    def __init__(self, report: Report) -> None:
        super().__init__("interrupted")
        self.report = report


class Observer:
    """Told of an `index` run as it goes. This one ignores it all; override what you need.

    ``progressed`` is called from worker threads.
    """

    def migrating(self, source: str, target: str) -> None:
        """The run is a migration, from and to these, in words; told before ``planned``."""

    def waiting(self, why: str) -> None:
        """The run has to wait before it begins, in words; through a server alone."""

    def planned(self, plan: Plan) -> None:
        """What the run is about to do; raise to refuse, and nothing is sent or paid."""

    def progressed(self, path: Place, seconds: float) -> None:
        """``path`` is embedded up to ``seconds``."""

    def finished(self, outcome: Outcome) -> None:
        """One file is done with."""

    def reading_planned(self, todo: Sequence[ToRead]) -> None:
        """The videos of the run are indexed; these are read next."""

    def reading_progressed(self, path: Place, modality: str, seconds: float) -> None:
        """``path`` is read up to ``seconds``; called from worker threads."""

    def reading_finished(self, outcome: ReadingOutcome) -> None:
        """One video is read, or could not be."""
