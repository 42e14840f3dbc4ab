"""Finding words: SQLite's FTS5 beside the BM25 function of milvus-lite 2.5, over the same passages.

Passages are what the speech reader wrote down of recordings (`voices.py`), then captions of
pictures, then two captions run together, up to 10,000 and 100,000. Queries are one to five words
in a row, from passages. Both rank by BM25 with a stemmer of English; what they cannot both do is
tried as well, and said yes or no.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from pymilvus import DataType, Function, FunctionType, MilvusClient

from benchmarks.search import cpu_now
from benchmarks.tables import table

PASSAGES_A_VIDEO = 50
QUERIES = 200
MOST_WORDS = 5
LIMIT = 10
A_BATCH = 5_000
HOSTILE = (
    *('"', "'", '""" OR 1', "NEAR(", "dog AND", "-dog", "text : dog", "^dog", "*", "(", "\\", "?"),
    *("dog\x00cat", "a" * 10_000, "犬が走る", "🐕", "%", "{}", "NOT", "dog; DROP TABLE passages"),
)


class Passage(NamedTuple):
    number: int
    video: int
    text: str


class Asked(NamedTuple):
    """Words in a row, and the number of the passage that they are from."""

    text: str
    passage: int


class Words(Protocol):
    """An index of words."""

    def put(self, passages: Sequence[Passage]) -> None: ...
    def ready(self) -> None: ...
    def search(self, text: str, limit: int = LIMIT) -> list[int]: ...
    def delete(self, video: int) -> None: ...
    def close(self) -> None: ...


class Fts5:
    """Words in a table of their own, the passages' videos in another."""

    def __init__(self, folder: Path) -> None:
        self._base = sqlite3.connect(folder / "words.sqlite")
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("CREATE TABLE passages (number INTEGER PRIMARY KEY, video INTEGER)")
        self._base.execute("CREATE INDEX of_video ON passages (video)")
        self._base.execute(
            "CREATE VIRTUAL TABLE words USING fts5(text, tokenize = 'porter unicode61')"
        )

    def put(self, passages: Sequence[Passage]) -> None:
        with self._base:
            self._base.executemany("INSERT INTO passages VALUES (?, ?)", [p[:2] for p in passages])
            self._base.executemany(
                "INSERT INTO words (rowid, text) VALUES (?, ?)",
                [(p.number, p.text) for p in passages],
            )

    def ready(self) -> None:
        self.search("ready")

    def search(self, text: str, limit: int = LIMIT) -> list[int]:
        return self.matching(" OR ".join(f'"{word}"' for word in re.findall(r"\w+", text)), limit)

    def matching(self, expression: str, limit: int = LIMIT) -> list[int]:
        """The numbers of the best passages for an expression in FTS5's own language."""
        if not expression:
            return []
        found = self._base.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?", (expression, limit)
        )
        return [number for (number,) in found]

    def highlighted(self, expression: str) -> str:
        row = self._base.execute(
            "SELECT highlight(words, 0, '[', ']') FROM words WHERE words MATCH ? LIMIT 1",
            (expression,),
        ).fetchone()
        return row[0]

    def delete(self, video: int) -> None:
        own = "(SELECT number FROM passages WHERE video = ?)"
        with self._base:
            self._base.execute(f"DELETE FROM words WHERE rowid IN {own}", (video,))
            self._base.execute("DELETE FROM passages WHERE video = ?", (video,))

    def close(self) -> None:
        self._base.close()


class Fts5Uncommon(Fts5):
    """Asks for the commonest words of English only where there are no others."""

    def search(self, text: str, limit: int = LIMIT) -> list[int]:
        words = re.findall(r"\w+", text)
        return super().search(" ".join(_uncommon(words) or words), limit)


class Fts5Phrase(Fts5Uncommon):
    """What has all words in a row comes first."""

    def search(self, text: str, limit: int = LIMIT) -> list[int]:
        words = re.findall(r"\w+", text)
        if len(words) < 2:
            return super().search(text, limit)
        whole = self.matching(f'"{" ".join(words)}"', limit)
        if len(whole) < limit:
            whole = list(dict.fromkeys([*whole, *super().search(text, limit)]))
        return whole[:limit]


def _uncommon(words: Sequence[str]) -> list[str]:
    return [word for word in words if word.lower() not in _COMMON]


class MilvusBm25:
    """A text field that milvus-lite turns into a sparse vector."""

    def __init__(self, folder: Path, *, match: bool = False) -> None:
        """With ``match`` it may filter by words too, and says more on standard error."""
        self._client = MilvusClient(str(folder / "words.db"))
        schema = MilvusClient.create_schema(auto_id=False)
        schema.add_field("number", DataType.INT64, is_primary=True)
        schema.add_field("video", DataType.INT64)
        schema.add_field(
            *("text", DataType.VARCHAR),
            max_length=4_000,
            enable_analyzer=True,
            enable_match=match,
            analyzer_params={
                "tokenizer": "standard",
                "filter": ["lowercase", "asciifolding", _STEMMER],
            },
        )
        schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(
            Function(
                name="bm25",
                function_type=FunctionType.BM25,
                input_field_names=["text"],
                output_field_names=["words"],
            )
        )
        index = self._client.prepare_index_params()
        index.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
        self._client.create_collection("words", schema=schema, index_params=index)

    def put(self, passages: Sequence[Passage]) -> None:
        self._client.insert("words", [passage._asdict() for passage in passages])

    def ready(self) -> None:
        self.search("ready")

    def search(self, text: str, limit: int = LIMIT) -> list[int]:
        found = self._client.search("words", [text], anns_field="words", limit=limit)
        return [hit.id for hit in found[0]]

    def matching(self, expression: str) -> list[int]:
        found = self._client.query("words", filter=expression, output_fields=["number"])
        return [row["number"] for row in found]

    def delete(self, video: int) -> None:
        self._client.delete("words", filter=f"video == {video}")

    def close(self) -> None:
        self._client.close()


_COMMON = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "her"),
        *("his", "in", "is", "it", "its", "of", "on", "or", "that", "the", "their", "this", "to"),
        *("was", "were", "with"),
    )
)
_DOG_AND_BEACH = 'TEXT_MATCH(text, "dog") and TEXT_MATCH(text, "beach")'
_STEMMER = {"type": "stemmer", "language": "english"}
ENGINES: dict[str, Callable[[Path], Words]] = {
    "FTS5": Fts5,
    "FTS5, uncommon words": Fts5Uncommon,
    "FTS5, phrase, then uncommon words": Fts5Phrase,
    "milvus-lite BM25": MilvusBm25,
}


def run(options: argparse.Namespace) -> str:
    texts = list(dict.fromkeys(_texts(options)))
    rows, asks = [], []
    for count in (1_000, 5_000) if options.quick else (10_000, 100_000):
        passages = [
            Passage(number, number // PASSAGES_A_VIDEO, text)
            for number, text in enumerate(_enough(texts, count))
        ]
        queries = _queries(passages)
        found = {}
        for name in ENGINES:
            row, found[name] = _measured(name, passages, queries, options.work)
            rows.append([f"{count:,}", name, *row])
        asks += [[f"{count:,}", *row] for row in _agreement(passages, queries, found)]
    head = ["passages", "engine", "build s", "p50 ms", "p95 ms", "CPU ms", "delete ms",
            "put again ms", "MB on disk", "lines on stderr"]  # fmt: skip
    ranks = ["passages", "engine", "finds the passage asked for", "best by exact BM25", "as milvus"]
    return "\n\n".join([table(head, rows), table(ranks, asks), _abilities()])


def _texts(options: argparse.Namespace) -> Iterator[str]:
    heard = options.work / "heard.txt"  # what `spoken` wrote down
    if heard.exists():
        yield from heard.read_text("utf-8").splitlines()
    with (options.data / "captions.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            yield from row["captions"]


def _enough(texts: list[str], count: int) -> list[str]:
    dice = random.Random("passages")
    more = [" ".join(dice.sample(texts, 2)) for _ in range(count - len(texts))]
    return [*texts[:count], *more]


def _queries(passages: Sequence[Passage]) -> list[Asked]:
    dice = random.Random("queries")
    queries: list[Asked] = []
    while len(queries) < QUERIES:
        passage = dice.choice(passages)
        words = re.findall(r"[A-Za-z']+", passage.text)
        length = 1 + len(queries) % MOST_WORDS
        if len(words) >= length:
            at = dice.randrange(len(words) - length + 1)
            queries.append(Asked(" ".join(words[at : at + length]), passage.number))
    return queries


def _measured(
    name: str, passages: Sequence[Passage], queries: Sequence[Asked], work: Path
) -> tuple[list[object], list[list[int]]]:
    with tempfile.TemporaryDirectory(dir=work) as scratch, _stderr_of(Path(scratch)) as said:
        folder = Path(scratch) / "index"
        folder.mkdir()
        began = time.perf_counter()
        words = ENGINES[name](folder)
        for at in range(0, len(passages), A_BATCH):
            words.put(passages[at : at + A_BATCH])
        words.ready()
        build = time.perf_counter() - began
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        found, times, cpu = [], [], cpu_now()
        for query in queries:
            began = time.perf_counter()
            found.append(words.search(query.text))
            times.append(time.perf_counter() - began)
        cpu = cpu_now() - cpu
        deleted, put = _replaced(words, passages)
        words.close()
        lines = len(said.read_text("utf-8", "replace").splitlines())
    p50, p95 = np.percentile(times, (50, 95)) * 1e3
    row = [f"{build:.1f}", f"{p50:.1f}", f"{p95:.1f}", f"{1e3 * cpu / len(queries):.1f}",
           f"{deleted:.1f}", f"{put:.1f}", f"{size / 1e6:.1f}", lines]  # fmt: skip
    return row, found


def _replaced(words: Words, passages: Sequence[Passage]) -> tuple[float, float]:
    """Milliseconds to delete a video's passages, and to put them again; the median of ten."""
    deleted, put = [], []
    for video in range(10):
        own = passages[video * PASSAGES_A_VIDEO : (video + 1) * PASSAGES_A_VIDEO]
        began = time.perf_counter()
        words.delete(video)
        between = time.perf_counter()
        words.put(own)
        deleted.append(between - began)
        put.append(time.perf_counter() - between)
    return 1e3 * float(np.median(deleted)), 1e3 * float(np.median(put))


@contextmanager
def _stderr_of(folder: Path) -> Iterator[Path]:
    """The file into which standard error goes within the block, of child processes too."""
    said = folder / "stderr"
    kept = os.dup(2)
    with said.open("wb") as output:
        sys.stderr.flush()
        os.dup2(output.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _agreement(
    passages: Sequence[Passage],
    queries: Sequence[Asked],
    found: dict[str, list[list[int]]],
) -> Iterator[list[object]]:
    """How good each ranking is: whether it has the passage that was asked for, and the best ones.

    The best ten by exact BM25, of whole words without a stemmer, and with every tie for the tenth;
    and the ten that milvus-lite finds.
    """
    exact = _Bm25([passage.text for passage in passages])
    tenths = []
    for asked in queries:
        scores = exact.scores(asked.text)
        tenths.append((scores, np.sort(scores)[-LIMIT] - 1e-9))
    for name, results in found.items():
        own = np.mean([asked.passage in best for asked, best in zip(queries, results, strict=True)])
        best = [
            float(np.mean(scores[ours] >= tenth)) if ours else 0.0
            for (scores, tenth), ours in zip(tenths, results, strict=True)
        ]
        alike = [
            len(set(ours) & set(theirs)) / LIMIT
            for ours, theirs in zip(results, found["milvus-lite BM25"], strict=True)
            if len(theirs) == LIMIT
        ]
        yield [name, f"{own:.2f}", f"{np.mean(best):.2f}", f"{np.mean(alike):.2f}"]


class _Bm25:
    """BM25 with k1 = 1.2 and b = 0.75 [Robertson and Zaragoza 2009], by scanning everything."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._rows: dict[str, dict[int, int]] = {}
        lengths = np.zeros(len(texts))
        for number, text in enumerate(texts):
            words = re.findall(r"\w+", text.lower())
            lengths[number] = len(words)
            for word in words:
                counts = self._rows.setdefault(word, {})
                counts[number] = counts.get(number, 0) + 1
        self._norm = 1.2 * (0.25 + 0.75 * lengths / lengths.mean())

    def scores(self, query: str) -> np.ndarray:
        total = np.zeros(len(self._norm))
        for word in re.findall(r"\w+", query.lower()):
            counts = self._rows.get(word, {})
            rows, times = np.array(list(counts), int), np.array(list(counts.values()), float)
            rarity = np.log1p((len(total) - len(rows) + 0.5) / (len(rows) + 0.5))
            total[rows] += rarity * times * 2.2 / (times + self._norm[rows])
        return total


# What each can do


def _abilities() -> str:
    texts = ["A dog runs on the beach", "Dogs running", "The beach is empty", "On the dog's beach",
             "Café über alles"]  # fmt: skip
    passages = [Passage(number, number, text) for number, text in enumerate(texts)]
    with tempfile.TemporaryDirectory() as scratch, _stderr_of(Path(scratch)) as said:
        fts5, milvus = Fts5(Path(scratch)), MilvusBm25(Path(scratch), match=True)
        for words in (fts5, milvus):
            words.put(passages)
            words.ready()
        rows = [
            ["run finds runs, running", *_both(lambda w: len(w.search("run")) == 2, fts5, milvus)],
            ["cafe finds café", *_both(lambda w: w.search("cafe") == [4], fts5, milvus)],
            [
                "on the beach, as a phrase",
                _can(lambda: fts5.matching('"on the beach"') == [0]),
                _can(lambda: milvus.matching('PHRASE_MATCH(text, "on the beach")') == [0]),
            ],
            [
                "bea*, the beginning of a word",
                _can(lambda: len(fts5.matching("bea*")) == 3),
                _can(lambda: len(milvus.matching('text like "bea%"')) == 3),
            ],
            [
                "dog and beach, not either",
                _can(lambda: len(fts5.matching("dog AND beach")) == 2),
                _can(lambda: len(milvus.matching(_DOG_AND_BEACH)) == 2),
            ],
            ["which words matched", _can(lambda: "[beach]" in fts5.highlighted("beach")), "no"],
            [f"errors, of {len(HOSTILE)} hostile texts", _errors(fts5), _errors(milvus)],
            ["lines on stderr meanwhile", 0, len(said.read_bytes().splitlines())],
        ]
        for words in (fts5, milvus):
            words.close()
    return table(["", "FTS5", "milvus-lite BM25"], rows)


def _both(ask: Callable[[Words], bool], *engines: Words) -> list[str]:
    return [_can(lambda words=words: ask(words)) for words in engines]


def _can(ask: Callable[[], bool]) -> str:
    with suppress(Exception):  # of any kind: what cannot be done is what is asked
        return "yes" if ask() else "no"
    return "no"


def _errors(words: Words) -> int:
    count = 0
    for text in HOSTILE:
        try:
            words.search(text)
        except Exception:  # noqa: BLE001  # of any kind: that is what is counted
            count += 1
    return count
