"""Imports point one way, from the faces down to the errors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import footage

ROOT = Path(footage.__file__).parent

# A module imports from its own package and from lower lines, never from beside or above.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("__main__",),
    ("cli",),
    ("server",),
    ("doctor", "repair", "backup"),
    ("__init__",),
    ("evaluation",),
    ("opening",),
    ("library",),
    ("analysis", "migrate"),
    ("ingest", "search", "reindex", "move", "tune", "salvage", "retouch", "demo"),
    ("text_store",),
    ("prune",),
    ("records", "copies", "partitions"),
    ("readings", "readers", "embedders", "index", "archive", "catalog"),
    ("passages",),
    ("reader",),
    ("embedder", "thumbnails"),
    ("ledger", "segment", "reading_log"),
    ("database",),
    ("catalog_file",),
    ("query",),
    ("steps",),
    ("example", "terms"),
    ("media",),
    ("settings", "logs", "prefetch", "onnx", "bundles"),
    ("paths", "durable", "holders", "validation", "arguments"),
    ("errors",),
)
HEIGHT = {unit: -at for at, units in enumerate(LAYERS) for unit in units}


def unit_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0]


def imported_units(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            first, *rest = name.split(".")
            if first == "footage":
                yield node.lineno, rest[0] if rest and rest[0] in HEIGHT else "__init__"


def test_every_module_has_its_layer() -> None:
    units = {unit_of(path) for path in ROOT.rglob("*.py")}
    assert units == set(HEIGHT)


@pytest.mark.parametrize(
    "path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_imports_point_down(path: Path) -> None:
    own = unit_of(path)
    back = [
        f"line {line}: {own} imports {unit}"
        for line, unit in imported_units(path)
        if unit != own and HEIGHT[unit] >= HEIGHT[own]
    ]
    assert back == []
