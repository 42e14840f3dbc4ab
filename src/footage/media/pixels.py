"""Which frames can be turned into RGB, found out before swscale is asked in earnest."""

from __future__ import annotations

from typing import Any

import av
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

# swscale starts a thread pool per scaler otherwise, which costs more than small images do.
# PyAV before 17 has no such parameter and no such threads.
ONE_THREAD: dict[str, Any] = {"threads": 1} if int(av.__version__.split(".")[0]) >= 17 else {}

# swscale ends the whole process when given one of these.
_ABORTING = frozenset({"yaf32le", "yaf32be"})

_UNSPECIFIED_SPACE, _UNSPECIFIED_RANGE = 2, 0  # AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_UNSPECIFIED


class Convertible:
    """Tells frames that can become RGB; tries once for each kind of pixels."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, int], bool] = {}

    def prepare(self, frame: VideoFrame) -> bool:
        """Whether ``frame`` can be converted now.

        Where only its colour space is beyond swscale (ICtCp, or a damaged number), it is taken
        for an ordinary one: colours a little off are better than none.
        """
        if self._works(frame):
            return True
        frame.colorspace, frame.color_range = _UNSPECIFIED_SPACE, _UNSPECIFIED_RANGE
        return self._works(frame)

    def _works(self, frame: VideoFrame) -> bool:
        kind = frame.format.name, int(frame.colorspace), int(frame.color_range)
        if kind not in self._known:
            self._known[kind] = kind[0] not in _ABORTING and _converts(frame)
        return self._known[kind]


def _converts(frame: VideoFrame) -> bool:
    try:
        VideoReformatter().reformat(frame, 16, 16, "rgb24", **ONE_THREAD)
    except (av.FFmpegError, OSError, ValueError):
        return False
    return True
