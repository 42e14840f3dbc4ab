"""Which of a video's subtitles are read, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from av.stream import Disposition
from subtitled import Track, file_of, make_subtitled, video_file
from videos import make_video, truncated

from footage.reader import Line, Reading
from footage.readers.subtitles import SubtitleReader, files_beside

HELLO = [(1.0, 2.5, "Hello"), (3.0, 4.0, "World, {b} & more")]


def read(path: Path, *languages: str) -> Reading:
    return SubtitleReader(languages).read(video_file(path), on_progress=lambda _seconds: None)


def texts(path: Path, *languages: str) -> list[str]:
    return [line.text for line in read(path, *languages).lines]


def says(text: str, **how: object) -> Track:
    return Track([(1.0, 2.0, text)], **how)  # type: ignore[arg-type]


def beside(video: Path, name: str, text: str) -> Path:
    path = video.with_name(name)
    path.write_text(file_of(says(text, form="webvtt" if name.lower().endswith("vtt") else "srt")))
    return path


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return make_video(tmp_path / "clip.mp4", seconds=5)


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.mkv", "srt"), ("a.mkv", "ass"), ("a.mkv", "webvtt"), ("a.mp4", "mov_text"), ("a.mov", "mov_text")],
)  # fmt: skip
@pytest.mark.parametrize("start", [0.0, 7.0])
def test_streams(name: str, form: str, start: float, tmp_path: Path) -> None:
    track = Track(HELLO, form=form, language="eng")
    reading = read(make_subtitled(tmp_path / name, [track], start=start))
    second = "World, & more" if form == "ass" else "World, {b} & more"
    assert [(line.text, line.language) for line in reading.lines] == [
        ("Hello", "en"),
        (second, "en"),
    ]
    spans = [time for line in reading.lines for time in (line.start, line.end)]
    assert spans == pytest.approx([1.0, 2.5, 3.0, 4.0], abs=0.02)
    assert reading.source == "subtitle track 1"
    assert not reading.damage
    assert not reading.warnings


def test_a_video_without_any(video: Path) -> None:
    reading = read(video)
    assert (reading.lines, reading.source, reading.warnings) == ((), None, ())


@pytest.mark.parametrize(
    "name",
    ["clip.srt", "CLIP.SRT", "clip.vtt", "clip.en.srt", "clip.pt-BR.vtt", "clip.English.srt",
     "clip.mp4.srt", "clip.en.sdh.srt", "clip.default.srt"],
)  # fmt: skip
def test_files_beside_it(name: str, video: Path) -> None:
    path = beside(video, name, "Hello")
    reading = read(video)
    assert [line.text for line in reading.lines] == ["Hello"]
    assert reading.source == name
    assert files_beside(video) == [path]


@pytest.mark.parametrize(
    "name", ["clip2.srt", "clip.part2.srt", "other.srt", "clip.txt", "clip.en.de.srt", "aclip.srt"]
)
def test_files_of_other_videos(name: str, video: Path) -> None:
    beside(video, name, "Hello")
    assert read(video).lines == ()


def test_the_language_is_that_of_the_name(video: Path) -> None:
    beside(video, "clip.pt_BR.srt", "Olá")
    (line,) = read(video).lines
    assert line == Line(1.0, 2.0, "Olá", None, "pt-BR")


def tracks(*what: Track) -> Sequence[Track]:
    return what


@pytest.mark.parametrize(
    ("given", "languages", "chosen"),
    [
        (tracks(says("first"), says("second")), (), "first"),
        (tracks(says("first"), says("second", disposition=Disposition.default)), (), "second"),
        (tracks(says("en", language="eng"), says("de", language="ger")), ("de",), "de"),
        (tracks(says("en", language="eng"), says("de", language="ger")), ("fr", "de", "en"), "de"),
        (tracks(says("en", language="eng"), says("pt", language="por")), ("pt-BR",), "en"),
        (tracks(says("foreign", disposition=Disposition.forced | Disposition.default), says("all")), (), "all"),
        (tracks(says("foreign", title="English (Forced)"), says("all")), (), "all"),
        (tracks(says("a remark", title="Director's Commentary"), says("all")), (), "all"),
        (tracks(says("a remark", disposition=Disposition.comment), says("all")), (), "all"),
    ],
)  # fmt: skip
def test_one_of_several_streams(
    given: Sequence[Track], languages: Sequence[str], chosen: str, tmp_path: Path
) -> None:
    assert texts(make_subtitled(tmp_path / "a.mkv", given), *languages) == [chosen]


def test_a_file_is_preferred_to_a_stream_of_the_same_language(tmp_path: Path) -> None:
    inside = says("inside", language="eng", disposition=Disposition.default)
    video = make_subtitled(tmp_path / "clip.mkv", [inside, says("innen", language="ger")])
    beside(video, "clip.en.srt", "beside")
    assert texts(video) == ["beside"]
    assert texts(video, "de") == ["innen"]


def test_forced_subtitles_alone_are_no_transcript(video: Path) -> None:
    beside(video, "clip.en.forced.srt", "foreign words")
    reading = read(video)
    assert reading.lines == ()
    assert reading.warnings == ("clip.en.forced.srt is for foreign-language parts alone",)


def test_what_cannot_be_read_is_said_and_the_next_is_taken(tmp_path: Path) -> None:
    video = make_subtitled(tmp_path / "clip.mkv", [says("inside")])
    beside(video, "clip.srt", "x").write_bytes(b"\x00\x01 no subtitles at all")
    reading = read(video)
    assert [line.text for line in reading.lines] == ["inside"]
    (warning,) = reading.warnings
    assert warning.endswith("clip.srt holds no subtitles that could be read")


def test_lines_after_the_end_of_the_video_are_left_out(video: Path) -> None:
    text = file_of(Track([(1.0, 2.0, "Hello"), (4.0, 9.0, "Bye"), (60.0, 61.0, "Late")]))
    video.with_name("clip.srt").write_text(text)
    reading = read(video)
    assert [line.text for line in reading.lines] == ["Hello", "Bye"]
    assert reading.warnings == ("1 of 3 texts of clip.srt begin after the video's end",)


def test_pictures_of_text_are_said_to_be_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    make_subtitled(path, [says("Hello")])
    data = path.read_bytes()
    assert data.count(b"S_TEXT/UTF8") == 1
    path.write_bytes(data.replace(b"S_TEXT/UTF8", b"S_HDMV/PGS\0"))
    reading = read(path)
    assert reading.lines == ()
    assert reading.warnings == ("subtitle track 1 is made of pictures, which are not read",)


def test_of_a_video_cut_off_what_is_there_is_read(tmp_path: Path) -> None:
    many = Track([(float(second), second + 0.5, f"line {second}") for second in range(60)])
    path = make_subtitled(tmp_path / "a.mkv", [many], seconds=60)
    found = texts(truncated(path, 0.5))
    assert found == [f"line {second}" for second in range(len(found))]
    assert 5 < len(found) < 55


def test_a_file_with_a_name_that_is_no_text(tmp_path: Path) -> None:
    video = make_video(tmp_path / "caf\udce9.mp4", seconds=2)
    beside(video, "caf\udce9.en.srt", "Hello")
    reading = read(video)
    assert [line.text for line in reading.lines] == ["Hello"]
    assert reading.source == "caf\\udce9.en.srt"


def test_preferred_languages_are_part_of_the_fingerprint() -> None:
    assert SubtitleReader().fingerprint.options == {}
    assert SubtitleReader(["eng", "pt_BR"]).fingerprint.options == {"languages": "en,pt-BR"}
    assert SubtitleReader().fingerprint.id != SubtitleReader(["en"]).fingerprint.id
