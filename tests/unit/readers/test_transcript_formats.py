"""Transcripts as files, and reading them back."""

from __future__ import annotations

import io

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.reader import Line
from footage.readers.cues import parsed
from footage.readers.formats import FORMATS, to_srt, to_txt, to_vtt

LINES = [
    Line(61.5, 64.0, "Two\nrows"),
    Line(0.0, 1.25, "Tom & <Jerry>"),
]


def test_txt_is_the_texts_alone() -> None:
    assert to_txt(LINES) == "Tom & <Jerry>\nTwo rows\n"


def test_srt() -> None:
    assert to_srt(LINES) == (
        "1\n00:00:00,000 --> 00:00:01,250\nTom & <\u2060Jerry>\n\n"
        "2\n00:01:01,500 --> 00:01:04,000\nTwo\nrows\n"
    )


def test_vtt() -> None:
    assert to_vtt(LINES) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.250\nTom &amp; &lt;Jerry&gt;\n"
        "\n00:01:01.500 --> 00:01:04.000\nTwo\nrows\n"
    )


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_no_lines_are_an_empty_transcript(write: object) -> None:
    assert write([]) in {"", "WEBVTT\n"}  # type: ignore[operator]


def test_what_says_nothing_is_left_out() -> None:
    assert to_srt([Line(0, 1, " \n\t"), Line(1, 2, "word")]).startswith("1\n00:00:01,000")


def test_a_line_of_no_length_lasts_a_moment() -> None:
    assert "00:00:01.000 --> 00:00:01.001" in to_vtt([Line(1, 1, "now")])


def test_hours_go_past_99() -> None:
    assert "120:00:00,500" in to_srt([Line(432_000.5, 432_001, "late")])


texts = st.text(
    st.one_of(
        st.characters(blacklist_categories=["Cs"]),
        st.sampled_from(list("<>&{}\\Nnh-/ i1\n")),
    ),
    max_size=40,
)
hostile = st.sampled_from(
    [
        "<i>", "</b>", "{\\an8}", "{b}", "{}", "\\N", "\\\\n", "-->", "&lt;", "\\{{}",
        "00:00:01,000 --> 00:00:02,000", "00:01.000 --> 00:02.000", "NOTE", "WEBVTT", "7", "{Y:i}",
        "<v Bob>", "<00:00:01.000>", "{\\p1}m 0 0", "<font color=red>", "STYLE", "X1:1", "{\\",
    ]
)  # fmt: skip
any_text = st.lists(st.one_of(texts, hostile), max_size=5).map("".join)
seconds = st.integers(0, 400_000_000).map(lambda thousandths: thousandths / 1000)


@st.composite
def transcripts(draw: st.DrawFn) -> list[Line]:
    """Lines that do not repeat each other, each after the last."""
    lines = []
    at = 0.0
    for number in range(draw(st.integers(0, 5))):
        start = at + draw(st.integers(0, 100_000)) / 1000
        at = start + draw(st.integers(1, 10_000)) / 1000
        lines.append(Line(start, at, f"{number}: {draw(any_text)} :{number}"))
    return lines


def bare(text: str) -> str:
    """A text without what the formats cannot tell from their own."""
    kept = "".join(c for c in text if c in "\n\t\r" or (c >= " " and c != "\u2060"))
    rows = (" ".join(row.split()) for row in kept.split("\n"))
    return "\n".join(row for row in rows if row)


@pytest.mark.parametrize(("write", "form"), [(to_srt, "srt"), (to_vtt, "webvtt")])
@given(lines=transcripts())
def test_what_is_written_reads_back(write: object, form: str, lines: list[Line]) -> None:
    cues = parsed(write(lines), form)  # type: ignore[operator]
    assert [cue.text for cue in cues] == [bare(line.text) for line in lines]
    for cue, line in zip(cues, lines, strict=True):
        assert cue.start == pytest.approx(line.start, abs=0.001)
        assert cue.end == pytest.approx(line.end, abs=0.002)


@given(lines=transcripts())
def test_ffmpeg_alone_reads_as_many(lines: list[Line]) -> None:
    """What we write needs no putting right."""
    for text, form in ((to_srt(lines), "srt"), (to_vtt(lines), "webvtt")):
        if not lines:
            continue
        with av.open(io.BytesIO(text.encode()), format=form) as container:
            packets = [packet for packet in container.demux() if packet.pts is not None]
        assert len(packets) == len(lines)
