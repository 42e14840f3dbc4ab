"""The sound of a video as one unbroken stream of samples, whose count is the time.

Like the frames it is read in one pass; what is held at once does not grow with its length.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from types import TracebackType

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.stream import Disposition
from numpy.typing import NDArray

from footage.media.container import (
    believable_seconds,
    has_decoder,
    open_container,
    start_seconds,
)
from footage.media.frames import Damage, decoded_frames, missing_seconds
from footage.media.web import WebVideo

Samples = NDArray[np.float32]
"""One channel, -1 to 1, shape [n]."""

SAMPLE_RATE = 16_000
"""Samples a second: what models of speech hear."""

# Timestamps are rounded to the container's time base, and to whole packets in some: an offset from
# the count of samples under this is no gap.
_JITTER_SECONDS = 0.1

# A step back by more is a clock that was set back (recordings joined by `cat`), not an overlap.
_SET_BACK_SECONDS = 1.0

# As of pictures: a longer silence that also goes past the file's own length is a broken timestamp.
_PLAUSIBLE_GAP_SECONDS = 60.0

_SILENCE = np.zeros(SAMPLE_RATE, np.float32)


class SoundReader:
    """What is heard in a video, resampled to 16 kHz and mixed to one channel.

    >>> with SoundReader("clip.mp4") as reader:
    ...     for samples in reader: ...

    The n-th sample of all is heard n / 16,000 seconds after the start of the file: where the file
    has no sound there is silence. A file without sound yields nothing. Damage is stepped over and
    counted in ``damage``. A reader is good for one iteration.
    """

    def __init__(self, path: str | os.PathLike[str] | WebVideo) -> None:
        """Raises like `open_container`."""
        self.damage = Damage()
        self._open = ExitStack()
        self._container = self._open.enter_context(open_container(path))
        streams = self._container.streams.audio
        self._stream = min(filter(has_decoder, streams), key=_prominence, default=None)
        self.track = streams.index(self._stream) + 1 if self._stream else None
        """Which of the tracks is read, from 1; None where there is none that can be."""
        self.undecodable = bool(streams) and self._stream is None
        """Whether there is sound, and no decoder for it."""
        self._origin = start_seconds(self._container)
        self._length = believable_seconds(self._container)
        self._count = 0

    def __enter__(self) -> SoundReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def close(self) -> None:
        """Let go of the file; may be called twice. Raises where what was read broke off."""
        self._open.close()

    @property
    def seconds(self) -> float:
        """How much has been read so far."""
        return self._count / SAMPLE_RATE

    def __iter__(self) -> Iterator[Samples]:
        """Blocks of samples, no longer than a second unless the file's own frames are."""
        if self._stream is None:
            return
        resample = _Resampler()
        for frame in decoded_frames(self._container, self._stream, self.damage):
            skip = yield from self._silence_before(frame.time)
            samples = resample(frame)[skip:]
            self._count += len(samples)
            yield samples
        rest = resample.rest()
        self._count += len(rest)
        yield rest
        if missing_seconds(self._container, self._stream, self.seconds):
            self.damage.failed_packets += 1

    def _silence_before(self, timestamp: float | None) -> Generator[Samples, None, int]:
        """Yield what is missing until a frame; return how many of its samples come too late."""
        if timestamp is None:
            return 0
        ahead = timestamp - self._origin - self.seconds
        plausible = ahead <= max(_PLAUSIBLE_GAP_SECONDS, self._length - self.seconds)
        if not plausible or ahead < -_SET_BACK_SECONDS:
            self._origin = timestamp - self.seconds
            return 0
        if abs(ahead) < _JITTER_SECONDS and self._count:
            return 0
        missing = round(ahead * SAMPLE_RATE)
        while missing > 0:
            silence = _SILENCE[:missing]
            missing -= len(silence)
            self._count += len(silence)
            yield silence
        return -missing


class _Resampler:
    """Frames of any kind to samples; what kind they are may change midway."""

    def __init__(self) -> None:
        self._kind: tuple[str, str, int] | None = None
        self._resampler: AudioResampler | None = None

    def __call__(self, frame: AudioFrame) -> Samples:
        kind = frame.format.name, frame.layout.name, frame.sample_rate
        before = self.rest() if kind != self._kind else _SILENCE[:0]
        if self._resampler is None:
            self._kind, self._resampler = kind, AudioResampler("flt", "mono", SAMPLE_RATE)
        frame.pts = None  # times are kept by counting
        return np.concatenate([before, *map(_samples, self._resampler.resample(frame))])

    def rest(self) -> Samples:
        """What is still held back; afterwards it starts anew."""
        if self._resampler is None:
            return _SILENCE[:0]
        frames = self._resampler.resample(None)
        self._resampler = None
        return np.concatenate([_SILENCE[:0], *map(_samples, frames)])


def _samples(frame: AudioFrame) -> Samples:
    # damaged data can decode to NaN and to any loudness
    samples: Samples = np.nan_to_num(frame.to_ndarray()[0])
    return samples.clip(-1, 1)


def _prominence(stream: AudioStream) -> tuple[bool, int]:
    """A player plays the default track, else the first: the smaller, the sooner."""
    return Disposition.default not in stream.disposition, stream.index
