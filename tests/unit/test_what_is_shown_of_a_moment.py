"""What a moment's line in the terminal says: its title, and the words it was found by."""

from __future__ import annotations

from pathlib import Path

from footage.cli.moments import about
from footage.search.moments import Evidence, Moment


def said(start: float, end: float, text: str, contribution: float = 0.5) -> Evidence:
    return Evidence(
        modality="speech",
        how="words",
        start=start,
        end=end,
        score=1.0,
        rank=1,
        contribution=contribution,
        text=text,
        words=("coffee",),
    )


def lines(*evidence: Evidence) -> list[str]:
    moment = Moment(
        video_id="a" * 32,
        title="film",
        path=Path("/film.mp4"),
        start=10.0,
        end=20.0,
        scope="clip",
        score=1.0,
        modality="visual",
        thumbnail=None,
        evidence=evidence,
    )
    return about(moment).plain.split("\n")[1:]


def test_words_within_the_moment_are_quoted() -> None:
    assert lines(said(12, 14, "a cup of coffee")) == ["said “a cup of coffee”"]


def test_words_near_it_are_quoted_with_their_time() -> None:
    assert lines(said(5, 9, "a cup of coffee")) == ["said at 0:05 “a cup of coffee”"]


def test_a_text_is_not_quoted_beside_a_longer_one_that_has_it() -> None:
    whole = "take a cup of coffee and wait"
    assert lines(said(12, 14, "a cup of coffee"), said(11, 15, whole)) == [f"said “{whole}”"]


def test_what_did_not_count_is_not_quoted() -> None:
    assert lines(said(12, 14, "coffee", contribution=0.0)) == []
