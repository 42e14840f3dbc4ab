"""The one pass over a video that indexing makes: images to embed, thumbnails, shot boundaries."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import floor
from types import TracebackType

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation

from footage.errors import UsageError
from footage.media.faults import shown
from footage.media.frames import Damage, FrameReader, RGBImage, RGBScaler
from footage.media.previews import jpeg, thumbnail_size
from footage.media.probe import VideoInfo
from footage.media.shots import ShotDetector

# Sound often ends a little after the picture; within this the file's own length is the truth.
_TAIL_SECONDS = 0.5

# Timestamps are rounded to the container's time base: a frame this early is on time.
_EARLY_SECONDS = 1e-3


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
        path: str | os.PathLike[str],
        info: VideoInfo,
        *,
        fps: float = 1.0,
        image_size: tuple[int, int],
        crop: bool = False,
        interpolation: Interpolation = Interpolation.AREA,
        thumbnail_width: int = 320,
    ) -> None:
        """``image_size`` is (width, height) in pixels, whatever the video's aspect.

        The picture is squashed into it, or with ``crop`` scaled to fill it and cut off at the
        longer sides.
        """
        if not 0 < fps <= 1000 or min(*image_size, thumbnail_width) < 1:
            raise UsageError(
                f"cannot sample {shown(path)} {fps} times a second at {image_size} pixels",
                remedy="give a rate above 0 and sizes of at least one pixel",
            )
        self._info = info
        self._step = 1.0 / fps
        self._next = 0
        self._size = image_size
        scaled = filling_size(info.width, info.height, image_size) if crop else image_size
        self._images = RGBScaler(*scaled, info.rotation, interpolation=interpolation)
        self._thumbnails = RGBScaler(*thumbnail_size(info, thumbnail_width), info.rotation)
        self._rendered: tuple[VideoFrame, Sample] | None = None
        self._shots = ShotDetector()
        self._reader = FrameReader(path)

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
                if frame is not None:
                    yield from self._held(frame, time - self._step)
                frame = newer
                if self._rendered is None or time >= self._tick - _EARLY_SECONDS:
                    yield self._sample(frame, time)
            if frame is not None:
                yield from self._held(frame, reader.end_time - _EARLY_SECONDS)

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
        while self._tick <= until:
            yield self._sample(frame, self._tick)

    def _sample(self, frame: VideoFrame, time: float) -> Sample:
        self._next = floor((time + _EARLY_SECONDS) / self._step) + 1
        if self._rendered is not None and self._rendered[0] is frame:
            sample = replace(self._rendered[1], time=time)
        else:
            image = centre(self._images(frame), self._size)
            sample = Sample(time, image, jpeg(self._thumbnails(frame)))
        self._rendered = frame, sample
        return sample


def filling_size(width: int, height: int, size: tuple[int, int]) -> tuple[int, int]:
    """(width, height) of a ``width`` × ``height`` picture scaled to just cover ``size``.

    The longer side is rounded down, as torchvision's Resize does it.
    """
    columns, rows = size
    if columns * height >= rows * width:
        return columns, max(rows, int(columns * height / width))
    return max(columns, int(rows * width / height)), rows


def centre(image: RGBImage, size: tuple[int, int]) -> RGBImage:
    """The middle [height, width, 3] of an image that is at least (width, height) ``size``."""
    (width, height), (rows, columns) = size, image.shape[:2]
    if (rows, columns) == (height, width):
        return image
    top, left = round((rows - height) / 2), round((columns - width) / 2)
    return np.ascontiguousarray(image[top : top + height, left : left + width])
