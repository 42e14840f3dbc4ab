"""``marengo``: videos embedded by Twelve Labs, through their official SDK.

The videos leave this machine for api.twelvelabs.io. What is under way there is in the library's
ledger before it is waited for, so that whatever happens here, no video is paid for twice.
"""

from __future__ import annotations

import contextlib
import logging
import os
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

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
    checked_text,
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
    MediaError,
    NotAtService,
    TaskFailed,
    TaskUnfinished,
)
from footage.example import Example
from footage.ledger import Ledger, Payment, RemoteTask
from footage.media.faults import shown
from footage.media.sampling import thumbnails
from footage.media.sources import VIDEO_SUFFIXES
from footage.media.web import WebVideo
from footage.settings import Environment, Sampling

if TYPE_CHECKING:
    from footage.embedders.marengo.service import Service

log = logging.getLogger(__name__)

HOST = "api.twelvelabs.io"
CONCURRENCY = 32  # videos at the service at once: they wait there, not here
UPLOADS = 4  # at once: more would share one line
DECODERS = 2  # at once, for thumbnails
FIRST_LOOK, LAST_LOOK = 1.0, 15.0  # seconds between two looks at a task; they grow by a fifth
LOST_PAUSES = (0.0, 2.0, 5.0)  # seconds before each look for a task whose answer was lost
PATIENCE = 3600.0  # seconds a task may take, and twice the video's length on top
THUMBNAIL_FPS = 1.0
UNFETCHED = "it must be there for everybody who has its address; else download it and index it"
_NEAR = ("a red car on a road", "a red automobile", "snowy mountains under a blue sky")


class MarengoEmbedder(Embedder):
    """One model of Twelve Labs, as `setup.read` reads its name."""

    concurrency = CONCURRENCY
    keeps_frames = False

    def __init__(self, name: str, sampling: Sampling, *, service: Service | None = None) -> None:
        """Nothing is sent, and no key is needed, until something is embedded.

        ``sampling`` is of no use here: Marengo cuts by itself. Raises `EmbedderUnavailable`.
        """
        del sampling
        self._setup = setup.read(name)
        self._given = service
        self._ledger: Ledger | None = None
        self._uploads = threading.Semaphore(UPLOADS)
        self._decoders = threading.Semaphore(DECODERS)
        self.routes = self._setup.routes
        self.sent_to = urlsplit(os.environ.get("TWELVELABS_BASE_URL", "")).netloc or HOST
        self.fingerprint = Fingerprint(
            name=self._setup.name,
            version=self._setup.model.removeprefix(setup.PREFIX),
            dimension=self._setup.dimension,
        )

    def attach(self, ledger: Ledger) -> None:
        """Note tasks and payments there from now on."""
        self._ledger = ledger

    def check_ready(self) -> None:
        """Raise `KeyRefused` for no key, `EmbedderUnavailable` without the SDK."""
        _ = self._service

    def price(self, video: VideoFile) -> float:
        """About how many dollars a video costs: none where its task is under way, and so paid."""
        limits.check_video(video.path, video.info)
        known = self._known(video.video_id)
        return 0.0 if known and known.task_id else limits.price(video.info.duration)

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

        half = video.info.duration / 2  # for sending it, and half for the service's work
        reached = 0.0

        def check() -> None:
            on_progress(reached)  # raises to stop the work

        def sent(share: float) -> None:
            nonlocal reached
            reached = half * share
            check()

        limits.check_video(video.path, video.info)
        task_id = self._task_of(video, sent, check)
        sent(1.0)
        with _turn(self._decoders, check):  # while the service is at work
            self._thumbnails(video, on_thumbnail, check)
        with self._forgetting_what_is_gone(video):
            rows = self._awaited(task_id, video, check)
        on_progress(video.info.duration)
        return VideoEmbedding(duration=video.info.duration, tracks=self._tracks(rows))

    def kept(self, video_id: str) -> None:
        """The embedding of a video is safe: its task may be forgotten."""
        if self._ledger is not None:
            self._ledger.close(video_id)

    def parts(
        self,
        terms: Sequence[tuple[str, float]],
        examples: Sequence[Example] = (),
        *,
        text_weight: float = 1.0,
    ) -> list[Part]:
        """One for all that is wanted, where it weighs the same and the model mixes it.

        What is not wanted, and each of several texts, is a part of its own; see `Embedder.parts`.
        """
        apart = super().parts(terms, examples, text_weight=text_weight)
        wanted = [part for part in apart if part.weight > 0]
        texts = [part.text for part in wanted if part.text is not None]
        liked = tuple(example for part in wanted for example in part.examples)
        alike = len({part.weight for part in wanted}) == 1 and len(texts) <= 1
        text = texts[0] if texts else None
        if not alike or not as_one(text, liked, self._setup.model):
            return apart
        together = Part(text, liked, sum(part.weight for part in wanted))
        return [together, *(part for part in apart if part.weight < 0)]

    def encode(self, part: Part) -> Vector:
        """The unit vector [dimension] of a part; see `Embedder.encode`.

        A picture may be an address, which the service fetches. Of a clip 3.0 looks at what is
        seen; 3.5 is given its sound as well. Also raises the errors of `Service`.
        """
        asked = self._setup
        if part.text is not None:
            limits.check_text(part.text, asked.model)
        media = tuple(medium(example, asked.model) for example in part.examples)
        return self._service.embed_query(QueryParts(part.text, media, asked.model, asked.shortened))

    def encode_text(self, text: str) -> Vector:
        """The unit vector [dimension] of a text."""
        return self.encode(Part(checked_text(text)))

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

    @cached_property
    def _service(self) -> Service:
        if self._given is not None:
            return self._given
        try:
            from footage.embedders.marengo.service import Service
        except ImportError as error:
            raise EmbedderUnavailable(
                f"Marengo needs a package that is not installed ({error.name})",
                remedy="`pip install '.[marengo]'`",
            ) from error
        allowed = Environment()
        return Service(rpm=allowed.marengo_rpm, rpd=allowed.marengo_rpd)

    # a task

    def _task_of(
        self, video: VideoFile, sent: Callable[[float], None], check: Callable[[], None]
    ) -> str:
        """The id of the video's task: of one under way, else of a new one."""
        known = self._known(video.video_id)
        if known is not None and known.task_id:
            return known.task_id
        if known is not None and (found := self._lost(video, known.asked_at, check)):
            return self._begun(video, known, found)
        asset_id = known and known.asset_id
        if not asset_id:
            with _turn(self._uploads, check):
                asset_id = self._uploaded(video, sent, check)
        with self._forgetting_what_is_gone(video):
            self._wait_for_asset(asset_id, video, check)
        asked = RemoteTask(datetime.now(timezone.utc), asset_id)
        if self._ledger is not None:
            self._ledger.note(video.video_id, asked)
        request = self._request(Source(asset_id=asset_id))
        try:
            task_id = self._service.create_task(request, check=check)
        except AnswerLost:
            task_id = self._looked_for(video, asked, check) or self._service.create_task(
                request, check=check
            )
        return self._begun(video, asked, task_id)

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

    def _uploaded(
        self, video: VideoFile, sent: Callable[[float], None], check: Callable[[], None]
    ) -> str:
        """The asset of a video, which has its id as its name: that is how its task is known again.

        So neither file nor address goes within the request: of such a task the service tells the
        length or the address alone, which other videos may have, or may have had, too. What lies
        on the web the service fetches by itself.
        """

        def told(done: int, total: int) -> None:
            sent(done / max(total, 1))

        name = self._asset_name(video)
        there = self._service.assets(name, check=check)  # of a run that was cut off
        whole = next((asset.id for asset in there if asset.status != "failed"), None)
        if whole is not None:
            return whole
        if isinstance(video.path, WebVideo):
            return self._service.fetch(video.path.address, name=name, check=check)
        return self._service.upload(video.path, told, name=name, check=check)

    def _wait_for_asset(self, asset_id: str, video: VideoFile, check: Callable[[], None]) -> None:
        for _ in self._looks(PATIENCE, check):
            asset = self._service.asset(asset_id, check=check)
            if asset.status == "ready":
                return
            if asset.status == "failed":
                raise TaskFailed(
                    f"{video.path} cannot be read by Twelve Labs ({asset.reason or 'no reason'})",
                    remedy=UNFETCHED if isinstance(video.path, WebVideo) else None,
                )
        raise TaskUnfinished(f"{video.path} is at Twelve Labs, and not ready there")

    def _looked_for(
        self, video: VideoFile, asked: RemoteTask, check: Callable[[], None]
    ) -> str | None:
        """The task whose answer was just lost: the service may take a while to list it."""
        for pause in LOST_PAUSES:
            _sleep(pause, check)
            if found := self._lost(video, asked.asked_at, check):
                return found
        return None

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
        return found[0] if found else None

    @contextlib.contextmanager
    def _forgetting_what_is_gone(self, video: VideoFile) -> Iterator[None]:
        """Uploads and results are kept for some days only; what is gone must be asked for anew."""
        try:
            yield
        except NotAtService as error:
            self.kept(video.video_id)
            price = limits.price(video.info.duration)
            raise TaskFailed(
                f"{shown(video.path)} was sent earlier, and Twelve Labs no longer has what came of "
                f"it ({error.what})",
                remedy=f"run the same command again: it is sent anew, for about ${price:.2f}",
            ) from error

    def _awaited(
        self, task_id: str, video: VideoFile, check: Callable[[], None]
    ) -> tuple[Row, ...]:
        """The embeddings of a task, once it is ready."""
        for _ in self._looks(PATIENCE + 2 * video.info.duration, check):
            task = self._service.task(task_id, dimension=self._setup.dimension, check=check)
            if task.status == "ready":
                return task.rows
            if task.status == "failed":
                self.kept(video.video_id)  # asked for anew the next time
                raise TaskFailed(
                    f"{video.path} cannot be embedded by Twelve Labs ({task.reason or 'no reason'})"
                )
        raise TaskUnfinished(f"{video.path} is still being embedded by Twelve Labs")

    def _looks(self, patience: float, check: Callable[[], None]) -> Iterator[None]:
        """Again and again, with growing pauses, until ``patience`` seconds have passed."""
        began, pause = time.monotonic(), FIRST_LOOK
        while True:
            check()
            yield
            if time.monotonic() - began > patience:
                return
            # not all look at once
            _sleep(pause * random.uniform(0.8, 1.2), check)  # noqa: S311
            pause = min(1.2 * pause, LAST_LOOK)

    def _thumbnails(
        self,
        video: VideoFile,
        on_thumbnail: Callable[[float, bytes], None],
        check: Callable[[], None],
    ) -> None:
        try:
            for at, jpeg in thumbnails(video.path, video.info, fps=THUMBNAIL_FPS):
                on_thumbnail(at, jpeg)
                check()
        except MediaError as error:
            if not isinstance(video.path, WebVideo):
                raise
            # the service has fetched it by itself, perhaps with an address that has run out since
            log.warning("%s has no thumbnails: %s", video.path, error.what)

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
        suffix = video.path.suffix.lower()
        # an address may end in .php, which the service would take for what it is called
        return video.video_id + (suffix if suffix in VIDEO_SUFFIXES else ".mp4")

    # the ledger

    def _known(self, video_id: str) -> RemoteTask | None:
        return self._ledger.task(video_id) if self._ledger else None

    def _begun(self, video: VideoFile, asked: RemoteTask, task_id: str) -> str:
        """Write down that a task is under way, and so paid for; its id."""
        if self._ledger is not None:
            seconds = video.info.duration
            payment = Payment(f"{self._setup.model} video", seconds, limits.price(seconds))
            self._ledger.note(video.video_id, replace(asked, task_id=task_id), payment=payment)
        return task_id


@contextlib.contextmanager
def _turn(turns: threading.Semaphore, check: Callable[[], None]) -> Iterator[None]:
    """Held for the block; ``check`` is called every second of the wait for it."""
    while not turns.acquire(timeout=1.0):
        check()
    try:
        yield
    finally:
        turns.release()


def _sleep(seconds: float, check: Callable[[], None]) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        check()
        time.sleep(min(left, 1.0))
