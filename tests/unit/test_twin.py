"""The training of the twin follows the slope of its loss, and learns."""

from __future__ import annotations

import numpy as np
import pytest

from footage.index.unit import unit
from training import twin
from training.towers import Pictures
from training.twin import CONSE_WEIGHT, SAME_MEANING, Captioned, Weights

FEATURES, WORDS, BATCH = 6, 4, 5


@pytest.fixture
def given() -> tuple[Weights, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    weights = {
        "weight": rng.normal(size=(FEATURES, WORDS)),
        "bias": rng.normal(size=WORDS),
        "adapter": np.eye(WORDS) + 0.1 * rng.normal(size=(WORDS, WORDS)),
        "scale": np.array(1.2),
    }
    sentences = rng.normal(size=(BATCH, WORDS))
    sentences /= np.linalg.norm(sentences, axis=1, keepdims=True)
    return weights, rng.normal(size=(BATCH, FEATURES)), rng.normal(size=(BATCH, WORDS)), sentences


def loss(weights: Weights, features: np.ndarray, conse: np.ndarray, sentences: np.ndarray) -> float:
    def directions(vectors: np.ndarray) -> np.ndarray:
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    named = directions(conse @ weights["adapter"])
    image = directions(features @ weights["weight"] + weights["bias"] + CONSE_WEIGHT * named)
    text = directions(sentences @ weights["adapter"])
    logits = np.exp(weights["scale"]) * image @ text.T
    alike = (sentences @ sentences.T > SAME_MEANING) & ~np.eye(BATCH, dtype=bool)
    logits = np.where(alike, -1e4, logits)
    return float(sum(-np.log(np.diag(twin._shares(each))).mean() for each in (logits, logits.T)))


@pytest.mark.parametrize("name", ["weight", "bias", "adapter", "scale"])
def test_a_slope_is_that_of_the_loss(
    name: str, given: tuple[Weights, np.ndarray, np.ndarray, np.ndarray]
) -> None:
    weights, *rest = given
    slope = np.asarray(twin._slopes(weights, *rest)[name])
    for place in np.ndindex(slope.shape):
        change = np.zeros_like(weights[name])
        change[place] = 1e-5
        up, down = (loss({**weights, name: weights[name] + way * change}, *rest) for way in (1, -1))
        assert slope[place] == pytest.approx((up - down) / 2e-5, abs=1e-5)


def test_pictures_come_near_what_is_said_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twin, "BATCH", 20)
    monkeypatch.setattr(twin, "RATE", 0.02)
    rng = np.random.default_rng(3)
    sentences = unit(rng.normal(size=(40, 8)).astype(np.float32))
    features = np.repeat(sentences, 3, axis=1) + 0.1 * rng.normal(size=(40, 24))
    conse = unit(rng.normal(size=(40, 8)).astype(np.float32))
    pictures = Pictures(features.astype(np.float32), conse)
    made = twin.train(Captioned(pictures, sentences, [[at] for at in range(40)]))
    scores = made.images(pictures) @ unit(sentences @ made.adapter).T
    assert (scores.argmax(axis=1) == np.arange(40)).mean() > 0.9
