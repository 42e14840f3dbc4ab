"""Small videos with sound: bursts of a tone at known times, or any samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.stream import Disposition
from numpy.typing import NDArray
from videos import flat

Sound = NDArray[np.float32]
RATE = 48_000
_FRAME = 1024


@dataclass(frozen=True)
class SoundTrack:
    """Samples at 48 kHz, heard from ``start`` (seconds) on; ``gap`` is cut out of their times."""

    sound: Sound
    start: float = 0.0
    default: bool = False
    gap: tuple[float, float] | None = None
    """From which second of the sound on, and by how many, all is heard later."""


def bursts(seconds: float, times: Sequence[float], length: float = 0.2) -> Sound:
    """Silence with a tone of ``length`` seconds at each of the times."""
    at = np.arange(int(seconds * RATE)) / RATE
    heard = np.any([(at >= time) & (at < time + length) for time in times], axis=0)
    return (0.5 * np.sin(2 * np.pi * 440 * at) * heard).astype(np.float32)


def onsets(samples: Sound, rate: int = 16_000) -> list[float]:
    """The seconds at which it gets loud after a silence."""
    blocks = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    loud = np.abs(blocks).max(axis=1) > 0.1
    return [float(at) * 160 / rate for at in np.flatnonzero(np.diff([False, *loud]) & loud)]


def make_sounding(
    path: Path,
    tracks: Sequence[SoundTrack],
    *,
    seconds: float = 5.0,
    start: float = 0.0,
    codec: str = "aac",
    picture: bool = True,
) -> Path:
    """A grey video with sound tracks; ``start`` moves every timestamp."""
    with av.open(str(path), "w") as output:
        video: Any = output.add_stream("libx264", rate=5, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        streams = [output.add_stream(codec, rate=RATE, layout="mono") for _ in tracks]
        for stream, track in zip(streams, tracks, strict=True):
            stream.disposition = Disposition.default.value if track.default else 0
        packets = []
        for index in range(round(seconds * 5) if picture else 1):
            frame = av.VideoFrame.from_ndarray(flat("gray", (64, 48)))
            frame.pts, frame.time_base = index + round(start * 5), Fraction(1, 5)
            packets += video.encode(frame)
        packets += video.encode()
        for stream, track in zip(streams, tracks, strict=True):
            packets += _encoded(stream, track, start)
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            output.mux(packet)
    return path


def _encoded(stream: Any, track: SoundTrack, start: float) -> list[Any]:
    packets = []
    for at in range(0, len(track.sound) - _FRAME + 1, _FRAME):
        block = track.sound[at : at + _FRAME]
        frame = av.AudioFrame.from_ndarray(block[None, :], format="fltp", layout="mono")
        frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
        late = track.gap[1] if track.gap and at >= track.gap[0] * RATE else 0.0
        frame.pts = at + round((start + track.start + late) * RATE)
        packets += stream.encode(frame)
    return packets + stream.encode()
