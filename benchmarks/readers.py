"""Reading speech and text off the screen: how many words are right, made up, missed; at what cost.

Speech: two recordings whose words are known, clean and under noise and music; and noise, music and
real clips in which nobody speaks. Screen: signs drawn onto real clips, standing still and moving.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmarks.measure import measured
from benchmarks.packages import CLIPS, Clip, fetched
from benchmarks.tables import table
from footage.embedder import VideoFile
from footage.media.frames import FrameReader
from footage.media.probe import probe
from footage.media.sound import SAMPLE_RATE, Samples, SoundReader
from footage.reader import Line, Reader
from footage.readers import open_reader, screen
from footage.readers.ocr import Boxes, SeenText, TextFinder

WORDS = {
    "two_cities.wav": """
        It was the best of times, it was the worst of times, it was the age of wisdom, it was the
        age of foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the
        season of Light, it was the season of Darkness, it was the spring of hope, it was the winter
        of despair, we had everything before us, we had nothing before us, we were all going direct
        to Heaven, we were all going direct the other way, in short, the period was so far like the
        present period, that some of its noisiest authorities insisted on its being received, for
        good or for evil, in the superlative degree of comparison only.""",
    "beckett.wav": "Ever tried. Ever failed. No matter. Try again. Fail again. Fail better.",
}
LOUDNESS = (10, 5, 0)  # dB by which the voice is louder than what is under it

# Game music and sounds; in none of them does anybody speak or sing.
MUSIC = (
    Clip("robot.mp3", "arcade==3.3.3", "assets/music/funkyrobot.mp3", 213.0),
    Clip("1918.mp3", "arcade==3.3.3", "assets/music/1918.mp3", 143.0),
)
QUIET_CLIPS = ("earth.mp4", "skyscrapers.mpg", "streets.mp4", "music.mp4", "trailer.mp4")

# Real clips without text of their own, to draw signs onto.
SIGNED = (
    *("streets.mp4", "skyscrapers.mpg", "earth.mp4", "woman.mp4", "bookshelf.mp4", "dinner.avi"),
    *("pedestrians.avi", "box.mp4"),
)
SIGNS = (
    "Platform 9 to Museum Street", "OPEN DAILY 10 to 18", "Fresh bread every morning",
    "Mind the gap", "No parking on Sundays", "Total: 48.90", "Welcome to Lisbon", "Chapter Two",
)  # fmt: skip
HEIGHTS = (0.08, 0.05, 0.035, 0.025)  # of letters, as a share of the picture's height
SHOWN = (1.5, 4.5)  # seconds
CLIP_SECONDS = 6.0


def run(options: argparse.Namespace) -> str:
    folder = options.work / "clips"
    return "\n\n".join(
        [
            *_speech(folder, options.quick),
            *_screen(folder, options.work / "signs", options.quick),
            _memory(options.work, minutes=2 if options.quick else 30),
        ]
    )


def _read(reader: Reader, path: Path) -> tuple[tuple[Line, ...], float, float]:
    """The lines in a file, its seconds, and the CPU seconds that reading took."""
    info = probe(path) if path.suffix not in {".wav", ".mp3"} else _sound_alone(path)
    began = time.process_time()
    lines = reader.read(VideoFile(path, "0", info), on_progress=lambda _seconds: None).lines
    return lines, info.duration, time.process_time() - began


# Speech


def _speech(folder: Path, quick: bool) -> Iterator[str]:
    reader = open_reader("speech")
    rows = []
    for name, laid in _backgrounds(folder):
        for decibels in (LOUDNESS[:1] if quick else LOUDNESS) if laid is not None else (0,):
            errors = said = 0
            for speech, reference in WORDS.items():
                samples = _over(_samples(_asset(speech)), laid, decibels)
                lines, _, _ = _read(reader, _wav(folder / f"mixed-{speech}", samples))
                wrong, count = _word_errors(reference, " ".join(line.text for line in lines))
                errors, said = errors + wrong, said + count
            rows.append(
                [name, f"{decibels} dB" if laid is not None else "", f"{100 * errors / said:.1f} %"]
            )
    yield table(["under the voice", "voice louder by", "word error rate"], rows)
    yield _made_up_words(reader, folder, quick)


def _backgrounds(folder: Path) -> Iterator[tuple[str, Samples | None]]:
    yield "nothing", None
    yield "white noise", _noise(0)
    yield "pink noise", _noise(1)
    yield "music", _samples(fetched(folder, MUSIC)["robot.mp3"])[20 * SAMPLE_RATE :]


def _made_up_words(reader: Reader, folder: Path, quick: bool) -> str:
    sounds = {f"{name} noise": _noise(power) for name, power in _COLOURS.items()}
    sounds["chords"] = _chords()
    groups: dict[str, list[Path]] = {
        "noise and tones": [_wav(folder / f"{name}.wav", sound) for name, sound in sounds.items()]
    }
    if not quick:
        groups["music"] = list(fetched(folder, MUSIC).values())
        clips = fetched(folder, [clip for clip in CLIPS if clip.name in QUIET_CLIPS])
        groups["clips with music and street noise"] = list(clips.values())
    rows = []
    for name, paths in groups.items():
        seconds = cpu = 0.0
        heard: list[str] = []
        for path in paths:
            lines, length, spent = _read(reader, path)
            seconds, cpu = seconds + length, cpu + spent
            heard += [word for line in lines for word in line.text.split()]
        minutes = seconds / 60
        rows.append(
            [
                name,
                f"{minutes:.1f}",
                f"{len(heard) / minutes:.2f}",
                " ".join(heard[:8]),
                cpu / minutes,
            ]
        )
    spoken = [_read(reader, _asset(name)) for name in WORDS]
    minutes = sum(length for _, length, _ in spoken) / 60
    rows.append(["speech", f"{minutes:.1f}", "", "", sum(cpu for *_, cpu in spoken) / minutes])
    return table(["nobody speaks", "minutes", "words a minute", "namely", "CPU s/min"], rows)


def _asset(name: str) -> Path:
    package = find_spec("moonshine_voice")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "assets" / name


def _sound_alone(path: Path) -> Any:
    class Info(NamedTuple):
        duration: float

    with av.open(str(path)) as container:
        return Info((container.duration or 0) / av.time_base)


def _samples(path: Path) -> Samples:
    with SoundReader(path) as reader:
        return np.concatenate(list(reader))


def _wav(path: Path, samples: Samples) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("pcm_s16le", rate=SAMPLE_RATE, layout="mono")
        for at in range(0, len(samples), SAMPLE_RATE):
            block = (samples[None, at : at + SAMPLE_RATE] * 32_767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
            frame.sample_rate = SAMPLE_RATE
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


def _over(speech: Samples, laid: Samples | None, decibels: float) -> Samples:
    """Speech with something under it, measured where somebody speaks."""
    if laid is None:
        return speech
    under = np.resize(laid, len(speech))
    power = np.square(speech[np.abs(speech) > 0.01]).mean() / np.square(under).mean()
    mixed = speech + under * np.sqrt(power / 10 ** (decibels / 10))
    return (mixed / max(1.0, float(np.abs(mixed).max()))).astype(np.float32)


_COLOURS = {"violet": -2.0, "blue": -1.0, "white": 0.0, "pink": 1.0, "brown": 2.0}


def _noise(power: float, seconds: int = 60) -> Samples:
    """Noise whose power falls with frequency to this exponent."""
    count = seconds * SAMPLE_RATE
    spectrum = np.fft.rfft(np.random.default_rng(3).standard_normal(count))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** (power / 2)
    sound = np.fft.irfft(spectrum, count)
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)


def _chords(seconds: int = 60) -> Samples:
    """Plucked chords, a lead with vibrato, drums."""
    rng, at = np.random.default_rng(4), np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
    bars = []
    for _ in range(2 * seconds):
        root = 110 * 2 ** (rng.integers(0, 24) / 12)
        strings = sum(np.sin(2 * np.pi * root * step * at) for step in (1, 1.26, 1.5, 2))
        lead = np.sign(np.sin(2 * np.pi * root * 4 * at + 3 * np.sin(2 * np.pi * 5 * at)))
        drum = rng.standard_normal(len(at)) * np.exp(-at * 40)
        bars.append(strings * np.exp(-at * 3) + 0.3 * lead + drum)
    sound = np.concatenate(bars)
    return (0.7 * sound / np.abs(sound).max()).astype(np.float32)


def _word_errors(reference: str, heard: str) -> tuple[int, int]:
    """Words wrong, missing or too many, and words said."""
    said, found = (re.findall(r"[a-z0-9']+", text.lower()) for text in (reference, heard))
    row = list(range(len(found) + 1))
    for i, word in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(found, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1], len(said)


# Screen


@dataclass
class _Tally:
    """What became of the signs of one size."""

    characters: int = 0
    found: int = 0
    others: list[str] = field(default_factory=list)
    late: list[float] = field(default_factory=list)


class _Ungated:
    """Sees text everywhere: every picture that changes anywhere is read."""

    def __init__(self, finder: TextFinder) -> None:
        self._finder = finder

    def look(self, image: NDArray[np.uint8]) -> Boxes:
        rows, columns = np.mgrid[0 : image.shape[0] : 16, 0 : image.shape[1] : 16]
        left, top = columns.ravel(), rows.ravel()
        return np.column_stack([left, top, left + 15, top + 15]).astype(np.float64)

    def read(self, image: NDArray[np.uint8]) -> Sequence[SeenText]:
        return self._finder.read(image)


def _screen(folder: Path, work: Path, quick: bool) -> Iterator[str]:
    clips = [clip for clip in CLIPS if clip.name in (SIGNED[:2] if quick else SIGNED)]
    paths = list(fetched(folder, clips).values())
    heights = HEIGHTS[:2] if quick else HEIGHTS
    reader = screen.ScreenReader()
    gated, ungated = reader._finder, _Ungated(reader._finder)
    rows = []
    for motion in ("still", "moving"):
        for height in heights:
            films = [_signed(path, work, height, motion, turn) for turn, path in enumerate(paths)]
            row: list[object] = [motion, f"{100 * height:g} %"]
            for finder in (gated, ungated):
                tally = _tally(reader, finder, films)
                row += [f"{100 * tally.found / tally.characters:.0f} %", len(tally.others)]
            rows.append([*row, f"{np.median(tally.late):.1f} s"])
    head = ["signs", "height", "found", "others", "ungated: found", "others", "start off by"]
    yield table(head, rows)
    yield _screen_cost(reader, gated, ungated, paths, [film for film, _ in films])


def _tally(reader: screen.ScreenReader, finder: Any, films: list[tuple[Path, str]]) -> _Tally:
    tally = _Tally()
    reader.__dict__["_finder"] = finder
    for film, sign in films:
        lines, _, _ = _read(reader, film)
        wanted = _letters(sign)
        alike = [(_common(wanted, _letters(line.text)), line) for line in lines]
        share, best = max(alike, key=lambda pair: pair[0], default=(0, None))
        tally.characters += len(wanted)
        tally.found += share
        if best is not None and share > len(wanted) / 2:
            tally.late.append(abs(best.start - SHOWN[0]))
        tally.others += [line.text for common, line in alike if common < len(wanted) / 2]
    return tally


def _screen_cost(
    reader: screen.ScreenReader, gated: Any, ungated: Any, plain: list[Path], signed: list[Path]
) -> str:
    rows = []
    for name, paths in (("without signs", plain), ("with a sign", signed)):
        row: list[object] = [name]
        for finder in (gated, ungated):
            reader.__dict__["_finder"] = finder
            used = [_read(reader, path) for path in paths]
            row.append(60 * sum(cpu for *_, cpu in used) / sum(length for _, length, _ in used))
        decoding = [_decoding(path) for path in paths]
        rows.append([*row, 60 * sum(decoding) / sum(probe(path).duration for path in paths)])
    return table(["clips", "CPU s/min", "ungated", "of which decoding"], rows)


def _decoding(path: Path) -> float:
    began = time.process_time()
    with FrameReader(path) as reader:
        for _ in reader:
            pass
    return time.process_time() - began


def _signed(path: Path, work: Path, height: float, motion: str, turn: int) -> tuple[Path, str]:
    """The first seconds of a clip with a sign on it for three of them, encoded anew."""
    sign = SIGNS[turn % len(SIGNS)]
    film = work / f"{path.stem}-{height:g}-{motion}.mp4"
    if film.exists():
        return film, sign
    work.mkdir(parents=True, exist_ok=True)
    info = probe(path)
    with av.open(str(path)) as source, av.open(str(film), "w") as output:
        rate = round(info.fps) or 25
        stream: Any = output.add_stream("libx264", rate=rate, options={"crf": "26"})
        stream.width, stream.height = info.width // 2 * 2, info.height // 2 * 2
        stream.pix_fmt = "yuv420p"
        draw = _painter(sign, height, motion, turn, (stream.width, stream.height))
        for index, frame in enumerate(source.decode(video=0)):
            if index >= CLIP_SECONDS * rate:
                break
            image = frame.to_image().resize((stream.width, stream.height))
            if SHOWN[0] <= index / rate < SHOWN[1]:
                draw(image, index / rate - SHOWN[0])
            output.mux(stream.encode(av.VideoFrame.from_image(image)))
        output.mux(stream.encode())
    return film, sign


def _painter(
    sign: str, height: float, motion: str, turn: int, size: tuple[int, int]
) -> Callable[[Image.Image, float], None]:
    """Draws a sign, on a plate or outlined; a moving one crosses a tenth of the width a second."""
    letters = max(8, round(height * size[1]))
    font = ImageFont.load_default(letters)
    plate, ink = [((20, 60, 120), "white"), ((245, 240, 220), "black"), (None, "white")][turn % 3]

    def draw(image: Image.Image, at: float) -> None:
        pen = ImageDraw.Draw(image)
        x = 0.06 * size[0] + (0.1 * size[0] * at if motion == "moving" else 0)
        y = (0.75, 0.4, 0.85)[turn % 3] * size[1]
        if plate:
            box = pen.textbbox((x, y), sign, font=font)
            pad = letters // 3
            pen.rectangle((box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad), fill=plate)
        outline = 0 if plate else max(1, letters // 12)
        pen.text((x, y), sign, font=font, fill=ink, stroke_width=outline, stroke_fill="black")

    return draw


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _common(wanted: str, found: str) -> int:
    matcher = SequenceMatcher(None, wanted, found, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


# Memory

_LISTEN = """
import sys
from pathlib import Path
from types import SimpleNamespace
from footage.embedder import VideoFile
from footage.readers import open_reader
began = time.perf_counter()
video = VideoFile(Path(sys.argv[1]), "0", SimpleNamespace(duration=0))
print(len(open_reader("speech").read(video, on_progress=lambda seconds: None).lines))
"""


def _memory(work: Path, *, minutes: int) -> str:
    speech = np.concatenate([_samples(_asset(name)) for name in WORDS])
    rows = []
    for length in (1, minutes):
        path = _wav(work / f"speech-{length}.wav", np.resize(speech, length * 60 * SAMPLE_RATE))
        used = measured(_LISTEN, path)
        rows.append(
            [f"{length} min of speech", f"{used.rss / 1e6:.0f} MB", used.cpu / length, used.printed]
        )
    return table(["speech", "peak memory", "CPU s/min", "lines"], rows)
