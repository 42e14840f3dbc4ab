"""What tests share by name: a house of four colour videos, and what a run of the program gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colours import ColourEmbedder

import footage

# name below the folder: shots, seconds, recorded, tags
HOUSE = {
    "beach/red-blue.mp4": (["red", "blue"], 8.0, "2023-07-01T10:00:00Z", ["sea", "summer"]),
    "beach/green.mp4": (["green", "white", "red"], 9.0, "2024-02-10T10:00:00Z", ["summer"]),
    "city/yellow.mp4": (["yellow", "black"], 6.0, "2024-05-05T10:00:00Z", []),
    "city/white.mp4": (["white"], 3.0, "2024-05-20T10:00:00Z", ['it\'s "odd" 🎬']),
}


@dataclass(frozen=True)
class House:
    """A folder of four colour videos, and a library that holds them."""

    videos: Path
    library: Path

    def open(self) -> footage.Library:
        return footage.open(self.library, embedder=ColourEmbedder())


@dataclass(frozen=True)
class Answer:
    """What a run of the program came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Answer]
