"""What every endpoint works with: what was asked, what is kept, how long things take."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

from marengo_double.contents import Content, Contents, Unusable
from marengo_double.embeddings import Embeddings, seconds_of
from marengo_double.faults import Rule
from marengo_double.limits import Limits, Meter
from marengo_double.plans import OLD, Plan, Source
from marengo_double.refusals import Refused, invalid, too_large
from marengo_double.store import Store

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds that things take, beyond the work itself."""

    create: float = 0.0  # every request that makes something
    get: float = 0.0  # every other
    ready: float = 0.0  # from a task's creation until it is ready
    asset: float = 0.0  # from an asset's arrival until it is ready


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes that are let in, from the SDK's docstrings; tests make them small."""

    base64: int = 36 * MB  # decoded
    image: int = 32 * MB
    source: int = 32 * MB  # of each source of a `multi_input`, with 3.5
    direct: int = 200 * MB  # of an asset in one piece
    chunk: int = 5 * 1024 * 1024
    first_urls: int = 10  # that come with an upload session; more are asked for


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read."""

    path: Mapping[str, Any]
    query: Mapping[str, list[str]]
    body: Any = None  # JSON, or None
    raw: bytes = b""
    form: Mapping[str, str] = field(default_factory=dict)
    file: tuple[str, bytes] | None = None  # name and data
    rule: Rule | None = None
    base: str = ""  # the address of this server

    def one(self, name: str) -> str | None:
        """A query parameter that is meant once."""
        return next(iter(self.query.get(name, [])), None)


class Service:
    """What the endpoints share."""

    def __init__(
        self,
        embeddings: Embeddings,
        *,
        latency: Latency,
        limits: Limits,
        sizes: Sizes,
        media_rules: bool,
    ) -> None:
        self.embeddings = embeddings
        self.latency, self.sizes, self.media_rules = latency, sizes, media_rules
        self.meter = Meter(limits)
        self.store = Store()
        # one at a time: the towers use the cores there are
        self.worker = ThreadPoolExecutor(1, thread_name_prefix="marengo-double")
        self._folder = tempfile.TemporaryDirectory(prefix="marengo-double-")
        self.contents = Contents(Path(self._folder.name))

    def close(self) -> None:
        """Stop working and forget everything."""
        self.worker.shutdown(wait=True, cancel_futures=True)
        self._folder.cleanup()

    def media(self, source: Source, where: str) -> Content:
        """The content of a source, of the kind it has to be; raises `Refused`, `Unusable`."""
        if source.base64 is not None:
            try:
                content = self.contents.decode(source.base64, f"{where}.media_source")
            except Unusable as error:
                raise Refused(400, "video_file_broken", str(error)) from error
        elif source.url is not None:
            content = self.contents.fetch(source.url)
        else:
            content = self._asset_content(str(source.asset_id), where)
        self._check_size(content, source, where)
        audible = source.media_type == "audio" and content.info and content.info.has_audio
        if content.kind != source.media_type and not audible:
            raise invalid(
                f"{where}.media_source", f"It is {content.kind}, not {source.media_type}."
            )
        return content

    def check_media(self, plan: Plan, content: Content) -> None:
        """Whether the stretch that is asked for is there; where media rules are on, what Marengo
        asks of a video. Raises `Refused`.
        """
        if plan.start and 0 < content.seconds <= plan.start:
            raise invalid(f"{plan.input_type}.start_sec", f"It lasts {content.seconds:.1f} s.")
        if not self.media_rules or content.info is None:
            return
        if not 4 <= content.seconds <= 4 * 3600:
            code = "video_duration_too_short" if content.seconds < 4 else "video_duration_too_long"
            raise Refused(400, code, f"The video has {content.seconds:.1f} s, not 4 s to 4 hours.")
        narrow, wide = sorted((content.info.width, content.info.height))
        if narrow < 360 or narrow > 2160 or wide > 5184:
            code = f"video_resolution_too_{'low' if narrow < 360 else 'high'}"
            size = f"{content.info.width}x{content.info.height}"
            raise Refused(400, code, f"It is {size}, not 360x360 to 5184x2160.")

    def check_length(self, plan: Plan, content: Content) -> None:
        """What a synchronous request may be about: 30 s, or 10 minutes with 3.0."""
        seconds, most = seconds_of(plan, content), 600 if plan.model == OLD else 30
        if seconds > most:
            raise Refused(
                400,
                "parameter_invalid",
                f"Duration ({seconds:.1f} seconds) exceeds maximum limit of {most} seconds "
                f"({most // 60} minutes)",
            )

    def ready_at(self, rule: Rule | None, seconds: float) -> float:
        """When what is created now is ready: never, where a rule says so."""
        return inf if rule and rule.fate == "processing" else time.time() + seconds

    def _asset_content(self, identifier: str, where: str) -> Content:
        asset = self.store.asset(identifier)
        if asset.status != "ready" or asset.content is None:
            raise invalid(f"{where}.media_source", f"The asset's status is {asset.status}.")
        return asset.content

    def _check_size(self, content: Content, source: Source, where: str) -> None:
        if where.startswith("multi_input"):
            most = self.sizes.source
        elif source.media_type == "image":
            most = self.sizes.image
        elif source.base64 is not None:
            most = self.sizes.base64
        else:
            return
        if content.size > most:
            raise too_large(f"{where}.media_source", f"It is larger than {most} bytes.")
