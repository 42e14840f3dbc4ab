"""Writing generated films, and libraries of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

import footage
from footage.library import Library
from footage.media.sound import SAMPLE_RATE, Samples


def write_film(
    path: Path,
    pictures: Iterable[NDArray[np.uint8]],
    *,
    fps: int,
    crf: int,
    sound: Samples | None = None,
) -> Path:
    """The pictures [height, width, 3], and sound at 16 kHz, as a file, whole or not at all."""
    draft = path.with_suffix(".part")
    with av.open(str(draft), "w", format="mp4") as output:
        stream = None
        heard = None if sound is None else output.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        for picture in pictures:
            if stream is None:
                stream = output.add_stream("libx264", rate=fps)
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.options = {"preset": "veryfast", "crf": str(crf)}
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        if stream is not None:
            output.mux(stream.encode())
        if heard is not None and sound is not None:
            for at in range(0, len(sound), SAMPLE_RATE):
                block = sound[None, at : at + SAMPLE_RATE]
                frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
                frame.sample_rate, frame.pts = SAMPLE_RATE, at
                output.mux(heard.encode(frame))
            output.mux(heard.encode())
    return draft.replace(path)


@contextmanager
def library_of(paths: Sequence[Path]) -> Iterator[Library]:
    """A library of these videos in a temporary folder, for the length of a block."""
    with (
        tempfile.TemporaryDirectory() as folder,
        footage.open(Path(folder) / "films.library") as library,
    ):
        report = library.add(*paths)
        if report.failed:
            raise SystemExit(f"not indexed: {report.failed[0].error}")
        yield library
