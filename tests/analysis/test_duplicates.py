"""Duplicates: copies are found with their times, and what only looks alike is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from analysis.planted import DIMENSION, plant
from houses import House, Run
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from videos import make_video

import footage
from footage.analysis import alignment, matching
from footage.analysis.duplicates import Duplicates
from footage.index.unit import unit

Looks = NDArray[np.float32]


class Film:
    """Shots of three to eight seconds, each a look that drifts."""

    def __init__(self, seed: int, seconds: float) -> None:
        chance = np.random.default_rng(seed)
        self.cuts = np.cumsum(chance.uniform(3, 8, 60))
        self.cuts = self.cuts[: np.searchsorted(self.cuts, seconds) + 1]
        self.looks = chance.normal(size=(len(self.cuts), DIMENSION))
        self.drift = 0.08 * chance.normal(size=(len(self.cuts), DIMENSION))
        self.seconds = seconds

    def frames(
        self, start: float = 0, end: float | None = None, speed: float = 1.0, noise: float = 0.3
    ) -> Looks:
        """What is seen a second apart from ``start`` on, played at that speed."""
        times = np.arange(start, end or self.seconds, speed)
        shot = np.searchsorted(self.cuts, times, side="right")
        rows = self.looks[shot] + self.drift[shot] * times[:, None]
        rows = rows + noise * np.random.default_rng(int(1e3 * start)).normal(size=rows.shape)
        return unit(rows)


def put(library: footage.Library, number: int, frames: Looks) -> str:
    """A video of these frames, one a second, in segments of five."""
    count = -(-len(frames) // 5)
    middles = np.array([frames[5 * at : 5 * at + 5].mean(axis=0) for at in range(count)])
    return plant(library, number, unit(middles), frames=frames)


def films(library: footage.Library, count: int = 4) -> list[Film]:
    made = [Film(seed, 90) for seed in range(count)]
    for number, film in enumerate(made):
        put(library, number, film.frames())
    return made


def spans(found: Duplicates) -> list[tuple[int, float, float, int, float, float]]:
    return [
        (
            *(int(one.first.video_id, 16), one.first.start, one.first.end),
            *(int(one.second.video_id, 16), one.second.start, one.second.end),
        )
        for one in found.duplicates
    ]


def test_films_of_their_own_share_nothing(planted: footage.Library) -> None:
    films(planted)
    found = planted.analysis.duplicates()
    assert found.duplicates == ()
    assert found.note == "no two videos share anything"


@pytest.mark.parametrize("speed", [1.0, 25 / 24, 24 / 25])
def test_an_excerpt_is_found_with_its_times(speed: float, planted: footage.Library) -> None:
    made = films(planted)
    put(planted, 9, made[2].frames(40.3, 60.3, speed))
    ((one, start, end, other, begin, finish),) = spans(planted.analysis.duplicates())
    assert (one, other) == (2, 9)
    assert (start, end) == pytest.approx((40.3, 60.3), abs=1.5)
    assert (begin, finish) == pytest.approx((0, 20 / speed), abs=1.5)


def test_five_seconds_are_enough(planted: footage.Library) -> None:
    made = films(planted)
    put(planted, 9, made[1].frames(52.0, 57.0))
    ((one, start, end, other, begin, _finish),) = spans(planted.analysis.duplicates())
    assert (one, other) == (1, 9)
    assert (start, end) == pytest.approx((52, 57), abs=1.5)
    assert begin == pytest.approx(0, abs=1)


def test_a_copy_is_whole(planted: footage.Library) -> None:
    made = films(planted)
    put(planted, 9, made[0].frames(0.0, 90.0, noise=0.4))
    (one,) = planted.analysis.duplicates().duplicates
    assert one.whole
    assert one.speed == 1
    assert one.score > 0.5


def test_an_edit_leaves_two_stretches(planted: footage.Library) -> None:
    made = films(planted)
    put(planted, 9, np.concatenate([made[3].frames(10, 30), made[3].frames(50, 70)]))
    found = sorted(spans(planted.analysis.duplicates()))
    assert [(round(start), round(begin)) for _, start, _, _, begin, _ in found] == [
        (10, 0),
        (50, 20),
    ]


def standing(number: int, seconds: int, look: int) -> Looks:
    """A picture that stands still, as another recording of it has it."""
    still = np.repeat(Film(look, 9).frames(0, 1), seconds, axis=0)
    noise = 0.02 * np.random.default_rng(100 * look + number).normal(size=still.shape)
    return unit(still + noise)


@pytest.mark.parametrize("seconds", [15, 60])
def test_slides_that_follow_each_other_are_found(seconds: int, planted: footage.Library) -> None:
    made = films(planted, 5)
    for number in (8, 9):
        slides = [standing(number, seconds, look) for look in (70, 71, 72)]
        put(planted, number, np.concatenate([made[number - 5].frames(0, 10), *slides]))
    ((_one, start, end, other, begin, finish),) = [
        span for span in spans(planted.analysis.duplicates()) if span[0] == 8
    ]
    assert other == 9
    assert (start, end) == pytest.approx((10, 10 + 3 * seconds), abs=1.5)
    assert (begin, finish) == pytest.approx((10, 10 + 3 * seconds), abs=1.5)


def test_a_still_is_told_with_what_comes_after_it(planted: footage.Library) -> None:
    """It stands for most of both videos, so that it is alike at most times."""
    made = films(planted)
    for number in (8, 9):
        after = made[0].frames(30, 45)
        put(planted, number, np.concatenate([standing(number, 60, 70), after]))
    ((start, end, begin, finish),) = [
        span[1:3] + span[4:] for span in spans(planted.analysis.duplicates()) if span[:1] == (8,)
    ]
    assert (start, end, begin, finish) == pytest.approx((0, 75, 0, 75), abs=1.5)


def test_what_stands_still_is_left_out(planted: footage.Library) -> None:
    films(planted)
    still = np.repeat(Film(77, 9).frames(0, 1), 60, axis=0)
    for number in (7, 8):
        noise = 0.02 * np.random.default_rng(number).normal(size=still.shape)
        put(planted, number, unit(still + noise))
    found = planted.analysis.duplicates()
    assert found.duplicates == ()
    assert found.note is not None
    assert "for certain: too little changes in what 2 of them show" in found.note
    one = planted.analysis.duplicates("video 7")
    assert one.note == (
        "video 7 shares nothing with another video for certain: too little changes in 60 s of its "
        "picture to tell, but video 8 looks the same and is likely its source; "
        "`footage similar` looks for its like"
    )
    unlike = planted.analysis.duplicates("video 1")
    assert unlike.note == "video 1 shares nothing with another video"


def test_of_several_that_look_the_same_none_is_likely(planted: footage.Library) -> None:
    films(planted)
    for number in (7, 8, 9):
        put(planted, number, standing(number, 30, 77))
    note = planted.analysis.duplicates("video 7").note or ""
    assert "too little changes in 30 s" in note
    assert "likely" not in note


def test_what_is_left_out_beside_what_is_found_is_said(planted: footage.Library) -> None:
    made = films(planted)
    put(planted, 8, standing(8, 30, 70))
    still = standing(9, 30, 70)
    put(planted, 9, np.concatenate([still, Film(50, 30).frames(), made[2].frames(40, 60)]))
    found = planted.analysis.duplicates("video 9")
    assert len(found.duplicates) == 1
    assert found.note == "too little changes in 30 s more of its picture to tell"


def test_a_black_beginning_is_no_copy(planted: footage.Library) -> None:
    black = np.repeat(Film(99, 9).frames(0, 1), 6, axis=0)
    for number in range(4):
        put(planted, number, np.concatenate([black, Film(number, 60).frames()]))
    assert planted.analysis.duplicates().duplicates == ()


def test_only_those_of_one_video_and_filters(planted: footage.Library) -> None:
    made = films(planted)
    put(planted, 8, made[1].frames(10, 30))
    put(planted, 9, made[2].frames(10, 30))
    assert len(planted.analysis.duplicates().duplicates) == 2
    ((one, _, _, other, _, _),) = spans(planted.analysis.duplicates("video 9"))
    assert (one, other) == (2, 9)
    planted.tag(["video 8"], add=["x"])
    assert planted.analysis.duplicates(filters=footage.Filters(tags=("x",))).note


def test_many_frames_are_compared_by_cells(
    planted: footage.Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = films(planted)
    put(planted, 9, made[2].frames(40.3, 60.3))
    exact = spans(planted.analysis.duplicates())
    monkeypatch.setattr(matching, "ALL_PAIRS", 10)
    planted.tag("video 9", add=["x"])
    assert spans(planted.analysis.duplicates())[0][:1] == exact[0][:1]


@pytest.mark.parametrize("videos", [0, 1])
def test_fewer_than_two_are_said(videos: int, planted: footage.Library) -> None:
    films(planted, videos)
    assert "fewer than two" in (planted.analysis.duplicates().note or "")


def test_what_cannot_be_asked(planted: footage.Library) -> None:
    films(planted, 2)
    with pytest.raises(footage.NotFound):
        planted.analysis.duplicates("nobody.mp4")
    with pytest.raises(footage.InvalidQuery):
        planted.analysis.duplicates(limit=0)


# lines


@settings(max_examples=60)
@given(
    st.sampled_from((1.0, 24 / 25, 25 / 24)),
    st.floats(-50, 50),
    st.integers(40, 80),
    st.integers(0, 999),
)
def test_the_line_is_found_among_strays(speed: float, offset: float, count: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    times = np.arange(count, dtype=np.float64)
    others = offset + speed * times + chance.uniform(-0.3, 0.3, count)
    strays = chance.uniform(0, 80, (2, count // 2))
    line = alignment.best_line(
        np.concatenate([times, strays[0]]),
        np.concatenate([others, strays[1]]),
        np.ones(count + count // 2),
    )
    assert line is not None
    assert np.abs(line.at(times) - others).max() < 2.5


@settings(max_examples=60)
@given(st.lists(st.floats(-1, 1) | st.just(float("nan")), max_size=30), st.integers(0, 3))
def test_the_best_stretch_has_the_highest_sum(scores: list[float], gap: int) -> None:
    found = alignment.best_stretch(np.array(scores), gap)
    sums = {
        (first, last): sum(scores[first:last])
        for first in range(len(scores))
        for last in range(first + 1, len(scores) + 1)
        if not np.isnan(scores[first:last]).any()
    }
    if found is None:
        assert max(sums.values(), default=0) <= 1e-9
    elif not np.isnan(scores).any():
        assert sums[found] == pytest.approx(max(sums.values()))


# the faces

SHOTS = ["red", "blue", "green", "yellow", "white", "black", "red", "green", "blue", "white"]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a film, another one, and beside it a small copy of a part of the first."""
    folder = tmp_path_factory.mktemp("films")
    (folder / "in").mkdir()
    make_video(folder / "in/film.mp4", seconds=20, shots=SHOTS, fps=4)
    make_video(folder / "in/other.mp4", seconds=12, shots=["yellow", "black", "yellow"], fps=4)
    make_video(folder / "part.mp4", seconds=10, shots=SHOTS[2:7], size=(96, 64), fps=4)
    return folder


def test_the_command_finds_where_a_file_is_from(
    shown: Path, run: Run, tmp_path: Path, colours: None
) -> None:
    library = tmp_path / "films.library"
    assert run("index", "--library", library, shown / "in").code == 0
    told = run("duplicates", shown / "part.mp4", "--library", library, "--json").json
    best: dict[str, Any] = told["duplicates"][0]
    assert best["first"]["title"] == "film"
    assert best["first"]["start"] == pytest.approx(4, abs=1)
    assert best["second"]["path"] == str(shown / "part.mp4")
    printed = run("duplicates", shown / "part.mp4", "--library", library)
    assert "film" in printed.out
    assert run("videos", "--library", library, "--json").json["videos"][1:2]
    assert run("duplicates", "--library", library).code == 0


def test_the_command_says_what_is_wrong(own_house: House, run: Run, colours: None) -> None:
    refused = run("duplicates", "nobody.mp4", "--library", own_house.library)
    assert refused.code == 2
    assert "there is no file or video nobody.mp4" in refused.err
