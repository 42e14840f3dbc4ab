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
from torch import nn
from torch.nn import functional

from training.conse import unit
from training.shapes import FEATURES, WORDS


@dataclass(frozen=True)
class Recipe:
    """Constants of the training; README.md gives the reason for each."""

    conse_weight: float = 0.3
    epochs: int = 20
    batch: int = 512
    rate: float = 1e-3
    decay: float = 0.05
    dropout: float = 0.6
    pair_chance: float = 0.3
    scale_start: float = 20.0
    scale_most: float = 60.0
    same_meaning: float = 0.9
    seeds: int = 6


@dataclass(frozen=True)
class Examples:
    """What the head is trained on; row i of each array is one image.

    features float [n, 1280]; conse [n, 384]; sentences [m, 384]; captions int [n, most],
    indices into sentences; counts int [n].
    """

    features: np.ndarray
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
    torch.set_num_threads(1)  # sums come out in one order, so a seed gives one result
    heads = [_train_once(examples, recipe, seed) for seed in range(recipe.seeds)]
    return replace(
        heads[0],
        weight=np.mean([head.weight for head in heads], axis=0),
        bias=np.mean([head.bias for head in heads], axis=0),
        adapter=np.mean([head.adapter for head in heads], axis=0),
    )


def _train_once(examples: Examples, recipe: Recipe, seed: int) -> Head:
    torch.manual_seed(seed)
    shift, spread = examples.features.mean(axis=0), examples.features.std(axis=0) + 1e-6
    model = Model(recipe)
    optimiser = torch.optim.AdamW(model.groups(recipe.decay), lr=recipe.rate)
    steps = len(examples.features) // recipe.batch * recipe.epochs
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for features, conse, sentences in _batches(examples, recipe, seed):
        images = model.images((features - shift) / spread, conse)
        scores = model.scores(images, sentences)
        loss = contrast(scores, sentences, recipe.same_meaning)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    weight = model.weight.detach().numpy() / spread[:, None]
    return Head(
        weight=weight,
        bias=model.bias.detach().numpy() - shift @ weight,
        adapter=model.adapter.detach().numpy(),
        conse_weight=recipe.conse_weight,
    )


class Model(nn.Module):
    """The head and the adapter while they learn."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.recipe = recipe
        self.weight = nn.Parameter(torch.zeros((FEATURES, WORDS)))
        self.bias = nn.Parameter(torch.zeros(WORDS))
        self.adapter = nn.Parameter(torch.eye(WORDS))
        self.log_scale = nn.Parameter(torch.tensor(recipe.scale_start).log())

    def start_from(self, head: Head, shift: torch.Tensor, spread: torch.Tensor) -> None:
        """Take over a trained head, whose features will be given as (raw - shift) / spread."""
        weight = torch.from_numpy(head.weight)
        with torch.no_grad():
            self.weight.copy_(weight * spread[:, None])
            self.bias.copy_(torch.from_numpy(head.bias) + shift @ weight)
            self.adapter.copy_(torch.from_numpy(head.adapter))

    def images(self, features: torch.Tensor, conse: torch.Tensor) -> torch.Tensor:
        """Unit vectors [n, 384] from standard features [n, 1280] and ConSE vectors [n, 384]."""
        kept = functional.dropout(features, self.recipe.dropout)
        named = self.recipe.conse_weight * functional.normalize(conse @ self.adapter, dim=1)
        return functional.normalize(kept @ self.weight + self.bias + named, dim=1)

    def scores(self, images: torch.Tensor, sentences: torch.Tensor) -> torch.Tensor:
        """Scaled cosines [n, n] of n images (rows) and n sentences."""
        texts = functional.normalize(sentences @ self.adapter, dim=1)
        return self.log_scale.exp().clamp(max=self.recipe.scale_most) * images @ texts.T

    def groups(self, decay: float) -> list[dict]:
        """Parameters for the optimiser: decay pulls the head to zero, and nothing else."""
        others = [self.bias, self.adapter, self.log_scale]
        return [
            {"params": [self.weight], "weight_decay": decay},
            {"params": others, "weight_decay": 0.0},
        ]


def contrast(scores: torch.Tensor, sentences: torch.Tensor, same: float) -> torch.Tensor:
    """Symmetric InfoNCE of scores [n, n], blind to pairs whose captions say the same."""
    own = torch.eye(len(scores), dtype=torch.bool)
    alike = (sentences @ sentences.T > same) & ~own
    scores = scores.masked_fill(alike, -1e4)
    truth = torch.arange(len(scores))
    return functional.cross_entropy(scores, truth) + functional.cross_entropy(scores.T, truth)


def _batches(
    examples: Examples, recipe: Recipe, seed: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Yield features [b, 1280], conse [b, 384], sentences [b, 384]: each image once an epoch."""
    chance = np.random.default_rng(seed)
    total = len(examples.conse)
    for _ in range(recipe.epochs):
        order = chance.permutation(total)
        for start in range(0, total - recipe.batch + 1, recipe.batch):
            rows = order[start : start + recipe.batch]
            sentences = draw_sentences(examples, rows, recipe.pair_chance, chance)
            conse = torch.from_numpy(examples.conse[rows])
            yield torch.from_numpy(examples.features[rows]), conse, sentences


def draw_sentences(
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
