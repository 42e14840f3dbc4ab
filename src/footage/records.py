"""What the archive keeps of a video's catalog row, so that a lost catalog can be written again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from footage.catalog import Video
from footage.errors import UsageError
from footage.media.identity import FileStamp
from footage.media.web import WebVideo

Locations = list[tuple[Path, FileStamp]]


def describe(video: Video, locations: Iterable[tuple[Path, FileStamp]]) -> dict[str, Any]:
    """The ``video`` object of an archive header: sizes in pixels and bytes, dates in UTC."""
    return {
        "title": video.title,
        "url": video.url,
        "width": video.width,
        "height": video.height,
        "fps": video.fps,
        "codec": video.codec,
        "has_audio": video.has_audio,
        "recorded_at": video.recorded_at.isoformat(),
        "added_at": video.added_at.isoformat(),
        "locations": [
            {
                "path": os.fspath(path),
                "size": stamp.size,
                "mtime_ns": stamp.mtime_ns,
                "inode": stamp.inode,
            }
            for path, stamp in locations
        ],
    }


def described(header: Mapping[str, Any]) -> tuple[Video, Locations] | None:
    """The video an archive header describes, and where it lay; None where it does not say.

    Files of an early footage have no ``video`` object, and a hostile one may have anything in it.
    """
    try:
        about = header["video"]
        video = Video(
            video_id=header["video_id"],
            title=str(about["title"]),
            duration=float(header["duration"]),
            width=int(about["width"]),
            height=int(about["height"]),
            fps=float(about["fps"]),
            codec=str(about["codec"]),
            has_audio=bool(about["has_audio"]),
            recorded_at=datetime.fromisoformat(about["recorded_at"]),
            added_at=datetime.fromisoformat(about["added_at"]),
            url=None if about["url"] is None else WebVideo(str(about["url"])).url,
        )
        locations = [(Path(lies["path"]), _stamp(lies)) for lies in about["locations"]]
    except (KeyError, TypeError, ValueError, UsageError):
        return None
    return video, locations


def _stamp(lies: Mapping[str, Any]) -> FileStamp:
    return FileStamp(int(lies["size"]), int(lies["mtime_ns"]), int(lies["inode"]))
