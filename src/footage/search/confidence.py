"""stub"""

from __future__ import annotations

from typing import Any


class Confidence:
    def probabilities(self, query: Any, hits: Any) -> list[float | None]:
        return [None for _ in hits]


class TextConfidence:
    def of_words(self, text: str, hits: Any) -> list[float | None]:
        return [h.score for h in hits]

    def of_meaning(self, vector: Any, hits: Any) -> list[float | None]:
        return [max(0.0, h.score) for h in hits]


def is_found(p: float | None) -> bool:
    return p is None or p >= 0.5
