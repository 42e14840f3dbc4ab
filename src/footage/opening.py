"""Opening a library, or making one: the front door, `footage.open`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from filelock import FileLock

from footage import copies, logs
from footage.embedder import Embedder
from footage.embedders import agrees, check_name, settled
from footage.errors import LibraryError, LibraryNotFound, LibraryUnwritable, UsageError
from footage.index.address import checked_uri, described, redacted
from footage.library import Library
from footage.paths import absolute, default_library
from footage.reader import Reader
from footage.settings import FILE_NAME, Environment, LibrarySettings, Sampling

MAKING_LOCK = "making.lock"


def open_library(
    folder: str | Path | None = None,
    *,
    create: bool = True,
    embedder: str | Embedder | None = None,
    sampling: Sampling | None = None,
    milvus_uri: str | None = None,
    milvus_token: str | None = None,
    readers: Mapping[str, Reader] | None = None,
    on_fetch: Callable[[int, int], None] | None = None,
) -> Library:
    """Open a library, made first where there is none and ``create`` holds.

    Without a folder it is ``FOOTAGE_LIBRARY``, else the user's default library. ``embedder`` (a
    name, or one of your own) and ``sampling`` are settled when a library is made; for an existing
    one they must agree with it. So is ``milvus_uri``, the server to index in (by default
    ``FOOTAGE_MILVUS_URI``, else the engine embedded in footage); ``milvus_token`` (by default
    ``FOOTAGE_MILVUS_TOKEN``) is written nowhere. A new library with ``clip:NAME`` fetches the
    model where it is not on this machine; ``on_fetch`` is told bytes done and in all. ``readers``
    are your own in place of those installed: ``speech`` listens where there are no subtitles,
    ``screen`` reads what is written in the picture.
    Raises `LibraryNotFound`, `LibraryError`, `LibraryTooNew`, `CatalogDamaged`, `UsageError`.
    """
    _check_kinds(folder, embedder, sampling)
    path = _path_of(folder)
    own = embedder if isinstance(embedder, Embedder) else None
    name = embedder.fingerprint.name if isinstance(embedder, Embedder) else embedder
    logs.quiet_others()
    if not is_library(path):
        if not create:
            raise _not_found(path)
        if own is None:  # the model is there, before a folder is made
            name = settled(name or "lite", on_progress=on_fetch)
        server = milvus_uri or Environment().milvus_uri
        _create(
            path,
            LibrarySettings(
                embedder=name or "lite",
                sampling=sampling or Sampling(),
                milvus_uri=checked_uri(server) if server else None,
            ),
        )
    settings = LibrarySettings.load(path)
    check_agreement(settings, name, sampling, milvus_uri, known=own is None)
    return Library(path, settings, embedder=own, milvus_token=milvus_token, readers=readers)


def check_agreement(
    settings: LibrarySettings,
    embedder: str | None,
    sampling: Sampling | None,
    milvus_uri: str | None,
    *,
    known: bool = True,
) -> None:
    """Raise `UsageError` where a library was made otherwise than it is asked for.

    The name of an embedder is to be ``known`` unless it is of one's own.
    """
    if known and embedder is not None:
        check_name(embedder)
    _check_same(settings, embedder, sampling)
    _check_place(settings, milvus_uri)


def _check_kinds(folder: object, embedder: object, sampling: object) -> None:
    for name, value, kinds, remedy in (
        ("library", folder, (str, Path), "give the path of a folder"),
        ("embedder", embedder, (str, Embedder), "give a name, or a `footage.Embedder` of your own"),
        ("sampling", sampling, (Sampling,), "give a `footage.Sampling(...)`"),
    ):
        if value is not None and not isinstance(value, kinds):
            raise UsageError(f"the {name} is {value!r:.100}", remedy=remedy)


def is_library(folder: str | Path | None) -> bool:
    """Whether there is a library at a folder, or at the default place."""
    return (_path_of(folder) / FILE_NAME).is_file()


def settings_of(folder: str | Path | None) -> LibrarySettings | None:
    """The settings of the library at a folder, or at the default place; None where none is.

    Raises `LibraryError`.
    """
    return LibrarySettings.load(_path_of(folder)) if is_library(folder) else None


def _path_of(folder: str | Path | None) -> Path:
    return absolute(folder) if folder else default_library()


def _create(path: Path, settings: LibrarySettings) -> None:
    try:
        _check_free(path)
        path.mkdir(parents=True, exist_ok=True)
        # another process may be making the same library at this moment
        with FileLock(path / MAKING_LOCK):
            if not (path / FILE_NAME).is_file():
                settings.save(path)
    except OSError as error:
        raise LibraryUnwritable(f"{path} cannot be made ({error.strerror})") from error


def _check_free(path: Path) -> None:
    if not path.exists():
        return
    names = {entry.name for entry in path.iterdir()} if path.is_dir() else {""}
    names = {name for name in names if name != MAKING_LOCK and not name.endswith(".tmp")}
    if not names or FILE_NAME in names:
        return
    if is_library_without_settings(path):
        raise _not_found(path)
    raise LibraryError(f"{path} exists and is not a footage library", remedy="name another folder")


def is_library_without_settings(path: Path) -> bool:
    """Whether a folder is a library but for its ``library.toml``."""
    kept = copies.FOLDER, "catalog.sqlite", "archive"
    return not (path / FILE_NAME).exists() and any((path / name).exists() for name in kept)


def _not_found(path: Path) -> LibraryError:
    if is_library_without_settings(path):
        return LibraryError(
            f"{path / FILE_NAME} is missing",
            remedy="`footage doctor --repair` makes it anew from what is left",
        )
    return LibraryNotFound(f"there is no library at {path}")


def _check_same(settings: LibrarySettings, embedder: str | None, sampling: Sampling | None) -> None:
    if embedder is not None and not agrees(embedder, settings.embedder):
        raise UsageError(
            f"this library was made with embedder {settings.embedder}, not {embedder}",
            remedy=f"`footage migrate --embedder {embedder}` changes it while search goes on",
        )
    if sampling is not None and sampling != settings.sampling:
        raise UsageError(
            f"this library looks at {settings.sampling.in_words}, not {sampling.in_words}",
            remedy=f"`footage migrate {sampling.words_from(settings.sampling)}` changes it while "
            "search goes on",
        )


def _check_place(settings: LibrarySettings, milvus_uri: str | None) -> None:
    if milvus_uri is not None and checked_uri(milvus_uri) != settings.milvus_uri:
        raise UsageError(
            f"this library is in {described(settings.milvus_uri)}, not {redacted(milvus_uri)}",
            remedy="take it there with `footage move --milvus URI`, or leave --milvus away",
        )
