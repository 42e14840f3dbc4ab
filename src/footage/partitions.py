"""In which partition of the index a video belongs, by a library's rule; and writing it there.

A name is its parts joined by ``/``, as the rule says: the video's tags, the folders it lies in, the
year and the month it was recorded in (UTC); ``sports/2024-05``. The catalog records where the rows
are: those of a video whose tags or folders have changed lie where they were until written anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, get_args

from footage.catalog import Catalog, Traits
from footage.embedder import VideoEmbedding
from footage.errors import UsageError
from footage.index.schema import PARTITION
from footage.index.segments import SegmentIndex
from footage.settings import Part

PARTS: tuple[Part, ...] = get_args(Part)
PART_BYTES = 100  # of tags or folders: with year and month a name stays within the field's 256
UNTAGGED = "untagged"
NOWHERE = "elsewhere"  # of a video that lies in no folder, but at an address


class Placement:
    """The rule of a library, and what its catalog says."""

    def __init__(self, catalog: Catalog, rule: tuple[Part, ...]) -> None:
        self._catalog = catalog
        self._rule = rule

    def names(self, video_ids: Iterable[str]) -> dict[str, str]:
        """The partition where each of these videos belongs, as it is now."""
        ids = list(video_ids)
        if not self._rule:
            return dict.fromkeys(ids, PARTITION)
        traits = self._catalog.traits(ids)
        return {video_id: named(traits[video_id], self._rule) for video_id in ids}

    def misplaced(self, among: Iterable[str] | None = None) -> dict[str, str]:
        """The embedded videos whose rows are not where they belong, and where that is."""
        assigned = self._catalog.assigned()
        names = self.names(assigned if among is None else assigned.keys() & set(among))
        return {video_id: name for video_id, name in names.items() if name != assigned[video_id]}

    def places(self) -> dict[str, str]:
        """Where the rows of every embedded video should be: as the catalog says, if it knows."""
        assigned = self._catalog.assigned()
        unknown = assigned.keys() & set(self._catalog.unsettled())
        return {**assigned, **self.names(unknown)}

    def write(
        self, index: SegmentIndex, embeddings: Mapping[str, VideoEmbedding], **options: Any
    ) -> None:
        """Write videos where they belong, and record it; ``options`` are those of the index.

        Killed in between, the catalog says that the index may lack them and where they may be.
        """
        if not embeddings:
            return
        names = self.names(embeddings)
        self._catalog.assign(names)
        index.write(embeddings, partitions=names, **options)
        self._catalog.mark_indexed(embeddings)


def checked_rule(parts: Iterable[str]) -> tuple[Part, ...]:
    """The rule that these words spell; raises `UsageError` for others, and for one said twice."""
    words = list(parts)
    known = [part for word in words for part in PARTS if part == word]
    if len(known) < len(words) or len(set(known)) < len(known):
        raise UsageError(
            f"{','.join(words)[:100]!r} is no rule for partitions",
            remedy=f"name some of {', '.join(PARTS)}, each once",
        )
    return tuple(known)


def named(traits: Traits, rule: tuple[Part, ...]) -> str:
    """The name of a video's partition: printable, and 256 bytes of UTF-8 at most."""
    return "/".join(_part(traits, part) for part in rule) or PARTITION


def _part(traits: Traits, part: Part) -> str:
    if part == "tag":
        return _joined(traits.tags) or UNTAGGED
    if part == "folder":
        return _joined(traits.folders) or NOWHERE
    recorded = traits.recorded_at
    return f"{recorded.year:04}" if part == "year" else f"{recorded.year:04}-{recorded.month:02}"


@lru_cache(maxsize=1_000)  # many videos share them
def _joined(names: tuple[str, ...]) -> str:
    """Names in order, joined by ``+``; what is too long ends in a digest of it."""
    whole = "+".join(sorted({_escaped(name) for name in names}))
    data = whole.encode()
    if len(data) <= PART_BYTES:
        return whole
    digest = hashlib.blake2b(data, digest_size=8).hexdigest()
    return f"{data[: PART_BYTES - len(digest) - 1].decode(errors='ignore')}~{digest}"


def _escaped(name: str) -> str:
    """A name without ``/`` and ``+``, printable: what is not is ``%XX``, as in an address."""
    return "".join(
        character
        if character.isprintable() and character not in "%/+"
        else "".join(f"%{byte:02X}" for byte in character.encode(errors="surrogatepass"))
        for character in name
    )
