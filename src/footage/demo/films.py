"""The storyboard of the sample footage, and the queries whose answers follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import NamedTuple

SPEECH_STARTS = 1.0
"""Seconds into a film at which its speech is heard."""


class View(NamedTuple):
    """What of a photo is in the picture: the centre, and the width, of a 16:9 crop.

    ``x`` and ``y`` are shares of the photo's width and height; ``zoom`` is the crop's width as a
    share of the widest crop that fits.
    """

    x: float = 0.5
    y: float = 0.5
    zoom: float = 1.0


@dataclass(frozen=True)
class Shot:
    """A stretch of one photo or clip.

    ``seconds`` is its length on the film. ``move`` is the camera's way over a photo, from a view
    to a view; a clip has none and plays from its beginning. ``dissolve`` fades in from the shot
    before, during this shot's first 0.8 s.
    """

    part: str
    seconds: float
    move: tuple[View, View] | None = None
    dissolve: bool = False


@dataclass(frozen=True)
class Film:
    """One video file: what it shows, when it says it was recorded, what is spoken over it."""

    name: str
    title: str
    recorded: datetime
    shots: tuple[Shot, ...]
    speech: str | None = None

    @property
    def seconds(self) -> float:
        """The film's length in seconds."""
        return sum(shot.seconds for shot in self.shots)

    def span(self, part: str) -> tuple[float, float]:
        """From the first to the last second in which the part is shown, which it must be."""
        starts, ends, clock = [], [], 0.0
        for shot in self.shots:
            if shot.part == part:
                starts.append(clock)
                ends.append(clock + shot.seconds)
            clock += shot.seconds
        return min(starts), max(ends)


@dataclass(frozen=True)
class SampleQuery:
    """A sentence, and the moment that answers it: file name, and start and end in seconds.

    ``spoken``: the answer is heard, not seen, so it takes a reader of speech to find it.
    """

    text: str
    expects: str
    start: float
    end: float
    spoken: bool = False


_WHOLE = View()

FILMS: tuple[Film, ...] = (
    Film(
        "space-centre.mp4",
        "At the space centre",
        datetime(2023, 7, 15, 19, 42, tzinfo=timezone.utc),
        (
            Shot("rocket", 7, (_WHOLE, View(0.5, 0.6, 0.72))),
            Shot("rocket", 4, (View(0.5, 0.75, 0.55), View(0.5, 0.5, 0.55))),
            Shot("astronaut", 7, (View(0.5, 0.3), View(0.45, 0.6, 0.9)), dissolve=True),
            Shot("astronaut", 4, (View(0.4, 0.6, 0.75), View(0.42, 0.3, 0.75))),
            Shot("moon", 6, (View(0.5, 0.3), View(0.5, 0.6, 0.8)), dissolve=True),
            Shot("galaxies", 7, (View(0.5, 0.4, 0.6), _WHOLE), dissolve=True),
        ),
    ),
    Film(
        "sunday-at-home.mp4",
        "Sunday at home",
        datetime(2024, 2, 11, 9, 5, tzinfo=timezone.utc),
        (
            Shot("coffee", 7, (View(0.5, 0.5, 0.8), View(0.52, 0.48, 0.95))),
            Shot("coffee", 4, (View(0.55, 0.35, 0.55), View(0.6, 0.4, 0.5))),
            Shot("cat", 7, (_WHOLE, View(0.45, 0.35, 0.75)), dissolve=True),
            Shot("cat", 5, (View(0.4, 0.3, 0.6), View(0.6, 0.35, 0.6))),
            Shot("rabbit", 5.2),
        ),
    ),
    Film(
        "garage-and-garden.mp4",
        "The garage and the garden",
        datetime(2024, 5, 4, 14, 30, tzinfo=timezone.utc),
        (
            Shot("motorcycle", 7, (_WHOLE, View(0.5, 0.6, 0.8))),
            Shot("motorcycle", 5, (View(0.35, 0.6, 0.55), View(0.7, 0.55, 0.55))),
            Shot("gravel", 4, (View(0.5, 0.3, 0.8), View(0.5, 0.5, 0.8))),
            Shot("grass", 5, (View(0.4, 0.5, 0.7), View(0.6, 0.4, 0.7)), dissolve=True),
            Shot("flower", 8, (_WHOLE, View(0.5, 0.5, 0.7)), dissolve=True),
            Shot("flower", 5, (View(0.5, 0.45, 0.5), View(0.52, 0.5, 0.4))),
        ),
    ),
    Film(
        "city-trip.mp4",
        "City trip",
        datetime(2022, 10, 22, 11, 17, tzinfo=timezone.utc),
        (
            Shot("bicycles", 10),
            Shot("brick", 4, (View(0.5, 0.7, 0.9), View(0.5, 0.4, 0.9))),
            Shot("pagoda", 7, (View(0.6, 0.5), View(0.4, 0.45, 0.8)), dissolve=True),
            Shot("pagoda", 4, (View(0.3, 0.6, 0.5), View(0.35, 0.35, 0.5))),
            Shot("arches", 7, (_WHOLE, View(0.55, 0.6, 0.75)), dissolve=True),
            Shot("skyscrapers", 7.6),
            Shot("carphone", 4),
        ),
    ),
    Film(
        "old-photographs.mp4",
        "A reading over old photographs",
        datetime(2021, 12, 27, 16, 0, tzinfo=timezone.utc),
        (
            Shot("camera", 8, (View(0.5, 0.3), View(0.45, 0.45, 0.85))),
            Shot("camera", 6, (View(0.45, 0.25, 0.55), View(0.55, 0.3, 0.5))),
            Shot("coins", 8, (View(0.5, 0.3), View(0.5, 0.7)), dissolve=True),
            Shot("coins", 6, (View(0.2, 0.5, 0.5), View(0.8, 0.5, 0.5))),
            Shot("writing", 8, (View(0.2, 0.5, 0.8), View(0.8, 0.5, 0.8)), dissolve=True),
            Shot("page", 8, (View(0.5, 0.4), View(0.45, 0.5, 0.8)), dissolve=True),
            Shot("page", 4, (View(0.3, 0.3, 0.5), View(0.6, 0.4, 0.5))),
        ),
        speech="reading",
    ),
    Film(
        "open-day-at-the-lab.mp4",
        "Open day at the lab",
        datetime(2023, 11, 3, 13, 25, tzinfo=timezone.utc),
        (
            Shot("retina", 7, (_WHOLE, View(0.4, 0.5, 0.6))),
            Shot("retina", 4, (View(0.25, 0.5, 0.4), View(0.5, 0.5, 0.4))),
            Shot("tissue", 7, (View(0.4, 0.4, 0.9), View(0.6, 0.7, 0.7)), dissolve=True),
            Shot("tissue", 5, (View(0.5, 0.7, 0.5), View(0.5, 0.85, 0.4))),
        ),
    ),
)


def _shown(text: str, name: str, part: str) -> SampleQuery:
    """A query answered by all of a part's shots in the film of that name."""
    film = next(film for film in FILMS if film.name == name)
    return SampleQuery(text, name, *film.span(part))


SAMPLE_QUERIES: tuple[SampleQuery, ...] = (
    _shown("a cup of coffee on a table", "sunday-at-home.mp4", "coffee"),
    _shown("a cat looking at the camera", "sunday-at-home.mp4", "cat"),
    _shown("a cartoon rabbit", "sunday-at-home.mp4", "rabbit"),
    _shown("an astronaut in a spacesuit", "space-centre.mp4", "astronaut"),
    _shown("a rocket on its launch pad", "space-centre.mp4", "rocket"),
    _shown("a red motorcycle", "garage-and-garden.mp4", "motorcycle"),
    _shown("skyscrapers at night", "city-trip.mp4", "skyscrapers"),
    SampleQuery(  # heard 13.2 to 17.0 s into the reading
        "the season of light, the season of darkness",
        "old-photographs.mp4",
        SPEECH_STARTS + 13.2,
        SPEECH_STARTS + 17.0,
        spoken=True,
    ),
)
