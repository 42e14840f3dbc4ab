"""What all embedders that run on this machine share: sampling, pooling, one pass over the video."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from footage.embedder import Embedder, Route, Track, Vectors, VideoEmbedding, VideoFile
from footage.media.frames import RGBImage, RGBScaler
from footage.media.probe import VideoInfo
from footage.media.sampling import Sample, VideoSampler
from footage.media.shots import segments
from footage.prefetch import prefetch
from footage.settings import Sampling

VISUAL = Route("visual", "clip")
BATCH = 8  # frames embedded at once: for small models larger ones only hold more memory
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
        with VideoSampler(
            video.path,
            video.info,
            fps=self._sampling.fps,
            image_size=self.image_size,
            render=self.renderer(video.info),
        ) as sampler:
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


def pool(frames: Track, spans: list[tuple[float, float]]) -> Track:
    """One unit vector a span: the mean of the frames that begin in it, else the one on show."""
    times = frames.spans[:, 0]
    pooled = []
    for start, end in spans:
        inside = np.flatnonzero((times >= start) & (times < end))
        if len(inside) == 0:
            inside = np.array([max(0, int(np.searchsorted(times, start, "right")) - 1)])
        mean = frames.vectors[inside].mean(axis=0)
        norm = float(np.linalg.norm(mean))
        # frames that cancel out exactly have no mean direction: the first one stands for them
        pooled.append(mean / norm if norm > 0 else frames.vectors[inside[0]])
    return Track(np.asarray(spans, dtype=np.float64), np.asarray(pooled, dtype=np.float32))


def _frame_track(times: list[float], vectors: Vectors, duration: float) -> Track:
    ends = [*times[1:], max(duration, times[-1])]
    return Track(np.column_stack([times, ends]).astype(np.float64), vectors)


def _batched(items: Iterable[Sample], size: int) -> Iterator[list[Sample]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
