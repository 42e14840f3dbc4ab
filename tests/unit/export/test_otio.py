"""OpenTimelineIO, read back by its own library."""

from __future__ import annotations

import sys
from fractions import Fraction

import opentimelineio as otio
import pytest
from edits import RATES, cuts, source

from footage.errors import UsageError
from footage.export.otio import to_otio
from footage.export.timeline import timeline_of


@pytest.mark.parametrize("rate", RATES.values())
def test_every_frame_comes_back(rate: Fraction) -> None:
    of = source(rate, seconds=9000, timecode="00:00:10:00", title='a "b" 日本\n', channels=1)
    made = cuts(of, (0, 1), (59.5, 61.25), (7200.4, 7203))
    timeline = otio.adapters.read_from_string(
        to_otio(timeline_of(made, title="x", drop=False)), "otio_json"
    )
    assert timeline.global_start_time.value == 3600 * round(rate)
    assert [track.kind for track in timeline.tracks] == ["Video", "Audio"]
    for track in timeline.tracks:
        for clip, cut in zip(track, made, strict=True):
            span, whole = clip.source_range, clip.media_reference.available_range
            assert span.start_time.value - whole.start_time.value == cut.first
            assert span.duration.value == cut.count
            assert span.start_time.rate == pytest.approx(float(rate))
            assert clip.name == 'a "b" 日本'
            assert clip.media_reference.target_url == "file:///films/beach.mp4"
            assert whole.start_time <= span.start_time
            assert span.end_time_exclusive() <= whole.end_time_exclusive()


def test_silent_footage_leaves_a_gap_in_the_sound() -> None:
    made = cuts([source(channels=0), source(number=2)], (0, 2))
    _picture, sound = otio.adapters.read_from_string(
        to_otio(timeline_of(made, title="x")), "otio_json"
    ).tracks
    assert [type(each).__name__ for each in sound] == ["Gap", "Clip"]
    assert sound[0].duration().to_seconds() == 2


def test_without_it_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentimelineio", None)
    with pytest.raises(UsageError, match=r"\.\[otio\]"):
        to_otio(timeline_of(cuts(source(), (0, 1)), title="x"))
