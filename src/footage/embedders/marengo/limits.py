"""What the service takes, checked before a byte is sent, and what it costs.

Limits are those of docs.twelvelabs.io and of the SDK's docstrings (1.3.6) in November 2026; the
price is about what the service asks for a minute of video then. `FOOTAGE_MARENGO_DOLLARS_A_MINUTE`
says another.
"""

from __future__ import annotations

from footage.embedders.marengo.requests import NEW, OLD, Model
from footage.errors import InvalidQuery, MediaError
from footage.media.faults import shown
from footage.media.probe import VideoInfo
from footage.media.web import Place, WebVideo
from footage.settings import Environment

SHORTEST, LONGEST = 4.0, 4 * 3600.0  # seconds
LARGEST = 10_000_000_000  # bytes, in parts
LARGEST_ON_THE_WEB = 4_000_000_000  # bytes that the service fetches by itself
LEAST_SIDE = 360  # pixels

# of a query
LONGEST_QUERY: dict[Model, float] = {OLD: 600.0, NEW: 30.0}  # seconds of a clip or a sound
LARGEST_QUERY = 32_000_000  # bytes of a picture, a clip or a sound, before base64
MOST_TOKENS: dict[Model, int] = {OLD: 500, NEW: 2000}  # of a text
PRICES_OF = "2026-11"
DOLLARS_A_MINUTE = 0.04


def check_video(path: Place, info: VideoInfo) -> None:
    """Raise `MediaError` for a video that the service would refuse, with the limit in it."""
    web = isinstance(path, WebVideo)
    size, largest = _size_of(path), LARGEST_ON_THE_WEB if web else LARGEST
    if info.duration < SHORTEST:
        raise _refused(path, f"lasts {info.duration:.1f} s", f"{SHORTEST:g} s or more")
    if info.duration > LONGEST:
        raise _refused(path, f"lasts {info.duration / 3600:.1f} h", "4 h at most")
    if size > largest:
        raise _refused(path, f"has {size / 1e9:.1f} GB", f"{largest / 1e9:g} GB at most")
    if min(info.width, info.height) < LEAST_SIDE:
        size_now = f"is {info.width} x {info.height}"
        raise _refused(path, size_now, f"{LEAST_SIDE} pixels or more a side")


def check_text(text: str, model: Model) -> None:
    """Raise `InvalidQuery` for a text that has more words than the service takes tokens.

    It counts tokens in a way of its own, at least one a word, and refuses what is still too long.
    """
    words, most = len(text.split()), MOST_TOKENS[model]
    if words > most:
        raise InvalidQuery(
            f"the query has {words:,} words, and {model} takes at most {most:,} tokens",
            remedy="keep it short: one sentence finds more than a page",
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


def _refused(path: Place, why: str, taken: str) -> MediaError:
    return MediaError(
        f"{shown(path)} {why}, and Twelve Labs takes {taken}",
        remedy="cut or re-encode it, or use another embedder",
    )
