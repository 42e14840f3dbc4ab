"""What a sound is like, as a vector: the shape, spread and movement of its mel spectrum.

It tells music from speech from engines, and a sound from another; it knows no words for them, so
a text query finds nothing by it. That is where it falls short of the service.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

from footage.media.container import open_container

RATE = 16_000  # samples a second
FEATURES = 121

_WINDOW, _HOP, _BANDS = 1024, 1024, 40
_FLOOR = 1e-6  # of the power: what is quieter than a quiet room is silence
_SPEECH_SECONDS = 30  # of sound the speech model takes at once: more takes gigabytes

Floats = NDArray[np.float32]


class Line(NamedTuple):
    """A stretch of speech, in seconds, and its words."""

    start: float
    end: float
    text: str


Transcriber = Callable[[Floats], list[Line]]
"""From mono samples at `RATE` to what is said in them."""


def read_samples(path: Path) -> Floats:
    """The first audio track as mono float32 at `RATE`; empty without one, or where it is broken."""
    resampler = av.AudioResampler("flt", "mono", RATE)
    pieces = [np.zeros(0, np.float32)]
    with open_container(path) as container:
        if not container.streams.audio:
            return pieces[0]
        try:
            for frame in container.decode(container.streams.audio[0]):
                pieces += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
            pieces += [piece.to_ndarray()[0] for piece in resampler.resample(None)]
        except av.FFmpegError:
            pass  # what was decoded before the damage is still a sound
    samples: Floats = np.concatenate(pieces).astype(np.float32)
    return samples


def features(samples: Floats) -> Floats:
    """[`FEATURES`] of a stretch of sound: three groups of `_BANDS` numbers, and loudness."""
    if len(samples) < _WINDOW:
        samples = np.pad(samples, (0, _WINDOW - len(samples)))
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), axis=1)) ** 2
    bands = np.log10(power @ _mel_filters() / _WINDOW + _FLOOR)
    shape = bands.mean(axis=0)
    moved = np.abs(np.diff(bands, axis=0)).mean(axis=0) if len(bands) > 1 else np.zeros(_BANDS)
    loudness = shape.mean() - np.log10(_FLOOR) + 0.1  # never 0, so that silence has a direction
    vector = np.concatenate([shape - shape.mean(), bands.std(axis=0), moved, [loudness]])
    unit: Floats = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


def moonshine() -> Transcriber | None:
    """The speech model of the `moonshine-voice` package; None where that is not installed."""
    return _transcribe if find_spec("moonshine_voice") else None


def _transcribe(samples: Floats) -> list[Line]:
    model, step = _speech_model(), _SPEECH_SECONDS * RATE
    lines = []
    for begin in range(0, len(samples), step):
        heard = model.transcribe_without_streaming(samples[begin : begin + step].tolist(), RATE)
        for line in heard.lines:
            start = begin / RATE + line.start_time
            lines.append(Line(start, start + line.duration, line.text.strip()))
    return [line for line in lines if line.text]


@lru_cache(maxsize=1)
def _speech_model() -> Any:
    package: Any = import_module("moonshine_voice")
    folder = str(package.get_model_path("tiny-en"))
    return package.Transcriber(folder, package.ModelArch.TINY)


@lru_cache(maxsize=1)
def _mel_filters() -> NDArray[np.float64]:
    """Triangles from 50 Hz to half the rate, evenly spaced in mel; [`_WINDOW` / 2 + 1, bands]."""
    lowest, highest = (2595 * np.log10(1 + hertz / 700) for hertz in (50, RATE / 2))
    edges = 700 * (10 ** (np.linspace(lowest, highest, _BANDS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(_WINDOW, 1 / RATE)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    filters: NDArray[np.float64] = np.clip(np.minimum(rising, falling), 0, None)
    return filters
