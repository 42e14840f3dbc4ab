"""Readings as files: what was written is read back, damage is an error, drafts are found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footage.errors import ArchiveDamaged, LibraryTooNew
from footage.media.frames import Damage
from footage.reader import Line, ReaderFingerprint, Reading
from footage.readings import Readings

VIDEO = "a" * 32
MARK = ReaderFingerprint("subtitles", "1", {"languages": "en"})
READING = Reading(
    MARK,
    (Line(0.5, 1.5, "Where is\nthe dog?", 0.9, "en"), Line(2.0, 3.0, "In the lake.")),
    "clip.srt",
    Damage(1, 2),
    ("one was passed over",),
)


@pytest.fixture
def readings(tmp_path: Path) -> Readings:
    return Readings(tmp_path / "readings")


def test_what_was_written_is_read_back(readings: Readings) -> None:
    path = readings.write(VIDEO, "speech", READING)
    assert path.parts[-3:] == ("readings", "speech", f"{VIDEO}.zip")
    assert readings.read(VIDEO, "speech") == READING
    assert readings.has(VIDEO, "speech")
    assert not readings.has(VIDEO, "screen")
    assert list(readings.video_ids("speech")) == [VIDEO]
    assert list(readings.video_ids("screen")) == []
    assert readings.files(VIDEO) == [path]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(texts=st.lists(st.text(), max_size=5))
def test_any_text_is_read_back(readings: Readings, texts: list[str]) -> None:
    reading = Reading(MARK, tuple(Line(float(at), at + 1.0, text) for at, text in enumerate(texts)))
    readings.write(VIDEO, "screen", reading)
    assert readings.read(VIDEO, "screen") == reading


def test_forgetting_tells_what_it_frees(readings: Readings) -> None:
    size = sum(
        readings.write(VIDEO, modality, READING).stat().st_size for modality in ("speech", "screen")
    )
    assert readings.forget(VIDEO) == size
    assert readings.files(VIDEO) == []
    assert readings.forget(VIDEO) == 0


@pytest.mark.parametrize("at", [0.2, 0.5, 0.8])
def test_a_changed_byte_is_noticed(readings: Readings, at: float) -> None:
    path = readings.write(VIDEO, "speech", READING)
    data = bytearray(path.read_bytes())
    start = data.index(b"{")
    data[start + int(at * 400)] ^= 0xFF
    path.write_bytes(bytes(data))
    with pytest.raises(ArchiveDamaged, match="footage index"):
        readings.read(VIDEO, "speech")


def test_what_is_not_there_or_of_another_is_damaged(readings: Readings) -> None:
    with pytest.raises(ArchiveDamaged, match="missing"):
        readings.read(VIDEO, "speech")
    path = readings.write(VIDEO, "speech", READING)
    path.rename(path.with_name("b" * 32 + ".zip"))
    with pytest.raises(ArchiveDamaged, match="it is of video a"):
        readings.read("b" * 32, "speech")
    screen = readings.path("b" * 32, "screen")
    screen.parent.mkdir()
    path.with_name("b" * 32 + ".zip").rename(screen)
    with pytest.raises(ArchiveDamaged):
        readings.read("b" * 32, "screen")


def test_a_newer_format_is_refused(readings: Readings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("footage.readings.FORMAT", 2)
    readings.write(VIDEO, "speech", READING)
    monkeypatch.setattr("footage.readings.FORMAT", 1)
    with pytest.raises(LibraryTooNew):
        readings.read(VIDEO, "speech")


def test_drafts_are_found(readings: Readings) -> None:
    draft = readings.write(VIDEO, "speech", READING).with_name(".x.tmp")
    draft.touch()
    assert readings.leftovers() == [draft]


@pytest.mark.parametrize(("video", "modality"), [("../x", "speech"), (VIDEO, "../screen")])
def test_names_that_could_lie_elsewhere_are_refused(
    readings: Readings, video: str, modality: str
) -> None:
    with pytest.raises(ValueError, match="not a"):
        readings.path(video, modality)
