"""An example: a picture, a sound or a stretch of a video that a query is asked by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from footage.arguments import check_signed_weight, is_number
from footage.errors import InvalidQuery, MediaError, NoVideo
from footage.paths import absolute, printable

KINDS = ("image", "sound", "clip")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_WEIGHTED = re.compile(r"(.+)\^(-?\d*\.?\d+)", re.ASCII | re.DOTALL)
_STRETCH = re.compile(r"(.+)@([\d:.]*)-([\d:.]*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """What a query is asked by, beside a text or instead of one.

    >>> Example("beach.jpg")
    >>> Example("holiday.mp4", start=12, end=15.5, weight=2)

    Raises `InvalidQuery` for what cannot be asked, and `MediaError` where the kind is not said and
    the file does not show it.
    """

    source: str | Path
    """A file, or the http(s) address of a picture where the embedder can fetch it."""
    kind: str = ""
    """One of `KINDS`: a sound is what is heard in its file, which may be a video; a clip is what
    is seen. Told from the file's content where it is not given.
    """
    start: float | None = None
    """Seconds into the file at which a sound or clip begins; None is its beginning."""
    end: float | None = None
    """Seconds into the file at which it ends; None, or beyond it, is its end."""
    weight: float = 1.0
    """How much it counts beside the other parts of the query; below 0 it is what is not wanted."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", _source(self.source))
        object.__setattr__(self, "kind", self.kind or _kind_of(self.source))
        if self.kind not in KINDS:
            raise InvalidQuery(
                f"{self.kind!r:.100} is no kind of example", remedy=f"use one of {', '.join(KINDS)}"
            )
        if self.url and self.kind != "image":
            raise InvalidQuery(
                f"{self} cannot be a {self.kind}: only a picture is taken from an address",
                remedy="download it and give the file",
            )
        self._check_stretch()
        check_signed_weight("weight", self.weight)

    def __str__(self) -> str:
        return printable(str(self.source))

    @classmethod
    def parse(cls, text: str, kind: str) -> Example:
        """Read ``FILE``, ``FILE@START-END`` or either with ``^WEIGHT``, as typed on a command line.

        ``FILE`` may have an ``@`` or ``^`` in it: the last ones count, and only where times or a
        number follow. Either time may be left out, so ``a@1-2@-`` is the whole file ``a@1-2``.
        A picture has no times, and is asked for by its address as by its file.
        """
        weight, start, end = "1", "", ""
        if weighted := _WEIGHTED.fullmatch(text):
            text, weight = weighted.groups()
        if kind != "image" and (stretch := _STRETCH.fullmatch(text)):
            text, start, end = stretch.groups()
        return cls(
            text,
            kind,
            start=seconds(start) if start else None,
            end=seconds(end) if end else None,
            weight=float(weight),
        )

    @property
    def url(self) -> str | None:
        """The address; None where it is a file."""
        return self.source if isinstance(self.source, str) else None

    @property
    def path(self) -> Path:
        """The file, absolute. Raises `InvalidQuery` where it is an address."""
        if isinstance(self.source, Path):
            return self.source
        raise InvalidQuery(
            f"{self} is an address, and this embedder fetches nothing",
            remedy="download the picture and give the file",
        )

    @property
    def identity(self) -> tuple[str, str, float | None, float | None] | None:
        """Equal where a model is given the same, wherever the file lies; without the weight.

        All of the file is read for the hash of its content. None for an address, behind which
        there may be another picture tomorrow. Raises `MediaError`.
        """
        from footage.media.identity import content_id

        return None if self.url else (self.kind, content_id(self.path), self.start, self.end)

    def stretch(self, duration: float, *, longest: float) -> tuple[float, float]:
        """Where it begins and ends in its file, in seconds; ``duration`` 0 is one nobody knows.

        Raises `InvalidQuery` where it begins beyond the end, or lasts over ``longest``.
        """
        start, end = self.start or 0.0, inf if self.end is None else self.end
        if duration and start >= duration:
            raise InvalidQuery(
                f"{self} lasts {duration:.1f} s, and the {self.kind} begins at {start:g} s",
                remedy="let it begin earlier",
            )
        if duration:
            end = min(end, duration)
        elif end == inf:
            end = start + longest
        if end - start > longest:
            raise InvalidQuery(
                f"the {self.kind} of {self} lasts {end - start:.1f} s, and at most {longest:g} s "
                "are taken",
                remedy="name a stretch of it, as FILE@1:30-1:40",
            )
        return start, end

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``examples`` in ``search --json``."""
        return {
            "source": str(self.source),
            "kind": self.kind,
            "start": self.start,
            "end": self.end,
            "weight": self.weight,
        }

    def _check_stretch(self) -> None:
        for name, value in (("start", self.start), ("end", self.end)):
            if value is None:
                continue
            if self.kind == "image":
                raise InvalidQuery(f"{self} is a picture, and has no {name}", remedy="leave it out")
            if not is_number(value) or value < 0:
                raise InvalidQuery(
                    f"the {name} of {self} is {value!r:.100}", remedy="give seconds, 0 or more"
                )
        if self.end is not None and self.end <= (self.start or 0.0):
            raise InvalidQuery(
                f"the {self.kind} of {self} ends at {self.end:g} s, before it begins",
                remedy="let it end later than it begins",
            )


def seconds(text: str) -> float:
    """``90``, ``1:30`` or ``0:01:30.5`` in seconds. Raises `InvalidQuery`."""
    parts = text.strip().split(":")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    below = any(not 0 <= number < 1e7 for number in numbers)
    over = any(number >= 60 for number in numbers[1:])
    if not 1 <= len(numbers) <= 3 or below or over:
        raise InvalidQuery(f"{text!r} is not a time", remedy="write 90, 1:30 or 0:01:30")
    total = 0.0
    for number in numbers:
        total = 60 * total + number
    return total


def _source(source: object) -> str | Path:
    if isinstance(source, str) and _ADDRESS.match(source):
        return source
    if isinstance(source, (str, Path)) and str(source) and "\0" not in str(source):
        return absolute(source)
    raise InvalidQuery(f"{source!r:.100} is no example", remedy="give a file")


def _kind_of(source: str | Path) -> str:
    """What a file is by its content: an animation is a clip."""
    from footage.media.stills import SUFFIXES, is_still, read_still

    if isinstance(source, str) or is_still(source):
        return "image"
    try:
        return _moving_kind(source)
    except MediaError:
        if source.suffix.lower() in SUFFIXES:
            read_still(source)  # which says what is wrong with a picture
        raise


def _moving_kind(source: Path) -> str:
    from footage.media.container import open_container, video_stream

    with open_container(source) as container:
        try:
            video_stream(container, source)
        except NoVideo:
            if container.streams.audio:
                return "sound"
            raise
        return "clip"
