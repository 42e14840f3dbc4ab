"""What is said and written in videos is read after they are indexed, kept, and searchable."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from colours import ColourEmbedder
from houses import House
from videos import make_video

import footage
from footage import catalog_file
from footage.doctor import Status, examine_library
from footage.embedder import VideoFile
from footage.errors import ArchiveDamaged, NotFound, ReaderBroken, UsageError
from footage.ingest.report import Observer, ReadingOutcome, ToRead
from footage.reader import Line, Reader, ReaderFingerprint, Reading
from footage.repair import repair

pytestmark = pytest.mark.usefixtures("subtitles_only")
Run = Callable[..., Any]
SRT = """1
00:00:00,500 --> 00:00:01,500
Where is the dog?

2
00:00:02,000 --> 00:00:03,000
In the lake.
"""


class FakeReader(Reader):
    """Finds the name of the file, or raises; counts how often it was asked."""

    def __init__(self, name: str = "fake", version: str = "1") -> None:
        self.fingerprint = ReaderFingerprint(name, version)
        self.asked: list[str] = []
        self.error: Exception | None = None

    def read(self, video: VideoFile, *, on_progress: Callable[[float], None]) -> Reading:
        self.asked.append(video.path.stem)
        on_progress(1.0)
        if self.error is not None:
            raise self.error
        line = Line(0.0, 1.0, f"{self.fingerprint.name} {video.path.stem} here", 0.9, "en")
        return Reading(self.fingerprint, (line,), "audio track 1")


@pytest.fixture
def film(folder: Path) -> Path:
    (folder / "film.srt").write_text(SRT, "utf-8")
    return make_video(folder / "film.mp4", seconds=4, shots=["red"])


@pytest.fixture
def mute(folder: Path) -> Path:
    return make_video(folder / "mute.mp4", seconds=5, shots=["blue"])


def open_(tmp_path: Path, **readers: Reader) -> footage.Library:
    return footage.open(tmp_path / "my.library", embedder=ColourEmbedder(), readers=readers)


def texts(library: footage.Library, words: str, modality: str = "speech") -> list[str]:
    hits = library.texts.words(words, modality=modality)
    return [f"{library.video(hit.video_id).title}: {hit.text}" for hit in hits]


def rows(library: footage.Library) -> dict[tuple[str, str], tuple[str, int, str | None]]:
    return {
        (library.video(video_id).title, modality): (
            entry.reader.split("-")[0],
            entry.lines,
            entry.error,
        )
        for (video_id, modality), entry in library.text_store.log.entries().items()
    }


def test_subtitles_are_read_stored_and_found(
    library: footage.Library, folder: Path, film: Path, mute: Path
) -> None:
    report = library.add(folder)
    assert [(each.path, each.lines) for each in report.readings] == [(film, 2), (mute, 0)]
    assert (report.lines, report.unread) == (2, [])
    assert [line.text for line in library.transcript(film).lines] == [
        "Where is the dog?",
        "In the lake.",
    ]
    assert library.transcript(film).source == "film.srt"
    assert texts(library, "dogs") == ["film: Where is the dog?"]
    vector = library.text_store.sentences.encode(["a pet in the water"])[0]
    (hit,) = library.texts.meaning(vector, modality="speech")
    assert (hit.start, hit.end) == (0.5, 3.0)
    assert library.transcript(mute).lines == ()
    assert rows(library) == {
        ("film", "speech"): ("subtitles", 2, None),
        ("mute", "speech"): ("subtitles", 0, None),
    }
    assert library.disk_use()["readings"] > 0
    assert library.disk_use()["texts"] > 0


def test_what_was_read_is_not_read_again_and_no_file_is_opened(
    library: footage.Library, folder: Path, film: Path, mute: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(folder)

    def refuse(*_: object) -> None:
        raise AssertionError("a file was opened")

    monkeypatch.setattr("footage.ingest.reading.probe", refuse)
    monkeypatch.setattr("footage.readings.zipfile.ZipFile", refuse)
    assert library.add(folder).readings == []


def test_without_reading_nothing_is_read(
    library: footage.Library, folder: Path, film: Path
) -> None:
    assert library.add(folder, read=False).readings == []
    assert rows(library) == {}
    with pytest.raises(NotFound, match=r"was not read yet.*footage index"):
        library.transcript(film)
    assert len(library.add(folder).readings) == 1


def test_a_subtitle_file_put_beside_a_video_is_read(
    library: footage.Library, folder: Path, mute: Path
) -> None:
    library.add(folder)
    (folder / "mute.en.srt").write_text(SRT, "utf-8")
    assert library.add(folder).lines == 2
    (folder / "mute.en.srt").write_text(SRT.replace("lake", "river"), "utf-8")
    assert library.add(folder).lines == 2
    assert texts(library, "river") == ["mute: In the river."]
    assert texts(library, "lake") == []
    (folder / "another.srt").write_text(SRT, "utf-8")
    assert library.add(folder).readings == []
    (folder / "mute.en.srt").unlink()
    assert [each.lines for each in library.add(folder).readings] == [0]
    assert texts(library, "river") == []


def test_a_copy_without_subtitles_does_not_undo_those_of_another(
    library: footage.Library, folder: Path, film: Path
) -> None:
    library.add(folder)
    other = folder.parent / "other"
    other.mkdir()
    shutil.copyfile(film, other / "copy.mp4")
    assert library.add(other).readings == []
    assert len(library.transcript(film).lines) == 2


def test_own_readers_are_asked_where_there_are_no_subtitles(
    tmp_path: Path, folder: Path, film: Path, mute: Path
) -> None:
    speech, screen = FakeReader("mine"), FakeReader("eyes")
    with open_(tmp_path, speech=speech, screen=screen) as library:
        library.add(folder)
        assert speech.asked == ["mute"]
        assert sorted(screen.asked) == ["film", "mute"]
        assert texts(library, "mute here") == ["mute: mine mute here"]
        assert len(texts(library, "eyes", "screen")) == 2
        assert library.transcript(film, "screen").lines[0].text == "eyes film here"
        assert library.add(folder).readings == []
    speech = FakeReader("mine", "2")
    with open_(tmp_path, speech=speech) as library:
        assert [each.path for each in library.add(folder).readings] == [mute]


def test_a_speech_reader_that_comes_later_reads_what_had_nothing(
    tmp_path: Path, folder: Path, film: Path, mute: Path
) -> None:
    with open_(tmp_path) as library:
        library.add(folder)
    with open_(tmp_path, speech=FakeReader()) as library:
        assert [each.path for each in library.add(folder).readings] == [mute]


@pytest.mark.parametrize(
    ("error", "told"),
    [(ReaderBroken("the model is gone"), "the model is gone"), (ZeroDivisionError(), "unforeseen")],
)
def test_a_failure_is_recorded_stops_nothing_and_is_tried_again(
    tmp_path: Path, film: Path, mute: Path, error: Exception, told: str
) -> None:
    folder, reader = film.parent, FakeReader()
    reader.error = error
    with open_(tmp_path, speech=reader) as library:
        report = library.add(folder)
        assert not report.failed
        assert [each.path for each in report.unread] == [mute]
        assert report.lines == 2
        assert report.to_json()["readings"][1]["error"]["message"]
        with pytest.raises(NotFound, match=told):
            library.transcript(mute)
        reader.error = None
        assert library.add(folder).lines == 1
        assert rows(library)["mute", "speech"] == ("fake", 1, None)
        assert library.transcript(mute).lines


def test_a_failure_leaves_an_earlier_reading(tmp_path: Path, folder: Path, mute: Path) -> None:
    with open_(tmp_path, speech=FakeReader("fake", "1")) as library:
        library.add(folder)
    broken = FakeReader("fake", "2")
    broken.error = ReaderBroken("it is broken")
    with open_(tmp_path, speech=broken) as library:
        assert len(library.add(folder).unread) == 1
        assert library.transcript(mute).fingerprint.version == "1"
        assert texts(library, "here") == ["mute: fake mute here"]


def test_a_missing_or_damaged_index_is_made_of_the_readings(
    tmp_path: Path, folder: Path, film: Path
) -> None:
    with open_(tmp_path) as library:
        library.add(folder)
    path = tmp_path / "my.library" / "texts.sqlite"
    for damage in (path.unlink, lambda: path.write_bytes(b"nothing" * 999)):
        damage()
        with open_(tmp_path) as library:
            assert texts(library, "dog") == ["film: Where is the dog?"]


def test_a_damaged_reading_is_read_again(
    library: footage.Library, tmp_path: Path, folder: Path, film: Path
) -> None:
    library.add(folder)
    video_id = library.video(film).video_id
    path = library.text_store.readings.path(video_id, "speech")
    path.write_bytes(b"nothing")
    with pytest.raises(ArchiveDamaged):
        library.transcript(film)
    library.close()
    (tmp_path / "my.library" / "texts.sqlite").unlink()
    with open_(tmp_path) as again:
        assert texts(again, "dog") == []
        assert len(again.add(folder).readings) == 1
        assert texts(again, "dog") == ["film: Where is the dog?"]


def test_removing_and_pruning_forget_what_was_read(
    library: footage.Library, folder: Path, film: Path, mute: Path
) -> None:
    library.add(folder)
    library.remove(film)
    assert texts(library, "dog") == []
    assert set(rows(library)) == {("mute", "speech")}
    assert len(list(library.folder.glob("readings/*/*.zip"))) == 1
    library.restore("film")
    assert texts(library, "dog") == ["film: Where is the dog?"]
    film.unlink()
    assert library.prune().freed > 0
    assert texts(library, "dog") == []
    assert len(list(library.folder.glob("readings/*/*.zip"))) == 1


def test_another_embedder_keeps_what_was_read(tmp_path: Path, folder: Path, film: Path) -> None:
    with open_(tmp_path, speech=FakeReader()) as library:
        library.add(folder)
        before = library.text_store.log.entries()
        library.migrate(ColourEmbedder(footage.Sampling(fps=2.0)))
        assert library.text_store.log.entries() == before
        assert library.add(folder).readings == []
        assert texts(library, "dog") == ["film: Where is the dog?"]


def test_a_backup_holds_the_readings(tmp_path: Path, folder: Path, film: Path) -> None:
    from footage.backup import backup, restore

    with open_(tmp_path) as library:
        library.add(folder)
        backup(library, tmp_path / "kept.footage")
    restore(tmp_path / "kept.footage", tmp_path / "restored.library")
    with footage.open(tmp_path / "restored.library", embedder=ColourEmbedder()) as library:
        assert len(library.transcript("film").lines) == 2
        assert texts(library, "dog") == ["film: Where is the dog?"]
        assert library.add(folder).readings == []


def test_a_repair_brings_readings_back_and_sets_damaged_ones_aside(
    tmp_path: Path, folder: Path, film: Path, mute: Path
) -> None:
    with open_(tmp_path) as library:
        library.add(folder)
        damaged = library.text_store.readings.path(library.video(mute).video_id, "speech")
    damaged.write_bytes(b"nothing")
    shutil.rmtree(tmp_path / "my.library" / "copies")
    for path in (tmp_path / "my.library").glob("catalog.sqlite*"):
        path.unlink()
    done = [one.part for one in repair(tmp_path / "my.library", embedder=ColourEmbedder())]
    assert done.count("readings") == 2
    with open_(tmp_path) as library:
        assert rows(library) == {("film", "speech"): ("subtitles", 2, None)}
        assert texts(library, "dog") == ["film: Where is the dog?"]
        assert [one.path for one in library.add(folder).readings if one.lines == 0] == [mute]


def test_a_library_of_format_4_is_brought_up_to_date(own_house: House, folder: Path) -> None:
    with closing(sqlite3.connect(own_house.library / "catalog.sqlite")) as db:
        db.execute("DROP TABLE readings")
        for later in ("matches", "deliveries", "owed", "arrivals", "watches", "searches"):
            db.execute(f"DROP TABLE {later}")
        db.execute("PRAGMA user_version = 4")
        db.commit()
    with own_house.open() as library:
        assert rows(library) == {}
        library.add(own_house.videos)
        assert {row[:2] for row in rows(library).values()} == {("subtitles", 0)}
    with closing(sqlite3.connect(own_house.library / "catalog.sqlite")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(catalog_file.MIGRATIONS),)


def test_what_is_going_on_is_told(tmp_path: Path, folder: Path, film: Path, mute: Path) -> None:
    class Watching(Observer):
        def __init__(self) -> None:
            self.todo: list[ToRead] = []
            self.done: list[ReadingOutcome] = []
            self.reached: dict[tuple[str, str], float] = {}

        def reading_planned(self, todo: Any) -> None:
            self.todo.extend(todo)

        def reading_progressed(self, path: Any, modality: str, seconds: float) -> None:
            self.reached[path.stem, modality] = seconds

        def reading_finished(self, outcome: ReadingOutcome) -> None:
            self.done.append(outcome)

    watching = Watching()
    with open_(tmp_path, speech=FakeReader()) as library:
        library.add(folder, observer=watching)
    assert {(each.path, each.modality, round(each.seconds)) for each in watching.todo} == {
        (film, "speech", 4),
        (mute, "speech", 5),
    }
    assert len(watching.done) == 2
    assert watching.reached["mute", "speech"] == 1.0


def test_an_interruption_keeps_what_was_read(
    tmp_path: Path, folder: Path, film: Path, mute: Path
) -> None:
    class Impatient(Observer):
        def reading_finished(self, _outcome: ReadingOutcome) -> None:
            raise KeyboardInterrupt

    with open_(tmp_path) as library:
        with pytest.raises(footage.IngestInterrupted) as stopped:
            library.add(folder, observer=Impatient())
        assert len(stopped.value.report.outcomes) == 2
        assert 1 <= len(rows(library)) <= 2
        library.add(folder)
        assert len(rows(library)) == 2


def test_readers_of_another_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="smell"):
        open_(tmp_path, smell=FakeReader())
    with pytest.raises(UsageError, match="cannot be the reader"):
        open_(tmp_path, speech="whisper")  # type: ignore[arg-type]


def test_the_doctor_tells_how_far_it_is(library: footage.Library, folder: Path, film: Path) -> None:
    library.add(folder, read=False)

    def check() -> tuple[Status, str, str]:
        (found,) = (each for each in examine_library(library) if each.name == "readers")
        return found.status, found.detail, found.remedy

    status, detail, remedy = check()
    assert status is Status.WARNING
    assert "speech of 0 videos read" in detail
    assert "1 not read yet, 0 failed" in detail
    assert "`footage index` on their folders reads them" in remedy
    library.add(folder)
    status, detail, remedy = check()
    assert "speech of 1 videos read" in detail
    assert "footage index" not in remedy


def test_the_program_reads_shows_and_uses_it(run: Run, tmp_path: Path, film: Path) -> None:
    where = ("--library", tmp_path / "cli.library")
    skipped = run("index", "--no-read", film, *where, "--json")
    assert skipped.json["readings"] == []
    done = run("index", film, *where)
    assert done.code == 0, done.err
    assert "read 2 lines of subtitles in 1 video" in done.out
    assert "not video" not in done.out
    assert "sound" not in done.out
    told = run("index", film, *where, "--json").json
    assert (told["lines"], told["readings"]) == (0, [])
    assert "2 lines of film.srt" in run("show", "film", *where).out
    readings = run("show", "film", *where, "--json").json["readings"]
    (entry,) = (one for one in readings if one["modality"] == "speech")
    assert (entry["lines"], entry["error"]) == (2, None)
    assert "In the lake." in run("transcript", "film", *where).out
    film.with_suffix(".srt").unlink()
    assert "In the lake." in run("transcript", "film", *where).out
    refused = run("transcript", "film", "--screen", *where)
    assert refused.code != 0


def test_a_file_whose_subtitles_changed_is_read_anew(run: Run, tmp_path: Path, film: Path) -> None:
    where = ("--library", tmp_path / "cli.library")
    run("index", film, *where)
    film.with_suffix(".srt").write_text(SRT.replace("lake", "river"), "utf-8")
    shown = run("transcript", film, *where)
    assert "In the river." in shown.out
    assert json.loads(run("transcript", film, *where, "--json").out)["source"] == "film.srt"


def test_the_program_says_what_it_cannot_read(run: Run, tmp_path: Path, film: Path) -> None:
    where = ("--library", tmp_path / "cli.library")
    make_video(film.with_name("loud.mp4"), seconds=2, shots=["blue"], audio=True)
    make_video(film.with_name("silent.mp4"), seconds=2, shots=["green"])
    film.with_name("other.srt").write_text(SRT, "utf-8")
    done = run("index", film.parent, *where)
    assert "3 indexed, 1 not video" in done.out
    assert "read 2 lines of subtitles in 1 of 3 videos" in done.out
    deaf = "1 video has sound that nothing here can listen to: `pip install '.[speech]'`"
    assert deaf in done.out
    assert "written in the picture: `pip install '.[ocr]'`" in done.out
    assert "listen" not in run("index", film.parent, *where).out


def test_what_no_reader_can_read_is_an_error_alone(run: Run, tmp_path: Path, folder: Path) -> None:
    where = ("--library", tmp_path / "cli.library")
    loud = make_video(folder / "loud.mp4", seconds=2, shots=["blue"], audio=True)
    run("index", "--no-read", loud, *where)
    refused = run("transcript", "loud", *where)
    assert refused.code != 0
    assert (".[speech]" in refused.err, "note:" in refused.err) == (True, False)
    loud.with_suffix(".srt").write_text(SRT, "utf-8")
    assert "`footage index` on its folder reads it" in run("transcript", "loud", *where).err
