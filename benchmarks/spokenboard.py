"""What is said and written in the films of the spoken benchmark, and what is asked, drawn once.

``python -m benchmarks.spokenboard --data DIR`` writes ``queries/spoken.<split>.jsonl``,
``then.<split>.jsonl`` and ``minus.<split>.jsonl``. The films are those of the ``moments`` cut. What
is committed is frozen: it was drawn before any of it was searched.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations, groupby, permutations
from pathlib import Path

from benchmarks import voices
from benchmarks.storyboard import QUERIES, SPLITS, Shot, load

CUT = "moments"
MARGIN = 0.3  # seconds between the edges of a shot and what is said in it
SHOWN = (2.0, 4.0)  # seconds a sign stands
HEIGHTS = (0.05, 0.1)  # of a sign's letters, as a share of the picture's height
WIDEST = 0.9  # of the picture, that a sign takes
LOOKS = 3  # white on blue, black on cream, outlined
SIGNS_ASKED, SIGNS_TWICE = 28, 6
LONG, LONG_WORDS = 4, 2  # letters, and words of so many: fewer say nothing
SHARED = 3  # shots in which what is asked for together with what is seen is said, or written
MOST_CAPTIONS = 3  # of five, in which a thing is named that is surely seen
WITHIN = 30.0  # seconds between the end of one shot and the start of the one that follows
PAIRS = 60  # of each kind
PAIRS_A_SUBJECT = 3

# What is seen, by the words of captions that say so.
SEEN = {
    "a dog": ("dog", "dogs", "puppy"),
    "a boy": ("boy", "boys"),
    "a girl": ("girl", "girls"),
    "a woman": ("woman", "women", "lady"),
    "a man": ("man", "men", "guy"),
    "a child": ("child", "children", "kid", "kids", "toddler", "baby"),
    "water": ("water", "ocean", "lake", "river", "pool", "sea"),
    "snow": ("snow", "snowy"),
    "a beach": ("beach", "sand", "shore"),
    "grass": ("grass", "field", "lawn", "grassy"),
    "a bicycle": ("bike", "bicycle", "bikes", "biker", "bicyclist", "cyclist"),
    "a ball": ("ball", "tennis", "soccer", "basketball", "football"),
    "a street": ("street", "road", "sidewalk", "city"),
    "a mountain": ("mountain", "mountains", "cliff", "rock", "hill"),
    "something red": ("red",),
    "a crowd": ("crowd", "group"),
}
# What stands for another: a caption with one of these may mean the thing without naming it.
ALSO = {
    "a boy": ("child", "kid", "children", "kids", "toddler", "baby"),
    "a girl": ("child", "kid", "children", "kids", "toddler", "baby", "woman"),
    "a woman": ("girl", "people", "person", "group", "crowd", "couple"),
    "a man": ("boy", "people", "person", "group", "crowd", "player", "biker", "couple"),
    "a child": ("boy", "girl", "boys", "girls"),
    "something red": ("red",),
    "a crowd": ("people", "men", "women", "children", "boys", "girls"),
    "a ball": ("player", "players", "game", "toy"),
}


@dataclass(frozen=True, slots=True)
class Laid:
    """A sentence said in a shot, or a sign that stands in it, and what is asked for by it."""

    film: int
    shot: int  # of the film, from 0
    at: float  # seconds after the shot begins
    seconds: float
    said: str | None = None  # the name of a recording
    sign: str | None = None
    height: float = 0.0  # of the sign's letters, share of the picture's
    x: float = 0.0  # left edge, share of what is left of the width
    y: float = 0.0
    look: int = 0
    queries: dict[str, str] = field(default_factory=dict)
    """By kind: ``words`` in a row, ``meaning``; ``seen`` is asked for together with ``words``."""


@dataclass(frozen=True, slots=True)
class Then:
    """Something and what follows it, and every pair of shots that shows that: [film, one, two]."""

    kind: str  # of the first and of the second: seen, said, sign, and thing for a word or two
    first: str | list[int]  # a text, or film, shot and number of its caption
    second: str | list[int]
    relevant: list[list[int]]


@dataclass(frozen=True, slots=True)
class Minus:
    """A picture of one thing without another, and a picture of both."""

    one: str
    other: str
    without: str
    both: str


Films = list[list[Shot]]
Captions = dict[str, list[str]]


def films_of(split: str) -> Films:
    return [list(shots) for _, shots in groupby(load(CUT, split), key=lambda shot: shot.film)]


def spans(film: Sequence[Shot]) -> list[tuple[float, float]]:
    """When each shot is on: from the middle of one transition to that of the next."""
    found, clock, before = [], 0.0, 0.0
    for shot in film:
        end = clock + shot.seconds
        found.append((clock + before / 2, end - shot.dissolve / 2))
        clock, before = end - shot.dissolve, shot.dissolve
    return found


def read(name: str, split: str) -> list[dict]:
    lines = (QUERIES / f"{name}.{split}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def laid(split: str) -> list[Laid]:
    """The frozen sentences and signs of a split."""
    return [Laid(**row) for row in read("spoken", split)]


def captions_of(data: Path) -> Captions:
    """The captions of every picture."""
    with (data / "captions.jsonl").open(encoding="utf-8") as lines:
        return {row["image"]: row["captions"] for row in map(json.loads, lines)}


# What captions say


def named(captions: Sequence[str], words: Sequence[str]) -> int:
    """In how many captions one of the words stands."""
    return sum(not set(words).isdisjoint(_words(caption)) for caption in captions)


def surely(captions: Sequence[str], thing: str) -> bool:
    return named(captions, SEEN[thing]) >= MOST_CAPTIONS


def surely_not(captions: Sequence[str], thing: str) -> bool:
    return not named(captions, (*SEEN[thing], *ALSO.get(thing, ())))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


# Sentences and signs


class _Board:
    """Deals sentences and signs out to the shots of a split."""

    def __init__(self, split: str, captions: Captions) -> None:
        self._dice = random.Random(f"spoken {split}")
        self._films = films_of(split)
        self._captions = captions
        self._spans = [spans(film) for film in self._films]
        self._free = {(f, s) for f, film in enumerate(self._films) for s in range(len(film))}
        everything = [*voices.load().values()]
        own = SPLITS.index(split)
        self._voices = {
            role: _dealt([v for v in everything if v.role == role], f"voices {role}")[own]
            for role in ("asked", "both", "filler")
        }
        self._signs = _dealt((QUERIES / "signs.txt").read_text("utf-8").splitlines(), "signs")[own]

    def draw(self) -> Iterator[Laid]:
        signs = [self._sign(text) for text in self._signs]
        self._texts = [
            *(voice.words for voices in self._voices.values() for voice in voices),
            *self._signs,
        ]
        for voice in self._voices["both"]:
            yield from self._together(Laid(-1, -1, 0, voice.seconds, said=voice.name), voice.words)
        for sign in signs[:SIGNS_TWICE]:
            yield from self._together(sign, sign.sign or "")
        for voice in self._voices["asked"]:
            asks = {"words": self._excerpt(voice.words), "meaning": voice.meaning or ""}
            spoken = Laid(-1, -1, 0, voice.seconds, said=voice.name, queries=asks)
            yield self._in(spoken, self._shot(spoken))
        for sign in signs[SIGNS_TWICE : SIGNS_TWICE + SIGNS_ASKED]:
            asked = _with(sign, queries={"words": self._excerpt(sign.sign or "")})
            yield self._in(asked, self._shot(asked))
        for voice in self._voices["filler"]:
            spoken = Laid(-1, -1, 0, voice.seconds, said=voice.name)
            yield self._in(spoken, self._shot(spoken))

    def _sign(self, text: str) -> Laid:
        dice = self._dice
        # a letter is about half as wide as high, a picture 4 to 3
        most = min(HEIGHTS[1], WIDEST / len(text) / 0.55 * 4 / 3)
        return Laid(
            *(-1, -1, 0, round(dice.uniform(*SHOWN), 2)),
            sign=text,
            height=round(dice.uniform(min(HEIGHTS[0], most), most), 3),
            x=round(dice.random(), 2),
            y=round(dice.uniform(0.05, 0.9), 2),
            look=dice.randrange(LOOKS),
        )

    def _room(self, shot: tuple[int, int]) -> float:
        start, end = self._spans[shot[0]][shot[1]]
        return end - start - 2 * MARGIN

    def _shot(self, what: Laid) -> tuple[int, int]:
        fits = [shot for shot in sorted(self._free) if self._room(shot) >= what.seconds]
        return self._dice.choice(fits)

    def _in(self, what: Laid, shot: tuple[int, int]) -> Laid:
        self._free.discard(shot)
        film, number = shot
        at = MARGIN + self._dice.uniform(0, self._room(shot) - what.seconds)
        return _with(what, film=film, shot=number, at=round(at, 2))

    def _together(self, what: Laid, text: str) -> Iterator[Laid]:
        """The same words in some shots, of which a thing is seen in one alone.

        The thing is seen in other shots too, so neither the words nor the thing are enough.
        """
        words = self._excerpt(text)
        things = self._dice.sample(sorted(SEEN), len(SEEN))
        free = [shot for shot in sorted(self._free) if self._room(shot) >= what.seconds]
        self._dice.shuffle(free)
        for some in combinations(things, SHARED):
            shots = [
                next((shot for shot in free if self._alone(shot, thing, some)), None)
                for thing in some
            ]
            if None not in shots and len({shot[0] for shot in shots if shot}) == SHARED:
                for shot, thing in zip(shots, some, strict=True):
                    if shot is not None:
                        asked = _with(what, queries={"seen": thing, "words": words})
                        yield self._in(asked, shot)
                return
        raise SystemExit(f"no {SHARED} shots can be told apart for {text!r}")

    def _alone(self, shot: tuple[int, int], thing: str, things: Sequence[str]) -> bool:
        captions = self._captions[self._films[shot[0]][shot[1]].image]
        return surely(captions, thing) and all(
            surely_not(captions, other) for other in things if other != thing
        )

    def _excerpt(self, text: str) -> str:
        """Some words in a row that nothing else says; all of them where there are none such."""
        words, others = _words(text), [" ".join(_words(other)) for other in self._texts]
        few = [
            " ".join(words[at : at + length])
            for length in ((3, 4, 5) if len(words) > LONG else (2, 3))
            for at in range(len(words) - length + 1)
            if len(words) > length
            and sum(len(word) >= LONG for word in words[at : at + length]) >= LONG_WORDS
        ]
        alone = [one for one in few if sum(f" {one} " in f" {other} " for other in others) == 1]
        return self._dice.choice(alone) if alone else " ".join(words)


def _dealt(cards: Sequence, seed: str) -> tuple[list, list]:
    """Every other one to either split, once they are shuffled."""
    shuffled = random.Random(seed).sample(list(cards), len(cards))
    return shuffled[::2], shuffled[1::2]


def _with(what: Laid, **changes: object) -> Laid:
    return Laid(**{**asdict(what), **changes})


# One thing and then another


def follow(split: str, laid: Sequence[Laid], captions: Captions) -> Iterator[Then]:
    """Pairs in order: what is seen, said or written by its own words, and things by a word."""
    dice = random.Random(f"then {split}")
    films = films_of(split)
    told: dict[str, list[tuple[int, int, str | list[int]]]] = {"said": [], "sign": []}
    for one in laid:
        if "words" in one.queries and "seen" not in one.queries:
            told["said" if one.said else "sign"].append((one.film, one.shot, one.queries["words"]))
    told["seen"] = [
        (f, s, [f, s, dice.randrange(len(captions[shot.image]))])
        for f, film in enumerate(films)
        for s, shot in enumerate(film)
    ]
    apart = _apart(films)
    for kinds in (("seen", "seen"), ("seen", "said"), ("said", "seen"), ("sign", "seen")):
        found = [
            Then(" then ".join(kinds), first, second, [[f, one, two]])
            for f, one, first in told[kinds[0]]
            for g, two, second in told[kinds[1]]
            if f == g and (f, one, two) in apart
        ]
        yield from dice.sample(found, min(len(found), PAIRS // 2))
    things = list(_things(films, captions, apart))
    yield from dice.sample(things, min(len(things), PAIRS))


def _apart(films: Films) -> set[tuple[int, int, int]]:
    """Pairs of shots of which the second begins after the first, and not long after."""
    pairs = set()
    for f, film in enumerate(films):
        times = spans(film)
        for one, two in combinations(range(len(film)), 2):
            if times[two][0] - times[one][1] <= WITHIN:
                pairs.add((f, one, two))
    return pairs


def _things(films: Films, captions: Captions, apart: set[tuple[int, int, int]]) -> Iterator[Then]:
    """A thing and then another, where few pairs of shots show that."""
    for one, other in permutations(sorted(SEEN), 2):
        pairs = [
            [f, a, b]
            for f, a, b in sorted(apart)
            if surely(captions[films[f][a].image], one)
            and surely(captions[films[f][b].image], other)
        ]
        if 1 <= len(pairs) <= 8:
            yield Then("thing then thing", one, other, pairs)


# One thing without another


def without(rows: Sequence[dict], split: str) -> Iterator[Minus]:
    """Pairs of pictures that show a thing, with and without another."""
    dice = random.Random(f"minus {split}")
    for one, other in permutations(sorted(SEEN), 2):
        has = [row for row in rows if surely(row["captions"], one)]
        lone = [row["image"] for row in has if surely_not(row["captions"], other)]
        pair = [row["image"] for row in has if surely(row["captions"], other)]
        count = min(PAIRS_A_SUBJECT, len(lone), len(pair))
        if len(pair) >= 2 * PAIRS_A_SUBJECT and not set(SEEN[one]) & set(ALSO.get(other, ())):
            for alone, both in zip(dice.sample(lone, count), dice.sample(pair, count), strict=True):
                yield Minus(one, other, alone, both)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spokenboard", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of captions.jsonl")
    lines = (parser.parse_args().data / "captions.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["source"] == "flickr8k"]
    captions = {row["image"]: row["captions"] for row in rows}
    for split in SPLITS:
        board = list(_Board(split, captions).draw())
        _write("spoken", split, board)
        _write("then", split, follow(split, board, captions))
        _write("minus", split, without([row for row in rows if row["split"] == split], split))


def _write(name: str, split: str, rows: Iterator | Sequence) -> None:
    found = [asdict(row) for row in rows]
    text = "".join(json.dumps(row) + "\n" for row in found)
    (QUERIES / f"{name}.{split}.jsonl").write_text(text, "utf-8")
    kinds = Counter(row.get("kind", " ".join(row.get("queries", {}))) for row in found)
    print(name, split, len(found), dict(kinds))


if __name__ == "__main__":
    main()
