"""How each video is played: as it is, from a copy that browsers play, or made playable as it goes.

The copies lie beside the thumbnails, ``previews/<video id>/playback.mp4``, made one at a time after
somebody began to watch; the oldest go where there are too many.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import av

from footage.catalog import Video
from footage.durable import draft_of
from footage.errors import FootageError, MediaMissing
from footage.library import Library
from footage.media.identity import FileStamp
from footage.media.playable import Playability, Playable, playability
from footage.media.web import Place, WebVideo
from footage.server.config import Limits
from footage.server.faults import Refused

log = logging.getLogger(__name__)

COPY = "playback.mp4"
KNOWN = 1_000  # videos whose way of playing is remembered


class _Stopped(Exception):
    """Raised to end a copy that is being made."""


class _Sending:
    """The pieces of an MP4; lets go when it ends, or nobody wants it any more."""

    def __init__(self, playable: Playable, release: Callable[[], None]) -> None:
        self.start = playable.start
        self._playable = playable
        self._pieces = playable.pieces()
        self._release: Callable[[], None] | None = release

    def __iter__(self) -> _Sending:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except StopIteration:
            self.close()
            raise
        except (FootageError, av.FFmpegError, OSError, ValueError) as error:
            log.warning("a video broke off while it was sent: %s", error)
            self.close()
            raise StopIteration from error

    def __del__(self) -> None:
        # a client that goes away before the first piece leaves a generator that never ran
        self.close()

    def close(self) -> None:
        """Let go of the file, and of the turn."""
        release, self._release = self._release, None
        if release is not None:
            self._pieces.close()
            self._playable.close()
            release()


class Playback:
    """What plays the videos of a library, and the thread that makes copies."""

    def __init__(self, library: Library, limits: Limits) -> None:
        self._library = library
        self._limits = limits
        self._known: OrderedDict[tuple[str, object], Playability] = OrderedDict()
        self._lock = threading.Lock()
        self._streams = threading.BoundedSemaphore(limits.streams)
        self._wanted: queue.Queue[str | None] = queue.Queue()
        self._waiting: set[str] = set()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def close(self) -> None:
        """End what is being made."""
        self._stop.set()
        self._wanted.put(None)
        if self._thread is not None:
            self._thread.join()

    def state(self, video: Video) -> dict[str, Any]:
        """The shape of ``playback``: mode, type, and whether it is there now."""
        if video.removed:
            return {"mode": "stream", "type": "video/mp4", "there": False}
        if self.copy(video) is not None:
            return {"mode": "cached", "type": "video/mp4", "there": True}
        if isinstance(video.place, WebVideo):  # nobody is asked for this
            return {"mode": "stream", "type": "video/mp4", "there": True}
        try:
            how = self.how(video)
        except FootageError:
            return {"mode": "stream", "type": "video/mp4", "there": False}
        return {"mode": "direct" if how.direct else "stream", "type": how.type, "there": True}

    def file(self, video: Video) -> tuple[Path, str] | None:
        """A file that browsers play, and its type; None where there is none yet."""
        if copy := self.copy(video):
            os.utime(copy)  # watched now: others go first
            return copy, "video/mp4"
        how, place = self.how(video), self.place(video)
        return (place, how.type) if how.direct and isinstance(place, Path) else None

    def stream(self, video: Video, start: float) -> tuple[float, Iterator[bytes]]:
        """Where it begins, and an MP4 of the video from there on; a copy is made meanwhile.

        Raises `MediaError`, and `Refused` where too many are being sent.
        """
        sending = self._sending(video, self.how(video), start)
        self.prepare(video)
        return sending.start, sending

    def beginning(self, video: Video, start: float) -> float:
        """Where a stream from ``start`` really begins; raises `MediaError`."""
        playable = Playable(self.place(video), self.how(video), start)
        playable.close()
        return playable.start

    def clip(self, video: Video, start: float, end: float, *, exact: bool) -> Iterator[bytes]:
        """A stretch as an MP4: copied from the key frame before, or ``exact`` and encoded anew.

        Raises like `stream`.
        """
        how = self.how(video)
        if exact:
            how = replace(how, copies_picture=False, copies_sound=False)
        return self._sending(video, how, start, end)

    def _sending(self, video: Video, how: Playability, start: float, end: float = inf) -> _Sending:
        self._take_turn()
        try:
            playable = Playable(self.place(video), how, start, end)
        except BaseException:
            self._streams.release()
            raise
        return _Sending(playable, self._streams.release)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The time in which something else is cut or encoded; raises `Refused` if too much is."""
        self._take_turn()
        try:
            yield
        finally:
            self._streams.release()

    def _take_turn(self) -> None:
        if not self._streams.acquire(blocking=False):
            raise Refused(
                503,
                "busy",
                f"{self._limits.streams} videos are being made playable already",
                remedy="close one of them, or ask again in a moment",
                headers={"Retry-After": "5"},
            )

    def how(self, video: Video) -> Playability:
        """What has to be done before a browser plays it; raises `MediaError`."""
        place = self.place(video)
        key = video.video_id, FileStamp.of(place) if isinstance(place, Path) else str(place)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        how = playability(place)
        with self._lock:
            self._known[key] = how
            while len(self._known) > KNOWN:
                self._known.popitem(last=False)
        return how

    def place(self, video: Video) -> Place:
        """Where the catalog says that it lies; raises `MediaMissing`."""
        place = video.place
        if place is None or (isinstance(place, Path) and not place.is_file()):
            raise MediaMissing(f"{place or video.title} is not there now")
        return place

    # copies

    def copy(self, video: Video) -> Path | None:
        """The copy that browsers play, if it was made."""
        path = self._library.thumbnails.folder(video.video_id) / COPY
        return path if path.is_file() else None

    def prepare(self, video: Video) -> None:
        """Have a copy made, unless one is waited for already."""
        with self._lock:
            if video.video_id in self._waiting or self._stop.is_set():
                return
            self._waiting.add(video.video_id)
            if self._thread is None:
                self._thread = threading.Thread(target=self._make_all, name="footage-playback")
                self._thread.start()
        self._wanted.put(video.video_id)

    def _make_all(self) -> None:
        while (video_id := self._wanted.get()) is not None and not self._stop.is_set():
            try:
                self._make(video_id)
            except _Stopped:
                return
            # no copy, then: it is made playable as it goes, and the log says why
            except (FootageError, OSError, ValueError, av.FFmpegError) as error:
                log.warning("no copy of %s to play: %s", video_id, error)
            with self._lock:
                self._waiting.discard(video_id)

    def _make(self, video_id: str) -> None:
        video = self._library.catalog.videos([video_id]).get(video_id)
        if video is None or video.removed or self.copy(video):
            return
        folder = self._library.thumbnails.folder(video_id)
        folder.mkdir(parents=True, exist_ok=True)
        playable = Playable(self.place(video), self.how(video))
        with draft_of(folder / COPY) as draft:
            playable.write(draft, self._check)
        self._make_room()
        log.info("made %s playable", video_id)

    def _check(self) -> None:
        if self._stop.is_set():
            raise _Stopped

    def _make_room(self) -> None:
        """Delete the copies that were watched longest ago, down to what may be kept."""
        root = self._library.folder / "previews"
        copies = [(path.stat(), path) for path in root.glob(f"*/{COPY}")]
        total = 0
        for stat, path in sorted(copies, key=lambda copy: copy[0].st_mtime, reverse=True):
            total += stat.st_size
            if total > self._limits.playback:
                path.unlink(missing_ok=True)
