"""A library as one file and back: nothing missing, nothing half there, nothing outside."""

from __future__ import annotations

import json
import random
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from colours import ColourEmbedder
from houses import House
from programs import program

import footage
from footage import archive, durable
from footage.backup import MANIFEST, backup, restore
from footage.doctor import Status, examine_library
from footage.errors import BackupDamaged, LibraryTooNew, LibraryUnwritable, UsageError


def state(library: footage.Library) -> dict[str, Any]:
    found = [
        (moment.title, moment.start, moment.end, round(moment.score, 4))
        for colour in ("red", "blue", "black")
        for moment in library.search(colour, limit=50)
    ]
    return {"found": found, "videos": [v.to_json() for v in library.videos(hidden=True)]}


@pytest.fixture
def made(own_house: House, tmp_path: Path) -> Path:
    """A backup of the house, in which one video was removed."""
    with own_house.open() as library:
        library.remove([own_house.videos / "city" / "white.mp4"])
        backup(library, tmp_path / "house.backup")
    return tmp_path / "house.backup"


def rewritten(path: Path, **changes: Any) -> Path:
    """The same backup with members changed, added or left out (None), its list made to fit."""
    other = path.with_suffix(".other")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        members = {name: old.read(name) for name in old.namelist()}
        members.update(changes)
        for name, data in members.items():
            if data is not None:
                new.writestr(name, data)
    return other


@pytest.mark.parametrize("thumbnails", [True, False])
def test_a_restored_library_is_the_same(own_house: House, tmp_path: Path, thumbnails: bool) -> None:
    with own_house.open() as library:
        library.remove([own_house.videos / "city" / "white.mp4"])
        before = state(library)
        report = backup(library, tmp_path / "a.backup", thumbnails=thumbnails)
        old_id = library.settings.id
    assert report.videos == 3
    assert report.size == (tmp_path / "a.backup").stat().st_size
    shutil.rmtree(own_house.library)
    assert restore(tmp_path / "a.backup", tmp_path / "back.library") == 4
    with footage.open(tmp_path / "back.library", embedder=ColourEmbedder()) as library:
        assert state(library) == before
        assert library.settings.id != old_id
        assert library.video(own_house.videos / "city" / "white.mp4").removed
        checks = {check.name: check.status for check in examine_library(library)}
        assert Status.FAILED not in checks.values()
        assert (checks["thumbnails"] is Status.OK) == thumbnails
        kinds = [outcome.kind.value for outcome in library.add(own_house.videos).outcomes]
        assert sorted(kinds) == ["removed", "unchanged", "unchanged", "unchanged"]


def test_videos_that_come_while_it_is_made_are_whole(
    own_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from videos import make_video

    new = make_video(tmp_path / "new.mp4", shots=["yellow"])
    with own_house.open() as library, own_house.open() as other:
        read, added = archive.Archive.read, []

        def read_and_add(self: Any, *values: Any) -> Any:
            if not added:
                added.append(new)
                other.add(new)
                other.remove([own_house.videos / "city" / "white.mp4"])
            return read(self, *values)

        monkeypatch.setattr(archive.Archive, "read", read_and_add)
        backup(library, tmp_path / "a.backup")
    restore(tmp_path / "a.backup", tmp_path / "back.library")
    with footage.open(tmp_path / "back.library", embedder=ColourEmbedder()) as library:
        titles = {moment.title for moment in library.search("red", limit=50)}
        assert titles == {"red-blue", "green", "yellow", "new"}
        assert library.reindex().damaged == []


def test_a_damaged_archive_file_is_left_out_and_named(own_house: House, tmp_path: Path) -> None:
    with own_house.open() as library:
        green = next(video for video in library.videos() if video.title == "green")
        path = library.archive.path(green.video_id, library.embedder.fingerprint)
        path.write_bytes(path.read_bytes()[:-300])
        report = backup(library, tmp_path / "a.backup")
        assert (report.videos, [str(path) in str(error) for error in report.damaged]) == (3, [True])


def test_a_backup_is_never_written_over(made: Path, own_house: House) -> None:
    data = made.read_bytes()
    with own_house.open() as library, pytest.raises(UsageError, match="is there already"):
        backup(library, made)
    assert made.read_bytes() == data


def test_a_backup_into_a_folder_that_is_not_there(own_house: House, tmp_path: Path) -> None:
    with (
        own_house.open() as library,
        pytest.raises(UsageError, match=r"no folder .*/nowhere; make"),
    ):
        backup(library, tmp_path / "nowhere/x")


def test_a_backup_that_fails_leaves_nothing(
    own_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable, "sync", full)
    (tmp_path / "to").mkdir()
    with own_house.open() as library, pytest.raises(LibraryUnwritable, match="No space left"):
        backup(library, tmp_path / "to" / "a.backup")
    assert list((tmp_path / "to").iterdir()) == []


def test_a_folder_with_something_in_it_is_refused(made: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        restore(made, tmp_path / "mine")
    with pytest.raises(UsageError, match="not empty"):
        restore(made, made)
    with pytest.raises(UsageError, match="not there"):
        restore(tmp_path / "nothing", tmp_path / "new")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["a.txt"]
    assert not (tmp_path / "new").exists()


def test_no_damage_to_a_backup_is_put_in_place(made: Path, tmp_path: Path) -> None:
    """A byte changed anywhere, or the end cut off: refused, or what is restored is the same."""
    good, rng = made.read_bytes(), random.Random(5)
    with zipfile.ZipFile(made) as bundle:
        wanted = {name: bundle.read(name) for name in bundle.namelist()}
    target, refused = tmp_path / "new", 0
    for _ in range(60):
        at = rng.randrange(len(good))
        made.write_bytes(
            rng.choice((good[:at], good[:at] + bytes([good[at] ^ 0x20]) + good[at + 1 :]))
        )
        try:
            restore(made, target)
        except BackupDamaged:
            refused += 1
            assert not target.exists()
            continue
        for name, data in wanted.items():
            if name not in {MANIFEST, "library.toml", "catalog.sqlite"}:
                assert (target / name).read_bytes() == data
        shutil.rmtree(target)
    assert refused > 50
    assert not list(tmp_path.glob(".*.tmp"))


@pytest.mark.parametrize(
    "name",
    [
        *("../evil.txt", "/tmp/evil.txt", "archive/../../evil.zip", "previews/a/../../1.jpg"),
        *("archive/colours-0/..zip", "library.toml/x", "evil.txt", "milvus.db", "C:\\evil.txt"),
        *(
            "archive/colours-0/a.zip\n",
            "previews/" + "a" * 65 + "/1.jpg",
            "archive//a.zip",
            "archive/../a.zip",
        ),
    ],
)
def test_a_hostile_name_is_refused(made: Path, tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(made) as bundle:
        manifest = json.loads(bundle.read(MANIFEST))
    facts = {"size": 4, "blake2b": "0" * 32}
    manifest["members"][name] = facts
    other = rewritten(made, **{name: b"evil", MANIFEST: json.dumps(manifest).encode()})
    outside = set(tmp_path.rglob("*"))
    with pytest.raises(BackupDamaged):
        restore(other, tmp_path / "new")
    assert set(tmp_path.rglob("*")) == outside


@pytest.mark.parametrize(
    ("manifest", "error"),
    [
        (b"{}", BackupDamaged),
        (b"[]", BackupDamaged),
        (b"\xff", BackupDamaged),
        (b'{"format": 1, "members": {}}', BackupDamaged),
        (b'{"format": 1, "members": 3}', BackupDamaged),
        (b'{"format": 99, "members": {}}', LibraryTooNew),
        (None, BackupDamaged),
    ],
)
def test_a_hostile_list_is_refused(
    made: Path, tmp_path: Path, manifest: bytes | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        restore(rewritten(made, **{MANIFEST: manifest}), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_member_that_is_not_what_its_checksum_says(made: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupDamaged, match=r"library\.toml in .* fails its checksum"):
        restore(rewritten(made, **{"library.toml": b"format = 1"}), tmp_path / "new")


def test_the_commands(own_house: House, tmp_path: Path) -> None:
    file, back = tmp_path / "a.backup", tmp_path / "back.library"
    done = program("backup", file, "--library", own_house.library)
    out, err = done.communicate(timeout=100)
    assert (done.returncode, out[:8]) == (0, "4 videos"), err
    done = program("restore", file, "--library", back, "--json")
    out, err = done.communicate(timeout=100)
    assert json.loads(out) == {"library": str(back), "videos": 4, "indexed": 4}, err
    done = program("restore", file, "--library", back)
    out, err = done.communicate(timeout=100)
    assert (done.returncode, "not empty" in err, "Traceback" in err) == (2, True, False)
