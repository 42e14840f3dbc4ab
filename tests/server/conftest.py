from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from server.serving import Served, serving

import footage
from footage.server.config import ServerSettings


@pytest.fixture(scope="session")
def served(built_house: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The four colour videos, for tests that only read."""
    with built_house.open() as library, serving(library) as running:
        yield running


@pytest.fixture
def own_served(own_house: Any, tmp_path: Path) -> Iterator[Served]:
    """A copy to change; what lies in ``tmp_path`` may be indexed."""
    with (
        own_house.open() as library,
        serving(library, ServerSettings(roots=(tmp_path, own_house.videos))) as running,
    ):
        yield running


@pytest.fixture
def empty_served(library: footage.Library, tmp_path: Path) -> Iterator[Served]:
    """An empty library; what lies in ``tmp_path`` may be indexed."""
    with serving(library, ServerSettings(roots=(tmp_path,))) as running:
        yield running
