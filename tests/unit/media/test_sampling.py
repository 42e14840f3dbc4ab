"""The one pass: what is sampled when, and what is known afterwards."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from footage.errors import UnreadableMedia, UsageError
from footage.media.frames import FrameReader
from footage.media.previews import jpeg, thumbnail
from footage.media.probe import probe
from footage.media.sampling import Sample, VideoSampler
from tests.videos import (
    count_of,
    counting,
    flat,
    make_video,
    red_left_blue_right,
    texture,
    truncated,
    zeroed,
)


def sampled(path: Path, fps: float = 1.0) -> tuple[list[Sample], VideoSampler]:
    with VideoSampler(path, probe(path), fps=fps, image_size=(32, 32)) as sampler:
        return list(sampler), sampler


def times(samples: list[Sample]) -> list[float]:
    return [sample.time for sample in samples]


def decode(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


class TestTicks:
    def test_one_sample_a_second_from_the_first_frame_on(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.mp4", seconds=5, fps=10, shots=[counting(10)])
        samples, sampler = sampled(path)
        assert times(samples) == pytest.approx([0, 1, 2, 3, 4], abs=0.002)
        assert [count_of(sample.image) for sample in samples] == [0, 10, 20, 30, 40]
        assert sampler.duration == pytest.approx(5)

    def test_the_first_frame_at_or_after_the_tick(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.mp4", seconds=2, fps=10, shots=[counting(10)])
        samples, _ = sampled(path, fps=4)
        assert [count_of(sample.image) for sample in samples] == [0, 3, 5, 8, 10, 13, 15, 18]

    def test_fewer_than_one_a_second(self, tmp_path: Path) -> None:
        samples, _ = sampled(make_video(tmp_path / "a.mp4", seconds=10, fps=5), fps=0.25)
        assert times(samples) == pytest.approx([0, 4, 8], abs=0.002)

    def test_a_video_shorter_than_a_tick_has_a_sample(self, tmp_path: Path) -> None:
        samples, sampler = sampled(make_video(tmp_path / "a.mp4", seconds=0.1, fps=10))
        assert times(samples) == [0]
        assert sampler.duration == pytest.approx(0.1)

    def test_a_frame_on_display_at_a_tick_is_sampled_there(self, tmp_path: Path) -> None:
        path = make_video(
            tmp_path / "a.mkv",
            times=[0, 0.1, 4.3, 4.4],
            seconds=5,
            shots=[lambda time: flat("red" if time < 4 else "blue")],
        )
        samples, _ = sampled(path)
        assert times(samples) == pytest.approx([0, 1, 2, 3, 4.3], abs=0.002)
        assert [sample.image[0, 0, 0] > 128 for sample in samples] == [True] * 4 + [False]

    def test_a_last_frame_that_stays_is_sampled_while_it_does(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.mp4", seconds=8, fps=Fraction(1, 4))
        samples, sampler = sampled(path)
        assert times(samples) == pytest.approx(range(8), abs=0.002)
        assert sampler.duration == pytest.approx(8)

    def test_held_frames_are_rendered_once(self, tmp_path: Path) -> None:
        samples, _ = sampled(make_video(tmp_path / "a.mp4", seconds=8, fps=Fraction(1, 4)))
        assert samples[1].image is samples[0].image
        assert samples[4].image is not samples[0].image

    def test_every_sample_lies_within_the_duration(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.mp4", seconds=4, fps=Fraction(30000, 1001), audio=True)
        samples, sampler = sampled(path, fps=10)
        assert max(times(samples)) < sampler.duration


class TestPictures:
    def test_the_image_is_squashed_to_its_size(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.mp4", shots=[red_left_blue_right()])
        with VideoSampler(path, probe(path), image_size=(48, 32)) as sampler:
            image = next(iter(sampler)).image
        assert image.shape == (32, 48, 3)
        assert image[16, 4, 0] > 200
        assert image[16, 44, 2] > 200

    def test_the_thumbnail_keeps_the_aspect_on_display(self, tmp_path: Path) -> None:
        path = make_video(
            tmp_path / "a.mp4",
            size=(320, 240),
            sar=Fraction(4, 3),
            rotation=90,
            shots=[red_left_blue_right((320, 240))],
        )
        info = probe(path)
        with VideoSampler(path, info, image_size=(32, 32), thumbnail_width=120) as sampler:
            sample = next(iter(sampler))
        picture = decode(sample.thumbnail)
        assert (info.width, info.height) == (240, 427)
        assert picture.size == (120, 214)
        top, bottom = picture.getpixel((60, 10)), picture.getpixel((60, 200))
        assert isinstance(top, tuple)
        assert isinstance(bottom, tuple)
        assert top[0] > 200
        assert bottom[2] > 200
        assert sample.image[4, 16, 0] > 200

    def test_a_thumbnail_is_never_larger_than_the_video(self, tmp_path: Path) -> None:
        samples, _ = sampled(make_video(tmp_path / "a.mp4", size=(160, 120)))
        assert decode(samples[0].thumbnail).size == (160, 120)

    def test_a_thumbnail_of_a_single_frame(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.mp4", rotation=270)
        with FrameReader(path) as reader:
            picture = decode(thumbnail(next(iter(reader))[1], info=probe(path), width=60))
        assert (picture.format, picture.size) == ("JPEG", (60, 80))

    def test_jpeg_keeps_the_picture(self) -> None:
        image = texture(1)
        back = np.asarray(decode(jpeg(image))).astype(int)
        assert np.abs(back - image).mean() < 4


class TestAfterwards:
    def test_shots_are_known(self, tmp_path: Path) -> None:
        shots = [texture(1), texture(2), texture(3)]
        _, sampler = sampled(make_video(tmp_path / "a.mp4", seconds=9, fps=20, shots=shots))
        assert sampler.boundaries == pytest.approx([3, 6], abs=0.06)

    def test_the_duration_is_measured_where_the_header_is_wrong(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.mkv", seconds=8, shots=[texture(1), texture(2)])
        samples, sampler = sampled(truncated(path, 0.6))
        assert probe(path).duration == pytest.approx(8, abs=0.2)
        assert max(times(samples)) < sampler.duration < 7
        assert sampler.damage

    def test_a_file_without_a_duration_gets_one(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.h264", seconds=3, fps=25)
        _, sampler = sampled(path)
        assert probe(path).duration == 0
        assert sampler.duration == pytest.approx(3, abs=0.1)

    def test_a_short_tail_of_sound_belongs_to_the_video(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.mp4", seconds=3.03, fps=10, audio=True)
        _, sampler = sampled(path)
        assert sampler.duration == probe(path).duration

    def test_damage_is_passed_on(self, tmp_path: Path) -> None:
        shots = [texture(1), texture(2), texture(3)]
        _, sampler = sampled(zeroed(make_video(tmp_path / "a.mp4", seconds=5, shots=shots)))
        assert sampler.damage.failed_packets > 0


class TestUse:
    def test_leaving_early_lets_go_of_the_file(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.mp4", seconds=5)
        samples = iter(VideoSampler(path, probe(path), image_size=(32, 32)))
        next(samples)
        samples.close()  # type: ignore[attr-defined]
        assert list(samples) == []

    @pytest.mark.parametrize(
        "options",
        [{"fps": 0.0}, {"fps": -1.0}, {"fps": float("nan")}, {"image_size": (0, 32)}],
    )
    def test_nonsense_is_a_usage_error(self, tmp_path: Path, options: dict[str, object]) -> None:
        path = make_video(tmp_path / "a.mp4", seconds=0.3)
        with pytest.raises(UsageError):
            VideoSampler(path, probe(path), **{"image_size": (32, 32), **options})  # type: ignore[arg-type]

    def test_a_broken_file_is_reported_when_opened(self, tmp_path: Path) -> None:
        path = make_video(tmp_path / "a.mp4", seconds=0.3)
        info = probe(path)
        path.write_bytes(b"overwritten")
        with pytest.raises(UnreadableMedia):
            VideoSampler(path, info, image_size=(32, 32))
