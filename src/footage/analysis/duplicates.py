"""Duplicates: the same content in two videos, whole or in part, with aligned times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from footage.analysis import alignment
from footage.analysis.alignment import Aligned
from footage.analysis.frames import FrameSet, frame_set, with_file
from footage.analysis.matching import Matches, matches
from footage.analysis.material import Held, Tell, gather, untold
from footage.analysis.places import Place, place_of
from footage.arguments import check_range
from footage.catalog import Video
from footage.errors import UsageError
from footage.media.probe import probe
from footage.paths import absolute
from footage.query import Filters

ALIKE = 0.7  # cosine, around the mean of all, from which two frames vote
KEEP = 0.6  # of frames on a line, that a stretch goes on over
FEWEST = 3  # frames of a stretch
MOST_PAIRS = 20_000  # of videos that are aligned, those with most frames alike
MOST_STRETCHES = 12  # of one pair
SAMPLE = 500  # frames that a look is compared with, to know whether it is anything special


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A stretch of one video that a stretch of another shows as well."""

    first: Place
    second: Place
    speed: float
    """How many seconds of the second go by in one of the first."""
    score: float
    """How sure it is, 0 to 1."""
    cosine: float
    """The mean of frames shown at the same moment, around the mean of the library."""
    whole: bool
    """Whether it is nearly all of both."""

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``duplicates``."""
        return {
            "first": self.first.to_json(),
            "second": self.second.to_json(),
            "speed": round(self.speed, 4),
            "score": round(self.score, 4),
            "cosine": round(self.cosine, 4),
            "whole": self.whole,
        }
