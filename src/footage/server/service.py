"""What the routes share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, cast

from fastapi import Depends, Path, Request

from footage.catalog import Video
from footage.errors import ArchiveDamaged, NotFound
from footage.library import Library
from footage.search.cache import Results
from footage.server.config import ServerSettings
from footage.server.errands import Errands
from footage.server.events import Events
from footage.server.faults import Refused
from footage.server.folder_watcher import FolderWatcher
from footage.server.jobs import Jobs
from footage.server.match_news import MatchNews
from footage.server.metrics import Metrics
from footage.server.playback import Playback
from footage.server.searches import Turns
from footage.server.uploads import Uploads
from footage.server.watched_folders import WatchedFolders

T = TypeVar("T")

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Service:
    """The library and all that a server keeps beside it."""

    library: Library
    settings: ServerSettings
    events: Events
    jobs: Jobs
    uploads: Uploads
    playback: Playback
    metrics: Metrics
    turns: Turns
    match_news: MatchNews
    facets: Results[dict[str, Any]]
    watched_folders: WatchedFolders
    folder_watcher: FolderWatcher
    errands: Errands
    analyses: Turns


def service_of(request: Request) -> Service:
    """The service that the app of a request was made with."""
    return cast(Service, request.app.state.service)


def video_of(
    request: Request,
    video_id: Annotated[str, Path(description="32 hex digits", max_length=100)],
) -> Iterator[Video]:
    """The video a path names, by its id alone; raises `NotFound`, and like `steady`."""
    if not _ID.fullmatch(video_id):
        raise NotFound(f"no video {video_id[:50]!r} in this library")
    library = service_of(request).library
    found = library.catalog.videos([video_id])
    if video_id not in found:
        raise NotFound(f"no video {video_id} in this library")
    with steady(library):
        yield found[video_id]


def present_of(video: Annotated[Video, Depends(video_of)]) -> Video:
    """The video a path names, to be handed out; raises `NotFound` where it was removed too."""
    return video.present()


@contextmanager
def steady(library: Library) -> Iterator[None]:
    """Files that are gone within, as videos come and go meanwhile, are `Refused`: ask again."""
    version = library.catalog.version
    try:
        yield
    except (ArchiveDamaged, FileNotFoundError) as error:
        if isinstance(error, ArchiveDamaged) and library.catalog.version == version:
            raise
        raise Refused(
            503,
            "busy",
            "the library was changed at this moment",
            remedy="ask again in a moment",
            headers={"Retry-After": "1"},
        ) from error


Shared = Annotated[Service, Depends(service_of)]
Named = Annotated[Video, Depends(video_of)]  # removed ones too
Present = Annotated[Video, Depends(present_of)]
