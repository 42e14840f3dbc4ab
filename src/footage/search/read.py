"""Looking in texts, what was said and what is written on screen: by words, and by meaning."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypedDict

from footage.catalog import Catalog
from footage.index.texts import TextHit
from footage.passages import has_meaning
from footage.query import Filters
from footage.search.confidence import TextConfidence
from footage.search.fusion import Channel, Find
from footage.search.moments import Evidence
from footage.text_store import TextStore

WORDS, MEANING = "words", "meaning"
TRUST = {WORDS: 1.0, MEANING: 0.7}  # meaning alone names what is near as well
FEWEST = 100  # passages of each: what lies beyond has next to nothing to do with the query
PASSAGES_A_MOMENT = 2


class _Where(TypedDict):
    modality: str
    video_ids: Sequence[str] | None
    excluding: Sequence[str]
    limit: int


class TextSearch:
    """Finds passages of one library."""

    def __init__(self, store: TextStore, catalog: Catalog, confidence: TextConfidence) -> None:
        self._store = store
        self._catalog = catalog
        self._confidence = confidence

    @property
    def version(self) -> int:
        """Another one when there is more to be found."""
        return self._store.index.count()

    def has(self, modality: str) -> bool:
        """Whether there is any text of a modality."""
        return self._store.index.count(modality) > 0

    def channels(
        self, text: str, modality: str, *, filters: Filters, wanted: int, weight: float = 1.0
    ) -> list[Channel]:
        """Two ways of looking for a text among what was said, or is written, and their finds.

        ``wanted`` is how many moments are to come of it.
        """
        texts = self._store.index
        scope = self._catalog.scope(filters, partitioned=False)
        where: _Where = {
            "modality": modality,
            "video_ids": scope.video_ids,
            "excluding": scope.excluding,
            "limit": max(FEWEST, PASSAGES_A_MOMENT * wanted),
        }
        by_words = texts.words(text, **where)
        # by now it is known, where the embedder's space is that of the sentences
        vector = self._store.sentences.encode([text])[0]
        by_meaning = [hit for hit in texts.meaning(vector, **where) if has_meaning(hit.text)]
        chances = {
            WORDS: self._confidence.of_words(by_words),
            MEANING: self._confidence.of_meaning(vector, by_meaning, modality=modality),
        }
        return [
            Channel(
                f"{modality}.{how}",
                weight * TRUST[how],
                _finds(hits, modality, how, chances[how]),
            )
            for how, hits in ((WORDS, by_words), (MEANING, by_meaning))
        ]


def _finds(
    hits: Sequence[TextHit], modality: str, how: str, chances: Sequence[float | None]
) -> list[Find]:
    return [
        Find(
            video_id=hit.video_id,
            start=hit.start,
            end=hit.end,
            scope="clip",
            score=hit.score,
            evidence=partial(_evidence, hit, modality, how, rank),
            probability=chance,
            rank=rank,
        )
        for rank, (hit, chance) in enumerate(zip(hits, chances, strict=True), start=1)
    ]


def _evidence(hit: TextHit, modality: str, how: str, rank: int) -> tuple[Evidence]:
    found = Evidence(
        modality=modality,
        how=how,
        start=hit.start,
        end=hit.end,
        score=hit.score,
        rank=rank,
        text=hit.text,
        words=hit.words,
    )
    return (found,)
