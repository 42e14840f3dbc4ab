"""Thumbnails: the one nearest to the middle of its span, swapped in whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.errors import LibraryUnwritable
from footage.thumbnails import SPOOL_BYTES, ThumbnailDraft, Thumbnails

ID = "a" * 32


def draft_of(*times: float) -> ThumbnailDraft:
    draft = ThumbnailDraft()
    for time in times:
        draft.add(time, f"jpeg at {time}".encode())
    return draft


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ((0.0, 4.0), 2.0),
        ((0.0, 2.0), 1.0),  # 1.0 is the middle
        ((1.5, 4.0), 3.0),  # of 2 and 3 in it, 3 is nearer to 2.75
        ((1.2, 1.8), 1.0),  # none in it: the frame on show
        ((9.0, 12.0), 4.0),  # past the end: the last one
    ],
)
def test_the_nearest_to_the_middle(span: tuple[float, float], expected: float) -> None:
    with draft_of(0.0, 1.0, 2.0, 3.0, 4.0) as draft:
        assert draft.nearest(*span) == f"jpeg at {expected}".encode()


def test_no_frames_no_thumbnail() -> None:
    with draft_of() as draft:
        assert draft.nearest(0, 1) is None


@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=20, unique=True),
    st.floats(0, 100),
    st.floats(0.1, 50),
)
def test_one_of_the_span_wherever_there_is_one(
    times: list[float], start: float, length: float
) -> None:
    end = start + length
    with draft_of(*sorted(times)) as draft:
        image = draft.nearest(start, end)
    assert image is not None
    chosen = float(image.split()[-1])
    inside = [time for time in times if start <= time < end]
    if inside:
        assert chosen in inside
        assert abs(chosen - (start + end) / 2) == min(abs(t - (start + end) / 2) for t in inside)


def test_a_long_video_does_not_stay_in_memory() -> None:
    half = b"x" * (SPOOL_BYTES // 2)
    with ThumbnailDraft() as draft:
        for time in range(4):
            draft.add(float(time), half + str(time).encode())
        assert draft.nearest(2, 3) == half + b"2"


def test_kept_images_are_found_by_their_start(tmp_path: Path) -> None:
    thumbnails = Thumbnails(tmp_path)
    with draft_of(0.0, 1.0, 2.0) as draft:
        thumbnails.keep(ID, draft, [(0.0, 1.0004), (1.0004, 3.0)])
    path = thumbnails.path(ID, 1.0004)
    assert path is not None
    assert path.read_bytes() == b"jpeg at 2.0"
    assert thumbnails.path(ID, 2.0) is None
    assert thumbnails.path("b" * 32, 0.0) is None


def test_keeping_again_adds_and_leaves_no_drafts(tmp_path: Path) -> None:
    thumbnails = Thumbnails(tmp_path)
    for spans in ([(0.0, 1.0), (1.0, 2.0)], [(0.0, 2.0)]):
        with draft_of(0.0, 1.0) as draft:
            thumbnails.keep(ID, draft, spans)
    assert [path.name for path in tmp_path.iterdir()] == [ID]
    assert thumbnails.path(ID, 0.0) is not None
    assert thumbnails.path(ID, 1.0) is not None


def test_deleting(tmp_path: Path) -> None:
    thumbnails = Thumbnails(tmp_path)
    with draft_of(0.0) as draft:
        thumbnails.keep(ID, draft, [(0.0, 1.0)])
    thumbnails.delete(ID)
    thumbnails.delete(ID)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses_keeps_the_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thumbnails = Thumbnails(tmp_path)
    with draft_of(0.0) as draft:
        thumbnails.keep(ID, draft, [(0.0, 1.0)])

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with draft_of(0.5) as draft, pytest.raises(LibraryUnwritable, match="No space left"):
        thumbnails.keep(ID, draft, [(0.0, 1.0)])
    assert [path.name for path in tmp_path.iterdir()] == [ID]
    kept = thumbnails.path(ID, 0.0)
    assert kept is not None
    assert kept.read_bytes() == b"jpeg at 0.0"
