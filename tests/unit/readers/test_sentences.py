"""From recognized tokens to timed sentences."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.reader import Line
from footage.readers.moonshine import Token
from footage.readers.sentences import confidence, is_loop, lines_of
from footage.readers.voice import Stretch

NOTHING = np.zeros(0, np.float32)


def lines(text: str, *voiced: tuple[float, float], probability: float = 0.9) -> list[Line]:
    tokens = [Token(character, probability) for character in text]
    return list(lines_of(Stretch(0.0, NOTHING, voiced or ((0.0, 10.0),)), tokens))


def test_a_line_a_sentence() -> None:
    found = lines("Where have you been? I went to the market! It was closed…")
    assert [line.text for line in found] == [
        "Where have you been?", "I went to the market!", "It was closed…",
    ]  # fmt: skip


def test_titles_and_short_sentences_stand_with_what_follows() -> None:
    found = lines("No. Mr. Smith has gone to St. Ives. So he has.")
    assert [line.text for line in found] == ["No. Mr. Smith has gone to St. Ives.", "So he has."]


def test_a_long_sentence_is_cut_at_a_comma_else_between_words() -> None:
    with_comma = "a" * 50 + " and then, " + "b" * 50
    assert [line.text for line in lines(with_comma)] == ["a" * 50 + " and then,", "b" * 50]
    without = " ".join(["word"] * 40)
    assert all(len(line.text) <= 84 for line in lines(without))
    assert " ".join(line.text for line in lines(without)) == without
    assert [line.text for line in lines("x" * 300)] == ["x" * 300]


def test_times_are_shares_of_the_voiced_time() -> None:
    one, two = lines("The first sentence. The other sentence.", (2.0, 4.0), (6.0, 8.0))
    assert (one.start, one.end) == pytest.approx((2.0, 4.0), abs=0.2)
    assert (two.start, two.end) == pytest.approx((6.0, 8.0), abs=0.2)


def test_confidence_is_that_of_the_sentence() -> None:
    tokens = [Token("Certainly so.", 0.9), Token(" Perhaps", 0.5), Token(" it is.", 0.32)]
    one, two = lines_of(Stretch(0.0, NOTHING, ((0.0, 1.0),)), tokens)
    assert one.confidence == pytest.approx(0.9)
    assert two.confidence == pytest.approx(0.4)
    assert confidence([]) == 0.0
    assert confidence([Token("a", 0.0)]) == pytest.approx(0, abs=1e-6)


def test_nothing_heard_gives_no_lines() -> None:
    assert lines("") == []


texts = st.text(st.sampled_from(list("ab .,?!\n…é")), max_size=300)


@given(text=texts, voiced=st.lists(st.floats(0.1, 5), min_size=1, max_size=6))
def test_every_word_is_in_one_line_and_times_rise(text: str, voiced: list[float]) -> None:
    text = text.lstrip()
    edges = np.cumsum([0.0, *(length for voice in voiced for length in (voice, 0.5))])
    spans = [(float(a), float(b)) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    found = lines(text, *spans)
    assert re.findall(r"\w+", " ".join(line.text for line in found)) == re.findall(r"\w+", text)
    for line in found:
        assert spans[0][0] - 1e-6 <= line.start <= line.end <= spans[-1][1] + 1e-6
    for before, after in pairwise(found):
        assert before.end <= after.start + 1e-6


@pytest.mark.parametrize(
    ("text", "loop"),
    [
        ("It is the DNA of the DNA of the DNA of the DNA of the DNA of the DNA of the DNA", True),
        ("He was a very good man. He was a very good man. He was a very good man. He was a very good man.", True),
        ("no no no no no no no no no", True),
        ("No, no, no, no! Never, never, never.", False),
        ("Do you hear me? Yes. Do you hear me? Yes. Do you hear me?", False),
        ("It was the best of times. It was the worst of times. It was the age of wisdom. It was the age of foolishness.", False),
        ("", False),
    ],
)  # fmt: skip
def test_loops(text: str, loop: bool) -> None:
    assert is_loop(text) == loop
