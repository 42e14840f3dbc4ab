"""What people type when footage is new to them: it does what is meant, or says what to type."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from houses import House, Run
from pictures import make_picture

import footage
from footage.search.moments import (
    HINT,
    HINT_EMPTY,
    HINT_EXAMPLE,
    HINT_FILTERS,
    HINT_SAID,
    SearchResult,
)

pytestmark = pytest.mark.usefixtures("colours_instead_of_lite")


def test_the_hint_fits_the_query(tmp_path: Path) -> None:
    picture = footage.Query(examples=make_picture(tmp_path / "red.png", "red"))
    text = footage.Query(text="red")
    guess = (footage.Moment("0" * 32, "a", 0.0, 1.0, 0.1, "visual", "clip"),)
    assert SearchResult(picture, guess, matches=False, said=False).hint == HINT_EXAMPLE
    assert SearchResult(text, guess, matches=False, said=False).hint == HINT
    assert SearchResult(text, guess, matches=False).hint == HINT_SAID
    assert SearchResult(footage.Query(text="said:red"), guess, matches=False).hint == HINT
    assert SearchResult(text, guess).hint is None
    assert "said:" not in HINT + HINT_EXAMPLE
    assert "words" in HINT_EXAMPLE
    assert "other words" not in HINT_EXAMPLE


def test_where_nothing_can_be_found_the_hint_says_why(house: footage.Library) -> None:
    assert house.search("red", filters=footage.Filters(tags="nope")).hint == HINT_FILTERS
    assert house.search("red", offset=900).hint == HINT_EMPTY


def test_where_nothing_was_read_no_search_hints_at_it(house: footage.Library) -> None:
    assert not house.search("red").said


def test_an_example_that_is_not_there(run: Run, at: tuple[str, Path], tmp_path: Path) -> None:
    make_picture(tmp_path / "red.png", "red")
    weight = run("search", "--image", f"{tmp_path / 'red.png'}^abc", *at)
    assert weight.code == 2
    assert "'abc' is no weight; write a number, as in red.png^0.5" in weight.err
    for command in (("search", "--image"), ("index",)):
        missing = run(*command, tmp_path / "nope.jpg", *at)
        assert missing.code == 1
        assert "nope.jpg is not there; check how its name is spelled" in missing.err
    elsewhere = run("index", tmp_path / "drive" / "nope.mp4", *at)
    assert "plug its drive in" in elsewhere.err


def test_a_watch_without_a_query(run: Run, own: tuple[str, Path]) -> None:
    refused = run("watch", "add", "my dogs", *own)
    assert refused.code == 2
    assert "say what to look for: footage watch add 'my dogs' QUERY" in refused.err
    webhook = run("watch", "add", "dogs", "a dog", "--webhook", "http://127.0.0.1/", *own)
    assert webhook.code == 2
    assert "HTTP" not in webhook.err


def test_files_of_one_content_are_named(run: Run, own_house: House, tmp_path: Path) -> None:
    own = ("--library", own_house.library)
    film = own_house.videos / "city" / "white.mp4"
    copied = shutil.copy(film, tmp_path / "copy.mp4")
    with own_house.open() as library:
        library.add(copied)
    for asked in ((), (film,)):
        told = run("duplicates", *asked, *own)
        assert told.code == 0, told.err
        assert "white lies in 2 files: " in told.out
        assert "copy.mp4" in told.out
    alone = run("duplicates", own_house.videos / "city" / "yellow.mp4", *own)
    assert "yellow shares nothing with another video" in alone.out


def test_a_number_is_taken_as_it_was_shown(run: Run, own: tuple[str, Path]) -> None:
    found = run("search", "red", "--json", *own).json["moments"]
    shown = run("similar", "1", *own)
    assert shown.code == 0, shown.err
    assert any(line.split()[:1] == ["1"] for line in shown.out.splitlines())
    assert ".mp4" in shown.out
    by_name = run("similar", f"{found[0]['video_id']}@{found[0]['start'] + 0.5}", "--json", *own)
    first = by_name.json["similar"][0]
    assert Path(first["path"]).name in run("open", "1", "--dry-run", *own).out


def test_what_finds_nothing_similar_leaves_the_last_search(
    run: Run, own: tuple[str, Path], tmp_path: Path
) -> None:
    found = run("search", "red", "--json", *own).json["moments"]
    nothing = run("similar", "1", "--tag", "sea", "--video", found[0]["video_id"], *own)
    assert (nothing.code, ".mp4" in nothing.out) == (0, False)
    assert Path(found[1]["path"]).name in run("open", "2", "--dry-run", *own).out
    assert run("export", "--last", "--to", tmp_path / "x.csv", *own).code == 0


def test_how_many_is_said_in_one_sentence(run: Run, at: tuple[str, Path]) -> None:
    chapters = run("summary", "green", "-n", "500", *at)
    assert chapters.code == 2
    assert chapters.err == "error: 500 chapters cannot be; ask for 1 to 200\n"
    fewer = run("clusters", "--count", "40", *at)
    assert fewer.code == 0, fewer.err
    assert "of 40 clusters there are " in fewer.err
    assert "there are 4 videos: trends" in run("trends", *at).out
