"""Another space grows while the old one is searched; one switch, and a way back until finished."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from colours import ColourEmbedder
from houses import Run
from numpy.typing import NDArray
from typer.testing import CliRunner
from videos import make_video

import footage
import footage.cli.migrate
from footage import EmbedderBroken, Library, UsageError
from footage.cli.app import app
from footage.doctor import Check, Status, examine_library
from footage.embedder import Vector, Vectors
from footage.ingest.report import IngestInterrupted, Kind, Observer, Outcome
from footage.settings import LibrarySettings, Sampling

COLOURS = ("red", "green", "blue")


class OtherEmbedder(ColourEmbedder):
    """The same colours in another space: every vector is turned round."""

    def __init__(self, sampling: Sampling | None = None) -> None:
        super().__init__(sampling, version="2")

    def embed_images(self, images: NDArray[np.uint8]) -> Vectors:
        return -super().embed_images(images)

    def encode_text(self, text: str) -> Vector:
        return -super().encode_text(text)


class Confused(OtherEmbedder):
    """Every query is the same to it."""

    def encode_text(self, text: str) -> Vector:
        return super().encode_text(text[:0])


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    folder = tmp_path / "videos"
    folder.mkdir()
    for colour in COLOURS:
        make_video(folder / f"{colour}.mp4", seconds=3, shots=[colour])
    return folder


@pytest.fixture
def library(tmp_path: Path, videos: Path) -> Iterator[Library]:
    with footage.open(tmp_path / "my.library", embedder=ColourEmbedder()) as library:
        assert not library.add(videos).failed
        yield library


def first(library: Library, query: str) -> str:
    return library.search(query)[0].title


def test_search_goes_on_and_then_switches(library: Library, tmp_path: Path) -> None:
    seen = []

    class Searching(Observer):
        def finished(self, outcome: Outcome) -> None:
            with footage.open(tmp_path / "my.library", embedder=ColourEmbedder()) as other:
                seen.append((outcome.kind, other.search("green")[0].title))

    report = library.migrate(OtherEmbedder(), observer=Searching())
    assert report.switched
    assert (report.videos, report.lacking) == (3, [])
    assert seen == [(Kind.ADDED, "green")] * 3
    assert library.embedder.fingerprint.version == "2"
    assert [first(library, colour) for colour in COLOURS] == list(COLOURS)


def test_stopped_halfway_it_goes_on(library: Library) -> None:
    class Stop(Observer):
        def finished(self, outcome: Outcome) -> None:
            raise KeyboardInterrupt(outcome.path)

    target = OtherEmbedder()
    with pytest.raises(IngestInterrupted):
        library.migrate(target, observer=Stop())
    assert library.embedder.fingerprint.version == "1"
    assert first(library, "blue") == "blue"
    with pytest.raises(UsageError, match="not complete"):
        library.finish()
    plan = library.plan_migration(target)
    assert plan.done >= 1
    assert plan.done + len(plan.files) == 3
    report = library.migrate(target)
    assert len(report.embedded.of(Kind.ADDED)) == len(plan.files)
    assert report.switched


@pytest.mark.slow
def test_rollback_then_again_embeds_nothing(library: Library) -> None:
    library.migrate(OtherEmbedder())
    assert library.rollback(ColourEmbedder()) == []
    assert library.embedder.fingerprint.version == "1"
    assert first(library, "red") == "red"
    again = OtherEmbedder()
    assert library.migrate(again).switched
    assert again.embedded == 0


def test_rollback_tells_what_was_added_and_forgets_what_was_removed(
    library: Library, videos: Path
) -> None:
    library.migrate(OtherEmbedder())
    added = make_video(videos / "white.mp4", seconds=3, shots=["white"])
    library.add(added)
    library.remove(videos / "red.mp4")
    assert [video.title for video in library.rollback(ColourEmbedder())] == ["white"]
    assert {moment.title for moment in library.search("red")} == {"green", "blue"}
    library.add(added)
    assert library.lacking() == []


def test_finish_deletes_the_old_space_alone(library: Library) -> None:
    old = library.embedder.fingerprint
    library.migrate(OtherEmbedder())
    library.finish()
    assert library.archive.fingerprints() == [library.embedder.fingerprint] != [old]
    assert LibrarySettings.load(library.folder).beside is None
    assert first(library, "green") == "green"
    with pytest.raises(UsageError, match="no migration to go back from"):
        library.rollback(ColourEmbedder())
    with pytest.raises(UsageError, match="no migration"):
        library.finish()


def test_an_unfinished_one_can_be_given_up(library: Library, videos: Path) -> None:
    (videos / "red.mp4").rename(videos / "elsewhere.mp4")
    report = library.migrate(OtherEmbedder())
    assert not report.switched
    assert [video.title for video in report.lacking] == ["red"]
    assert first(library, "red") == "red"
    with pytest.raises(UsageError, match=r"to colours .* is not complete; .*--abandon"):
        library.migrate(ColourEmbedder(version="3"))
    library.finish(abandon=True)
    assert len(library.archive.fingerprints()) == 1
    assert first(library, "red") == "red"


@pytest.mark.slow
def test_doctor_says_what_is_beside(library: Library, videos: Path) -> None:
    def migration() -> list[Check]:
        return [check for check in examine_library(library) if check.name == "migration"]

    assert migration() == []
    (videos / "red.mp4").rename(videos / "elsewhere")
    library.migrate(OtherEmbedder())
    assert [check.status for check in migration()] == [Status.WARNING]
    (videos / "elsewhere").rename(videos / "red.mp4")
    library.migrate(OtherEmbedder())
    assert [check.status for check in migration()] == [Status.OK]


def test_what_a_backup_left_out_is_not_gone_back_to(library: Library) -> None:
    old = library.embedder.fingerprint
    library.migrate(OtherEmbedder())
    library.archive.delete_space(old.id)
    with pytest.raises(UsageError, match="not here"):
        library.rollback(ColourEmbedder())
    assert first(library, "red") == "red"


def test_what_the_archive_lost_is_embedded_again(library: Library, videos: Path) -> None:
    (videos / "red.mp4").rename(videos / "elsewhere")
    target = OtherEmbedder()
    library.migrate(target)
    library.archive.delete_space(target.fingerprint.id)
    (videos / "elsewhere").rename(videos / "red.mp4")
    report = library.migrate(target)
    assert report.switched
    assert len(report.embedded.of(Kind.ADDED)) == 3


def test_without_failed_switches_all_the_same(library: Library, videos: Path) -> None:
    (videos / "red.mp4").unlink()
    report = library.migrate(OtherEmbedder(), without_failed=True)
    assert report.switched
    assert report.videos == 2
    assert {moment.title for moment in library.search("red")} == {"green", "blue"}


def test_a_broken_model_embeds_nothing_and_answers_nothing(library: Library) -> None:
    broken = Confused()
    with pytest.raises(EmbedderBroken, match="self-test"):
        library.migrate(broken)
    assert broken.embedded == 0
    assert first(library, "green") == "green"


def test_a_broken_model_is_not_searched(library: Library, tmp_path: Path) -> None:
    library.migrate(OtherEmbedder())
    with (
        footage.open(tmp_path / "my.library", embedder=Confused()) as opened,
        pytest.raises(EmbedderBroken, match="self-test"),
    ):
        opened.search("green")


def test_the_same_space_is_refused(library: Library) -> None:
    with pytest.raises(UsageError, match="already"):
        library.migrate(ColourEmbedder())


def test_from_the_command_line(tmp_path: Path, videos: Path) -> None:
    folder = str(tmp_path / "cli.library")
    run = CliRunner()

    def footage_(*words: str) -> str:
        result = run.invoke(app, [*words, "--library", folder])
        assert result.exit_code == 0, result.output
        return result.output

    footage_("index", str(videos), "--quiet")
    with footage.open(folder) as library:  # stays open while another process migrates
        before = library.segments(videos / "red.mp4")
        assert "3 videos to embed" in footage_("migrate", "--fps", "2", "--dry-run")
        assert "--rollback" in footage_("migrate", "--fps", "2", "--segment-length", "0.5-1")
        assert library.search("red").found
        assert len(library.segments(videos / "red.mp4")) > len(before)
        assert all(segment.thumbnail for segment in library.segments(videos / "red.mp4"))
    back = footage_("migrate", "--rollback")
    assert "searched with lite (1 fps, segments of 1-15 s) again" in back
    assert "lite (2 fps, segments of 0.5-1 s) is kept" in back
    with footage.open(folder) as library:
        assert library.segments(videos / "red.mp4") == before
    assert "2 fps" in footage_("migrate", "--abandon", "--yes")


@pytest.fixture
def migrated(tmp_path: Path, videos: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of lite, made at 4 fps and migrated to segments of 2 to 6 seconds."""
    folder = tmp_path / "cli.library"
    monkeypatch.setenv("FOOTAGE_LIBRARY", str(folder))
    assert run("index", videos, "--fps", "4").code == 0
    moved = run("migrate", "--segment-length", "2-6")
    assert moved.code == 0, moved.err
    assert "from lite (4 fps, segments of 1-15 s) to lite (4 fps, segments of 2-6 s)" in moved.err
    return folder


@pytest.mark.slow
def test_what_is_not_named_stays(migrated: Path, run: Run) -> None:
    assert LibrarySettings.load(migrated).sampling == Sampling(fps=4, shortest=2, longest=6)
    run("migrate", "--finish", "--yes")
    plan = run("migrate", "--fps", "6", "--dry-run")
    assert "to lite (6 fps, segments of 2-6 s)" in plan.out


@pytest.mark.slow
def test_a_rollback_is_made_once(migrated: Path, run: Run) -> None:
    assert run("migrate", "--rollback", "--dry-run").code == 2
    assert LibrarySettings.load(migrated).sampling.longest == 6
    assert run("migrate", "--rollback").code == 0
    again = run("migrate", "--rollback")
    assert again.code == 2
    assert "is searched with lite (4 fps, segments of 1-15 s)" in again.err
    assert "`footage migrate` goes on to lite (4 fps, segments of 2-6 s)" in again.err
    assert LibrarySettings.load(migrated).sampling == Sampling(fps=4)


@pytest.mark.slow
def test_finishing_keeps_what_was_taken_back(migrated: Path, run: Run) -> None:
    run("migrate", "--rollback")
    refused = run("migrate", "--finish", "--yes")
    assert refused.code == 2
    assert "search is with lite (4 fps, segments of 1-15 s)" in refused.err
    with footage.open(migrated) as library:
        assert len(library.archive.fingerprints()) == 2
    forward = run("migrate", "--json")
    assert forward.code == 0, forward.err
    assert (forward.json["switched"], forward.json["index"]["files"]) == (True, [])
    assert "deleted: lite (4 fps, segments of 1-15 s)" in run("migrate", "--finish", "--yes").out


@pytest.mark.slow
def test_what_is_deleted_is_named(
    migrated: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(footage.cli.migrate, "confirm", lambda question, _: asked.append(question))
    assert run("migrate", "--finish").code == 0
    assert asked == [
        "Delete the vectors of lite (4 fps, segments of 1-15 s), for good? Search stays with "
        "lite (4 fps, segments of 2-6 s)."
    ]


@pytest.mark.slow
def test_one_that_was_begun_goes_on_without_options(
    tmp_path: Path, videos: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTAGE_LIBRARY", str(tmp_path / "cli.library"))
    run("index", videos)
    assert "no migration to go on with" in run("migrate").err
    (videos / "red.mp4").rename(videos / "elsewhere")
    assert run("migrate", "--fps", "2").code == 1
    other = run("migrate", "--fps", "8")
    assert other.code == 2
    assert "to lite (2 fps, segments of 1-15 s) is not complete; `footage migrate`" in other.err
    (videos / "elsewhere").rename(videos / "red.mp4")
    gone_on = run("migrate")
    assert gone_on.code == 0, gone_on.err
    assert "searched with lite (2 fps" in gone_on.out
    third = run("migrate", "--fps", "8")
    assert "lite (1 fps, segments of 1-15 s), which were searched before" in third.err


def test_a_plan_says_what_would_fail(library: Library, videos: Path) -> None:
    (videos / "red.mp4").write_bytes(b"")
    plan = library.plan_migration(OtherEmbedder())
    assert sorted(path.stem for path in plan.files if isinstance(path, Path)) == ["blue", "green"]
    assert [outcome.path for outcome in plan.run.failed] == [videos / "red.mp4"]
    assert plan.duration == pytest.approx(6, abs=0.1)
    assert len(plan.to_json()["failed"]) == 1


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_again_and_again_it_answers_and_ends(tmp_path: Path, videos: Path) -> None:
    folder = tmp_path / "killed.library"
    with footage.open(folder) as library:
        library.add(videos)
    start = "from footage.cli.app import main; main()"
    program = [sys.executable, "-c", start, "migrate", "--fps", "30", "--library", str(folder)]
    patience = 1.0
    while True:
        process = subprocess.Popen([*program, "--quiet"])
        try:
            assert process.wait(patience) == 0
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        patience *= 1.2
        with footage.open(folder) as library:
            assert {moment.title for moment in library.search("a red wall")} == set(COLOURS)
            if library.settings.sampling.fps == 30:
                break  # killed after its last step
    assert patience > 1.0, "it was never killed"
    with footage.open(folder) as library:
        assert library.settings.sampling.fps == 30
        assert library.differing() == []
        assert len(library.catalog.embedded()) == 3
        library.finish()
        assert len(library.archive.fingerprints()) == 1
