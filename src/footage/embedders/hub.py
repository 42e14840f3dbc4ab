"""Fetching a model from the Hugging Face hub: once, resumable, at one revision."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from footage.embedders.shelf import PART, OnProgress, sha256
from footage.errors import EmbedderBroken, EmbedderUnavailable

WANTED = ("config.json", "visual/", "textual/")
# builds for chips that ONNX Runtime does not run here, and halves of what is fetched whole
UNWANTED = (".armnn", ".rknn", "/rknpu/", "/fp16/")


class Fetched(NamedTuple):
    """What came: the commit it is of, and the names of its files."""

    commit: str
    files: list[str]


def fetch(repository: str, revision: str | None, into: Path, on_progress: OnProgress) -> Fetched:
    """Download a model's files to ``into``.

    What is there already is not fetched again, not even the part of a file. Every file is compared
    with the checksum that the hub has for it. Raises `EmbedderUnavailable` where the hub cannot be
    reached or has no such model, `EmbedderBroken` where a file is not what the hub says it is.
    """
    hub = _hub()
    endpoint = os.environ.get("HF_ENDPOINT")  # a mirror
    try:
        api = hub.HfApi(endpoint=endpoint)
        info = api.model_info(repository, revision=revision, files_metadata=True)
        files = [file for file in info.siblings or () if is_wanted(file.rfilename)]
        total = sum(file.size for file in files)
        done = 0
        for file in files:
            url = hub.hf_hub_url(
                repository, file.rfilename, revision=info.sha, endpoint=api.endpoint
            )
            _download(hub, url, file, into, partial(_add, on_progress, done, total))
            done += file.size
            on_progress(done, total)
    except (OSError, hub.errors.HTTPError) as error:
        raise _unavailable(repository, error) from error
    if not files:
        raise EmbedderUnavailable(
            f"{repository} on the hub holds no model that footage can run",
            remedy="`footage models` lists some",
        )
    return Fetched(str(info.sha), [file.rfilename for file in files])


def _add(on_progress: OnProgress, before: int, total: int, size: int) -> None:
    on_progress(before + size, total)


def is_wanted(name: str) -> bool:
    """Whether a file of a repository or folder, by its path in it, is part of the model."""
    return name.startswith(WANTED) and not any(part in f"/{name}" for part in UNWANTED)


def _hub() -> Any:
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # read when the library is loaded
    try:
        import huggingface_hub
        import huggingface_hub.errors
        from huggingface_hub.utils.tqdm import disable_progress_bars
    except ImportError as error:
        raise EmbedderUnavailable(
            "fetching a model needs huggingface_hub", remedy="`pip install '.[clip]'`"
        ) from error
    disable_progress_bars("huggingface_hub.http_get")
    return huggingface_hub


def _download(hub: Any, url: str, file: Any, into: Path, told: Callable[[int], None]) -> None:
    """Bring one file, going on after what there is of it."""
    target = into / file.rfilename
    if target.is_file() and _is_as_stored(target, file):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{file.blob_id[:16]}{PART}")
    headers = hub.utils.build_hf_headers()
    with _Counted(part, told) as sink:
        # the library's own download starts anew in every process
        hub.file_download.http_get(
            url, sink, resume_size=sink.tell(), headers=headers, expected_size=file.size
        )
    if not _is_as_stored(part, file):
        part.unlink()
        raise EmbedderBroken(
            f"{target.name} did not arrive as the hub has it: its checksum differs",
            remedy="run the same command again",
        )
    part.replace(target)


class _Counted(io.FileIO):
    """A file that grows, and tells how large it is."""

    def __init__(self, path: Path, told: Callable[[int], None]) -> None:
        path.touch()
        super().__init__(path, "r+")
        self.seek(0, io.SEEK_END)
        self._told = told

    def write(self, data: Any) -> int:
        """Write all of ``data``."""
        view = memoryview(data)
        written = 0
        while written < len(view):
            written += super().write(view[written:])
        self._told(self.tell())
        return written


def _is_as_stored(path: Path, file: Any) -> bool:
    """Whether a file has the checksum of the hub: of large ones SHA-256, of others git's own."""
    if file.lfs is not None:
        return sha256(path) == str(file.lfs.sha256)
    data = path.read_bytes()
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False)
    return blob.hexdigest() == str(file.blob_id)


def _unavailable(repository: str, error: Exception) -> EmbedderUnavailable:
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status in {401, 403, 404}:
        return EmbedderUnavailable(
            f"the hub has no model {repository} that may be read ({status})",
            remedy="`footage models` lists some; for a private one set HF_TOKEN",
        )
    name = repository.rsplit("/", maxsplit=1)[-1]
    return EmbedderUnavailable(
        f"{repository} cannot be fetched from huggingface.co ({_reason(error)})",
        remedy="connect to the internet and run it again, what was fetched is kept; or take it "
        f"from a folder: `footage models fetch {name} --from DIR/{name}`",
    )


def _reason(error: BaseException) -> str:
    """The first cause, in one line: the hub's library wraps what went wrong more than once."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return " ".join(str(error).split())[:200] or type(error).__name__
