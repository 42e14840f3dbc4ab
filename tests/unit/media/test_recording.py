"""The exact rate of a file, its timecode and its reel."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from edits import RATES
from videos import make_video, sound_outlasts

from footage.media.recording import recording_of, snapped


def tagged(path: Path, rate: Fraction, **tags: str) -> Path:
    """A second of grey whose picture has these tags."""
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        stream.codec_context.time_base = 1 / rate
        stream.metadata.update(tags)
        for at in range(round(rate)):
            frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), 99, np.uint8))
            frame.pts, frame.time_base = at, 1 / rate
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi"])
@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
def test_rates_are_fractions(rate: Fraction, suffix: str, tmp_path: Path) -> None:
    found = recording_of(tagged(tmp_path / f"a.{suffix}", rate))
    assert (found.rate, found.steady) == (rate, True)


@pytest.mark.parametrize("text", ["10:11:12:13", "01:00:00;02"])
@pytest.mark.parametrize("suffix", ["mov", "mp4", "mkv"])
def test_the_timecode_of_the_first_frame(text: str, suffix: str, tmp_path: Path) -> None:
    found = recording_of(tagged(tmp_path / f"a.{suffix}", RATES["29.97"], timecode=text))
    assert found.timecode == text


@pytest.mark.parametrize("suffix", ["mov", "mkv"])
def test_the_reel(suffix: str, tmp_path: Path) -> None:
    path = tagged(
        tmp_path / f"a.{suffix}", RATES["25"], timecode="01:00:00:00", reel_name="A001_C002"
    )
    assert recording_of(path).reel == "A001_C002"


def test_a_file_that_says_nothing_more(tmp_path: Path) -> None:
    found = recording_of(make_video(tmp_path / "a.mp4", fps=25, seconds=1))
    assert (found.timecode, found.reel, found.channels, found.lead) == (None, None, 0, 0)


def test_its_sound(tmp_path: Path) -> None:
    found = recording_of(make_video(tmp_path / "a.mp4", seconds=1, audio=True))
    assert (found.channels, found.audio_rate) == (1, 48_000)


def test_frames_are_counted_from_the_first_where_the_file_begins_before_it(tmp_path: Path) -> None:
    found = recording_of(make_video(tmp_path / "a.ts", fps=25, seconds=1, audio=True))
    assert found.rate == 25
    assert 0 < found.lead < Fraction(1, 20)  # of the sound's encoder


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
def test_its_length_is_the_picture_s_and_not_the_sound_s(suffix: str, tmp_path: Path) -> None:
    path = sound_outlasts(tmp_path / f"a.{suffix}", fps=25, frames=33)
    length = recording_of(path).length
    assert length is not None
    assert round(length * 25) == 33


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_an_unsteady_rate_is_noticed(suffix: str, tmp_path: Path) -> None:
    times = [n / 30 + (0.02 if n % 7 == 3 else 0) for n in range(60)]
    found = recording_of(make_video(tmp_path / f"a.{suffix}", times=times, seconds=2))
    assert not found.steady
    assert found.rate in {24, 25, 30}


def test_a_frame_that_is_held_makes_it_unsteady(tmp_path: Path) -> None:
    times = [n / 30 + (1 if n > 20 else 0) for n in range(40)]
    assert not recording_of(make_video(tmp_path / "a.mp4", times=times, seconds=2)).steady


def test_what_rates_mean() -> None:
    said = {"29.97": "30000/1001", "23.98": "24000/1001", "59.94": "60000/1001", "25.001": "25"}
    assert {text: str(snapped(Fraction(text))) for text in said} == said
    assert snapped(Fraction("29.9")) == Fraction("29.9")
    assert all(snapped(rate) == rate for rate in RATES.values())
