"""What is said of pictures in which too little changes to tell a copy by them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from footage.analysis.frames import FrameSet
from footage.analysis.matching import Matches

LOOKS_THE_SAME = 0.95  # cosine, around the mean of all, of a frame and what may be its source
MOST = 0.8  # of the frames of a video, that its likely source has
HARDLY = 0.5  # of them, that no other video has

Span = tuple[float, float]


def note_of(
    title: str, unsure: Iterable[Span], sure: Iterable[Span], likely: str | None, how: str
) -> str | None:
    """What is to be said of one video beside what it surely shares; None for nothing.

    ``unsure`` and ``sure`` are stretches of it in seconds, ``likely`` is the title of its likely
    source, and ``how`` is how to look for what is like it.
    """
    known = list(sure)
    seconds = covered([*known, *unsure]) - covered(known)
    alone = "" if known else f"{title} shares nothing with another video"
    if seconds < 0.5:
        return alone or None
    what = f"too little changes in {seconds:.0f} s {'more ' if known else ''}of its picture to tell"
    if likely:
        what += f", but {likely} looks the same and is likely its source"
    return f"{alone} for certain: {what}; {how} looks for its like" if alone else what


def covered(spans: Iterable[Span]) -> float:
    """Seconds that lie in any of some stretches."""
    total, reached = 0.0, -np.inf
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return float(total)


def likely_source(frames: FrameSet, votes: Matches, video: int) -> int | None:
    """The one other video that most frames of a video look the same as; None where none is clear.

    ``votes`` are those of frames of the video, and both are told by their places.
    """
    first, second = frames.owners[votes.i], frames.owners[votes.j]
    own = ((first == video) | (second == video)) & (votes.near >= LOOKS_THE_SAME)
    mine = np.where(first == video, votes.i, votes.j)[own]
    other = np.where(first == video, second, first)[own]
    if not len(mine):
        return None
    pairs = np.unique(np.stack([mine, other]), axis=1)
    count = frames.starts[video + 1] - frames.starts[video]
    shares = np.bincount(pairs[1], minlength=len(frames.videos)) / count
    best, *rest = np.argsort(-shares).tolist()
    clear = shares[best] >= MOST and (not rest or shares[rest[0]] < HARDLY)
    return int(best) if clear else None
