"""What is written in a video: signs, titles, slides, captions burnt into the picture.

Reading a picture takes a third of a second, so few are read. A picture is looked at when a new one
begins, and every two seconds while it changes; it is read where a look finds text, and that is not
the text of the look before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import cached_property
from typing import Protocol

import numpy as np
from av.video.frame import VideoFrame

from footage.embedder import VideoFile
from footage.media.frames import FrameReader, RGBImage, RGBScaler
from footage.media.looks import Look, Looker, colour_change, likeness
from footage.media.probe import VideoInfo
from footage.reader import Line, Reader, ReaderFingerprint, Reading
from footage.readers import ocr
from footage.readers.needs import Package, Status, examine
from footage.readers.ocr import LOOK_SIDE, MODELS, READ_SIDE, Boxes, SeenText, TextFinder

NAME = "screen"
VERSION = "1"
EXTRA = "ocr"
_PACKAGES = (Package("rapidocr", at_least="3.10"),)
_PROGRESS_SECONDS = 1.0

# Frames closer together than this are not told apart.
_STEP_SECONDS = 0.5
# A picture that changes is looked at again after this: text is meant to be read, and takes longer.
_AGAIN_SECONDS = 2.0
# A new picture, which has other colours and another layout, is looked at sooner.
_SOONEST_SECONDS = 1.0
_NEW_COLOURS, _NEW_LAYOUT = 0.2, 0.9
# Brightness, 0 to 255, by which some part of the layout differs once a caption is put on it.
_CHANGED = 3.0
# Mean brightness by which the places of text differ while they show the same; compression gives 4.
_SAME_TEXT = 8.0
# The same text, read again, differs in a letter or two.
_SAME = 0.75
# Text that is away for less than this was overlooked once.
_OVERLOOKED_SECONDS = 5.0


def status() -> Status:
    """Whether text can be read off the screen on this machine."""
    return examine(NAME, EXTRA, _PACKAGES, _complaint)


def _complaint() -> str:
    absent = [path for name in MODELS if not (path := ocr.models_folder() / name).is_file()]
    return f"{absent[0]} is missing" if absent else ocr.importable()


class ScreenReader(Reader):
    """Reads what is written in the picture; Latin and Chinese script."""

    def __init__(self) -> None:
        """Raises `ReaderUnavailable` where its packages are not installed."""
        status().require()
        self.fingerprint = ReaderFingerprint(NAME, VERSION, {"model": ",".join(MODELS)})

    def read(self, video: VideoFile, *, on_progress: Callable[[float], None]) -> Reading:
        """The texts shown, each with when it was; see `Reader.read`."""
        watcher = ScreenWatcher(video.info, self._finder)
        told = 0.0
        with FrameReader(video.path, every=False) as frames:
            for time, frame in frames:
                watcher.push(time, frame)
                if time >= told + _PROGRESS_SECONDS:
                    told = time
                    on_progress(time)
            lines = watcher.lines(frames.end_time)
            return Reading(self.fingerprint, lines, "picture", frames.damage)

    @cached_property
    def _finder(self) -> TextFinder:
        return TextFinder()


class Finder(Protocol):
    """What `ScreenWatcher` needs to find text: a `TextFinder`."""

    def look(self, image: RGBImage) -> Boxes:
        """Where there may be text."""

    def read(self, image: RGBImage) -> Sequence[SeenText]:
        """The text there is."""


@dataclass(slots=True)
class _Shown:
    """A text that is on the screen, by its surest reading."""

    line: Line
    still: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class _Glimpse:
    """A picture that was looked at."""

    look: Look
    image: RGBImage
    boxes: Boxes


@dataclass(slots=True)
class _Texts:
    """What is on the screen, and what was."""

    shown: list[_Shown] = field(default_factory=list)
    gone: list[Line] = field(default_factory=list)

    def update(self, seen: Sequence[SeenText], time: float) -> None:
        """What is seen from ``time`` on; the rest is gone by then."""
        for shown in self.shown:
            shown.still = False
        for text in seen:
            same = next((one for one in self.shown if _alike(one.line.text, text.text)), None)
            if same is None:
                line = Line(time, time, text.text, text.confidence)
                self.shown.append(_Shown(line))
                continue
            same.still = True
            if text.confidence > (same.line.confidence or 0.0):
                same.line = replace(same.line, text=text.text, confidence=text.confidence)
        self.gone += [replace(one.line, end=time) for one in self.shown if not one.still]
        self.shown = [one for one in self.shown if one.still]

    def lines(self) -> tuple[Line, ...]:
        """All that was shown, what was overlooked once in one piece."""
        lines: list[Line] = []
        recent: list[int] = []  # places of those that may still go on
        for line in sorted(self.gone, key=lambda line: line.start):
            recent = [at for at in recent if lines[at].end >= line.start - _OVERLOOKED_SECONDS]
            before = next((at for at in recent if _continues(lines[at], line)), None)
            if before is None:
                recent.append(len(lines))
                lines.append(line)
            else:
                best = max(lines[before], line, key=lambda one: one.confidence or 0.0)
                lines[before] = replace(best, start=lines[before].start, end=line.end)
        return tuple(lines)


class ScreenWatcher:
    """Reads the text in frames as they are decoded."""

    def __init__(self, info: VideoInfo, finder: Finder) -> None:
        self._finder = finder
        self._looker = Looker()
        self._small = RGBScaler(*_fitting(info, LOOK_SIDE), info.rotation)
        self._large = RGBScaler(*_fitting(info, READ_SIDE), info.rotation)
        self._skipped: tuple[float, VideoFrame] | None = None
        self._before: Look | None = None
        self._glimpse: _Glimpse | None = None
        self._waiting: tuple[Look, VideoFrame] | None = None
        self._changed_at = 0.0
        self._cut = False
        self._texts = _Texts()

    def push(self, time: float, frame: VideoFrame) -> None:
        """Take in the next decoded frame, shown from ``time`` (seconds) on."""
        if self._skipped is not None and time >= self._skipped[0] + _STEP_SECONDS:
            self._consider(*self._skipped)  # it stayed
        if self._before is None or time >= self._before.time + _STEP_SECONDS:
            self._consider(time, frame)
        else:
            self._skipped = time, frame

    def lines(self, end: float) -> tuple[Line, ...]:
        """The texts seen, by their start; ``end`` (seconds) is when the last frame is over."""
        if self._skipped is not None:
            self._consider(*self._skipped)
        self._examine()
        self._texts.update((), end)
        return self._texts.lines()

    def _consider(self, time: float, frame: VideoFrame) -> None:
        """Let a frame wait for its turn if it differs from the last that was looked at."""
        self._skipped = None
        look = self._looker(time, frame)
        before, self._before = self._before, look
        if self._glimpse is None or before is None:
            self._wait(look, frame)
            self._examine()
            return
        if self._waiting is not None and time >= self._due + _STEP_SECONDS:
            self._examine()  # it was shown when its turn came
        self._cut = self._cut or _is_cut(before, look)
        if self._cut or _changed(self._glimpse.look, look):
            self._wait(look, frame)
            if time >= self._due:
                self._examine()
        else:
            self._waiting = None

    def _wait(self, look: Look, frame: VideoFrame) -> None:
        self._changed_at = look.time if self._waiting is None else self._changed_at
        self._waiting = look, frame

    @property
    def _due(self) -> float:
        """When it is time for another look, in seconds."""
        last = self._glimpse.look.time if self._glimpse else 0.0
        return last + (_SOONEST_SECONDS if self._cut else _AGAIN_SECONDS)

    def _examine(self) -> None:
        """Look at the frame that waits, if there is one, and read it if it shows another text."""
        if self._waiting is None:
            return
        look, frame = self._waiting
        image = self._small(frame)
        now = _Glimpse(look, image, self._finder.look(image))
        before, self._glimpse, self._waiting, self._cut = self._glimpse, now, None, False
        if before is not None and _same_text(before, now):
            return
        seen = self._finder.read(self._large(frame)) if len(now.boxes) else ()
        # what changed, changed between the first frame that differs and this one
        self._texts.update(seen, (self._changed_at + look.time) / 2)


def _fitting(info: VideoInfo, side: int) -> tuple[int, int]:
    """Width and height in pixels of a picture whose longer side is at most ``side``."""
    share = min(1.0, side / max(info.width, info.height, 1))
    # swscale takes interlaced pictures apart, and needs a line for either half
    return max(2, round(info.width * share)), max(2, round(info.height * share))


def _changed(one: Look, other: Look) -> bool:
    return float(np.abs(one.layout - other.layout).max()) >= _CHANGED


def _is_cut(one: Look, other: Look) -> bool:
    return colour_change(one, other) >= _NEW_COLOURS and likeness(one, other) < _NEW_LAYOUT


def _same_text(before: _Glimpse, now: _Glimpse) -> bool:
    """Whether the places of text in two pictures, of either, look the same in both."""
    for left, top, right, bottom in np.concatenate([before.boxes, now.boxes]).astype(int):
        place = np.s_[max(0, top) : bottom + 1, max(0, left) : right + 1]
        one, other = (picture.image[place].astype(np.float32) for picture in (before, now))
        if one.size and float(np.abs(one - other).mean()) >= _SAME_TEXT:
            return False
    return True


def _alike(one: str, other: str) -> bool:
    a, b = _letters(one), _letters(other)
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    # the first two are upper bounds of the third, and quick
    bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return a == b or all(bound() >= _SAME for bound in bounds)


def _continues(before: Line, line: Line) -> bool:
    return before.end <= line.start and _alike(before.text, line.text)


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
