"""The films of the moment benchmark, as they were drawn once: `python -m benchmarks.storyboard`.

Writes ``benchmarks/queries/<cut>.<split>.jsonl``, one shot a line. What is committed is frozen:
it names images and the numbers of captions, and was drawn before any of it was searched.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path

QUERIES = Path(__file__).with_name("queries")
SPLITS = ("train", "dev")
CUTS = {"moments": (3.0, 9.0), "brisk": (0.8, 4.0)}
"""Seconds a shot lasts, by the cut of a film: the brisk ones are often shorter than a segment."""
FILMS, SHOTS = 12, 30
ASKED = 10  # shots of a film that a query asks for; the others are distractors
NARROWEST = 0.6  # of the picture's width, that a view shows

View = tuple[float, float, float]
"""Left, top and width of what is shown of a square picture, each a share of its side."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture on screen while the view glides over it. Times in seconds."""

    film: int
    image: str
    seconds: float  # with both of its transitions
    dissolve: float  # into the next shot; 0 is a cut
    begins: View
    ends: View
    caption: int | None  # the number of the caption that asks for it


def draw(rows: Sequence[dict], seed: str, lengths: tuple[float, float]) -> Iterator[Shot]:
    """All shots of all films, from images with their captions."""
    dice = random.Random(seed)
    chosen = dice.sample(sorted(rows, key=lambda row: row["image"]), FILMS * SHOTS)
    for film in range(FILMS):
        asked = set(dice.sample(range(SHOTS), ASKED))
        shots = [
            _shot(dice, film, row, lengths, last=at == SHOTS - 1, asked=at in asked)
            for at, row in enumerate(chosen[film * SHOTS : (film + 1) * SHOTS])
        ]
        for shot, after in zip(shots, [*shots[1:], shots[-1]], strict=True):
            # a transition takes no more than half of either shot
            most = min(shot.seconds, after.seconds) / 2
            yield replace(shot, dissolve=min(shot.dissolve, round(most, 2)))


def _shot(
    dice: random.Random,
    film: int,
    row: dict,
    lengths: tuple[float, float],
    *,
    last: bool,
    asked: bool,
) -> Shot:
    return Shot(
        film=film,
        image=row["image"],
        seconds=round(dice.uniform(*lengths), 2),
        dissolve=0.0 if last or dice.random() < 0.6 else round(dice.uniform(0.5, 1.5), 2),
        begins=_view(dice),
        ends=_view(dice),
        caption=dice.randrange(len(row["captions"])) if asked else None,
    )


def load(cut: str, split: str) -> list[Shot]:
    """The frozen shots of a cut and split."""
    lines = (QUERIES / f"{cut}.{split}.jsonl").read_text("utf-8").splitlines()
    return [Shot(**json.loads(line)) for line in lines]


def _view(dice: random.Random) -> View:
    width = dice.uniform(NARROWEST, 1)
    left, top = dice.uniform(0, 1 - width), dice.uniform(0, 1 - width)
    return (round(left, 3), round(top, 3), round(width, 3))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.storyboard", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of captions.jsonl")
    lines = (parser.parse_args().data / "captions.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["source"] == "flickr8k"]
    QUERIES.mkdir(exist_ok=True)
    for (cut, lengths), split in product(CUTS.items(), SPLITS):
        own = [row for row in rows if row["split"] == split]
        shots = draw(own, seed=f"{cut} {split}", lengths=lengths)
        text = "".join(json.dumps(asdict(shot)) + "\n" for shot in shots)
        (QUERIES / f"{cut}.{split}.jsonl").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
