"""What the parts of a video, and groups of segments, show, where that can be told."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from footage.analysis import naming
from footage.analysis.material import Material
from footage.analysis.showing import group_concepts, picture_concepts, shown_concepts

DIMENSION = 64


@pytest.fixture
def vectors() -> NDArray[np.float32]:
    """A direction for each concept, and all of them partly the same."""
    chance = np.random.default_rng(0)
    found = chance.normal(size=(len(naming.concepts()), DIMENSION)) + 0.5
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def pictures(vectors: NDArray[np.float32], *names: str | None) -> NDArray[np.float32]:
    """Four of each concept, or of nothing in particular."""
    chance = np.random.default_rng(1)
    rows = [
        np.zeros(DIMENSION) if name is None else vectors[naming.concepts().index(name)]
        for name in names
        for _ in range(4)
    ]
    found = np.array(rows) + 0.1 * chance.normal(size=(len(rows), DIMENSION))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def told(vectors: NDArray[np.float32], *names: str | None) -> list[str]:
    parts = np.repeat(np.arange(len(names)), 4)
    return shown_concepts(pictures(vectors, *names), parts, len(names), vectors)


def test_a_part_is_told_by_what_it_shows(vectors: NDArray[np.float32]) -> None:
    assert told(vectors, "cat", "motorcycle", "beach") == ["cat", "motorcycle", "beach"]


def test_what_the_rest_shows_too_tells_nothing(vectors: NDArray[np.float32]) -> None:
    *cats, other = told(vectors, "cat", "cat", "cat", "beach")
    assert "cat" not in cats
    assert other == "beach"


def test_one_part_has_nothing_to_be_told_from(vectors: NDArray[np.float32]) -> None:
    assert told(vectors, "cat") == [""]


def test_no_two_parts_have_one_name(vectors: NDArray[np.float32]) -> None:
    """A fifth of the rest is of it, too."""
    looks = pictures(vectors, "cat", "cat", *(["beach"] * 8))
    found = shown_concepts(looks, np.repeat([0, 1, 2], [4, 4, 32]), 3, vectors)
    assert found.count("cat") == 1
    assert found[2] == "beach"


def test_what_shows_nothing_is_not_named(vectors: NDArray[np.float32]) -> None:
    chance = np.random.default_rng(2)
    looks = pictures(vectors, "cat", None)
    looks[4:] = -vectors.mean(axis=0) + 0.01 * chance.normal(size=(4, DIMENSION))
    assert shown_concepts(looks, np.repeat([0, 1], 4), 2, vectors) == ["cat", ""]


def test_one_picture_does_not_speak_for_a_part(vectors: NDArray[np.float32]) -> None:
    """The rest is as near to it as most of the part is."""
    looks = pictures(vectors, "cat", "cat", "beach")
    looks[1:4] = pictures(vectors, "dog")[1:4]
    parts = np.repeat([0, 1, 1], 4)
    assert shown_concepts(looks, parts, 2, vectors)[0] != "cat"


def test_a_part_without_pictures(vectors: NDArray[np.float32]) -> None:
    looks = pictures(vectors, "cat", "beach")
    assert shown_concepts(looks, np.repeat([0, 2], 4), 3, vectors) == ["cat", "", "beach"]
    assert shown_concepts(looks[:0], np.zeros(0, np.int64), 2, vectors) == ["", ""]


def groups_named(vectors: NDArray[np.float32], looks: NDArray[np.float32]) -> list[tuple[str, ...]]:
    """Of groups of four."""
    return group_concepts(material_of(looks), np.arange(len(looks)) // 4, vectors)


def material_of(looks: NDArray[np.float32]) -> Material:
    owners, spans = np.arange(len(looks), dtype=np.int32), np.zeros((len(looks), 2))
    return Material((), owners, spans, looks.astype(np.float16))


def test_groups_are_named_by_what_they_show(vectors: NDArray[np.float32]) -> None:
    named = groups_named(vectors, pictures(vectors, "cat", "motorcycle", "beach"))
    assert [concepts[0] for concepts in named] == ["cat", "motorcycle", "beach"]
    assert max(map(len, named)) <= naming.NAMED_BY


def test_a_group_that_no_concept_is_sure_of_has_none(vectors: NDArray[np.float32]) -> None:
    """Something is nearest to it, but hardly nearer than others are."""
    chance = np.random.default_rng(2)
    looks = pictures(vectors, "cat", None, "beach")
    looks[4:8] = -vectors.mean(axis=0) + 0.01 * chance.normal(size=(4, DIMENSION))
    assert [bool(concepts) for concepts in groups_named(vectors, looks)] == [True, False, True]


def test_what_all_groups_show_names_none(vectors: NDArray[np.float32]) -> None:
    *cats, other = groups_named(vectors, pictures(vectors, "cat", "cat", "cat", "beach"))
    assert not any("cat" in concepts for concepts in cats)
    assert other[0] == "beach"


def test_one_group_has_no_others(vectors: NDArray[np.float32]) -> None:
    assert groups_named(vectors, pictures(vectors, "cat")) == [()]


def test_single_pictures_are_told_by_what_is_sure(vectors: NDArray[np.float32]) -> None:
    looks = pictures(vectors, "cat", "motorcycle", "beach", *([None] * 5))
    looks[5] = -vectors.mean(axis=0)  # nothing in particular
    cat, nothing, beach = picture_concepts(material_of(looks), [0, 5, 9], vectors)
    assert (cat[0], nothing, beach[0]) == ("cat", (), "beach")


def test_what_every_picture_shows_tells_none(vectors: NDArray[np.float32]) -> None:
    looks = pictures(vectors, "cat", "cat", "cat")
    assert not any(
        "cat" in names for names in picture_concepts(material_of(looks), [0, 7], vectors)
    )
