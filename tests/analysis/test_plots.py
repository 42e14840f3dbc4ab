"""Drawings: titles, names of axes, and numbers that lie on their own dots and on no other number."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from footage.analysis.clusters import Cluster, Clusters, Point
from footage.analysis.drawing import BADGE, Drawing
from footage.analysis.labels import label_places
from footage.analysis.plots import AXES, cluster_map, trend_lines
from footage.analysis.timeline import slots
from footage.analysis.trends import Bin, Burst, Change, Trend, Trends

APART, SIZE = 22.0, (720.0, 772.0)
MONDAYS = ["2024-01-01", "2024-01-08", "2024-01-15"]
SVG = "{http://www.w3.org/2000/svg}"


def dots(middle: tuple[float, float], count: int, spread: float, seed: int = 0) -> np.ndarray:
    return np.array(middle) + spread * np.random.default_rng(seed).normal(size=(count, 2))


def nearest(places: np.ndarray) -> float:
    far = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(far, np.inf)
    return float(far.min())


def test_a_number_lies_on_the_larger_of_two_heaps() -> None:
    """The middle of both would be where there are no dots."""
    heaps = np.concatenate([dots((100, 100), 30, 5), dots((600, 600), 10, 5)])
    (place,) = label_places([heaps], APART, SIZE)
    assert np.linalg.norm(place - 100) < 20
    assert any((place == dot).all() for dot in heaps)


def test_numbers_of_clusters_in_each_other_lie_side_by_side() -> None:
    groups = [dots((300, 300), 40, 10, seed) for seed in range(6)]
    places = label_places(groups, APART, SIZE)
    assert nearest(places) >= APART - 1e-6


@settings(max_examples=30)
@given(
    st.lists(
        st.lists(st.tuples(st.floats(30, 690), st.floats(80, 740)), min_size=1, max_size=12),
        min_size=1,
        max_size=24,
    )
)
def test_any_dots_have_a_place_for_each_number(groups: list[list[tuple[float, float]]]) -> None:
    places = label_places([np.array(group) for group in groups], APART, SIZE)
    assert places.shape == (len(groups), 2)
    assert (places >= 0).all()
    assert (places <= np.array(SIZE)).all()
    assert len(places) == 1 or nearest(places) >= APART - 1e-6


def clusters(count: int, each: int = 12) -> Clusters:
    points = [
        Point("v", 0.0, 1.0, number, *np.clip(dots((number / count, 0.5), 1, 0.03, at)[0], 0, 1))
        for number in range(1, count + 1)
        for at in range(each)
    ]
    kinds = tuple(
        Cluster(number, (), (), (), f"kind {number} of <things>", each, 1, 1.0, 0.1, 1.0, ())
        for number in range(1, count + 1)
    )
    return Clusters("segments", kinds, 0.5, tuple(points), "t-sne")


def read(drawing: Drawing) -> tuple[list[str], ET.Element]:
    root = ET.fromstring(drawing.to_svg())
    return [one.text or "" for one in root.iter(f"{SVG}text")], root


def test_a_map_has_a_title_and_each_number_on_a_dot_of_its_cluster() -> None:
    found = clusters(8)
    texts, root = read(cluster_map(found))
    assert texts[0] == "What is alike lies together: 96 segments in 8 clusters"
    assert root.find(f"{SVG}title").text == texts[0]
    assert "kind 3 of <things>" in texts
    discs = [
        (float(one.get("cx")), float(one.get("cy")), one.get("fill"))
        for one in root.iter(f"{SVG}circle")
        if float(one.get("r")) == BADGE and float(one.get("cx")) < 720
    ]
    small = {
        (one.get("cx"), one.get("cy"), one.get("fill"))
        for one in root.iter(f"{SVG}circle")
        if float(one.get("r")) < BADGE
    }
    assert len(discs) == 8
    assert all((f"{x:.1f}", f"{y:.1f}", fill) in small for x, y, fill in discs)


def test_a_map_of_very_many_says_how_many_it_does_not_name() -> None:
    texts, _ = read(cluster_map(clusters(30, each=3)))
    assert "and 6 more" in texts
    assert "30" not in texts


@pytest.mark.parametrize("by", list(AXES))
def test_a_plot_of_trends_names_its_axes_and_marks(by: str) -> None:
    names = ["2024-01", "2024-02", "2024-03"] if by == "month" else MONDAYS
    bins = tuple(
        Bin(name, 3, 60.0, share) for name, share in zip(names, (0.1, 0.4, 0.2), strict=True)
    )
    burst = Burst(names[1], names[1], 0.4, 0.1, 0.01, 0.01, ())
    change = Change(names[2], 0.2, 0.1, 0.01, 0.01, ())
    trend = Trend("a dog", None, bins, (burst,), (change,))
    texts, _ = read(trend_lines(Trends(by, (trend,))))
    along = "place in the video" if by == "position" else by
    assert texts[0] == f"How much of the footage shows “a dog”, by {along}"
    assert {"share of the seconds of video, %", AXES[by], names[1], "40 %"} <= set(texts)
    assert any(re.match("a bar above", text) for text in texts)
    assert any(re.match("an upright line", text) for text in texts)


def test_marks_that_are_not_there_are_not_explained() -> None:
    bins = (Bin("2024-01", 3, 60.0, 0.0),)
    texts, _ = read(trend_lines(Trends("month", (Trend("x" * 60, None, bins, (), ()),))))
    assert not any("bar above" in text or "upright" in text for text in texts)
    assert max(map(len, texts)) < 90


@pytest.mark.parametrize(
    ("by", "names", "places"),
    [
        ("month", ["2021-12", "2022-01", "2023-11", "2026-11"], [0, 1, 23, 59]),
        ("week", ["2023-12-25", "2024-01-01", "2024-03-11"], [0, 1, 11]),
        ("day", ["2024-02-28", "2024-03-01"], [0, 2]),
        ("position", ["0-10 %", "10-20 %"], [0, 1]),
    ],
)
def test_bins_lie_where_they_lie_in_time(by: str, names: list[str], places: list[int]) -> None:
    assert slots(names, by) == places


def test_a_line_breaks_where_nothing_was_recorded() -> None:
    names = ["2021-12", "2022-01", "2022-02", "2023-11", "2026-10", "2026-11"]
    bins = tuple(Bin(name, 3, 60.0, 0.2) for name in names)
    burst = Burst("2022-02", "2023-11", 0.4, 0.1, 0.01, 0.01, ())
    texts, root = read(trend_lines(Trends("month", (Trend("a dog", None, bins, (burst,), ()),))))
    lines = [one for one in root.iter(f"{SVG}polyline") if one.get("stroke-width") == "2"]
    assert [len((one.get("points") or "").split()) for one in lines] == [3, 2]
    places = [float(one.get("cx")) for one in root.iter(f"{SVG}circle") if one.get("r") == "2.5"]
    months = [0, 1, 2, 23, 58, 59]
    apart = (places[-1] - places[0]) / 59
    assert places == pytest.approx([places[0] + apart * month for month in months], abs=0.1)
    assert [text for text in texts if text in names] == ["2021-12", "2023-11", "2026-10"]
