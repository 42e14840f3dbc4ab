"""A sprite: small pictures of a whole video in one file, to be shown while one moves over it.

It is put together from thumbnails that are there, so nothing is decoded, and a drive need not be.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from footage.durable import draft_of
from footage.errors import NotFound
from footage.segment import Segment

MOST_TILES = 200
COLUMNS = 10
WIDTH = 160  # pixels of a tile
_QUALITY = 70


class Tile(NamedTuple):
    """One picture of a sprite, and the stretch of the video it stands for, in seconds."""

    start: float
    end: float
    picture: Path


class Sprite(NamedTuple):
    """The file, and what is where in it, in pixels."""

    file: Path
    tiles: Sequence[Tile]
    width: int
    height: int

    def to_vtt(self) -> str:
        """WebVTT whose cues name parts of ``sprite.jpg`` (www.w3.org/TR/media-frags)."""
        cues = ["WEBVTT\n"]
        for at, tile in enumerate(self.tiles):
            x, y = at % COLUMNS * self.width, at // COLUMNS * self.height
            cues.append(
                f"{_clock(tile.start)} --> {_clock(tile.end)}\n"
                f"sprite.jpg#xywh={x},{y},{self.width},{self.height}\n"
            )
        return "\n".join(cues)


def sprite_of(folder: Path, segments: Sequence[Segment], duration: float) -> Sprite:
    """The sprite of a video with these segments, made where it is not in ``folder`` yet.

    Raises `NotFound` where there are no thumbnails.
    """
    tiles = _tiles(segments, duration)
    if not tiles:
        raise NotFound("this video has no thumbnails", remedy="`footage doctor` says why")
    starts = json.dumps([[tile.start, tile.picture.stat().st_mtime_ns] for tile in tiles])
    mark = hashlib.blake2b(starts.encode(), digest_size=6).hexdigest()
    file = folder / f"sprite-{mark}.sheet"
    with Image.open(tiles[0].picture) as first:
        height = max(1, round(WIDTH * first.height / first.width))
    if not file.is_file():
        for other in folder.glob("sprite-*.sheet"):
            other.unlink(missing_ok=True)
        _make(file, tiles, height)
    return Sprite(file, tiles, WIDTH, height)


def _tiles(segments: Sequence[Segment], duration: float) -> list[Tile]:
    """As many pictures as fit, evenly, each standing until the next begins."""
    seen = {
        segment.start: segment.thumbnail
        for segment in segments
        if segment.thumbnail is not None and segment.scope == "clip"
    }
    starts = sorted(seen)[:: max(1, ceil(len(seen) / MOST_TILES))]
    if not starts:
        return []
    ends = [*starts[1:], max(duration, starts[-1] + 0.1)]
    return [
        Tile(0.0 if at == 0 else start, end, seen[start])
        for at, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def _make(file: Path, tiles: Sequence[Tile], height: int) -> None:
    rows = ceil(len(tiles) / COLUMNS)
    sheet = Image.new("RGB", (WIDTH * min(COLUMNS, len(tiles)), height * rows))
    for at, tile in enumerate(tiles):
        with Image.open(tile.picture) as picture:
            picture.draft("RGB", (WIDTH, height))
            small = picture.convert("RGB").resize((WIDTH, height))
        sheet.paste(small, (at % COLUMNS * WIDTH, at // COLUMNS * height))
    with draft_of(file) as draft:
        sheet.save(draft, "JPEG", quality=_QUALITY)


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
