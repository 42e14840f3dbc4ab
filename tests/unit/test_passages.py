"""Passages: a few sentences each, nothing lost, what is said across two lines found."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from footage.passages import GAP_SECONDS, LONGEST_SECONDS, MOST_WORDS, has_meaning, passages_of
from footage.reader import Line


def said(*lines: tuple[float, float, str]) -> list[tuple[str, ...]]:
    return [each.texts for each in passages_of("speech", [Line(*line) for line in lines])]


def shown(*lines: tuple[float, float, str]) -> list[tuple[str, ...]]:
    return [each.texts for each in passages_of("screen", [Line(*line) for line in lines])]


def test_lines_are_joined_up_to_a_length_and_the_last_begins_the_next() -> None:
    assert said((0, 4, "a"), (4, 8, "b"), (8, 12, "c"), (12, 16, "d")) == [
        ("a", "b", "c"),
        ("c", "d"),
    ]


def test_a_pause_ends_a_passage_and_nothing_is_repeated_after_it() -> None:
    assert said((0, 1, "a"), (1, 2, "b"), (5.1, 6, "c")) == [("a", "b"), ("c",)]
    assert said((0, 1, "a"), (1, 2, "b"), (5, 6, "c")) == [("a", "b", "c")]


def test_many_words_end_a_passage() -> None:
    many = " ".join(["word"] * (MOST_WORDS - 1))
    assert said((0, 1, many), (1, 2, "one"), (2, 3, "more")) == [(many, "one"), ("one", "more")]


def test_texts_on_the_screen_at_the_same_time_are_one_passage() -> None:
    assert shown((0, 5, "exit"), (1, 3, "gate 4"), (5, 7, "way out")) == [
        ("exit", "gate 4"),
        ("way out",),
    ]


def test_a_logo_that_is_always_there_does_not_make_one_passage_of_all() -> None:
    lines = [(0, 600, "logo"), *((at, at + 5, f"title {at}") for at in range(0, 600, 10))]
    assert len(shown(*lines)) > 9  # type: ignore[arg-type]


def test_what_holds_no_text_makes_no_passage() -> None:
    assert said((0, 1, "  \n"), (1, 2, "\x00\ud800")) == []
    assert said((0, 1, "two\nrows\x07here")) == [("two rows here",)]


LINES = st.lists(
    st.builds(
        lambda start, length, text: Line(start, start + length, text),
        st.floats(0, 200),
        st.floats(0, 30),
        st.text(alphabet="ab \n", max_size=20),
    ),
    max_size=30,
)


@given(lines=LINES, modality=st.sampled_from(["speech", "screen"]))
def test_no_text_is_lost_and_all_are_in_order(lines: list[Line], modality: str) -> None:
    passages = passages_of(modality, lines)
    told = {
        (*span, text)
        for each in passages
        for span, text in zip(each.spans, each.texts, strict=True)
    }
    clean = {
        (line.start, line.end, " ".join(line.text.split())) for line in lines if line.text.split()
    }
    assert told == clean
    assert [each.start for each in passages] == sorted(each.start for each in passages)
    for each in passages:
        assert list(each.spans) == sorted(each.spans)
        assert each.start <= each.end


@given(lines=LINES)
def test_neighbours_that_no_pause_parts_are_in_one_passage(lines: list[Line]) -> None:
    passages = passages_of("speech", lines)
    kept = sorted((line for line in lines if line.text.split()), key=lambda x: (x.start, x.end))
    for line, following in pairwise(kept):
        if following.start - line.end <= GAP_SECONDS:
            pair = (line.start, line.end), (following.start, following.end)
            assert any(pair in pairwise(each.spans) for each in passages)


@given(lines=LINES)
def test_a_passage_of_more_than_two_lines_is_no_longer_than_it_may_be(lines: list[Line]) -> None:
    for each in passages_of("speech", lines):
        if len(each.texts) > 2:
            assert each.spans[-1][1] - each.start <= LONGEST_SECONDS
            assert sum(len(text.split()) for text in each.texts) <= MOST_WORDS


def test_a_number_alone_has_no_meaning() -> None:
    assert all(has_meaning(text) for text in ("exit 4", "出口", "où"))
    assert not any(has_meaning(text) for text in ("2000", "4 K", "--_ 12:30"))
