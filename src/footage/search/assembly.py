"""What a search of one library is put together from."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from footage.archive import Archive
from footage.catalog import Catalog
from footage.embedder import Embedder, Vectors
from footage.index.segments import SegmentIndex
from footage.search.background import bank_kept
from footage.search.bank import SENTENCES
from footage.search.cache import QueryVectors
from footage.search.closer import CloserLook
from footage.search.confidence import Confidence, TextConfidence
from footage.search.liked import liked
from footage.search.read import TextSearch
from footage.search.searcher import Searcher
from footage.search.seen import SeenSearch
from footage.text_store import TextStore
from footage.thumbnails import Thumbnails

SAMPLED = 1_000  # passages: the error of a mean is then 3 % of a standard deviation


def assembled(
    *,
    folder: Path,
    embedder: Embedder,
    index: SegmentIndex,
    catalog: Catalog,
    archive: Archive,
    store: TextStore,
    thumbnails: Thumbnails,
    vectors: QueryVectors,
) -> Searcher:
    """The searcher of the library in ``folder``, with what it needs of it."""
    mark = embedder.fingerprint
    closer = CloserLook(lambda video, *span: archive.frames(video, mark, *span))

    def bank() -> Vectors:
        return np.stack([embedder.encode_text(sentence) for sentence in SENTENCES])

    @lru_cache(maxsize=1)
    def held(_version: tuple[int, int]) -> dict[str, int]:
        return catalog.embedded()

    confidence = Confidence(
        path=folder / f"background-{mark.id}.npz",
        dimension=mark.dimension,
        held=lambda: held(catalog.version),
        read=lambda video: archive.read(video, mark),
        bank=bank if embedder.sent_to is None else None,  # where it costs nothing
    )
    seen = SeenSearch(
        embedder=embedder,
        index=index,
        catalog=catalog,
        closer=closer if embedder.keeps_frames else None,
        vectors=vectors,
        confidence=confidence,
    )

    @lru_cache(maxsize=4)
    def sampled(modality: str, _count: int) -> Vectors:
        return store.index.sample(SAMPLED, 0, modality=modality)

    def sample(modality: str) -> tuple[Vectors, int]:
        count = store.index.count(modality)
        return sampled(modality, count), count

    def text_bank() -> Vectors:
        space = store.sentences
        path = folder / f"background-{space.fingerprint.id}.npz"
        return bank_kept(path, space.dimension, lambda: space.encode(SENTENCES))

    texts = TextConfidence(sample=sample, bank=text_bank)
    return Searcher(
        embedder=embedder,
        catalog=catalog,
        thumbnails=thumbnails,
        seen=seen,
        read=TextSearch(store, catalog, texts),
        liked=partial(liked, catalog=catalog, archive=archive, fingerprint=mark),
    )
