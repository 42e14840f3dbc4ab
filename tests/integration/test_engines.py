"""The same library on the embedded engine and on a real Milvus server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from colours import ColourEmbedder
from houses import House
from videos import make_video

import footage
from footage import Filters, Library, NotFound
from footage.doctor import Status, examine_library

pytestmark = pytest.mark.timeout(300)

HOSTILE = ['"] or id in ["', "'; drop", 'x\\" or 1==1', "🎬\n", "a" * 10_000, "%", "{}"]


def titles(library: Library, text: str, **options: Any) -> list[str]:
    return [moment.title for moment in library.search(text, **options)]


def expected_ids(library: Library) -> dict[str, set[str]]:
    mark = library.embedder.fingerprint
    return {
        video_id: library.index.segment_ids(video_id, library.archive.spans(video_id, mark))
        for video_id in library.catalog.embedded()
    }


def test_what_is_indexed_is_found_at_once(placed: Library, tmp_path: Path) -> None:
    assert titles(placed, "blue")[0] == "red-blue"
    placed.add(make_video(tmp_path / "black.mp4", seconds=4, shots=["black"]))
    assert "black" in titles(placed, "black")[:2]
    assert placed.index.count() == sum(placed.catalog.embedded().values())


def test_filters_narrow(placed: Library, built_house: House) -> None:
    beach = Filters(folders=(built_house.videos / "beach",))
    assert set(titles(placed, "yellow", filters=beach)) == {"red-blue", "green"}
    only = placed.video(built_house.videos / "city/white.mp4").video_id
    assert set(titles(placed, "red", filters=Filters(videos=(only,)))) == {"white"}


def test_grouped_by_video_each_is_there_once(placed: Library) -> None:
    found = titles(placed, "red", group_by_video=True)
    assert sorted(found) == ["green", "red-blue", "white", "yellow"]


def test_pages_join_without_gap_or_overlap(placed: Library) -> None:
    whole = [(m.video_id, m.start) for m in placed.search("red", limit=50)]
    pages = [
        (m.video_id, m.start)
        for at in range(0, len(whole), 2)
        for m in placed.search("red", limit=2, offset=at)
    ]
    assert pages == whole


def test_a_limit_above_the_width_of_the_graph_is_fine(placed: Library) -> None:
    vector = placed.embedder.encode_text("red")
    assert len(placed.index.search(vector, limit=16_384)) == placed.index.count()


def test_removed_is_gone_and_restored_is_back(placed: Library, built_house: House) -> None:
    path = built_house.videos / "beach/green.mp4"
    before = placed.index.count()
    placed.remove([path])
    assert "green" not in titles(placed, "green")
    assert placed.index.count() < before
    placed.restore([path])
    assert titles(placed, "green")[0] == "green"
    assert placed.index.count() == before


def test_tags_filter_and_never_touch_the_index(placed: Library, built_house: House) -> None:
    before = placed.index.digests()
    placed.tag([built_house.videos / "city/white.mp4"], add=['odd "tag" 🎬'])
    assert set(titles(placed, "red", filters=Filters(tags=('odd "tag" 🎬',)))) == {"white"}
    assert placed.index.digests() == before


@pytest.mark.parametrize("fresh", [False, True])
def test_reindex_brings_back_what_is_lost(placed: Library, fresh: bool) -> None:
    some = next(iter(placed.catalog.embedded()))
    placed.index.delete([some])
    report = placed.reindex(fresh=fresh)
    assert report.written == (4 if fresh else 1)
    assert placed.index.ids() == expected_ids(placed)
    assert placed.differing() == []


def test_rows_of_no_video_are_taken_out(placed: Library) -> None:
    stranger = "0" * 32
    source = next(iter(placed.catalog.embedded()))
    placed.index.write({stranger: placed.embedding(source)})
    assert stranger in placed.index.ids()
    assert placed.reindex().strangers == 1
    assert placed.index.ids() == expected_ids(placed)


def test_written_twice_it_is_there_once(placed: Library) -> None:
    before = placed.index.count()
    some = next(iter(placed.catalog.embedded()))
    for _ in range(2):
        placed.index.write({some: placed.embedding(some)})
    assert placed.index.count() == before


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_ids_and_queries_change_nothing(placed: Library, text: str) -> None:
    before = placed.index.ids()
    with pytest.raises(ValueError, match="not an id"):
        placed.index.delete([text])
    with pytest.raises(ValueError, match="not an id"):
        placed.index.search(placed.embedder.encode_text("red"), limit=5, video_ids=[text])
    with pytest.raises((NotFound, footage.InvalidQuery)):
        placed.video(text)
    assert placed.index.ids() == before


def test_opened_again_it_answers(placed: Library) -> None:
    with footage.open(placed.folder, embedder=ColourEmbedder()) as again:
        placed.index.close()
        assert titles(again, "blue")[0] == "red-blue"


def test_doctor_names_the_engine_and_finds_it_sound(
    placed: Library, engine_uri: str | None
) -> None:
    checks = {check.name: check for check in examine_library(placed)}
    assert checks["index"].status is Status.OK
    assert ("server 2.3.5" if engine_uri else "embedded") in checks["index"].detail


def test_pages_read_every_row(placed: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("footage.index.segments.PAGE", 2)
    assert placed.index.ids() == expected_ids(placed)
