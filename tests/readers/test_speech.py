"""Real speech in real videos: the words, their times, and no words where nobody speaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from readers.speeches import (
    BECKETT,
    TWO_CITIES,
    at_48_khz,
    samples_of,
    speech_file,
    word_errors,
    words,
)
from sounds import RATE, Sound, SoundTrack, make_sounding
from subtitled import video_file
from videos import make_video, truncated

from footage.reader import Line, Reading
from footage.readers.speech import SpeechReader


@pytest.fixture(scope="module")
def reader() -> SpeechReader:
    return SpeechReader()


def read(reader: SpeechReader, path: Path) -> Reading:
    return reader.read(video_file(path), on_progress=lambda _seconds: None)


def text_of(lines: tuple[Line, ...]) -> str:
    return " ".join(line.text for line in lines)


def line_with(text: str, lines: tuple[Line, ...]) -> Line:
    return next(line for line in lines if text in line.text.lower())


@pytest.fixture(scope="module")
def two_cities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video in which the speech begins after 6 s, on a clock that starts at 101 s."""
    path = tmp_path_factory.mktemp("speech") / "two-cities.ts"
    track = SoundTrack(at_48_khz(samples_of("two_cities.wav")), start=5.0)
    return make_sounding(path, [track], seconds=50, start=101.0)


def test_the_words_and_their_times(two_cities: Path, reader: SpeechReader) -> None:
    told: list[float] = []
    reading = reader.read(video_file(two_cities), on_progress=told.append)
    assert word_errors(TWO_CITIES, text_of(reading.lines)) <= 0.05
    # as the recording has them, by ear
    for phrase, start in (
        ("best of times", 6.0),
        ("epoch of incredulity", 15.6),
        ("darkness", 20.0),
        ("spring of hope", 22.3),
        ("everything before us", 26.0),
        ("in short", 33.9),
        ("authorities", 37.5),
    ):
        assert line_with(phrase, reading.lines).start == pytest.approx(start, abs=1.0), phrase
    assert reading.lines[-1].end == pytest.approx(48, abs=1.0)
    for line in reading.lines:
        assert 0.55 < (line.confidence or 0) <= 1
        assert line.language == "en"
        assert 0 < line.end - line.start < 10
    assert reading.source == "audio track 1"
    assert not reading.damage
    assert not reading.warnings
    assert told == sorted(told)
    assert told[-1] == pytest.approx(49.4, abs=0.5)


def test_a_speech_far_into_a_long_silence(tmp_path: Path, reader: SpeechReader) -> None:
    track = SoundTrack(at_48_khz(samples_of("beckett.wav")), start=300.0)
    path = make_sounding(tmp_path / "a.mkv", [track], seconds=311)
    lines = read(reader, path).lines
    assert words(text_of(lines)) == words(BECKETT)
    assert lines[0].start == pytest.approx(300.3, abs=0.5)


def without_pauses(samples: Sound) -> Sound:
    """The speech with nothing between its words that is longer than a tenth of a second."""
    blocks = samples[: len(samples) // 1600 * 1600].reshape(-1, 1600)
    loud = np.abs(blocks).max(axis=1) > 0.02
    return np.concatenate(blocks[loud])


def test_at_cuts_within_a_speech_no_word_is_lost_or_doubled(
    tmp_path: Path, reader: SpeechReader
) -> None:
    """A minute and a half without a pause has to be cut six times.

    Words that run into each other are harder to understand, so some are wrong; none are missing.
    """
    speech = without_pauses(samples_of("two_cities.wav"))
    path = make_sounding(
        tmp_path / "a.mkv", [SoundTrack(at_48_khz(np.tile(speech, 3)))], seconds=10
    )
    heard = text_of(read(reader, path).lines)
    assert word_errors(TWO_CITIES * 3, heard) <= 0.16
    assert len(words(heard)) == pytest.approx(3 * len(words(TWO_CITIES)), rel=0.04)


def test_the_default_track_is_heard(tmp_path: Path, reader: SpeechReader) -> None:
    beckett = at_48_khz(samples_of("beckett.wav"))
    tracks = [SoundTrack(np.zeros_like(beckett)), SoundTrack(beckett, default=True)]
    reading = read(reader, make_sounding(tmp_path / "a.mkv", tracks, seconds=10))
    assert words(text_of(reading.lines)) == words(BECKETT)
    assert reading.source == "audio track 2"


def test_a_video_without_sound_has_no_lines(tmp_path: Path, reader: SpeechReader) -> None:
    reading = read(reader, make_video(tmp_path / "a.mp4"))
    assert (reading.lines, reading.source, reading.warnings) == ((), None, ())


def noise(colour: float, seconds: float = 30.0) -> Sound:
    """Noise whose power falls with frequency to this exponent: 0 is white, 1 pink, 2 brown."""
    count = int(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(3).standard_normal(count))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** (colour / 2)
    sound = np.fft.irfft(spectrum, count)
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)


def chords(seconds: float = 30.0) -> Sound:
    """Plucked chords with a beat and a singing lead."""
    rng, at = np.random.default_rng(4), np.arange(RATE // 2) / RATE
    bars = []
    for _ in range(int(seconds * 2)):
        root = 110 * 2 ** (rng.integers(0, 24) / 12)
        strings = sum(np.sin(2 * np.pi * root * step * at) for step in (1, 1.26, 1.5, 2))
        lead = np.sign(np.sin(2 * np.pi * root * 4 * at + 3 * np.sin(2 * np.pi * 5 * at)))
        drum = rng.standard_normal(len(at)) * np.exp(-at * 40)
        bars.append(strings * np.exp(-at * 3) + 0.3 * lead + drum)
    sound = np.concatenate(bars)
    return (0.7 * sound / np.abs(sound).max()).astype(np.float32)


@pytest.mark.parametrize(
    "sound",
    [noise(0), noise(1), noise(2), chords()],
    ids=["white noise", "pink noise", "brown noise", "chords"],
)
def test_noise_and_music_give_no_words(sound: Sound, tmp_path: Path, reader: SpeechReader) -> None:
    reading = read(reader, make_sounding(tmp_path / "a.mkv", [SoundTrack(sound)], seconds=2))
    assert reading.lines == ()


def test_speech_over_noise_is_understood(tmp_path: Path, reader: SpeechReader) -> None:
    speech = at_48_khz(samples_of("beckett.wav"))
    hiss = noise(1, len(speech) / RATE + 1)[: len(speech)]
    hiss *= np.sqrt(np.square(speech).mean() / np.square(hiss).mean() / 10)  # 10 dB softer
    path = make_sounding(tmp_path / "a.mkv", [SoundTrack(speech + hiss)], seconds=2)
    assert word_errors(BECKETT, text_of(read(reader, path).lines)) <= 0.35


def test_speech_backwards_is_not_understood(tmp_path: Path, reader: SpeechReader) -> None:
    """It sounds like people, and like no language."""
    speech = at_48_khz(samples_of("two_cities.wav")[::-1].copy())
    reading = read(reader, make_sounding(tmp_path / "a.mkv", [SoundTrack(speech)], seconds=2))
    assert reading.lines == ()
    (warning,) = reading.warnings
    assert "s of speech were not understood: too noisy, or not English" in warning


def test_of_a_damaged_file_what_can_be_read_is(two_cities: Path, reader: SpeechReader) -> None:
    cut = two_cities.with_name("cut.mkv")
    track = SoundTrack(at_48_khz(samples_of("two_cities.wav")))
    reading = read(reader, truncated(make_sounding(cut, [track], seconds=44), 0.5))
    assert "best of times" in text_of(reading.lines).lower()
    assert "comparison" not in text_of(reading.lines)
    assert reading.damage
    assert "its sound is damaged: what was said in those parts is missing" in reading.warnings


def test_who_listens_may_stop_it(two_cities: Path, reader: SpeechReader) -> None:
    def stop(seconds: float) -> None:
        if seconds > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reader.read(video_file(two_cities), on_progress=stop)


def test_the_fingerprint_names_the_model(reader: SpeechReader) -> None:
    assert reader.fingerprint.options == {"model": "moonshine-tiny-en"}
    assert reader.fingerprint.id.startswith("speech-")


def test_the_recordings_are_what_they_are_taken_for() -> None:
    assert len(samples_of("two_cities.wav")) / 16_000 == pytest.approx(44.4, abs=0.1)
    assert speech_file("beckett.wav").is_file()
