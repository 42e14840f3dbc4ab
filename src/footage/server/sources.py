"""What a job names, checked: paths within the roots, addresses, uploads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from footage.errors import MediaMissing, UsageError
from footage.media.patterns import has_magic
from footage.media.urls import is_url
from footage.media.web import Place, WebVideo
from footage.paths import absolute
from footage.server.faults import Refused
from footage.server.uploads import Uploads

UPLOAD = "upload:"


class Sources:
    """Tells what may be indexed from what may not."""

    def __init__(self, roots: Sequence[Path], uploads: Uploads, most: int) -> None:
        """``roots`` are the folders that videos may come from; ``most`` sources are taken."""
        self._roots = [absolute(root) for root in roots]
        self._uploads, self._most = uploads, most

    def places(self, sources: Sequence[str]) -> list[Place]:
        """Where the sources lie.

        Raises `UsageError`, `MediaMissing`, and `Refused` for what is outside the roots.
        """
        if not sources or len(sources) > self._most:
            raise UsageError(
                f"the job has {len(sources):,} sources", remedy=f"name 1 to {self._most:,}"
            )
        return [self._place(source) for source in sources]

    def folder(self, source: str) -> Path:
        """A folder within the roots; raises like `places`, and `UsageError` for another thing."""
        place = self._place(source)
        if not isinstance(place, Path) or not place.is_dir():
            raise UsageError(f"{source!r:.100} is no folder", remedy="name a folder")
        return place

    def names(self, sources: Sequence[str]) -> dict[str, str]:
        """What the uploads among the sources are called; raises `Refused` where one is not here."""
        return {
            source: self._uploads.upload(source.removeprefix(UPLOAD)).name
            for source in sources
            if source.startswith(UPLOAD)
        }

    def forget_upload(self, path: Path) -> None:
        """Delete an upload that is no video; other files are nobody's to delete."""
        self._uploads.forget(path)

    def _place(self, source: str) -> Place:
        if source.startswith(UPLOAD):
            return self._uploads.path(source.removeprefix(UPLOAD))
        if is_url(source):
            return WebVideo(source)
        if not source or "\0" in source:
            raise UsageError(f"{source!r:.100} is no source", remedy="give a path or an address")
        path = absolute(source)
        if not self._is_within(path):
            raise self._outside()
        if not path.exists():
            what = "is a pattern" if has_magic(source) else "is not there"
            raise MediaMissing(
                f"{path} {what}", remedy="name a file or a folder that this machine has"
            )
        return path

    def _outside(self) -> Refused:
        """Refuses a path without telling whether anything is there."""
        roots = ", ".join(map(str, self._roots)) or "no folder"
        return Refused(
            403,
            "access_refused",
            f"that path is outside the folders this server was started to index ({roots})",
            remedy="check how it is written, start the server with `--root FOLDER`,"
            " or index it with `footage index`",
        )

    def _is_within(self, path: Path) -> bool:
        """Whether a path, and what it leads to if it is a link, lies below a root."""
        try:
            real = path.resolve()
        except (OSError, RuntimeError):  # links in a circle
            return False
        return any(real.is_relative_to(root.resolve()) for root in self._roots)
