"""Real speech that the package moonshine-voice carries, its words, and videos that hold it."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from footage.media.sound import SAMPLE_RATE, Samples, SoundReader

# Dickens, A Tale of Two Cities, its first paragraph; heard from 1 s to 43 s.
TWO_CITIES = """
It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of
foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of
Light, it was the season of Darkness, it was the spring of hope, it was the winter of despair, we
had everything before us, we had nothing before us, we were all going direct to Heaven, we were all
going direct the other way, in short, the period was so far like the present period, that some of
its noisiest authorities insisted on its being received, for good or for evil, in the superlative
degree of comparison only.
"""
# Beckett, Worstward Ho; 10 s.
BECKETT = "Ever tried. Ever failed. No matter. Try again. Fail again. Fail better."


def speech_file(name: str) -> Path:
    package = find_spec("moonshine_voice")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "assets" / name


def samples_of(name: str) -> Samples:
    with SoundReader(speech_file(name)) as reader:
        return np.concatenate(list(reader))


def at_48_khz(samples: Samples) -> Samples:
    """The same at the rate that test videos are made with."""
    return np.repeat(samples, 48_000 // SAMPLE_RATE)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower().replace("-", " "))


def word_errors(reference: str, heard: str) -> float:
    """Words wrong, missing and too many, as a share of the words said."""
    said, found = words(reference), words(heard)
    row = list(range(len(found) + 1))
    for i, word in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(found, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1] / len(said)
