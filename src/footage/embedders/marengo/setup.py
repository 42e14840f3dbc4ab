"""What is asked of Marengo, as a library writes it down: ``marengo:3.5,dimension=256,fixed=6``."""

from __future__ import annotations

from dataclasses import dataclass, replace

from footage.embedder import Route
from footage.embedders.marengo.requests import DIMENSION, NEW, OLD, Model, Segmentation
from footage.errors import EmbedderUnavailable

PREFIX = "marengo"
MODALITIES: dict[Model, tuple[str, ...]] = {
    OLD: ("visual", "audio", "transcription"),
    NEW: ("visual", "audio"),
}
# the service's word for it, and ours
OURS = {"visual": "visual", "audio": "audio", "transcription": "speech", "fused": "fused"}
SCOPES = ("clip", "asset")
_VERSIONS: dict[str, Model] = {"3.0": OLD, "3.5": NEW}
# what the service allows
_SECONDS: dict[str, range] = {"dynamic": range(2, 6), "fixed": range(2, 11)}


@dataclass(frozen=True, slots=True)
class Setup:
    """A model and how videos are cut and seen by it."""

    model: Model
    modalities: tuple[str, ...]
    segmentation: Segmentation
    fused: bool = False
    scopes: tuple[str, ...] = ("clip",)
    dimension: int = DIMENSION

    @property
    def routes(self) -> tuple[Route, ...]:
        """Every kind of vector that a video gets."""
        wanted = (*self.modalities, *(["fused"] if self.fused else []))
        return tuple(Route(OURS[modality], scope) for scope in self.scopes for modality in wanted)

    @property
    def shortened(self) -> int | None:
        """The dimension to ask for; None for whole vectors."""
        return None if self.dimension == DIMENSION else self.dimension

    @property
    def name(self) -> str:
        """The text that `read` reads: what a library remembers."""
        parts = [f"{PREFIX}:{self.model.removeprefix(PREFIX)}"]
        plain = _plain(self.model)
        if self.modalities != plain.modalities or self.fused:
            parts.append("see=" + "+".join([*self.modalities, *(["fused"] if self.fused else [])]))
        if self.scopes != plain.scopes:
            parts.append("scopes=" + "+".join(self.scopes))
        if self.segmentation != plain.segmentation:
            parts.append(f"{self.segmentation.strategy}={self.segmentation.seconds}")
        if self.dimension != DIMENSION:
            parts.append(f"dimension={self.dimension}")
        return ",".join(parts)


def read(text: str) -> Setup:
    """``marengo``, ``marengo:3.5`` and options after commas, in any order.

    ``dynamic=S`` and ``fixed=S`` cut into segments of at least, or just, so many seconds;
    ``see=visual+audio+transcription+fused`` chooses modalities, ``scopes=clip+asset`` adds a vector
    of the whole video, ``dimension=N`` keeps the first values (3.5). Raises `EmbedderUnavailable`.
    """
    rest = text.removeprefix(PREFIX).removeprefix(":")
    version, *options = (rest or "3.0").split(",")
    if version not in _VERSIONS:
        raise _wrong(text, f"there is no Marengo {version!r}; there are 3.0 and 3.5")
    setup = _plain(_VERSIONS[version])
    for option in options:
        key, _, value = option.partition("=")
        setup = _with(setup, text, key, value)
    return setup


def _plain(model: Model) -> Setup:
    seconds = 4 if model == OLD else 2  # as the service cuts where nothing is said
    return Setup(model, MODALITIES[model], segmentation=Segmentation("dynamic", seconds))


def _with(setup: Setup, text: str, key: str, value: str) -> Setup:
    words = tuple(dict.fromkeys(value.split("+")))
    if key in _SECONDS:
        seconds = _number(text, key, value, _SECONDS[key])
        return replace(setup, segmentation=Segmentation(key, seconds))
    if key == "dimension":
        if setup.model == OLD:
            raise _wrong(text, "only 3.5 has shorter vectors")
        return replace(setup, dimension=_number(text, key, value, range(1, DIMENSION + 1)))
    if key == "scopes" and set(words) <= set(SCOPES):
        return replace(setup, scopes=words)
    if key == "see" and set(words) <= {*MODALITIES[setup.model], "fused"}:
        plain = tuple(word for word in words if word != "fused")
        if "fused" in words and (setup.model == NEW or len(plain) < 2):
            raise _wrong(text, "fused vectors need 3.0 and two other modalities")
        if plain:
            return replace(setup, modalities=plain, fused="fused" in words)
    raise _wrong(text, f"{key}={value} is no option of Marengo {setup.model.removeprefix(PREFIX)}")


def _number(text: str, key: str, value: str, allowed: range) -> int:
    if not value.isdecimal() or int(value) not in allowed:
        raise _wrong(text, f"{key} is a number from {allowed[0]} to {allowed[-1]}")
    return int(value)


def _wrong(text: str, why: str) -> EmbedderUnavailable:
    return EmbedderUnavailable(
        f"{text!r} cannot be used: {why}", remedy="write marengo:3.0 or marengo:3.5,dimension=256"
    )
