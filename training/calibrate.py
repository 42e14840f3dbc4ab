"""`python -m training.calibrate --data DIR`: the coefficients of confidence, from held-out images.

Prints what `footage.search.confidence` has as constants, and how well they tell right from wrong on
the half of the images that they were not fitted on. Takes some minutes the first time.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.storyboard import _view as part_of
from training import strangers
from training.data import Row, load_rows, split_rows
from training.shapes import SIZE
from training.strangers import CAPTION, Shelf, Shown
from training.towers import Pictures, Towers
from training.twin import Captioned, Twin, train

HERE = Path(__file__).parent
PACKAGE = HERE.parent / "src" / "footage" / "embedders" / "lite_model"
FALSE_FOUND = 0.1
WHOLE = (0.0, 0.0, 1.0)

Figures = Callable[[Shown], tuple[float, ...]]


def main() -> None:
    """Read the command line, fit and report."""
    parser = argparse.ArgumentParser(prog="python -m training.calibrate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of captions.jsonl")
    parser.add_argument("--model", type=Path, default=PACKAGE, help="folder of the lite model")
    parser.add_argument("--work", type=Path, default=HERE / "work", help="caches")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    towers = Towers(options.model)
    rows = load_rows(options.data)
    parts = {
        name: [rows[at] for at in places if rows[at].source == "flickr8k"]
        for name, places in split_rows(rows).items()
    }
    twin = _twin(towers, parts["fit"], options.work)
    held = _pictures(towers, parts["held"], options.work / "calibrate-held.npz", views=2)
    views = twin.images(held).reshape(len(parts["held"]), 3, -1)
    seen, meant = [], []
    for half in _halves(len(views)):
        shelf = Shelf(views[half], [parts["held"][at].captions for at in half])
        seed = f"half {half[0]}"
        seen.append(strangers.simulated(shelf, _encoder(towers, twin.adapter), seed=seed))
        meant.append(strangers.passages(shelf, _encoder(towers, towers.adapter), seed=seed))
    report("SEEN", seen, lambda one: (one.level, one.height))
    report("SEEN_ALONE", seen, lambda one: (one.alone,))
    report("MEANT", meant, lambda one: (one.level, one.height))


def _halves(count: int) -> list[list[int]]:
    order = random.Random(7).sample(range(count), count)
    return [order[: count // 2], order[count // 2 :]]


def _encoder(towers: Towers, adapter: np.ndarray) -> strangers.Encode:
    return lambda text: towers.encode(text, adapter)


# the twin


def _twin(towers: Towers, rows: Sequence[Row], work: Path) -> Twin:
    cache = work / "twin.npz"
    if not cache.exists():
        pictures = _pictures(towers, rows, work / "calibrate-fit.npz", views=0)
        texts = {text: at for at, text in enumerate({c: 0 for row in rows for c in row.captions})}
        sentences = np.stack([towers.sentence(text) for text in texts])
        captions = [[texts[caption] for caption in row.captions] for row in rows]
        np.savez(cache, **train(Captioned(pictures, sentences, captions))._asdict())
    return Twin(**np.load(cache))


def _pictures(towers: Towers, rows: Sequence[Row], cache: Path, *, views: int) -> Pictures:
    """Each picture whole, and ``views`` parts of it drawn at random."""
    if not cache.exists():
        np.savez(cache, **towers.pictures(_pixels(rows, views))._asdict())
    return Pictures(**np.load(cache))


def _pixels(rows: Sequence[Row], views: int) -> Iterator[np.ndarray]:
    dice = random.Random("views")
    for row in rows:
        with Image.open(row.image) as opened:
            picture = opened.convert("RGB")
        for left, top, size in (WHOLE, *(part_of(dice) for _ in range(views))):
            wide, high = picture.size
            box = (left * wide, top * high, (left + size) * wide, (top + size) * high)
            yield np.asarray(picture.resize((SIZE, SIZE), Image.Resampling.BICUBIC, box=box))


# fitting


def report(name: str, halves: Sequence[Sequence[Shown]], figures: Figures) -> None:
    """Print a model fitted on everything, and what each half's model makes of the other."""
    everything = [shown for half in halves for shown in half]
    bias, *slopes = coefficients(everything, figures)
    print(f"{name}: bias {bias:.2f}, " + ", ".join(f"{slope:.2f}" for slope in slopes))
    first, second = halves
    chances = np.concatenate(
        [
            chances_of(first, figures, coefficients(second, figures)),
            chances_of(second, figures, coefficients(first, figures)),
        ]
    )
    for kind in dict.fromkeys(shown.kind for shown in everything):
        own = np.array([shown.kind == kind for shown in everything])
        print(f"  {kind}: {_quality([s for s in everything if s.kind == kind], chances[own])}")


def coefficients(shown: Sequence[Shown], figures: Figures) -> list[float]:
    """Bias and slopes of the log odds that a moment is right; both kinds of query weigh alike."""
    given = np.array([figures(one) for one in shown])
    right = np.array([one.right for one in shown])
    kinds = np.array([one.kind == CAPTION for one in shown])
    share = kinds.mean()
    weights = np.where(kinds, 0.5 / share, 0.5 / max(1 - share, 1e-9))
    spread = given.std(axis=0)
    fit = LogisticRegression(C=1.0).fit(given / spread, right, sample_weight=weights)
    return [float(fit.intercept_[0]), *(fit.coef_[0] / spread).tolist()]


def chances_of(
    shown: Sequence[Shown], figures: Figures, coefficients: Sequence[float]
) -> np.ndarray:
    """The probabilities [n] by a model."""
    bias, *slopes = coefficients
    odds = bias + np.array([figures(one) for one in shown]) @ np.array(slopes)
    return 1 / (1 + np.exp(-odds))


def _quality(shown: Sequence[Shown], chances: np.ndarray) -> str:
    right = np.array([one.right for one in shown])
    there = np.array([one.there for one in shown])
    best = np.array([one.rank == 0 for one in shown])
    least = float(np.quantile(chances[best & ~there], 1 - FALSE_FOUND))
    figures = {
        "Brier": np.mean((chances - right) ** 2),
        "AUC right": roc_auc_score(right, chances),
        "AUC found": roc_auc_score(there[best], chances[best]),
        "true found": np.mean(chances[best & there] > least),
        "false found": FALSE_FOUND,
        "from": least,
    }
    return ", ".join(f"{name} {value:.3f}" for name, value in figures.items())


if __name__ == "__main__":
    main()
