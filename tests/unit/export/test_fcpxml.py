"""FCPXML, read back by an independent parser that knows what Final Cut takes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from edits import RATES, RATES_AND_DROP, SPANS, cuts, cuts_of_frames, read_fcpxml, source
from hypothesis import given, settings
from hypothesis import strategies as st

from footage.export.fcpxml import to_fcpxml
from footage.export.timeline import timeline_of


@pytest.mark.parametrize(("rate", "drop"), RATES_AND_DROP)
@settings(max_examples=20)
@given(SPANS)
def test_every_frame_comes_back(rate: Fraction, drop: bool, spans: list[tuple[int, int]]) -> None:
    made = cuts_of_frames(rate, drop, spans)
    found = read_fcpxml(to_fcpxml(timeline_of(made, title="x", drop=drop)))
    assert (found.rate, found.mode) == (rate, "DF" if drop else "NDF")
    assert found.start * rate == (
        round(rate) * 3600 if not drop else round(rate) * 3600 - 3.6 * round(rate)
    )
    at = found.start
    for clip, (first, count) in zip(found.clips, spans, strict=True):
        assert clip.rate == rate
        assert (clip.start - clip.asset_start) * rate == first
        assert clip.asset_start * rate == 10 * round(rate)
        assert (clip.offset, clip.duration * rate) == (at, count)
        assert not clip.conformed
        at += clip.duration
    assert found.duration == at - found.start


def test_clips_of_another_rate_keep_their_speed() -> None:
    sources = [source(rate, number=n) for n, rate in enumerate(RATES.values())]
    made = cuts(sources, (2, 12))
    found = read_fcpxml(to_fcpxml(timeline_of(made, title="x", rate=RATES["25"])))
    assert [clip.rate for clip in found.clips] == list(RATES.values())
    assert [clip.conformed for clip in found.clips] == [rate != 25 for rate in RATES.values()]
    for clip, cut in zip(found.clips, made, strict=True):
        assert (clip.duration * 25).denominator == 1
        assert abs(clip.duration - cut.count / cut.source.rate) <= Fraction(1, 50)
        assert (clip.start * cut.source.rate).denominator == 1


@settings(max_examples=40)
@given(
    st.fractions(Fraction(1, 2), 240, max_denominator=1_000_000),
    st.sampled_from(list(RATES.values())),
    st.integers(0, 90_000),
    st.integers(1, 500),
)
def test_any_rate_of_a_file_is_written_as_final_cut_wants_it(
    rate: Fraction, sequence: Fraction, first: int, count: int
) -> None:
    of = source(rate, seconds=float(100_000 / rate))
    made = cuts(of, (float(first / rate), float((first + count) / rate)))
    found = read_fcpxml(to_fcpxml(timeline_of(made, title="x", rate=sequence)))
    (clip,) = found.clips
    assert clip.rate == rate
    assert clip.start * rate == made[0].first


def test_hostile_titles_and_paths_come_back() -> None:
    name = "a \"quoted\" <b>&amp;</b> ]]> 'x' 日本 🎬 50% #1?"
    of = source(title=f"{name}\n\x00\x0b", path=f"/films/{name}.mp4")
    found = read_fcpxml(to_fcpxml(timeline_of(cuts(of, (0, 1)), title=name)))
    assert found.name == name
    assert found.clips[0].name == name
    assert found.clips[0].path == f"/films/{name}.mp4"


def test_a_name_that_is_no_text_is_a_file_all_the_same() -> None:
    of = source(title="x\udcff", path="/films/x\udcff.mp4")
    text = to_fcpxml(timeline_of(cuts(of, (0, 1)), title="x\udcff"))
    assert "file:///films/x%FF.mp4" in text
    assert read_fcpxml(text).clips[0].name == "x"


def test_a_file_is_described_once() -> None:
    text = to_fcpxml(timeline_of(cuts(source(), (0, 1), (2, 3), (4, 5)), title="x"))
    assert text.count("<asset ") == text.count("<format ") == 1
    assert 'name="FFVideoFormat1080p25"' in text
