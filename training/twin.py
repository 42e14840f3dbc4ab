"""A twin of lite that never saw the held-out images: its head is trained on `fit` alone.

What ships has learned from the held-out images too, so what it scores there says nothing of other
people's videos. The training is that of `head.py`, written out in numpy: it needs no torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from footage.index.unit import unit
from training.towers import Pictures

CONSE_WEIGHT = 0.3
SEEDS = 2
EPOCHS, BATCH, RATE, DECAY = 20, 512, 1e-3, 0.05
DROPOUT, PAIR_CHANCE, SAME_MEANING = 0.6, 0.3, 0.9
SCALE_START, SCALE_MOST = 20.0, 60.0
_FIRST, _SECOND, _TINY = 0.9, 0.999, 1e-8  # of Adam


class Twin(NamedTuple):
    """weight [1280, 384] and bias [384] on raw features, adapter [384, 384] on sentences."""

    weight: np.ndarray
    bias: np.ndarray
    adapter: np.ndarray

    def images(self, pictures: Pictures) -> np.ndarray:
        """Unit vectors [n, 384]."""
        named = CONSE_WEIGHT * unit(pictures.conse @ self.adapter)
        return unit(pictures.features @ self.weight + self.bias + named)


@dataclass(frozen=True)
class Captioned:
    """Pictures, the sentences of all, and each picture's by their rows."""

    pictures: Pictures
    sentences: np.ndarray
    captions: list[list[int]]


Weights = dict[str, np.ndarray]


def train(seen: Captioned) -> Twin:
    """Once a seed, averaged."""
    runs = [_train_once(seen, seed) for seed in range(SEEDS)]
    return Twin(*(np.mean([run[at] for run in runs], axis=0) for at in range(3)))


def _train_once(seen: Captioned, seed: int) -> Twin:
    chance = np.random.default_rng(seed)
    features = seen.pictures.features
    shift, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    standard = ((features - shift) / spread).astype(np.float32)
    size, words = features.shape[1], seen.sentences.shape[1]
    weights: Weights = {
        "weight": np.zeros((size, words), np.float32),
        "bias": np.zeros(words, np.float32),
        "adapter": np.eye(words, dtype=np.float32),
        "scale": np.array(np.log(SCALE_START), np.float32),
    }
    adam = _Adam(weights, len(features) // BATCH * EPOCHS)
    for _ in range(EPOCHS):
        order = chance.permutation(len(features))
        for first in range(0, len(order) - BATCH + 1, BATCH):
            rows = order[first : first + BATCH]
            sentences = _drawn(seen, rows, chance)
            kept = (chance.random((BATCH, size)) >= DROPOUT).astype(np.float32) / (1 - DROPOUT)
            slopes = _slopes(weights, standard[rows] * kept, seen.pictures.conse[rows], sentences)
            adam.step(weights, slopes)
    weight = weights["weight"] / spread[:, None]
    return Twin(weight, weights["bias"] - shift @ weight, weights["adapter"])


def _drawn(seen: Captioned, rows: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """One caption a picture, or sometimes the mean of two, as unit vectors [b, 384]."""
    one, two = (
        seen.sentences[[chance.choice(seen.captions[row]) for row in rows]] for _ in range(2)
    )
    return unit(np.where(chance.random((len(rows), 1)) < PAIR_CHANCE, one + two, one))


def _slopes(
    weights: Weights, features: np.ndarray, conse: np.ndarray, sentences: np.ndarray
) -> Weights:
    """The gradient of the symmetric InfoNCE of a batch, blind to pairs that mean the same."""
    adapter, scale = weights["adapter"], float(np.exp(weights["scale"]))
    named, named_length = _directions(conse @ adapter)
    image, image_length = _directions(
        features @ weights["weight"] + weights["bias"] + CONSE_WEIGHT * named
    )
    text, text_length = _directions(sentences @ adapter)
    cosines = image @ text.T
    alike = sentences @ sentences.T > SAME_MEANING
    np.fill_diagonal(alike, False)
    logits = np.where(alike, -1e4, min(scale, SCALE_MOST) * cosines)
    own = np.eye(len(logits), dtype=np.float32)
    wrong = (_shares(logits) - own + (_shares(logits.T) - own).T) / len(logits)
    wrong[alike] = 0.0
    factor = min(scale, SCALE_MOST)
    image_slope = _through(factor * wrong @ text, image, image_length)
    text_slope = _through(factor * wrong.T @ image, text, text_length)
    named_slope = _through(CONSE_WEIGHT * image_slope, named, named_length)
    scale_slope = factor * (wrong * cosines).sum() * (scale < SCALE_MOST)
    return {
        "weight": features.T @ image_slope,
        "bias": image_slope.sum(axis=0),
        "adapter": sentences.T @ text_slope + conse.T @ named_slope,
        "scale": np.array(scale_slope, np.float32),
    }


def _directions(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors, and the lengths they had [n, 1]."""
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return vectors / lengths, lengths


def _through(slope: np.ndarray, directions: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """A slope on unit vectors as one on the vectors themselves."""
    return (slope - directions * (slope * directions).sum(axis=1, keepdims=True)) / lengths


def _shares(logits: np.ndarray) -> np.ndarray:
    """The softmax of each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


class _Adam:
    """AdamW with a cosine schedule; decay pulls the head to zero, and nothing else."""

    def __init__(self, weights: Weights, steps: int) -> None:
        self._means = {name: np.zeros_like(value) for name, value in weights.items()}
        self._squares = {name: np.zeros_like(value) for name, value in weights.items()}
        self._steps = steps
        self._at = 0

    def step(self, weights: Weights, slopes: Weights) -> None:
        rate = RATE / 2 * (1 + np.cos(np.pi * self._at / self._steps))
        self._at += 1
        weights["weight"] = weights["weight"] * np.float32(1 - rate * DECAY)
        for name, slope in slopes.items():
            self._means[name] = _FIRST * self._means[name] + (1 - _FIRST) * slope
            self._squares[name] = _SECOND * self._squares[name] + (1 - _SECOND) * slope**2
            mean = self._means[name] / (1 - _FIRST**self._at)
            square = self._squares[name] / (1 - _SECOND**self._at)
            change = rate * mean / (np.sqrt(square) + _TINY)
            weights[name] = (weights[name] - change).astype(np.float32)
