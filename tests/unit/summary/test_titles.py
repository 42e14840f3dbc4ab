"""Chapters are called by their own words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from footage.analysis.titles import titles


def test_words_that_the_others_do_not_have() -> None:
    found = titles(
        [
            "The engine is cold. The engine wants oil, oil, and the film an engine.",
            "Now the garden: tulips and roses, tulips, roses, the film about a garden.",
        ]
    )
    assert found[0].startswith("Engine")
    assert "oil" in found[0].lower()
    assert "tulips" in found[1].lower()
    assert "garden" in found[1].lower()
    assert not any("film" in title for title in found)


def test_names_keep_their_letters() -> None:
    assert titles(["we went to Paris, Paris, PARIS", "and home"])[0].startswith("Paris")


def test_where_there_is_nothing_to_choose_there_is_no_title() -> None:
    assert titles(["", "and then it was", "12 345"]) == ["", "", ""]
    assert titles([]) == []


@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_text_has_a_short_title_on_one_line(texts: list[str]) -> None:
    found = titles(texts)
    assert len(found) == len(texts)
    assert all("\n" not in title and title.count(", ") <= 2 for title in found)
