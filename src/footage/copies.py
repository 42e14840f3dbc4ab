"""Copies that a library keeps of its small files, for `footage doctor --repair` to fall back on.

Vectors are safe in the archive; tags, removals and settings are nowhere else.
"""

from __future__ import annotations

import logging
from pathlib import Path

from footage.catalog import Catalog
from footage.durable import draft_of
from footage.errors import FootageError
from footage.settings import FILE_NAME, LibrarySettings

log = logging.getLogger(__name__)

FOLDER = "copies"
CATALOG = "catalog.sqlite"


def keep(folder: Path, catalog: Catalog) -> None:
    """Bring the copies of the library at ``folder`` up to date; a full disk goes without."""
    copies = folder / FOLDER
    try:
        copies.mkdir(exist_ok=True)
        catalog.copy(copies / CATALOG)
        LibrarySettings.load(folder)
        settings = (folder / FILE_NAME).read_bytes()
        if not (copies / FILE_NAME).is_file() or (copies / FILE_NAME).read_bytes() != settings:
            with draft_of(copies / FILE_NAME) as draft:
                draft.write_bytes(settings)
    except (FootageError, OSError) as error:
        log.warning("no copy of the catalog was kept: %s", error)


def is_lost(folder: Path) -> bool:
    """Whether the library at ``folder`` had a catalog that is not there now, or is empty."""
    catalog = folder / CATALOG
    if catalog.is_file() and catalog.stat().st_size > 0:
        return False
    return (folder / FOLDER / CATALOG).is_file() or any((folder / "archive").glob("*/*.zip"))
