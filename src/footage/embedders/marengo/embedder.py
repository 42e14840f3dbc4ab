"""``marengo``: videos embedded by Twelve Labs, through their official SDK.

The videos leave this machine for api.twelvelabs.io. What is under way there is in the library's
ledger before it is waited for, so that whatever happens here, no video is paid for twice.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from footage.embedder import (
    Embedder,
    Fingerprint,
    Part,
    Route,
    Track,
    Vector,
    VideoEmbedding,
    VideoFile,
)
from footage.embedders.canaries import check_spread
from footage.embedders.marengo import limits, setup
from footage.embedders.marengo.answers import Row
from footage.embedders.marengo.examples import as_one, medium
from footage.embedders.marengo.requests import QueryParts, Source, VideoRequest
from footage.errors import (
    AnswerLost,
    AnswerUnusable,
    EmbedderBroken,
    EmbedderUnavailable,
    TaskFailed,
    TaskUnfinished,
)
from footage.example import Example
from footage.ledger import Ledger, RemoteTask
from footage.media.sampling import thumbnails
from footage.settings import Sampling

if TYPE_CHECKING:
    from footage.embedders.marengo.service import Service

log = logging.getLogger(__name__)

CONCURRENCY = 16  # videos at the service at once: they wait there, not here
FIRST_LOOK, LAST_LOOK = 1.0, 15.0  # seconds between two looks at a task; they grow by half
PATIENCE = 3600.0  # seconds a task may take, and twice the video's length on top
THUMBNAIL_FPS = 1.0
_NEAR = ("a red car on a road", "a red automobile", "snowy mountains under a blue sky")


class MarengoEmbedder(Embedder):
    """One model of Twelve Labs, as `setup.read` reads its name."""

    concurrency = CONCURRENCY
    sent_to = "api.twelvelabs.io"

    def __init__(self, name: str, sampling: Sampling, *, service: Service | None = None) -> None:
        """Nothing is sent, and no key is needed, until something is embedded.

        ``sampling`` is of no use here: Marengo cuts by itself. Raises `EmbedderUnavailable`.
        """
        del sampling
        self._setup = setup.read(name)
        self._given = service
        self._ledger: Ledger | None = None
        self.routes = self._setup.routes
        self.fingerprint = Fingerprint(
            name=self._setup.name,
            version=self._setup.model.removeprefix(setup.PREFIX),
            dimension=self._setup.dimension,
        )

    def attach(self, ledger: Ledger) -> None:
        """Note tasks and payments there from now on."""
        self._ledger = ledger

    def price(self, seconds: float) -> float:
        """About how many dollars so many seconds of video cost."""
        return limits.price(seconds)

    def embed(
        self,
        video: VideoFile,
        *,
        on_progress: Callable[[float], None],
        on_thumbnail: Callable[[float, bytes], None],
    ) -> VideoEmbedding:
        """Have a video embedded; see `Embedder.embed`.

        Also raises the errors of `Service`, `TaskFailed`, and `TaskUnfinished` for a task that is
        not done in time, which the next run goes on waiting for.
        """

        def check() -> None:
            on_progress(0.0)  # raises to stop the work

        limits.check_video(video.path, video.info)
        task_id = self._task_of(video, check)
        self._thumbnails(video, on_thumbnail, check)  # while the service is at work
        rows = self._awaited(task_id, video, check)
        on_progress(video.info.duration)
        return VideoEmbedding(duration=video.info.duration, tracks=self._tracks(rows))

    def kept(self, video_id: str) -> None:
        """The embedding of a video is safe: its task may be forgotten."""
        if self._ledger is not None:
            self._ledger.close(video_id)

    def encode(
        self, text: str | None, examples: Sequence[Example] = (), *, text_weight: float = 1.0
    ) -> list[Part]:
        """The parts of a query; one alone where they weigh the same and the model can mix them."""
        weights = {example.weight for example in examples}
        weights |= {text_weight} if text is not None else set()
        if len(weights) == 1 and as_one(text, examples, self._setup.model):
            return [Part(self._query(text, examples), 1.0)]
        return super().encode(text, examples, text_weight=text_weight)

    def encode_text(self, text: str) -> Vector:
        """The unit vector [dimension] of a text. Raises `InvalidQuery` for one that is too long."""
        return self._query(text)

    def encode_example(self, example: Example) -> Vector:
        """The unit vector [dimension] of a picture, a clip or a sound.

        The picture may be an address, which the service fetches. Of a clip 3.0 looks at what is
        seen; 3.5 is given its sound as well. Also raises the errors of `Service`.
        """
        return self._query(None, [example])

    def self_test(self, *, full: bool = True) -> None:
        """Embed three sentences, and check that the two alike are the nearest; see `Embedder`.

        Without ``full`` nothing is asked: it would cost a request a search.
        """
        if not full:
            return
        query, near, far = (self.encode_text(text) for text in _NEAR)
        check_spread(self.fingerprint.name, "text", np.stack([query, near, far]))
        if not query @ near > query @ far:
            raise EmbedderBroken(
                f"{self._setup.model} fails its self-test: it ranks {_NEAR[0]!r} wrongly",
                remedy="try again later, and ask Twelve Labs if it stays",
            )

    def _query(self, text: str | None, examples: Sequence[Example] = ()) -> Vector:
        asked = self._setup
        if text is not None:
            limits.check_text(text, asked.model)
        media = tuple(medium(example, asked.model) for example in examples)
        return self._service.embed_query(QueryParts(text, media, asked.model, asked.shortened))

    @cached_property
    def _service(self) -> Service:
        if self._given is not None:
            return self._given
        try:
            from footage.embedders.marengo.service import Service
        except ImportError as error:
            raise EmbedderUnavailable(
                f"Marengo needs a package that is not installed ({error.name})",
                remedy="`pip install 'footage[marengo]'`",
            ) from error
        return Service()

    # a task

    def _task_of(self, video: VideoFile, check: Callable[[], None]) -> str:
        """The id of the video's task: of one under way, else of a new one."""
        known = self._known(video.video_id)
        if known is not None and known.task_id:
            return known.task_id
        if known is not None and (found := self._lost(video, known.asked_at, check)):
            return found
        asset_id = (known and known.asset_id) or self._uploaded(video, check)
        self._wait_for_asset(asset_id, video, check)
        asked = RemoteTask(datetime.now(timezone.utc), asset_id)
        self._note(video.video_id, asked)
        request = self._request(Source(asset_id=asset_id))
        try:
            task_id = self._service.create_task(request, check=check)
        except AnswerLost:
            found = self._lost(video, asked.asked_at, check)
            task_id = found or self._service.create_task(request, check=check)
        self._note(video.video_id, replace(asked, task_id=task_id))
        self._pay(video)
        return task_id

    def _request(self, source: Source) -> VideoRequest:
        asked = self._setup
        return VideoRequest(
            source,
            asked.model,
            options=asked.modalities,
            scopes=asked.scopes,
            types=("separate_embedding", *(["fused_embedding"] if asked.fused else [])),
            segmentation=asked.segmentation,
            dimension=asked.shortened,
        )

    def _uploaded(self, video: VideoFile, check: Callable[[], None]) -> str:
        """The asset of a video, which has its id as its name: that is how its task is known again.

        So the file does not go within the request, however small it is: of such a task the service
        tells the length alone, which other videos may have too.
        """

        def told(_done: int, _total: int) -> None:
            check()

        name = self._asset_name(video)
        there = self._service.assets(name, check=check)  # of a run that was cut off
        whole = next((asset.id for asset in there if asset.status != "failed"), None)
        return whole or self._service.upload(video.path, told, name=name, check=check)

    def _wait_for_asset(self, asset_id: str, video: VideoFile, check: Callable[[], None]) -> None:
        for _ in self._looks(PATIENCE):
            asset = self._service.asset(asset_id, check=check)
            if asset.status == "ready":
                return
            if asset.status == "failed":
                raise TaskFailed(f"{video.path} cannot be read by Twelve Labs ({asset.reason})")
            check()
        raise TaskUnfinished(f"{video.path} is uploaded, and not ready at Twelve Labs")

    def _lost(self, video: VideoFile, since: datetime, check: Callable[[], None]) -> str | None:
        """The task of a video that was asked for since then, if its answer never arrived here."""
        found = [
            task.id
            for task in self._service.recent_tasks(since, check=check)
            if task.status != "failed"
            and task.filename == self._asset_name(video)
            and task.model in {None, self._setup.model}
        ]
        if found:
            log.info("%s: a task is under way already, its answer had been lost", video.path.name)
            self._note(video.video_id, RemoteTask(since, None, found[0]))
            self._pay(video)
        return found[0] if found else None

    def _awaited(
        self, task_id: str, video: VideoFile, check: Callable[[], None]
    ) -> tuple[Row, ...]:
        """The embeddings of a task, once it is ready."""
        for _ in self._looks(PATIENCE + 2 * video.info.duration):
            task = self._service.task(task_id, dimension=self._setup.dimension, check=check)
            if task.status == "ready":
                return task.rows
            if task.status == "failed":
                self.kept(video.video_id)  # asked for anew the next time
                raise TaskFailed(
                    f"{video.path} cannot be embedded by Twelve Labs ({task.reason or 'no reason'})"
                )
            check()
        raise TaskUnfinished(f"{video.path} is still being embedded by Twelve Labs")

    def _looks(self, patience: float) -> Iterable[int]:
        """Numbers, with growing pauses between them, until ``patience`` seconds have passed."""
        began, pause, number = time.monotonic(), FIRST_LOOK, 0
        while True:
            yield number
            if time.monotonic() - began > patience:
                return
            time.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - so that not all look at once
            pause, number = min(1.5 * pause, LAST_LOOK), number + 1

    def _thumbnails(
        self,
        video: VideoFile,
        on_thumbnail: Callable[[float, bytes], None],
        check: Callable[[], None],
    ) -> None:
        for at, jpeg in thumbnails(video.path, video.info, fps=THUMBNAIL_FPS):
            on_thumbnail(at, jpeg)
            check()

    def _tracks(self, rows: Iterable[Row]) -> dict[Route, Track]:
        found: dict[Route, list[Row]] = {}
        for row in rows:
            if row.option in setup.OURS:
                found.setdefault(Route(setup.OURS[row.option], row.scope), []).append(row)
        if not found:
            raise AnswerUnusable("a task is ready and has no embedding that was asked for")
        return {
            route: Track(
                np.array([(row.start, row.end) for row in found[route]]),
                np.stack([row.vector for row in found[route]]),
            )
            for route in self.routes
            if route in found
        }

    def _asset_name(self, video: VideoFile) -> str:
        return video.video_id + video.path.suffix.lower()

    # the ledger

    def _known(self, video_id: str) -> RemoteTask | None:
        return self._ledger.task(video_id) if self._ledger else None

    def _note(self, video_id: str, task: RemoteTask) -> None:
        if self._ledger is not None:
            self._ledger.note(video_id, task)

    def _pay(self, video: VideoFile) -> None:
        if self._ledger is not None:
            seconds = video.info.duration
            self._ledger.pay(
                f"{self._setup.model} video",
                video_id=video.video_id,
                seconds=seconds,
                dollars=self.price(seconds),
            )
