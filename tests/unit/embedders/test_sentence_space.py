"""Sentences as vectors, with the text tower that ships."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from footage.embedders.sentences import Sentences
from footage.embedders.text_tower import text_tower
from footage.errors import EmbedderBroken


def test_what_means_the_same_is_near() -> None:
    vectors = Sentences().encode(
        ["How do I get my money back?", "Our refund policy is simple.", "The weather is nice."]
    )
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1


def test_a_vector_depends_on_its_text_alone() -> None:
    sentences = Sentences()
    texts = ["short", "a long way " * 20, "number 7"]
    together = sentences.encode(texts)
    text_tower.cache_clear()  # it remembers
    sentences = Sentences()
    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_array_equal(sentences.encode([text])[0], vector)


def test_no_texts_are_no_vectors() -> None:
    assert Sentences().encode([]).shape == (0, Sentences().dimension)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbedderBroken):
        Sentences(tmp_path)
