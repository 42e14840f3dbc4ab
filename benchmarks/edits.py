"""Films edited from photographs and clips, whose transitions are known because we made them.

Within the shots are what detectors take for transitions: flashes, whip pans, shaking hands, people
who pass before the lens, changes of exposure. A film is drawn from a seed, so it is always
the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from benchmarks.disturbances import DISTURBANCES, DISTURBED, SIZE, blend
from footage.media.frames import FrameReader

SHOTS = 16  # of a film
SHOT_SECONDS = (2.2, 6.0)  # without its transitions
FADED_SECONDS = (0.5, 2.0)
DISSOLVED_SECONDS = (0.3, 2.0)
SIMILAR = 8  # so many pictures are drawn where the next shot shall resemble the one before

Picture = NDArray[np.uint8]
View = tuple[float, float, float]
"""Left, top, and side of what is shown, as shares of the picture's width and height."""


@dataclass(frozen=True, slots=True)
class Source:
    """A photograph, or the part of a clip between two of its cuts, in seconds."""

    path: Path
    start: float = 0.0
    end: float = 0.0

    @property
    def moving(self) -> bool:
        return self.end > 0


@dataclass(frozen=True, slots=True)
class Shot:
    """A source on screen. ``frames`` counts the transition before and after it."""

    source: Source
    start: float  # in the source, seconds
    frames: int
    views: tuple[View, View]  # from, to
    disturbed: str  # by one of DISTURBED, or not
    seed: int


@dataclass(frozen=True, slots=True)
class Join:
    """The transition between two shots: a "cut", a "dissolve", or a "fade" through black."""

    kind: str
    frames: int  # 0 for a cut
    dark: int = 0  # frames of black in the midst of a fade


@dataclass(frozen=True, slots=True)
class Transition:
    """What a detector has to find, in seconds; of a cut, start and end are one."""

    kind: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Edit:
    """A film as a plan."""

    fps: int
    crf: int
    grain: float
    shots: tuple[Shot, ...]
    joins: tuple[Join, ...]  # one fewer

    @property
    def seconds(self) -> float:
        shared = sum(join.frames if join.kind == "dissolve" else -join.dark for join in self.joins)
        return (sum(shot.frames for shot in self.shots) - shared) / self.fps

    def transitions(self) -> list[Transition]:
        found, clock = [], 0
        for shot, join in zip(self.shots, self.joins, strict=False):
            clock += shot.frames
            first, last = _span(join, clock)
            clock = last - join.frames if join.kind == "fade" else first
            found.append(Transition(join.kind, first / self.fps, last / self.fps))
        return found

    def pictures(self) -> Iterator[Picture]:
        """Every frame, [height, width, 3]."""
        dice = np.random.default_rng(self.crf)
        shape = (*SIZE[::-1], 1)
        noise = [np.float32(self.grain) * dice.standard_normal(shape, np.float32) for _ in range(7)]
        for number, picture in enumerate(self._joined()):
            yield np.clip(picture + noise[number % 7], 0, 255).astype(np.uint8)

    def _joined(self) -> Iterator[Picture]:
        before, tail = Join("cut", 0), []
        for shot, join in zip(self.shots, (*self.joins, Join("cut", 0)), strict=True):
            frames = list(_rendered(shot, self.fps))
            for at in range(before.frames):
                share = (at + 1) / (before.frames + 1)
                under = tail[at] if before.kind == "dissolve" else np.zeros_like(frames[at])
                frames[at] = blend(under, frames[at], share)
            tail = frames[len(frames) - join.frames :]
            yield from frames[: len(frames) - join.frames]
            if join.kind == "fade":
                for at, frame in enumerate(tail):
                    yield blend(frame, np.zeros_like(frame), (at + 1) / (join.frames + 1))
                yield from repeat(np.zeros_like(frames[0]), join.dark)
            before = join


def _span(join: Join, ends: int) -> tuple[int, int]:
    """First frame of the transition, and of what follows it, after a shot that ends at ``ends``."""
    first = ends - join.frames
    return first, ends if join.kind != "fade" else ends + join.dark + join.frames


def draw(sources: Sequence[Source], films: int, seed: str) -> list[Edit]:
    """So many films of the sources."""
    return [_draw(sources, random.Random(f"{seed} {number}")) for number in range(films)]


def _draw(sources: Sequence[Source], dice: random.Random) -> Edit:
    fps = dice.choice((24, 25, 30))
    joins = [_join(dice, fps) for _ in range(SHOTS - 1)]
    chosen: list[Source] = []
    while len(chosen) < SHOTS:
        chosen.append(_next(sources, chosen, dice))
    around = zip(
        [0, *(join.frames for join in joins)], [*(join.frames for join in joins), 0], strict=True
    )
    shots = [
        _shot(source, fps, before + after, dice)
        for source, (before, after) in zip(chosen, around, strict=True)
    ]
    return Edit(fps, dice.randint(18, 36), dice.uniform(0, 5), tuple(shots), tuple(joins))


def _next(sources: Sequence[Source], chosen: list[Source], dice: random.Random) -> Source:
    """Half of the shots move; of those that do not, half resemble the shot before."""
    moving = dice.random() < 0.5
    kind = [source for source in sources if source.moving == moving] or sources
    kind = [source for source in kind if not chosen or source.path != chosen[-1].path] or kind
    if moving or not chosen or dice.random() < 0.5:
        return dice.choice(kind)
    some = dice.sample(kind, min(SIMILAR, len(kind)))
    palette = _palette(chosen[-1])
    return min(some, key=lambda source: float(np.abs(_palette(source) - palette).sum()))


def _palette(source: Source) -> NDArray[np.float64]:
    first = next(_frames(source, source.start, 1)).resize((32, 32))
    levels = np.asarray(first).reshape(-1, 3) >> 6
    bins = levels[:, 0] * 16 + levels[:, 1] * 4 + levels[:, 2]
    return np.bincount(bins, minlength=64) / len(bins)


def _join(dice: random.Random, fps: int) -> Join:
    kind = dice.choices(("cut", "dissolve", "fade"), (4, 4, 2))[0]
    if kind == "dissolve":
        return Join(kind, round(fps * dice.uniform(*DISSOLVED_SECONDS)))
    if kind == "fade":
        whole, dark = fps * dice.uniform(*FADED_SECONDS), round(fps * dice.choice((0, 0.1, 0.4)))
        return Join(kind, round((whole - dark) / 2) if whole > 2 * dark else dark, dark)
    return Join(kind, 0)


def _shot(source: Source, fps: int, transitions: int, dice: random.Random) -> Shot:
    frames = transitions + round(fps * dice.uniform(*SHOT_SECONDS))
    disturbed = dice.choice(("", *DISTURBED)) if dice.random() < 0.6 else ""
    if source.moving:
        sides = [dice.uniform(0.75, 1)] * 2
        frames = min(frames, max(transitions + fps, int(fps * (source.end - source.start))))
    else:
        sides = [dice.uniform(0.45, 0.9) for _ in range(2)]
    if disturbed == "whip":
        sides = [dice.uniform(0.4, 0.6)] * 2
    views = tuple(_view(side, dice) for side in sides)
    if disturbed == "whip":
        (_, top, side), (_, below, _) = views
        views = ((0.02, top, side), (0.98 - side, below, side))
    elif source.moving:
        views = (views[0], views[0])
    spare = max(0.0, source.end - source.start - frames / fps)
    return Shot(
        source,
        source.start + dice.uniform(0, spare),
        frames,
        views,
        disturbed,
        dice.randrange(1 << 30),
    )


def _view(side: float, dice: random.Random) -> View:
    return dice.uniform(0, 1 - side), dice.uniform(0, 1 - side), side


def _rendered(shot: Shot, fps: int) -> Iterator[NDArray[np.float32]]:
    dice = random.Random(shot.seed)
    pictures = _frames(shot.source, shot.start, fps)
    path = _path(shot, fps, dice)
    frames = [_seen(picture, view) for picture, view in zip(pictures, path, strict=False)]
    disturb = DISTURBANCES.get(shot.disturbed)
    yield from disturb(frames, fps, dice) if disturb else frames


def _seen(picture: Image.Image, view: View) -> NDArray[np.float32]:
    left, top, side = view
    box = (left * picture.width, top * picture.height, side * picture.width, side * picture.height)
    box = (box[0], box[1], box[0] + box[2], box[1] + box[3])
    return np.asarray(picture.resize(SIZE, Image.Resampling.BILINEAR, box=box), dtype=np.float32)


def _frames(source: Source, start: float, fps: int) -> Iterator[Image.Image]:
    """The source's pictures at the film's rate; the last one stays for ever."""
    if not source.moving:
        with Image.open(source.path) as opened:
            yield from repeat(opened.convert("RGB"))
    shown, picture = 0, None
    with FrameReader(source.path) as reader:
        for time, frame in reader:
            while picture is not None and start + shown / fps < time - 1e-6:
                yield picture
                shown += 1
            if time >= source.end - 1e-3:
                break
            if time > start - 1:
                picture = ImageOps.fit(frame.to_image(), (480, 270), Image.Resampling.BILINEAR)
    if picture is not None:
        yield from repeat(picture)


def _path(shot: Shot, fps: int, dice: random.Random) -> list[View]:
    """Where the camera looks, frame by frame."""
    count = shot.frames
    shares = np.linspace(0, 1, count)
    if shot.disturbed == "whip":
        length = fps * dice.uniform(0.25, 0.8)
        shares = np.clip((np.arange(count) - count / 2) / length + 0.5, 0, 1)
        shares = shares * shares * (3 - 2 * shares)
    begins, ends = np.array(shot.views)
    path = begins + shares[:, None] * (ends - begins)
    if shot.disturbed == "shake":
        noise = np.random.default_rng(shot.seed).standard_normal((count + 4, 2))
        smooth = sum(noise[at : at + count] for at in range(5)) / np.sqrt(5)
        path[:, :2] += dice.uniform(0.005, 0.03) * smooth
    path[:, :2] = np.clip(path[:, :2], 0, 1 - path[:, 2:])
    return [(left, top, side) for left, top, side in path.tolist()]
