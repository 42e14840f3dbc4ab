"""When a picture is looked at and read, and what becomes of the texts: with a finder that is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from videos import Pixels, make_video, texture

from footage.media.frames import FrameReader, RGBImage
from footage.media.probe import probe
from footage.reader import Line
from footage.readers.ocr import Boxes, SeenText
from footage.readers.screen import ScreenWatcher

SIZE = (320, 192)
PLATE = (16, 128, 160, 176)  # left, top, right, bottom


@dataclass
class Told:
    """A finder that sees a plate where it is white, and reads on it what is said by its shade."""

    texts: dict[int, Sequence[SeenText]]
    looks: int = 0
    reads: int = 0
    sizes: list[tuple[int, int]] = field(default_factory=list)

    def look(self, image: RGBImage) -> Boxes:
        self.looks += 1
        self.sizes.append((image.shape[1], image.shape[0]))
        return np.array([PLATE], float) if self._shade(image) else np.zeros((0, 4))

    def read(self, image: RGBImage) -> Sequence[SeenText]:
        self.reads += 1
        return self.texts[self._shade(image)]

    def _shade(self, image: RGBImage) -> int:
        """Which of the texts is shown, by how bright the plate is; 0 where there is none."""
        level = float(image[140:170, 30:150].mean())
        return next((shade for shade in self.texts if abs(level - 60 * shade) < 15), 0)


def scene(base: Pixels, shade: int = 0) -> Pixels:
    """A picture, with a plate of a shade on it."""
    image = base.copy()
    left, top, right, bottom = PLATE
    image[top:bottom, left:right] = 60 * shade if shade else 0
    return image


def watched(
    tmp_path: Path,
    shots: Callable[[float], Pixels],
    seconds: float,
    told: Told,
    times: Sequence[float] | None = None,
) -> list[Line]:
    path = make_video(tmp_path / "a.mp4", seconds=seconds, size=SIZE, shots=[shots], times=times)
    watcher = ScreenWatcher(probe(path), told)
    with FrameReader(path) as frames:
        for time, frame in frames:
            watcher.push(time, frame)
        return list(watcher.lines(frames.end_time))


def one(text: str, confidence: float = 0.9) -> list[SeenText]:
    return [SeenText(text, confidence)]


STREET, GARDEN = texture(1, SIZE), texture(2, SIZE)


def test_a_sign_that_comes_and_goes(tmp_path: Path) -> None:
    told = Told({3: one("Exit")})
    lines = watched(tmp_path, lambda t: scene(STREET, 3 if 4 <= t < 9 else 0), 14, told)
    (line,) = lines
    assert (line.text, line.confidence) == ("Exit", 0.9)
    assert line.start == pytest.approx(4, abs=1.1)
    assert line.end == pytest.approx(9, abs=1.1)
    assert told.reads <= 2


def test_a_picture_that_stands_still_is_looked_at_once(tmp_path: Path) -> None:
    told = Told({3: one("Exit")})
    (line,) = watched(tmp_path, lambda _t: scene(STREET, 3), 20, told)
    assert (line.start, line.end) == pytest.approx((0, 20), abs=0.2)
    assert (told.looks, told.reads) == (1, 1)


def test_where_nothing_is_written_nothing_is_read(tmp_path: Path) -> None:
    told = Told({3: one("Exit")})
    moving = lambda t: scene(np.roll(STREET, int(6 * t), axis=1))  # noqa: E731
    assert watched(tmp_path, moving, 10, told) == []
    assert told.reads == 0
    assert 3 <= told.looks <= 7


def test_the_same_sign_over_a_moving_picture_is_read_once(tmp_path: Path) -> None:
    told = Told({3: one("Exit")})
    moving = lambda t: scene(np.roll(STREET, int(10 * t), axis=1), 3)  # noqa: E731
    (line,) = watched(tmp_path, moving, 10, told)
    assert (line.start, line.end) == pytest.approx((0, 10), abs=0.2)
    assert told.reads == 1
    assert told.looks >= 4


def test_another_text_on_the_same_plate_is_another_line(tmp_path: Path) -> None:
    told = Told({2: one("Chapter one"), 4: one("The end")})
    lines = watched(tmp_path, lambda t: scene(STREET, 2 if t < 5 else 4), 10, told)
    assert [line.text for line in lines] == ["Chapter one", "The end"]
    assert lines[0].end == pytest.approx(5, abs=1.1)
    assert lines[1].start == pytest.approx(5, abs=1.1)


def test_a_sign_that_is_there_in_two_shots_is_one_line_by_its_surest_reading(
    tmp_path: Path,
) -> None:
    told = Told({2: one("Libraly closed", 0.8), 4: one("Library closed", 0.95)})
    shots = lambda t: scene(STREET, 2) if t < 4 else scene(GARDEN, 4)  # noqa: E731
    (line,) = watched(tmp_path, shots, 8, told)
    assert (line.text, line.confidence) == ("Library closed", 0.95)
    assert (line.start, line.end) == pytest.approx((0, 8), abs=0.2)


def test_a_new_shot_is_looked_at_at_once(tmp_path: Path) -> None:
    told = Told({3: one("Exit")})
    shots = lambda t: scene(GARDEN, 3) if 5 <= t < 6.6 else scene(STREET)  # noqa: E731
    (line,) = watched(tmp_path, shots, 12, told)
    assert line.start == pytest.approx(5, abs=0.6)


def test_what_was_overlooked_once_is_one_line(tmp_path: Path) -> None:
    told = Told({2: one("Exit"), 3: [], 4: one("Exit")})
    shade = lambda t: 2 if t < 4 else 3 if t < 7 else 4  # noqa: E731
    (line,) = watched(tmp_path, lambda t: scene(STREET, shade(t)), 11, told)
    assert (line.start, line.end) == pytest.approx((0, 11), abs=0.2)


def test_pictures_keep_their_shape_and_are_not_enlarged(tmp_path: Path) -> None:
    told = Told({3: one("Exit")})
    watched(tmp_path, lambda _t: scene(STREET), 1, told)
    assert told.sizes == [SIZE]


def test_a_picture_that_is_shown_for_long_is_read_though_others_came_just_before(
    tmp_path: Path,
) -> None:
    """A recording of slides: a frame only where something moves."""
    told = Told({3: one("Agenda"), 4: one("Questions")})
    times = [0, 5, 5.1, 5.2, 60, 60.3, 90]
    shade = lambda t: 0 if t < 5.15 else 3 if t < 60.2 else 4  # noqa: E731
    lines = watched(tmp_path, lambda t: scene(STREET, shade(t)), 91, told, times)
    assert [line.text for line in lines] == ["Agenda", "Questions"]
    assert (lines[0].start, lines[0].end) == pytest.approx((5.2, 60.3), abs=0.5)


def test_what_is_shown_last_is_read(tmp_path: Path) -> None:
    told = Told({3: one("The end")})
    (line,) = watched(tmp_path, lambda t: scene(STREET, 3 if t >= 6 else 0), 6.6, told)
    assert (line.start, line.end) == pytest.approx((6, 6.6), abs=0.6)
