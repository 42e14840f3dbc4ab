"""What all embedders that run on this machine share: sampling, pooling, one pass over the video."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from math import inf

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from footage.embedder import Embedder, Route, Track, Vector, Vectors, VideoEmbedding, VideoFile
from footage.errors import InvalidQuery
from footage.example import Example
from footage.media.excerpt import EARLIER
from footage.media.frames import RGBImage, RGBScaler
from footage.media.probe import VideoInfo, probe
from footage.media.sampling import Sample, VideoSampler
from footage.media.shots import segments
from footage.media.stills import as_frame, read_still
from footage.media.web import Place
from footage.prefetch import prefetch
from footage.settings import Sampling

VISUAL = Route("visual", "clip")
BATCH = 8  # frames embedded at once: for small models larger ones only hold more memory
LONGEST_CLIP = 600.0  # seconds of a clip to search by: the mean of more is like everything
BATCHES_AHEAD = 2  # decoded while one is embedded: enough to never wait, 5 MB at 260 x 260


class LocalEmbedder(Embedder):
    """Embeds sampled frames and pools them over segments that follow the shots."""

    routes = (VISUAL,)
    concurrency = min(2, os.cpu_count() or 1)  # while one video's last frames drain, the next reads
    image_size: tuple[int, int]
    """Width and height in pixels of the images `embed_images` takes."""
    batch = BATCH
    """How many frames are embedded at once."""

    def __init__(self, sampling: Sampling) -> None:
        self._sampling = sampling

    @abstractmethod
    def embed_images(self, images: NDArray[np.uint8]) -> Vectors:
        """Unit vectors [n, dimension] of RGB images [n, height, width, 3]."""

    def renderer(self, info: VideoInfo) -> Callable[[VideoFrame], RGBImage]:
        """What makes an image for `embed_images` of a decoded frame of a video."""
        return RGBScaler(*self.image_size, info.rotation)

    def encode_image(self, example: Example) -> Vector:
        """The unit vector [dimension] of a picture, seen as a frame of a video is."""
        frame, info = as_frame(read_still(example.path))
        vector: Vector = self.embed_images(self.renderer(info)(frame)[None])[0]
        return vector

    def encode_clip(self, example: Example) -> Vector:
        """The unit vector [dimension] of a stretch of a video, made as a segment's is."""
        path, info = example.path, probe(example.path)
        start, end = example.stretch(info.duration, longest=LONGEST_CLIP)
        with self._sampler(path, info, start=start, end=end) as sampler:
            vectors = [
                self.embed_images(np.stack([sample.image for sample in batch]))
                for batch in _batched(sampler, self.batch)
            ]
        if not vectors:
            raise InvalidQuery(f"{example} shows nothing after {start:g} s", remedy=EARLIER)
        return _mean(np.concatenate(vectors))

    def embed(
        self,
        video: VideoFile,
        *,
        on_progress: Callable[[float], None],
        on_thumbnail: Callable[[float, bytes], None],
    ) -> VideoEmbedding:
        """Decode on one thread, embed on this one; see `Embedder.embed`."""
        times: list[float] = []
        vectors: list[Vectors] = []
        with self._sampler(video.path, video.info) as sampler:
            batches = prefetch(_batched(sampler, self.batch), ahead=BATCHES_AHEAD)
            try:
                for batch in batches:
                    vectors.append(self.embed_images(np.stack([s.image for s in batch])))
                    for sample in batch:
                        times.append(sample.time)
                        on_thumbnail(sample.time, sample.thumbnail)
                    on_progress(batch[-1].time)
            finally:
                batches.close()
            spans = segments(
                sampler.boundaries,
                sampler.duration,
                shortest=self._sampling.shortest,
                longest=self._sampling.longest,
            )
            frames = _frame_track(times, np.concatenate(vectors), sampler.duration)
            return VideoEmbedding(
                duration=sampler.duration,
                tracks={VISUAL: pool(frames, spans)},
                frames=frames,
                shots=tuple(sampler.boundaries),
                damage=sampler.damage,
            )

    def _sampler(
        self, path: Place, info: VideoInfo, *, start: float = 0.0, end: float = inf
    ) -> VideoSampler:
        return VideoSampler(
            path,
            info,
            fps=self._sampling.fps,
            image_size=self.image_size,
            render=self.renderer(info),
            start=start,
            end=end,
        )


def pool(frames: Track, spans: list[tuple[float, float]]) -> Track:
    """One unit vector a span: the mean of the frames that begin in it, else the one on show."""
    times = frames.spans[:, 0]
    pooled = []
    for start, end in spans:
        inside = np.flatnonzero((times >= start) & (times < end))
        if len(inside) == 0:
            inside = np.array([max(0, int(np.searchsorted(times, start, "right")) - 1)])
        pooled.append(_mean(frames.vectors[inside]))
    return Track(np.asarray(spans, dtype=np.float64), np.asarray(pooled, dtype=np.float32))


def _mean(vectors: Vectors) -> Vector:
    """The direction of the mean of unit vectors [n, dimension]."""
    mean = vectors.mean(axis=0)
    norm = float(np.linalg.norm(mean))
    # vectors that cancel out exactly have no mean direction: the first one stands for them
    return np.asarray(mean / norm if norm > 0 else vectors[0], dtype=np.float32)


def _frame_track(times: list[float], vectors: Vectors, duration: float) -> Track:
    ends = [*times[1:], max(duration, times[-1])]
    return Track(np.column_stack([times, ends]).astype(np.float64), vectors)


def _batched(items: Iterable[Sample], size: int) -> Iterator[list[Sample]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
