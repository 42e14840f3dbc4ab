"""Indexing real little videos: every file accounted for, nothing embedded twice, nothing lost."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from colours import ColourEmbedder
from filelock import FileLock
from videos import audio_only, empty, garbage, make_video, text_as_video, truncated

import footage
import footage.library
from footage import Library, LibraryLocked, LibraryUnwritable, Observer, Outcome, Report
from footage.embedder import VideoEmbedding, VideoFile
from footage.ingest import pipeline
from footage.ingest.report import IngestInterrupted, Kind, Plan

Maker = Callable[..., Path]


@pytest.fixture
def make(folder: Path) -> Maker:
    def make(name: str, *shots: str, seconds: float = 2.0) -> Path:
        return make_video(folder / name, seconds=seconds, shots=shots or ("red",))

    return make


def kinds(report: Report) -> dict[str, str]:
    return {outcome.path.name: outcome.kind.value for outcome in report.outcomes}


def titles(library: Library, text: str) -> list[str]:
    return [moment.title for moment in library.search(text)]


def embedded(library: Library) -> int:
    assert isinstance(library.embedder, ColourEmbedder)
    return library.embedder.embedded


# Good and bad files


def test_bad_files_never_stop_the_others(library: Library, folder: Path, make: Maker) -> None:
    make("a-good.mp4", "red")
    empty(folder / "b-empty.mp4")
    text_as_video(folder / "c-text.mp4")
    garbage(folder / "d-garbage.mkv")
    audio_only(folder / "e-sound.mp4")
    truncated(make("f-cut.mp4"), keep=0.1)
    make("g-good.mp4", "blue")
    report = library.add(folder)
    assert kinds(report) == {
        "a-good.mp4": "added",
        "b-empty.mp4": "failed",
        "c-text.mp4": "failed",
        "d-garbage.mkv": "failed",
        "e-sound.mp4": "failed",
        "f-cut.mp4": "failed",
        "g-good.mp4": "added",
    }
    for outcome in report.failed:
        assert outcome.error is not None
        assert str(outcome.path) in outcome.error.what
        assert outcome.error.remedy
    assert set(titles(library, "red")) == {"a-good", "g-good"}
    assert library.index.count() == 2


class Clumsy(ColourEmbedder):
    """Stumbles over files of a certain name."""

    concurrency = 1

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def embed(self, video: VideoFile, **observers: Any) -> VideoEmbedding:
        if video.path.name == "b.mp4":
            raise self.error
        return super().embed(video, **observers)


@pytest.mark.parametrize("error", [ZeroDivisionError("frames"), MemoryError(), RuntimeError("x")])
def test_an_unforeseen_error_is_one_files_failure(
    tmp_path: Path, folder: Path, make: Maker, error: Exception
) -> None:
    for name, colour in (("a", "red"), ("b", "green"), ("c", "blue")):
        make(f"{name}.mp4", colour)
    with footage.open(tmp_path / "my.library", embedder=Clumsy(error)) as library:
        report = library.add(folder)
        assert kinds(report) == {"a.mp4": "added", "b.mp4": "failed", "c.mp4": "added"}
        failure = report.failed[0].error
        assert failure is not None
        assert "b.mp4 failed in an unforeseen way" in failure.what
        assert type(error).__name__ in failure.what
        assert set(titles(library, "red")) == {"a", "c"}
    with footage.open(tmp_path / "my.library", embedder=ColourEmbedder()) as library:
        assert kinds(library.add(folder))["b.mp4"] == "added"


def test_a_broken_model_stops_the_run_and_keeps_what_was_done(
    tmp_path: Path, folder: Path, make: Maker
) -> None:
    for name, colour in (("a", "red"), ("b", "green"), ("c", "blue")):
        make(f"{name}.mp4", colour)
    broken = Clumsy(footage.EmbedderBroken("the model is broken"))
    with footage.open(tmp_path / "my.library", embedder=broken) as library:
        with pytest.raises(footage.EmbedderBroken):
            library.add(folder)
        assert titles(library, "red") == ["a"]


def test_a_name_that_is_no_text_is_indexed_like_any_other(
    library: Library, folder: Path, make: Maker, capfd: pytest.CaptureFixture[str]
) -> None:
    make("a.mp4", "red")
    strange = folder / os.fsdecode(b"caf\xe9.mp4")
    make("b.mp4", "blue").rename(strange)
    report = library.add(folder)
    assert [outcome.kind.value for outcome in report.outcomes] == ["added", "added"]
    assert library.video(strange).path == strange
    assert library.search("blue")[0].path == strange
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("name", ['it\'s "it".mp4', "日本 🎬.mp4", "a\nb.mp4", "[red]x[bold].mp4"])
def test_hostile_names_are_only_names(
    library: Library, folder: Path, make: Maker, name: str
) -> None:
    path = make("plain.mp4", "red").rename(folder / name)
    assert not library.add(folder).failed
    found = library.search("red", filters=footage.Filters(videos=(str(path),)))
    assert [moment.path for moment in found] == [path]


def test_what_is_no_video_is_counted(library: Library, folder: Path, make: Maker) -> None:
    make("a.mp4")
    (folder / "notes.txt").write_text("x")
    report = library.add(folder)
    assert report.scan.others == (folder / "notes.txt",)
    assert kinds(report) == {"a.mp4": "added"}


def test_an_empty_folder_is_no_error(library: Library, folder: Path) -> None:
    assert library.add(folder).outcomes == []
    assert list(library.search("red")) == []


def test_the_outcomes_come_in_the_order_of_the_scan(
    library: Library, folder: Path, make: Maker
) -> None:
    for at in range(5):
        make(f"{at}.mp4", seconds=4.0 - at / 2)
    empty(folder / "2b.mp4")
    assert list(kinds(library.add(folder))) == sorted(path.name for path in folder.iterdir())


# The same content again


def test_what_is_unchanged_is_reported_as_it_is(
    library: Library, folder: Path, make: Maker
) -> None:
    make("a.mp4", "red", "blue", seconds=6)
    (first,) = library.add(folder).outcomes
    (again,) = library.add(folder).outcomes
    assert (again.kind, again.segments) == (Kind.UNCHANGED, 2)
    assert replace(again, kind=Kind.ADDED) == first
    library.remove(folder / "a.mp4")
    (removed,) = library.add(folder).outcomes
    assert removed == replace(first, kind=Kind.REMOVED, segments=0, damage={})


def test_unchanged_files_are_left_alone(library: Library, folder: Path, make: Maker) -> None:
    make("a.mp4")
    library.add(folder)
    before = embedded(library)
    assert kinds(library.add(folder)) == {"a.mp4": "unchanged"}
    assert embedded(library) == before


def test_a_copy_in_the_same_batch_is_embedded_once(
    library: Library, folder: Path, make: Maker
) -> None:
    one = make("a.mp4", "red", seconds=3)
    library.add(one)
    alone = embedded(library)
    make("b.mp4", "blue", seconds=3)
    shutil.copy(folder / "b.mp4", folder / "c.mp4")
    shutil.copy(folder / "b.mp4", folder / "d.mp4")
    report = library.add(folder)
    assert embedded(library) == 2 * alone
    assert sorted(kinds(report).values()) == ["added", "located", "located", "unchanged"]
    video = library.video(folder / "c.mp4")
    assert video.paths == (folder / "b.mp4", folder / "c.mp4", folder / "d.mp4")
    assert len(library.videos()) == 2
    assert len(titles(library, "blue")) == 2


def test_a_renamed_file_is_not_embedded_again(library: Library, folder: Path, make: Maker) -> None:
    path = make("a.mp4")
    library.add(folder)
    before = embedded(library)
    (folder / "deep").mkdir()
    moved = path.rename(folder / "deep" / "b.mp4")
    assert kinds(library.add(folder)) == {"b.mp4": "located"}
    assert embedded(library) == before
    assert library.search("red")[0].path == moved


def test_a_touched_file_is_not_embedded_again(library: Library, folder: Path, make: Maker) -> None:
    path = make("a.mp4")
    library.add(folder)
    before = embedded(library)
    os.utime(path, (1, 1))
    assert kinds(library.add(folder)) == {"a.mp4": "located"}
    assert embedded(library) == before
    assert kinds(library.add(folder)) == {"a.mp4": "unchanged"}


def test_a_file_edited_in_place_is_another_video(
    library: Library, folder: Path, make: Maker
) -> None:
    path = make("a.mp4", "red")
    library.add(folder)
    old = library.video(path)
    make("a.mp4", "blue", seconds=3)
    assert kinds(library.add(folder)) == {"a.mp4": "added"}
    new = library.video(path)
    assert new.video_id != old.video_id
    assert library.video(old.video_id).state == "missing"
    assert [video.video_id for video in library.videos()] == [new.video_id]
    for colour in ("red", "blue"):
        assert {moment.video_id for moment in library.search(colour)} == {new.video_id}


def test_an_edit_undone_finds_the_first_one_again(
    library: Library, folder: Path, make: Maker
) -> None:
    path = make("a.mp4", "red")
    first = path.read_bytes()
    library.add(folder)
    make("a.mp4", "blue")
    library.add(folder)
    before = embedded(library)
    path.write_bytes(first)
    assert kinds(library.add(folder)) == {"a.mp4": "located"}
    assert embedded(library) == before
    assert library.search("red")[0].score > 0.9


def test_tags_are_put_on_what_is_indexed(library: Library, folder: Path, make: Maker) -> None:
    make("a.mp4")
    library.add(folder, tags=[" sea ", "two words"])
    assert library.videos()[0].tags == ("sea", "two words")
    for wrong in ("", "  ", "x" * 201, "a\nb"):
        with pytest.raises(footage.UsageError, match="cannot be a tag"):
            library.add(folder, tags=[wrong])


# Removed ones


def test_a_removed_video_is_not_resurrected_by_a_scan(
    library: Library, folder: Path, make: Maker
) -> None:
    path = make("a.mp4", "red")
    make("b.mp4", "blue")
    library.add(folder)
    (gone,) = library.remove([path])
    assert gone.state == "removed"
    assert titles(library, "red") == ["b"]
    assert library.index.count() == 1
    assert not library.archive.has(gone.video_id, library.embedder.fingerprint)
    assert library.thumbnails.path(gone.video_id, 0.0) is None
    shutil.copy(path, folder / "c.mp4")
    assert kinds(library.add(folder)) == {
        "a.mp4": "removed",
        "b.mp4": "unchanged",
        "c.mp4": "removed",
    }
    assert titles(library, "red") == ["b"]
    assert path.exists()


def test_a_restored_video_is_found_again(library: Library, folder: Path, make: Maker) -> None:
    path = make("a.mp4", "red")
    library.add(folder, tags=["sea"])
    library.remove([path])
    assert kinds(library.restore([path])) == {"a.mp4": "added"}
    assert library.video(path).state == "ready"
    assert library.video(path).tags == ("sea",)
    assert titles(library, "red") == ["a"]


def test_a_video_whose_file_is_gone_stays_removed(
    library: Library, folder: Path, make: Maker
) -> None:
    path = make("a.mp4", "red")
    library.add(folder)
    library.remove([path])
    path.unlink()
    with pytest.raises(footage.MediaMissing):
        library.restore([path])
    assert library.videos() == []


# Runs cut short


class Interrupting(Observer):
    """Presses Ctrl-C when so many files are done."""

    def __init__(self, after: int) -> None:
        self.left = after

    def finished(self, _outcome: Outcome) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def test_after_an_interrupt_the_next_run_completes(
    library: Library, folder: Path, make: Maker
) -> None:
    for at in range(5):
        make(f"{at}.mp4", "red", seconds=2 + at / 10)
    before = threading.active_count()  # servers of other tests may be among them
    with pytest.raises(IngestInterrupted) as caught:
        library.add(folder, observer=Interrupting(after=2))
    # what it was told of, and what was finished at that moment
    kept = len(caught.value.report.outcomes)
    assert 2 <= kept < 5
    assert isinstance(caught.value, KeyboardInterrupt)
    assert len(titles(library, "red")) == kept
    assert threading.active_count() < before + 9
    report = library.add(folder)
    assert not report.failed
    assert sorted(kinds(report).values())[-2:] == ["unchanged", "unchanged"]
    assert len(titles(library, "red")) == 5
    assert not list(library.folder.rglob("*.tmp"))


def test_an_interrupt_in_a_worker_is_an_interrupt(
    library: Library, folder: Path, make: Maker
) -> None:
    class InWorker(Observer):
        def progressed(self, _path: Path, _seconds: float) -> None:
            raise KeyboardInterrupt

    make("a.mp4")
    with pytest.raises(IngestInterrupted):
        library.add(folder, observer=InWorker())
    assert kinds(library.add(folder)) == {"a.mp4": "added"}


def full_disk(monkeypatch: pytest.MonkeyPatch, *, after: int) -> None:
    from footage import bundles

    written = 0
    write = bundles.zipfile.ZipFile

    def write_or_fail(*arguments: Any) -> Any:
        nonlocal written
        written += len(arguments) > 1 and arguments[1] == "w"
        if written > after:
            raise OSError(28, "No space left on device")
        return write(*arguments)

    monkeypatch.setattr(bundles.zipfile, "ZipFile", write_or_fail)


def test_a_full_disk_stops_the_run_and_keeps_what_was_done(
    library: Library, folder: Path, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(4):
        make(f"{at}.mp4", "red", seconds=2 + at / 10)
    library.embedder.concurrency = 1
    with monkeypatch.context() as patch:
        full_disk(patch, after=2)
        with pytest.raises(LibraryUnwritable, match="No space left"):
            library.add(folder)
    assert sorted(titles(library, "red")) == ["0", "1"]
    assert kinds(library.add(folder)) == {
        "0.mp4": "unchanged",
        "1.mp4": "unchanged",
        "2.mp4": "added",
        "3.mp4": "added",
    }
    assert len(titles(library, "red")) == 4


def test_a_file_that_grows_meanwhile_is_left_for_the_next_run(
    library: Library, folder: Path, make: Maker
) -> None:
    path = make("a.mp4", seconds=3)

    class Growing(Observer):
        def progressed(self, _path: Path, _seconds: float) -> None:
            with path.open("ab") as file:
                file.write(b"\0" * 100)

    report = library.add(folder, observer=Growing())
    error = report.failed[0].error
    assert isinstance(error, footage.MediaChanged)
    assert error.retryable
    assert kinds(library.add(folder)) == {"a.mp4": "added"}


# The index held by someone else


@pytest.fixture
def taken(library: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileLock]:
    """Milvus's file held by another process, for a run that will not wait long for it."""
    monkeypatch.setattr(pipeline, "LAST_FLUSH_WAIT", 0.1)
    lock = FileLock(f"{library.folder / 'milvus.db'}.lock")
    yield lock
    lock.release()


class Taking(Observer):
    """Takes the index away once the run is planned."""

    def __init__(self, library: Library, lock: FileLock) -> None:
        self.library, self.lock = library, lock

    def planned(self, _plan: Plan) -> None:
        self.library.index.close()
        self.lock.acquire(timeout=5)


def test_what_the_index_could_not_take_is_taken_in_later(
    library: Library, folder: Path, make: Maker, taken: FileLock
) -> None:
    make("a.mp4")
    make("b.mp4", "blue")
    report = library.add(folder, observer=Taking(library, taken))
    assert kinds(report) == {"a.mp4": "added", "b.mp4": "added"}
    assert report.waiting == 2
    assert isinstance(report.waiting_for, LibraryLocked)
    assert report.to_json()["waiting_for_index"] == 2
    taken.release()
    assert len(titles(library, "red")) == 2


def test_one_library_indexes_once_at_a_time_in_any_thread(
    library: Library, folder: Path, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(footage.library, "INDEX_WAIT", 0.1)
    make("a.mp4")
    refused = []

    class Meddling(Observer):
        def planned(self, _plan: Plan) -> None:
            def meddle() -> None:
                try:
                    library.reindex()
                except LibraryLocked as error:
                    refused.append(error)

            thread = threading.Thread(target=meddle)
            thread.start()
            thread.join()

    library.add(folder, observer=Meddling())
    assert len(refused) == 1


# What is told on the way


class Listening(Observer):
    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def planned(self, plan: Plan) -> None:
        names = [file.path.name for file in plan.files]
        self.told.append(("planned", plan.unchanged, names))

    def progressed(self, path: Path, _seconds: float) -> None:
        self.told.append(("progressed", path.name))

    def finished(self, outcome: Outcome) -> None:
        self.told.append(("finished", outcome.path.name, outcome.kind))


def test_an_observer_hears_of_every_file(library: Library, folder: Path, make: Maker) -> None:
    make("a.mp4")
    library.add(folder)
    make("b.mp4", "blue")
    listening = Listening()
    library.add(folder, observer=listening)
    assert listening.told[0] == ("planned", 1, ["b.mp4"])
    assert ("progressed", "b.mp4") in listening.told
    assert listening.told[-1] == ("finished", "b.mp4", Kind.ADDED)


def test_a_report_adds_up(library: Library, folder: Path, make: Maker) -> None:
    make("a.mp4", "red", "blue", seconds=6)
    empty(folder / "b.mp4")
    report = library.add(folder)
    assert report.video_seconds == pytest.approx(6, abs=0.2)
    shape = report.to_json()
    assert list(shape) == [
        *("files", "skipped", "not_video", "hidden", "elapsed", "video_seconds"),
        *("waiting_for_index", "lines", "readings", "matches"),
    ]
    good, bad = shape["files"]
    assert list(good) == [
        *("path", "url", "outcome", "video_id", "duration", "segments", "damage", "error"),
    ]
    assert (good["path"], good["url"]) == (str(folder / "a.mp4"), None)
    assert (good["outcome"], good["segments"], good["error"]) == ("added", 2, None)
    assert bad["outcome"] == "failed"
    assert list(bad["error"]) == ["code", "message", "remedy"]
