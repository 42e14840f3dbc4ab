"""Files that move, change, vanish or are out of reach, and what `prune` forgets of them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import footage
from footage.cli.open_ import _resolve
from tests.colours import ColourEmbedder
from tests.videos import make_video


@pytest.fixture
def drive(folder: Path) -> Path:
    """A folder that may be unplugged, with a red and a blue video on it."""
    drive = folder / "drive"
    drive.mkdir()
    make_video(drive / "red.mp4", shots=["red"])
    make_video(drive / "blue.mp4", shots=["blue"])
    return drive


def shown(library: footage.Library) -> set[str]:
    return {moment.title for moment in library.search("red")}


def stored(library: footage.Library) -> set[str]:
    return {path.stem for path in (library.folder / "archive").rglob("*.zip")}


def test_an_unplugged_drive_hides_nothing(library: footage.Library, drive: Path) -> None:
    library.add(drive)
    drive.rename(drive.with_name("elsewhere"))
    assert shown(library) == {"red", "blue"}
    report = library.prune()
    assert (report.videos, report.gone, len(report.unreachable)) == ([], [], 2)
    assert shown(library) == {"red", "blue"}
    with pytest.raises(footage.MediaMissing, match=r"is not there now; put it back or plug"):
        _resolve(library, f"{library.search('red')[0].video_id}@0:01")


def test_what_is_out_of_reach_is_forgotten_on_request(
    library: footage.Library, drive: Path
) -> None:
    library.add(drive)
    drive.rename(drive.with_name("elsewhere"))
    report = library.prune(unreachable=True)
    assert {video.title for video in report.videos} == {"red", "blue"}
    assert report.freed > 0
    assert shown(library) == set()
    assert stored(library) == set()
    assert library.videos(hidden=True) == []
    assert library.index.count() == 0


def test_a_deleted_file_is_forgotten_and_the_others_kept(
    library: footage.Library, drive: Path
) -> None:
    library.add(drive)
    (drive / "red.mp4").unlink()
    assert [video.title for video in library.prune(dry_run=True).videos] == ["red"]
    assert shown(library) == {"red", "blue"}
    report = library.prune()
    assert report.gone == [drive / "red.mp4"]
    assert shown(library) == {"blue"}
    assert stored(library) == {library.videos()[0].video_id}
    again = library.prune()
    assert (again.videos, again.gone) == ([], [])


def test_a_renamed_file_keeps_its_video_and_loses_its_old_place(
    library: footage.Library, drive: Path
) -> None:
    library.add(drive)
    before = library.video(drive / "red.mp4").video_id
    (drive / "red.mp4").rename(drive / "scarlet.mp4")
    library.add(drive)
    assert library.video(before).path == drive / "scarlet.mp4"
    report = library.prune()
    assert (report.videos, report.gone) == ([], [drive / "red.mp4"])
    assert library.video(before).paths == (drive / "scarlet.mp4",)


def test_a_copy_is_one_video_until_the_last_one_goes(library: footage.Library, drive: Path) -> None:
    (drive / "copy.mp4").write_bytes((drive / "red.mp4").read_bytes())
    library.add(drive)
    assert len(library.videos()) == 2
    (drive / "red.mp4").unlink()
    assert library.prune().videos == []
    (drive / "copy.mp4").unlink()
    assert len(library.prune().videos) == 1


def test_a_file_edited_in_place_leaves_a_missing_video_until_pruned(
    library: footage.Library, drive: Path
) -> None:
    library.add(drive)
    old = library.video(drive / "red.mp4").video_id
    make_video(drive / "new.mp4", shots=["green"])
    (drive / "new.mp4").replace(drive / "red.mp4")
    library.add(drive)
    assert library.video(old).state == "missing"
    assert old not in {moment.video_id for moment in library.search("red", limit=50)}
    assert old in stored(library)
    assert [video.video_id for video in library.prune().videos] == [old]
    assert old not in stored(library)
    with pytest.raises(footage.NotFound):
        library.video(old)


def test_a_pruned_file_that_comes_back_is_indexed_again(
    library: footage.Library, drive: Path
) -> None:
    library.add(drive)
    kept = (drive / "red.mp4").read_bytes()
    (drive / "red.mp4").unlink()
    library.prune()
    (drive / "red.mp4").write_bytes(kept)
    assert [outcome.kind.value for outcome in library.add(drive).outcomes].count("added") == 1
    assert shown(library) == {"red", "blue"}


def test_removed_videos_stay_removed_through_a_prune(library: footage.Library, drive: Path) -> None:
    library.add(drive)
    library.remove([drive / "red.mp4"])
    library.prune()
    library.add(drive)
    assert shown(library) == {"blue"}


def test_disk_use_counts_what_is_there(library: footage.Library, drive: Path) -> None:
    library.add(drive)
    used = library.disk_use()
    for part in ("archive", "readings"):
        files = list((library.folder / part).rglob("*.zip"))
        assert used[part] == sum(path.stat().st_size for path in files) > 0
    assert all(used[part] > 0 for part in ("index", "thumbnails", "catalog"))


def test_the_command_asks_says_and_forgets(
    tmp_path: Path, drive: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from footage.cli.app import main

    where = tmp_path / "cli.library"
    with footage.open(where, embedder=ColourEmbedder()) as library:
        library.add(drive)
    monkeypatch.setattr("footage.library.open_embedder", lambda _n, _s: ColourEmbedder())
    (drive / "red.mp4").unlink()

    def run(*args: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["footage", "prune", "--library", os.fspath(where), *args])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), "".join(capfd.readouterr())

    code, text = run()
    assert code == 2
    assert "say --yes" in text
    assert "renamed or moved? `footage index` on the folder" in text
    assert "paid" not in text
    assert "1 video nowhere any more, 1 file gone, 0 out of reach" in run("--dry-run")[1]
    code, text = run("--yes", "--json")
    assert code == 0
    assert json.loads(text)["gone"] == [str(drive / "red.mp4")]
    nothing = run()[1]
    assert "0 videos nowhere any more" in nothing
    assert "renamed" not in nothing


def test_one_video_or_one_tag_by_itself_is_one(library: footage.Library, drive: Path) -> None:
    library.add(drive)
    video = library.tag(drive / "red.mp4", add="sea")[0]
    assert video.tags == ("sea",)
    assert [gone.title for gone in library.remove(drive / "blue.mp4")] == ["blue"]
    with pytest.raises(footage.InvalidQuery):
        library.tag([5], add="sea")


def test_a_closed_library_says_that_it_was_closed(tmp_path: Path) -> None:
    library = footage.open(tmp_path / "it.library", embedder=ColourEmbedder())
    library.close()
    with pytest.raises(footage.LibraryClosed, match=r"was closed; open it again"):
        library.videos()
    library.close()
    with pytest.raises(footage.LibraryClosed), library:
        pass
