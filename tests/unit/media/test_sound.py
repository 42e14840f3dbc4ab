"""The sound of a video as samples whose count is the time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sounds import Sound, SoundTrack, bursts, make_sounding, onsets
from videos import audio_only, garbage, make_video, truncated, zeroed

from footage.errors import MediaMissing, UnreadableMedia
from footage.media.frames import Damage
from footage.media.sound import SAMPLE_RATE, SoundReader

TIMES = [0.5, 2.0, 3.5]


def heard(path: Path) -> tuple[Sound, Damage]:
    with SoundReader(path) as reader:
        blocks = list(reader)
    assert all(len(block) <= SAMPLE_RATE for block in blocks)
    return np.concatenate([np.zeros(0, np.float32), *blocks]), reader.damage


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "a.ts"])
@pytest.mark.parametrize("start", [0.0, 101.0])
def test_sounds_are_heard_when_they_are_heard(name: str, start: float, tmp_path: Path) -> None:
    path = make_sounding(tmp_path / name, [SoundTrack(bursts(5, TIMES))], start=start)
    samples, damage = heard(path)
    assert onsets(samples) == pytest.approx(TIMES, abs=0.06)
    assert len(samples) / SAMPLE_RATE == pytest.approx(5, abs=0.15)
    assert not damage


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_sound_that_begins_after_the_picture(name: str, tmp_path: Path) -> None:
    track = SoundTrack(bursts(3, [0.5, 2.0]), start=2.0)
    samples, _ = heard(make_sounding(tmp_path / name, [track]))
    assert onsets(samples) == pytest.approx([2.5, 4.0], abs=0.06)
    assert np.abs(samples[: 2 * SAMPLE_RATE]).max() < 0.01


def test_where_the_file_has_none_there_is_silence(tmp_path: Path) -> None:
    track = SoundTrack(bursts(4, [0.5, 2.5]), gap=(2.0, 10.0))
    samples, _ = heard(make_sounding(tmp_path / "a.mkv", [track], seconds=14))
    assert onsets(samples) == pytest.approx([0.5, 12.5], abs=0.06)


def test_a_clock_that_jumps_out_of_the_file_is_not_believed(tmp_path: Path) -> None:
    track = SoundTrack(bursts(4, [0.5, 2.5]), gap=(2.0, 40_000.0))
    path = make_sounding(tmp_path / "a.ts", [track], seconds=4)
    samples, _ = heard(path)
    assert onsets(samples) == pytest.approx([0.5, 2.5], abs=0.1)


def test_a_clock_that_is_set_back_loses_nothing(tmp_path: Path) -> None:
    """Recordings joined by `cat`."""
    paths = [
        make_sounding(tmp_path / f"{n}.ts", [SoundTrack(bursts(3, [1.0]))], seconds=3, start=start)
        for n, start in enumerate([50.0, 20.0])
    ]
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(path.read_bytes() for path in paths))
    samples, _ = heard(joined)
    assert onsets(samples) == pytest.approx([1.0, 4.0], abs=0.2)


def test_the_default_track_is_heard(tmp_path: Path) -> None:
    tracks = [SoundTrack(bursts(3, [0.5])), SoundTrack(bursts(3, [1.5]), default=True)]
    path = make_sounding(tmp_path / "a.mkv", tracks, seconds=3)
    samples, _ = heard(path)
    assert onsets(samples) == pytest.approx([1.5], abs=0.06)
    with SoundReader(path) as reader:
        assert reader.track == 2


def test_else_the_first(tmp_path: Path) -> None:
    tracks = [SoundTrack(bursts(3, [0.5])), SoundTrack(bursts(3, [1.5]))]
    samples, _ = heard(make_sounding(tmp_path / "a.mkv", tracks, seconds=3))
    assert onsets(samples) == pytest.approx([0.5], abs=0.06)


def test_without_sound_there_is_nothing(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4")
    samples, damage = heard(path)
    assert len(samples) == 0
    assert not damage
    with SoundReader(path) as reader:
        assert (reader.track, reader.undecodable) == (None, False)


def test_a_sound_file_is_heard_too(tmp_path: Path) -> None:
    samples, _ = heard(audio_only(tmp_path / "a.m4a", seconds=2))
    assert len(samples) / SAMPLE_RATE == pytest.approx(2, abs=0.1)


def test_of_a_file_cut_off_what_is_there_is_heard(tmp_path: Path) -> None:
    track = SoundTrack(bursts(20, [float(second) for second in range(1, 20, 2)]))
    path = make_sounding(tmp_path / "a.mkv", [track], seconds=20)
    samples, damage = heard(truncated(path, 0.6))
    found = onsets(samples)
    assert 3 <= len(found) < 10
    assert found == pytest.approx(
        [float(second) for second in range(1, 20, 2)][: len(found)], abs=0.1
    )
    assert damage


@pytest.mark.parametrize(("name", "shows"), [("a.mp4", True), ("a.mkv", True), ("a.ts", False)])
def test_times_after_damage_are_right(name: str, shows: bool, tmp_path: Path) -> None:
    times = [float(second) for second in range(1, 20, 2)]
    path = make_sounding(tmp_path / name, [SoundTrack(bursts(20, times))], seconds=20)
    samples, damage = heard(zeroed(path, 0.4, 0.5))
    found = onsets(samples)  # a click among them, where the damage ends within a packet
    for time in [1.0, 3.0, 5.0, 15.0, 17.0, 19.0]:
        assert min(abs(time - one) for one in found) < 0.1, found
    assert bool(damage) == shows


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(MediaMissing):
        SoundReader(tmp_path / "gone.mp4")
    with pytest.raises(UnreadableMedia):
        SoundReader(garbage(tmp_path / "a.mp4"))
