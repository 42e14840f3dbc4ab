"""The whole recipe, top to bottom: images and captions in, the package's model folder out."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training import canary, card, package
from training.backbone import classifier, export_backbone
from training.conse import TOP, class_embeddings, conse
from training.data import Row, load_rows, split_rows
from training.evaluate import caption_queries, milliseconds, recall, tower_recall
from training.features import cached_features
from training.head import Examples, Head, Recipe, caption_table, train
from training.minilm import export_text, tokenizer
from training.quantise import quantise_backbone, quantise_text
from training.tail import Tail, join_tail
from training.text import embed_texts

CALIBRATION_IMAGES = 256
"""The activations' ranges settle at about a hundred images."""


PRECISIONS = ("fp32", "int8")


@dataclass(frozen=True)
class Corpus:
    """Rows, the indices of each split, and what the frozen networks make of them."""

    rows: list[Row]
    splits: dict[str, np.ndarray]
    features: np.ndarray
    conse: np.ndarray
    classes: np.ndarray
    sentences: np.ndarray
    captions: np.ndarray
    counts: np.ndarray

    def examples(self, rows: np.ndarray) -> Examples:
        """What the head sees of `rows`."""
        return Examples(
            features=self.features[rows],
            conse=self.conse[rows],
            sentences=self.sentences,
            captions=self.captions[rows],
            counts=self.counts[rows],
        )


def prepare(data: Path, work: Path) -> Corpus:
    """Run the frozen networks over everything; what is in `work` already is not done again."""
    work.mkdir(parents=True, exist_ok=True)
    rows = load_rows(data)
    splits = split_rows(rows)
    _frozen_networks(work, [rows[i].image for i in splits["fit"]])
    images = [row.image for row in rows]
    # The int8 backbone, so that the head learns to live with its rounding.
    features = cached_features(work / "backbone.int8.onnx", images, work / "features.npy")
    weight, bias = classifier()
    classes = class_embeddings(work / "minilm.fp32.onnx")
    texts = list(dict.fromkeys(caption for row in rows for caption in row.captions))
    places = {text: place for place, text in enumerate(texts)}
    captions, counts = caption_table([[places[text] for text in row.captions] for row in rows])
    return Corpus(
        rows=rows,
        splits=splits,
        features=features,
        conse=conse(features @ weight.T + bias, classes),
        classes=classes,
        sentences=_sentences(work, texts),
        captions=captions,
        counts=counts,
    )


def _frozen_networks(work: Path, images: Sequence[Path]) -> None:
    if not (work / "backbone.int8.onnx").exists():
        export_backbone(work / "backbone.fp32.onnx")
        chosen = np.random.default_rng(0).choice(len(images), CALIBRATION_IMAGES, replace=False)
        calibration = [images[i] for i in chosen]
        quantise_backbone(work / "backbone.fp32.onnx", work / "backbone.int8.onnx", calibration)
    if not (work / "minilm.fp32.onnx").exists():
        export_text(work / "minilm.fp32.onnx")


def _sentences(work: Path, texts: list[str]) -> np.ndarray:
    cache = work / "sentences.npy"
    if not cache.exists():
        np.save(cache, embed_texts(work / "minilm.fp32.onnx", tokenizer(), texts))
    return np.load(cache)


def build(corpus: Corpus, work: Path, out: Path, recipe: Recipe) -> dict:
    """Train on all of `train`, write the towers of both precisions, fill `out`; give the report."""
    rows = np.sort(np.concatenate([corpus.splits["fit"], corpus.splits["held"]]))
    head = train(corpus.examples(rows), recipe)
    write_towers(head, corpus.classes, work)
    report = measure(corpus, work)
    out.mkdir(parents=True, exist_ok=True)
    for kind in ("image", "text"):
        shutil.copyfile(work / f"{kind}.int8.onnx", out / f"{kind}.onnx")
    tokenizer().save(str(out / "tokenizer.json"))
    canary.write(out)
    card.write(out, work, report, recipe)
    package.write(out, report, recipe)
    return report


def write_towers(head: Head, classes: np.ndarray, work: Path) -> None:
    """Write `image` and `text` towers to `work`, each as `.fp32.onnx` and `.int8.onnx`."""
    weight, bias = classifier()
    tail = Tail(
        head=head.weight,
        head_bias=head.bias,
        classifier=weight.T,
        classifier_bias=bias,
        classes=classes @ head.adapter,
        conse_weight=head.conse_weight,
        top=TOP,
    )
    for precision in PRECISIONS:
        backbone = work / f"backbone.{precision}.onnx"
        join_tail(backbone, tail, work / f"image.{precision}.onnx", compact=precision == "int8")
    export_text(work / "text.fp32.onnx", head.adapter)
    quantise_text(work / "text.fp32.onnx", work / "text.int8.onnx")


def measure(corpus: Corpus, work: Path) -> dict:
    """Recall of `dev` by each pair of towers and by ConSE alone, and the image towers' speed."""
    dev = [corpus.rows[i] for i in corpus.splits["dev"]]
    texts, answers = caption_queries(dev)
    plain = embed_texts(work / "minilm.fp32.onnx", tokenizer(), texts)
    conse_alone = recall(plain, corpus.conse[corpus.splits["dev"]], answers)
    figures = {precision: _towers(work, precision, dev) for precision in PRECISIONS}
    figures["ConSE alone"] = conse_alone
    speed = {precision: _speed(work / f"image.{precision}.onnx") for precision in PRECISIONS}
    return {"dev": figures, "queries": len(texts), "images": len(dev), "ms_per_frame": speed}


def _towers(work: Path, precision: str, rows: Sequence[Row]) -> dict[str, float]:
    image, text = (work / f"{kind}.{precision}.onnx" for kind in ("image", "text"))
    return tower_recall(image, text, tokenizer(), rows)


def _speed(tower: Path) -> dict[str, float]:
    return {f"batch {batch}": milliseconds(tower, batch) for batch in (1, 8)}
