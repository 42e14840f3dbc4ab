"""A library end to end: found by what is seen, narrowed by filters, repaired when broken."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from colours import ColourEmbedder
from houses import House
from pymilvus import MilvusClient
from videos import make_video

import footage
from footage import ArchiveDamaged, Filters, InvalidVector, Library, Moment
from footage.doctor import Status, examine_library

UTC = timezone.utc


def stretches(moments: Sequence[Moment]) -> list[tuple[str, float, float]]:
    return [(moment.title, moment.start, moment.end) for moment in moments]


def titles(library: Library, text: str = "red", **filters: Any) -> set[str]:
    return {moment.title for moment in library.search(text, filters=Filters(**filters))}


# What is found


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ("blue", ("red-blue", 4.0, 8.0)),
        ("green", ("green", 0.0, 3.0)),
        ("yellow", ("yellow", 0.0, 3.0)),
        ("black", ("yellow", 3.0, 6.0)),
    ],
)
def test_a_colour_is_found_where_it_is(
    house: Library, colour: str, expected: tuple[str, float, float]
) -> None:
    best = house.search(colour)[0]
    assert (best.title, best.start, best.end) == pytest.approx(expected, abs=0.25)
    assert best.score > 0.85
    assert (best.modality, best.scope) == ("visual", "clip")


def test_a_moment_says_where_it_lies_and_how_it_looks(house: Library) -> None:
    best = house.search("blue")[0]
    assert best.path is not None
    assert best.path.name == "red-blue.mp4"
    assert best.path.exists()
    assert best.thumbnail is not None
    from PIL import Image

    with Image.open(best.thumbnail) as image:
        red, green, blue = np.asarray(image.convert("RGB")).mean(axis=(0, 1))
    assert blue > 150
    assert max(red, green) < 90
    assert [round(one.score, 3) for one in best.evidence] == [round(best.score, 3)]
    assert best.evidence[0].rank == 1


def test_the_best_comes_first_and_the_order_is_stable(house: Library) -> None:
    first = house.search("red")
    assert {moment.title for moment in first[:2]} == {"red-blue", "green"}
    scores = [moment.score for moment in first]
    assert scores == sorted(scores, reverse=True)
    assert house.search("red") == first


def test_the_text_is_literal(house: Library) -> None:
    for text in ('"red"', "red AND blue", "-red", "red*", "'; drop", "红", "🎬", "\0"):
        assert len(house.search(text)) > 0


def test_every_segment_is_reachable(house: Library) -> None:
    found = house.search("red", limit=100)
    covered = sum(moment.end - moment.start for moment in found)
    assert covered == pytest.approx(sum(video.duration for video in house.videos()), abs=0.5)


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("group_by_video", [False, True])
def test_pages_together_are_the_long_list(house: Library, size: int, group_by_video: bool) -> None:
    whole = house.search("red", limit=50, group_by_video=group_by_video)
    pages: list[Moment] = []
    for offset in range(0, len(whole) + size, size):
        pages += house.search("red", limit=size, offset=offset, group_by_video=group_by_video)
    assert stretches(pages) == stretches(whole)


def test_grouped_by_video_each_comes_once_with_its_best(house: Library) -> None:
    every = house.search("red", limit=100)
    grouped = house.search("red", limit=100, group_by_video=True)
    assert sorted(moment.title for moment in grouped) == ["green", "red-blue", "white", "yellow"]
    for moment in grouped:
        assert moment.score == max(one.score for one in every if one.title == moment.title)
    assert len(house.search("red", limit=2, group_by_video=True)) == 2


# Filters


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"tags": ("summer",)}, {"red-blue", "green"}),
        ({"tags": ("summer", "sea")}, {"red-blue"}),
        ({"tags": ('it\'s "odd" 🎬',)}, {"white"}),
        ({"tags": ("winter",)}, set()),
        ({"shortest": 7.0}, {"red-blue", "green"}),
        ({"longest": 3.5}, {"white"}),
        ({"recorded_from": datetime(2024, 1, 1, tzinfo=UTC)}, {"green", "yellow", "white"}),
        ({"recorded_before": datetime(2024, 1, 1, tzinfo=UTC)}, {"red-blue"}),
        ({"tags": ("summer",), "longest": 8.5}, {"red-blue"}),
    ],
)
def test_filters_narrow(house: Library, filters: dict[str, Any], expected: set[str]) -> None:
    assert titles(house, **filters) == expected
    assert {video.title for video in house.videos(Filters(**filters))} == expected


def test_folder_and_video_filters(house: Library, built_house: House) -> None:
    assert titles(house, folders=(built_house.videos / "city",)) == {"yellow", "white"}
    assert titles(house, folders=(built_house.videos / "cit",)) == set()
    white = house.video(built_house.videos / "city" / "white.mp4")
    assert titles(house, videos=(white.video_id[:8],)) == {"white"}
    assert titles(house, videos=(str(white.path),)) == {"white"}
    with pytest.raises(footage.NotFound):
        house.search("red", filters=Filters(videos=("nothing",)))


def test_a_filter_finds_what_is_far_down(house: Library) -> None:
    found = house.search("red", limit=1, filters=Filters(longest=3.5))
    assert [moment.title for moment in found] == ["white"]


# By vector


def test_a_vector_finds_what_its_text_finds(house: Library) -> None:
    vector = house.embedder.encode_text("blue")
    for given in (vector, vector.tolist(), vector * 1000, vector.astype(np.float64) / 1000):
        assert stretches(house.search(vector=given)) == stretches(house.search("blue"))


def test_a_segments_own_vector_finds_it(house: Library, built_house: House) -> None:
    embedding = house.embedding(built_house.videos / "city" / "yellow.mp4")
    (track,) = embedding.tracks.values()
    best = house.search(vector=track.vectors[1])[0]
    assert (best.title, best.start) == ("yellow", track.spans[1][0])
    assert best.score == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    "vector",
    [
        [1.0, 0.0, 0.0],
        [1.0] * 5,
        [],
        [[1.0, 0.0, 0.0, 0.0]],
        [0.0] * 4,
        [float("nan"), 0.0, 0.0, 1.0],
        [float("inf"), 0.0, 0.0, 1.0],
        ["a", "b", "c", "d"],
        [[1.0], [1.0, 2.0], 3.0, 4.0],
        [{}, None, 1.0, 2.0],
        3.0,
    ],
)
def test_a_vector_that_cannot_be_searched(house: Library, vector: Any) -> None:
    with pytest.raises(InvalidVector) as caught:
        house.search(vector=vector)
    assert caught.value.remedy


# What the library tells


def test_the_videos_come_oldest_recording_first(house: Library) -> None:
    assert [video.title for video in house.videos()] == ["red-blue", "green", "yellow", "white"]
    first = house.videos()[0]
    assert first.recorded_at == datetime(2023, 7, 1, 10, tzinfo=UTC)
    assert (first.width, first.height, first.codec, first.segments) == (160, 120, "h264", 2)


def test_the_segments_of_a_video(house: Library, built_house: House) -> None:
    segments = house.segments(built_house.videos / "beach" / "green.mp4")
    assert [segment.start for segment in segments] == pytest.approx([0.0, 3.0, 6.0], abs=0.25)
    assert all(segment.thumbnail and segment.thumbnail.is_file() for segment in segments)
    assert [a.end for a in segments[:-1]] == [b.start for b in segments[1:]]


def test_a_sound_library_passes_every_check(house: Library) -> None:
    checks = {check.name: check for check in examine_library(house)}
    assert list(checks) == [
        *("catalog", "archive", "index", "thumbnails", "readers", "sources", "disk")
    ]
    assert {name for name, check in checks.items() if check.status is Status.FAILED} == set()
    assert checks["index"].status is Status.OK
    assert "8 segments" in checks["index"].detail


# Broken, and repaired


def snapshot(library: Library) -> list[tuple[str, float, float, float]]:
    return [
        (moment.title, moment.start, moment.end, round(moment.score, 4))
        for colour in ("red", "blue", "black")
        for moment in library.search(colour, limit=50)
    ]


def test_a_lost_index_is_rebuilt_when_it_is_next_searched(own_house: House) -> None:
    with own_house.open() as library:
        before = snapshot(library)
    (own_house.library / "milvus.db").unlink()
    with own_house.open() as library:
        assert snapshot(library) == before
        assert isinstance(library.embedder, ColourEmbedder)
        assert library.embedder.embedded == 0


def test_a_damaged_index_is_an_error_that_says_how_to_rebuild_it(own_house: House) -> None:
    (own_house.library / "milvus.db").write_bytes(b"not a database" * 1000)
    with (
        own_house.open() as library,
        pytest.raises(footage.IndexUnavailable, match="doctor --repair"),
    ):
        library.search("red")


def test_reindex_changes_nothing_where_nothing_is_amiss(own_house: House) -> None:
    with own_house.open() as library:
        before = snapshot(library)
        report = library.reindex()
        assert report.to_json() == {"checked": 4, "written": 0, "removed": 0, "damaged": []}
        told: list[tuple[int, int]] = []
        fresh = library.reindex(fresh=True, on_progress=lambda *now: told.append(now))
        assert fresh.to_json() == {"checked": 4, "written": 4, "removed": 0, "damaged": []}
        assert told[-1] == (4, 4)
        assert snapshot(library) == before
        assert library.index.count() == 8


def test_reindex_writes_what_is_missing_and_takes_strangers_out(own_house: House) -> None:
    with own_house.open() as library:
        before = snapshot(library)
        green = library.videos()[1]
        library.index.write({"f" * 32: library.embedding(green.video_id)})
        library.index.delete([green.video_id])
        assert library.index.count() == 8  # as many as there should be, but not the right ones
        report = library.reindex()
        assert (report.checked, report.written, report.strangers) == (4, 1, 1)
        assert snapshot(library) == before


def first_vector_in(data: bytes) -> int:
    """Where the numbers of an archive file begin: behind a zip member's name and a .npy header."""
    name = b"visual.clip.vectors.npy"
    member = data.index(name + b"\x93NUMPY")
    return member + len(name) + 128


def damage(library: Library, title: str, *, how: str) -> Path:
    video = next(video for video in library.videos() if video.title == title)
    path = library.archive.path(video.video_id, library.embedder.fingerprint)
    data = bytearray(path.read_bytes())
    if how == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif how == "flip":
        data[first_vector_in(data)] ^= 0xFF
        path.write_bytes(data)
    else:
        path.unlink()
    return path


@pytest.mark.parametrize("how", ["cut", "flip", "lose"])
def test_a_damaged_archive_file_is_named_and_embedded_again(own_house: House, how: str) -> None:
    with own_house.open() as library:
        before = snapshot(library)
        path = damage(library, "green", how=how)
        with pytest.raises(ArchiveDamaged, match=str(path)):
            library.embedding(own_house.videos / "beach" / "green.mp4")
        failed = [c for c in examine_library(library) if c.status is Status.FAILED]
        assert "archive" in {check.name for check in failed}
        report = library.reindex(fresh=True)
        assert [str(path) in str(error) for error in report.damaged] == [True]
        assert "green" not in titles(library)
        again = library.add(own_house.videos)
        assert sorted(outcome.kind.value for outcome in again.outcomes) == [
            *("added", "unchanged", "unchanged", "unchanged"),
        ]
        assert snapshot(library) == before
        statuses = {check.name: check.status for check in examine_library(library)}
        assert statuses["archive"] is Status.OK


def test_a_fresh_reindex_with_a_damaged_file_keeps_the_others(own_house: House) -> None:
    with own_house.open() as library:
        damage(library, "green", how="flip")
        report = library.reindex(fresh=True)
        assert (report.written, len(report.damaged)) == (3, 1)
        assert titles(library) == {"red-blue", "yellow", "white"}


def test_a_library_may_be_moved(own_house: House, tmp_path: Path) -> None:
    with own_house.open() as library:
        before = snapshot(library)
    moved = shutil.move(own_house.library, tmp_path / "elsewhere")
    with footage.open(moved, embedder=ColourEmbedder()) as library:
        assert snapshot(library) == before
        assert library.search("red")[0].thumbnail is not None


@pytest.mark.parametrize("name", ["with space", "日本語 🎬", "it's 100% #1 [x]?", "a.b.library"])
def test_a_library_may_have_any_name(tmp_path: Path, name: str) -> None:
    video = make_video(tmp_path / "a.mp4", shots=["red"])
    with footage.open(tmp_path / name, embedder=ColourEmbedder()) as library:
        library.add(video)
        assert len(library.search("red")) == 1


def test_a_deep_library_works(tmp_path: Path) -> None:
    """The embedded engine speaks over a socket, whose path may not be long."""
    deep = tmp_path.joinpath(*["a-rather-long-folder-name"] * 8)
    video = make_video(tmp_path / "a.mp4", shots=["red"])
    with footage.open(deep, embedder=ColourEmbedder()) as library:
        library.add(video)
        assert len(library.search("red")) == 1


def test_a_missing_drive_hides_nothing(own_house: House, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    make_video(drive / "a.mp4", shots=["red"])
    with own_house.open() as library:
        library.add(drive)
        drive.rename(tmp_path / "unplugged")
        found = library.search("red", limit=50)
        assert "a" in {moment.title for moment in found}
        sources = next(check for check in examine_library(library) if check.name == "sources")
        assert sources.status is Status.WARNING


def test_another_version_of_the_embedder_is_not_silently_empty(own_house: House) -> None:
    with footage.open(own_house.library, embedder=ColourEmbedder(version="2")) as library:
        with pytest.raises(footage.SpaceMismatch, match="footage index"):
            library.search("red")
        assert len(library.videos()) == 4


def test_a_library_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(footage.LibraryNotFound, match="footage index"):
        footage.open(tmp_path / "nothing", create=False)
    assert not (tmp_path / "nothing").exists()


def test_an_empty_library_answers(library: Library) -> None:
    result = library.search("red")
    assert (list(result), result.found) == ([], False)
    assert library.search("red", group_by_video=True).to_json()["moments"] == []
    assert library.videos() == []
    assert library.reindex().to_json()["checked"] == 0
    assert {check.status for check in examine_library(library)} <= {Status.OK, Status.WARNING}


def test_a_collection_whose_making_was_cut_off_is_made_anew(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_video(folder / "red.mp4", seconds=4, shots=["red"])

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(MilvusClient, "create_index", die)
        with pytest.raises(Killed):
            library.add(folder)
    library.index.close()
    assert library.search("red")[0].title == "red"
    assert library.differing() == []


def test_a_prepared_library_has_what_a_search_needs(own_house: House) -> None:
    for old in own_house.library.glob("background-*"):
        old.unlink()
    with own_house.open() as library:
        library.prepare()
        assert list(own_house.library.glob("background-*"))
    library.prepare()  # closed: nothing is raised


@pytest.mark.parametrize("asked", ["red", "blue", "green", "white", "yellow"])
def test_a_moment_is_the_same_whatever_is_searched(house: footage.Library, asked: str) -> None:
    for moment in house.search(asked, limit=20):
        only = footage.Filters(videos=moment.video_id)
        there = [(one.start, one.end) for one in house.search(asked, filters=only, limit=20)]
        assert (moment.start, moment.end) in there
