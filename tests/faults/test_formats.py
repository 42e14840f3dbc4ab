"""A library of an older format opens and is brought up to date; a newer one is refused."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import tomli_w
from colours import ColourEmbedder
from houses import House

import footage
from footage import LibraryTooNew, catalog_file
from footage.catalog import Catalog
from footage.embedder import Fingerprint
from footage.embedders.local import VISUAL
from footage.errors import CatalogDamaged
from footage.settings import LibrarySettings

GOLDEN = Path(__file__).parent.parent / "golden" / "archive-v1.zip"
VIDEO_ID = "a" * 32

# An earlier schema as it might have been: locations inside videos, no removals, no damage.
EARLIER = """
CREATE TABLE videos (
    video_id TEXT PRIMARY KEY, title TEXT NOT NULL, path BLOB NOT NULL, duration REAL NOT NULL,
    recorded_at TEXT NOT NULL
) STRICT;
CREATE TABLE tags (video_id TEXT NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (video_id, tag)) STRICT;
CREATE TABLE embeddings (
    video_id TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, segments INTEGER NOT NULL
) STRICT;
"""
TO_NOW = """
ALTER TABLE videos RENAME TO old_videos;
ALTER TABLE tags RENAME TO old_tags;
ALTER TABLE embeddings RENAME TO old_embeddings;
{now}
INSERT INTO videos SELECT video_id, title, duration, 0, 0, 0.0, '', 0, recorded_at,
    recorded_at FROM old_videos;
INSERT INTO locations SELECT path, video_id, 0, 0, '0' FROM old_videos;
INSERT INTO tags SELECT * FROM old_tags;
INSERT INTO embeddings (video_id, fingerprint, segments, damage)
    SELECT video_id, fingerprint, segments, '{{}}' FROM old_embeddings;
DROP TABLE old_videos;
DROP TABLE old_tags;
DROP TABLE old_embeddings;
"""


class GoldenEmbedder(ColourEmbedder):
    """The embedder that the golden archive file was written by."""

    def __init__(self) -> None:
        super().__init__()
        self.fingerprint = Fingerprint("colours", "1", 4, {"fps": "1.0"})


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library as the earlier footage left it: its schema, and the golden archive file."""
    now = "\n".join(catalog_file.MIGRATIONS)
    monkeypatch.setattr(catalog_file, "MIGRATIONS", (EARLIER, TO_NOW.format(now=now)))
    folder = tmp_path / "older.library"
    mark = GoldenEmbedder().fingerprint
    target = folder / "archive" / mark.id / f"{VIDEO_ID}.zip"
    target.parent.mkdir(parents=True)
    shutil.copyfile(GOLDEN, target)
    LibrarySettings(embedder="colours").save(folder)
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as db:
        db.executescript(f"{EARLIER} PRAGMA user_version = 1;")
        row = (
            VIDEO_ID,
            "old film",
            os.fsencode("/films/old.mp4"),
            7.5,
            "2020-01-01T00:00:00+00:00",
        )
        db.execute("INSERT INTO videos VALUES (?,?,?,?,?)", row)
        db.execute("INSERT INTO tags VALUES (?, 'kept')", (VIDEO_ID,))
        db.execute("INSERT INTO embeddings VALUES (?, ?, 3)", (VIDEO_ID, mark.id))
        db.commit()
    return folder


def test_an_older_library_opens_and_is_searched(older: Path) -> None:
    with footage.open(older, embedder=GoldenEmbedder()) as library:
        (video,) = library.videos()
        assert (video.title, video.tags, video.segments) == ("old film", ("kept",), 3)
        assert video.paths == (Path("/films/old.mp4"),)
        track = library.embedding(VIDEO_ID).tracks[VISUAL]
        assert library.search(vector=track.vectors[0])[0].start == 0.0
    with closing(sqlite3.connect(older / "catalog.sqlite")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (2,)


def test_the_old_catalog_is_kept(older: Path) -> None:
    footage.open(older, embedder=GoldenEmbedder()).close()
    with closing(sqlite3.connect(older / "catalog.sqlite.format-1")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert db.execute("SELECT title, path FROM videos").fetchall() == [
            ("old film", b"/films/old.mp4")
        ]


def test_a_step_that_fails_changes_nothing(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sqlite3.connect(older / "catalog.sqlite").execute("SELECT * FROM videos").fetchall()
    good = catalog_file.MIGRATIONS
    monkeypatch.setattr(catalog_file, "MIGRATIONS", (good[0], f"{good[1]} SELECT nothing;"))
    with pytest.raises(CatalogDamaged, match="nothing"):
        footage.open(older, embedder=GoldenEmbedder())
    with closing(sqlite3.connect(older / "catalog.sqlite")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert db.execute("SELECT * FROM videos").fetchall() == before
    monkeypatch.setattr(catalog_file, "MIGRATIONS", good)
    with footage.open(older, embedder=GoldenEmbedder()) as library:
        assert len(library.videos()) == 1


def test_a_newer_catalog_is_refused(own_house: House) -> None:
    path = own_house.library / "catalog.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    data = path.read_bytes()
    with pytest.raises(LibraryTooNew, match=r"newer footage.*pip install --upgrade footage"):
        own_house.open()
    assert path.read_bytes() == data


def test_newer_settings_are_refused(own_house: House) -> None:
    settings = LibrarySettings.load(own_house.library).model_dump(exclude_none=True)
    text = tomli_w.dumps({**settings, "format": 99, "something": "new"})
    (own_house.library / "library.toml").write_text(text)
    with pytest.raises(LibraryTooNew, match=r"newer footage.*pip install --upgrade footage"):
        own_house.open()
    from footage.repair import repair

    with pytest.raises(LibraryTooNew):
        list(repair(own_house.library, embedder=ColourEmbedder()))
    assert (own_house.library / "library.toml").read_text() == text


def test_a_golden_file_without_its_video_still_reads(own_house: House) -> None:
    """Files of the first footage say nothing of their video; vectors and catalog are enough."""
    from footage.archive import Archive
    from footage.records import described

    archive, mark = Archive(own_house.library / "archive"), GoldenEmbedder().fingerprint
    target = archive.path(VIDEO_ID, mark)
    target.parent.mkdir(parents=True)
    shutil.copyfile(GOLDEN, target)
    assert described(archive.header(VIDEO_ID, mark)) is None
    assert archive.read(VIDEO_ID, mark).segments == 3


def test_a_described_video_comes_back(own_house: House) -> None:
    from footage.records import described

    with own_house.open() as library:
        for video in library.videos():
            found = described(library.archive.header(video.video_id, library.embedder.fingerprint))
            assert found is not None
            (location,) = found[1]
            assert location[0] == video.path
            again = {**found[0].to_json(), "paths": video.to_json()["paths"]}
            for name in ("title", "duration", "width", "height", "fps", "codec", "has_audio"):
                assert again[name] == video.to_json()[name]
            assert found[0].recorded_at == video.recorded_at


def test_rows_written_before_there_were_partitions_are_known_to_lie_in_one(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript("".join(catalog_file.MIGRATIONS[:2]) + "PRAGMA user_version = 2;")
        sizes = (7.5, 160, 120, 10.0, "h264", 0)
        dates = ("2020-01-01T00:00:00+00:00",) * 2
        row = (VIDEO_ID, "old film", None, *sizes, *dates)
        db.execute("INSERT INTO videos VALUES (?,?,?,?,?,?,?,?,?,?,?)", row)
        db.execute("INSERT INTO locations VALUES (x'2f61', ?, 0, 0, '0')", (VIDEO_ID,))
        db.execute("INSERT INTO embeddings VALUES (?, 'colours-1', 3, '{}', 1)", (VIDEO_ID,))
        db.commit()
    with closing(Catalog(path, fingerprint="colours-1")) as catalog:
        assert catalog.assigned() == {VIDEO_ID: "default"}
        assert catalog.unsettled() == []
        assert catalog.unindexed() == {}
        (partition,) = catalog.partitions()
        assert (partition.name, partition.segments) == ("default", 3)
