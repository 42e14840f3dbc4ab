"""The durable readings: one checksummed file per video and modality.

``readings/<modality>/<video id>.zip`` is an uncompressed zip with a header and the lines, one JSON
object each. A reading belongs to the library: another embedder changes nothing about it.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from footage import bundles, durable
from footage.media.frames import Damage
from footage.reader import MODALITIES, Line, ReaderFingerprint, Reading

FORMAT = 1
REMEDY = "`footage index` on the video's folder reads it again"
_LINES = "texts.jsonl"


class Readings:
    """The readings folder of a library."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, video_id: str, modality: str) -> Path:
        """Where the reading of a video lies, whether or not it is there."""
        if modality not in MODALITIES:
            raise ValueError(f"not a modality that is read: {modality!r}")
        return self._root / modality / bundles.name_of(video_id)

    def has(self, video_id: str, modality: str) -> bool:
        """Whether there is a reading of a video."""
        return self.path(video_id, modality).is_file()

    def video_ids(self, modality: str) -> Iterator[str]:
        """The ids of all videos with a reading, in no particular order."""
        for path in (self._root / modality).glob(f"*{bundles.SUFFIX}"):
            yield path.stem

    def files(self, video_id: str) -> list[Path]:
        """The files of a video, one a modality that was read."""
        paths = [self.path(video_id, modality) for modality in MODALITIES]
        return [path for path in paths if path.is_file()]

    def write(self, video_id: str, modality: str, reading: Reading) -> Path:
        """Store a reading durably, in place of an older one; returns its path.

        Raises `LibraryUnwritable` where the disk refuses; what was there is then as it was.
        """
        header = {
            "format": FORMAT,
            "video_id": video_id,
            "modality": modality,
            "reader": asdict(reading.fingerprint),
            "source": reading.source,
            "damage": asdict(reading.damage),
            "warnings": list(reading.warnings),
            "count": len(reading.lines),
        }
        lines = "".join(json.dumps(asdict(line)) + "\n" for line in reading.lines)
        target = self.path(video_id, modality)
        bundles.write(target, header, {_LINES: lines.encode()})
        return target

    def read(self, video_id: str, modality: str) -> Reading:
        """The reading of a video.

        Raises `ArchiveDamaged` where the file is missing, truncated or fails its checksum, and
        `LibraryTooNew` where a newer footage wrote it.
        """
        path = self.path(video_id, modality)
        with bundles.damage(path, "reading", remedy=REMEDY), zipfile.ZipFile(path) as bundle:
            header = bundles.header(bundle, path, newest=FORMAT)
            if header["modality"] != modality:
                raise ValueError(f"it is of {header['modality']}")
            return _reading(header, bundles.member(bundle, header, _LINES))

    def forget(self, video_id: str) -> int:
        """Forget all readings of a video; returns the bytes freed."""
        freed = 0
        for path in self.files(video_id):
            with suppress(FileNotFoundError):  # another process, or thread, has forgotten it
                freed += path.stat().st_size
                path.unlink()
        return freed

    def leftovers(self) -> list[Path]:
        """Drafts that killed processes left; only whoever indexes knows that none is in use."""
        return [
            draft for modality in MODALITIES for draft in durable.leftovers(self._root / modality)
        ]


def _reading(header: dict[str, Any], lines: bytes) -> Reading:
    found = tuple(Line(**json.loads(line)) for line in lines.splitlines())
    if len(found) != header["count"]:
        raise ValueError(f"it has {len(found)} lines, not {header['count']}")
    return Reading(
        fingerprint=ReaderFingerprint(**header["reader"]),
        lines=found,
        source=header["source"],
        damage=Damage(**header["damage"]),
        warnings=tuple(header["warnings"]),
    )
