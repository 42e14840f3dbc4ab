"""A video on the web, which stands where the path of a file would."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cached_property, partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from footage.errors import UnreadableMedia
from footage.media import peers
from footage.media.urls import name_of, read_url
from footage.media.web_stamp import WebStamp

if TYPE_CHECKING:
    from footage.media.http_file import HttpFile, Line

T = TypeVar("T")

AT_ONCE = 8  # requests: enough to hide a server's answering time, few enough for it to bear
HEAD = 1_024  # bytes that tell a web page or a playlist from a video
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)", re.I | re.S)
_PLAYLIST = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:#EXTM3U|<\?xml[^>]*>\s*<MPD|<MPD)", re.I)
_PAGES = {"text/html", "application/xhtml+xml"}


class WebVideo:
    """A video at an address. Two are equal where only what signs their addresses differs."""

    def __init__(self, address: str) -> None:
        """Nothing is asked for yet. Raises `UsageError` for what is no address of the web."""
        self._url = read_url(address)
        self._from_anywhere = peers.are_owners()
        self.stamp: WebStamp | None = None
        """What its server said of it when it was looked at; what is read later has to agree."""

    @property
    def url(self) -> str:
        """The address as it is shown and known by: without what signs it."""
        return self._url.plain

    @property
    def address(self) -> str:
        """The address to ask for, with what signs it: not to be shown or logged."""
        return self._url.whole

    @property
    def name(self) -> str:
        """What a file of it would be called."""
        return name_of(self.url)

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        """The name's suffix, with its dot; empty where there is none."""
        return PurePosixPath(self.name).suffix

    def __str__(self) -> str:
        return self.url

    def __repr__(self) -> str:
        return f"WebVideo({self.url!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WebVideo) and self.url == other.url

    def __hash__(self) -> int:
        return hash(self.url)

    def look(self) -> WebStamp:
        """Ask what lies there, reading no more than its first kilobyte.

        Asked for with GET, as addresses that are signed for it answer to nothing else. Raises
        MediaMissing, MediaForbidden, MediaUnreachable, and UnreadableMedia for a page or playlist.
        """
        reply, head = self._line.patiently(partial(self._line.head, self._url, HEAD))
        if _PAGE.match(head) or (reply.kind in _PAGES and b"\0" not in head):
            raise UnreadableMedia(
                f"{self.url} is a web page, not a video",
                remedy="give the address of the video file itself",
            )
        if _PLAYLIST.match(head):
            raise UnreadableMedia(
                f"{self.url} is a playlist, not a video",
                remedy="give the address of a video file",
            )
        self.stamp = reply.stamp
        return reply.stamp

    def open(self) -> HttpFile:
        """It as a file object; raises like `look`, and MediaChanged where it is another by now."""
        from footage.media.http_file import HttpFile

        file = HttpFile(self._line, self._url, self.name, self.stamp)
        self.stamp = file.stamp
        return file

    def hang_up(self) -> None:
        """End all reading of it at once, for good; what was reading fails."""
        self._line.hang_up()

    @cached_property
    def _line(self) -> Line:
        from footage.media.http_file import Line

        return Line(from_anywhere=self._from_anywhere)


Place: TypeAlias = Path | WebVideo
"""Where a video lies."""


def at_once(
    videos: Sequence[WebVideo], work: Callable[[WebVideo], T]
) -> Generator[tuple[WebVideo, Future[T]], None, None]:
    """Each video with what ``work`` made of it, in order, several at a time: servers take theirs.

    Left early, as by Ctrl-C, it hangs up on all that is not done.
    """
    workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="footage-web")
    waiting = {video: workers.submit(work, video) for video in videos}
    try:
        for video in videos:
            wait([waiting[video]])
            yield video, waiting.pop(video)
    finally:
        for video in waiting:
            video.hang_up()
        workers.shutdown(cancel_futures=True)
