"""The whole recipe, top to bottom: images and captions in, the package's model folder out."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet

from training import canary, card, package
from training.backbone import classifier, export_backbone, pretrained
from training.conse import TOP, class_embeddings, conse
from training.data import Row, load_rows, split_rows
from training.evaluate import Embedded, caption_queries, embed, milliseconds, recall
from training.finetune import Frozen, TuneRecipe, finetune
from training.head import Examples, Head, Recipe, caption_table, train
from training.late import LateStages
from training.minilm import export_text, tokenizer
from training.quantise import quantise_backbone, quantise_text
from training.tail import Tail, join_tail
from training.text import embed_texts
from training.views import Edge, cached_edge, edge_features, write_back, write_front

CALIBRATION_IMAGES = 256
"""The activations' ranges settle at about a hundred images."""

GUIDE = Recipe(seeds=2)
"""The head that the fine-tuning begins from."""
PRECISIONS = ("fp32", "int8")


@dataclass(frozen=True)
class Corpus:
    """Rows, the indices of each split, and what the frozen networks make of them."""

    rows: list[Row]
    splits: dict[str, np.ndarray]
    edge: Edge
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
    if not (work / "frozen.int8.onnx").exists():
        _write_backbone(pretrained(), work, "frozen", [rows[i].image for i in splits["fit"]])
    if not (work / "minilm.fp32.onnx").exists():
        export_text(work / "minilm.fp32.onnx")
    write_front(work / "frozen.int8.onnx", work / "front.int8.onnx")
    texts = list(dict.fromkeys(caption for row in rows for caption in row.captions))
    places = {text: place for place, text in enumerate(texts)}
    captions, counts = caption_table([[places[text] for text in row.captions] for row in rows])
    classes = class_embeddings(work / "minilm.fp32.onnx")
    edge = _view(rows, work, 0)
    features = _features(edge, work, "frozen")
    return Corpus(
        rows=rows,
        splits=splits,
        edge=edge,
        features=features,
        conse=_conse(features, classes),
        classes=classes,
        sentences=_sentences(work, texts),
        captions=captions,
        counts=counts,
    )


def tune(corpus: Corpus, work: Path, recipe: TuneRecipe) -> Corpus:
    """Fine-tune the backbone's last blocks on `fit`; give the corpus as the result sees it.

    `held` is not trained on, so that what follows can still be chosen there.
    """
    if not (work / "tuned.int8.onnx").exists():
        fit = corpus.splits["fit"]
        fit_rows = [corpus.rows[i] for i in fit]
        net = pretrained()
        late = LateStages(net, corpus.edge)
        if not (work / "late.pt").exists():
            views = [corpus.edge.of(fit), _view(fit_rows, work, 1)]
            _finetune(late, corpus.examples(fit), views, corpus.classes, recipe)
            torch.save(late.state_dict(), work / "late.pt")
        late.load_state_dict(torch.load(work / "late.pt"))
        _write_backbone(net, work, "tuned", [row.image for row in fit_rows])
    features = _features(corpus.edge, work, "tuned")
    return replace(corpus, features=features, conse=_conse(features, corpus.classes))


def _finetune(
    late: LateStages,
    examples: Examples,
    views: Sequence[Edge],
    classes: np.ndarray,
    recipe: TuneRecipe,
) -> None:
    frozen = Frozen.of(classifier(), classes)
    finetune(late, train(examples, GUIDE), frozen, examples=examples, views=views, recipe=recipe)


def _write_backbone(net: EfficientNet, work: Path, name: str, images: Sequence[Path]) -> None:
    """Write `net` to `work` as NAME.fp32.onnx and NAME.int8.onnx, calibrated on some `images`."""
    chosen = np.random.default_rng(0).choice(len(images), CALIBRATION_IMAGES, replace=False)
    export_backbone(net, work / f"{name}.fp32.onnx")
    quantise_backbone(
        work / f"{name}.fp32.onnx", work / f"{name}.int8.onnx", [images[i] for i in chosen]
    )


def _view(rows: Sequence[Row], work: Path, number: int) -> Edge:
    images = [row.image for row in rows]
    return cached_edge(work / "front.int8.onnx", images, number, work / f"edge{number}.npy")


def _features(edge: Edge, work: Path, name: str) -> np.ndarray:
    """Of the int8 backbone NAME, so that the head learns to live with its rounding."""
    cache = work / f"{name}.npy"
    if not cache.exists():
        write_back(work / f"{name}.int8.onnx", work / f"{name}.back.onnx")
        np.save(cache, edge_features(work / f"{name}.back.onnx", edge))
    return np.load(cache)


def _conse(features: np.ndarray, classes: np.ndarray) -> np.ndarray:
    weight, bias = classifier()
    return conse(features @ weight.T + bias, classes)


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
        backbone = work / f"tuned.{precision}.onnx"
        join_tail(backbone, tail, work / f"image.{precision}.onnx", compact=precision == "int8")
    export_text(work / "text.fp32.onnx", head.adapter)
    quantise_text(work / "text.fp32.onnx", work / "text.int8.onnx")


def measure(corpus: Corpus, work: Path) -> dict:
    """Figures of `dev` by each pair of towers and by ConSE alone, and the image towers' speed."""
    dev = [corpus.rows[i] for i in corpus.splits["dev"]]
    embedded = {precision: _embed(work, precision, dev) for precision in PRECISIONS}
    figures = {precision: found.recall() for precision, found in embedded.items()}
    return {
        "dev": {**figures, "ConSE alone": _conse_alone(corpus, work, dev)},
        "kinds": embedded["int8"].recall_by_kind(),
        "queries": len(embedded["int8"].queries),
        "images": len(dev),
        "ms_per_frame": {name: _speed(work / f"image.{name}.onnx") for name in PRECISIONS},
    }


def _conse_alone(corpus: Corpus, work: Path, dev: Sequence[Row]) -> dict[str, float]:
    """What the frozen backbone and MiniLM give without any training."""
    texts, answers = caption_queries(dev)
    plain = embed_texts(work / "minilm.fp32.onnx", tokenizer(), texts)
    frozen = _conse(np.load(work / "frozen.npy")[corpus.splits["dev"]], corpus.classes)
    return recall(plain, frozen, answers)


def _embed(work: Path, precision: str, rows: Sequence[Row]) -> Embedded:
    image, text = (work / f"{kind}.{precision}.onnx" for kind in ("image", "text"))
    return embed(image, text, tokenizer(), rows)


def _speed(tower: Path) -> dict[str, float]:
    return {f"batch {batch}": milliseconds(tower, batch) for batch in (1, 8)}
