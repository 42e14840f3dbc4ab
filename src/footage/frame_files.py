"""Frames read row by row from the files of the archive; where they lie is remembered.

A search looks at the frames of the best hits, a few rows in each of many files. To open such a file
as a zip and find them costs more than to read them, so what is known of a file is kept in memory:
when its frames and shots begin, and where the first row lies. Rows are read from the file itself.
"""

from __future__ import annotations

import os
import struct
import threading
import zipfile
from collections import OrderedDict
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from footage.embedder import Spans, Track

MOST_FILES = 10_000
MOST_BYTES = 64 << 20  # 16 a frame: a thousand hours at one frame a second
SPANS, VECTORS, SHOTS = "frames.spans.npy", "frames.vectors.npy", "shots.npy"

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)

Stamp = tuple[int, int, int, int]
"""Device, inode, time of change and size: a file that was put in the place of another differs."""


class FrameFiles:
    """Reads frames, and remembers the files that were read last. Safe for several threads.

    A file that was replaced or removed is noticed at the next read.
    """

    def __init__(self, *, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES) -> None:
        self._most_files = most_files
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Layout] = OrderedDict()
        self._bytes = 0

    def read(self, path: str, start: float, end: float) -> tuple[Track, tuple[float, ...]] | None:
        """The frames that begin in [start, end) seconds, and the shots that begin there.

        None where the file has no frames. Checksums are not compared. Raises `FileNotFoundError`,
        and anything else for a damaged file.
        """
        file = os.open(path, _READ)  # without a file object: a search reads sixty
        try:
            layout = self._layout(path, file)
            if layout.rows is None:
                return None
            first, last = layout.begins.searchsorted((start, max(start, end))).tolist()
            vectors = layout.rows.read(file, first, last)
        finally:
            os.close(file)
        shots = layout.shots
        begins = shots[(shots > start) & (shots < end)].tolist()
        return Track(layout.spans[first:last], vectors.astype(np.float32)), tuple(begins)

    def _layout(self, path: str, file: int) -> _Layout:
        stamp = _stamp(os.fstat(file))
        with self._lock:
            known = self._known.get(path)
            if known is not None and known.stamp == stamp:
                self._known.move_to_end(path)
                return known
        with os.fdopen(file, "rb", closefd=False) as opened:
            layout = _read_layout(opened, stamp)
        with self._lock:
            self._forget(path)
            self._known[path] = layout
            self._bytes += layout.nbytes
            while len(self._known) > self._most_files or self._bytes > self._most_bytes:
                self._forget(next(iter(self._known)))
        return layout

    def _forget(self, path: str) -> None:
        gone = self._known.pop(path, None)
        self._bytes -= gone.nbytes if gone else 0


class _Rows(NamedTuple):
    """Where the rows of a matrix lie in a file."""

    offset: int
    kind: np.dtype[Any]
    columns: int

    def read(self, file: int, first: int, last: int) -> NDArray[Any]:
        """Rows [first, last)."""
        width = self.kind.itemsize * self.columns
        os.lseek(file, self.offset + first * width, os.SEEK_SET)
        data = os.read(file, (last - first) * width)
        return np.frombuffer(data, self.kind).reshape(last - first, self.columns)


class _Layout(NamedTuple):
    """What is known of a file."""

    stamp: Stamp
    spans: Spans
    shots: NDArray[np.float64]
    rows: _Rows | None
    """None where there are no frames."""

    @property
    def begins(self) -> NDArray[np.float64]:
        """When each frame begins, in seconds [n]."""
        return self.spans[:, 0]

    @property
    def nbytes(self) -> int:
        return self.spans.nbytes + self.shots.nbytes + 1_000  # the objects themselves


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def _read_layout(file: BinaryIO, stamp: Stamp) -> _Layout:
    with zipfile.ZipFile(file) as bundle:
        names = set(bundle.namelist())
        if SPANS not in names:
            return _Layout(stamp, np.zeros((0, 2)), np.zeros(0), None)
        spans = _array(bundle, SPANS)
        spans.setflags(write=False)  # readers get views of it
        shots = _array(bundle, SHOTS) if SHOTS in names else np.zeros(0)
        return _Layout(stamp, spans, shots, _rows(file, bundle, len(spans)))


def _array(bundle: zipfile.ZipFile, name: str) -> NDArray[Any]:
    array: NDArray[Any] = np.load(BytesIO(bundle.read(name)), allow_pickle=False)
    return array


def _rows(file: BinaryIO, bundle: zipfile.ZipFile, count: int) -> _Rows:
    """Where the vectors lie, as many as there are spans."""
    at = bundle.getinfo(VECTORS).header_offset
    file.seek(at + 26)  # PKWARE APPNOTE 4.3.7: the lengths of name and extra field
    name_length, extra_length = struct.unpack("<HH", file.read(4))
    file.seek(at + 30 + name_length + extra_length)
    version = np.lib.format.read_magic(file)
    if version != (1, 0):
        raise ValueError(f"{VECTORS} has .npy version {version}")
    shape, _, kind = np.lib.format.read_array_header_1_0(file)
    if len(shape) != 2 or shape[0] != count:
        raise ValueError(f"{count} frames have vectors {shape}")
    return _Rows(file.tell(), kind, shape[1])
