"""How examples are written, what they cannot be, and what makes two of them the same."""

from __future__ import annotations

import os
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import animated, make_picture, noise
from videos import audio_only, make_video

from footage.errors import InvalidQuery, MediaError, MediaMissing, NoVideo, UnreadableMedia
from footage.example import KINDS, Example, seconds
from footage.paths import absolute

# names with all that the text form uses, and all else that a file may be called
NAMES = st.text(st.sampled_from(string.ascii_letters + "@^-:. 0123456789é"), min_size=1)
NAMES = NAMES.filter(lambda name: name.strip(". ") and not name.startswith("~"))
TIMES = st.integers(0, 359_999)


def clock(whole: int) -> str:
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


@given(NAMES, TIMES, st.integers(1, 1000), st.sampled_from(["clip", "sound"]))
def test_a_stretch_is_read_behind_any_name(name: str, start: int, length: int, kind: str) -> None:
    for text in (f"{name}@{start}-{start + length}", f"{name}@{clock(start)}-{start + length}.0"):
        assert Example.parse(text, kind) == Example(name, kind, start, start + length)
    assert Example.parse(f"{name}@-{length}", kind) == Example(name, kind, end=length)
    assert Example.parse(f"{name}@{clock(start)}-", kind) == Example(name, kind, start=start)
    assert Example.parse(f"{name}@-", kind) == Example(name, kind)


@given(NAMES, TIMES, st.integers(1, 1000), st.floats(0.01, 100))
def test_a_weight_is_read_behind_all(name: str, start: int, length: int, weight: float) -> None:
    weighed = Example.parse(f"{name}@{start}-{start + length}^{weight:f}", "clip")
    end = start + length
    assert weighed == Example(name, "clip", start, end, weight=float(f"{weight:f}"))
    assert Example.parse(f"{name}^{weight:f}", "image").path == absolute(name)


@given(st.text(max_size=30), st.sampled_from(KINDS))
def test_anything_else_is_a_name_or_refused_politely(text: str, kind: str) -> None:
    try:
        example = Example.parse(text, kind)
    except InvalidQuery:
        return
    assert example.url or example.path.is_absolute()


@given(NAMES)
def test_a_picture_has_no_stretch_to_read(name: str) -> None:
    assert Example.parse(f"{name}@1-2", "image").path == absolute(f"{name}@1-2")


@pytest.mark.parametrize(
    ("text", "path", "start", "end"),
    [
        ("a.mp4", "a.mp4", None, None),
        ("me@home.mp4", "me@home.mp4", None, None),
        ("me@home.mp4@90-1:40", "me@home.mp4", 90.0, 100.0),
        ("a@1-2.mp4", "a@1-2.mp4", None, None),
        ("a@1-2@0:03.5-5", "a@1-2", 3.5, 5.0),
        ("a@1-2@-", "a@1-2", None, None),
        ("2^8.mp4", "2^8.mp4", None, None),
        ("a@b-c", "a@b-c", None, None),
    ],
)
def test_the_text_form(text: str, path: str, start: float | None, end: float | None) -> None:
    example = Example.parse(text, "clip")
    assert (example.path.name, example.start, example.end) == (path, start, end)


@pytest.mark.parametrize("text", ["a@1:99-2:00", "a@9-3", "a@1.2.3-9", "a^0", ""])
def test_what_reads_like_a_stretch_and_is_none(text: str) -> None:
    with pytest.raises(InvalidQuery):
        Example.parse(text, "clip")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "smell"},
        {"kind": "clip", "start": -1},
        {"kind": "clip", "start": float("nan")},
        {"kind": "clip", "end": float("inf")},
        {"kind": "sound", "start": "1"},
        {"kind": "clip", "start": 3, "end": 3},
        {"kind": "clip", "end": 0},
        {"kind": "image", "start": 1},
        {"kind": "image", "end": 1},
        {"kind": "image", "weight": 0},
        {"kind": "image", "weight": float("inf")},
        {"kind": "image", "weight": float("nan")},
        {"kind": "image", "weight": True},
        {"kind": "image", "weight": "2"},
    ],
    ids=str,
)
def test_what_an_example_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidQuery) as refused:
        Example("a.file", **wrong)
    assert refused.value.remedy


@pytest.mark.parametrize("source", ["", "a\0b", 5, None, b"a.jpg"], ids=repr)
def test_what_is_no_file(source: Any) -> None:
    with pytest.raises(InvalidQuery, match="is no example"):
        Example(source, "image")


def test_an_address_is_of_a_picture() -> None:
    example = Example("https://example.org/a.jpg?x=1@3-4")
    assert (example.kind, example.url) == ("image", "https://example.org/a.jpg?x=1@3-4")
    assert example.identity is None
    with pytest.raises(InvalidQuery, match="is an address"):
        _ = example.path
    for kind in ("clip", "sound"):
        with pytest.raises(InvalidQuery, match="only a picture is taken from an address"):
            Example.parse("HTTP://example.org/a.mp4@3-4", kind)


def test_the_kind_is_told_from_the_content(tmp_path: Path) -> None:
    picture = make_picture(tmp_path / "a.png")
    picture.rename(tmp_path / "a.mp4")
    film = make_video(tmp_path / "film.mp4", seconds=1, audio=True)
    film.rename(tmp_path / "film")
    heard = audio_only(tmp_path / "heard.mp3")
    kinds = {name: Example(tmp_path / name).kind for name in ("a.mp4", "film", heard.name)} | {
        "loop": Example(animated(tmp_path / "loop.gif")).kind
    }
    assert kinds == {"a.mp4": "image", "film": "clip", "heard.mp3": "sound", "loop": "clip"}


def test_a_file_that_shows_no_kind(tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_text("a dog on a beach")
    with pytest.raises(UnreadableMedia, match=r"notes\.jpg"):
        Example(tmp_path / "notes.jpg")
    with pytest.raises(MediaMissing, match=r"gone\.jpg is not there"):
        Example(tmp_path / "gone.jpg")
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(MediaError, match=r"empty\.jpg is empty"):
        Example(tmp_path / "empty.jpg")
    assert issubclass(NoVideo, MediaError)


@pytest.mark.parametrize(
    ("example", "duration", "found"),
    [
        ({}, 8.0, (0.0, 8.0)),
        ({"start": 2, "end": 5}, 8.0, (2, 5)),
        ({"start": 2, "end": 50}, 8.0, (2, 8.0)),
        ({"start": 2}, 0.0, (2, 12.0)),
        ({"end": 4}, 0.0, (0.0, 4)),
    ],
)
def test_a_stretch_ends_with_its_file(
    example: dict[str, float], duration: float, found: tuple[float, float]
) -> None:
    assert Example("a.mp4", "clip", **example).stretch(duration, longest=10) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("example", "duration", "why"),
    [
        ({"start": 8}, 8.0, "lasts 8.0 s, and the clip begins at 8 s"),
        ({}, 11.0, "lasts 11.0 s, and at most 10 s are taken"),
        ({"start": 1, "end": 12}, 0.0, "lasts 11.0 s, and at most 10 s are taken"),
    ],
)
def test_stretches_that_are_not_there_or_too_long(
    example: dict[str, float], duration: float, why: str
) -> None:
    with pytest.raises(InvalidQuery, match=why):
        Example("a.mp4", "clip", **example).stretch(duration, longest=10)  # type: ignore[arg-type]


def test_the_identity_is_of_the_content(tmp_path: Path) -> None:
    one, same, other = (
        Example(noise(tmp_path / f"{name}.png", seed), "image")
        for name, seed in (("one", 1), ("same", 1), ("other", 2))
    )
    assert one.identity == same.identity != other.identity
    assert hash(one.identity) == hash(same.identity)
    kept, stamp = one.identity, one.path.stat()
    data = bytearray(one.path.read_bytes())
    data[-20] ^= 1
    one.path.write_bytes(bytes(data))  # the same size, and made to look as old
    os.utime(one.path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert one.identity != kept


def test_the_identity_says_all_that_is_asked(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=1)
    asked = [
        Example(path, "clip"),
        Example(path, "sound"),
        Example(path, "clip", 0.2),
        Example(path, "clip", 0.2, 0.5),
    ]
    assert len({example.identity for example in asked}) == len(asked)
    assert Example(path, "clip", weight=2).identity == asked[0].identity
    program = f"from footage.example import Example; print(Example({str(path)!r}, 'clip').identity)"
    elsewhere = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert elsewhere.stdout.strip() == str(asked[0].identity)


@pytest.mark.parametrize(
    ("text", "time"),
    [("90", 90.0), ("1:30", 90.0), ("0:01:30.5", 90.5), (" 7 ", 7.0), ("2:00:00", 7200.0)],
)
def test_times(text: str, time: float) -> None:
    assert seconds(text) == time


@pytest.mark.parametrize("text", ["", "soon", "1:60", "1:2:3:4", "-5", "nan", "1e9"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(InvalidQuery, match="is not a time"):
        seconds(text)
