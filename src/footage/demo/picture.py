"""The moving picture of a film: 640 × 360 frames, 25 a second, from photos and clips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, repeat
from pathlib import Path

import av
from PIL import Image, ImageOps

from footage.demo.films import Film, Shot, View

WIDTH, HEIGHT = 640, 360
FRAME_RATE = 25

_DISSOLVE_FRAMES = 20

Box = tuple[float, float, float, float]


def film_frames(film: Film, parts: Mapping[str, Path]) -> Iterator[Image.Image]:
    """Every frame of the film, in order."""
    last: Image.Image | None = None
    for shot in film.shots:
        before, fading = last, _DISSOLVE_FRAMES if shot.dissolve else 0
        for number, frame in enumerate(_shot_frames(shot, parts[shot.part])):
            last = frame
            if before is not None and number < fading:
                yield Image.blend(before, frame, (number + 1) / (fading + 1))
            else:
                yield frame


def frame_count(film: Film) -> int:
    """How many frames `film_frames` yields."""
    return sum(_frames_in(shot) for shot in film.shots)


def _frames_in(shot: Shot) -> int:
    return round(shot.seconds * FRAME_RATE)


def _shot_frames(shot: Shot, path: Path) -> Iterator[Image.Image]:
    if shot.move is None:
        return islice(_clip_frames(path), _frames_in(shot))
    return _photo_frames(path, *shot.move, _frames_in(shot))


def _photo_frames(path: Path, begin: View, end: View, count: int) -> Iterator[Image.Image]:
    """A camera's way over a photo, at rest at both ends so that a dissolve finds it still."""
    with Image.open(path) as opened:
        photo = opened.convert("RGB")
    for number in range(count):
        share = number / max(count - 1, 1)
        eased = share * share * (3 - 2 * share)
        view = View(*(a + (b - a) * eased for a, b in zip(begin, end, strict=True)))
        box = crop_box(photo.width, photo.height, view)
        yield photo.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, box=box)


def crop_box(width: int, height: int, view: View) -> Box:
    """The 16:9 box (left, top, right, bottom), in pixels, that a view cuts out of a photo.

    Near an edge the box is moved inside, so the picture never shows a border.
    """
    box_width = min(width, height * WIDTH / HEIGHT) * view.zoom
    box_height = box_width * HEIGHT / WIDTH
    left = min(max(view.x * width - box_width / 2, 0), width - box_width)
    top = min(max(view.y * height - box_height / 2, 0), height - box_height)
    return left, top, left + box_width, top + box_height


def _clip_frames(path: Path) -> Iterator[Image.Image]:
    """A clip at our frame rate, by its own clock; its last frame stays for ever."""
    shown = 0
    picture: Image.Image | None = None
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        starts = float((stream.start_time or 0) * (stream.time_base or 0))
        for frame in container.decode(stream):
            ends = frame.time - starts if frame.time is not None else 0.0
            while picture is not None and shown / FRAME_RATE < ends - 1e-6:
                yield picture
                shown += 1
            picture = ImageOps.fit(frame.to_image(), (WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    if picture is not None:
        yield from repeat(picture)
