"""The text tower is loaded once and remembers what it encoded last."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from footage.embedders import text_tower as module
from footage.embedders.lite import MODEL_FOLDER
from footage.embedders.text_tower import REMEMBERED, TextTower, text_tower


class Counting:
    """A session that notes what it is run with, and runs it."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.runs = 0

    def run(self, *inputs: Any) -> Any:
        self.runs += 1
        return self.session.run(*inputs)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    session = Counting(text_tower(MODEL_FOLDER, 128)._session)
    monkeypatch.setattr(module, "open_session", lambda *_, **__: session)
    return session


def test_a_text_is_encoded_once(counting: Counting) -> None:
    tower = TextTower(MODEL_FOLDER, max_tokens=128)
    first, second = (tower.encode(["a dog"]) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert counting.runs == 1
    assert not np.array_equal(tower.encode(["a cat"]), first)
    assert counting.runs == 2


def test_beside_others_a_text_is_another_matter(counting: Counting) -> None:
    tower = TextTower(MODEL_FOLDER, max_tokens=128)
    tower.encode(["a dog"])
    assert tower.encode(["a dog", "a cat"]).shape[0] == 2
    assert counting.runs == 2


def test_what_is_remembered_cannot_be_changed(counting: Counting) -> None:
    with pytest.raises(ValueError, match="read-only"):
        TextTower(MODEL_FOLDER, max_tokens=128).encode(["a dog"])[0, 0] = 1.0


def test_no_more_than_the_last_are_remembered(counting: Counting) -> None:
    tower = TextTower(MODEL_FOLDER, max_tokens=8)
    for number in range(REMEMBERED + 1):
        tower.encode([str(number)])
    tower.encode(["0"])
    assert counting.runs == REMEMBERED + 2


def test_one_folder_has_one_tower() -> None:
    assert text_tower(MODEL_FOLDER, 128) is text_tower(MODEL_FOLDER, 128)
    assert text_tower(MODEL_FOLDER, 64) is not text_tower(MODEL_FOLDER, 128)
