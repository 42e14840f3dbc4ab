"""kill -9 while readings are stored: each is there whole or not, and the next run goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from colours import ColourEmbedder
from programs import act
from videos import make_video

import footage

pytestmark = pytest.mark.slow

SRT = "1\n00:00:00,500 --> 00:00:01,500\nWhere is the {}?\n"
ANIMALS = ("dog", "zebra")


@pytest.mark.parametrize(
    ("point", "nth"),
    [
        ("footage.readings:Readings:write", 1),
        ("footage.reading_log:ReadingLog:record", 2),
        ("footage.index.texts:TextIndex:replace", 1),
    ],
)
def test_a_kill_loses_no_reading(tmp_path: Path, point: str, nth: int) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    for animal in ANIMALS:
        make_video(folder / f"{animal}.mp4", seconds=2 + len(animal), fps=5, size=(64, 48))
        (folder / f"{animal}.srt").write_text(SRT.format(animal))
    where = tmp_path / "my.library"
    process = act(where, "add", str(folder), point=point, nth=nth, when="after")
    _, err = process.communicate(timeout=100)
    assert process.returncode == -9, err
    with footage.open(where, embedder=ColourEmbedder()) as library:
        entries = library.text_store.log.entries()
        for video_id, modality in entries:
            assert library.transcript(video_id, modality).lines
            assert library.texts.held()[video_id, modality]
        again = library.add(folder)
        assert len(again.readings) == len(ANIMALS) - len(entries)
        assert len(library.search("red")) == len(ANIMALS)
        for animal in ANIMALS:
            (hit,) = library.texts.words(animal, modality="speech")
            assert hit.text == f"Where is the {animal}?"
        assert not list(where.rglob("*.tmp"))
