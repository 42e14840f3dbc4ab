"""Shots are found where they change, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from footage.media.frames import FrameReader
from footage.media.shots import ShotDetector
from tests.videos import Pixels, make_video, texture

SIZE = (160, 120)


def boundaries(path: Path) -> list[float]:
    detector = ShotDetector()
    with FrameReader(path) as reader:
        for time, frame in reader:
            detector.push(time, frame)
    return detector.boundaries()


def blend(one: Pixels, other: Pixels, share: float) -> Pixels:
    mixed = one * (1 - share) + other * share
    return np.asarray(mixed, dtype=np.uint8)


def dissolve(one: Pixels, other: Pixels, start: float, length: float) -> Callable[[float], Pixels]:
    return lambda time: blend(one, other, min(max((time - start) / length, 0), 1))


def pan(seed: int, speed: float) -> Callable[[float], Pixels]:
    """A wide picture passing by, ``speed`` widths a second, as a camera on a tripod sees it."""
    wide = Image.fromarray(texture(seed, (640, 120)))

    def view(time: float) -> Pixels:
        left = time * speed * SIZE[0]
        box = (left, 0.0, left + SIZE[0], 120.0)
        return np.asarray(wide.transform(SIZE, Image.Transform.EXTENT, box), dtype=np.uint8)

    return view


@pytest.mark.parametrize("fps", [5, 12, 24, 30, 60])
def test_a_cut_is_found_to_the_frame(tmp_path: Path, fps: int) -> None:
    shots = [texture(1), texture(2), texture(3)]
    path = make_video(tmp_path / "a.mp4", seconds=6, fps=fps, shots=shots)
    assert boundaries(path) == pytest.approx([2, 4], abs=1 / fps + 1e-3)


def test_cuts_between_moving_shots(tmp_path: Path) -> None:
    shots = [pan(seed, 0.3) for seed in (4, 5, 6, 7)]
    path = make_video(tmp_path / "a.mp4", seconds=8, fps=25, shots=shots)
    assert boundaries(path) == pytest.approx([2, 4, 6], abs=0.041)


@pytest.mark.parametrize("length", [0.4, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("fps", [15, 30])
def test_a_dissolve_is_found_near_its_middle(tmp_path: Path, length: float, fps: int) -> None:
    shot = dissolve(texture(1), texture(2), 3.0, length)
    path = make_video(tmp_path / "a.mp4", seconds=7, fps=fps, shots=[shot])
    assert boundaries(path) == pytest.approx([3.0 + length / 2], abs=0.5)


def test_a_fade_through_black_is_one_boundary(tmp_path: Path) -> None:
    black = np.zeros_like(texture(1))
    out = dissolve(texture(1), black, 2.5, 0.5)
    back = dissolve(black, texture(2), 0.0, 0.5)

    def fade(time: float) -> Pixels:
        return out(time) if time < 3 else back(time - 3)

    path = make_video(tmp_path / "a.mp4", seconds=6, fps=25, shots=[fade])
    assert boundaries(path) == pytest.approx([3.0], abs=0.5)


@pytest.mark.parametrize("speed", [0.0, 0.05, 0.15])
def test_a_still_or_slowly_panning_shot_is_one(tmp_path: Path, speed: float) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=6, fps=25, shots=[pan(8, speed)])
    assert boundaries(path) == []


@pytest.mark.parametrize("length", [0.1, 0.3])
def test_a_flash_is_no_boundary(tmp_path: Path, length: float) -> None:
    still = texture(9)
    bright = blend(still, np.full_like(still, 255), 0.8)
    path = make_video(
        tmp_path / "a.mp4",
        seconds=6,
        fps=25,
        shots=[lambda time: bright if 3 <= time < 3 + length else still],
    )
    assert boundaries(path) == []


def test_a_variable_frame_rate(tmp_path: Path) -> None:
    one, other = texture(1), texture(2)
    times = [0, 0.5, 2.0, 2.1, 2.2, 5.0, 5.3, 5.4, 9.0]
    path = make_video(
        tmp_path / "a.mkv", times=times, seconds=10, shots=[lambda t: one if t < 5 else other]
    )
    assert boundaries(path) == pytest.approx([5.0], abs=0.002)


@pytest.mark.parametrize("speed", [0.5, 0.7, 1.0])
def test_a_fast_pan_is_no_dissolve(tmp_path: Path, speed: float) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=4, fps=25, shots=[pan(8, speed)])
    assert boundaries(path) == []


def test_a_dissolve_between_moving_shots(tmp_path: Path) -> None:
    before, after = pan(4, 0.3), pan(5, 0.2)
    path = make_video(
        tmp_path / "a.mp4",
        seconds=7,
        fps=25,
        shots=[lambda time: blend(before(time), after(time), min(max(time - 3, 0), 1))],
    )
    assert boundaries(path) == pytest.approx([3.5], abs=0.3)


@pytest.mark.parametrize("bars", ["above and below", "beside"])
def test_bars_around_the_picture_hide_no_cut(tmp_path: Path, bars: str) -> None:
    shots = [texture(1).copy(), texture(2).copy()]
    for shot in shots:
        edges = shot if bars == "above and below" else shot.swapaxes(0, 1)
        edges[: len(edges) // 6] = edges[-len(edges) // 6 :] = 0
    path = make_video(tmp_path / "a.mp4", seconds=4, fps=25, shots=shots)
    assert boundaries(path) == pytest.approx([2.0], abs=0.041)


@pytest.mark.parametrize("length", [0.01, 0.5, 1.0])
@pytest.mark.parametrize("gain", [0.4, 1.6])
def test_a_change_of_exposure_is_no_boundary(tmp_path: Path, length: float, gain: float) -> None:
    def lit(time: float) -> Pixels:
        now = 1 + min(max((time - 3) / length, 0), 1) * (gain - 1)
        return np.clip(texture(1) * now, 0, 255).astype(np.uint8)

    path = make_video(tmp_path / "a.mp4", seconds=6, fps=25, shots=[lit])
    assert boundaries(path) == []


def test_somebody_who_passes_before_the_lens_is_no_boundary(tmp_path: Path) -> None:
    def passed(time: float) -> Pixels:
        picture = pan(4, 0.1)(time).copy()
        left = round((time - 3) * 2 * SIZE[0]) - 80
        picture[:, max(left, 0) : max(left + 80, 0)] = (40, 50, 90)
        return picture

    path = make_video(tmp_path / "a.mp4", seconds=6, fps=25, shots=[passed])
    assert boundaries(path) == []


def test_a_single_broken_frame_is_no_cut(tmp_path: Path) -> None:
    path = make_video(
        tmp_path / "a.mp4",
        seconds=4,
        fps=25,
        shots=[lambda time: texture(2) if abs(time - 2) < 0.019 else texture(1)],
    )
    assert boundaries(path) == []


def test_nothing_and_one_frame_have_no_boundaries(tmp_path: Path) -> None:
    assert ShotDetector().boundaries() == []
    assert boundaries(make_video(tmp_path / "a.mp4", seconds=0.1)) == []


def test_the_answer_is_the_same_twice(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=4, fps=25, shots=[pan(4, 0.3), pan(5, 0.2)])
    assert boundaries(path) == boundaries(path)
