"""Every frame, at its right time, the right way up, through whatever damage."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from av.video.frame import VideoFrame

from footage.errors import MediaMissing, NoVideo, UnreadableMedia
from footage.media.clock import FrameClock
from footage.media.frames import Damage, FrameReader, to_rgb
from footage.media.probe import probe
from tests.videos import (
    audio_only,
    count_of,
    counting,
    every_kind,
    flipped,
    make_video,
    red_left_blue_right,
    texture,
    truncated,
    zeroed,
)

B_FRAMES = {"preset": "medium", "bf": "3", "g": "10"}


def read(path: Path) -> tuple[list[float], FrameReader]:
    with FrameReader(path) as reader:
        return [time for time, _ in reader], reader


def counted(path: Path) -> list[tuple[float, int]]:
    with FrameReader(path) as reader:
        return [(time, count_of(to_rgb(frame, width=8, height=8))) for time, frame in reader]


def first_frame(path: Path) -> VideoFrame:
    with FrameReader(path) as reader:
        return next(iter(reader))[1]


class TestTimes:
    def test_frames_no_other_is_made_of_may_be_passed_over(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.mp4", seconds=3, shots=[counting(10)], options=B_FRAMES)
        with FrameReader(path, every=False) as reader:
            frames = [(time, count_of(to_rgb(frame, width=8, height=8))) for time, frame in reader]
        every = counted(path)
        assert set(frames) < set(every)
        assert len(frames) >= len(every) // 4
        assert not reader.damage

    @pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.mov"])
    @pytest.mark.parametrize("start", [0, 101])
    def test_frame_k_is_shown_at_k_over_fps(self, tmp_path: Path, name: str, start: int) -> None:
        path = make_video(
            tmp_path / name, fps=10, shots=[counting(10)], start=start, options=B_FRAMES
        )
        seen = counted(path)
        assert [index for _, index in seen] == list(range(20))
        assert [time for time, _ in seen] == pytest.approx([k / 10 for k in range(20)], abs=0.002)

    def test_every_kind_people_have(self, tmp_path: Path) -> None:
        for path in every_kind(tmp_path):
            times, reader = read(path)
            assert len(times) in (10, 25), path.name
            assert times == pytest.approx([k / len(times) for k in range(len(times))], abs=0.06)
            assert reader.damage == Damage()

    def test_variable_frame_rate(self, tmp_path: Path) -> None:
        moments = [0, 0.1, 0.15, 3, 3.5, 9]
        for name in ("a.mp4", "a.mkv"):
            times, _ = read(make_video(tmp_path / name, times=moments, seconds=10))
            assert times == pytest.approx(moments, abs=0.002)

    def test_the_ntsc_rate(self, tmp_path: Path) -> None:
        rate = Fraction(30000, 1001)
        times, reader = read(make_video(tmp_path / "a.mp4", seconds=2, fps=rate))
        assert times == pytest.approx([float(k / rate) for k in range(60)], abs=1e-4)
        assert reader.end_time == pytest.approx(float(60 / rate), abs=1e-3)

    def test_the_end_is_when_the_last_frame_leaves(self, tmp_path: Path) -> None:
        _, reader = read(make_video(tmp_path / "a.mp4", seconds=2, fps=10))
        assert reader.last_time == pytest.approx(1.9)
        assert reader.end_time == pytest.approx(2.0)

    def test_sound_that_starts_first_starts_the_clock(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.mkv", times=[0.5, 0.6, 0.7], seconds=1, audio=True)
        assert read(path)[0] == pytest.approx([0.5, 0.6, 0.7], abs=0.03)

    def test_one_frame(self, tmp_path: Path) -> None:
        times, reader = read(make_video(tmp_path / "a.mp4", seconds=0.1, fps=10))
        assert times == [0.0]
        assert reader.end_time == pytest.approx(0.1)

    def test_recordings_joined_end_to_end(self, tmp_path: Path) -> None:
        one = make_video(tmp_path / "a.ts", fps=25, codec="mpeg2video").read_bytes()
        (tmp_path / "b.ts").write_bytes(one + one)
        times, _ = read(tmp_path / "b.ts")
        assert len(times) == 100
        assert times == sorted(times)
        assert times[-1] == pytest.approx(99 / 25, abs=0.2)


class TestClock:
    def clock(self, origin: float = 0.0, length: float = 100.0) -> FrameClock:
        return FrameClock(origin=origin, interval=0.1, length=length)

    def test_timestamps_count_from_the_origin(self) -> None:
        clock = self.clock(origin=101.4)
        assert clock.time_of(101.4, 0.1) == 0
        assert clock.time_of(101.9, 0.1) == pytest.approx(0.5)
        assert clock.end == pytest.approx(0.6)

    def test_a_frame_before_the_origin_is_at_the_start(self) -> None:
        assert self.clock(origin=101.4).time_of(101.3, 0.1) == 0

    def test_frames_without_timestamps_follow_each_other(self) -> None:
        clock = self.clock()
        assert [clock.time_of(None, 0) for _ in range(3)] == pytest.approx([0, 0.1, 0.2])
        assert clock.time_of(None, 0.5) == pytest.approx(0.3)
        assert clock.time_of(None, 0) == pytest.approx(0.8)

    def test_a_straggler_does_not_turn_time_back(self) -> None:
        clock = self.clock()
        stamps = [0.0, 3.1, 1.5, 3.2, 1.6, 3.3]
        assert [clock.time_of(stamp, 0) for stamp in stamps] == [0.0, 3.1, 3.1, 3.2, 3.2, 3.3]

    def test_a_restarted_recording_goes_on(self) -> None:
        clock = self.clock()
        stamps = [k / 10 for k in range(50)] * 2
        times = [clock.time_of(stamp, 0) for stamp in stamps]
        assert times == sorted(times)
        assert times[60:] == pytest.approx([k / 10 for k in range(60, 100)])

    def test_a_broken_timestamp_leaves_no_gap_of_hours(self) -> None:
        clock = self.clock(length=10.0)
        times = [clock.time_of(stamp, 0) for stamp in (0.0, 0.1, 90_000.0, 90_000.1)]
        assert times == pytest.approx([0, 0.1, 0.2, 0.3])

    def test_a_long_silence_within_the_length_of_the_file_is_kept(self) -> None:
        clock = self.clock(length=8000.0)
        assert [clock.time_of(stamp, 0) for stamp in (0.0, 7200.0)] == [0.0, 7200.0]

    def test_a_frame_is_not_shown_for_longer_than_the_file_lasts(self) -> None:
        clock = self.clock(length=10.0)
        clock.time_of(0.0, 400_000.0)
        assert clock.end == pytest.approx(0.1)

    def test_a_rate_of_a_frame_a_century_does_not_count(self) -> None:
        clock = FrameClock(origin=0.0, interval=3e9, length=0.0)
        clock.time_of(None, 0)
        assert clock.end == 60

    def test_a_broken_first_timestamp_counts_as_the_start(self) -> None:
        clock = self.clock(length=10.0)
        assert clock.time_of(5e5, 0) == 0
        assert clock.time_of(5e5 + 0.1, 0) == pytest.approx(0.1)


class TestDamage:
    def make(self, path: Path) -> Path:
        shots = [texture(1), texture(2), texture(3)]
        return make_video(path, seconds=5, shots=shots, options=B_FRAMES)

    def test_a_zeroed_stretch_costs_itself_only(self, tmp_path: Path) -> None:
        times, reader = read(zeroed(self.make(tmp_path / "a.mp4")))
        assert reader.damage.failed_packets > 0
        assert 25 <= len(times) < 50
        assert times == sorted(times)
        assert reader.end_time == pytest.approx(5.0, abs=0.2)

    def test_flipped_bytes_are_noticed(self, tmp_path: Path) -> None:
        times, reader = read(flipped(self.make(tmp_path / "a.mp4")))
        assert reader.damage.corrupt_frames > 0
        assert len(times) > 25

    @pytest.mark.parametrize("name", ["a.mkv", "faststart.mp4"])
    def test_a_truncated_file_gives_what_is_there(self, tmp_path: Path, name: str) -> None:
        path = make_video(
            tmp_path / name,
            seconds=6,
            shots=[texture(1), texture(2)],
            options=B_FRAMES,
            container_options={"movflags": "faststart"} if name.endswith("mp4") else None,
        )
        times, reader = read(truncated(path))
        assert 0 < len(times) < 60
        assert reader.damage
        assert reader.end_time < 5

    def test_a_whole_file_is_undamaged(self, tmp_path: Path) -> None:
        times, reader = read(self.make(tmp_path / "a.mp4"))
        assert len(times) == 50
        assert not reader.damage

    def test_no_frame_at_all_is_unreadable(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.mp4", seconds=1, shots=[texture(1)])
        data = bytearray(path.read_bytes())
        start, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
        data[start:end] = bytes(end - start)
        path.write_bytes(bytes(data))
        with pytest.raises(UnreadableMedia, match="no frame of it decodes"):
            read(path)


class TestPixels:
    @pytest.mark.parametrize(
        ("rotation", "red_at", "blue_at"),
        [
            (0, (20, 5), (20, 35)),
            (90, (5, 20), (35, 20)),
            (180, (20, 35), (20, 5)),
            (270, (35, 20), (5, 20)),
        ],
    )
    def test_rotation_puts_the_picture_upright(
        self, tmp_path: Path, rotation: int, red_at: tuple[int, int], blue_at: tuple[int, int]
    ) -> None:
        shots = [red_left_blue_right()]
        path = make_video(tmp_path / "a.mp4", seconds=0.3, shots=shots, rotation=rotation)
        turned = probe(path).rotation
        image = to_rgb(first_frame(path), width=40, height=40, rotation=turned)
        assert image[red_at] == pytest.approx([255, 0, 0], abs=30)
        assert image[blue_at] == pytest.approx([0, 0, 255], abs=30)

    @pytest.mark.parametrize("rotation", [0, 90, 180, 270])
    def test_the_size_is_what_was_asked_for(self, tmp_path: Path, rotation: int) -> None:
        frame = first_frame(make_video(tmp_path / "a.mp4", seconds=0.3))
        image = to_rgb(frame, width=33, height=21, rotation=rotation)
        assert image.shape == (21, 33, 3)
        assert image.dtype == np.uint8
        assert image.flags.c_contiguous

    @pytest.mark.parametrize(
        ("name", "codec", "pixel_format", "size"),
        [
            ("full.mp4", "libx264", "yuv420p", (160, 120)),
            ("jpeg.mov", "mjpeg", "yuvj420p", (160, 120)),
            ("ten_bit.mkv", "libx265", "yuv420p10le", (160, 120)),
            ("odd.mkv", "libx264", "yuv444p", (161, 121)),
            ("palette.gif", "gif", "rgb8", (161, 121)),
            ("alpha.webm", "libvpx-vp9", "yuva420p", (160, 120)),
        ],
    )
    def test_colours_survive_every_pixel_format(
        self, tmp_path: Path, name: str, codec: str, pixel_format: str, size: tuple[int, int]
    ) -> None:
        path = make_video(
            tmp_path / name,
            seconds=0.3,
            codec=codec,
            pixel_format=pixel_format,
            size=size,
            shots=["#c08040"],
        )
        image = to_rgb(first_frame(path), width=32, height=24)
        assert image.mean(axis=(0, 1)) == pytest.approx([0xC0, 0x80, 0x40], abs=6)

    def test_black_and_white_reach_both_ends(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.mp4", shots=["black", "white"])
        with FrameReader(path) as reader:
            images = [to_rgb(frame, width=8, height=8) for _, frame in reader]
        assert images[0].max() <= 2
        assert images[-1].min() >= 253


class TestOpening:
    def test_what_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(MediaMissing):
            FrameReader(tmp_path / "a.mp4")

    def test_what_holds_no_picture(self, tmp_path: Path) -> None:
        with pytest.raises(NoVideo):
            FrameReader(audio_only(tmp_path / "a.mp4"))

    def test_leaving_early_lets_go_of_the_file(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.mp4")
        with FrameReader(path) as reader:
            next(iter(reader))
        reader.close()
        path.unlink()
