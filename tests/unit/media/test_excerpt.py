"""A stretch of a file: sought to, sampled, and cut out, to the frame."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from videos import (
    audio_only,
    count_of,
    counting,
    every_kind,
    make_video,
    red_left_blue_right,
    truncated,
)

from footage.errors import InvalidQuery, MediaError, NoVideo, UnreadableMedia
from footage.media.excerpt import clip_excerpt, sound_excerpt, sound_seconds
from footage.media.frames import FrameReader, to_rgb
from footage.media.probe import probe
from footage.media.sampling import VideoSampler

FPS = 10
LIMITS = {"sides": (120, 720), "most_bytes": 32_000_000}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20 s of numbered frames, a key frame every 3 s, with a tone."""
    path = tmp_path_factory.mktemp("films") / "film.mp4"
    options = {"g": "30", "keyint_min": "30", "sc_threshold": "0", "bf": "2", "preset": "fast"}
    return make_video(path, seconds=20, fps=FPS, shots=[counting(FPS)], audio=True, options=options)


def sampled(path: Path, start: float, end: float, fps: float = 1.0) -> list[tuple[float, int]]:
    """The times of samples, and which frames they are."""
    sampler = VideoSampler(path, probe(path), fps=fps, image_size=(64, 48), start=start, end=end)
    with sampler:
        return [(round(sample.time, 3), count_of(sample.image)) for sample in sampler]


def written(data: bytes, path: Path) -> Path:
    path.write_bytes(data)
    return path


# seeking


@pytest.mark.parametrize("start", [0.0, 0.05, 2.9, 3.0, 3.05, 10.44, 19.9])
def test_reading_begins_shortly_before(film: Path, start: float) -> None:
    with FrameReader(film, start=start) as reader:
        time, frame = next(iter(reader))
    assert start - 6.1 < time <= start
    assert count_of(to_rgb(frame, width=160, height=120)) == round(time * FPS)


def test_reading_beyond_the_end_begins_before_it(film: Path) -> None:
    with FrameReader(film, start=100.0) as reader:
        assert [round(time, 1) for time, _ in reader][-1] == 19.9


def test_every_kind_of_file_is_read_from_the_middle(tmp_path: Path) -> None:
    for path in every_kind(tmp_path):
        with FrameReader(path) as whole, FrameReader(path, start=0.5) as reader:
            times = [time for time, _ in whole]
            found = [time for time, _ in reader]
        assert found[0] <= 0.5, path.name
        assert found == pytest.approx(times[-len(found) :], abs=0.002), path.name


def test_a_file_whose_clock_starts_late(tmp_path: Path) -> None:
    path = make_video(tmp_path / "late.mkv", seconds=8, fps=FPS, shots=[counting(FPS)], start=100.0)
    assert sampled(path, 4.0, 6.0) == [(4.0, 40), (5.0, 50)]


# sampling


def test_a_stretch_has_the_samples_that_the_whole_has(film: Path) -> None:
    whole = sampled(film, 0.0, 100.0)
    assert sampled(film, 4.2, 9.0) == [(time, n) for time, n in whole if 4.2 <= time < 9.0]
    assert sampled(film, 4.0, 9.1) == [(time, n) for time, n in whole if 4.0 <= time < 9.1]


@given(st.floats(0, 19.8), st.floats(0.01, 5), st.sampled_from([0.5, 1.0, 3.0]))
def test_any_stretch_has_a_sample_and_none_beyond(
    film: Path, start: float, length: float, fps: float
) -> None:
    found = sampled(film, start, start + length, fps)
    assert found
    for time, number in found:
        assert start - 1 / FPS <= time < start + length + 2e-3
        assert number == pytest.approx(time * FPS, abs=1.01)


def test_a_stretch_between_two_ticks_is_what_is_on_display(tmp_path: Path) -> None:
    path = make_video(tmp_path / "slides.mp4", seconds=6, times=[0, 2.5, 5.0], shots=[counting(2)])
    assert sampled(path, 3.2, 3.6) == [(3.2, 5)]
    assert sampled(path, 1.0, 5.2) == [(1.0, 0), (2.5, 5), (3.0, 5), (4.0, 5), (5.0, 10)]


def test_a_stretch_beyond_the_end_has_no_sample(film: Path) -> None:
    assert sampled(film, 21.0, 25.0) == []


# cutting out


def frames(path: Path) -> list[tuple[float, int]]:
    with FrameReader(path) as reader:
        return [(time, count_of(to_rgb(frame, width=160, height=120))) for time, frame in reader]


@pytest.mark.parametrize(("start", "end"), [(0.0, 2.0), (4.23, 7.1), (17.0, 20.0)])
def test_a_clip_is_exact(film: Path, tmp_path: Path, start: float, end: float) -> None:
    data = clip_excerpt(film, probe(film), start, end, **LIMITS)  # type: ignore[arg-type]
    cut = written(data, tmp_path / "cut.mp4")
    info = probe(cut)
    assert info.duration == pytest.approx(end - start, abs=0.11)
    assert info.has_audio
    assert info.codec == "h264"
    found = frames(cut)
    assert found[0] == (0.0, int(start * FPS))
    for time, number in found[1:]:
        assert number == pytest.approx((start + time) * FPS, abs=1.01)
    assert found[-1][1] == pytest.approx(end * FPS, abs=2.01)


def test_a_clip_is_upright_and_of_a_size_that_is_taken(tmp_path: Path) -> None:
    turned = make_video(tmp_path / "a.mp4", shots=[red_left_blue_right()], rotation=90)
    data = clip_excerpt(turned, probe(turned), 0.5, 1.5, sides=(360, 720), most_bytes=10**7)
    cut = written(data, tmp_path / "cut.mp4")
    info = probe(cut)
    assert (info.width, info.height, info.rotation) == (360, 480, 0)
    with FrameReader(cut) as reader:
        image = to_rgb(next(iter(reader))[1], width=36, height=48)
    above, below = image[8, 18], image[40, 18]
    assert above[0] > 150 > above[2]
    assert below[2] > 150 > below[0]
    wide = make_video(tmp_path / "b.mp4", size=(1280, 960), seconds=0.5)
    small = clip_excerpt(wide, probe(wide), 0, 0.5, sides=(360, 720), most_bytes=10**7)
    assert probe(written(small, cut)).height == 720


def test_a_picture_that_stays_on_lasts(tmp_path: Path) -> None:
    path = make_video(tmp_path / "slides.mp4", seconds=10, times=[0, 5.0], shots=["red", "blue"])
    cut = written(clip_excerpt(path, probe(path), 1, 4.5, **LIMITS), tmp_path / "cut.mp4")  # type: ignore[arg-type]
    assert probe(cut).duration == pytest.approx(3.5, abs=0.05)


def test_a_clip_stays_within_its_bytes(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)

    def snow(_time: float) -> np.ndarray:
        return chance.integers(0, 256, (120, 160, 3)).astype(np.uint8)

    path = make_video(tmp_path / "snow.mp4", seconds=6, fps=25, shots=[snow])
    whole = clip_excerpt(path, probe(path), 0, 6, sides=(120, 120), most_bytes=10**8)
    bound = len(whole) // 2
    data = clip_excerpt(path, probe(path), 0, 6, sides=(120, 120), most_bytes=bound)
    assert len(data) < bound


def heard(data: bytes, path: Path) -> np.ndarray:
    with av.open(str(written(data, path))) as container:
        pieces = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(pieces, axis=1)[0]


def two_tones(path: Path) -> Path:
    """6 s of sound: 3 s of 400 Hz, then 3 s of 2,000 Hz."""
    rate = 44_100
    at = np.arange(6 * rate) / rate
    wave = 0.3 * np.sin(2 * np.pi * np.where(at < 3, 400, 2000) * at)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("pcm_s16le", rate=rate, layout="mono")
        samples = (wave * 32767).astype(np.int16)
        for first in range(0, len(samples), 4410):
            frame = av.AudioFrame.from_ndarray(samples[None, first : first + 4410], "s16", "mono")
            frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), first
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


def loudest(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * 48_000 / len(samples))


@pytest.mark.parametrize(("start", "end", "hertz"), [(0.5, 2.9, 400), (3.1, 5.5, 2000)])
def test_a_sound_is_exact(tmp_path: Path, start: float, end: float, hertz: float) -> None:
    path = two_tones(tmp_path / "tones.wav")
    assert sound_seconds(path) == pytest.approx(6)
    samples = heard(sound_excerpt(path, start, end), tmp_path / "cut.mp3")
    assert len(samples) / 48_000 == pytest.approx(end - start, abs=0.1)
    assert loudest(samples) == pytest.approx(hertz, abs=5)


def test_the_sound_of_a_film(film: Path, tmp_path: Path) -> None:
    samples = heard(sound_excerpt(film, 15.0, 17.0), tmp_path / "cut.mp3")
    assert loudest(samples) == pytest.approx(440, abs=5)
    assert len(samples) / 48_000 == pytest.approx(2, abs=0.1)


def test_a_damaged_sound_is_what_is_left_of_it(tmp_path: Path) -> None:
    path = truncated(audio_only(tmp_path / "a.mp3", seconds=4), keep=0.6)
    samples = heard(sound_excerpt(path, 0.0, 4.0), tmp_path / "cut.mp3")
    assert 1.5 < len(samples) / 48_000 < 3


def test_what_cannot_be_cut_out(film: Path, tmp_path: Path) -> None:
    mute = make_video(tmp_path / "mute.mp4", seconds=1)
    for ask in (lambda: sound_seconds(mute), lambda: sound_excerpt(mute, 0, 1)):
        with pytest.raises(UnreadableMedia, match=r"mute\.mp4 holds no sound"):
            ask()
    with pytest.raises(InvalidQuery, match=r"film\.mp4 has no sound after 50 s"):
        sound_excerpt(film, 50, 51)
    with pytest.raises(InvalidQuery, match=r"film\.mp4 shows nothing after 50 s"):
        clip_excerpt(film, probe(film), 50, 51, **LIMITS)  # type: ignore[arg-type]
    with pytest.raises(NoVideo):
        clip_excerpt(audio_only(tmp_path / "a.mp3"), probe(film), 0, 1, **LIMITS)  # type: ignore[arg-type]


@pytest.mark.parametrize("cut", [sound_seconds, lambda path: sound_excerpt(path, 0, 1)])
def test_what_is_no_sound_at_all(tmp_path: Path, cut: Callable[[Path], object]) -> None:
    (tmp_path / "notes.wav").write_text("la la la")
    with pytest.raises(MediaError, match=r"notes\.wav"):
        cut(tmp_path / "notes.wav")
