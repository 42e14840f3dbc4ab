"""`footage transcript`: subtitles printed and written; what is not installed is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from colours import ColourEmbedder
from videos import make_video

import footage
import footage.library
from footage import readers
from footage.embedder import VideoFile
from footage.reader import Line, Reader, ReaderFingerprint, Reading
from footage.readers import reader_set, speech
from footage.readers.needs import Status

Run = Callable[..., Any]
SRT = """1
00:00:00,500 --> 00:00:01,500
Where is <i>the dog</i>?

2
00:00:02,000 --> 00:00:03,000
In the lake.
"""


@pytest.fixture
def film(folder: Path) -> Path:
    (folder / "film.srt").write_text(SRT, "utf-8")
    return make_video(folder / "film.mp4", seconds=4)


def test_subtitles_are_printed_with_their_times(run: Run, film: Path) -> None:
    shown = run("transcript", film)
    assert shown.code == 0, shown.err
    assert [line.split(maxsplit=1) for line in shown.out.splitlines()] == [
        ["0:00", "Where is the dog?"],
        ["0:02", "In the lake."],
    ]


def test_json_says_where_they_are_from(run: Run, film: Path) -> None:
    told = run("transcript", "--json", film).json
    assert (told["reader"], told["source"]) == ("subtitles", "film.srt")
    assert told["lines"][1]["text"] == "In the lake."
    assert told["lines"][1]["start"] == 2.0


@pytest.mark.parametrize("suffix", ["txt", "srt", "vtt"])
def test_they_are_written_to_a_file(suffix: str, run: Run, film: Path, tmp_path: Path) -> None:
    target = tmp_path / f"out.{suffix}"
    shown = run("transcript", film, "-o", target)
    assert shown.code == 0, shown.err
    assert "2 lines in" in shown.out
    assert "In the lake." in target.read_text("utf-8")


def test_a_format_that_there_is_not_is_refused_before_anything_is_read(
    run: Run, film: Path, tmp_path: Path
) -> None:
    refused = run("transcript", film, "-o", tmp_path / "out.docx")
    assert refused.code == 2
    assert ".txt, .srt or .vtt" in refused.err


def test_what_nobody_here_can_hear_is_not_said_to_be_silent(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = Status("speech", usable=False, reason="ears are not installed", remedy="`install`")
    monkeypatch.setattr(speech, "status", lambda: lacking)
    film = make_video(folder / "loud.mp4", audio=True)
    at = ("--library", tmp_path / "own.library")
    with footage.open(at[1], embedder=ColourEmbedder()) as library:
        library.add(film)
        video = library.videos()[0].video_id
    monkeypatch.setattr(
        footage.library, "open_embedder", lambda _name, sampling: ColourEmbedder(sampling)
    )
    for asked in (film, video):
        refused = run("transcript", asked, *at)
        assert (refused.code, refused.out) == (1, "")
        assert "ears are not installed; `install`" in refused.err
    assert "not read: ears are not installed" in " ".join(run("show", video, *at).out.split())


def test_what_was_not_read_yet_is_read_now_and_said(
    run: Run,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    colours_instead_of_lite: None,
) -> None:
    """As where the reader was installed since."""

    class Ears(Reader):
        fingerprint = ReaderFingerprint("ears", "1")

        def read(self, video: VideoFile, *, on_progress: Callable[[float], None]) -> Reading:
            on_progress(video.info.duration)
            return Reading(self.fingerprint, (Line(0.0, 1.0, "heard"),), "audio track 1")

    film = make_video(folder / "loud.mp4", audio=True)
    at = ("--library", tmp_path / "own.library")
    lacking = Status("speech", usable=False, reason="none", remedy="`install`")
    with monkeypatch.context() as before:
        before.setattr(speech, "status", lambda: lacking)
        before.setattr(reader_set, "_installed", lambda _name: None)
        with footage.open(at[1], embedder=ColourEmbedder()) as library:
            library.add(film)
    monkeypatch.setattr(speech, "status", lambda: Status("speech", usable=True))
    known = readers.open_reader
    monkeypatch.setattr(
        readers, "open_reader", lambda name: Ears() if name == speech.NAME else known(name)
    )
    assert "not read yet; `footage index`" in " ".join(run("show", "loud", *at).out.split())
    told = run("transcript", "loud", *at)
    assert "heard" in told.out
    assert "loud was not read yet; `footage index`" in told.err.replace("\n", " ")
    film.unlink()
    gone = run("transcript", "loud", *at)
    assert (gone.code, gone.out) == (2, "")
    assert "loud was not read yet; `footage index`" in gone.err.replace("\n", " ")


def test_a_file_that_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    refused = run("transcript", tmp_path / "text.mp4")
    assert refused.code == 1
    assert "text.mp4" in refused.err
    assert refused.err.count("\n") == 1


@pytest.mark.usefixtures("subtitles_only")
def test_without_the_reader_of_the_screen_it_says_what_to_install(run: Run, film: Path) -> None:
    refused = run("transcript", "--screen", film)
    assert refused.code != 0
    assert "pip install '.[ocr]'" in refused.err


@pytest.mark.usefixtures("subtitles_only")
def test_without_the_reader_of_speech_it_says_what_to_install(run: Run, folder: Path) -> None:
    refused = run("transcript", make_video(folder / "mute.mp4", audio=True))
    assert refused.code != 0
    assert "pip install '.[speech]'" in refused.err
