"""How long a query takes that looks at pictures, speech and writing, by words and by meaning.

The library of the search benchmark, made-up vectors of segments, with passages of speech and of
writing put beside them: captions of pictures for texts, made-up vectors for their meaning. What is
compared takes turns.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path

import numpy as np

from benchmarks.search import SEGMENTS_A_VIDEO, in_turns, synthetic
from benchmarks.search import text as thing
from benchmarks.tables import table
from footage.errors import InvalidQuery
from footage.library import Library
from footage.passages import Passage
from footage.reader import ReaderFingerprint, Reading
from footage.text_store import entry_of

PASSAGES = {"speech": SEGMENTS_A_VIDEO, "screen": SEGMENTS_A_VIDEO // 5}  # of a video
WORDS = 3  # that are asked for of what is said and written
_READER = ReaderFingerprint("made-up", "1")


def run(options: argparse.Namespace) -> str:
    texts = _texts(options.data)
    rows = []
    for count in (1_000, 5_000) if options.quick else (10_000, 100_000):
        with synthetic(options.work / f"framed-{count}.library", count) as library:
            _read(library, texts)
            kinds = {name: call for name, call in _kinds(library, texts) if _works(call)}
            gc.collect()
            gc.freeze()  # as the server does
            with library.index._milvus.session():
                costs = in_turns(kinds)
            for name, cost in costs.items():
                p50, p95 = np.percentile(cost.times, (50, 95)) * 1e3
                cpu = 1e3 * cost.cpu / len(cost.times)
                rows.append([f"{count:,}", name, f"{p50:.1f}", f"{p95:.1f}", f"{cpu:.1f}"])
    return table(["segments", "what", "p50 ms", "p95 ms", "CPU ms"], rows)


def _texts(data: Path) -> list[str]:
    with (data / "captions.jsonl").open(encoding="utf-8") as lines:
        found = [caption for row in map(json.loads, lines) for caption in row["captions"]]
    return random.Random("routes").sample(found, len(found))


def _read(library: Library, texts: Sequence[str]) -> None:
    """Put passages beside every video that has none yet."""
    store, held = library.text_store, library.texts.held()
    supply, rng = cycle(texts), np.random.default_rng(6)
    for video_id in library.catalog.embedded():
        for modality, count in PASSAGES.items():
            if (video_id, modality) in held:
                continue
            entry = entry_of(video_id, modality, Reading(_READER))
            store.log.record(entry)
            passages = list(_passages(supply, count))
            vectors = rng.standard_normal((count, library.texts.dimension))
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            unit = vectors.astype(np.float32)
            library.texts.replace(video_id, modality, entry.edition, passages, unit)


def _passages(supply: Iterator[str], count: int) -> Iterator[Passage]:
    step = 600.0 / count
    for number in range(count):
        yield Passage(((number * step, (number + 1) * step),), (next(supply),))


def _kinds(library: Library, texts: Sequence[str]) -> Iterator[tuple[str, Callable[[int], object]]]:
    sentences, index = library.text_store.sentences, library.texts
    meant = sentences.encode([_words(texts, i) for i in range(50)])
    yield "words of speech alone", lambda i: index.words(_words(texts, i), modality="speech")
    yield (
        "meaning of speech alone, encoded already",
        lambda i: index.meaning(meant[i % len(meant)], modality="speech"),
    )
    yield "encoding a sentence", lambda i: sentences.encode([_words(texts, i)])
    yield "search, visual alone", lambda i: library.search(thing(i), modalities=("visual",))
    yield "search, all routes", lambda i: library.search(_words(texts, i))
    yield "search, said:", lambda i: library.search(f'said:"{_words(texts, i)}"')
    yield "search, sign:", lambda i: library.search(f'sign:"{_words(texts, i)}"')
    yield (
        "search, seen: said: sign:",
        lambda i: library.search(
            f'seen:"{thing(i)}" said:"{_words(texts, i)}" sign:"{_words(texts, i + 1)}"'
        ),
    )
    yield (
        "search, something and then something said",
        lambda i: library.search(thing(i), then=[f'said:"{_words(texts, i)}"']),
    )


def _works(call: Callable[[int], object]) -> bool:
    """Whether a query can be asked of this version."""
    try:
        call(0)
    except (InvalidQuery, TypeError):
        return False
    return True


def _words(texts: Sequence[str], i: int) -> str:
    words = texts[i].rstrip(" .").split()
    first = i % max(1, len(words) - WORDS)
    return " ".join(words[first : first + WORDS])
