"""Tables, JSON and chapters are read back to the frame."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction

import pytest
from edits import RATES, cuts, frame_of, source

from footage.export.chapters import shortened, to_chapters
from footage.export.tables import COLUMNS, to_csv, to_json
from footage.readers.cues import parsed


@pytest.mark.parametrize("rate", RATES.values())
def test_every_frame_comes_back(rate: Fraction) -> None:
    made = cuts(source(rate, timecode="00:00:10:00"), (0, 1), (59.5, 61.25), (70.04, 72))
    rows = list(csv.DictReader(io.StringIO(to_csv(made))))
    told = json.loads(to_json(made))["moments"]
    for row, moment, cut in zip(rows, told, made, strict=True):
        assert tuple(row) == COLUMNS
        assert (int(row["first_frame"]), int(row["frames"])) == (cut.first, cut.count)
        assert round(float(row["start"]) * rate) == round(moment["start"] * rate) == cut.first
        assert round(float(row["end"]) * rate) == round(moment["end"] * rate) == cut.after
        assert frame_of(row["source_in"], rate) == 10 * round(rate) + cut.first
        assert Fraction(row["frame_rate"]) == rate
        assert moment["cut"]["source_out"] == row["source_out"]
        assert moment["video_id"] == cut.source.video.video_id


@pytest.mark.parametrize("rate", RATES.values())
def test_chapters_come_back(rate: Fraction) -> None:
    made = cuts(source(rate), (59.5, 61.25), (0, 1), (70.04, 72))
    cues = parsed(to_chapters(made, "a --> <b> & c\nd"), "webvtt")
    ordered = sorted(made, key=lambda cut: cut.first)
    assert [round(cue.start * rate) for cue in cues] == [cut.first for cut in ordered]
    assert [round(cue.end * rate) for cue in cues] == [cut.after for cut in ordered]
    assert {cue.text for cue in cues} == {"a --> <b> & c d"}


@pytest.mark.parametrize("title", ["=1+1", "+a", "-a", "@SUM(A1)", "\t=1"])
def test_no_title_is_a_formula(title: str) -> None:
    (row,) = csv.DictReader(io.StringIO(to_csv(cuts(source(title=title), (0, 1)))))
    assert row["title"].startswith("'")


def test_hostile_titles_stay_in_their_cell() -> None:
    title = 'a, "b";\n日本 🎬'
    (row,) = csv.DictReader(io.StringIO(to_csv(cuts(source(title=title), (0, 1)))))
    assert row["title"] == 'a, "b"; 日本 🎬'
    assert None not in row


def test_json_holds_names_that_are_no_text() -> None:
    of = source(path="/films/x\udcff.mp4")
    text = to_json(cuts(of, (0, 1)))
    text.encode("ascii")
    assert json.loads(text)["moments"][0]["path"] == "/films/x\udcff.mp4"


def test_a_long_name_is_shortened() -> None:
    assert len(shortened("word " * 100)) <= 80
    assert shortened("a\nb") == "a b"
