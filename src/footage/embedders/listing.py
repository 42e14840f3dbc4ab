"""What models there are: the one inside, those on the shelf, and those worth fetching."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from footage.embedders.lite import MODEL_FOLDER, LiteEmbedder
from footage.embedders.local import BATCH
from footage.embedders.pace import measure
from footage.embedders.shelf import Note, Shelf
from footage.settings import Sampling


class Known(NamedTuple):
    """A model on the hub; its size is by its parameters, at four bytes each."""

    name: str
    megabytes: int
    dimension: int
    good_for: str


CATALOGUE = (
    Known(
        "clip:ViT-B-32-SigLIP2-256__webli",
        1510,
        768,
        "most libraries (the default of `clip`); many languages",
    ),
    Known("clip:ViT-B-32__openai", 605, 512, "little disk and memory; English"),
    Known(
        "clip:ViT-B-16-SigLIP2__webli",
        1500,
        768,
        "smaller things in the picture, at four times the time; many languages",
    ),
    Known(
        "clip:ViT-L-16-SigLIP2-256__webli",
        3530,
        1024,
        "quality, with a GPU or patience; many languages",
    ),
    Known(
        "clip:ViT-SO400M-16-SigLIP2-384__webli",
        4550,
        1152,
        "the best on this list, with a GPU; many languages",
    ),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """One model as `footage models` lists it."""

    name: str
    where: str
    """``inside``, ``here``, or ``hub`` for one that is still to be fetched."""
    revision: str | None
    size: int
    """Bytes of its files."""
    dimension: int
    milliseconds: float | None
    """A frame, measured on this machine; None where it was not."""
    good_for: str

    def to_json(self) -> dict[str, Any]:
        """The shape of an entry of ``models --json``."""
        return asdict(self)


def offers(shelf: Shelf) -> list[Offer]:
    """Every known model, then what else is on the shelf."""
    notes: dict[str, list[Note]] = {}
    for note in shelf.notes():
        notes.setdefault(f"clip:{note.name}", []).append(note)
    listed = [_lite()]
    for known in CATALOGUE:
        here = [_fetched(note, known.good_for) for note in notes.pop(known.name, [])]
        size = known.megabytes * 10**6
        absent = Offer(known.name, "hub", None, size, known.dimension, None, known.good_for)
        listed += here or [absent]
    return listed + [_fetched(note, "") for others in notes.values() for note in others]


def _lite() -> Offer:
    lite = LiteEmbedder(Sampling())
    speed = measure(lite.embed_images, lite.image_size, (BATCH,))
    size = sum(path.stat().st_size for path in MODEL_FOLDER.iterdir())
    return Offer(
        lite.fingerprint.name,
        "inside",
        lite.fingerprint.version,
        size,
        lite.fingerprint.dimension,
        speed.milliseconds,
        "a first run, laptops without a network; English",
    )


def _fetched(note: Note, good_for: str) -> Offer:
    return Offer(
        f"clip:{note.name}",
        "here",
        note.revision,
        note.size,
        note.dimension,
        note.pace.milliseconds if note.pace else None,
        good_for or f"(from {note.source})",
    )
