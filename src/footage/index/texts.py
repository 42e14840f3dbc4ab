"""The index of what was read: passages, found by their words and by their meaning.

It is derived from the readings and may be deleted at any time.
"""

from __future__ import annotations

import math
import sqlite3
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from footage.embedder import Vector, Vectors
from footage.index.matching import Match, Matcher
from footage.index.meanings import Meanings, Table
from footage.index.stems import Stemmer, Token, phrase_of, tokens_of
from footage.index.text_file import TextFile
from footage.index.text_rows import (
    Candidate,
    Stored,
    WordSearch,
    counted,
    put_in,
    stored,
    take_out,
)
from footage.passages import Passage
from footage.reader import MODALITIES

FILE_NAME = "texts.sqlite"


class TextHit(NamedTuple):
    """A stretch of a video in which what was asked for is said, or written."""

    video_id: str
    modality: str
    start: float  # seconds
    end: float
    score: float
    """By words: the share of the query that stands there, weighed by how rare each word is, 0 to 1.
    By meaning: the cosine."""
    text: str
    words: tuple[str, ...]
    """The words of the query as they stand there; empty by meaning."""
    phrase: bool
    """Whether all words of the query stand there, next to each other and in order."""
    passage: int
    """Its id, for `TextIndex.vectors`."""


class TextIndex:
    """The passages of one library. Safe for several threads and processes.

    What cannot be read or written is as good as empty, with a line in the log: a search then does
    without texts.
    """

    def __init__(self, path: Path, dimension: int, *, space: str = "") -> None:
        """The index at ``path``, of vectors of this dimension and embedding space.

        One of another space, of another format, or that is damaged is begun anew.
        """
        self.dimension = dimension
        self._file = TextFile(path, f"{dimension} {space}")
        self._meanings = Meanings(dimension)
        self._stemmer = Stemmer()
        self._counts_lock = threading.Lock()
        self._sized: tuple[tuple[int, ...], dict[str, int]] = ((), {})
        self._counted: tuple[tuple[int, ...], dict[tuple[str, Token | None], int]] = ((), {})

    @property
    def restarts(self) -> int:
        """How often it was begun anew since it was opened: whatever was in it is to be put back."""
        return self._file.restarts

    def close(self) -> None:
        """Let go of file and memory; both are taken up again if need be."""
        self._file.close()
        self._meanings.clear()

    # writing

    def replace(
        self,
        video_id: str,
        modality: str,
        edition: str,
        passages: Sequence[Passage],
        vectors: Vectors,
    ) -> None:
        """Put the passages of a video in the place of those it had; ``vectors`` are unit ones.

        ``edition`` says which reading they are of; `held` gives it back.
        """
        if vectors.shape != (len(passages), self.dimension):
            raise ValueError(f"{len(passages)} passages have vectors of shape {vectors.shape}")
        if modality not in MODALITIES:
            raise ValueError(f"not a modality that is read: {modality!r}")

        def work(db: sqlite3.Connection) -> None:
            db.execute("BEGIN IMMEDIATE")
            take_out(db, video_id, modality)
            put_in(db, video_id, modality, edition=edition, passages=passages, vectors=vectors)

        self._file.attempt(work, None)

    def delete(self, video_ids: Iterable[str]) -> None:
        """Take videos out."""
        gone = list(video_ids)

        def work(db: sqlite3.Connection) -> None:
            db.execute("BEGIN IMMEDIATE")
            for video_id in gone:
                for modality in MODALITIES:
                    take_out(db, video_id, modality)

        if gone:
            self._file.attempt(work, None)

    def held(self) -> dict[tuple[str, str], str]:
        """The edition of every video and modality that is here."""
        sql = "SELECT video_id, modality, edition FROM held"
        none: list[tuple[str, str, str]] = []
        rows = self._file.attempt(lambda db: db.execute(sql).fetchall(), none)
        return {(video_id, modality): edition for video_id, modality, edition in rows}

    def count(self, modality: str | None = None) -> int:
        """How many passages are here, of a modality or of all."""
        none: dict[str, int] = {}
        sizes = self._file.attempt(self._sizes, none)
        return sum(sizes.values()) if modality is None else sizes.get(modality, 0)

    # searching

    def words(
        self,
        text: str,
        *,
        modality: str,
        video_ids: Collection[str] | None = None,
        excluding: Collection[str] = (),
        limit: int = 200,
    ) -> list[TextHit]:
        """The passages with words of ``text`` in them, best first; any text may be given.

        Those with all its words in a row come first, then by `TextHit.score`. Where a word stands
        in very many passages, only the newest of them are looked at.
        """
        tokens = tokens_of(text, self._stemmer)
        if not tokens or limit < 1:
            return []

        def work(db: sqlite3.Connection) -> list[TextHit]:
            numbers = [self._number(db, modality, token) for token in tokens]
            search = WordSearch(db, modality, video_ids, excluding, limit)
            candidates = search.candidates(tokens, numbers, phrase_of(text))
            shown = stored(db, [candidate.passage for candidate in candidates])
            matches = Matcher(tokens, self._stemmer).match(
                [shown[candidate.passage].text for candidate in candidates]
            )
            weights = _weights(numbers, self._number(db, modality, None))
            return _ranked(modality, candidates, shown, matches, weights)[:limit]

        return self._file.attempt(work, [])

    def meaning(
        self,
        vector: Vector,
        *,
        modality: str,
        video_ids: Collection[str] | None = None,
        excluding: Collection[str] = (),
        limit: int = 200,
    ) -> list[TextHit]:
        """The passages nearest to a unit vector of this space, by cosine, best first; exact."""

        unusable: Table | None = None
        table = self._file.attempt(
            lambda db: self._meanings.to_search(db, modality, self._file.version(db)), unusable
        )
        if table is None or limit < 1:
            return []
        # the file is free for others meanwhile; what is gone by then is left out below
        rows = table.rows(video_ids, excluding)
        near = table.nearest(np.asarray(vector, np.float32), rows, limit)

        def work(db: sqlite3.Connection) -> list[TextHit]:
            if self._file.restarts != table.version[0]:  # ids name others by now
                return []
            shown = stored(db, [passage for passage, _ in near])
            return [
                _hit(modality, passage, shown[passage], score)
                for passage, score in near
                if passage in shown
            ]

        return self._file.attempt(work, [])

    def vectors(self, passage_ids: Sequence[int]) -> Vectors:
        """The vectors of passages, float32 [n, dimension]; zeros for one that is not here."""
        none = np.zeros((len(passage_ids), self.dimension), np.float32)

        def work(db: sqlite3.Connection) -> Vectors:
            tables = [self._table(db, modality) for modality in MODALITIES]
            return sum((table.of(passage_ids) for table in tables), none)

        return self._file.attempt(work, none)

    def sample(self, n: int, seed: int, *, modality: str | None = None) -> Vectors:
        """The vectors of up to ``n`` passages chosen at random, [up to n, dimension]."""
        wanted = MODALITIES if modality is None else (modality,)

        def work(db: sqlite3.Connection) -> Vectors:
            all_ = [self._table(db, each).vectors for each in wanted]
            there = sum(map(len, all_))
            chosen = np.random.default_rng(seed).choice(there, min(n, there), replace=False)
            first, parts = 0, []
            for each in all_:
                own = chosen[(chosen >= first) & (chosen < first + len(each))]
                parts.append(each[own - first])
                first += len(each)
            return np.concatenate(parts)

        return self._file.attempt(work, np.zeros((0, self.dimension), np.float32))

    # within

    def _sizes(self, db: sqlite3.Connection) -> dict[str, int]:
        """How many passages there are of each modality; every search asks, several times."""
        version = self._file.version(db)
        with self._counts_lock:
            if self._sized[0] != version:
                rows = db.execute("SELECT modality, sum(count) FROM held GROUP BY modality")
                self._sized = (version, {modality: int(count) for modality, count in rows})
            return self._sized[1]

    def _table(self, db: sqlite3.Connection, modality: str) -> Table:
        return self._meanings.table(db, modality, self._file.version(db))

    def _number(self, db: sqlite3.Connection, modality: str, token: Token | None) -> int:
        """In how many passages of a modality a token stands, or how many there are."""
        version = self._file.version(db)
        with self._counts_lock:
            if self._counted[0] != version:
                self._counted = (version, {})
            known = self._counted[1]
            key = (modality, token and token._replace(word=""))
            if key not in known:
                known[key] = counted(db, modality, token)
            return known[key]


def _ranked(
    modality: str,
    candidates: Sequence[Candidate],
    shown: Mapping[int, Stored],
    matches: Sequence[Match],
    weights: Sequence[float],
) -> list[TextHit]:
    """The hits of candidates, best first; each stretch of a video once."""
    ranked = []
    for candidate, match in zip(candidates, matches, strict=True):
        if match.tokens:
            share = min(1.0, sum(weights[token] for token in match.tokens))
            phrase = candidate.phrase or len(weights) == 1
            ranked.append((not phrase, -share, candidate.rank, candidate.passage, match))
    ranked.sort(key=lambda each: each[:4])
    hits: dict[tuple[str, float, float], TextHit] = {}
    for other, share, _, passage, match in ranked:
        hit = _hit(modality, passage, shown[passage], -share, match, phrase=not other)
        hits.setdefault((hit.video_id, hit.start, hit.end), hit)  # passages share lines
    return list(hits.values())


def _hit(
    modality: str,
    passage: int,
    shown: Stored,
    score: float,
    match: Match | None = None,
    *,
    phrase: bool = False,
) -> TextHit:
    """The lines of a passage that match; all of it where nothing says which."""
    lines = slice(None) if match is None else slice(match.first, match.last + 1)
    spans = shown.spans[lines]
    return TextHit(
        shown.video_id,
        modality,
        min(start for start, _ in spans),
        max(end for _, end in spans),
        score,
        " ".join(shown.text.split("\n")[lines]),
        match.words if match else (),
        phrase,
        passage,
    )


def _weights(numbers: Sequence[int], passages: int) -> list[float]:
    """What each token says, in shares of all they say together, by the passages it stands in.

    By the inverse document frequency of Robertson and Sparck Jones, kept above 0 as Lucene does.
    """
    idf = [math.log1p((passages - number + 0.5) / (number + 0.5)) for number in numbers]
    total = sum(idf)
    return [each / total for each in idf]
