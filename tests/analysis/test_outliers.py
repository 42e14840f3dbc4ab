"""Outliers: what was planted among ordinary segments comes first, with what it is nearest to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from analysis.planted import looks, plant
from houses import House, Run
from hypothesis import given, settings
from hypothesis import strategies as st

import footage
from footage.analysis import neighbours
from footage.analysis.material import Material
from footage.index.unit import unit

STRANGE = (f"{4:032x}", 10.0)


def with_one_stranger(library: footage.Library) -> None:
    for number in range(10):
        shown = ["dog", "car", "beach"] if number != 4 else ["dog", "car", "concert"]
        plant(library, number, looks(shown, seed=number))


def test_the_planted_one_stands_out(planted: footage.Library) -> None:
    with_one_stranger(planted)
    found = planted.analysis.outliers()
    assert [(one.place.video_id, one.place.start) for one in found.outliers] == [STRANGE]
    assert found.outliers[0].concepts[0] == "concert"
    assert found.segments == 30
    near = found.outliers[0].near
    assert len({place.video_id for place, _ in near}) == 3
    assert STRANGE[0] not in {place.video_id for place, _ in near}
    assert [cosine for _, cosine in near] == sorted((c for _, c in near), reverse=True)


def test_what_is_ordinary_in_the_library_may_be_strange_in_its_video(
    planted: footage.Library,
) -> None:
    for number in range(4):
        shown = ["dog"] * 12 if number < 2 else ["car"] * 12
        plant(planted, number, looks(shown, seed=number))
    plant(planted, 9, looks([*["dog"] * 6, "car", *["dog"] * 6], seed=9))
    inside = planted.analysis.outliers(within="video")
    assert [(one.place.video_id, one.place.start) for one in inside.outliers] == [
        (f"{9:032x}", 30.0)
    ]
    assert {place.video_id for place, _ in inside.outliers[0].near} == {f"{9:032x}"}
    assert planted.analysis.outliers().outliers == ()


def test_one_video_is_looked_at_by_itself(planted: footage.Library) -> None:
    plant(planted, 1, looks([*["dog"] * 10, "snow"]))
    found = planted.analysis.outliers()
    assert found.within == "video"
    assert [one.place.start for one in found.outliers] == [50.0]


@pytest.mark.parametrize("segments", [0, 1, 7])
def test_too_little_is_said(segments: int, planted: footage.Library) -> None:
    if segments:
        plant(planted, 1, looks(["dog"] * segments))
    found = planted.analysis.outliers()
    assert found.outliers == ()
    assert str(segments) in (found.note or "")


def test_where_all_is_the_same_nothing_stands_out(planted: footage.Library) -> None:
    for number in range(3):
        plant(planted, number, looks(["dog"] * 5, noise=0))
    assert planted.analysis.outliers().note == "nothing stands out"


@pytest.mark.parametrize("options", [{"within": "x"}, {"limit": 0}, {"limit": 1.5}])
def test_what_cannot_be_asked(options: dict[str, Any], planted: footage.Library) -> None:
    with pytest.raises(footage.UsageError):
        planted.analysis.outliers(**options)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(1, 6), st.integers(0, 99))
def test_neighbours_are_the_nearest(owners: list[int], count: int, seed: int) -> None:
    rows = unit(np.random.default_rng(seed).normal(size=(len(owners), 6))).astype(np.float16)
    own = np.sort(np.array(owners, dtype=np.int32))
    material = Material((None,) * 5, own, np.zeros((len(own), 2)), rows)  # type: ignore[arg-type]
    exact = rows.astype(np.float32) @ rows.astype(np.float32).T
    for look, same in ((neighbours.elsewhere, False), (neighbours.inside, True)):
        at, cosines = look(material, count)
        assert at.shape == cosines.shape == (len(own), count)
        for row in range(len(own)):
            fits = [
                float(exact[row, other])
                for other in range(len(own))
                if other != row and (own[row] == own[other]) is np.bool_(same)
            ]
            best = sorted(fits, reverse=True)[:count]
            known = cosines[row][~np.isnan(cosines[row])]
            np.testing.assert_allclose(known, best, atol=1e-5)
            assert ((at[row] >= 0) == ~np.isnan(cosines[row])).all()


def test_the_command(own_house: House, run: Run, colours: None) -> None:
    shown = run("outliers", "--library", own_house.library)
    assert shown.code == 0, shown.err
    told = run("outliers", "--library", own_house.library, "--within", "video", "--json").json
    assert told["within"] == "video"
    assert run("outliers", "--library", own_house.library, "--within", "x").code == 2
