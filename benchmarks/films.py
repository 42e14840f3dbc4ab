"""Writing generated films."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray


def write_film(path: Path, pictures: Iterable[NDArray[np.uint8]], *, fps: int, crf: int) -> Path:
    """The pictures [height, width, 3] as an h264 file, whole or not at all."""
    draft = path.with_suffix(".part")
    with av.open(str(draft), "w", format="mp4") as output:
        stream = None
        for picture in pictures:
            if stream is None:
                stream = output.add_stream("libx264", rate=fps)
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.options = {"preset": "veryfast", "crf": str(crf)}
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        if stream is not None:
            output.mux(stream.encode())
    return draft.replace(path)
