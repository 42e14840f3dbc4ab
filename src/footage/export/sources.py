"""The videos that moments are of, as an editing program counts them: in frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from footage.catalog import Video
from footage.errors import MediaError, MediaMissing, UsageError
from footage.export.timecode import (
    counted,
    from_timecode,
    has_drop,
    is_drop,
    nearest,
    rate_name,
    to_timecode,
)
from footage.media.recording import Recording, recording_of, snapped
from footage.media.web import Place, WebVideo
from footage.paths import printable
from footage.search.moments import Moment


@dataclass(frozen=True, slots=True)
class Source:
    """A video, its frames numbered from 0."""

    video: Video
    recording: Recording
    start: int  #: the timecode of frame 0, as a count at the rate of that timecode
    drop: bool  #: whether its timecode is drop-frame

    @property
    def place(self) -> Place | None:
        """Where it lies."""
        return self.video.place

    @property
    def name(self) -> str:
        """The name of its file."""
        place = self.place
        return self.video.title if place is None else place.name

    @property
    def address(self) -> str:
        """A ``file:`` address, or that on the web without what signs it; empty where it is gone."""
        place = self.place
        if place is None:
            return ""
        return place.url if isinstance(place, WebVideo) else place.as_uri()

    @property
    def rate(self) -> Fraction:
        """Frames a second."""
        return self.recording.rate

    @property
    def frames(self) -> int:
        """How many it has, as far as its length tells: that of the picture, where it is known."""
        shown = Fraction(self.video.duration) - self.recording.lead
        if self.recording.length is not None:
            shown = min(shown, self.recording.length)
        return max(1, nearest(shown * self.rate))

    def frame_at(self, seconds: Fraction) -> int:
        """The frame that begins nearest to a time; at most the one after the last."""
        number = nearest((seconds - self.recording.lead) * self.rate)
        return min(max(0, number), self.frames)

    def seconds_at(self, frame: int) -> Fraction:
        """The seconds into its file at which a frame begins."""
        return self.recording.lead + frame / self.rate

    def timecode(self, frame: int) -> str:
        """The file's own timecode at a frame."""
        rate = counted(self.rate)
        count = self.start + nearest(frame * rate / self.rate)
        return to_timecode(count, rate, drop=self.drop)

    def clock(self, frame: int) -> Fraction:
        """The same as seconds, where 0 is the timecode 00:00:00:00."""
        return self.start / counted(self.rate) + frame / self.rate


def sources_of(
    moments: Iterable[Moment], videos: Mapping[str, Video]
) -> tuple[dict[str, Source], list[str]]:
    """The videos of moments by id, and what is to be said about them, a sentence each.

    Of a video that cannot be read now, the catalog's facts have to do. Raises `UsageError` for one
    that is not in the library any more, and `NotFound` where it was removed from it.
    """
    sources: dict[str, Source] = {}
    notes: list[str] = []
    for moment in moments:
        if moment.video_id in sources:
            continue
        video = videos.get(moment.video_id)
        if video is None:
            raise UsageError(
                f"{printable(moment.title)} is not in this library any more",
                remedy="search again, and export what is found then",
            )
        video.present()
        try:
            if video.place is None:
                raise MediaMissing(f"{printable(video.title)} lies nowhere any more")
            recording = recording_of(video.place)
        except MediaError as error:
            recording = _remembered(video)
            notes.append(
                f"{error.what}: its rate is taken from the library, and a timecode of its own is "
                "not known"
            )
        if not recording.steady:
            notes.append(_unsteady(video, recording))
        sources[moment.video_id] = _source(video, recording)
    return sources, notes


def _unsteady(video: Video, recording: Recording) -> str:
    return (
        f"{printable(video.title)} has a variable frame rate: its times are written at "
        f"{rate_name(recording.rate)} frames a second, and a program that does not go by time may "
        "be off; convert it to a constant rate to be exact"
    )


def _source(video: Video, recording: Recording) -> Source:
    rate = counted(recording.rate)
    text = (recording.timecode or "").replace(".", ";").replace(",", ";")
    drop = is_drop(text) and has_drop(rate)
    try:
        start = from_timecode(text if drop else text.replace(";", ":"), rate)
    except UsageError:  # none, or one that another rate counts
        return Source(video, recording, 0, False)
    return Source(video, recording, start, drop)


def _remembered(video: Video) -> Recording:
    rate = snapped(Fraction(video.fps or 25.0).limit_denominator(10**6))
    sound = (2, 48_000) if video.has_audio else (0, 0)
    return Recording(rate, True, Fraction(0), *sound, None, None)


def file_of(source: Source) -> Path | None:
    """Its file; None where it is on the web or nowhere."""
    place = source.place
    return place if isinstance(place, Path) else None
