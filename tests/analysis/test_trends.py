"""Trends: planted bursts and changes are told with their time; shuffled dates tell nothing."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from analysis.planted import looks, plant
from houses import House, Run
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import make_picture

import footage
from footage.analysis import scan

BEGIN = datetime(2024, 1, 1, 12, tzinfo=timezone.utc)


def weekly(library: footage.Library, special: range, *, shown: str = "concert") -> None:
    """Two videos a week for 26 weeks, of dogs and cars; in some weeks concerts too."""
    for number in range(52):
        week = number // 2
        names = ["dog", "car", "dog", shown if week in special else "car"]
        recorded = BEGIN + timedelta(weeks=week, days=number % 2)
        plant(library, number, looks(names, seed=number), recorded=recorded)


def test_a_burst_is_told_with_its_weeks(planted: footage.Library) -> None:
    weekly(planted, range(10, 13))
    found = planted.analysis.trends(by="week", count=3)
    first = found.trends[0]
    assert first.subject.startswith("concert")
    (burst,) = first.bursts
    assert (burst.first, burst.last) == ("2024-03-11", "2024-03-25")
    assert burst.share == pytest.approx(0.25)
    assert burst.usual == 0
    assert burst.p <= 0.01
    assert {moment.start for moment in burst.moments} == {15.0}
    assert found.note is None
    assert sum(one.videos for one in first.bins) == 52


def test_a_change_is_told_with_what_was_before(planted: footage.Library) -> None:
    weekly(planted, range(13, 26))
    found = planted.analysis.trends(by="week", count=3)
    (change,) = next(one for one in found.trends if one.subject.startswith("concert")).changes
    assert change.at == "2024-04-01"
    assert change.before == 0
    assert change.after == pytest.approx(0.25)


def test_days_and_months(planted: footage.Library) -> None:
    weekly(planted, range(9, 13))
    months = planted.analysis.trends(by="month", count=3)
    assert [one.name for one in months.trends[0].bins] == [
        f"2024-0{month}" for month in range(1, 7)
    ]
    days = planted.analysis.trends(by="day", count=3)
    assert len(days.trends[0].bins) == 52


def test_where_in_videos(planted: footage.Library) -> None:
    chance = np.random.default_rng(1)
    for number in range(12):
        others = chance.choice(["dog", "car"], 9).tolist()
        plant(planted, number, looks(["snow", *others], seed=number))
    found = planted.analysis.trends(by="position", count=3)
    (burst,) = found.trends[0].bursts
    assert found.trends[0].subject.startswith("snow")
    assert (burst.first, burst.last) == ("0-10 %", "0-10 %")
    assert burst.share == pytest.approx(1)
    assert {moment.start for moment in burst.moments} == {0.0}


def placed(library: footage.Library, shows: int) -> footage.Trends:
    """Twelve videos of dogs and cars by chance, of which some end in snow."""
    chance = np.random.default_rng(1)
    for number in range(12):
        names = chance.choice(["dog", "car"], 10).tolist()
        names[-2:] = ["snow"] * 2 if number < shows else names[-2:]
        plant(library, number, looks(names, seed=number))
    return library.analysis.trends(by="position", count=3)


def test_many_videos_make_a_burst_by_position(planted: footage.Library) -> None:
    snow = next(one for one in placed(planted, 6).trends if one.subject.startswith("snow"))
    assert [(burst.first, burst.last) for burst in snow.bursts] == [("80-90 %", "90-100 %")]


def test_one_video_makes_no_burst_by_position(planted: footage.Library) -> None:
    found = placed(planted, 1)
    assert not any(trend.bursts for trend in found.trends if trend.subject.startswith("snow"))


def test_nothing_is_made_of_chance(planted: footage.Library) -> None:
    chance = np.random.default_rng(5)
    for number in range(40):
        names = chance.choice(["dog", "car", "snow"], 4).tolist()
        plant(planted, number, looks(names, seed=number), recorded=BEGIN + timedelta(days=number))
    found = planted.analysis.trends(by="week")
    assert all(not one.bursts and not one.changes for one in found.trends)
    assert found.note == "nothing changes by more than chance may"


def test_too_few_videos_are_said(planted: footage.Library) -> None:
    plant(planted, 1, looks(["dog", "car"]))
    found = planted.analysis.trends()
    assert found.trends == ()
    assert found.note == "there is 1 video: trends take 6 or more"


@pytest.mark.parametrize("options", [{"by": "year"}, {"count": 0}, {"query": "  "}])
def test_what_cannot_be_asked(options: dict[str, Any], planted: footage.Library) -> None:
    weekly(planted, range(3))
    with pytest.raises(footage.UsageError):
        planted.analysis.trends(**options)


# of saved searches


def dated(library: footage.Library) -> list[str]:
    """Twelve videos, one a month, of dogs; in the last six cars, too."""
    return [
        plant(
            library,
            number,
            looks(["dog", "car" if number >= 6 else "dog", "beach"], seed=number),
            recorded=datetime(2024, number + 1, 15, tzinfo=timezone.utc),
        )
        for number in range(12)
    ]


@pytest.fixture
def searched(planted: footage.Library) -> footage.Library:
    """With a library whose moments can be found, and searches saved in it."""
    dated(planted)
    planted.reindex()
    planted.saved.put("cars", footage.Query(text="car", limit=1, offset=3, group_by_video=True))
    return planted


def shares(found: footage.Trends) -> list[float]:
    (trend,) = found.trends
    return [one.share for one in trend.bins]


def test_a_saved_search_is_asked_for_all_it_finds(searched: footage.Library) -> None:
    found = searched.analysis.trends(saved="cars")
    (trend,) = found.trends
    assert (trend.subject, trend.cluster) == ("cars", None)
    assert shares(found) == shares(searched.analysis.trends("car"))
    assert [change.at for change in trend.changes] == ["2024-07"]


def test_what_is_saved_anew_is_asked_anew(searched: footage.Library) -> None:
    before = searched.analysis.trends(saved="cars")
    searched.saved.put("cars", footage.Query(text="beach"))
    assert shares(searched.analysis.trends(saved="cars")) != shares(before)


def test_the_filters_of_a_saved_search_hold(searched: footage.Library) -> None:
    since = footage.Filters(recorded_from="2024-04")
    searched.saved.put("late", footage.Query(text="car", filters=since))
    found = searched.analysis.trends(saved="late")
    assert found.trends[0].bins[0].name == "2024-04"
    assert sum(one.videos for one in found.trends[0].bins) == 9
    both = searched.analysis.trends(
        saved="late", filters=footage.Filters(recorded_before="2024-11")
    )
    assert [one.name for one in both.trends[0].bins][:: len(both.trends[0].bins) - 1] == [
        "2024-04",
        "2024-10",
    ]
    with pytest.raises(footage.UsageError, match="no video passes both"):
        searched.analysis.trends(saved="late", filters=footage.Filters(recorded_before="2024-02"))


def test_a_moment_to_be_like_and_a_vector_are_asked_by(searched: footage.Library) -> None:
    video = searched.videos()[-1]
    like = footage.Like(video.video_id, 7.5)
    searched.saved.put("alike", footage.Query(likes=like))
    searched.saved.put("vector", footage.Query(vector=looks(["car"])[0].tolist()))
    for name in ("alike", "vector"):
        found = shares(searched.analysis.trends(saved=name))
        assert sum(found[6:]) > 2 * sum(found[:6])


def test_what_went_from_a_saved_search_is_told(searched: footage.Library, tmp_path: Path) -> None:
    picture = tmp_path / "dog.png"
    make_picture(picture)
    searched.saved.put("picture", footage.Query(examples=picture))
    for file in searched.saved.files():
        file.unlink()
    with pytest.raises(footage.FootageError, match="is not there"):
        searched.analysis.trends(saved="picture")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"saved": "cats"}, "no search is saved as 'cats'; there are 'cars'"),
        ({"saved": "cars", "query": "dog"}, "both a text and a saved search"),
        ({"saved": "cars", "count": 3}, "a count is of clusters"),
        ({"query": "car", "count": 3}, "a count is of clusters"),
    ],
)
def test_what_does_not_go_together(
    options: dict[str, Any], why: str, searched: footage.Library
) -> None:
    with pytest.raises(footage.UsageError, match=why):
        searched.analysis.trends(**options)


# the statistics


def false_alarms(runs: int, *, planted_at: range | None = None) -> int:
    told = 0
    for seed in range(runs):
        chance = np.random.default_rng(seed)
        bins = np.sort(chance.integers(0, 20, 60))
        values = (chance.random(60) < 0.2).astype(float)
        if planted_at is not None:
            values[np.isin(bins, planted_at)] = 1.0
        (first, *_) = scan.bursts(values, bins, 20, alpha=0.05)
        told += first.p <= 0.05
    return told


def test_alarms_are_as_rare_as_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "SHUFFLES", 99)
    monkeypatch.setattr(scan, "MORE", 10)
    assert false_alarms(40) <= 6  # 2 are expected, 7 in one of 200 such tests
    assert false_alarms(10, planted_at=range(8, 11)) == 10


def profiles(*, strong: int, faint: int) -> np.ndarray:
    """Some units full in their last two of ten bins, and some where it is faint, and anywhere."""
    chance = np.random.default_rng(0)
    rows = chance.uniform(0, 0.04, (strong + faint, 10))
    rows[:strong, -2:] = 1.0
    return rows


@pytest.mark.parametrize("by_chance", [0.0, 1.0])
def test_what_one_unit_alone_has_is_no_burst(
    by_chance: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However likely: it is not told even where chance never reaches it."""
    monkeypatch.setattr(scan, "_p", lambda *_: by_chance)
    windows = scan.rotated_bursts(profiles(strong=1, faint=5), alpha=0.05)
    assert (8, 10) not in {(one.first, one.last) for one in windows}
    windows = scan.rotated_bursts(profiles(strong=2, faint=4), alpha=0.05)
    assert (windows[0].first, windows[0].last) == (8, 10)


def test_a_burst_is_carried_by_a_third_of_the_units_that_have_any() -> None:
    """Two at the end, and seven that have as much of it elsewhere, each in another bin."""
    rows = np.zeros((9, 10))
    rows[:2, -2:] = 1.0
    rows[np.arange(2, 9), np.arange(1, 8)] = 1.0
    spans = scan._Spans(np.array([8]), np.array([10]))
    assert not scan._is_carried(rows, spans).any()
    assert scan._is_carried(rows[:6], spans).all()


def test_units_are_turned_as_a_whole() -> None:
    """Bins of one unit are not shuffled: of equal units, chance often turns up a window as high."""
    rows = np.zeros((2, 10))
    rows[:, :5] = 1.0
    (found,) = scan.rotated_bursts(rows, alpha=0.05)
    assert (found.first, found.last) == (0, 5)
    assert found.p == pytest.approx(0.1, abs=0.04)  # both begin at the same of ten places


@settings(max_examples=50)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=100))
def test_adjusted_rates_are_in_order(p_values: list[float]) -> None:
    rates = scan.adjusted(p_values)
    pairs = sorted(zip(p_values, rates, strict=True))
    assert all(p <= rate + 1e-12 for p, rate in pairs)
    assert [rate for _, rate in pairs] == sorted(rate for _, rate in pairs)
    assert max(rates) <= max(p_values) + 1e-12


def test_adjusted_as_published() -> None:
    """Y. Benjamini, Y. Hochberg, 1995, page 295: at 0.05 the four smallest of 15 are significant."""
    p_values = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
    ]
    assert sum(rate <= 0.05 for rate in scan.adjusted(p_values)) == 4


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.floats(0, 1)), max_size=25),
)
def test_scans_take_any_units(units: list[tuple[int, float]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "SHUFFLES", 19)
        patch.setattr(scan, "MORE", 5)
        bins = np.array([at for at, _ in units], dtype=np.int64)
        values = np.array([value for _, value in units])
        found = scan.bursts(values, bins, 7, alpha=0.5)
        taken = [at for one in found for at in range(one.first, one.last)]
        assert len(taken) == len(set(taken))
        assert all(0 < one.p <= 1 for one in found)
        change = scan.change(values, bins, 7)
        assert change is None or 0 < change.first < 7
        profiles = np.tile(values[:, None], (1, 10))
        assert all(0 < one.p <= 1 for one in scan.rotated_bursts(profiles, alpha=0.5))


# the faces


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_command_draws(
    suffix: str, planted: footage.Library, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weekly(planted, range(10, 13))
    monkeypatch.setattr(footage.library, "open_embedder", lambda *_: planted.embedder)
    plot = tmp_path / f"lines.{suffix}"
    shown = run("trends", "--by", "week", "-k", "3", "--library", planted.folder, "--plot", plot)
    assert shown.code == 0, shown.err
    assert "burst 2024-03-11 to 2024-03-25" in shown.out
    assert plot.stat().st_size > 500


def test_the_command_takes_a_saved_search(
    searched: footage.Library, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(footage.library, "open_embedder", lambda *_: searched.embedder)
    shown = run("trends", "--saved", "cars", "--library", searched.folder)
    assert shown.code == 0, shown.err
    assert "from 2024-07 on" in shown.out
    assert "12 months with footage, 2024-01 to 2024-12" in shown.out
    refused = run("trends", "--saved", "cats", "--library", searched.folder)
    assert refused.code == 2
    assert "there are 'cars'" in refused.err


def test_the_command_says_what_is_missing(own_house: House, run: Run, colours: None) -> None:
    shown = run("trends", "red", "--library", own_house.library)
    assert shown.code == 0, shown.err
    assert "trends take 6 or more" in shown.out
    assert run("trends", "--library", own_house.library, "--by", "x").code == 2
