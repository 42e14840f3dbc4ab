"""Text drawn onto the frames of videos is read off them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from skimage import data
from subtitled import video_file
from videos import Pixels, make_video

from footage.errors import ReaderBroken
from footage.reader import Line, Reading
from footage.readers import ocr
from footage.readers.screen import ScreenReader

SIZE = (640, 360)


def photo(name: str) -> Image.Image:
    image: Image.Image = Image.fromarray(getattr(data, name)()).resize(SIZE)
    return image


def signed(image: Image.Image, text: str, at: tuple[int, int], letters: int = 24) -> Pixels:
    """A photo with a sign on it."""
    image = image.copy()
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(letters)
    left, top, right, bottom = pen.textbbox(at, text, font=font)
    pen.rectangle((left - 8, top - 8, right + 8, bottom + 8), fill=(20, 60, 120))
    pen.text(at, text, font=font, fill="white")
    return np.asarray(image)


@pytest.fixture(scope="module")
def reader() -> ScreenReader:
    return ScreenReader()


def read(
    reader: ScreenReader,
    path: Path,
    shot: Callable[[float], Pixels],
    seconds: float = 8.0,
    **how: int,
) -> Reading:
    make_video(path, seconds=seconds, fps=5, size=SIZE, shots=[shot], **how)  # type: ignore[arg-type]
    return reader.read(video_file(path), on_progress=lambda _seconds: None)


def only(reading: Reading) -> Line:
    (line,) = reading.lines
    return line


def test_a_sign_and_when_it_is_shown(tmp_path: Path, reader: ScreenReader) -> None:
    coffee = photo("coffee")
    with_sign = signed(coffee, "Museum of Modern Art", (60, 260))
    shot = lambda t: with_sign if 3 <= t < 6 else np.asarray(coffee)  # noqa: E731
    reading = read(reader, tmp_path / "a.mp4", shot, 9)
    line = only(reading)
    assert line.text == "Museum of Modern Art"
    assert line.start == pytest.approx(3, abs=1.1)
    assert line.end == pytest.approx(6, abs=1.1)
    assert 0.7 <= (line.confidence or 0) <= 1
    assert reading.source == "picture"
    assert not reading.damage


def test_a_sign_that_moves_is_one_line(tmp_path: Path, reader: ScreenReader) -> None:
    cat = photo("chelsea")
    shot = lambda t: signed(cat, "Ring the bell", (40 + int(30 * t), 250))  # noqa: E731
    line = only(read(reader, tmp_path / "a.mp4", shot))
    assert line.text == "Ring the bell"
    assert (line.start, line.end) == pytest.approx((0, 8), abs=0.5)


def test_every_row_of_a_slide(tmp_path: Path, reader: ScreenReader) -> None:
    rows = ["Quarterly results", "Revenue grew by 12 %", "Outlook for 2027"]
    slide = Image.new("RGB", SIZE, "white")
    for place, row in enumerate(rows):
        font = ImageFont.load_default(26)
        ImageDraw.Draw(slide).text((50, 60 + 80 * place), row, font=font, fill="black")
    reading = read(reader, tmp_path / "a.mp4", lambda _t: np.asarray(slide), 3)
    assert [line.text.replace(" %", "%") for line in reading.lines] == [
        row.replace(" %", "%") for row in rows
    ]


def test_a_video_that_is_to_be_turned(tmp_path: Path, reader: ScreenReader) -> None:
    upright = photo("astronaut").resize((SIZE[1], SIZE[0]))
    lying = np.rot90(signed(upright, "Launch area", (40, 500)))
    line = only(read(reader, tmp_path / "a.mp4", lambda _t: lying, 3, rotation=90))
    assert line.text == "Launch area"


@pytest.mark.parametrize("name", ["coffee", "chelsea", "gravel", "brick"])
def test_pictures_without_text_have_no_lines(
    name: str, tmp_path: Path, reader: ScreenReader
) -> None:
    image = np.asarray(photo(name).convert("RGB"))
    reading = read(reader, tmp_path / "a.mp4", lambda t: np.roll(image, int(15 * t), axis=1))
    assert reading.lines == ()


def test_the_models_are_named_in_the_fingerprint(reader: ScreenReader) -> None:
    assert reader.fingerprint.options == {
        "model": "PP-OCRv6_det_small.onnx,PP-OCRv6_rec_small.onnx"
    }


def test_a_damaged_model_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ocr.MODELS:
        (tmp_path / name).write_bytes(b"no model")
    monkeypatch.setattr(ocr, "models_folder", lambda: tmp_path)
    with pytest.raises(ReaderBroken, match=r"the models in .* cannot be used"):
        ocr.TextFinder()
