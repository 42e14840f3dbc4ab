"""Coverage-guided fuzzing of the archive reader: ``python tests/fuzz/fuzz_archive.py -runs=100000``.

Whatever the bytes of an archive file are, reading it gives an embedding or `ArchiveDamaged` (or
`LibraryTooNew`), and a vector with NaN or of another dimension never comes out.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["footage.archive", "zipfile", "json", "numpy.lib"]):
    import numpy as np

    from footage.archive import Archive
    from footage.embedder import Fingerprint, Route, Track, VideoEmbedding
    from footage.errors import ArchiveDamaged, LibraryTooNew

VIDEO_ID = "0" * 32
FINGERPRINT = Fingerprint("fuzz", "1", 4)
FOLDER = Path(tempfile.mkdtemp())
ARCHIVE = Archive(FOLDER)


def sound_file() -> bytes:
    track = Track(np.array([[0.0, 2.0], [2.0, 5.0]]), np.eye(2, 4, dtype=np.float32))
    embedding = VideoEmbedding(5.0, {Route("visual", "clip"): track}, frames=track)
    return ARCHIVE.write(VIDEO_ID, FINGERPRINT, embedding).read_bytes()


def read(data: bytes) -> None:
    ARCHIVE.path(VIDEO_ID, FINGERPRINT).write_bytes(data)
    for reader in (ARCHIVE.read, ARCHIVE.spans):
        try:
            found = reader(VIDEO_ID, FINGERPRINT)
        except (ArchiveDamaged, LibraryTooNew):
            continue
        if isinstance(found, VideoEmbedding):
            for track in found.tracks.values():
                assert track.vectors.shape == (len(track), 4)
                assert np.isfinite(track.vectors).all()


def main() -> None:
    corpus = FOLDER / "corpus"
    corpus.mkdir()
    (corpus / "sound").write_bytes(sound_file())
    atheris.Setup([sys.argv[0], "-max_len=4096", *sys.argv[1:], str(corpus)], read)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
