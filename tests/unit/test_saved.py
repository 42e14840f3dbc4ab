"""Saved searches: kept with all they need, whatever becomes of what they were made of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from colours import ColourEmbedder
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import footage
from footage import Example, Filters, Like, Query, Step
from footage.errors import CatalogDamaged, InvalidQuery, MediaMissing, NotFound
from footage.saved import checked_name


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "blue.PNG"
    Image.new("RGB", (32, 32), (30, 30, 220)).save(path)
    return path


def files(library: footage.Library) -> set[str]:
    folder = library.saved.folder
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def test_a_search_is_kept_under_its_name(library: footage.Library) -> None:
    query = Query(text="a dog - people", then="a cat", weights={"seen": 1}, limit=3)
    saved = library.saved.put("dogs & cats", query)
    assert (saved.query, saved.name) == (query, "dogs & cats")
    with footage.open(library.folder, embedder=ColourEmbedder()) as again:
        assert again.saved.list() == [saved]
        assert again.saved.get("dogs & cats").query == query


def test_another_query_takes_the_place_of_the_first(library: footage.Library) -> None:
    first = library.saved.put("it", Query(text="a dog"))
    second = library.saved.put("it", Query(text="a cat"))
    assert library.saved.names() == ["it"]
    assert second.query.text == "a cat"
    assert second.created_at == first.created_at
    assert second.changed_at > first.changed_at


def test_what_is_removed_is_gone(library: footage.Library) -> None:
    library.saved.put("it", Query(text="a dog"))
    library.saved.remove("it")
    assert library.saved.list() == []
    for forget in (library.saved.get, library.saved.remove):
        with pytest.raises(NotFound, match="no search is saved as 'it'"):
            forget("it")


@pytest.mark.parametrize("name", ["", " a", "a/b", ".a", "a\nb", "x" * 101, None, 5])
def test_what_is_no_name(library: footage.Library, name: str) -> None:
    with pytest.raises(InvalidQuery, match="cannot be the name"):
        library.saved.put(name, Query(text="a dog"))


@given(st.text(max_size=110))
def test_a_name_stands_in_an_address(name: str) -> None:
    try:
        checked_name(name)
    except InvalidQuery:
        return
    assert "/" not in name
    assert name == name.strip() != ""


def test_the_file_of_an_example_survives(library: footage.Library, picture: Path) -> None:
    library.saved.put("blue", Query(examples=picture, then=Step(examples=picture)))
    picture.unlink()
    (example,) = library.saved.get("blue").query.examples
    assert example.path.parent == library.saved.folder
    assert Image.open(example.path).size == (32, 32)
    assert files(library) == {example.path.name}
    assert example.path.suffix == ".png"


def test_a_file_is_kept_as_long_as_a_search_needs_it(
    library: footage.Library, picture: Path
) -> None:
    for name in ("a", "b"):
        library.saved.put(name, Query(examples=picture))
    library.saved.remove("a")
    assert len(files(library)) == 1
    library.saved.put("b", Query(text="blue"))
    assert files(library) == set()


def test_an_address_stays_an_address(library: footage.Library) -> None:
    address = "https://example.com/a.jpg"
    saved = library.saved.put("it", Query(examples=Example(address, "image")))
    assert saved.query.examples[0].url == address
    assert files(library) == set()


def test_a_file_that_is_gone_or_too_large(
    library: footage.Library, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = Query(examples=Example(picture, "image"))
    monkeypatch.setattr("footage.saved.LARGEST", 10)
    with pytest.raises(InvalidQuery, match="at most 10"):
        library.saved.put("it", query)
    picture.unlink()
    with pytest.raises(MediaMissing):
        library.saved.put("it", query)
    assert library.saved.names() == []


def test_a_text_is_a_query(library: footage.Library) -> None:
    assert library.saved.put("it", "dog - people").query == Query(text="dog - people")


def test_videos_are_kept_by_their_ids(house: footage.Library) -> None:
    green, white = house.video("green"), house.video("white")
    query = Query(
        likes=Like("green", 1),
        then=Step(likes=Like(str(white.path), 2)),
        filters=Filters(videos=("green", white.video_id[:8])),
    )
    try:
        kept = house.saved.put("it", query).query
        assert kept.filters.videos == (green.video_id, white.video_id)
        assert kept.likes[0].video == green.video_id
        assert kept.then[0].likes[0].video == white.video_id
    finally:
        house.saved.remove("it")
    with pytest.raises(NotFound):
        house.saved.put("it", Query(likes=Like("nothing", 1)))


def test_what_cannot_be_read_says_so_and_can_be_removed(library: footage.Library) -> None:
    library.saved.put("it", Query(text="a dog"))
    with library.catalog.transaction() as db:
        db.execute("UPDATE searches SET query = ?", (json.dumps({"texts": 1}),))
    with pytest.raises(CatalogDamaged, match=r"'it' cannot be read.*save it anew, or remove it"):
        library.saved.list()
    library.saved.remove("it")
    assert library.saved.list() == []


def test_no_file_outside_is_read(library: footage.Library) -> None:
    library.saved.put("it", Query(text="a dog"))
    reaching = {"examples": [{"file": "../library.toml", "kind": "image"}]}
    with library.catalog.transaction() as db:
        db.execute("UPDATE searches SET query = ?", (json.dumps(reaching),))
    with pytest.raises(CatalogDamaged, match="no file of a search"):
        library.saved.get("it")
