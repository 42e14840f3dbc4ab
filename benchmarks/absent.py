"""Queries whose answer is in no film of the moment benchmark: `python -m benchmarks.absent`.

Writes ``benchmarks/queries/absent.<split>.jsonl``: captions of images of the same split that no
film of that cut and split shows, as many as ask for what is there. What is committed is frozen: it
was drawn before any of it was searched. A caption may describe another picture by chance ("a dog
runs on grass"), and then something matches after all; nothing was taken out for that.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from benchmarks.storyboard import ASKED, CUTS, FILMS, QUERIES, SPLITS, load


@dataclass(frozen=True, slots=True)
class Absent:
    """A caption, by number, of an image that no film of a cut shows."""

    cut: str
    image: str
    caption: int


def draw(rows: Sequence[dict], cut: str, split: str) -> Iterator[Absent]:
    """The absent queries of a cut, one caption each of so many images of its split."""
    shown = {shot.image for shot in load(cut, split)}
    left = sorted((row for row in rows if row["image"] not in shown), key=lambda row: row["image"])
    dice = random.Random(f"absent {cut} {split}")
    for row in dice.sample(left, FILMS * ASKED):
        yield Absent(cut, row["image"], dice.randrange(len(row["captions"])))


def load_absent(cut: str, split: str) -> list[Absent]:
    """The frozen absent queries of a cut and split."""
    lines = (QUERIES / f"absent.{split}.jsonl").read_text("utf-8").splitlines()
    return [query for query in (Absent(**json.loads(line)) for line in lines) if query.cut == cut]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.absent", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of captions.jsonl")
    lines = (parser.parse_args().data / "captions.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["source"] == "flickr8k"]
    drawn: dict[str, list[Absent]] = {split: [] for split in SPLITS}
    for split, cut in product(SPLITS, CUTS):
        drawn[split] += draw([row for row in rows if row["split"] == split], cut, split)
    for split, queries in drawn.items():
        text = "".join(json.dumps(asdict(query)) + "\n" for query in queries)
        (QUERIES / f"absent.{split}.jsonl").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
