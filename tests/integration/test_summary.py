"""Summaries of real little videos: chapters, key pictures, contact sheets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from analysis.planted import PlantedEmbedder, looks, plant
from colours import ColourEmbedder
from houses import House, Run
from PIL import Image
from videos import make_video

import footage
from footage.analysis.sheet import MOST_TILES, sheet_of, tiles_of
from footage.analysis.summary import Chapter, Picture

pytestmark = pytest.mark.usefixtures("colours_instead_of_lite")
SRT = """1
00:00:01,000 --> 00:00:05,000
Roses, and roses, and a bee.

2
00:00:13,000 --> 00:00:19,000
The sea and a boat. The sea again.
"""


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Iterator[footage.Library]:
    folder = tmp_path_factory.mktemp("films")
    shots = ["red", "red", "blue", "blue"]
    make_video(folder / "film.mp4", seconds=24, shots=shots, fps=5, title="A film 日本\n")
    (folder / "film.srt").write_text(SRT)
    with footage.open(folder / "l", embedder=ColourEmbedder()) as library:
        assert not library.add(folder / "film.mp4").failed
        yield library


def test_chapters_are_where_the_picture_changes(films: footage.Library) -> None:
    found = films.analysis.summary("film.mp4")
    assert [(c.start, c.end) for c in found.chapters] == [(0, 12), (12, 24)]
    assert [c.title for c in found.chapters] == ["Roses, bee", "Sea, boat"]


def test_the_picture_of_a_chapter_is_from_it(films: footage.Library) -> None:
    colours = []
    for chapter in films.analysis.summary("film.mp4").chapters:
        assert chapter.start <= chapter.picture.time < chapter.end
        assert chapter.picture.path is not None
        with Image.open(chapter.picture.path) as image:
            colours.append(int(np.asarray(image.convert("RGB")).mean(axis=(0, 1)).argmax()))
    assert colours == [0, 2]


def test_as_many_as_are_asked_for(films: footage.Library) -> None:
    assert len(films.analysis.summary("film.mp4", chapters=1).chapters) == 1
    many = films.analysis.summary("film.mp4", chapters=200).chapters
    assert len(many) == len(films.segments("film.mp4"))
    assert [c.start for c in many[1:]] == [c.end for c in many[:-1]]
    for wrong in (0, 201):
        with pytest.raises(footage.UsageError):
            films.analysis.summary("film.mp4", chapters=wrong)


def test_without_words_a_chapter_is_called_by_what_it_shows(
    house: footage.Library, run: Run
) -> None:
    found = house.analysis.summary("red-blue")
    assert [c.title for c in found.chapters] == ["Red car", "Blue sky"]
    shown = run("summary", "red-blue", "--library", house.folder)
    assert "Blue sky" in shown.out


def test_where_words_would_be_paid_for_a_chapter_is_called_by_its_time(
    house: footage.Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ColourEmbedder, "sent_to", "somewhere")
    found = house.analysis.summary("red-blue")
    assert [c.title for c in found.chapters] == ["0:00", "0:04"]


def test_where_no_texts_are_read_a_chapter_is_called_by_its_time(tmp_path: Path) -> None:
    with footage.open(tmp_path / "l", embedder=PlantedEmbedder(reads=False)) as library:
        plant(library, 1, looks(["dog", "dog", "car", "car"]))
        found = library.analysis.summary(f"{1:032x}")
    assert [c.title for c in found.chapters] == ["0:00", "0:10"]


def test_a_removed_video_has_none_and_nothing_is_like_it(own_house: House) -> None:
    with own_house.open() as library:
        library.remove("white")
        with pytest.raises(footage.NotFound, match="removed"):
            library.analysis.summary("white")
        with pytest.raises(footage.NotFound, match="removed"):
            library.analysis.similar("white")


def test_a_sheet_is_a_picture_of_all_of_it(films: footage.Library) -> None:
    sheet = Image.open(BytesIO(sheet_of(films.analysis.summary("film.mp4")))).convert("RGB")
    pixels = np.asarray(sheet).reshape(-1, 3).astype(int)
    for channel in (0, 2):
        others = [other for other in range(3) if other != channel]
        shown = (pixels[:, channel] > 180) & (pixels[:, others].max(axis=1) < 80)
        assert shown.mean() > 0.05


def test_a_sheet_leaves_a_picture_out_that_cannot_be_read(films: footage.Library) -> None:
    summary = films.analysis.summary("film.mp4")
    whole = sheet_of(summary)
    damaged = summary.chapters[0].picture.path
    assert damaged is not None
    bytes_before = damaged.read_bytes()
    damaged.write_bytes(b"no picture")
    try:
        assert Image.open(BytesIO(sheet_of(summary))).size == Image.open(BytesIO(whole)).size
    finally:
        damaged.write_bytes(bytes_before)


def test_a_long_video_has_no_more_pictures_than_fit(tmp_path: Path) -> None:
    pictures = []
    for at in range(100):
        path = tmp_path / f"{at}.jpg"
        path.write_bytes(b"")
        pictures.append(Picture(float(at), path))
    chapters = [
        Chapter(10.0 * n, 10.0 * n + 10, "x", pictures[10 * n + 7], tuple(pictures[10 * n : 10 * n + 10]))
        for n in range(10)
    ]  # fmt: skip
    tiles = tiles_of(chapters)
    times = [tile.picture.time for tile in tiles]
    assert len(tiles) == MOST_TILES
    assert times == sorted(set(times))
    assert {10.0 * n + 7 for n in range(10)} <= set(times)
    assert [tile.title for tile in tiles if tile.title] == [f"{n}. x" for n in range(1, 11)]


# the command


def test_the_command(run: Run, films: footage.Library, tmp_path: Path) -> None:
    at = ("--library", films.folder)
    sheet, chapters = tmp_path / "sheet.png", tmp_path / "chapters.vtt"
    told = run("summary", "film.mp4", "--sheet", sheet, "--export", chapters, *at)
    assert (told.code, told.err) == (0, "")
    assert "Roses, bee" in told.out
    assert Image.open(sheet).format == "PNG"
    assert re.findall(r"(\S+) --> ", chapters.read_text()) == ["00:00:00.000", "00:00:12.000"]
    shape = run("summary", "film.mp4", "--chapters", "1", "--json", *at).json
    assert [chapter["end"] for chapter in shape["chapters"]] == [24]


@pytest.mark.parametrize("option", [("--sheet", "x.jpg"), ("--export", "x.srt")])
def test_other_files_are_refused(run: Run, films: footage.Library, option: tuple[str, str]) -> None:
    told = run("summary", "film.mp4", *option, "--library", films.folder)
    assert told.code == 2
    assert "does not end in" in told.err
