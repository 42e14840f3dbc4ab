"""Finding moments in real moving clips: in films joined of pieces of them, and the right clip.

The clips come from Python wheels and Debian packages (`packages.py`). Each is cut into pieces of
ten seconds, the pieces are shuffled into films, and the labels, which are on the clips' own clocks
(`queries/clips.jsonl`), follow them there. They were written from the frames, before any search.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from benchmarks.films import library_of, write_film
from benchmarks.packages import CLIPS, fetched
from benchmarks.tables import table
from footage.evaluation import Evaluation, LabelledQuery, Span, evaluate, read_queries

QUERIES = Path(__file__).with_name("queries") / "clips.jsonl"
PIECE_SECONDS = 10.0
LEAST_SECONDS = 2.0  # of a clip's last piece; below, it is left out
SHORTEST_ANSWER = 0.5  # seconds of a labelled stretch that a cut may leave; below, it is none
FILMS = 5
SIZE = (640, 360)
FPS = 12
FIGURES = (
    *("queries", "recall@1", "recall@5", "recall@10", "mrr"),
    *("recall@1_iou0.5", "recall@1_iou0.7", "mean_iou", "p50_ms"),
)


class Piece(NamedTuple):
    """A stretch of a clip, in seconds of its clock."""

    clip: str
    start: float
    end: float


def run(options: argparse.Namespace) -> str:
    work = options.work / "clips"
    clips = fetched(work)
    queries = read_queries(QUERIES)
    films = storyboard()[: 2 if options.quick else FILMS]
    paths = [
        made(work / f"film-{number}.mp4", film, clips) for number, film in enumerate(films, start=1)
    ]
    moments = searched(paths, [on_films(query, films, paths) for query in queries])
    ranks = clip_ranks(list(clips.values()), queries)
    return "\n\n".join([moments_report(films, moments), clips_report(ranks)])


def storyboard() -> list[list[Piece]]:
    """The films: pieces dealt out in turn, shuffled so that no clip follows itself."""
    chance = random.Random("clips")
    pieces = [piece for clip in CLIPS for piece in cut(clip.name, clip.seconds)]
    films = [pieces[number::FILMS] for number in range(FILMS)]
    for film in films:
        chance.shuffle(film)
        while any(one.clip == other.clip for one, other in pairwise(film)):
            chance.shuffle(film)
    return films


def cut(clip: str, seconds: float) -> Iterator[Piece]:
    for start in np.arange(0.0, seconds - LEAST_SECONDS, PIECE_SECONDS).tolist():
        yield Piece(clip, start, min(start + PIECE_SECONDS, seconds))


def on_films(
    query: LabelledQuery, films: Sequence[Sequence[Piece]], paths: Sequence[Path]
) -> LabelledQuery | None:
    """The query with its stretches where the films show them; None where they show none."""
    spans = []
    for film, path in zip(films, paths, strict=True):
        clock = 0.0
        for piece in film:
            for answer in query.relevant:
                start = max(answer.start or 0.0, piece.start)
                end = min(answer.end or piece.end, piece.end)
                if answer.video == piece.clip and end - start >= SHORTEST_ANSWER:
                    offset = clock - piece.start
                    spans.append(Span(video=str(path), start=offset + start, end=offset + end))
            clock += piece.end - piece.start
    return query.model_copy(update={"relevant": tuple(spans)}) if spans else None


def searched(paths: Sequence[Path], queries: Sequence[LabelledQuery | None]) -> Evaluation:
    with library_of(paths) as library:
        return evaluate(library, [query for query in queries if query is not None])


def clip_ranks(clips: Sequence[Path], queries: Sequence[LabelledQuery]) -> dict[str, int]:
    """By query, the place of the first right clip among all clips."""
    ranks = {}
    with library_of(clips) as library:
        names = {library.video(path).video_id: path.name for path in clips}
        for query in queries:
            right = {answer.video for answer in query.relevant}
            found = library.search(query.query, group_by_video=True, limit=len(clips))
            places = [names[moment.video_id] in right for moment in found]
            ranks[query.query] = places.index(True) + 1
    return ranks


def moments_report(films: Sequence[Sequence[Piece]], found: Evaluation) -> str:
    seconds = sum(piece.end - piece.start for film in films for piece in film)
    kinds = {"all": found.figures, **found.by_kind}
    rows = [
        [kind, *(f"{figures[name]:.3g}" for name in FIGURES)] for kind, figures in kinds.items()
    ]
    missed = [one for one in found.worst(len(found.judged)) if one.rank != 1]
    lines = [f"- {one.query.query}: {one.rank or 'not among the first ten'}" for one in missed]
    return (
        f"moments: {len(films)} films, {seconds / 60:.1f} minutes, "
        f"{sum(map(len, films))} pieces of {len(CLIPS)} clips\n\n"
        f"{table(['clips', *FIGURES], rows)}\n\nthe right moment was not first:\n\n"
        + "\n".join(lines)
    )


def clips_report(ranks: dict[str, int]) -> str:
    places = np.array(list(ranks.values()))
    row = [len(places), f"{np.mean(places == 1):.3g}", f"{np.mean(1 / places):.3g}"]
    missed = sorted((rank, query) for query, rank in ranks.items() if rank > 1)
    return (
        f"whole clips: the right one of {len(CLIPS)}, by its best moment\n\n"
        f"{table(['queries', 'recall@1', 'mrr'], [row])}\n\nthe right clip was not first:\n\n"
        + "\n".join(f"- {query}: {rank}" for rank, query in missed)
    )


def made(path: Path, film: Sequence[Piece], clips: dict[str, Path]) -> Path:
    """The film as an h264 file; made once."""
    if path.exists():
        return path
    return write_film(path, pictures(film, clips), fps=FPS, crf=20)


def pictures(film: Sequence[Piece], clips: dict[str, Path]) -> Iterator[NDArray[np.uint8]]:
    """Every frame of a film, [height, width, 3]: the middle of each picture, at one size."""
    for piece in film:
        count = round((piece.end - piece.start) * FPS)
        times = piece.start + np.arange(count) / FPS
        for picture in at_times(clips[piece.clip], times.tolist()):
            yield np.asarray(ImageOps.fit(picture, SIZE, Image.Resampling.BILINEAR))


def at_times(path: Path, times: Sequence[float]) -> Iterator[Image.Image]:
    """The picture on show at each of ``times``, seconds from the first, in order."""
    left = list(times)
    with av.open(str(path)) as source:
        shown = None
        begins = 0.0
        for frame in source.decode(video=0):
            begins = frame.time if shown is None else begins
            while left and shown is not None and frame.time - begins > left[0]:
                yield shown.to_image()
                left.pop(0)
            if not left:
                return
            shown = frame
    assert shown is not None
    yield from [shown.to_image()] * len(left)
