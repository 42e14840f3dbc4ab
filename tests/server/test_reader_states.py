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
        "reason": "1 video was not read yet",
        "remedy": "`footage index` on their folders reads what was not read",
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
    """There is nothing to hear in videos without sound."""
    lack = Status("speech", False, reason="moonshine is not installed", remedy="install it")
    monkeypatch.setattr(reader_set, "available", lambda: [lack])
    told = states(served)["speech"]
    assert (told["state"], told["videos"], told["waiting"]) == ("missing", 4, 0)


def test_what_nobody_could_hear_waits_until_somebody_can(
    tmp_path: Path, folder: Path, ear: Ear, subtitles_only: None
) -> None:
    make_video(folder / "mute.mp4", seconds=1)
    loud = make_video(folder / "loud.mp4", seconds=2, audio=True)
    place, embedder = tmp_path / "my.library", ColourEmbedder()
    with footage.open(place, embedder=embedder) as library, serving(library) as served:
        library.add(folder)
        address = f"/videos/{served.id_of('loud')}/transcript"
        assert states(served)["speech"]["state"] == "missing"
        assert (states(served)["speech"]["videos"], states(served)["speech"]["waiting"]) == (1, 1)
        assert served.client.get(address).json()["reader"] == "none"
        mute = served.client.get(f"/videos/{served.id_of('mute')}/transcript").json()
        assert (mute["reader"], mute["lines"]) == ("subtitles", [])
    readers = {"speech": ear}
    with (
        footage.open(place, embedder=embedder, readers=readers) as library,
        serving(library) as served,
    ):
        told = states(served)["speech"]
        assert (told["state"], told["waiting"]) == ("ok", 1)
        assert "`footage index`" in told["remedy"]
        answer = served.client.get(address).json()
        (warning,) = answer["warnings"]
        assert (answer["reader"], answer["lines"]) == ("none", [])
        assert "loud was not read yet; `footage index`" in warning
        with pytest.raises(footage.NotFound, match="was not read yet"):
            library.transcript(loud)
        assert library.reading_now(loud, "speech") is None
        library.add(folder)
        assert states(served)["speech"]["waiting"] == 0
        assert states(served)["speech"]["remedy"] is None
        assert [line["text"] for line in served.client.get(address).json()["lines"]] == ["loud"]
