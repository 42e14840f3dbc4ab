"""The last blocks of the backbone, trained together with the head on captions.

The head is only a guide here: it is trained anew afterwards, on what the tuned blocks see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch.nn import functional

from training.conse import TOP
from training.head import Examples, Head, Model, Recipe, contrast, draw_sentences
from training.late import LateStages
from training.views import Edge

_CHUNK = 32
"""Images convolved at a time: what they hold stays in the processor's caches."""


@dataclass(frozen=True)
class TuneRecipe:
    """Constants of the fine-tuning; README.md gives the reason for each."""

    epochs: int = 5
    batch: int = 256
    rate: float = 1e-4
    guide_rate: float = 1e-4
    warm_steps: int = 15
    anchor: float = 1.0
    draws: int = 3
    seed: int = 0
    guide: Recipe = field(default_factory=lambda: Recipe(dropout=0.5, scale_start=22.0))


@dataclass(frozen=True)
class Frozen:
    """What stays as it is: ImageNet's classifier, weight [1000, 1280] and bias [1000], and the
    sentence vectors [1000, 384] of its classes.
    """

    weight: torch.Tensor
    bias: torch.Tensor
    classes: torch.Tensor

    @classmethod
    def of(cls, classifier: tuple[np.ndarray, np.ndarray], classes: np.ndarray) -> Frozen:
        """From the arrays."""
        return cls(*(torch.from_numpy(array) for array in (*classifier, classes)))

    def logits(self, features: torch.Tensor) -> torch.Tensor:
        """[n, 1000] from pooled features [n, 1280]."""
        return features @ self.weight.T + self.bias

    def conse(self, logits: torch.Tensor) -> torch.Tensor:
        """As `conse.conse`, in a form that learning can pass through."""
        seen = logits.softmax(1)
        least = seen.topk(TOP, dim=1).values[:, -1:]
        return functional.normalize(torch.where(seen >= least, seen, 0.0) @ self.classes, dim=1)


def finetune(
    late: LateStages,
    head: Head,
    frozen: Frozen,
    *,
    examples: Examples,
    views: Sequence[Edge],
    recipe: TuneRecipe,
) -> None:
    """Train `late` in place, from `head` on; row i of each view is image i of `examples`."""
    torch.manual_seed(recipe.seed)
    features = torch.from_numpy(examples.features)
    shift, spread = features.mean(0), features.std(0) + 1e-6
    before = frozen.logits(features).log_softmax(1)
    guide = Model(recipe.guide)
    guide.start_from(head, shift, spread)
    optimiser, schedule = _optimiser(late, guide, len(features) // recipe.batch, recipe)
    chance = np.random.default_rng(recipe.seed)
    for step, rows in enumerate(_batches(len(features), recipe, chance)):
        pooled = _pool(late, views, rows, chance)
        logits = frozen.logits(pooled)
        images = guide.images((pooled - shift) / spread, frozen.conse(logits))
        drawn = [
            draw_sentences(examples, rows, recipe.guide.pair_chance, chance)
            for _ in range(recipe.draws)
        ]
        loss = _agreement(guide, images, drawn)
        drift = functional.kl_div(
            logits.log_softmax(1), before[rows], log_target=True, reduction="batchmean"
        )
        optimiser.zero_grad()
        (loss + recipe.anchor * drift).backward()
        optimiser.step()
        schedule.step()
        if step % 10 == 9:
            print(f"step {step + 1}: loss {loss:.3f}, drift {drift:.3f}", flush=True)


def _agreement(guide: Model, images: torch.Tensor, drawn: Sequence[torch.Tensor]) -> torch.Tensor:
    """Mean loss of the images against each set of sentences drawn for them."""
    same = guide.recipe.same_meaning
    return torch.stack([contrast(guide.scores(images, own), own, same) for own in drawn]).mean()


def _optimiser(
    late: LateStages, guide: Model, epoch: int, recipe: TuneRecipe
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """AdamW without decay; `epoch` counts steps."""
    groups = [
        {"params": late.parameters(), "lr": recipe.rate},
        {"params": guide.parameters(), "lr": recipe.guide_rate},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.0)
    steps = epoch * recipe.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: _share(s, steps, recipe))
    return optimiser, schedule


def _share(step: int, steps: int, recipe: TuneRecipe) -> float:
    """Of the full rate: up in a line, then down a cosine."""
    warm = min(1.0, (step + 1) / recipe.warm_steps)
    return warm * 0.5 * (1.0 + float(np.cos(np.pi * step / steps)))


def _batches(total: int, recipe: TuneRecipe, chance: np.random.Generator) -> Iterator[np.ndarray]:
    for _ in range(recipe.epochs):
        order = chance.permutation(total)
        for start in range(0, total - recipe.batch + 1, recipe.batch):
            yield order[start : start + recipe.batch]


def _pool(
    late: LateStages, views: Sequence[Edge], rows: np.ndarray, chance: np.random.Generator
) -> torch.Tensor:
    """Pooled features [b, 1280] of the images, each in a view drawn by lot."""
    drawn = chance.integers(len(views), size=len(rows))
    codes = np.stack([views[v].codes[row] for v, row in zip(drawn, rows, strict=True)])
    return torch.cat([late(part) for part in torch.from_numpy(codes).split(_CHUNK)])
