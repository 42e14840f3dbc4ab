"""Words for what is seen, said and written: everyday concepts, and frequent words.

Pictures are told by everyday concepts (`concepts.txt`), embedded as texts. Which is nearest to one
says little, since some texts are near to everything: `showing` says which are sure.

Words are weighed as those of titles are: often in this group, seldom in the others.
"""

from __future__ import annotations

import logging
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from footage.analysis.material import Held, Material, Tell
from footage.analysis.titles import class_weights
from footage.durable import draft_of
from footage.embedder import Vectors
from footage.errors import ArchiveDamaged, InvalidQuery
from footage.index.stems import STOP_WORDS
from footage.index.unit import unit

log = logging.getLogger(__name__)

NAMED_BY = 3  # concepts, or words, of a group
SAME = 0.8  # cosine from which two concepts say the same
LEAST_SAID = 2  # times that a word must stand in a group, and in so many of its segments
_CONCEPTS = Path(__file__).with_name("concepts.txt")
_WORD = re.compile(r"[^\W\d_]{3,}")
_MORE_FILLERS = (
    "again all also always another any because before being both came can cannot come could each"
    " even ever every first get gets going good got hello here just know let like little look made"
    " make many may maybe more most much must never new next nor not nothing now off okay one only"
    " other ours out over own please quite really right said same say see should some something"
    " still such take tell than thank thanks that thing things think though through too two under"
    " until upon very want way well went were while why yeah yes yet"
)
_FILLERS = STOP_WORDS | set(_MORE_FILLERS.split())


@lru_cache
def concepts() -> tuple[str, ...]:
    """The everyday concepts, in the order of their file."""
    lines = _CONCEPTS.read_text("utf-8").splitlines()
    return tuple(name.strip() for line in lines if line[:1] != "#" for name in line.split(","))


def concept_vectors(held: Held, tell: Tell) -> Vectors | None:
    """The concepts in the library's space, unit vectors [n, d]; kept in the library's folder.

    None where texts cannot be embedded, or a service would be paid for each of them.
    """
    mark = held.embedder.fingerprint
    if held.embedder.sent_to is not None:
        return None
    path = held.folder / f"concepts-{mark.id}.npz"
    if (kept := _kept(path, mark.dimension)) is not None:
        return kept
    vectors = []
    try:
        for at, name in enumerate(concepts()):
            tell("embedding words", at, len(concepts()))
            vectors.append(held.embedder.encode_text(name))
    except InvalidQuery:
        return None
    found = unit(np.array(vectors))
    _keep(path, found)
    return found


def frequent_words(
    held: Held, material: Material, labels: NDArray[np.int64], modality: str
) -> list[tuple[str, ...]]:
    """The words that stand out in what is said (``speech``) or written (``screen``) in each group.

    A line belongs to the segment that is on in its middle. Of a group of several segments, a word
    must stand in two of them: what one says twice is not what the others are about.
    """
    sizes = np.bincount(labels)
    counts = [Counter[str]() for _ in sizes]
    places: list[dict[str, set[int]]] = [defaultdict(set) for _ in sizes]
    entries = held.text_store.log.entries()
    for at, video in enumerate(material.videos):
        entry = entries.get((video.video_id, modality))
        if entry is None or not entry.edition:
            continue
        try:
            lines = held.text_store.readings.read(video.video_id, modality).lines
        except ArchiveDamaged as error:
            log.warning("its words name nothing: %s", error)
            continue
        rows = np.flatnonzero(material.owners == at)
        spans = material.spans[rows]
        for line in lines:
            middle = (line.start + line.end) / 2
            on = rows[(spans[:, 0] <= middle) & (middle < spans[:, 1])]
            for word in _words(line.text) if len(on) else ():
                counts[labels[on[0]]][word] += 1
                places[labels[on[0]]][word].add(int(on[0]))
    for own, stands, size in zip(counts, places, sizes, strict=True):
        for word in [word for word in own if len(stands[word]) < min(size, LEAST_SAID)]:
            del own[word]
    return class_tf_idf(counts)


def class_tf_idf(counts: Sequence[Counter[str]]) -> list[tuple[str, ...]]:
    """Of each class the words that stand out, the best first, at most `NAMED_BY`."""
    found = []
    for own, weights in zip(counts, class_weights(counts), strict=True):
        often = [word for word, count in own.items() if count >= LEAST_SAID]
        ranked = sorted(often, key=lambda word: (-weights[word], word))
        found.append(tuple(ranked[:NAMED_BY]))
    return found


def distinct(ranked: Sequence[int], vectors: Vectors) -> tuple[str, ...]:
    """Of concepts, the best first, `NAMED_BY` without those that say the same as a better one.

    Nor those that repeat a word of it.
    """
    names, chosen = concepts(), list[int]()
    for at in ranked:
        if len(chosen) == NAMED_BY:
            break
        words = set(names[at].split())
        if not any(
            float(vectors[other] @ vectors[at]) >= SAME or words & set(names[other].split())
            for other in chosen
        ):
            chosen.append(at)
    return tuple(names[at] for at in chosen)


def _words(text: str) -> Iterable[str]:
    return (word for word in _WORD.findall(text.lower()) if word not in _FILLERS)


def _kept(path: Path, dimension: int) -> Vectors | None:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            names, vectors = arrays["names"].tolist(), arrays["vectors"]
    except (OSError, EOFError, ValueError, KeyError, BadZipFile):
        return None
    whole = vectors.shape == (len(concepts()), dimension) and bool(np.isfinite(vectors).all())
    return unit(vectors.astype(np.float32)) if whole and names == list(concepts()) else None


def _keep(path: Path, vectors: Vectors) -> None:
    try:
        with draft_of(path) as draft, draft.open("wb") as file:
            np.savez(file, names=np.array(concepts()), vectors=vectors.astype(np.float16))
    except OSError as error:
        log.warning("%s cannot be written (%s): it is made anew each time", path, error)
