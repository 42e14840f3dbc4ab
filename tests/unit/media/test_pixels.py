"""Pixels that swscale cannot turn into RGB are told before it is asked."""

from __future__ import annotations

import pytest
from av.video.frame import VideoFrame

from footage.media.frames import to_rgb
from footage.media.pixels import Convertible


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p10le", "gray", "pal8", "rgba"])
def test_usual_pixels_can_be_converted(pixel_format: str) -> None:
    assert Convertible().prepare(VideoFrame(64, 48, pixel_format))


@pytest.mark.parametrize("pixel_format", ["bgr4", "yaf32le", "yaf32be"])
def test_others_cannot_and_end_no_process(pixel_format: str) -> None:
    assert not Convertible().prepare(VideoFrame(64, 48, pixel_format))


@pytest.mark.parametrize("space", [3, 10, 14, 255])
def test_an_unknown_colour_space_is_taken_for_an_ordinary_one(space: int) -> None:
    frame = VideoFrame(64, 48, "yuv420p")
    frame.colorspace = space
    with pytest.raises(OSError, match="not supported"):
        to_rgb(frame, width=16, height=16)
    assert Convertible().prepare(frame)
    assert to_rgb(frame, width=16, height=16).shape == (16, 16, 3)


def test_one_odd_frame_spoils_no_other() -> None:
    convertible = Convertible()
    assert not convertible.prepare(VideoFrame(64, 48, "bgr4"))
    assert convertible.prepare(VideoFrame(64, 48, "yuv420p"))
