"""Pictures of a video for people to look at."""

from __future__ import annotations

from io import BytesIO

from av.video.frame import VideoFrame
from PIL import Image

from footage.media.frames import RGBImage, RGBScaler
from footage.media.probe import VideoInfo

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
