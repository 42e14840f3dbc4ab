"""Finding a moment in long videos: recall, and how well start and end agree.

Films of still images on which the view pans and zooms, joined by cuts and dissolves; a third of the
shots are asked for by a caption, the others are there to be mistaken for them. The shots of the
``brisk`` cut last 0.8 to 4 seconds, those of ``moments`` 3 to 9. ``train`` is for
choices, ``dev`` only reports. The films were drawn before any was searched (`storyboard.py`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from itertools import groupby, product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.films import library_of, write_film
from benchmarks.storyboard import CUTS, SPLITS, Shot, View, load
from benchmarks.tables import table
from footage.evaluation import LabelledQuery, Span, evaluate

SIZE = (320, 240)
FPS = 12
FIGURES = (
    *("queries", "recall@1", "recall@5", "recall@10", "mrr"),
    *("recall@1_iou0.5", "recall@1_iou0.7", "mean_iou", "p50_ms"),
)


def run(options: argparse.Namespace) -> str:
    rows = []
    for cut, split in product(CUTS, SPLITS):
        films = [list(shots) for _, shots in groupby(load(cut, split), key=lambda shot: shot.film)]
        films = films[:2] if options.quick else films
        figures = measured(films, f"{cut}-{split}", options)
        rows.append([cut, split, *(f"{figures[name]:.3g}" for name in FIGURES)])
    return table(["cut", "films of", *FIGURES], rows)


def measured(films: Sequence[list[Shot]], title: str, options: argparse.Namespace) -> dict:
    """The figures of all queries over all films of a cut and split."""
    paths = [made(film, title, options.data, options.work) for film in films]
    captions = {
        row["image"]: row["captions"]
        for row in map(json.loads, (options.data / "captions.jsonl").open(encoding="utf-8"))
    }
    queries = [
        query
        for film, path in zip(films, paths, strict=True)
        for query in labelled(film, path, captions)
    ]
    with library_of(paths) as library:
        return evaluate(library, queries).figures


def labelled(film: Sequence[Shot], path: Path, captions: dict) -> Iterator[LabelledQuery]:
    """The queries of a film: a shot is on from the middle of one transition to that of the next."""
    clock = before = 0.0
    for shot in film:
        end = clock + shot.seconds
        if shot.caption is not None:
            span = Span(video=str(path), start=clock + before / 2, end=end - shot.dissolve / 2)
            yield LabelledQuery(query=captions[shot.image][shot.caption], relevant=(span,))
        clock, before = end - shot.dissolve, shot.dissolve


def made(film: Sequence[Shot], title: str, data: Path, work: Path) -> Path:
    """The film as an h264 file; made once."""
    path = work / f"{title}-{film[0].film:02}.mp4"
    if path.exists():
        return path
    return write_film(path, pictures(film, data), fps=FPS, crf=20)


def pictures(
    film: Sequence[Shot], data: Path, size: tuple[int, int] = SIZE
) -> Iterator[NDArray[np.uint8]]:
    """Every frame of a film, [height, width, 3]."""
    fading: list[NDArray[np.uint8]] = []  # the end of the shot before, under a dissolve
    for shot in film:
        frames = list(glide(shot, data, size))
        for at, under in enumerate(fading):
            share = (at + 1) / (len(fading) + 1)
            frames[at] = (share * frames[at] + (1 - share) * under).astype(np.uint8)
        tail = round(shot.dissolve * FPS)
        yield from frames[: len(frames) - tail]
        fading = frames[len(frames) - tail :]


def glide(shot: Shot, data: Path, size: tuple[int, int] = SIZE) -> Iterator[NDArray[np.uint8]]:
    """The frames of one shot: the view moves evenly from where it begins to where it ends."""
    with Image.open(data / shot.image) as opened:
        picture = opened.convert("RGB")
    count = round(shot.seconds * FPS)
    for share in np.linspace(0, 1, count):
        view: View = tuple(  # type: ignore[assignment]
            (1 - share) * begins + share * ends
            for begins, ends in zip(shot.begins, shot.ends, strict=True)
        )
        left, top, width = (picture.width * value for value in view)
        box = (left, top, left + width, top + width)
        yield np.asarray(picture.resize(size, Image.Resampling.BILINEAR, box=box))
