"""Subtitle files as people have them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.errors import UnreadableMedia
from footage.readers.cues import Cue, decoded, file_cues, parsed, tidied

A = Cue(1.0, 2.0, "Hello")
B = Cue(3.0, 4.5, "World")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain", "1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:03,000 --> 00:00:04,500\nWorld\n"),
        ("DOS", "1\r\n00:00:01,000 --> 00:00:02,000\r\nHello\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,500\r\nWorld"),
        ("Macintosh", "1\r00:00:01,000 --> 00:00:02,000\rHello\r\r2\r00:00:03,000 --> 00:00:04,500\rWorld"),
        ("points", "1\n00:00:01.000 --> 00:00:02.000\nHello\n\n2\n00:00:03.000 --> 00:00:04.500\nWorld\n"),
        ("no hours", "1\n00:01,000 --> 00:02,000\nHello\n\n2\n00:03,000 --> 00:04,500\nWorld\n"),
        ("whole seconds", "1\n0:0:1 --> 0:0:2\nHello\n\n2\n00:00:03 --> 00:00:04,5\nWorld\n"),
        ("no numbers", "00:00:01,000 --> 00:00:02,000\nHello\n\n00:00:03,000 --> 00:00:04,500\nWorld\n"),
        ("no empty lines", "1\n00:00:01,000 --> 00:00:02,000\nHello\n2\n00:00:03,000 --> 00:00:04,500\nWorld\n"),
        ("more empty lines", "\n\n1\n00:00:01,000 --> 00:00:02,000\n\nHello\n\n\n2\n\n00:00:03,000 --> 00:00:04,500\nWorld\n"),
        ("arrows", "1\n00:00:01,000 -> 00:00:02,000\nHello\n\n2\n 00:00:03,000--->00:00:04,500 \nWorld\n"),
        ("places", "1\n00:00:01,000 --> 00:00:02,000 X1:1 X2:2 Y1:3 Y2:4\nHello\n\n2\n00:00:03,000 --> 00:00:04,500\nWorld\n"),
        ("empty cues", "1\n00:00:00,100 --> 00:00:00,900\n\n2\n00:00:01,000 --> 00:00:02,000\nHello\n\n3\n00:00:03,000 --> 00:00:04,500\nWorld\n"),
        ("out of order", "2\n00:00:03,000 --> 00:00:04,500\nWorld\n\n1\n00:00:01,000 --> 00:00:02,000\nHello\n"),
        ("markup", "1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<i>Hel</i><font color='#f00'>lo</font>\n\n2\n00:00:03,000 --> 00:00:04,500\n<b>World</b>\n"),
        ("said twice", "1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:03,000 --> 00:00:04,000\nWorld\n\n3\n00:00:04,000 --> 00:00:04,500\nWorld\n"),
    ],
)  # fmt: skip
def test_srt(name: str, text: str) -> None:
    assert parsed(text, "srt") == [A, B]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain", "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n\n00:00:03.000 --> 00:00:04.500\nWorld\n"),
        ("all of it", "WEBVTT - title\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:r\n\nNOTE a --> b\n\nintro\n00:01.000 --> 00:02.000 align:start\n<v Bob>Hel<c.red>lo</c>\n\nNOTE\nlong\n\nsecond\n00:00:03.000 --> 00:00:04.500\nWor<00:00:04.000>ld\n"),
        ("commas", "WEBVTT\n\n00:00:01,000 --> 00:00:02,000\nHello\n\n00:00:03,000 --> 00:00:04,500\nWorld\n"),
        ("no head", "00:00:01.000 --> 00:00:02.000\nHello\n\n00:00:03.000 --> 00:00:04.500\nWorld\n"),
    ],
)  # fmt: skip
def test_vtt(name: str, text: str) -> None:
    assert parsed(text, "webvtt") == [A, B]


def test_vtt_entities() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n&lt;3 &amp; {b} \\N c\n"
    assert parsed(text, "webvtt") == [Cue(1, 2, "<3 & {b} \\N c")]


def test_ass() -> None:
    head = "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name\nStyle: D\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    events = [
        r"Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,{\i1}Hel{\i0}lo{a remark}",
        r"Comment: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,never shown",
        r"Dialogue: 1,0:00:01.00,0:00:02.00,D,,0,0,0,,{\p1}m 0 0 l 100 0{\p0}",
        r"Dialogue: 2,0:00:03.00,0:00:04.50,D,Ann,0,0,0,,World, yes\Nand\hno",
    ]
    assert parsed(head + "\n".join(events), "ass") == [A, Cue(3.0, 4.5, "World, yes\nand no")]


def test_numbers_that_are_text_stay() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nThe year was\n1999\n\n2\n00:00:03,000 --> 00:00:04,000\n42\n"
    assert [cue.text for cue in parsed(text, "srt")] == ["The year was\n1999", "42"]


def test_captions_that_scroll_say_each_thing_once() -> None:
    """As yt-dlp saves what YouTube's recognizer wrote."""
    text = (
        "WEBVTT\nKind: captions\nLanguage: en\n\n"
        "00:00:00.000 --> 00:00:02.000 align:start position:0%\n \nhello<00:00:00.500><c> world</c>\n\n"
        "00:00:02.000 --> 00:00:02.010 align:start position:0%\nhello world\n \n\n"
        "00:00:02.010 --> 00:00:04.000 align:start position:0%\nhello world\nfoo<00:00:03.000><c> bar</c>\n\n"
        "00:00:04.000 --> 00:00:04.010 align:start position:0%\nfoo bar\n \n"
    )
    assert parsed(text, "webvtt") == [Cue(0.0, 2.01, "hello world"), Cue(2.01, 4.01, "foo bar")]


def test_what_is_said_again_later_stays() -> None:
    cues = [Cue(0, 1, "No."), Cue(5, 6, "No.")]
    assert tidied(cues) == cues


def test_overlapping_cues_stay_as_they_are() -> None:
    cues = [Cue(1, 5, "A"), Cue(2, 4, "B")]
    assert tidied(cues) == cues


def test_a_cue_that_ends_before_it_starts_lasts_until_the_next() -> None:
    cues = [Cue(1, 1, "A"), Cue(3, 2, "B"), Cue(20, 21, "C")]
    assert [(cue.start, cue.end) for cue in tidied(cues)] == [(1, 3), (3, 8), (20, 21)]


def test_what_is_over_before_the_start_is_left_out() -> None:
    assert tidied([Cue(-3, -1, "A"), Cue(-1, 1, "B")]) == [Cue(0, 1, "B")]


@pytest.mark.parametrize(
    ("encoding", "language", "text"),
    [
        ("utf-8-sig", None, "Grüße 🎬"),
        ("utf-16", None, "Grüße 🎬"),
        ("utf-16-le", None, "Hello"),
        ("utf-16-be", None, "Hello"),
        ("utf-32", None, "Grüße"),
        ("latin-1", None, "Grüße, señor"),
        ("cp1252", "de", "“Grüße” – 5 €"),
        ("cp1251", "ru", "Привет, мир"),
        ("cp932", "ja", "こんにちは"),
        ("gb18030", "zh-Hans", "你好"),
    ],
)
def test_encodings(encoding: str, language: str | None, text: str) -> None:
    assert decoded(text.encode(encoding), language)[0] == text


def test_a_guessed_encoding_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes("00:00:01,000 --> 00:00:02,000\nGrüße\n".encode("latin-1"))
    cues, warning = file_cues(path, "de")
    assert cues == [Cue(1, 2, "Grüße")]
    assert warning == f"{path} is not UTF-8: it was read as cp1252"


@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".ass", ".SSA"])
@given(
    data=st.one_of(
        st.binary(max_size=400), st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace"))
    )
)
def test_garbage_is_refused_by_one_error(
    suffix: str, tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / f"garbage{suffix}"
    path.write_bytes(data)
    try:
        cues, _ = file_cues(path, None)
    except UnreadableMedia:
        return
    assert cues


fragments = st.sampled_from(
    [
        "1\n", "00:00:01,000 --> 00:00:02,000\n", "00:01.000 --> 00:02.000 line:0\n", "\n", "text\n",
        "WEBVTT\n", "NOTE\n", "[Events]\n", "Dialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,x\n",
        "Format: Start, End, Text\n", "9999:99:99,999 --> 00:00:00,000\n", "<b", "{\\", "&#x", "-->\n",
        "99999999999:00:01,000 --> 1\n",
    ]
)  # fmt: skip


@pytest.mark.parametrize("form", ["srt", "webvtt", "ass"])
@given(parts=st.lists(fragments, max_size=12))
def test_fragments_of_files_raise_nothing(form: str, parts: list[str]) -> None:
    for cue in parsed("".join(parts), form):
        assert 0 <= cue.start <= cue.end
        assert cue.text.strip()


def test_a_file_that_is_gone_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match="cannot be read"):
        file_cues(tmp_path / "gone.srt", None)
    with (tmp_path / "large.srt").open("wb") as file:
        file.truncate(33 << 20)
    with pytest.raises(UnreadableMedia, match="far too large"):
        file_cues(tmp_path / "large.srt", None)
