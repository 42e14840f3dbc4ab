"""The catalog: filters that pass exactly what they say, hostile names, two hands at once."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footage.catalog import SCHEMA_VERSION, Catalog, Video
from footage.errors import (
    CatalogDamaged,
    InvalidQuery,
    LibraryLocked,
    LibraryTooNew,
    LibraryUnwritable,
    NotFound,
)
from footage.media.identity import FileStamp
from footage.query import Filters

UTC = timezone.utc
STAMP = FileStamp(10, 20, 30)
MARK = "colours-123456789abc"
HOSTILE = [
    "it's",
    'say "cheese"',
    "'; DROP TABLE videos; --",
    "100%_sure",
    "back\\slash",
    "new\nline",
    "日本語",
    "🎬👨‍👩‍👧",
    "\u202etxt.exe",
    "e\u0301",
    "$(reboot)",
    " spaces ",
]


def a_video(number: int, **values: Any) -> Video:
    defaults: dict[str, Any] = {
        "video_id": f"{number:032x}",
        "title": f"video {number}",
        "duration": 10.0,
        "width": 160,
        "height": 120,
        "fps": 10.0,
        "codec": "h264",
        "has_audio": False,
        "recorded_at": datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number),
        "added_at": datetime(2024, 6, 1, tzinfo=UTC),
    }
    return Video(**{**defaults, **values})


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.sqlite", fingerprint=MARK)
    yield opened
    opened.close()


def put(catalog: Catalog, number: int, path: str | Path, *, tags: str = "", **values: Any) -> str:
    video = a_video(number, **values)
    catalog.put(video)
    catalog.locate(Path(path), STAMP, video.video_id)
    catalog.tag([video.video_id], add=tags.split(), remove=[])
    return video.video_id


@pytest.fixture
def five(catalog: Catalog) -> Catalog:
    put(catalog, 1, "/films/beach/a.mp4", tags="sea summer", duration=5.0)
    put(catalog, 2, "/films/beach/deep/b.mp4", tags="sea", duration=10.0)
    put(catalog, 3, "/films/beach2/c.mp4", tags="summer", duration=15.0)
    put(catalog, 4, "/films/Beach/d.mp4", duration=20.0)
    put(catalog, 5, "/elsewhere/films/beach/e.mp4", duration=25.0)
    return catalog


def passing(catalog: Catalog, *, hidden: bool = False, **filters: Any) -> list[int]:
    selected = catalog.select(Filters(**filters), hidden=hidden)
    return sorted(int(video_id, 16) for video_id in catalog.videos(selected))


# Filters


def test_no_filter_is_no_list(five: Catalog) -> None:
    assert five.select(Filters()) is None
    assert passing(five) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        (["/films/beach"], [1, 2]),
        (["/films/beach/"], [1, 2]),
        (["/films"], [1, 2, 3, 4]),
        (["/films/beach", "/elsewhere"], [1, 2, 5]),
        (["/films/bea"], []),
        (["/films/beach/a.mp4"], []),
        (["/films/%"], []),
        (["/"], [1, 2, 3, 4, 5]),
        (["/films/beach2/../beach"], [1, 2]),
    ],
    ids=str,
)
def test_a_folder_is_what_lies_below_it(
    five: Catalog, folders: list[str], expected: list[int]
) -> None:
    assert passing(five, folders=tuple(Path(folder) for folder in folders)) == expected


def test_what_is_left_out_is_what_is_missing_now(five: Catalog, tmp_path: Path) -> None:
    for number in range(1, 6):
        five.record_embedding(f"{number:032x}", 1, {})
    assert list(five.scope(Filters()).excluding) == []
    five.bury(f"{2:032x}")
    assert list(five.scope(Filters()).excluding) == [f"{2:032x}"]
    with contextlib.closing(Catalog(tmp_path / "catalog.sqlite", fingerprint=MARK)) as other:
        other.forget_locations([Path("/films/beach2/c.mp4")])
    assert list(five.scope(Filters()).excluding) == [f"{2:032x}", f"{3:032x}"]
    five.follow("another-123456789abc")
    assert list(five.scope(Filters()).excluding) == []


def test_a_folder_may_be_relative(five: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    put(five, 6, Path.cwd() / "here" / "f.mp4")
    assert passing(five, folders=(Path("here"),)) == [6]
    assert passing(five, folders=(Path(),)) == [6]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [(("sea",), [1, 2]), (("sea", "summer"), [1]), (("Sea",), []), (("se",), []), (("%",), [])],
    ids=str,
)
def test_all_tags_must_be_there(five: Catalog, tags: tuple[str, ...], expected: list[int]) -> None:
    assert passing(five, tags=tags) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"shortest": 10.0}, [2, 3, 4, 5]),
        ({"longest": 10.0}, [1, 2]),
        ({"shortest": 10.0, "longest": 20.0}, [2, 3, 4]),
        ({"shortest": 0.0}, [1, 2, 3, 4, 5]),
        ({"shortest": 30.0}, []),
    ],
    ids=str,
)
def test_durations_include_their_ends(
    five: Catalog, filters: dict[str, float], expected: list[int]
) -> None:
    assert passing(five, **filters) == expected


def test_dates_are_from_and_before(five: Catalog) -> None:
    third = datetime(2024, 1, 4, tzinfo=UTC)
    assert passing(five, recorded_from=third) == [3, 4, 5]
    assert passing(five, recorded_before=third) == [1, 2]
    assert passing(five, recorded_from=third, recorded_before=third + timedelta(days=1)) == [3]
    elsewhere = third.astimezone(timezone(timedelta(hours=-7)))
    assert passing(five, recorded_from=elsewhere) == [3, 4, 5]
    assert passing(five, recorded_from=third + timedelta(microseconds=1)) == [4, 5]


def test_videos_are_any_of_and_filters_all_of(five: Catalog) -> None:
    assert passing(five, videos=(f"{1:032x}", "/films/beach2/c.mp4")) == [1, 3]
    assert passing(five, videos=(f"{1:032x}", f"{2:032x}"), tags=("summer",)) == [1]
    with pytest.raises(NotFound):
        passing(five, videos=("/films/nothing.mp4",))


def test_videos_come_oldest_recording_first(five: Catalog) -> None:
    put(five, 6, "/f.mp4", recorded_at=datetime(1999, 1, 1, tzinfo=UTC))
    assert [int(video_id, 16) for video_id in five.videos()] == [6, 1, 2, 3, 4, 5]


# Hidden ones


def test_a_removed_video_is_hidden_until_restored(five: Catalog) -> None:
    five.bury(f"{2:032x}")
    five.bury(f"{2:032x}")
    assert passing(five) == [1, 3, 4, 5]
    assert passing(five, tags=("sea",)) == [1]
    assert passing(five, hidden=True) == [1, 2, 3, 4, 5]
    assert five.video(f"{2:032x}").state == "removed"
    five.unbury(f"{2:032x}")
    assert five.select(Filters()) is None
    assert five.video(f"{2:032x}").state == "ready"


def test_a_video_whose_file_now_holds_another_is_missing(five: Catalog) -> None:
    put(five, 6, "/films/beach/a.mp4")
    assert passing(five) == [2, 3, 4, 5, 6]
    assert five.video(f"{1:032x}").state == "missing"
    assert five.video("/films/beach/a.mp4").video_id == f"{6:032x}"
    assert five.video(f"{1:032x}").tags == ("sea", "summer")


def test_only_what_is_there_is_counted(five: Catalog) -> None:
    five.bury(f"{2:032x}")
    put(five, 6, "/films/beach/a.mp4")
    five.put(a_video(7, url="https://example.org/a.mp4"))
    assert five.count() == len(passing(five)) == 5


def test_a_video_with_an_address_is_never_missing(catalog: Catalog) -> None:
    catalog.put(a_video(1, url="https://example.org/a.mp4"))
    assert passing(catalog) == [1]
    assert catalog.video(f"{1:032x}").state == "ready"


def test_two_locations_of_one_video(five: Catalog) -> None:
    five.locate(Path("/copies/a.mp4"), STAMP, f"{1:032x}")
    video = five.video("/copies/a.mp4")
    assert video.paths == (Path("/copies/a.mp4"), Path("/films/beach/a.mp4"))
    assert passing(five, folders=(Path("/copies"),)) == [1]
    assert passing(five, folders=(Path("/films/beach"),)) == [1, 2]


def test_the_path_of_a_video_is_one_that_is_there(catalog: Catalog, tmp_path: Path) -> None:
    there = tmp_path / "z.mp4"
    there.touch()
    put(catalog, 1, "/gone/a.mp4")
    catalog.locate(there, STAMP, f"{1:032x}")
    assert catalog.video(f"{1:032x}").path == there
    there.unlink()
    assert catalog.video(f"{1:032x}").path == Path("/gone/a.mp4")


def test_what_is_recorded_first_stays(five: Catalog) -> None:
    five.put(a_video(1, title="another", added_at=datetime(2025, 1, 1, tzinfo=UTC)))
    again = five.video(f"{1:032x}")
    assert again.title == "video 1"
    assert again.added_at == datetime(2024, 6, 1, tzinfo=UTC)
    assert again.tags == ("sea", "summer")


# References


def test_the_beginning_of_an_id_is_enough(catalog: Catalog) -> None:
    for number, video_id in enumerate(["abcdef1" + "0" * 25, "abcdef2" + "0" * 25]):
        put(catalog, number, f"/{number}.mp4", video_id=video_id)
    assert catalog.video("abcdef1").path == Path("/0.mp4")
    assert catalog.video("abcdef2" + "0" * 25).path == Path("/1.mp4")
    with pytest.raises(InvalidQuery, match="may be any of 2 videos"):
        catalog.video("abcdef")
    with pytest.raises(InvalidQuery, match="write more of the id, or the path"):
        catalog.video("abcdef")
    for nothing in ("bbbbbb", "a", "abcde"):
        with pytest.raises(NotFound):
            catalog.video(nothing)


def test_a_file_s_name_is_enough_where_one_file_has_it(catalog: Catalog) -> None:
    put(catalog, 1, "/films/holiday.mp4")
    put(catalog, 2, "/films/xholiday.mp4")
    put(catalog, 3, "/one/twin.mp4")
    put(catalog, 4, "/two/twin.mp4")
    assert catalog.video("holiday.mp4").video_id == f"{1:032x}"
    with pytest.raises(InvalidQuery, match=r"'twin\.mp4' may be any of 2 videos"):
        catalog.video("twin.mp4")
    assert catalog.video("/two/twin.mp4").video_id == f"{4:032x}"
    with pytest.raises(NotFound):
        catalog.video("films/holiday.mp4")


def test_a_title_or_a_name_without_its_suffix_is_enough(catalog: Catalog) -> None:
    put(catalog, 1, "/films/city-trip.mp4", title="City trip")
    put(catalog, 2, "/films/city-trip.2.mp4", title="AC/DC")
    put(catalog, 3, "/films/c.mp4", title="twin")
    put(catalog, 4, "/films/twin.mkv", title="other")
    put(catalog, 5, "/films/city-trip/e.mp4")
    put(catalog, 6, "/films.d/f.mp4")
    ids = {name: catalog.video(name).video_id for name in ("City trip", "city-trip", "AC/DC")}
    assert ids == {"City trip": f"{1:032x}", "city-trip": f"{1:032x}", "AC/DC": f"{2:032x}"}
    assert catalog.video("city-trip.2").video_id == f"{2:032x}"
    with pytest.raises(InvalidQuery, match="'twin' may be any of 2 videos"):
        catalog.video("twin")
    for nothing in ("city", "City", "trip", "films", "city-trip.", "city-tri_"):
        with pytest.raises(NotFound):
            catalog.video(nothing)


@pytest.mark.parametrize(
    "reference", ["", "%", "______", "nothing", "a\0b", "~nobody-here/x", "\udcff", "*", "../.."]
)
def test_what_is_not_there_is_not_found(five: Catalog, reference: str) -> None:
    with pytest.raises(NotFound):
        five.video(reference)


def test_a_path_may_be_relative_or_by_way_of_the_parent(catalog: Catalog) -> None:
    put(catalog, 1, Path.cwd() / "a.mp4")
    assert catalog.video("a.mp4").video_id == f"{1:032x}"
    assert catalog.video("./a.mp4").video_id == f"{1:032x}"
    assert catalog.video("nowhere/../a.mp4").video_id == f"{1:032x}"


# Hostile strings


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_names(catalog: Catalog, name: str) -> None:
    path = Path("/films") / name / f"{name}.mp4"
    put(catalog, 1, path, title=name)
    put(catalog, 2, "/films/other.mp4")
    catalog.tag([f"{1:032x}"], add=[name], remove=[])
    assert passing(catalog, folders=(path.parent,)) == [1]
    assert passing(catalog, tags=(name,)) == [1]
    found = catalog.video(str(path))
    assert (found.title, found.paths, found.tags) == (name, (path,), (name,))
    catalog.tag([found.video_id], add=[], remove=[name])
    assert passing(catalog, tags=(name,)) == []


numbers = count(1)


@given(name=st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_any_text_is_a_name_and_a_tag(catalog: Catalog, name: str) -> None:
    video_id = put(catalog, next(numbers), Path("/films") / f"x{name}", title=name)
    catalog.tag([video_id], add=[name], remove=[])
    assert video_id in (catalog.select(Filters(tags=(name,))) or [])
    found = catalog.video(str(Path("/films") / f"x{name}"))
    assert found.video_id == video_id
    assert found.title == name


def test_a_name_that_is_no_text(catalog: Catalog) -> None:
    path = Path(os.fsdecode(b"/films/\xff\xfe/caf\xe9.mp4"))
    put(catalog, 1, path)
    put(catalog, 2, "/films/other.mp4")
    assert set(catalog.locations()) == {Path("/films/other.mp4"), path}
    assert passing(catalog, folders=(path.parent,)) == [1]
    assert catalog.video(f"{1:032x}").paths == (path,)
    assert catalog.video(str(path)).video_id == f"{1:032x}"


def test_a_title_that_is_no_text_is_stored_somehow(catalog: Catalog) -> None:
    put(catalog, 1, "/films/a.mp4", title=os.fsdecode(b"caf\xe9"))
    assert catalog.video(f"{1:032x}").title.startswith("caf")


def test_a_tag_that_is_no_text_is_on_no_video(five: Catalog) -> None:
    assert passing(five, tags=("\udcff",)) == []


# What is embedded


def test_embeddings_are_counted_for_one_embedder(five: Catalog) -> None:
    five.record_embedding(f"{1:032x}", 3, {"corrupt_frames": 2})
    five.record_embedding(f"{2:032x}", 4, {})
    five.mark_indexed([f"{1:032x}"])
    assert five.embedded() == {f"{1:032x}": 3, f"{2:032x}": 4}
    assert five.unindexed() == {f"{2:032x}": 4}
    assert five.video(f"{1:032x}").segments == 3
    assert five.video(f"{1:032x}").damage == {"corrupt_frames": 2}
    other = Catalog(five.path, fingerprint="other-123456789abc")
    assert other.embedded() == {}
    assert other.video(f"{1:032x}").segments == 0
    other.record_embedding(f"{1:032x}", 9, {})
    other.close()
    assert five.embedded()[f"{1:032x}"] == 3
    five.forget_embedding(f"{1:032x}")
    assert five.embedded() == {f"{2:032x}": 4}


def test_a_removed_video_counts_as_not_embedded(five: Catalog) -> None:
    five.record_embedding(f"{1:032x}", 3, {})
    five.bury(f"{1:032x}")
    assert five.embedded() == five.unindexed() == {}


def test_embedding_again_means_indexing_again(five: Catalog) -> None:
    five.record_embedding(f"{1:032x}", 3, {})
    five.mark_indexed([f"{1:032x}"])
    five.record_embedding(f"{1:032x}", 5, {})
    assert five.unindexed() == {f"{1:032x}": 5}


# Two at once


def test_two_connections_see_each_other(five: Catalog) -> None:
    other = Catalog(five.path, fingerprint=MARK)
    other.tag([f"{5:032x}"], add=["far"], remove=[])
    assert passing(five, tags=("far",)) == [5]
    five.bury(f"{5:032x}")
    assert passing(other) == [1, 2, 3, 4]
    other.close()


def test_threads_may_share_a_catalog(catalog: Catalog) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: put(catalog, n, f"/{n}.mp4", tags="all"), range(1, 41)))
    assert passing(catalog, tags=("all",)) == list(range(1, 41))


def test_a_video_that_appears_between_two_reads_does_no_harm(
    five: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`footage videos` while `footage index` records one more."""
    other = Catalog(five.path, fingerprint=MARK)
    read = Catalog.rows

    def read_then_others_write(self: Catalog, sql: str, values: Any = ()) -> list[sqlite3.Row]:
        rows = read(self, sql, values)
        if "FROM videos v LEFT JOIN" in sql and self is five:
            put(other, 6, "/films/new.mp4", tags="new")
        return rows

    monkeypatch.setattr(Catalog, "rows", read_then_others_write)
    assert len(five.videos()) >= 5
    other.close()


def test_several_may_make_the_same_catalog_at_once(tmp_path: Path) -> None:
    makers = 6
    for attempt in range(8):
        path = tmp_path / f"{attempt}.sqlite"
        start = threading.Barrier(makers)

        def make(path: Path = path, start: threading.Barrier = start) -> None:
            start.wait()
            Catalog(path, fingerprint=MARK).close()

        with ThreadPoolExecutor(makers) as threads:
            for made in [threads.submit(make) for _ in range(makers)]:
                made.result()


def test_a_writer_that_never_ends_is_a_lock(five: Catalog) -> None:
    five._connection.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(five.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryLocked, match="another process"):
        five.bury(f"{1:032x}")
    assert passing(five) == [1, 2, 3, 4, 5]
    other.close()
    five.bury(f"{1:032x}")


def test_a_write_that_fails_changes_nothing(five: Catalog) -> None:
    with pytest.raises(CatalogDamaged):
        five.tag([f"{1:032x}", "unknown"], add=["half"], remove=[])
    assert passing(five, tags=("half",)) == []
    put(five, 6, "/g.mp4")


class Interrupting:
    """A connection with Ctrl-C pressed just after a statement."""

    def __init__(self, real: sqlite3.Connection, after: str) -> None:
        self.real, self.after = real, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        cursor = self.real.execute(sql, *values)
        if sql.startswith(self.after):
            raise KeyboardInterrupt
        return cursor


@pytest.mark.parametrize("after", ["BEGIN", "INSERT", "COMMIT"])
def test_a_write_cut_short_does_not_stop_the_next(
    five: Catalog, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(five, "_connection", Interrupting(five._connection, after))
        with pytest.raises(KeyboardInterrupt):
            five.bury(f"{1:032x}")
    five.bury(f"{2:032x}")
    assert passing(five) in ([3, 4, 5], [1, 3, 4, 5])


# Files that are not what they should be


def test_a_newer_catalog_is_not_guessed_at(five: Catalog) -> None:
    five.close()
    with sqlite3.connect(five.path) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    with pytest.raises(LibraryTooNew, match="pip install --upgrade"):
        Catalog(five.path, fingerprint=MARK)


@pytest.mark.parametrize("size", [100, 5_000])
def test_garbage_is_a_damaged_catalog(tmp_path: Path, size: int) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(b"\x5a" * size)
    with pytest.raises(CatalogDamaged, match="footage doctor --repair"):
        Catalog(path, fingerprint=MARK).videos()


def test_damage_inside_is_found(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    catalog = Catalog(path, fingerprint=MARK)
    for number in range(200):
        put(catalog, number, f"/films/{number:0200}.mp4")
    assert catalog.integrity() == []
    catalog.close()
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 9_000] = b"\x5a" * 9_000
    path.write_bytes(data)
    faults = ["it cannot even be opened"]
    with contextlib.suppress(CatalogDamaged):
        faults = Catalog(path, fingerprint=MARK).integrity()
    assert faults


def test_a_folder_that_is_not_there_is_unwritable(tmp_path: Path) -> None:
    with pytest.raises(LibraryUnwritable):
        Catalog(tmp_path / "gone" / "catalog.sqlite", fingerprint=MARK)


def test_the_json_of_a_video(five: Catalog) -> None:
    five.record_embedding(f"{1:032x}", 3, {"corrupt_frames": 2})
    assert five.video(f"{1:032x}").to_json() == {
        "video_id": f"{1:032x}",
        "title": "video 1",
        "path": "/films/beach/a.mp4",
        "paths": ["/films/beach/a.mp4"],
        "url": None,
        "duration": 5.0,
        "width": 160,
        "height": 120,
        "fps": 10.0,
        "codec": "h264",
        "has_audio": False,
        "recorded_at": "2024-01-02T00:00:00+00:00",
        "added_at": "2024-06-01T00:00:00+00:00",
        "tags": ["sea", "summer"],
        "state": "ready",
        "segments": 3,
        "damage": {"corrupt_frames": 2},
    }
    assert replace(five.video(f"{1:032x}"), paths=()).to_json()["path"] is None
