"""The one pass over a video that indexing makes: images to embed, thumbnails, shot boundaries."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import ceil, floor, inf
from types import TracebackType

from av.video.frame import VideoFrame

from footage.errors import UsageError
from footage.media.faults import shown
from footage.media.frames import Damage, FrameReader, RGBImage, RGBScaler
from footage.media.keyframes import keyframes
from footage.media.previews import jpeg, thumbnail_size
from footage.media.probe import VideoInfo
from footage.media.shots import ShotDetector
from footage.media.web import WebVideo

# Sound often ends a little after the picture; within this the file's own length is the truth.
_TAIL_SECONDS = 0.5

# Timestamps are rounded to the container's time base: a frame this early is on time.
_EARLY_SECONDS = 1e-3


_LEAST_IMAGE = (16, 16)  # pixels, of images that nobody looks at


@dataclass(frozen=True, slots=True)
class Sample:
    """What was on display at one moment of a video."""

    time: float  #: seconds since the start
    image: RGBImage  #: [height, width, 3], upright, of the size that was asked for
    thumbnail: bytes  #: JPEG, upright, in display aspect


class VideoSampler:
    """Samples of a video at a steady rate, however unsteady its frames are.

    >>> with VideoSampler("clip.mp4", probe("clip.mp4"), image_size=(224, 224)) as sampler:
    ...     for sample in sampler: ...
    ...     sampler.duration, sampler.boundaries, sampler.damage

    The first frame is always sampled, then what is on display at each tick of 1/fps seconds: the
    first frame at or after the tick, or, where one frame outlasts the tick, that frame.
    A sampler is good for one iteration.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | WebVideo,
        info: VideoInfo,
        *,
        fps: float = 1.0,
        image_size: tuple[int, int],
        render: Callable[[VideoFrame], RGBImage] | None = None,
        thumbnail_width: int = 320,
        start: float = 0.0,
        end: float = inf,
    ) -> None:
        """``image_size`` is (width, height) in pixels, whatever the video's aspect.

        Frames are squashed into it, unless ``render`` makes images of them in another way.
        A stretch [``start``, ``end``) seconds without a tick has one sample all the same, unless
        the file ends before it.
        """
        if not 0 < fps <= 1000 or min(*image_size, thumbnail_width) < 1:
            raise UsageError(
                f"cannot sample {shown(path)} {fps} times a second at {image_size} pixels",
                remedy="give a rate above 0 and sizes of at least one pixel",
            )
        self._info = info
        self._step = 1.0 / fps
        self._start, self._end = start, end
        self._next: float = ceil((start - _EARLY_SECONDS) / self._step)
        if self._tick >= end:
            self._next = start / self._step
        self._images = render or RGBScaler(*image_size, info.rotation)
        self._thumbnails = RGBScaler(*thumbnail_size(info, thumbnail_width), info.rotation)
        self._rendered: tuple[VideoFrame, Sample] | None = None
        self._shots = ShotDetector()
        self._reader = FrameReader(path, start=start)

    def __enter__(self) -> VideoSampler:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; may be called twice, and is when the iteration ends."""
        self._reader.close()

    def __iter__(self) -> Iterator[Sample]:
        frame = None
        with self._reader as reader:
            for time, newer in reader:
                self._shots.push(time, newer)
                beyond = time >= self._end
                if frame is not None:
                    yield from self._held(frame, inf if beyond else time - self._step)
                if beyond:
                    return
                frame = newer
                if time >= self._tick - _EARLY_SECONDS:
                    yield self._sample(frame, time)
            if frame is not None:
                yield from self._held(frame, reader.end_time - _EARLY_SECONDS)
                if self._rendered is None and reader.end_time > self._start:
                    yield self._sample(frame, reader.last_time)

    @property
    def duration(self) -> float:
        """Seconds, known once the iteration is over: by the last frame, not by the header alone."""
        measured, declared = self._reader.end_time, self._info.duration
        return declared if measured <= declared <= measured + _TAIL_SECONDS else measured

    @property
    def boundaries(self) -> list[float]:
        """Seconds at which a new shot begins, without the first; known once it is over."""
        return self._shots.boundaries()

    @property
    def damage(self) -> Damage:
        """What could not be decoded, so far."""
        return self._reader.damage

    @property
    def _tick(self) -> float:
        return self._next * self._step

    def _held(self, frame: VideoFrame, until: float) -> Iterator[Sample]:
        """Samples at the ticks, up to ``until``, that passed while ``frame`` stayed on display."""
        while self._tick <= until and self._tick < self._end:
            yield self._sample(frame, self._tick)

    def _sample(self, frame: VideoFrame, time: float) -> Sample:
        self._next = floor((time + _EARLY_SECONDS) / self._step) + 1
        if self._rendered is not None and self._rendered[0] is frame:
            sample = replace(self._rendered[1], time=time)
        else:
            sample = Sample(time, self._images(frame), jpeg(self._thumbnails(frame)))
        self._rendered = frame, sample
        return sample


def thumbnails(
    path: str | os.PathLike[str] | WebVideo, info: VideoInfo, *, fps: float
) -> Iterator[tuple[float, bytes]]:
    """Times in seconds and JPEGs, as a `VideoSampler` of that rate would make them.

    Of what lies on the web they are of keyframes: reading all of it to look at some would take
    hours.
    """
    if isinstance(path, WebVideo):
        yield from keyframes(path, info)
        return
    with VideoSampler(path, info, fps=fps, image_size=_LEAST_IMAGE) as sampler:
        for sample in sampler:
            yield sample.time, sample.thumbnail
