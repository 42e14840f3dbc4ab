"""Examples as the service takes them: pictures, clips and sounds made ready to be sent along.

Files are decoded here and encoded anew, so no more leaves this machine than is asked by: the
stretch alone, without the file's name, place or date.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from footage.embedders.marengo.limits import (
    LARGEST_QUERY,
    LEAST_SIDE,
    LONGEST_QUERY,
    SHORTEST,
)
from footage.embedders.marengo.requests import OLD, Medium, Model, Source
from footage.errors import InvalidQuery
from footage.example import Example
from footage.media.excerpt import clip_excerpt, sound_excerpt, sound_seconds
from footage.media.previews import jpeg
from footage.media.probe import probe
from footage.media.stills import read_still

LARGEST_PICTURE = 2048  # pixels a side: models look at less
MOST_SIDE = 720  # pixels, of a clip's shorter side
JPEG_QUALITY = 92


def medium(example: Example, model: Model) -> Medium:
    """An example ready for a request. Raises `InvalidQuery` and `MediaError`; nothing is sent."""
    if example.kind == "image":
        return Medium("image", _picture(example))
    if example.kind == "clip":
        return Medium("video", _clip(example, model))
    return Medium("audio", _sound(example, model))


def as_one(text: str | None, examples: Sequence[Example], model: Model) -> bool:
    """Whether the model itself makes one vector of a text and examples together.

    3.0 does of pictures, 3.5 of everything; but it wants a text beside examples of several kinds.
    """
    kinds = {example.kind for example in examples}
    if model == OLD:
        return kinds == {"image"}
    return len(kinds) == 1 or (len(kinds) > 1 and text is not None)


def _picture(example: Example) -> Source:
    if example.url:
        return Source(url=example.url)
    image = read_still(example.path)
    image.thumbnail((LARGEST_PICTURE, LARGEST_PICTURE))
    return _sent(example, jpeg(np.asarray(image), quality=JPEG_QUALITY))


def _clip(example: Example, model: Model) -> Source:
    info = probe(example.path)
    start, end = example.stretch(info.duration, longest=LONGEST_QUERY[model])
    if model == OLD and end - start < SHORTEST:
        raise InvalidQuery(
            f"the clip of {example} lasts {end - start:.1f} s, and at least {SHORTEST:g} s are "
            "taken by Twelve Labs",
            remedy="name a longer stretch",
        )
    sides = LEAST_SIDE, MOST_SIDE
    data = clip_excerpt(example.path, info, start, end, sides=sides, most_bytes=LARGEST_QUERY)
    return _sent(example, data)


def _sound(example: Example, model: Model) -> Source:
    duration = sound_seconds(example.path)
    start, end = example.stretch(duration, longest=LONGEST_QUERY[model])
    return _sent(example, sound_excerpt(example.path, start, end))


def _sent(example: Example, data: bytes) -> Source:
    if len(data) > LARGEST_QUERY:
        raise InvalidQuery(
            f"the {example.kind} of {example} has {len(data) / 1e6:.1f} MB, and at most "
            f"{LARGEST_QUERY / 1e6:g} are taken by Twelve Labs",
            remedy="name a shorter stretch",
        )
    return Source.of(data)
