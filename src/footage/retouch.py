"""Thumbnails made anew from a video whose embedding is there: decoded, not embedded."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from footage.media import sampling
from footage.media.probe import probe
from footage.media.web import Place
from footage.thumbnails import Thumbnails


def remake(
    thumbnails: Thumbnails,
    video_id: str,
    source: Place,
    spans: Sequence[tuple[float, float]],
    *,
    fps: float,
) -> None:
    """Replace the thumbnails of a video, one for each span in seconds.

    Raises `MediaError` where the source cannot be read, `LibraryUnwritable` where the disk refuses.
    """
    with thumbnails.draft() as draft:
        for time, jpeg in sampling.thumbnails(source, probe(source), fps=fps):
            draft.add(time, jpeg)
        thumbnails.keep(video_id, draft, spans)


def is_whole(path: Path | None) -> bool:
    """Whether a thumbnail is there and decodes to its last byte."""
    if path is None:
        return False
    try:
        data = path.read_bytes()
        with Image.open(io.BytesIO(data)) as image:
            image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return data.endswith(b"\xff\xd9")
