"""A CLIP or SigLIP model from its folder of ONNX files, in the layout of immich's hub models.

    config.json                        open_clip's description of the model
    visual/model.onnx                  image float32 [n, 3, height, width] → embedding [n, d]
    visual/preprocess_cfg.json         open_clip's size, mean, deviation, resize mode
    textual/model.onnx                 text int32 [n, context length] → embedding [n, d]
    textual/tokenizer.json, tokenizer_config.json

Images and sentences are prepared as open_clip prepares them (its ``transform.py`` and
``tokenizer.py``), but for ftfy's mending of wrongly decoded text.
"""

from __future__ import annotations

import html
import json
import os
import string
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import BaseModel, Field, ValidationError, field_validator

from footage.embedder import Vectors
from footage.errors import EmbedderBroken, EmbedderUnavailable
from footage.media.frames import RGBImage
from footage.onnx import open_session, providers

THREADS = os.cpu_count() or 1  # beside such a model, decoding is little work
NEEDED = (
    "config.json",
    "visual/model.onnx",
    "visual/preprocess_cfg.json",
    "textual/model.onnx",
    "textual/tokenizer.json",
    "textual/tokenizer_config.json",
)


class Preprocessing(BaseModel):
    """What ``visual/preprocess_cfg.json`` says; sizes are (height, width) in pixels."""

    size: tuple[int, int]
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: Literal["bicubic", "bilinear", "random"] = "bicubic"
    resize_mode: Literal["shortest", "squash"] = "shortest"

    @field_validator("size", mode="before")
    @classmethod
    def _square(cls, size: Any) -> Any:
        return (size, size) if isinstance(size, int) else size


class _TokenizerOptions(BaseModel):
    clean: Literal["whitespace", "lower", "canonicalize"] = "whitespace"
    strip_sep_token: bool = False


class _TextConfig(BaseModel):
    context_length: int = Field(default=77, gt=0)
    tokenizer_kwargs: _TokenizerOptions = _TokenizerOptions()


class _Config(BaseModel):
    text_cfg: _TextConfig = _TextConfig()


_Description = TypeVar("_Description", bound=BaseModel)


class ClipModel:
    """Both towers of a model, loaded when first used, on CUDA where it is installed."""

    def __init__(self, folder: Path) -> None:
        """Read the model's description. Raises `EmbedderBroken` for a folder that is not one."""
        self._folder = folder
        if missing := [name for name in NEEDED if not (folder / name).is_file()]:
            raise EmbedderBroken(
                f"{folder} is not a CLIP model: {missing[0]} is missing",
                remedy="it must be laid out as the models of huggingface.co/immich-app",
            )
        self.preprocessing = self._described(Preprocessing, "visual/preprocess_cfg.json")
        self._text = self._described(_Config, "config.json").text_cfg

    @property
    def image_size(self) -> tuple[int, int]:
        """Width and height in pixels of the images `embed_images` takes."""
        height, width = self.preprocessing.size
        return width, height

    def prepare(self, image: Image.Image) -> RGBImage:
        """Any image as the pixels [height, width, 3] that `embed_images` takes.

        It is squashed to that size, or the shorter side fills it and the middle is cut out.
        """
        options = self.preprocessing
        squashed = options.resize_mode == "squash"
        size = self.image_size if squashed else filling_size(*image.size, self.image_size)
        bilinear = options.interpolation == "bilinear"
        resampling = Image.Resampling.BILINEAR if bilinear else Image.Resampling.BICUBIC
        scaled = image.convert("RGB").resize(size, resampling)
        return _middle(np.asarray(scaled), self.image_size)

    def embed_images(self, images: NDArray[np.uint8]) -> Vectors:
        """Unit vectors [n, dimension] of RGB images [n, height, width, 3]."""
        taken = self._visual.get_inputs()[0]
        if taken.type == "tensor(uint8)":  # the model normalises by itself
            return self._run(self._visual, {taken.name: images})
        mean, std = (
            np.array(values, dtype=np.float32)
            for values in (self.preprocessing.mean, self.preprocessing.std)
        )
        normal = (images.astype(np.float32) / 255 - mean) / std
        pixels = np.ascontiguousarray(normal.transpose(0, 3, 1, 2))
        half = taken.type == "tensor(float16)"
        return self._run(self._visual, {taken.name: pixels.astype(np.float16) if half else pixels})

    def encode_texts(self, texts: list[str]) -> Vectors:
        """Unit vectors [n, dimension] of texts; what exceeds the context length is cut."""
        encodings = self._tokenizer.encode_batch([self._cleaned(text) for text in texts])
        tokens = np.array([encoding.ids for encoding in encodings])
        if self._text.tokenizer_kwargs.strip_sep_token:
            tokens[tokens == self._token("sep_token")] = 0
        mask = np.array([encoding.attention_mask for encoding in encodings])
        given = {"text": tokens, "input_ids": tokens, "attention_mask": mask}
        wanted = self._textual.get_inputs()
        if unknown := [taken.name for taken in wanted if taken.name not in given]:
            raise EmbedderUnavailable(
                f"the text model in {self._folder} wants {unknown[0]!r}, which footage cannot give",
                remedy="choose another model",
            )
        wide = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
        feed = {taken.name: given[taken.name].astype(wide[taken.type]) for taken in wanted}
        return self._run(self._textual, feed)

    @cached_property
    def provider(self) -> str:
        """Where the image tower runs: ``CUDAExecutionProvider`` or ``CPUExecutionProvider``."""
        return str(self._visual.get_providers()[0])

    @cached_property
    def fixed_batch(self) -> int | None:
        """How many images the image tower takes at once, where it takes one number only."""
        return _fixed_batch(self._visual)

    @cached_property
    def _visual(self) -> Any:
        path = self._folder / "visual/model.onnx"
        return open_session(path, threads=THREADS, on=providers())

    @cached_property
    def _textual(self) -> Any:
        path = self._folder / "textual/model.onnx"
        return open_session(path, threads=THREADS, on=providers())

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        path = self._folder / "textual/tokenizer.json"
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # tokenizers raises nothing narrower
            raise EmbedderBroken(f"{path} cannot be read ({error})") from error
        name = self._special("pad_token")
        tokenizer.enable_truncation(self._text.context_length)
        tokenizer.enable_padding(
            length=self._text.context_length,
            pad_id=tokenizer.token_to_id(name),
            pad_token=name,
            direction=self._tokenizer_config.get("padding_side", "right"),
        )
        return tokenizer

    @cached_property
    def _tokenizer_config(self) -> dict[str, Any]:
        return self._json("textual/tokenizer_config.json")

    def _special(self, kind: str) -> str:
        """The text of a special token, which may be written in two ways."""
        token = self._tokenizer_config.get(kind)
        text = token.get("content") if isinstance(token, dict) else token
        if not isinstance(text, str):
            path = self._folder / "textual/tokenizer_config.json"
            raise EmbedderBroken(f"{path} names no {kind}", remedy="choose another model")
        return text

    def _token(self, kind: str) -> int:
        return int(self._tokenizer.token_to_id(self._special(kind)))

    def _cleaned(self, text: str) -> str:
        text = " ".join(html.unescape(html.unescape(text)).split())
        match self._text.tokenizer_kwargs.clean:
            case "lower":
                return text.lower()
            case "canonicalize":
                plain = text.replace("_", " ").translate(_NO_PUNCTUATION)
                return " ".join(plain.lower().split())
        return text

    def _run(self, session: Any, feed: dict[str, NDArray[Any]]) -> Vectors:
        """The unit vectors [n, dimension] of a feed, in as many runs as the model's batch wants."""
        count = len(next(iter(feed.values())))
        step = _fixed_batch(session) or count
        parts = [
            session.run(None, {name: part[start : start + step] for name, part in feed.items()})[0]
            for start in range(0, count, step)
        ]
        vectors = np.concatenate(parts).astype(np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(norms, np.finfo(np.float32).tiny))

    def _described(self, kind: type[_Description], name: str) -> _Description:
        try:
            return kind.model_validate(self._json(name))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise EmbedderUnavailable(
                f"{self._folder / name} describes a model of another kind: {where}: {first['msg']}",
                remedy="choose another model",
            ) from error

    def _json(self, name: str) -> dict[str, Any]:
        path = self._folder / name
        try:
            values = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise EmbedderBroken(f"{path} cannot be read ({error})") from error
        if not isinstance(values, dict):
            raise EmbedderBroken(f"{path} is not a description of a model")
        return values


_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def _fixed_batch(session: Any) -> int | None:
    count = session.get_inputs()[0].shape[0]
    return count if isinstance(count, int) else None


def filling_size(width: int, height: int, size: tuple[int, int]) -> tuple[int, int]:
    """(width, height) of a ``width`` × ``height`` picture scaled to just cover ``size``.

    The longer side is rounded down, as torchvision's Resize does it.
    """
    columns, rows = size
    if columns * height >= rows * width:
        return columns, max(rows, int(columns * height / width))
    return max(columns, int(rows * width / height)), rows


def _middle(image: RGBImage, size: tuple[int, int]) -> RGBImage:
    """The middle [height, width, 3] of an image that is at least (width, height) ``size``."""
    (width, height), (rows, columns) = size, image.shape[:2]
    top, left = round((rows - height) / 2), round((columns - width) / 2)
    return image[top : top + height, left : left + width]
