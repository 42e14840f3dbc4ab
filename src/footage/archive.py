"""The durable vectors: one immutable, checksummed file per video and embedder.

A file is an uncompressed zip: ``header.json`` and one ``.npy`` member per array. It is written
under a temporary name, fsynced and renamed, so a reader sees a whole file or none.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from footage import bundles, durable
from footage.embedder import Fingerprint, Route, Spans, Track, VideoEmbedding
from footage.errors import ArchiveDamaged, InvalidVector, LibraryUnwritable
from footage.frame_files import FrameFiles
from footage.media.frames import Damage

FORMAT = 1


class Archive:
    """The archive folder of a library: ``archive/<fingerprint>/<video id>.zip``."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._frames = FrameFiles()

    def path(self, video_id: str, fingerprint: Fingerprint) -> Path:
        """Where the embedding of a video lies, whether or not it is there."""
        return self._root / fingerprint.id / bundles.name_of(video_id)

    def has(self, video_id: str, fingerprint: Fingerprint) -> bool:
        """Whether this video was already embedded by this embedder."""
        return self.path(video_id, fingerprint).is_file()

    def video_ids(self, fingerprint: Fingerprint) -> Iterator[str]:
        """The ids of all videos embedded by this embedder, in no particular order."""
        for path in (self._root / fingerprint.id).glob(f"*{bundles.SUFFIX}"):
            yield path.stem

    def write(
        self,
        video_id: str,
        fingerprint: Fingerprint,
        embedding: VideoEmbedding,
        *,
        video: Mapping[str, Any] | None = None,
    ) -> Path:
        """Store an embedding durably and return its path.

        ``video`` is what a lost catalog would need to know of it, JSON values by name.
        Raises `InvalidVector` for vectors of another dimension or with a NaN in them, and
        `LibraryUnwritable` where the disk refuses; in both cases nothing that was there changes.
        """
        target = self.path(video_id, fingerprint)
        arrays = _arrays(embedding, fingerprint.dimension)
        payload = {name: _npy_bytes(array) for name, array in arrays.items()}
        header = {
            "format": FORMAT,
            "video_id": video_id,
            "fingerprint": asdict(fingerprint),
            "duration": embedding.duration,
            "damage": asdict(embedding.damage),
            "tracks": [list(route) for route in embedding.tracks],
            **({} if video is None else {"video": dict(video)}),
        }
        bundles.write(target, header, payload)
        return target

    def read(self, video_id: str, fingerprint: Fingerprint) -> VideoEmbedding:
        """The embedding of a video.

        Raises `ArchiveDamaged` where the file is missing, truncated or fails a checksum, and
        `LibraryTooNew` where a newer footage wrote it.
        """
        path = self.path(video_id, fingerprint)
        with bundles.damage(path), zipfile.ZipFile(path) as bundle:
            header = _header(bundle, path)
            arrays = {name: _array(bundle, header, name) for name in header["checksums"]}
            embedding = _embedding(header, arrays)
            _arrays(embedding, fingerprint.dimension)  # refuses what `write` would have refused
            return embedding

    def header(self, video_id: str, fingerprint: Fingerprint) -> dict[str, Any]:
        """What the file of a video says of itself, without its vectors; raises like `read`."""
        path = self.path(video_id, fingerprint)
        with bundles.damage(path), zipfile.ZipFile(path) as bundle:
            return _header(bundle, path)

    def fingerprints(self) -> list[Fingerprint]:
        """The embedders that whole files of the archive name, one file of each looked at."""
        found = []
        for folder in sorted(path for path in self._root.glob("*") if path.is_dir()):
            for path in sorted(folder.glob(f"*{bundles.SUFFIX}")):
                with contextlib.suppress(ArchiveDamaged), bundles.damage(path):
                    with zipfile.ZipFile(path) as bundle:
                        found.append(Fingerprint(**_header(bundle, path)["fingerprint"]))
                    break
        return found

    def leftovers(self) -> list[Path]:
        """Drafts that killed processes left; only whoever indexes knows that none is in use."""
        return [draft for folder in self._root.glob("*") for draft in durable.leftovers(folder)]

    def spans(self, video_id: str, fingerprint: Fingerprint) -> dict[Route, Spans]:
        """Only the spans of a video, by route, without reading its vectors; raises like `read`."""
        path = self.path(video_id, fingerprint)
        with bundles.damage(path), zipfile.ZipFile(path) as bundle:
            header = _header(bundle, path)
            return {
                Route(modality, scope): _array(bundle, header, f"{modality}.{scope}.spans.npy")
                for modality, scope in header["tracks"]
            }

    def track(self, video_id: str, fingerprint: Fingerprint, route: Route) -> Track | None:
        """What one route made of a video, without reading the others and the frames.

        None where the video has no such route; raises like `read`.
        """
        path = self.path(video_id, fingerprint)
        with bundles.damage(path), zipfile.ZipFile(path) as bundle:
            header = _header(bundle, path)
            if list(route) not in header["tracks"]:
                return None
            name = f"{route.modality}.{route.scope}"
            kinds = (f"{name}.spans.npy", f"{name}.vectors.npy")
            track = _track({kind: _array(bundle, header, kind) for kind in kinds}, name)
            _check(track, fingerprint.dimension)
            return track

    def frames(
        self, video_id: str, fingerprint: Fingerprint, start: float, end: float
    ) -> tuple[Track, tuple[float, ...]]:
        """The sampled frames that begin in [start, end) seconds, and the shots that begin there.

        Only these rows are read, so checksums are not compared. A video without frames gives an
        empty track. Raises `ArchiveDamaged` where the file cannot be read.
        """
        # as `path` says, at a quarter of its time
        path = f"{self._root}{os.sep}{fingerprint.id}{os.sep}{bundles.name_of(video_id)}"
        with bundles.damage(path):
            found = self._frames.read(path, start, end)
        if found is None:
            nothing = np.zeros((0, 2)), np.zeros((0, fingerprint.dimension), np.float32)
            return Track(*nothing), ()
        return found

    def delete(self, video_id: str, fingerprint: Fingerprint) -> None:
        """Forget an embedding; nothing happens where there is none."""
        self.path(video_id, fingerprint).unlink(missing_ok=True)

    def files(self, video_id: str) -> list[Path]:
        """All files of a video, one for each embedder that embedded it."""
        return sorted(self._root.glob(f"*/{bundles.name_of(video_id)}"))

    def forget(self, video_id: str) -> None:
        """Forget every embedding of a video, whoever made it."""
        for path in self.files(video_id):
            path.unlink(missing_ok=True)

    def delete_space(self, fingerprint_id: str) -> None:
        """Forget all that one embedder embedded. Raises `LibraryUnwritable`."""
        folder = self._root / fingerprint_id
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise LibraryUnwritable(f"{folder} cannot be deleted ({error.strerror})") from error


def _arrays(embedding: VideoEmbedding, dimension: int) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {}
    for route, track in embedding.tracks.items():
        _check(track, dimension)
        arrays[f"{route.modality}.{route.scope}.spans.npy"] = track.spans.astype(np.float64)
        arrays[f"{route.modality}.{route.scope}.vectors.npy"] = track.vectors.astype(np.float32)
    if embedding.frames is not None:
        _check(embedding.frames, dimension)
        arrays["frames.spans.npy"] = embedding.frames.spans.astype(np.float64)
        # half precision moves a cosine by less than 1e-3 and halves the file
        arrays["frames.vectors.npy"] = embedding.frames.vectors.astype(np.float16)
    if embedding.shots:
        arrays["shots.npy"] = np.array(embedding.shots, dtype=np.float64)
    return arrays


def _check(track: Track, dimension: int) -> None:
    if track.vectors.shape != (len(track), dimension):
        raise InvalidVector(
            f"the embedder returned vectors of shape {track.vectors.shape}, "
            f"not {(len(track), dimension)}",
            remedy="this is a fault of the embedder: please report it",
        )
    if not np.isfinite(track.vectors).all():
        raise InvalidVector(
            "the embedder returned a vector with NaN or infinity in it",
            remedy="this is a fault of the embedder: run `footage doctor`",
        )


def _npy_bytes(array: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _header(bundle: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    header = bundles.header(bundle, path, newest=FORMAT)
    if Fingerprint(**header["fingerprint"]).id != path.parent.name:
        raise ValueError(f"it is of embedder {header['fingerprint']['name']}")
    return header


def _array(bundle: zipfile.ZipFile, header: dict[str, Any], name: str) -> NDArray[Any]:
    data = bundles.member(bundle, header, name)
    array: NDArray[Any] = np.load(io.BytesIO(data), allow_pickle=False)
    return array


def _embedding(header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> VideoEmbedding:
    tracks = {
        Route(modality, scope): _track(arrays, f"{modality}.{scope}")
        for modality, scope in header["tracks"]
    }
    frames = _track(arrays, "frames") if "frames.spans.npy" in arrays else None
    return VideoEmbedding(
        duration=float(header["duration"]),
        tracks=tracks,
        frames=frames,
        shots=tuple(arrays["shots.npy"].tolist()) if "shots.npy" in arrays else (),
        damage=Damage(**header["damage"]),
    )


def _track(arrays: dict[str, NDArray[Any]], name: str) -> Track:
    spans = arrays[f"{name}.spans.npy"]
    vectors = arrays[f"{name}.vectors.npy"].astype(np.float32)
    if spans.shape != (len(spans), 2) or vectors.shape[:1] != spans.shape[:1] or vectors.ndim != 2:
        raise ValueError(f"{name} has spans {spans.shape} and vectors {vectors.shape}")
    return Track(spans=spans, vectors=vectors)
