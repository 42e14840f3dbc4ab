"""Pictures as people have them become upright eight-bit RGB, or one sentence."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import animated, deep_grey, make_picture, noise, transparent, turned
from PIL import Image
from videos import count_of, counting, make_video, truncated

from footage.errors import MediaError, MediaForbidden, MediaMissing, UnreadableMedia
from footage.media.frames import RGBScaler, to_rgb
from footage.media.stills import FORMATS, LARGEST_SIDE, as_frame, is_still, read_still


def mean(image: Image.Image) -> list[int]:
    return [round(value) for value in np.asarray(image).reshape(-1, 3).mean(axis=0)]


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.bmp", "a.tif", "a.gif", "a.ppm"])
def test_a_picture(name: str, tmp_path: Path) -> None:
    path = make_picture(tmp_path / name, "blue")
    image = read_still(path)
    assert (image.mode, image.size) == ("RGB", (160, 120))
    assert mean(image) == pytest.approx([0, 0, 255], abs=3)
    assert is_still(path)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_what_was_taken_upright_is_upright(name: str, tmp_path: Path) -> None:
    image = read_still(turned(tmp_path / name))
    assert image.size == (120, 160)
    above, below = np.asarray(image)[20, 60], np.asarray(image)[140, 60]
    assert above[0] > 150 > above[2]
    assert below[2] > 150 > below[0]


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_what_cannot_be_seen_is_white(name: str, tmp_path: Path) -> None:
    assert mean(read_still(transparent(tmp_path / name))) == [255, 255, 255]


def test_a_palette_with_a_hole_in_it(tmp_path: Path) -> None:
    image = Image.new("P", (20, 10))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.save(tmp_path / "a.png", transparency=0)
    assert mean(read_still(tmp_path / "a.png")) == [255, 255, 255]


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
@pytest.mark.parametrize(("level", "seen"), [(0, 0), (0x4000, 0x40), (0x9C40, 0x9C), (0xFFFF, 255)])
def test_sixteen_bits_keep_their_brightness(
    name: str, level: int, seen: int, tmp_path: Path
) -> None:
    assert mean(read_still(deep_grey(tmp_path / name, level))) == [seen] * 3


def test_print_colours_and_single_bits(tmp_path: Path) -> None:
    Image.new("CMYK", (20, 20), (0, 255, 255, 0)).save(tmp_path / "print.jpg")
    assert mean(read_still(tmp_path / "print.jpg")) == pytest.approx([255, 0, 0], abs=3)
    Image.new("1", (20, 20), 1).save(tmp_path / "bit.png")
    assert mean(read_still(tmp_path / "bit.png")) == [255, 255, 255]


def test_a_photo_with_another_behind_it_is_one(tmp_path: Path) -> None:
    path = animated(tmp_path / "depth.mpo")
    assert is_still(path)
    assert mean(read_still(path)) == pytest.approx([255, 0, 0], abs=3)


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png", "a.tif"])
def test_several_pictures_are_not_one(name: str, tmp_path: Path) -> None:
    path = animated(tmp_path / name)
    assert not is_still(path)
    with pytest.raises(UnreadableMedia, match=r"holds 2 pictures.*as a clip"):
        read_still(path)


def test_a_large_photo_is_read_smaller(tmp_path: Path) -> None:
    Image.new("L", (2 * LARGEST_SIDE, 2 * LARGEST_SIDE), 128).save(tmp_path / "large.jpg")
    assert read_still(tmp_path / "large.jpg").size == (LARGEST_SIDE, LARGEST_SIDE)


def test_a_picture_too_large_is_refused_and_a_large_one_is_no_bomb(tmp_path: Path) -> None:
    Image.new("1", (14_000, 14_000)).save(tmp_path / "huge.png")
    with pytest.raises(UnreadableMedia, match="more than 178,956,970 pixels; save a smaller copy"):
        read_still(tmp_path / "huge.png")
    Image.new("1", (100_000, 1000)).save(tmp_path / "large.png")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert is_still(tmp_path / "large.png")


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.bmp", "a.gif", "a.tif", "a.ppm"])
def test_a_picture_that_breaks_off(name: str, tmp_path: Path) -> None:
    path = truncated(noise(tmp_path / name), keep=0.6)
    with pytest.raises(UnreadableMedia, match=rf"{name} is .*(breaks off|not a picture)"):
        read_still(path)


def test_what_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("a dog on a beach")
    with pytest.raises(UnreadableMedia, match=r"text\.jpg is not a picture.*JPEG or PNG"):
        read_still(tmp_path / "text.jpg")
    with pytest.raises(UnreadableMedia, match="is not a picture"):
        read_still(make_video(tmp_path / "film.jpg", seconds=1, container="mp4"))
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(UnreadableMedia, match=r"empty\.jpg is empty"):
        read_still(tmp_path / "empty.jpg")
    with pytest.raises(UnreadableMedia, match="not a regular file"):
        read_still(tmp_path)
    with pytest.raises(MediaMissing, match=r"gone\.jpg is not there"):
        read_still(tmp_path / "gone.jpg")
    Image.fromarray(np.full((9, 9), 0.5, np.float32)).save(tmp_path / "numbers.tif")
    with pytest.raises(UnreadableMedia, match=r"numbers\.tif"):
        read_still(tmp_path / "numbers.tif")


def test_a_picture_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_picture(tmp_path / "secret.png")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Image, "open", refuse)
    with pytest.raises(MediaForbidden, match=r"secret\.png may not be read"):
        read_still(path)


def test_only_plain_readers_are_used() -> None:
    assert not {"EPS", "PSD", "WMF", "ICNS", "PCD"} & set(FORMATS)


def test_a_picture_is_seen_as_the_same_frame_of_a_video(tmp_path: Path) -> None:
    pixels = counting(10)(2.1)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    frame, info = as_frame(read_still(tmp_path / "a.png"))
    assert (info.width, info.height, info.rotation) == (160, 120, 0)
    seen = RGBScaler(64, 64, info.rotation)(frame)
    assert count_of(seen) == 21
    np.testing.assert_array_equal(to_rgb(frame, width=160, height=120), pixels)


@settings(max_examples=150)
@given(
    st.sampled_from(["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "JPEG2000"]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=30),
    st.floats(0.05, 1),
)
def test_damage_is_a_picture_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    flips: list[tuple[float, int]],
    keep: float,
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged-picture"
    pixels = np.random.default_rng(3).integers(0, 256, (24, 32, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(path, kind)
    data = bytearray(path.read_bytes())
    for place, value in flips:
        data[int(place * (len(data) - 1))] = value
    path.write_bytes(bytes(data[: max(1, int(len(data) * keep))]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = read_still(path)
        except MediaError as error:
            image = None
            said = str(error)
    assert "damaged-picture" in said if image is None else image.mode == "RGB"
