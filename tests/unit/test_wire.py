"""What goes over the wire comes back as it was."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import footage
from footage import errors
from footage.errors import FootageError, InvalidQuery
from footage.ingest.report import Kind, Outcome, Plan, Planned, Report
from footage.media.sources import Scan, Skipped
from footage.media.web import WebVideo
from footage.segment import Segment
from footage.wire import packed, unpacked


def sent(kind: Any, value: Any) -> Any:
    return unpacked(kind, json.loads(json.dumps(packed(value))))


paths = (
    st.binary(min_size=1, max_size=20)
    .filter(lambda b: b"\0" not in b)
    .map(lambda b: Path("/") / os.fsdecode(b))
)
times = st.floats(0, 1e6)
codes = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, FootageError)
]
videos = st.builds(
    footage.Video,
    video_id=st.text("0123456789abcdef", min_size=32, max_size=32),
    title=st.text(),
    duration=times,
    width=st.integers(1),
    height=st.integers(1),
    fps=times,
    codec=st.text(),
    has_audio=st.booleans(),
    recorded_at=st.datetimes(timezones=st.just(timezone.utc)),
    added_at=st.datetimes(timezones=st.just(timezone.utc)),
    url=st.none() | st.just("https://example.org/a.mp4"),
    paths=st.lists(paths, max_size=3).map(tuple),
    tags=st.lists(st.text(), max_size=3).map(tuple),
    damage=st.dictionaries(st.text(), st.integers()),
)
evidence = st.builds(
    footage.Evidence,
    *(st.text(), st.text(), times, times, times, st.integers(1)),
    words=st.lists(st.text(), max_size=2).map(tuple),
)
moments = st.builds(
    footage.Moment,
    *(st.text(), st.text(), times, times, times, st.text(), st.text()),
    path=st.none() | paths,
    confidence=st.none() | times,
    evidence=st.lists(evidence, max_size=2).map(tuple),
    steps=st.lists(st.tuples(times, times), max_size=2).map(tuple),
)


@given(st.lists(videos, max_size=3))
def test_videos(value: list[footage.Video]) -> None:
    assert sent(list[footage.Video], value) == value


@given(moments)
def test_moments_to_the_last_digit(value: footage.Moment) -> None:
    came = sent(footage.Moment, value)
    assert came == value
    assert came.to_json() == value.to_json()


def test_a_whole_query(tmp_path: Path) -> None:
    query = footage.Query(
        text="2:red + said:hello - blue",
        examples=(
            footage.Example(tmp_path / "a.jpg", "image", weight=-1),
            footage.Example("https://example.org/a.jpg", "image"),
            footage.Example(tmp_path / "a.mp4", "clip", 1, 2.5),
        ),
        likes=(footage.Like("a.mp4", 3, 2),),
        then=(footage.Step("blue"), footage.Step("white", text_weight=2)),
        weights=(("said", 0.5), ("seen", 1)),
        modalities=("visual",),
        filters=footage.Filters(
            folders=(tmp_path,),
            tags=("a",),
            recorded_from=datetime(2024, 5, 1, tzinfo=timezone.utc),
        ),
        group_by_video=True,
    )
    assert sent(footage.Query, query) == query


@pytest.mark.parametrize("kind", codes, ids=lambda kind: kind.__name__)
def test_every_error_is_itself_again(kind: type[FootageError]) -> None:
    came = sent(FootageError, kind("it is so", remedy="change it"))
    assert (type(came), came.what, came.remedy) == (kind, "it is so", "change it")


def test_the_place_of_a_mistake() -> None:
    came = sent(FootageError, InvalidQuery("no", remedy="yes", text="a + ", position=3))
    assert (came.text, came.position) == ("a + ", 3)


def test_a_report_of_files_and_addresses() -> None:
    address = "https://example.org/a.mp4?X-Amz-Signature=1"
    failed = Outcome(WebVideo(address), Kind.FAILED, error=errors.NoVideo("no picture"))
    report = Report(
        Scan((Path("/a.mp4"),), (Skipped(Path("/b"), "why"),), web=(WebVideo(address),)),
        [failed, Outcome(Path("/a.mp4"), Kind.ADDED, "0" * 32, 3, 2, {"corrupt_frames": 1})],
        waiting_for=errors.IndexUnavailable("it is away"),
    )
    came = sent(Report, report)
    assert came.to_json() == report.to_json()
    assert came.scan == report.scan
    assert came.outcomes[0].path.address == address
    assert isinstance(came.waiting_for, errors.IndexUnavailable)
    plan = Plan((Planned(Path("/a"), 3.5), Planned(WebVideo(address), 1, 0.5)), failed=())
    assert sent(Plan, plan) == plan


@given(st.lists(st.builds(Segment, times, times, st.text(), st.text(), st.none() | paths)))
def test_named_tuples(value: list[Segment]) -> None:
    assert sent(list[Segment], value) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *((int, "1"), (str, 1), (bool, 1), (float, True), (list[int], 3), (list[int], ["a"])),
        *((tuple[int, int], [1]), (Path, 3), (datetime, "soon"), (Kind, "no such")),
        *((footage.Like, {"video": "a"}), (footage.Like, {"colour": 1}), (Segment, [1])),
        *((Path | WebVideo, {"a": 1}), (int | None, "a"), (type(None), 0), (FootageError, {})),
    ],
    ids=str,
)
def test_what_is_of_another_type_is_refused(kind: Any, value: Any) -> None:
    with pytest.raises(ValueError, match="is"):
        unpacked(kind, value)


def test_what_is_nothing_of_ours_does_not_go() -> None:
    with pytest.raises(TypeError, match="does not go over the wire"):
        packed(object())
