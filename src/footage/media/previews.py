"""Pictures of a video for people to look at."""

from __future__ import annotations

from io import BytesIO

from av.video.frame import VideoFrame
from PIL import Image

from footage.errors import InvalidQuery
from footage.media.faults import shown
from footage.media.frames import FrameReader, RGBImage, RGBScaler
from footage.media.probe import VideoInfo, probe
from footage.media.web import Place

# Pillow's scale. Below 75 text on thumbnails smears; above 85 they grow by half for nothing seen.
JPEG_QUALITY = 80


def jpeg(image: RGBImage, *, quality: int = JPEG_QUALITY) -> bytes:
    """An RGB array [height, width, 3] as a JPEG file."""
    buffer = BytesIO()
    Image.fromarray(image, "RGB").save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def thumbnail_size(info: VideoInfo, width: int = 320) -> tuple[int, int]:
    """(width, height) in pixels at the video's display aspect, no wider than the video."""
    width = max(1, min(width, info.width))
    # swscale takes interlaced pictures apart, and needs a line for either half
    return width, max(2, round(width * info.height / info.width))


def thumbnail(frame: VideoFrame, *, info: VideoInfo, width: int = 320) -> bytes:
    """A decoded frame as a small upright JPEG of at most ``width`` pixels."""
    return jpeg(RGBScaler(*thumbnail_size(info, width), info.rotation)(frame))


def picture_at(place: Place, seconds: float, width: int) -> bytes:
    """What a video shows at a time, as a JPEG of at most ``width`` pixels.

    Raises `MediaError`, and `InvalidQuery` where it is over by then.
    """
    info, on_display = probe(place), None
    with FrameReader(place, start=seconds) as reader:
        for time, frame in reader:
            if time > seconds and on_display is not None:
                break
            on_display = frame
        over = reader.end_time <= seconds
    if on_display is None or over:
        raise InvalidQuery(
            f"{shown(place)} is over by {seconds:g} s", remedy="name an earlier time"
        )
    return thumbnail(on_display, info=info, width=width)
