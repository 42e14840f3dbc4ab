from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from analysis.planted import PlantedEmbedder
from colours import ColourEmbedder

import footage
from footage.settings import Sampling


@pytest.fixture
def planted(tmp_path: Path) -> Iterator[footage.Library]:
    """An empty library, to plant videos in."""
    with footage.open(tmp_path / "planted.library", embedder=PlantedEmbedder()) as library:
        yield library


@pytest.fixture
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program opens libraries with the embedder of colours."""

    def open_embedder(_name: str, sampling: Sampling) -> ColourEmbedder:
        return ColourEmbedder(sampling)

    monkeypatch.setattr(footage.library, "open_embedder", open_embedder)
