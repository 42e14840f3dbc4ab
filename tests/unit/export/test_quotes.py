"""Only what is on during a cut is quoted, to half a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from edits import source

from footage.export.cuts import NO_HANDLES, Cut, Handles, cuts_of
from footage.export.quotes import quoting
from footage.export.stretches import stretch
from footage.reader import Line
from footage.search.moments import Evidence

LINES = (
    Line(2.0, 5.0, "before"),
    Line(5.0, 8.0, "first"),
    Line(8.0, 10.0, "second"),
    Line(10.0, 12.0, "after"),
)


def found(
    start: float, end: float, modality: str = "speech", lines: Sequence[Line] = LINES
) -> Evidence:
    own = [line.text for line in lines if line.start <= end and line.end >= start]
    return Evidence(modality, "words", start, end, 1.0, 1, text="\n".join(own))


def cut(start: float, end: float, *evidence: Evidence, handles: Handles = NO_HANDLES) -> Cut:
    of = source()
    moment = replace(stretch(of.video, start, end), evidence=evidence)
    (made,) = cuts_of([moment], {of.video.video_id: of}, handles=handles, merge=False)
    return made


def quote(of: Cut, lines: Sequence[Line] | None = LINES) -> str:
    (told,) = quoting([of], lambda _video, _modality: lines)
    assert (told.first, told.count, told.moment) == (of.first, of.count, of.moment)
    return told.text


PASSAGE = found(2.0, 12.0)


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (5, 10, "first\nsecond"),  # what ends or begins at an edge is beside it
        (4.96, 10, "before\nfirst\nsecond"),  # a frame of it
        (4.99, 10.01, "first\nsecond"),  # edges that are rounded to the frame
        (5, 10.04, "first\nsecond\nafter"),
        (6, 7, "first"),
        (20, 30, ""),
    ],
)
def test_what_is_on_is_quoted(start: float, end: float, text: str) -> None:
    assert quote(cut(start, end, PASSAGE)) == text


def test_handles_take_words_along() -> None:
    assert quote(cut(5, 8, PASSAGE)) == "first"
    assert quote(cut(5, 8, PASSAGE, handles=Handles.of("1"))) == "before\nfirst\nsecond"


def test_of_several_texts_the_first_that_is_on_is_quoted() -> None:
    beside, on = found(2.0, 4.9), found(5.0, 8.0)
    assert quote(cut(6, 8, beside, on)) == "first"
    assert quote(cut(6, 8, beside)) == ""


def test_nothing_is_quoted_that_it_was_not_found_by() -> None:
    seen = Evidence("visual", "vector", 5.0, 8.0, 0.3, 1)
    assert quote(cut(5, 8, seen)) == ""
    assert quote(cut(5, 8)) == ""


def test_where_the_lines_are_gone_a_whole_passage_is_quoted_or_none() -> None:
    passage = found(5.0, 10.0)
    assert quote(cut(5, 10, passage), None) == passage.text
    assert quote(cut(5, 9, passage), None) == ""


def test_a_line_of_no_length_is_on_where_it_begins() -> None:
    lines = [Line(5.0, 5.0, "at once"), Line(8.0, 8.0, "at the end")]
    passage = Evidence("screen", "words", 5.0, 8.0, 1.0, 1, text="at once")
    assert quote(cut(5, 8, passage), lines) == "at once"


def test_a_reading_is_read_once() -> None:
    asked = []

    def read(video: str, modality: str) -> Sequence[Line]:
        asked.append((video, modality))
        return LINES

    quoting([cut(5, 8, PASSAGE), cut(8, 10, PASSAGE)], read)
    assert len(asked) == 1
