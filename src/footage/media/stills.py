"""Reading one still picture from a file, upright, as eight-bit RGB."""

from __future__ import annotations

import os
import struct
import warnings
import zlib
from importlib.util import find_spec

import numpy as np
from av.video.frame import VideoFrame
from PIL import Image, ImageOps, UnidentifiedImageError

from footage.errors import UnreadableMedia
from footage.media.faults import media_fault, shown
from footage.media.identity import FileStamp
from footage.media.probe import VideoInfo

# What cameras, phones and the web write. Pillow's other readers are for printers, icons and
# instruments; one of them starts a program.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "JPEG2000", "PPM") + (
    ("AVIF",) if find_spec("PIL.AvifImagePlugin") else ()  # from Pillow 11.3
)

SUFFIXES = frozenset(
    (
        ".jpg",
        ".jpeg",
        ".png",
        ".webp",
        ".gif",
        ".bmp",
        ".tif",
        ".tiff",
        ".jp2",
        ".ppm",
        ".avif",
        ".heic",
    )
)
"""Of files that are meant to be pictures, whatever is in them."""

MOST_PIXELS = 178_956_970  # beyond them Pillow opens nothing: half a gigabyte of RGB
LARGEST_SIDE = 4096  # pixels; JPEGs are read at a half or a quarter while they stay above it

# A photo with a second one, for depth or another exposure, behind the first.
_SEVERAL_IN_ONE = "MPO"

# What Pillow's readers raise on damaged data, all of it met in fuzzing.
_BROKEN = (
    OSError,
    ValueError,
    TypeError,
    SyntaxError,
    RuntimeError,
    MemoryError,
    EOFError,
    IndexError,
    struct.error,
    zlib.error,
)


def read_still(path: str | os.PathLike[str]) -> Image.Image:
    """The picture in a file as an upright RGB image; what is transparent is white.

    Raises `MediaMissing`, `MediaForbidden`, and `UnreadableMedia` for a file that is no picture,
    breaks off, holds several of them, or is larger than `MOST_PIXELS`.
    """
    with _open(path) as image:
        try:
            count = _count(image)
            if count == 1:
                image.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
                return _rgb(ImageOps.exif_transpose(image))
        except _BROKEN as error:
            raise _damaged(path) from error
    raise UnreadableMedia(
        f"{shown(path)} holds {count} pictures, and one is wanted",
        remedy="save the one you mean, or search by it as a clip",
    )


def is_still(path: str | os.PathLike[str]) -> bool:
    """Whether a file begins as one picture. Raises `MediaMissing` and `MediaForbidden`."""
    try:
        image = _open(path)
    except UnreadableMedia:
        return False
    with image:
        try:
            return _count(image) == 1
        except _BROKEN:
            return True


def as_frame(image: Image.Image) -> tuple[VideoFrame, VideoInfo]:
    """A picture as the one frame of a video, for what is made to look at frames."""
    frame = VideoFrame.from_ndarray(np.asarray(image), format="rgb24")
    info = VideoInfo(
        duration=0.0,
        width=image.width,
        height=image.height,
        fps=0.0,
        codec="",
        container="",
        has_audio=False,
        rotation=0,
        recorded_at=None,
        title=None,
    )
    return frame, info


def _open(path: str | os.PathLike[str]) -> Image.Image:
    if FileStamp.of(path).size == 0:
        raise UnreadableMedia(f"{shown(path)} is empty (0 bytes)", remedy="save it again")
    try:
        with warnings.catch_warnings():  # of half as many pixels as it refuses
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(path, formats=FORMATS)
    except UnidentifiedImageError as error:
        raise UnreadableMedia(
            f"{shown(path)} is not a picture that can be read here",
            remedy="save it as a JPEG or PNG",
        ) from error
    except Image.DecompressionBombError as error:
        raise UnreadableMedia(
            f"{shown(path)} has more than {MOST_PIXELS:,} pixels", remedy="save a smaller copy"
        ) from error
    except _BROKEN as error:
        told_by_system = isinstance(error, OSError) and error.errno is not None
        raise (media_fault(error, path) if told_by_system else _damaged(path)) from error


def _damaged(path: str | os.PathLike[str]) -> UnreadableMedia:
    return UnreadableMedia(
        f"{shown(path)} is a picture that breaks off or is damaged",
        remedy="check that it opens elsewhere, then copy it or save it again",
    )


def _count(image: Image.Image) -> int:
    return 1 if image.format == _SEVERAL_IN_ONE else getattr(image, "n_frames", 1)


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "F":
        raise ValueError("numbers of any size are no brightness")
    if image.mode.startswith("I"):
        return _rgb(_eight_bits(image))
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info:
        clear = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """A grey picture of 16 bits as one of 8: Pillow would cut off all that is not nearly black."""
    deep = np.asarray(image).astype(np.int64)
    return Image.fromarray((np.clip(deep, 0, 0xFFFF) >> 8).astype(np.uint8))
