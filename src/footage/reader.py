"""What a reader is: it turns a video into timed text, what is said in it or what is written.

The implementations are in ``readers/``. Texts belong to a library and not to an embedder: they stay
what they are when another embedder is chosen.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from footage.embedder import VideoFile
from footage.media.frames import Damage

MODALITIES = ("speech", "screen")
"""What is read of a video: what is said in it, and what is written in its picture."""


@dataclass(frozen=True, slots=True)
class Line:
    """A text, and the stretch of a video over which it is heard or seen."""

    start: float  #: seconds since the start of the video
    end: float  #: seconds, never before ``start``
    text: str  #: without markup; a line break where the subtitle has one
    confidence: float | None = None  #: 0 to 1, None for what people wrote
    language: str | None = None  #: as in BCP 47 (``en``, ``pt-BR``), None where unknown


@dataclass(frozen=True, slots=True)
class ReaderFingerprint:
    """What must be equal for two readings of a video to be the same work."""

    name: str
    version: str
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """A short, file-name-safe identifier: the name and 12 hex digits."""
        text = json.dumps(asdict(self), sort_keys=True)
        digest = hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
        return f"{self.name}-{digest}"


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a reader found in one video."""

    fingerprint: ReaderFingerprint
    lines: tuple[Line, ...] = ()
    """In the order of their starts; lines may overlap, as people speak at once."""
    source: str | None = None
    """What was read: ``clip.en.srt``, ``audio track 1``; None where there was nothing to read."""
    damage: Damage = field(default_factory=Damage)
    warnings: tuple[str, ...] = ()
    """What was passed over and why, a sentence each."""

    def to_json(self) -> dict[str, Any]:
        """The shape of ``transcript --json``."""
        return {
            "reader": self.fingerprint.name,
            "source": self.source,
            "lines": [asdict(line) for line in self.lines],
            "warnings": list(self.warnings),
        }


class Reader(ABC):
    """Turns videos into timed text."""

    fingerprint: ReaderFingerprint

    @abstractmethod
    def read(self, video: VideoFile, *, on_progress: Callable[[float], None]) -> Reading:
        """Read a whole video; a reading without lines where there is nothing to read.

        ``on_progress`` is told the seconds done so far and may raise to stop the work. Raises
        `MediaError` for a file that cannot be used, `ReaderError` for a reader that cannot.
        """
