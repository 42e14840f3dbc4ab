"""A contact sheet: a video's pictures in rows, with their times and the titles of its chapters."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from footage.analysis.fonts import font_for
from footage.analysis.summary import Chapter, Picture, Summary
from footage.durable import draft_of
from footage.errors import LibraryUnwritable, NotFound
from footage.times import clock

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

COLUMNS = 4
MOST_TILES = 32
WIDTH = 320  # pixels of a picture
_GAP, _MARGIN, _HEADER = 12, 24, 86
_LINE = 20  # pixels of a line of text
_PAPER, _INK, _FAINT, _MARK = "#16181d", "#f2f2f0", "#9aa0a6", "#e8a33d"


class Tile(NamedTuple):
    """A picture on a sheet; ``title`` where a chapter begins with it."""

    picture: Picture
    title: str


def write_sheet(summary: Summary, target: Path) -> None:
    """Draw a summary into a PNG. Raises `NotFound` without pictures, and `LibraryUnwritable`."""
    data = sheet_of(summary)
    try:
        with draft_of(target) as draft:
            draft.write_bytes(data)
    except OSError as error:
        raise LibraryUnwritable(f"{target} cannot be written ({error.strerror})") from error


def sheet_of(summary: Summary) -> bytes:
    """The PNG. Raises `NotFound` for a video without pictures."""
    from PIL import Image, ImageDraw

    tiles = tiles_of(summary.chapters)
    if not tiles:
        raise NotFound(
            f"{summary.video.title} has no thumbnails", remedy="`footage doctor` says why"
        )
    video = summary.video
    height = max(90, min(640, round(WIDTH * video.height / max(1, video.width))))
    columns = min(COLUMNS, len(tiles))
    rows = ceil(len(tiles) / columns)
    cell = height + 2 * _LINE + _GAP
    # wide enough for the heading, however few the pictures
    width = 2 * _MARGIN + max(2, columns) * (WIDTH + _GAP) - _GAP
    sheet = Image.new("RGB", (width, _HEADER + _MARGIN + rows * cell), _PAPER)
    pen = _Pen(ImageDraw.Draw(sheet))
    told = (
        f"{clock(video.duration)}  ·  {len(summary.chapters)} chapters"
        if (len(summary.chapters) > 1)
        else clock(video.duration)
    )
    pen.write((_MARGIN, 18), video.title, 24, _INK, width - 2 * _MARGIN)
    pen.write((_MARGIN, 50), f"{told}  ·  {video.recorded_at:%Y-%m-%d}", 15, _FAINT, width)
    for at, tile in enumerate(tiles):
        x = _MARGIN + at % columns * (WIDTH + _GAP)
        y = _HEADER + at // columns * cell
        _place(sheet, tile.picture, (x, y), height)
        pen.write((x, y + height + 3), clock(tile.picture.time), 14, _FAINT, 80)
        if tile.title:
            pen.mark(x, y - 4, WIDTH)
            pen.write((x, y + height + _LINE + 1), tile.title, 15, _INK, WIDTH)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def tiles_of(chapters: Sequence[Chapter]) -> list[Tile]:
    """The pictures of a sheet in the order of time, at most `MOST_TILES`.

    Each chapter begins with one; what places are left go to the longer ones, evenly in time.
    """
    shown = [_with_files(chapter) for chapter in chapters[:MOST_TILES]]
    places = dict(enumerate(1 for _pictures in shown))
    waiting = {at: chapter.end - chapter.start for at, chapter in enumerate(chapters[:MOST_TILES])}
    while sum(places.values()) < MOST_TILES:
        free = [at for at in waiting if places[at] < len(shown[at])]
        if not free:
            break
        places[max(free, key=lambda at: waiting[at] / places[at])] += 1
    return list(_tiles(chapters, shown, places))


def _tiles(
    chapters: Sequence[Chapter], shown: Sequence[Sequence[Picture]], places: dict[int, int]
) -> Iterator[Tile]:
    for at, pictures in enumerate(shown):
        if not pictures:
            continue
        count = places[at]
        key = chapters[at].picture
        # the picture that stands for the chapter is always there
        spread = {round((n + 0.5) * len(pictures) / count - 0.5) for n in range(count)}
        chosen = [pictures[n] for n in sorted(spread)]
        if key in pictures and key not in chosen:
            nearest = min(range(len(chosen)), key=lambda n: abs(chosen[n].time - key.time))
            chosen[nearest] = key
        for number, picture in enumerate(sorted(chosen, key=lambda picture: picture.time)):
            yield Tile(picture, "" if number else _called(at + 1, chapters[at]))


def _called(number: int, chapter: Chapter) -> str:
    begins = clock(chapter.start)
    return f"{number}. {'from ' if chapter.title == begins else ''}{chapter.title}"


def _with_files(chapter: Chapter) -> list[Picture]:
    """The pictures that are there, none twice."""
    seen: dict[Path, Picture] = {}
    for picture in chapter.pictures:
        if picture.path is not None and picture.path.is_file():
            seen.setdefault(picture.path, picture)
    return list(seen.values())


def _place(sheet: Image.Image, picture: Picture, at: tuple[int, int], height: int) -> None:
    """A picture scaled into its tile, with bars where it has another shape.

    The tile stays empty where the picture is gone or damaged: a video may be removed meanwhile.
    """
    from PIL import Image

    if picture.path is None:
        return
    try:
        with Image.open(picture.path) as opened:
            image = opened.convert("RGB")
    except OSError:
        return
    scale = min(WIDTH / image.width, height / image.height)
    small = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    left, top = (WIDTH - small.width) // 2, (height - small.height) // 2
    sheet.paste("#000000", (*at, at[0] + WIDTH, at[1] + height))
    sheet.paste(small, (at[0] + left, at[1] + top))


class _Pen:
    """Writes single lines that end with … where they are too long."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self._draw = draw

    def write(self, at: tuple[int, int], text: str, size: int, colour: str, width: int) -> None:
        """Text from a point on, at most so many pixels wide."""
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        font = font_for(size, line)
        while line and self._draw.textlength(line, font) > width:
            line = f"{line[:-2].rstrip()}…" if len(line) > 2 else ""
        self._draw.text(at, line, fill=colour, font=font)

    def mark(self, x: int, y: int, width: int) -> None:
        """A line over where a chapter begins."""
        self._draw.rectangle((x, y, x + width - 1, y + 1), fill=_MARK)
