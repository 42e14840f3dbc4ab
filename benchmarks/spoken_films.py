"""The films of the ``moments`` cut, larger, with sentences said in them and signs put on them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmarks import voices
from benchmarks.films import write_film
from benchmarks.moments import FPS, pictures
from benchmarks.spokenboard import Laid, films_of, laid, spans
from benchmarks.storyboard import Shot
from footage.media.sound import SAMPLE_RATE, Samples

SIZE = (640, 480)
LOUDNESS = 0.08  # of a voice, root mean square; full scale is 1
NOISE = LOUDNESS / 10 ** (25 / 20)  # 25 dB below, pink, under the whole film
PLATES = (((20, 60, 120), "white"), ((245, 240, 220), "black"), (None, "white"))


class Film(NamedTuple):
    """A film, when each of its shots is on, and what is said and written in it."""

    path: Path
    shots: list[Shot]
    spans: list[tuple[float, float]]
    laid: list[Laid]

    def when(self, one: Laid) -> tuple[float, float]:
        """From when to when something is said or stands there, in seconds of the film."""
        start = self.spans[one.shot][0] + one.at
        return start, start + one.seconds


def made(split: str, options: argparse.Namespace) -> list[Film]:
    """All films of a split; each is made once."""
    everything, by_name = laid(split), voices.load()
    films = []
    for number, shots in enumerate(films_of(split)[: 1 if options.quick else None]):
        own = [one for one in everything if one.film == number]
        path = options.work / f"spoken-{split}-{number:02}.mp4"
        film = Film(path, shots, spans(shots), own)
        if not path.exists():
            said = [by_name[one.said] for one in own if one.said]
            sounds = voices.samples(said, options.work / "voices")
            drawn = _signed(film, pictures(shots, options.data, SIZE))
            write_film(path, drawn, fps=FPS, crf=20, sound=_sound(film, sounds))
        films.append(film)
    return films


def _sound(film: Film, sounds: dict[str, Samples]) -> Samples:
    count = round(film.spans[-1][1] * SAMPLE_RATE)
    track = NOISE * _pink(count)
    for one in film.laid:
        if one.said:
            voice = sounds[one.said]
            voice = voice * (LOUDNESS / np.sqrt(np.mean(np.square(voice))))
            first = round(film.when(one)[0] * SAMPLE_RATE)
            track[first : first + len(voice)] += voice[: count - first]
    return np.clip(track, -1, 1).astype(np.float32)


def _pink(count: int) -> Samples:
    """Noise of power 1 that falls with the frequency."""
    spectrum = np.fft.rfft(np.random.default_rng(5).standard_normal(count))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    sound = np.fft.irfft(spectrum, count)
    return (sound / sound.std()).astype(np.float32)


def _signed(film: Film, frames: Iterator[NDArray[np.uint8]]) -> Iterator[NDArray[np.uint8]]:
    signs = [(film.when(one), one) for one in film.laid if one.sign]
    for index, frame in enumerate(frames):
        shown = [one for (start, end), one in signs if start <= index / FPS < end]
        yield _drawn(frame, shown) if shown else frame


def _drawn(frame: NDArray[np.uint8], signs: Sequence[Laid]) -> NDArray[np.uint8]:
    image = Image.fromarray(frame)
    pen = ImageDraw.Draw(image)
    for one in signs:
        text, letters = one.sign or "", round(one.height * SIZE[1])
        font = ImageFont.load_default(letters)
        plate, ink = PLATES[one.look]
        pad = letters // 3
        wide = pen.textlength(text, font=font)
        x = pad + one.x * max(0.0, SIZE[0] - wide - 2 * pad)
        y = pad + one.y * (SIZE[1] - 2 * letters - 2 * pad)
        if plate:
            left, top, right, bottom = pen.textbbox((x, y), text, font=font)
            pen.rectangle((left - pad, top - pad, right + pad, bottom + pad), fill=plate)
        outline = 0 if plate else max(1, letters // 12)
        pen.text((x, y), text, font=font, fill=ink, stroke_width=outline, stroke_fill="black")
    return np.asarray(image)
