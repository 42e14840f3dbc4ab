"""Whether confidence is what it says: how often moments of a probability are right.

Half of the queries ask for what is in the library, half for what is not (`absent.py`; for the real
clips, the same queries with the clips that answer them left out). A moment is right where it
overlaps a right stretch at all; the five best of each query are judged, and `found` by the best.
Run on `dev` films and real clips, which had no say in any coefficient.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.absent import load_absent
from benchmarks.clips import QUERIES as CLIP_QUERIES
from benchmarks.films import library_of
from benchmarks.moments import labelled, made
from benchmarks.packages import fetched
from benchmarks.storyboard import CUTS, load
from benchmarks.tables import table
from footage.embedder import Route
from footage.evaluation import read_queries
from footage.index.segments import Hit
from footage.library import Library
from footage.query import Filters
from footage.search.bank import SENTENCES
from footage.search.confidence import FOUND, Confidence

SHOWN = 5
BINS = 10
WORST = 8


class Asked(NamedTuple):
    """A query, and where it is answered: stretches by video id, none where it is absent."""

    text: str
    answers: Mapping[str, Sequence[tuple[float, float]]]


class Shown(NamedTuple):
    """A moment as it was shown."""

    text: str
    there: bool
    rank: int
    probability: float
    right: bool


def run(options: argparse.Namespace) -> str:
    parts = []
    for cut in CUTS:
        films = [list(shots) for _, shots in groupby(load(cut, "dev"), key=lambda shot: shot.film)]
        films = films[:2] if options.quick else films
        paths = [made(film, f"{cut}-dev", options.data, options.work) for film in films]
        with library_of(paths) as library:
            asked = list(_of_films(library, cut, films, paths, options.data))
            held = library.catalog.embedded()
            parts.append(report(f"{cut} dev", list(judged(library, asked, held))))
    parts.append(report("real clips", list(_of_clips(options.work / "clips"))))
    return "\n\n".join(parts)


def judged(library: Library, asked: Sequence[Asked], held: Mapping[str, int]) -> Iterator[Shown]:
    """The best moments of each query among the videos of ``held``, with their probabilities."""
    embedder = library.embedder
    confidence = Confidence(
        path=library.folder / f"judged-{len(held)}-{hash(tuple(held))}.npz",
        dimension=embedder.fingerprint.dimension,
        held=lambda: held,
        read=lambda video_id: library.archive.read(video_id, embedder.fingerprint),
        bank=lambda: np.stack([embedder.encode_text(sentence) for sentence in SENTENCES]),
    )
    for query in asked:
        found = library.search(query.text, limit=SHOWN, filters=Filters(videos=tuple(held)))
        hits = [
            Hit("", one.video_id, one.start, one.end, one.score, Route(one.modality, one.scope))
            for one in found
        ]
        chances = confidence.probabilities(embedder.encode_text(query.text), hits)
        for rank, (hit, chance) in enumerate(zip(hits, chances, strict=True)):
            right = any(
                min(hit.end, end) > max(hit.start, start)
                for start, end in query.answers.get(hit.video_id, ())
            )
            assert chance is not None
            yield Shown(query.text, bool(query.answers), rank, chance, right)


def _of_films(
    library: Library, cut: str, films: Sequence, paths: Sequence[Path], data: Path
) -> Iterator[Asked]:
    lines = (data / "captions.jsonl").open(encoding="utf-8")
    captions = {row["image"]: row["captions"] for row in map(json.loads, lines)}
    for film, path in zip(films, paths, strict=True):
        video_id = library.video(path).video_id
        for query in labelled(film, path, captions):
            (span,) = query.relevant
            yield Asked(query.query, {video_id: [(span.start or 0.0, span.end or 0.0)]})
    for absent in load_absent(cut, "dev"):
        yield Asked(captions[absent.image][absent.caption], {})


def _of_clips(work: Path) -> Iterator[Shown]:
    clips = fetched(work)
    queries = read_queries(CLIP_QUERIES)
    with library_of(list(clips.values())) as library:
        ids = {name: library.video(path).video_id for name, path in clips.items()}
        held = library.catalog.embedded()
        asked = []
        for query in queries:
            answers: dict[str, list[tuple[float, float]]] = {}
            for span in query.relevant:
                stretch = (span.start or 0.0, span.end or float("inf"))
                answers.setdefault(ids[span.video], []).append(stretch)
            asked.append(Asked(query.query, answers))
        yield from judged(library, asked, held)
        for query in asked:
            left = {video: count for video, count in held.items() if video not in query.answers}
            yield from judged(library, [Asked(query.text, {})], left)


def report(title: str, shown: Sequence[Shown]) -> str:
    chances = np.array([one.probability for one in shown])
    right = np.array([one.right for one in shown], dtype=float)
    best = [one for one in shown if one.rank == 0]
    found = {there: [one.probability >= FOUND for one in best if one.there == there]
             for there in (True, False)}  # fmt: skip
    there = np.array([one.there for one in best])
    rate = right.mean()
    figures = {
        "moments": f"{len(shown):,}",
        "Brier": f"{np.mean((chances - right) ** 2):.4f}",
        "of the base rate": f"{rate * (1 - rate):.4f}",
        "calibration error": f"{calibration_error(chances, right):.3f}",
        "AUC of right": f"{auc(chances, right > 0):.3f}",
        "AUC of found": f"{auc(np.array([one.probability for one in best]), there):.3f}",
        "true found": f"{np.mean(found[True]):.2f}",
        "false found": f"{np.mean(found[False]):.2f}",
    }
    worst = sorted((one for one in best if not one.there), key=lambda one: -one.probability)
    missed = sorted(
        (one for one in best if one.there and one.right), key=lambda one: one.probability
    )
    lines = [f"- absent, {one.probability:.2f}: {one.text}" for one in worst[:WORST]]
    lines += [f"- right, {one.probability:.2f}: {one.text}" for one in missed[:WORST]]
    return "\n\n".join(
        [
            f"{title}: {len(best)} queries",
            table(list(figures), [list(figures.values())]),
            reliability(chances, right),
            "least as it should be:\n\n" + "\n".join(lines),
        ]
    )


def reliability(chances: NDArray[np.float64], right: NDArray[np.float64]) -> str:
    """By bins of probability: how many, what was said, and what was so."""
    rows = []
    for number, inside in _bins(chances):
        said, so = f"{chances[inside].mean():.2f}", f"{right[inside].mean():.2f}"
        rows.append([f"{number / BINS:.1f}", int(inside.sum()), said, so])
    return table(["from", "moments", "said", "so"], rows)


def calibration_error(chances: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Expected calibration error: the mean gap between what bins say and what is so."""
    return sum(
        float(inside.mean() * abs(chances[inside].mean() - right[inside].mean()))
        for _, inside in _bins(chances)
    )


def auc(values: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """The chance that a positive one has the higher value."""
    gaps = values[positive][:, None] - values[~positive][None]
    return float(((gaps > 0) + 0.5 * (gaps == 0)).mean())


def _bins(chances: NDArray[np.float64]) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    numbers = np.minimum((chances * BINS).astype(int), BINS - 1)
    for number in range(BINS):
        inside = numbers == number
        if inside.any():
            yield number, inside
