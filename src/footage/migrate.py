"""Changing the embedder while search goes on: another space grows beside the one searched.

The new space has an archive folder and collections of its own, so nothing that is searched is
touched until every video is in both; then one write of library.toml switches. The old space stays
for going back until it is dropped. Interrupted at any point, the same call goes on: what is
embedded already is not embedded again.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import Any

from footage.archive import Archive
from footage.catalog import Catalog, Video
from footage.embedder import Embedder, VideoFile
from footage.errors import MediaError
from footage.index.segments import SegmentIndex
from footage.ingest.pipeline import Ingest
from footage.ingest.report import Observer, Plan, Report
from footage.ledger import allowance
from footage.media.probe import probe
from footage.media.sources import Scan
from footage.media.web import Place, WebVideo
from footage.partitions import Placement
from footage.reindex import Reindexer
from footage.settings import Space
from footage.thumbnails import Thumbnails

PACE_SECONDS = 3.0  # on the clock: long enough for a steady rate, short enough to wait for


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """What a migration would do. Durations in seconds of video."""

    source: str
    target: str
    done: int
    """Videos that the new space holds already."""
    files: dict[Place, Video]
    """What is to be embedded: a place to read each video from."""
    run: Plan
    """What embedding them comes to, and which of them can be told already to fail."""
    unreachable: list[Video]
    """Videos that lie nowhere that can be read now."""
    pace: float | None
    """Seconds of video embedded a second, measured on one of the files; None where none opens.

    None too where videos are sent away: measuring would be paid for.
    """

    @property
    def duration(self) -> float:
        """Seconds of video to embed."""
        return sum(video.duration for video in self.files.values())

    @property
    def dollars(self) -> float:
        """About what it costs."""
        return self.run.dollars

    @property
    def sent_to(self) -> str | None:
        """Where the videos are sent; None where they stay on this machine."""
        return self.run.sent_to

    @property
    def seconds(self) -> float | None:
        """How long embedding will take, about; None where the pace is not known."""
        return self.duration / self.pace if self.pace else None

    def to_json(self) -> dict[str, Any]:
        """The shape of ``migrate --dry-run --json``."""
        return {
            "from": self.source,
            "to": self.target,
            "done": self.done,
            "to_embed": [str(path) for path in self.files],
            "duration": round(self.duration, 3),
            "unreachable": [video.video_id for video in self.unreachable],
            "failed": [outcome.to_json() for outcome in self.run.failed],
            "beyond_budget": [str(file.path) for file in self.run.left],
            "estimated_seconds": None if self.seconds is None else round(self.seconds, 1),
            "sent_to": self.sent_to,
            "dollars": round(self.dollars, 4),
        }


@dataclass(slots=True)
class MigrationReport:
    """What a migration did. ``lacking`` are videos that the new space does not hold."""

    source: str
    target: str
    embedded: Report
    lacking: list[Video]
    videos: int = 0
    """Videos in the new space, once it is searched."""
    switched: bool = False

    def to_json(self) -> dict[str, Any]:
        """The shape of ``migrate --json``."""
        return {
            "from": self.source,
            "to": self.target,
            "switched": self.switched,
            "videos": self.videos,
            "lacking": [
                {
                    "video_id": video.video_id,
                    "path": str(video.path) if video.path else None,
                    "url": video.url,
                }
                for video in self.lacking
            ],
            "index": self.embedded.to_json(),
        }


class Migrator:
    """Fills the space of ``embedder`` with the videos of ``catalog``'s. Needs the ingest lock."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        grown: Catalog,
        archive: Archive,
        index: SegmentIndex,
        placement: Placement,
        thumbnails: Thumbnails,
        embedder: Embedder,
    ) -> None:
        """``catalog`` counts what is searched now, ``grown`` what the new space holds."""
        self._catalog = catalog
        self._grown = grown
        self._archive = archive
        self._index = index
        self._placement = placement
        self._thumbnails = thumbnails
        self._embedder = embedder

    def plan(self, source: str, target: str) -> MigrationPlan:
        """What is left to embed, and how long that will take."""
        found, unreachable = self._to_embed()
        run = self._ingest(Observer()).plan(Scan.of(found))
        files = {file.path: found[file.path] for file in run.files}
        away = run.sent_to is not None
        return MigrationPlan(
            source,
            target,
            done=len(self._grown.embedded()),
            files=files,
            run=run,
            unreachable=unreachable,
            pace=None if away else next(filter(None, map(self._pace, files)), None),
        )

    def run(self, observer: Observer) -> Report:
        """Embed what the new space lacks, and make its collections hold what its archive does.

        Raises like `Ingest.run`, and `IndexUnavailable`.
        """
        self._forget_lost()
        files, _ = self._to_embed()
        report = self._ingest(observer).run(Scan.of(files))
        reindexer = Reindexer(
            catalog=self._grown,
            archive=self._archive,
            index=self._index,
            placement=self._placement,
            fingerprint=self._embedder.fingerprint,
        )
        reindexer.reconcile(on_progress=_unheard)
        self._index.settle()
        return report

    def lacking(self) -> list[Video]:
        """The videos that can be searched now and are not in the new space."""
        wanted = self._catalog.embedded().keys() - self._grown.embedded().keys()
        videos = self._catalog.videos(sorted(wanted)).values()
        return [video for video in videos if video.state == "ready"]

    def _to_embed(self) -> tuple[dict[Place, Video], list[Video]]:
        """Of the lacking videos, those that can be read, by where, and the others.

        Of what is on the web only asking could tell, and the run that follows does.
        """
        files: dict[Place, Video] = {}
        unreachable = []
        for video in self.lacking():
            place = video.place
            if isinstance(place, WebVideo) or (place is not None and place.is_file()):
                files[place] = video
            else:
                unreachable.append(video)
        return files, unreachable

    def _ingest(self, observer: Observer) -> Ingest:
        return Ingest(
            catalog=self._grown,
            archive=self._archive,
            index=self._index,
            placement=self._placement,
            thumbnails=self._thumbnails,
            embedder=self._embedder,
            observer=observer,
            budget=allowance(self._catalog, None),
        )

    def _forget_lost(self) -> None:
        """What the archive lacks is to be embedded again: a backup brings only the other space."""
        mark = self._embedder.fingerprint
        for video_id in self._grown.embedded():
            if not self._archive.has(video_id, mark):
                self._grown.forget_embedding(video_id)

    def _pace(self, path: Place) -> float | None:
        try:
            return pace(self._embedder, path)
        except MediaError:
            return None


def pace(embedder: Embedder, path: Place) -> float:
    """Seconds of video that ``embedder`` does a second, measured on the beginning of a file.

    Raises `MediaError` for a file that cannot be used, `EmbedderBroken` for a model that cannot.
    """
    reached = 0.0

    def mark(seconds: float) -> None:
        nonlocal reached
        reached = seconds
        if time.perf_counter() - began > PACE_SECONDS:
            raise _Enough

    embedder.self_test()  # loads the model, which is not part of the pace
    began = time.perf_counter()
    with contextlib.suppress(_Enough):
        video = VideoFile(path, "", probe(path))
        reached = embedder.embed(video, on_progress=mark, on_thumbnail=_unheard).duration
    return reached / (time.perf_counter() - began)


class _Enough(Exception):
    """Raised inside the embedder to end a measurement."""


def _unheard(_: Any, __: Any) -> None:
    return


def described(space: Space) -> str:
    """A space in words: the embedder, and how videos are cut for it."""
    return f"{space.embedder} ({space.sampling.in_words})"
