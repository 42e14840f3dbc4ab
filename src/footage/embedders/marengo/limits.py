"""What the service takes, checked before a byte is sent, and what it costs.

Limits are those of docs.twelvelabs.io and of the SDK's docstrings (1.3.6) in November 2026; the
price is about what the service asks for a minute of video then. `FOOTAGE_MARENGO_DOLLARS_A_MINUTE`
says another.
"""

from __future__ import annotations

from footage.errors import MediaError
from footage.media.faults import shown
from footage.media.probe import VideoInfo
from footage.media.web import Place, WebVideo
from footage.settings import Environment

SHORTEST, LONGEST = 4.0, 4 * 3600.0  # seconds
LARGEST = 10_000_000_000  # bytes, in parts
LARGEST_ON_THE_WEB = 4_000_000_000  # bytes that the service fetches by itself
LEAST_SIDE = 360  # pixels
PRICES_OF = "2026-11"
DOLLARS_A_MINUTE = 0.04


def check_video(path: Place, info: VideoInfo) -> None:
    """Raise `MediaError` for a video that the service would refuse, with the limit in it."""
    web = isinstance(path, WebVideo)
    size, largest = _size_of(path), LARGEST_ON_THE_WEB if web else LARGEST
    if info.duration < SHORTEST:
        raise _refused(path, f"lasts {info.duration:.1f} s, and at least {SHORTEST:g} s are taken")
    if info.duration > LONGEST:
        raise _refused(path, f"lasts {info.duration / 3600:.1f} h, and at most 4 h are taken")
    if size > largest:
        raise _refused(path, f"has {size / 1e9:.1f} GB, and at most {largest / 1e9:g} are taken")
    if min(info.width, info.height) < LEAST_SIDE:
        raise _refused(
            path, f"is {info.width} x {info.height}, and at least {LEAST_SIDE} a side are taken"
        )


def price(seconds: float) -> float:
    """About how many dollars the service asks for embedding so many seconds of video."""
    a_minute = Environment().marengo_dollars_a_minute
    return seconds / 60 * (DOLLARS_A_MINUTE if a_minute is None else a_minute)


def _size_of(path: Place) -> int:
    """Bytes; 0 where a server does not say."""
    if isinstance(path, WebVideo):
        return (path.stamp and path.stamp.size) or 0
    return path.stat().st_size


def _refused(path: Place, why: str) -> MediaError:
    return MediaError(
        f"{shown(path)} {why} by Twelve Labs", remedy="cut or re-encode it, or use another embedder"
    )
