"""The rows of ``texts.sqlite``: passages written, counted, found by their words, and read."""
# ruff: noqa: S608 - what is put into SQL are names of tables and numbers of our own

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from footage.embedder import Vectors
from footage.index.stems import Token
from footage.index.text_file import NUMBER_BITS
from footage.passages import Passage

# Passages ranked for an expression that more of them match: the newest.
MOST_CANDIDATES = 1_000
MOST_TERMS = 200  # that a prefix is counted by


class Stored(NamedTuple):
    """A passage as it is stored: its lines, and a span in seconds for each."""

    video_id: str
    text: str
    spans: list[tuple[float, float]]


class Candidate(NamedTuple):
    """A passage with words of a query in it."""

    passage: int
    rank: float  # BM25 as FTS5 gives it: the smaller the better
    phrase: bool


class WordSearch:
    """Finds candidates for one query, a bounded number of each kind."""

    def __init__(
        self,
        db: sqlite3.Connection,
        modality: str,
        video_ids: Collection[str] | None,
        excluding: Collection[str],
        limit: int,
    ) -> None:
        self._db = db
        self._limit = limit
        where, self._values = _wanted(db, modality, video_ids, excluding)
        table = f"words_{modality}"
        self._sql = (
            f"SELECT id, rank_ FROM (SELECT rowid AS id, bm25({table}) AS rank_ FROM {table}"
            f" WHERE {table} MATCH ?{where} ORDER BY rowid DESC LIMIT {MOST_CANDIDATES})"
            " ORDER BY rank_, id LIMIT ?"
        )

    def candidates(
        self, tokens: Sequence[Token], numbers: Sequence[int], phrase: Sequence[str]
    ) -> list[Candidate]:
        """Passages with the phrase, then with all tokens, then with any, each by BM25.

        ``numbers`` says in how many passages each token stands; the last kind is only looked for
        where there are few of the others, and by the rarest tokens.
        """
        found: dict[int, Candidate] = {}
        every = [token.expression for token in tokens]
        if len(tokens) > 1:
            if not any(token.prefix for token in tokens):
                self._add(found, f'"{" ".join(phrase)}"', phrase=True)
            if len(found) < self._limit and all(numbers):
                self._add(found, " AND ".join(every))
        if len(found) < self._limit:
            self._add(found, " OR ".join(_rarest(every, numbers)))
        return list(found.values())

    def _add(self, found: dict[int, Candidate], expression: str, *, phrase: bool = False) -> None:
        for passage, rank in self._db.execute(self._sql, (expression, *self._values, self._limit)):
            found.setdefault(passage, Candidate(passage, rank, phrase))


def put_in(
    db: sqlite3.Connection,
    video_id: str,
    modality: str,
    *,
    edition: str,
    passages: Sequence[Passage],
    vectors: Vectors,
) -> None:
    """Write the passages of a video that has none."""
    # half precision moves a cosine by less than 1e-3 and halves the file
    packed = np.asarray(vectors, np.float16).tobytes()
    key = db.execute(
        "INSERT INTO held (video_id, modality, edition, count, vectors) VALUES (?,?,?,?,?)",
        (video_id, modality, edition, len(passages), packed),
    ).lastrowid
    first = (key or 0) << NUMBER_BITS
    db.executemany(
        "INSERT INTO passages VALUES (?,?,?)",
        [
            (first + number, passage.text, np.array(passage.spans, "<f8").tobytes())
            for number, passage in enumerate(passages)
        ],
    )
    db.executemany(
        f"INSERT INTO words_{modality} (rowid, text) VALUES (?,?)",
        [(first + number, passage.text) for number, passage in enumerate(passages)],
    )


def take_out(db: sqlite3.Connection, video_id: str, modality: str) -> None:
    """Delete the passages of a video, if it has any."""
    row = db.execute(
        "SELECT key FROM held WHERE video_id = ? AND modality = ?", (video_id, modality)
    ).fetchone()
    if row is None:
        return
    own = (row[0] << NUMBER_BITS, (row[0] + 1) << NUMBER_BITS)
    table = f"words_{modality}"
    db.execute(
        f"INSERT INTO {table} ({table}, rowid, text)"
        " SELECT 'delete', id, text FROM passages WHERE id >= ? AND id < ?",
        own,
    )
    db.execute("DELETE FROM passages WHERE id >= ? AND id < ?", own)
    db.execute("DELETE FROM held WHERE key = ?", row)


def stored(db: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Stored]:
    """Passages by id; one that is not there is left out."""
    rows = db.execute(
        "SELECT p.id, h.video_id, p.text, p.spans FROM json_each(?) wanted"
        f" JOIN passages p ON p.id = wanted.value JOIN held h ON h.key = p.id >> {NUMBER_BITS}",
        (json.dumps(ids),),
    )
    return {
        passage: Stored(video_id, text, list(struct.iter_unpack("<dd", spans)))
        for passage, video_id, text, spans in rows
    }


def counted(db: sqlite3.Connection, modality: str, token: Token | None) -> int:
    """In how many passages of a modality a token stands; without one, how many there are."""
    if token is None:
        sql = "SELECT coalesce(sum(count), 0) FROM held WHERE modality = ?"
        return int(db.execute(sql, (modality,)).fetchone()[0])
    if token.prefix:
        ends = (token.stem, token.stem + "\U0010ffff")
        sql = f"SELECT doc FROM terms_{modality} WHERE term >= ? AND term < ? LIMIT {MOST_TERMS}"
        numbers = [int(number) for (number,) in db.execute(sql, ends)]
        return min(sum(numbers), counted(db, modality, None))
    sql = f"SELECT doc FROM terms_{modality} WHERE term = ?"
    row = db.execute(sql, (token.stem,)).fetchone()
    return int(row[0]) if row else 0


def _wanted(
    db: sqlite3.Connection,
    modality: str,
    video_ids: Collection[str] | None,
    excluding: Collection[str],
) -> tuple[str, list[str]]:
    """What keeps a search to the wanted videos, in SQL, and its values."""
    where, values = "", []
    for word, chosen in (("IN", video_ids), ("NOT IN", excluding or None)):
        if chosen is not None:
            keys = db.execute(
                "SELECT json_group_array(key) FROM held WHERE modality = ?"
                " AND video_id IN (SELECT value FROM json_each(?))",
                (modality, json.dumps(list(chosen))),
            )
            where += f" AND (rowid >> {NUMBER_BITS}) {word} (SELECT value FROM json_each(?))"
            values.append(str(keys.fetchone()[0]))
    return where, values


def _rarest(expressions: Sequence[str], numbers: Sequence[int]) -> list[str]:
    """The rarest words, as many as keep the passages to be ranked within bounds."""
    chosen: list[str] = []
    total = 0
    for number, expression in sorted(zip(numbers, expressions, strict=True)):
        if chosen and total + number > MOST_CANDIDATES:
            break
        chosen.append(expression)
        total += number
    return chosen
