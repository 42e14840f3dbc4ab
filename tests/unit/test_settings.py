"""library.toml and the environment: read back as written, and plain about what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import footage
from footage.errors import EmbedderUnavailable, LibraryError, LibraryTooNew, LibraryUnwritable
from footage.paths import default_library
from footage.settings import (
    FILE_NAME,
    FORMAT,
    Environment,
    LibrarySettings,
    Sampling,
)


@given(
    fps=st.floats(0.01, 30),
    shortest=st.floats(0.5, 100),
    extra=st.floats(0, 100),
    uri=st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
def test_settings_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory,
    fps: float,
    shortest: float,
    extra: float,
    uri: str | None,
) -> None:
    folder = tmp_path_factory.getbasetemp() / "settings"
    folder.mkdir(exist_ok=True)
    sampling = Sampling(fps=fps, shortest=shortest, longest=2 * shortest + extra)
    settings = LibrarySettings(embedder="lite", milvus_uri=uri, sampling=sampling)
    settings.save(folder)
    assert LibrarySettings.load(folder) == settings
    assert [path.name for path in folder.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("= no toml", "cannot be read"),
        ("\xff", "cannot be read"),
        ("embedder = 3", "embedder"),
        ("id = 'short'", "id"),
        ("[sampling]\nfps = 0", "sampling.fps"),
        ("[sampling]\nshortest = 10", "sampling"),
        ("surprise = 1", "surprise"),
        ("format = 'one'", "format"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / FILE_NAME).write_bytes(text.encode("latin-1"))
    with pytest.raises(LibraryError, match=r"library\.toml") as caught:
        LibrarySettings.load(tmp_path)
    assert named in caught.value.what
    assert caught.value.remedy


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="cannot be read"):
        LibrarySettings.load(tmp_path)


def test_a_newer_format_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(f"format = {FORMAT + 1}\nunheard_of = true")
    with pytest.raises(LibraryTooNew, match="pip install --upgrade"):
        LibrarySettings.load(tmp_path)


def test_a_folder_that_is_not_there_is_unwritable(tmp_path: Path) -> None:
    with pytest.raises(LibraryUnwritable):
        LibrarySettings().save(tmp_path / "gone")


@pytest.mark.parametrize(
    "wrong",
    [{"fps": 0}, {"fps": float("nan")}, {"fps": 31}, {"shortest": 10, "longest": 15}, {"size": 1}],
    ids=repr,
)
def test_sampling_that_makes_no_sense(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Sampling(**wrong)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTAGE_LIBRARY", "/films")
    monkeypatch.setenv("FOOTAGE_MILVUS_URI", "http://milvus:19530")
    monkeypatch.setenv("FOOTAGE_MILVUS_TOKEN", "root:secret")
    monkeypatch.setenv("FOOTAGE_OTHER", "ignored")
    environment = Environment()
    assert default_library() == Path("/films")
    assert environment.milvus_uri == "http://milvus:19530"
    assert environment.milvus_token is not None
    assert environment.milvus_token.get_secret_value() == "root:secret"
    assert "secret" not in repr(environment)


def test_without_an_environment_the_library_is_the_users_own() -> None:
    assert default_library().is_relative_to(Path.home())
    assert default_library().name == "default.library"


def test_an_empty_variable_is_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTAGE_LIBRARY", "")
    assert default_library().name == "default.library"


@pytest.mark.parametrize("value", ["my.library", "~/my.library"])
def test_a_library_from_the_environment_is_an_absolute_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOOTAGE_LIBRARY", value)
    expected = Path.home() if value.startswith("~") else tmp_path
    with pytest.raises(footage.LibraryNotFound) as caught:
        footage.open(create=False)
    assert str(expected / "my.library") in caught.value.what


def test_the_token_never_reaches_the_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from colours import ColourEmbedder

    monkeypatch.setenv("FOOTAGE_MILVUS_TOKEN", "root:secret")
    footage.open(tmp_path / "a.library", embedder=ColourEmbedder()).close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"secret" in path.read_bytes()]


def test_an_unknown_embedder_leaves_no_broken_library_behind(tmp_path: Path) -> None:
    from colours import ColourEmbedder

    with pytest.raises(EmbedderUnavailable, match="no embedder called 'ligth'"):
        footage.open(tmp_path / "a.library", embedder="ligth")
    footage.open(tmp_path / "a.library", embedder=ColourEmbedder()).close()


def test_a_folder_of_something_else_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("do not touch")
    with pytest.raises(LibraryError, match="not a footage library"):
        footage.open(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_library_keeps_what_it_was_made_with(tmp_path: Path) -> None:
    from colours import ColourEmbedder

    sampling = Sampling(fps=2)
    footage.open(tmp_path / "a", embedder=ColourEmbedder(sampling), sampling=sampling).close()
    with pytest.raises(footage.UsageError, match="footage migrate --fps 3"):
        footage.open(tmp_path / "a", embedder=ColourEmbedder(), sampling=Sampling(fps=3))
    with pytest.raises(footage.UsageError, match="embedder"):
        footage.open(tmp_path / "a", embedder="lite")
