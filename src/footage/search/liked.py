"""What a moment of a video of the library looks like, to search for more like it."""

from __future__ import annotations

import numpy as np

from footage.archive import Archive
from footage.catalog import Catalog, Video
from footage.embedder import Fingerprint, Route, Vector, VideoEmbedding
from footage.errors import InvalidQuery
from footage.steps import Like

LOOKED_BACK = 5.0  # seconds: frames are sampled more often than that, mostly


def liked(
    like: Like, *, catalog: Catalog, archive: Archive, fingerprint: Fingerprint
) -> tuple[str, Vector]:
    """The id of the video, and the vector [dimension] of the frame on show at that time.

    Where no frames are kept, that of the segment. Raises `NotFound`, `ArchiveDamaged`, and
    `InvalidQuery` where the video is over by then.
    """
    video = catalog.video(like.video)
    if like.time >= max(video.duration, 1e-3):
        raise _over(video, like)
    with catalog.embedding_of(video):
        found = _frame(video, like.time, archive, fingerprint)
        if found is None:
            found = _segment(archive.read(video.video_id, fingerprint), like.time)
    if found is None:
        raise _over(video, like)
    return video.video_id, found


def _frame(video: Video, time: float, archive: Archive, fingerprint: Fingerprint) -> Vector | None:
    """The vector of the last frame that was looked at by ``time``; None where none are kept."""
    first = max(0.0, time - LOOKED_BACK)
    frames, _ = archive.frames(video.video_id, fingerprint, first, time + 1e-3)
    if not len(frames):
        return None
    vector = frames.vectors[-1].astype(np.float64)  # kept in half precision
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def _segment(embedding: VideoEmbedding, time: float) -> Vector | None:
    """The vector of the segment that is on at ``time``, of the first route that has one."""
    routes = sorted(embedding.tracks, key=_preference)
    for route in routes:
        track = embedding.tracks[route]
        on = np.flatnonzero((track.spans[:, 0] <= time) & (time < track.spans[:, 1]))
        if len(on):
            return np.asarray(track.vectors[on[0]], dtype=np.float32)
    return None


def _preference(route: Route) -> tuple[bool, bool, Route]:
    return route.scope != "clip", route.modality not in {"visual", "fused"}, route


def _over(video: Video, like: Like) -> InvalidQuery:
    return InvalidQuery(
        f"{video.title} lasts {video.duration:.1f} s, and nothing is on at {like.time:g} s",
        remedy="give an earlier time",
    )
