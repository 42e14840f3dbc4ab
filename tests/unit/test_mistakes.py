"""A wrong call from Python is an error of footage that says what to give instead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from videos import make_video

import footage
from footage.embedders import open_embedder
from footage.errors import InvalidQuery, UsageError
from footage.settings import Sampling

WRONG = (5, ["a", "b"], b"a")


@pytest.mark.parametrize("name", ["lite", "marengo:3.0"])
@pytest.mark.parametrize("text", [*WRONG, None])
def test_what_is_no_text_is_not_embedded(
    monkeypatch: pytest.MonkeyPatch, name: str, text: Any
) -> None:
    monkeypatch.setenv("TWELVE_LABS_API_KEY", "none")
    with pytest.raises(InvalidQuery, match="give one text"):
        open_embedder(name, Sampling()).encode_text(text)


@pytest.mark.parametrize("what", ["folder", "embedder", "sampling"])
@pytest.mark.parametrize("value", WRONG)
def test_what_opens_no_library(tmp_path: Path, what: str, value: Any) -> None:
    with pytest.raises(UsageError, match="give "):
        footage.open(**{"folder": tmp_path / "it.library", what: value})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", [footage.Library.add, footage.Library.plan])
@pytest.mark.parametrize("source", [*WRONG, None])
def test_what_is_no_source(
    library: footage.Library, folder: Path, call: Callable[..., Any], source: Any
) -> None:
    with pytest.raises(UsageError, match="each by itself"):
        call(library, folder, source)
    assert library.videos(hidden=True) == []


def test_one_exclude_by_itself_is_one(library: footage.Library, folder: Path) -> None:
    for name in ("p", "q.part"):
        make_video(folder / f"{name}.mp4", shots=["red"])
    report = library.add(folder, exclude="*.part.mp4")
    assert [outcome.path.name for outcome in report.outcomes] == ["p.mp4"]
    with pytest.raises(InvalidQuery):
        library.add(folder, exclude=[5])  # type: ignore[list-item]


@pytest.mark.parametrize("seconds", [-3, -0.1, float("nan"), float("-inf")])
@pytest.mark.parametrize("name", ["shortest", "longest"])
def test_no_video_lasts_so_long(name: str, seconds: float) -> None:
    with pytest.raises(InvalidQuery, match="0 or more"):
        footage.Filters(**{name: seconds})


def test_an_unknown_target_of_a_migration(library: footage.Library) -> None:
    with pytest.raises(footage.FootageError, match="choose one of"):
        library.migrate(5)  # type: ignore[arg-type]
