"""The vectors of all passages of a modality in memory, scanned whole.

Where there are many, they are scanned coarsely, and those that may be among the best exactly.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from footage.embedder import Vector, Vectors
from footage.index.coarse import IS_QUICK, ROWS, CoarseBlock
from footage.index.text_file import NUMBER_BITS
from footage.index.unit import products

# Where fewer passages than this share are wanted, they are picked out before they are compared.
_FEW = 0.25


class Table(NamedTuple):
    """The vectors of one modality, and what passage each row is of."""

    version: tuple[int, ...]
    videos: tuple[str, ...]
    owners: NDArray[np.int32]  # [n] places in videos
    ids: NDArray[np.int64]  # [n], ascending
    vectors: Vectors  # [n, dimension]
    blocks: tuple[CoarseBlock, ...]  # of ROWS rows each, from the first on

    def rows(
        self, video_ids: Collection[str] | None, excluding: Collection[str]
    ) -> NDArray[np.intp] | None:
        """The rows of the wanted videos; None for all."""
        if video_ids is None and not excluding:
            return None
        wanted = None if video_ids is None else set(video_ids)
        unwanted = set(excluding)
        passing = np.array(
            [(wanted is None or each in wanted) and each not in unwanted for each in self.videos],
            dtype=bool,
        )
        return np.flatnonzero(passing[self.owners]) if len(passing) else np.zeros(0, np.intp)

    def nearest(
        self, vector: Vector, rows: NDArray[np.intp] | None, limit: int
    ) -> list[tuple[int, float]]:
        """Ids of the passages of ``rows`` most like a unit vector, and cosines, best first."""
        if rows is not None and len(rows) < _FEW * len(self.ids):
            chosen = rows
        else:
            chosen = self._likely(vector, rows, limit)
        scores, ids = products(self.vectors[chosen], vector), self.ids[chosen]
        if limit < len(scores):
            best = np.argpartition(-scores, limit)[:limit]
            scores, ids = scores[best], ids[best]
        order = np.lexsort((ids, -scores))
        return [(int(ids[at]), float(scores[at])) for at in order]

    def with_all_blocks(self) -> Table:
        """The same, every `ROWS` rows of it in a block."""
        firsts = range(len(self.blocks) * ROWS, len(self.vectors) - ROWS + 1, ROWS)
        if not firsts:
            return self
        made = (CoarseBlock(self.vectors[first : first + ROWS]) for first in firsts)
        return self._replace(blocks=(*self.blocks, *made))

    def _likely(
        self, vector: Vector, rows: NDArray[np.intp] | None, limit: int
    ) -> NDArray[np.intp]:
        """The rows that may be among the ``limit`` best, be they off by what a coarse look is."""
        rest = self.vectors[len(self.blocks) * ROWS :]
        near = np.concatenate(
            [*(block.products(vector) for block in self.blocks), products(rest, vector)]
        )
        near = near if rows is None else near[rows]
        if limit < len(near):
            least = np.partition(near, len(near) - limit)[len(near) - limit]
            off_by = max((block.off_by(vector) for block in self.blocks), default=0.0)
            likely = np.flatnonzero(near >= least - 2 * off_by)
        else:
            likely = np.arange(len(near))
        return likely if rows is None else rows[likely]

    def of(self, passage_ids: Sequence[int]) -> Vectors:
        """The vectors of passages, [n, dimension]; zeros for one that is not here."""
        found = np.zeros((len(passage_ids), self.vectors.shape[1]), np.float32)
        wanted = np.asarray(passage_ids, np.int64)
        rows = np.searchsorted(self.ids, wanted)
        there = rows < len(self.ids)
        there[there] = self.ids[rows[there]] == wanted[there]
        found[there] = self.vectors[rows[there]]
        return found


class Meanings:
    """Keeps a `Table` of each modality; what another process adds is read when it is needed."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._lock = threading.Lock()
        self._tables: dict[str, Table] = {}
        self._searched: set[str] = set()

    def table(self, db: sqlite3.Connection, modality: str, version: tuple[int, ...]) -> Table:
        """The table as the open file has it now, whose ``version`` is given."""
        with self._lock:
            return self._table(db, modality, version)

    def to_search(self, db: sqlite3.Connection, modality: str, version: tuple[int, ...]) -> Table:
        """The same, for a search: from the second on with all blocks, which one is not worth."""
        with self._lock:
            table = self._table(db, modality, version)
            if modality in self._searched and IS_QUICK:
                table = self._tables[modality] = table.with_all_blocks()
            self._searched.add(modality)
            return table

    def clear(self) -> None:
        """Let go of the memory."""
        with self._lock:
            self._tables.clear()
            self._searched.clear()

    def _table(self, db: sqlite3.Connection, modality: str, version: tuple[int, ...]) -> Table:
        known = self._tables.get(modality)
        if known is None or known.version != version:
            known = self._tables[modality] = self._read(db, modality, version, known)
        return known

    def _read(
        self,
        db: sqlite3.Connection,
        modality: str,
        version: tuple[int, ...],
        known: Table | None,
    ) -> Table:
        held = db.execute(
            "SELECT key, video_id, count FROM held WHERE modality = ? AND count > 0 ORDER BY key",
            (modality,),
        ).fetchall()
        videos = tuple(video_id for _, video_id, _ in held)
        counts = [count for _, _, count in held]
        keys = np.array([key for key, _, _ in held], np.int64)
        owners = np.repeat(np.arange(len(held), dtype=np.int32), counts)
        numbers = np.concatenate([np.arange(count) for count in counts] or [np.zeros(0, np.int64)])
        ids = (keys[owners] << NUMBER_BITS) + numbers
        if known is not None and np.array_equal(ids, known.ids):
            return known._replace(version=version)
        vectors = np.empty((len(ids), self._dimension), np.float32)
        kept, rows = _shared(known, ids, restarted=known is None or known.version[0] != version[0])
        if kept is not None and known is not None:
            vectors[kept] = known.vectors[rows]
        self._fill(db, vectors, keys, counts, kept)
        blocks = (
            () if known is None or kept is None else known.blocks[: _unmoved(kept, rows) // ROWS]
        )
        return Table(version, videos, owners, ids, vectors, blocks)

    def _fill(
        self,
        db: sqlite3.Connection,
        vectors: Vectors,
        keys: Iterable[int],
        counts: Iterable[int],
        kept: NDArray[np.bool_] | None,
    ) -> None:
        first = 0
        for key, count in zip(keys, counts, strict=True):
            if kept is None or not kept[first]:
                row = db.execute("SELECT vectors FROM held WHERE key = ?", (int(key),)).fetchone()
                part = np.frombuffer(row[0], np.float16).reshape(count, self._dimension)
                vectors[first : first + count] = part
            first += count


def _unmoved(kept: NDArray[np.bool_], rows: NDArray[np.intp]) -> int:
    """How many rows, from the first on, are where they were."""
    first = int(np.argmin(np.append(kept, False)))
    return int(np.argmin(np.append(rows[:first] == np.arange(first), False)))


def _shared(
    known: Table | None, ids: NDArray[np.int64], *, restarted: bool
) -> tuple[NDArray[np.bool_] | None, NDArray[np.intp]]:
    """Which of ``ids`` are in the table that is known, and where: a key names the same always."""
    if known is None or restarted or not len(known.ids):
        return None, np.zeros(0, np.intp)
    rows = np.minimum(np.searchsorted(known.ids, ids), len(known.ids) - 1)
    kept = known.ids[rows] == ids
    return kept, rows[kept]
