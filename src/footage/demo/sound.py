"""The sound of a film: its speech, and what its clips bring along. One channel, 48 kHz, 16 bit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from footage.demo.films import SPEECH_STARTS, Film

SAMPLE_RATE = 48_000

Samples = npt.NDArray[np.int16]


def film_sound(film: Film, parts: Mapping[str, Path]) -> Samples:
    """The whole track, exactly as long as the film; silent where nothing sounds."""
    track = np.zeros(round(film.seconds * SAMPLE_RATE), np.int16)
    clock = 0.0
    for shot in film.shots:
        if shot.move is None:
            _lay(track, read_sound(parts[shot.part]), clock, clock + shot.seconds)
        clock += shot.seconds
    if film.speech:
        _lay(track, read_sound(parts[film.speech]), SPEECH_STARTS, film.seconds)
    return track


def _lay(track: Samples, sound: Samples, start: float, end: float) -> None:
    """Put a sound on the track from ``start``, and no further than ``end`` (seconds)."""
    room = track[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
    length = min(len(room), len(sound))
    room[:length] = sound[:length]


def read_sound(path: Path) -> Samples:
    """All that is heard in a file, as our samples; empty when it has no sound."""
    resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE)
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return np.zeros(0, np.int16)
        decoded = [*container.decode(container.streams.audio[0]), None]  # None drains the resampler
        pieces = [piece.to_ndarray()[0] for frame in decoded for piece in resampler.resample(frame)]
    return np.concatenate(pieces).astype(np.int16)
