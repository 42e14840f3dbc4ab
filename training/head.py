"""The learned part: a linear head for images and an adapter for text, in MiniLM's own space.

An image is `normalise(head(features) + conse_weight * normalise(adapter(conse)))`, a text is
`normalise(adapter(sentence))`. The head starts at zero and the adapter at the identity, so
training starts from ConSE and learns only what ConSE lacks: one vector of 384 numbers holds both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch.nn import functional

from training.conse import unit
from training.text import WORDS


@dataclass(frozen=True)
class Recipe:
    """Constants of the training; README.md gives the reason for each."""

    conse_weight: float = 0.3
    epochs: int = 20
    batch: int = 512
    rate: float = 1e-3
    decay: float = 0.05
    dropout: float = 0.4
    pair_chance: float = 0.3
    scale_start: float = 20.0
    scale_most: float = 60.0
    same_meaning: float = 0.9
    seeds: int = 3


@dataclass(frozen=True)
class Examples:
    """What the head is trained on; row i of each array is one image.

    features float [n, 1280], one array per view (plain, flipped); conse [n, 384];
    sentences [m, 384]; captions int [n, most], indices into sentences; counts int [n].
    """

    views: tuple[np.ndarray, ...]
    conse: np.ndarray
    sentences: np.ndarray
    captions: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class Head:
    """weight [1280, 384] and bias [384] on raw features; adapter [384, 384] on sentences."""

    weight: np.ndarray
    bias: np.ndarray
    adapter: np.ndarray
    conse_weight: float

    def images(self, features: np.ndarray, conse: np.ndarray) -> np.ndarray:
        """Vectors [n, 384], not yet of unit length."""
        named = self.conse_weight * unit(conse @ self.adapter)
        return features @ self.weight + self.bias + named


def caption_table(captions: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Indices of each image's captions as int [n, most], padded with 0, and their counts [n]."""
    counts = np.array([len(own) for own in captions])
    table = np.zeros((len(captions), counts.max()), dtype=np.int64)
    for row, own in zip(table, captions, strict=True):
        row[: len(own)] = own
    return table, counts


def train(examples: Examples, recipe: Recipe) -> Head:
    """Train once per seed and average: from a common start, the runs end close together."""
    heads = [_train_once(examples, recipe, seed) for seed in range(recipe.seeds)]
    return replace(
        heads[0],
        weight=np.mean([head.weight for head in heads], axis=0),
        bias=np.mean([head.bias for head in heads], axis=0),
        adapter=np.mean([head.adapter for head in heads], axis=0),
    )


def _train_once(examples: Examples, recipe: Recipe, seed: int) -> Head:
    torch.manual_seed(seed)
    shift, spread = examples.views[0].mean(axis=0), examples.views[0].std(axis=0) + 1e-6
    weight = torch.zeros((len(shift), WORDS), requires_grad=True)
    bias = torch.zeros(WORDS, requires_grad=True)
    adapter = torch.eye(WORDS, requires_grad=True)
    log_scale = torch.tensor(float(np.log(recipe.scale_start)), requires_grad=True)
    plain = {"params": [bias, adapter, log_scale], "weight_decay": 0.0}
    decayed = {"params": [weight], "weight_decay": recipe.decay}
    optimiser = torch.optim.AdamW([decayed, plain], lr=recipe.rate)
    steps = len(examples.conse) // recipe.batch * recipe.epochs
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for features, conse, sentences in _batches(examples, recipe, seed):
        standard = functional.dropout((features - shift) / spread, recipe.dropout)
        named = recipe.conse_weight * functional.normalize(conse @ adapter, dim=1)
        images = functional.normalize(standard @ weight + bias + named, dim=1)
        texts = functional.normalize(sentences @ adapter, dim=1)
        scale = log_scale.exp().clamp(max=recipe.scale_most)
        loss = _contrast(scale * images @ texts.T, sentences, recipe.same_meaning)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    learned = weight.detach().numpy() / spread[:, None]
    return Head(
        weight=learned,
        bias=bias.detach().numpy() - shift @ learned,
        adapter=adapter.detach().numpy(),
        conse_weight=recipe.conse_weight,
    )


def _contrast(scores: torch.Tensor, sentences: torch.Tensor, same: float) -> torch.Tensor:
    """Symmetric InfoNCE of scores [n, n], blind to pairs whose captions say the same."""
    own = torch.eye(len(scores), dtype=torch.bool)
    alike = (sentences @ sentences.T > same) & ~own
    scores = scores.masked_fill(alike, -1e4)
    truth = torch.arange(len(scores))
    return functional.cross_entropy(scores, truth) + functional.cross_entropy(scores.T, truth)


def _batches(
    examples: Examples, recipe: Recipe, seed: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Yield features [b, 1280], conse [b, 384] and sentences [b, 384], every image once an epoch."""
    chance = np.random.default_rng(seed)
    total = len(examples.conse)
    for _ in range(recipe.epochs):
        order = chance.permutation(total)
        for start in range(0, total - recipe.batch + 1, recipe.batch):
            rows = order[start : start + recipe.batch]
            view = examples.views[chance.integers(len(examples.views))]
            sentences = _sentences(examples, rows, recipe.pair_chance, chance)
            conse = torch.from_numpy(examples.conse[rows])
            yield torch.from_numpy(view[rows]), conse, sentences


def _sentences(
    examples: Examples, rows: np.ndarray, pair_chance: float, chance: np.random.Generator
) -> torch.Tensor:
    """One caption an image, or with `pair_chance` the mean of two, unit [b, 384]."""
    first, second = (
        examples.sentences[examples.captions[rows, chance.integers(examples.counts[rows])]]
        for _ in range(2)
    )
    paired = chance.random((len(rows), 1)) < pair_chance
    mixed = torch.from_numpy(np.where(paired, first + second, first))
    return functional.normalize(mixed, dim=1)
