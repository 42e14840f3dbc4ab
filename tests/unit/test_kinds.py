"""Which kinds a caption names, and short queries with the images that answer them."""

from __future__ import annotations

import pytest

from benchmarks.kinds import KINDS, groups, kinds_of, short_queries


@pytest.mark.parametrize(
    ("caption", "kinds"),
    [
        ("Two Dogs on the beach .", ["objects", "scenes"]),
        ("A woman reads a sign", ["people", "text"]),
        ("She poses by a mural", ["drawings"]),
        ("Something blue", []),
        ("A doghouse", []),
    ],
)
def test_a_caption_counts_for_each_kind_it_names(caption: str, kinds: list[str]) -> None:
    assert kinds_of(caption) == kinds


def test_two_captions_must_agree_that_an_image_answers() -> None:
    agreed = ["a dog runs", "the dog is brown", "an animal"]
    doubtful = ["a dog, perhaps", "an animal", "a fox"]
    queries = short_queries([agreed, agreed, doubtful])
    (dog,) = (query for query in queries if query.text == "dog")
    assert dog.kind == "objects"
    assert dog.answers.tolist() == [True, True, False]


def test_a_query_with_one_right_image_is_left_out() -> None:
    assert short_queries([["a dog", "a dog"], ["a cat", "a cat"]]) == []


def test_no_word_is_of_two_queries_of_a_kind() -> None:
    for kind in KINDS:
        words = [word for group in groups(kind) for word in group]
        assert len(words) == len(set(words)), kind
