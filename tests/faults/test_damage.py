"""Each kind of file, damaged in each way: seen, named, and repaired from what is left."""

from __future__ import annotations

import random
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from colours import ColourEmbedder
from houses import House

import footage
from footage import Filters
from footage.archive import Archive
from footage.doctor import Status, examine_library
from footage.errors import ArchiveDamaged, FootageError
from footage.repair import Mended, repair

Damage = Callable[[Path], object]


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def flipped(path: Path, count: int = 400) -> None:
    data, rng = bytearray(path.read_bytes()), random.Random(7)
    for _ in range(count):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


def garbage(path: Path) -> None:
    path.write_bytes(random.Random(3).randbytes(path.stat().st_size))


def deleted(path: Path) -> None:
    path.unlink()


WAYS: tuple[Damage, ...] = (cut, emptied, flipped, garbage, deleted)


def state(house: House) -> dict[str, Any]:
    """All that a user could miss: what is found, what is known of it, and the index's own rows."""
    with house.open() as library:
        found = [
            (moment.title, moment.start, moment.end, round(moment.score, 4), bool(moment.thumbnail))
            for colour in ("red", "blue", "black")
            for moment in library.search(colour, limit=50)
        ]
        videos = {
            video.video_id: {**video.to_json(), "added_at": None}
            for video in library.videos(hidden=True)
        }
        assert library.differing() == []
        return {"found": found, "videos": videos, "rows": library.index.count()}


def mend(house: House) -> list[Mended]:
    return list(repair(house.library, embedder=ColourEmbedder()))


def assert_sound(house: House) -> None:
    with house.open() as library:
        checks = {check.name: check for check in examine_library(library)}
        assert {name for name, check in checks.items() if check.status is Status.FAILED} == set()
        assert checks["thumbnails"].status is Status.OK
    assert mend(house) == []


def archived(house: House, name: str = "green") -> Path:
    with house.open() as library:
        video = next(video for video in library.videos() if video.title == name)
        return library.archive.path(video.video_id, library.embedder.fingerprint)


def test_nothing_is_mended_in_a_sound_library(own_house: House) -> None:
    before = state(own_house)
    assert mend(own_house) == []
    assert state(own_house) == before


# The catalog


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_damaged_catalog_is_named_and_written_again(own_house: House, way: Damage) -> None:
    before = state(own_house)
    catalog = own_house.library / "catalog.sqlite"
    way(catalog)
    with pytest.raises(footage.CatalogDamaged, match="doctor --repair") as caught:
        state(own_house)
    assert str(catalog) in str(caught.value)
    mended = mend(own_house)
    assert [one.part for one in mended if one.part == "catalog"] == ["catalog"]
    assert all(one.ok for one in mended)
    assert state(own_house) == before
    aside = own_house.library / "catalog.sqlite.damaged-1"
    assert aside.exists() == (way is not deleted)
    assert_sound(own_house)


@pytest.mark.parametrize("way", [garbage, deleted], ids=lambda way: way.__name__)
def test_a_catalog_without_its_copy_comes_from_the_archive(own_house: House, way: Damage) -> None:
    before = state(own_house)
    way(own_house.library / "catalog.sqlite")
    shutil.rmtree(own_house.library / "copies")
    mended = mend(own_house)
    assert "4 videos from the archive" in next(m.done for m in mended if m.part == "catalog")
    for video in before["videos"].values():
        video["tags"] = []  # these are nowhere else, as the documentation says
    assert state(own_house) == before


def test_a_damaged_page_costs_only_its_own_rows(own_house: House) -> None:
    """What SQLite can still read is kept, also where there is no copy to fall back on."""
    before = state(own_house)
    shutil.rmtree(own_house.library / "copies")
    catalog = own_house.library / "catalog.sqlite"
    db = sqlite3.connect(catalog)
    page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'locations'").fetchone()[0]
    size = db.execute("PRAGMA page_size").fetchone()[0]
    db.execute("PRAGMA journal_mode = DELETE")
    db.close()
    data = bytearray(catalog.read_bytes())
    data[(page - 1) * size : page * size] = bytes(size)
    catalog.write_bytes(data)
    assert [one.part for one in mend(own_house)] == ["catalog"]
    assert state(own_house) == before  # tags from the old one, locations from the archive


def test_a_removed_video_stays_removed_when_the_catalog_is_lost(own_house: House) -> None:
    with own_house.open() as library:
        green = next(video for video in library.videos() if video.title == "green")
        library.remove([green.video_id])
    deleted(own_house.library / "catalog.sqlite")
    mend(own_house)
    with own_house.open() as library:
        assert library.video(green.video_id).removed
        report = library.add(own_house.videos)
        assert sorted(one.kind.value for one in report.outcomes) == ["removed"] + ["unchanged"] * 3


@pytest.mark.parametrize("copied", [True, False])
def test_without_its_catalog_the_index_is_found_to_be_divided_as_it_was(
    own_house: House, copied: bool
) -> None:
    with own_house.open() as library:
        library.partition_by("folder", "year")
        before = library.catalog.assigned()
    (own_house.library / "catalog.sqlite").unlink()
    if not copied:
        shutil.rmtree(own_house.library / "copies")
    lost = ["catalog"] if copied else ["catalog", "readings"]
    assert [mended.part for mended in mend(own_house)] == lost
    with own_house.open() as library:
        beach = library.search("red", filters=Filters(partitions=("beach",)))
        assert {moment.title for moment in beach} == {"red-blue", "green"}
        assert library.catalog.assigned() == before
        assert library.catalog.unsettled() == []
    assert_sound(own_house)


def test_a_partition_that_is_no_text_is_damage(own_house: House) -> None:
    with sqlite3.connect(own_house.library / "catalog.sqlite") as db:
        db.execute("UPDATE embeddings SET partition = CAST(x'ff' AS TEXT)")
    assert [mended.part for mended in mend(own_house)] == ["catalog"]
    assert_sound(own_house)


def test_a_catalog_is_never_silently_begun_anew(own_house: House) -> None:
    deleted(own_house.library / "catalog.sqlite")
    with pytest.raises(footage.CatalogDamaged, match=r"catalog\.sqlite is missing"):
        own_house.open()
    assert not (own_house.library / "catalog.sqlite").exists()


def test_a_bad_catalog_never_replaces_its_good_copy(own_house: House) -> None:
    copy = own_house.library / "copies" / "catalog.sqlite"
    good = copy.read_bytes()
    with own_house.open() as library:
        library.tag([library.videos()[0].video_id], add=["new"])
        data = bytearray((own_house.library / "catalog.sqlite").read_bytes())
        rows = sqlite3.connect(own_house.library / "catalog.sqlite")
        page = rows.execute("SELECT rootpage FROM sqlite_master WHERE name='videos'").fetchone()[0]
        rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows.close()
        data = bytearray((own_house.library / "catalog.sqlite").read_bytes())
        data[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
        (own_house.library / "catalog.sqlite").write_bytes(data)
    assert copy.read_bytes() == good


# The archive


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_damaged_archive_file_is_embedded_again(own_house: House, way: Damage) -> None:
    before, path = state(own_house), archived(own_house)
    way(path)
    with own_house.open() as library:
        with pytest.raises(ArchiveDamaged, match=str(path)):
            library.embedding(path.stem)
        check = next(check for check in examine_library(library) if check.name == "archive")
        assert check.status is Status.FAILED
        assert str(path) in check.detail
    mended = mend(own_house)
    assert [one.ok for one in mended] == [True, True]
    assert str(path) in mended[0].found
    assert "embedded again" in mended[1].done
    assert path.with_name(f"{path.name}.damaged-1").exists() == (way is not deleted)
    assert state(own_house) == before
    assert_sound(own_house)


def test_without_its_source_a_damaged_file_is_named_and_not_served(
    own_house: House, tmp_path: Path
) -> None:
    videos = tmp_path / "videos"
    shutil.copytree(own_house.videos, videos)
    house = House(videos, tmp_path / "other.library")
    with house.open() as library:
        library.add(videos)
    path = archived(house)
    flipped(path)
    (videos / "beach" / "green.mp4").unlink()
    (left,) = [one for one in mend(house) if not one.ok]
    assert "green.mp4" in left.done
    with house.open() as library:
        assert "green" not in {moment.title for moment in library.search("green", limit=50)}
        assert library.index.count() == 5


def test_no_flipped_byte_gives_other_vectors(own_house: House) -> None:
    """Every byte of a file, one after the other: the file is refused, or reads as it did."""
    path = archived(own_house, "white")
    good = path.read_bytes()
    archive, mark = Archive(path.parent.parent), ColourEmbedder().fingerprint
    (track,) = archive.read(path.stem, mark).tracks.values()
    refused = 0
    for at in range(len(good)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1 :])
        try:
            (found,) = archive.read(path.stem, mark).tracks.values()
        except FootageError:
            refused += 1
        else:
            assert found.vectors.tobytes() == track.vectors.tobytes(), at
            assert found.spans.tobytes() == track.spans.tobytes(), at
    assert refused > len(good) * 0.8


def test_vectors_changed_by_a_program_that_writes_good_zips_are_refused(own_house: House) -> None:
    path, name = archived(own_house), "visual.clip.vectors.npy"
    with zipfile.ZipFile(path) as bundle:
        members = {one: bundle.read(one) for one in bundle.namelist()}
    members[name] = members[name][:-1] + bytes([members[name][-1] ^ 1])
    with zipfile.ZipFile(path, "w") as bundle:
        for one, data in members.items():
            bundle.writestr(one, data)
    with own_house.open() as library, pytest.raises(ArchiveDamaged, match="checksum"):
        library.embedding(path.stem)


def test_a_file_under_anothers_name_is_not_served(own_house: House) -> None:
    shutil.copyfile(archived(own_house, "white"), archived(own_house, "green"))
    with own_house.open() as library, pytest.raises(ArchiveDamaged, match="of video"):
        library.embedding(archived(own_house, "green").stem)


# The index


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_damaged_index_is_rebuilt(own_house: House, way: Damage) -> None:
    before, path = state(own_house), own_house.library / "milvus.db"
    way(path)
    if way not in {emptied, deleted}:  # an empty one is begun anew by itself
        with pytest.raises(footage.IndexUnavailable, match=r"milvus\.db .*doctor --repair"):
            state(own_house)
        mended = mend(own_house)
        assert {one.part for one in mended} == {"index"}
        assert path.with_name("milvus.db.damaged-1").exists()
    assert state(own_house) == before
    assert_sound(own_house)


def test_a_vector_changed_within_the_index_is_seen(own_house: House) -> None:
    """The engine's file has no checksums; the archive has, and is what it is compared with."""
    before, path = state(own_house), own_house.library / "milvus.db"
    with own_house.open() as library:
        (track,) = library.embedding(archived(own_house).stem).tracks.values()
    row = track.vectors[0].tobytes()
    data = path.read_bytes()
    assert data.count(row) == 1
    path.write_bytes(data.replace(row, row[:2] + bytes([row[2] ^ 1]) + row[3:]))
    with own_house.open() as library:
        check = next(check for check in examine_library(library) if check.name == "index")
        assert (check.status, check.detail[:9]) == (Status.FAILED, "1 videos ")
    assert [one.part for one in mend(own_house)] == ["index"]
    assert state(own_house) == before


# Thumbnails, settings, and the rest


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_damaged_thumbnails_are_made_anew(own_house: House, way: Damage) -> None:
    path = sorted((own_house.library / "previews" / archived(own_house).stem).iterdir())[1]
    good = path.read_bytes()
    way(path)
    with own_house.open() as library:
        check = next(check for check in examine_library(library) if check.name == "thumbnails")
        assert (check.status, check.detail) == (Status.WARNING, "1 of 8 missing or damaged")
    assert [one.part for one in mend(own_house)] == ["thumbnails"]
    assert path.read_bytes() == good


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("copied", [True, False], ids=["copy", "no copy"])
def test_damaged_settings_are_written_again(own_house: House, way: Damage, copied: bool) -> None:
    before, path = state(own_house), own_house.library / "library.toml"
    good = path.read_bytes()
    way(path)
    if not copied:
        shutil.rmtree(own_house.library / "copies")
    with pytest.raises(FootageError, match="doctor --repair") as caught:
        footage.open(own_house.library, create=False, embedder=ColourEmbedder())
    assert "library.toml" in str(caught.value)
    assert mend(own_house)[-1 if copied else 0].ok
    assert state(own_house) == before
    assert (path.read_bytes() == good) == copied
    assert_sound(own_house)


def test_drafts_of_killed_processes_and_junk_are_cleared_away(own_house: House) -> None:
    folder = own_house.library
    drafts = [
        *(folder / ".library.0.tmp", folder / "last-search.json.tmp"),
        archived(own_house).with_name(".a.0.tmp"),
    ]
    for draft in drafts:
        draft.write_bytes(b"half")
    (folder / "previews" / ".b.0.tmp").mkdir()
    (folder / "last-search.json").write_text("{junk")
    assert [one.part for one in mend(own_house)] == ["leftovers", "last search"]
    assert not list(folder.rglob("*.tmp"))
    assert not (folder / "last-search.json").exists()
    assert_sound(own_house)


def test_everything_at_once(own_house: House) -> None:
    before = state(own_house)
    flipped(archived(own_house, "white"))
    garbage(own_house.library / "milvus.db")
    cut(own_house.library / "catalog.sqlite")
    deleted(own_house.library / "library.toml")
    shutil.rmtree(own_house.library / "previews")
    assert [one for one in mend(own_house) if not one.ok] == []
    assert state(own_house) == before
    assert_sound(own_house)


def test_a_folder_that_is_no_library_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(footage.LibraryNotFound):
        list(repair(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
