"""The library says which readers work, and how far they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from colours import ColourEmbedder
from server.serving import Served, serving
from videos import make_video

import footage
from footage.embedder import VideoFile
from footage.errors import ReaderBroken
from footage.reader import Line, Reader, ReaderFingerprint, Reading
from footage.readers import reader_set
from footage.readers.needs import Status


class Ear(Reader):
    """Hears the name of the file, until it breaks."""

    fingerprint = ReaderFingerprint("ear", "1")
    broken = False

    def read(self, video: VideoFile, *, on_progress: Callable[[float], None]) -> Reading:
        on_progress(1.0)
        if self.broken:
            raise ReaderBroken("its model cannot be read")
        return Reading(self.fingerprint, (Line(0.0, 1.0, video.path.stem),))


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def heard(ear: Ear, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    lack = Status("screen", False, reason="rapidocr is not installed", remedy="install it")
    monkeypatch.setattr(reader_set, "available", lambda: [lack])
    with (
        footage.open(
            tmp_path / "my.library", embedder=ColourEmbedder(), readers={"speech": ear}
        ) as library,
        serving(library) as served,
    ):
        yield served


def states(served: Served) -> dict[str, dict[str, Any]]:
    readers = served.client.get("/library").json()["readers"]
    return {reader.pop("name"): reader for reader in readers}


def test_how_far_they_are_and_what_is_missing(heard: Served, folder: Path) -> None:
    make_video(folder / "a.mp4", seconds=1)
    heard.library.add(folder)
    make_video(folder / "b.mp4", seconds=2)
    heard.library.add(folder, read=False)
    told = states(heard)
    assert told["speech"] == {
        "modality": "speech",
        "state": "ok",
        "reason": None,
        "remedy": None,
        "videos": 1,
        "waiting": 1,
    }
    assert (told["screen"]["state"], told["screen"]["remedy"]) == ("missing", "install it")
    assert told["screen"]["reason"] == "rapidocr is not installed"


def test_one_that_fails_more_often_than_not(heard: Served, ear: Ear, folder: Path) -> None:
    ear.broken = True
    make_video(folder / "a.mp4", seconds=1)
    heard.library.add(folder)
    told = states(heard)["speech"]
    assert (told["state"], told["reason"]) == ("failing", "its model cannot be read")
    assert (told["videos"], told["waiting"]) == (0, 1)
    assert told["remedy"]
    ear.broken = False
    make_video(folder / "b.mp4", seconds=2)
    heard.library.add(folder)
    assert states(heard)["speech"]["state"] == "ok"


def test_subtitles_are_read_where_nobody_hears(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    lack = Status("speech", False, reason="moonshine is not installed", remedy="install it")
    monkeypatch.setattr(reader_set, "available", lambda: [lack])
    told = states(served)["speech"]
    assert (told["state"], told["videos"], told["waiting"]) == ("missing", 0, 4)
