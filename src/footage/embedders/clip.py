"""``clip:<name>``: CLIP and SigLIP models through ONNX Runtime, fetched once.

``clip:NAME`` is a model of huggingface.co/immich-app, ``clip:OWNER/NAME`` one of somebody else in
the same layout, ``clip:./DIR`` a folder. What a library remembers is the full name with the
revision, ``clip:NAME@REVISION``: the same files wherever it is opened.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image

from footage.embedder import Fingerprint, Vector, Vectors, checked_text
from footage.embedders import hub
from footage.embedders.canaries import check_known, check_spread
from footage.embedders.clip_model import ClipModel
from footage.embedders.drawings import CAPTIONS, check_captions, drawings
from footage.embedders.local import LocalEmbedder
from footage.embedders.pace import measure
from footage.embedders.shelf import Note, OnProgress, Pace, Shelf, checksums, damaged
from footage.errors import EmbedderBroken, EmbedderUnavailable
from footage.media.frames import RGBImage, RGBScaler
from footage.media.probe import VideoInfo
from footage.onnx import CUDA
from footage.paths import absolute
from footage.settings import Sampling

PREFIX = "clip"
DEFAULT = "ViT-B-32-SigLIP2-256__webli"
OWNER = "immich-app"
KNOWN_VECTORS = "canary.npz"
LEAST_COSINE = 0.98  # with the vectors of the same drawing when the model was fetched
BATCHES = (1, 2, 4, 8, 16)  # tried for the one that is worth its memory
BATCHES_ON_CUDA = (*BATCHES, 32, 64)
_NAME = re.compile(r"(?:[\w.-]+/)?[\w.-]+")
_REVISION = re.compile(r"[\w.-]+")


class Reference(NamedTuple):
    """What a name of a model says."""

    name: str
    revision: str | None
    folder: Path | None  # to take the model from


def parse(text: str) -> Reference:
    """``clip``, ``clip:NAME``, ``clip:NAME@REVISION`` or ``clip:./DIR``.

    Raises `EmbedderUnavailable` for what can be no name.
    """
    rest = text.removeprefix(PREFIX).removeprefix(":")
    if rest.startswith((".", "/", "~")) or re.match(r"[A-Za-z]:[\\/]", rest):
        folder = absolute(rest)
        return Reference(folder.name, None, folder)
    name, _, revision = (rest or DEFAULT).partition("@")
    if not _NAME.fullmatch(name) or (revision and not _REVISION.fullmatch(revision)):
        raise EmbedderUnavailable(
            f"{text!r} is not a name of a model", remedy="write clip:NAME; `footage models` lists"
        )
    return Reference(name, revision or None, None)


def obtain(text: str, *, shelf: Shelf | None = None, on_progress: OnProgress | None = None) -> str:
    """The full name of a model, which is fetched or taken from its folder where it is not there.

    ``on_progress`` is told bytes done and in all. Raises `EmbedderUnavailable` where it cannot be
    had, `EmbedderBroken` where it fails its self-test.
    """
    shelf = shelf or Shelf()
    name, revision, folder = parse(text)
    told = on_progress or (lambda _done, _total: None)
    if folder is not None:
        note = _take(shelf, folder, told)
    else:
        note = shelf.find(name, revision) or _fetch(shelf, name, revision, told)
    return f"{PREFIX}:{note.name}@{note.revision}"


def _fetch(shelf: Shelf, name: str, revision: str | None, on_progress: OnProgress) -> Note:
    repository = name if "/" in name else f"{OWNER}/{name}"
    with shelf.drafting(name) as draft:
        if note := shelf.find(name, revision):  # by the process that was waited for
            return note
        came = hub.fetch(repository, revision, draft, on_progress)
        return _settle(
            shelf, draft, came.files, name=name, source=f"hub:{repository}", commit=came.commit
        )


def _take(shelf: Shelf, folder: Path, on_progress: OnProgress) -> Note:
    ClipModel(folder)  # raises where it is none, before anything is copied
    names = [
        name
        for path in sorted(folder.rglob("*"))
        if path.is_file() and hub.is_wanted(name := path.relative_to(folder).as_posix())
    ]
    total = sum((folder / name).stat().st_size for name in names)
    title = re.sub(r"[^\w.-]", "-", folder.name)
    with shelf.drafting(title) as draft:
        done = 0
        for name in names:
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, draft / name)
            done += (draft / name).stat().st_size
            on_progress(done, total)
        return _settle(shelf, draft, names, name=title, source=str(folder), commit=None)


def _settle(
    shelf: Shelf, draft: Path, files: list[str], *, name: str, source: str, commit: str | None
) -> Note:
    """Test the ``files`` gathered in ``draft``, measure them, and put them on the shelf."""
    model = ClipModel(draft)
    try:
        pictures, captions = _self_portrait(name, model)
        check_captions(name, pictures, captions)
    except EmbedderBroken:
        shutil.rmtree(draft)
        raise
    note = Note(
        name=name,
        source=source,
        revision="",
        dimension=captions.shape[1],
        size=sum((draft / file).stat().st_size for file in files),
        sha256=checksums(draft, files),
        pace=_pace(model),
    )
    note = note.model_copy(update={"revision": commit or f"local-{note.version}"})
    if there := shelf.find(name, note.revision):
        shutil.rmtree(draft)
        return there
    np.savez(draft / KNOWN_VECTORS, pictures=pictures, captions=captions)
    shelf.keep(draft, note)
    return note


def _self_portrait(name: str, model: ClipModel) -> tuple[Vectors, Vectors]:
    """The vectors of the drawings and of their captions, each checked to differ."""
    pictures = model.embed_images(drawings(model.image_size))
    captions = model.encode_texts(list(CAPTIONS))
    check_spread(name, "image", pictures)
    check_spread(name, "text", captions)
    if pictures.shape != captions.shape:
        raise EmbedderBroken(
            f"the {name} model fails its self-test: its images have {pictures.shape[1]} "
            f"dimensions and its texts {captions.shape[1]}",
            remedy="its image and text files do not belong together: use another",
        )
    return pictures, captions


def _pace(model: ClipModel) -> Pace:
    sizes: tuple[int, ...] = BATCHES_ON_CUDA if model.provider == CUDA else BATCHES
    if model.fixed_batch:
        sizes = (model.fixed_batch,)
    batch, milliseconds = measure(model.embed_images, model.image_size, sizes)
    return Pace(provider=model.provider, batch=batch, milliseconds=milliseconds)


class ClipEmbedder(LocalEmbedder):
    """A model from the shelf; its towers are loaded when first used."""

    def __init__(self, name: str, sampling: Sampling, *, shelf: Shelf | None = None) -> None:
        """``name`` as `obtain` gives it. Raises `EmbedderUnavailable` where it is not there."""
        super().__init__(sampling)
        shelf = shelf or Shelf()
        asked = parse(name)
        note = shelf.find(asked.name, asked.revision)
        if note is None:
            raise EmbedderUnavailable(
                f"the model {name} is not on this machine",
                remedy=f"`footage models fetch {name}` fetches it",
            )
        self._note = note
        self._folder = shelf.folder(note.name, note.revision)
        self._model = ClipModel(self._folder)
        self.image_size = self._model.image_size
        if note.pace:
            self.batch = note.pace.batch
        self.fingerprint = Fingerprint(
            name=f"{PREFIX}:{note.name}",
            version=note.version,
            dimension=note.dimension,
            options=sampling.options,
        )

    def renderer(self, info: VideoInfo) -> Callable[[VideoFrame], RGBImage]:
        """Scale with Pillow, as the model's training images were: FFmpeg's bicubic filter differs.

        It takes some milliseconds a frame, which beside such a model is little.
        """
        whole = RGBScaler(info.width, info.height, info.rotation)
        return lambda frame: self._model.prepare(Image.fromarray(whole(frame)))

    def embed_images(self, images: NDArray[np.uint8]) -> Vectors:
        """Unit vectors [n, dimension] of RGB images [n, height, width, 3]."""
        return self._model.embed_images(images)

    def encode_text(self, text: str) -> Vector:
        """The unit vector [dimension] of a text; what exceeds the model's context is cut."""
        vector: Vector = self._model.encode_texts([checked_text(text)])[0]
        return vector

    def self_test(self, *, full: bool = True) -> None:
        """Compare checksums, then the drawings and captions with what they were when fetched."""
        name = self.fingerprint.name
        if full:
            self._check_files()
            pictures, captions = _self_portrait(name, self._model)
            check_captions(name, pictures, captions)
            check_known(name, "image", pictures, self._known["pictures"], LEAST_COSINE)
        else:
            captions = self._model.encode_texts(list(CAPTIONS))
        check_known(name, "text", captions, self._known["captions"], LEAST_COSINE)

    @cached_property
    def _known(self) -> dict[str, Vectors]:
        path = self._folder / KNOWN_VECTORS
        try:
            with np.load(path, allow_pickle=False) as known:
                return {key: known[key] for key in ("pictures", "captions")}
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise self._broken(f"{path} cannot be read ({error})") from error

    def _check_files(self) -> None:
        if path := damaged(self._folder, self._note.sha256):
            raise self._broken(f"{path} is damaged: its checksum differs")

    def _broken(self, what: str) -> EmbedderBroken:
        return EmbedderBroken(
            what,
            remedy=f"`footage models delete {self.fingerprint.name}`, then fetch it again",
        )
