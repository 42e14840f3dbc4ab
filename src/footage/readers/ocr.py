"""Text in a picture, by PP-OCRv6 (PaddleOCR, Apache-2.0), which the package rapidocr carries.

A small look tells whether there is any text, at a fifth of the cost of reading it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from footage.errors import ReaderBroken
from footage.media.frames import RGBImage
from footage.onnx import runtime

MODELS = ("PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx")

LOOK_SIDE = 512
"""The longest side in pixels of a picture that is looked at: letters of 2 % of its height show."""
READ_SIDE = 1280
"""The longest side in pixels of a picture that is read."""

# Finding the text in a picture of this size misses none that a larger one shows.
_FIND_SIDE = 960
# A second thread gains a tenth, and takes what decodes.
_THREADS = 1
# How sure the detector must be of a box. A look may err on the side of seeing one.
_READ_BOX, _LOOK_BOX = 0.5, 0.2

# Of 87 texts drawn onto real clips 99 % were read with .88 and more; what was read in the clips
# themselves, where there was no text, was below .7 or a single character.
_LEAST_CONFIDENCE = 0.7
_FEWEST_CHARACTERS = 2  # letters or digits

Boxes = NDArray[np.float64]
"""Left, top, right and bottom in pixels, shape [n, 4]."""


@dataclass(frozen=True, slots=True)
class SeenText:
    """A row of text in a picture."""

    text: str
    confidence: float  #: 0 to 1


class TextFinder:
    """Finds and reads text in pictures."""

    def __init__(self) -> None:
        """Load the models. Raises `ReaderBroken` where their files are damaged."""
        self._asking = Lock()  # the engine remembers how it was asked last
        runtime()  # before rapidocr loads it, for its telemetry
        detector, recognizer = (models_folder() / name for name in MODELS)
        # named files, as what is not named is downloaded where it is missing
        parameters = {
            "Global.use_cls": False,  # upside down text
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": _THREADS,
            "Det.model_path": str(detector),
            "Det.limit_type": "max",
            "Det.limit_side_len": _FIND_SIDE,
            "Rec.model_path": str(recognizer),
        }
        try:
            self._engine = import_module("rapidocr").RapidOCR(params=parameters)
            self._engine(np.zeros((64, 64, 3), np.uint8))  # it loads its models when first used
        # rapidocr and onnxruntime raise their own types, one for each thing that can be wrong
        except Exception as error:
            raise ReaderBroken(f"the models in {models_folder()} cannot be used") from error

    def look(self, image: RGBImage) -> Boxes:
        """Where in a picture of `LOOK_SIDE` there may be text."""
        found = self._ask(image, use_rec=False, box_thresh=_LOOK_BOX)
        if found.boxes is None:
            return np.zeros((0, 4))
        corners = np.asarray(found.boxes, np.float64)  # [n, 4, 2]
        return np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)

    def read(self, image: RGBImage) -> list[SeenText]:
        """The rows of text in a picture of `READ_SIDE`, from top to bottom."""
        found = self._ask(image, use_rec=True, box_thresh=_READ_BOX)
        rows = zip(found.txts or (), found.scores or (), strict=True)
        seen = (SeenText(" ".join(text.split()), float(score)) for text, score in rows)
        return [row for row in seen if _is_text(row)]

    def _ask(self, image: RGBImage, **how: Any) -> Any:
        with self._asking:
            return self._engine(np.ascontiguousarray(image[:, :, ::-1]), **how)  # it wants BGR


def models_folder() -> Path:
    """Where rapidocr keeps its models."""
    package = find_spec("rapidocr")
    return Path((package and package.origin) or "").parent / "models"


def importable() -> str:
    """Why the packages cannot be loaded; empty where they can."""
    try:
        import_module("cv2")
    except ImportError as error:
        return f"OpenCV cannot be loaded ({error}): use opencv-python-headless"
    return ""


def _is_text(row: SeenText) -> bool:
    characters = sum(character.isalnum() for character in row.text)
    return row.confidence >= _LEAST_CONFIDENCE and characters >= _FEWEST_CHARACTERS
