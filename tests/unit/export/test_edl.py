"""Edit decision lists, read back by a parser of their own and by OpenTimelineIO's adapter."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio
import pytest
from edits import RATES, RATES_AND_DROP, SPANS, cuts, cuts_of_frames, frame_of, read_edl, source
from hypothesis import given, settings
from hypothesis import strategies as st

from footage.export.edl import reels_of, to_edl
from footage.export.timecode import counted
from footage.export.timeline import timeline_of


@pytest.mark.parametrize(("rate", "drop"), RATES_AND_DROP)
@settings(max_examples=20)
@given(SPANS)
def test_every_frame_comes_back(rate: Fraction, drop: bool, spans: list[tuple[int, int]]) -> None:
    made = cuts_of_frames(rate, drop, spans)
    edl = read_edl(to_edl(timeline_of(made, title="x", drop=drop)))
    assert edl.mode == ("DROP FRAME" if drop else "NON-DROP FRAME")
    at = frame_of("01:00:00;00" if drop else "01:00:00:00", rate)
    begins = 10 * round(rate)
    for event, (first, count) in zip(edl.events, spans, strict=True):
        assert frame_of(event.source_in, rate) == begins + first
        assert frame_of(event.source_out, rate) == begins + first + count
        assert frame_of(event.record_in, rate) == at
        at += count
        assert frame_of(event.record_out, rate) == at


@pytest.mark.parametrize(("rate", "drop"), RATES_AND_DROP)
def test_the_adapter_of_opentimelineio_reads_it(rate: Fraction, drop: bool) -> None:
    of = source(rate, timecode="01:00:00;00" if drop else None, channels=0)
    made = cuts(of, (1, 3), (59, 63.5), (10, 10.1))
    text = to_edl(timeline_of(made, title="x", drop=drop))
    (track,) = otio.adapters.read_from_string(text, "cmx_3600", rate=float(rate)).tracks
    clips = [each for each in track if isinstance(each, otio.schema.Clip)]
    begins = of.start
    for clip, cut in zip(clips, made, strict=True):
        assert clip.source_range.start_time.value == begins + cut.first
        assert clip.source_range.duration.value == cut.count
        assert clip.metadata["cmx_3600"]["reel"] == "BEACH"


def test_the_timecode_of_the_file_is_added() -> None:
    of = source(RATES["25"], timecode="10:00:00:00")
    (event,) = read_edl(to_edl(timeline_of(cuts(of, (2, 4)), title="x"))).events
    assert (event.source_in, event.source_out) == ("10:00:02:00", "10:00:04:00")
    assert (event.record_in, event.record_out) == ("01:00:00:00", "01:00:02:00")


def test_sources_keep_their_own_rate_in_a_sequence_of_another() -> None:
    film, phone = source(RATES["24"]), source(RATES["29.97"], number=2, path="/films/phone.mp4")
    made = cuts([film, phone], (2, 12.0))
    edl = read_edl(to_edl(timeline_of(made, title="x", rate=RATES["25"])))
    first, second = edl.events
    assert (first.source_in, first.source_out) == ("00:00:02:00", "00:00:12:00")
    assert frame_of(second.source_out, RATES["30"]) - frame_of(second.source_in, RATES["30"]) == 300
    assert (first.record_out, second.record_in) == ("01:00:10:00", "01:00:10:00")
    assert second.record_out == "01:00:20:00"  # 300 frames at 29.97 are 10.01 s: 250.25 frames


@pytest.mark.parametrize(("rate", "text"), [("240", "00:00:02:00"), ("10", "00:00:02:00")])
def test_faster_and_slower_footage_counts_as_a_sequence_does(rate: str, text: str) -> None:
    made = cuts(source(Fraction(rate)), (2, 4.1))
    timeline = timeline_of(made, title="x")
    (event,) = read_edl(to_edl(timeline)).events
    assert timeline.rate == counted(Fraction(rate))
    assert event.source_in == text
    assert int(event.source_out[-2:]) == round(0.1 * timeline.rate)


def test_what_is_heard_has_its_tracks() -> None:
    made = cuts([source(channels=n, number=n + 1) for n in (0, 1, 2, 6)], (0, 1))
    events = read_edl(to_edl(timeline_of(made, title="x"))).events
    assert [event.channels for event in events] == ["V", "B", "AA/V", "AA/V"]


def test_a_hostile_title_makes_no_lines_of_its_own() -> None:
    name = 'b\n002  AX V C "*" Ünï 🎬 日本'
    of = source(title=name, path=f"/films/{name}.mp4")
    edl = read_edl(to_edl(timeline_of(cuts(of, (0, 1)), title=f"{name}\nFCM: DROP FRAME")))
    assert len(edl.events) == 1
    assert edl.mode == "NON-DROP FRAME"
    assert edl.events[0].remarks["FROM CLIP NAME"] == 'b 002 AX V C "*" Uni _ __.mp4'


@given(st.lists(st.text(max_size=12), min_size=1, max_size=30))
def test_reels_are_short_plain_and_unique(names: list[str]) -> None:
    sources = [source(number=n, reel=name or None) for n, name in enumerate(names)]
    reels = reels_of(sources)
    assert len(set(reels.values())) == len(names)
    assert all(reel.isascii() and reel.isalnum() and len(reel) <= 8 for reel in reels.values())
    assert not {"AX", "BL"} & set(reels.values())


def test_the_reel_is_the_tape_s_where_the_file_says_so() -> None:
    reels = reels_of([source(reel="A001_C002"), source(number=2), source(number=3)])
    assert list(reels.values()) == ["A001C002", "BEACH", "BEACH2"]
