"""Searching by pictures and clips, alone and with a text, in Python and on the command line."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from houses import House, Run
from little_clip import write_clip
from pictures import animated, make_picture, transparent
from PIL import Image
from videos import Pixels, audio_only, make_video, texture, truncated

import footage
from footage import Example
from footage.embedder import Embedder
from footage.embedders.clip import ClipEmbedder, obtain
from footage.embedders.lite import LiteEmbedder
from footage.embedders.local import LONGEST_CLIP
from footage.errors import InvalidQuery, MediaMissing, NotFound, NoVideo, UnreadableMedia
from footage.media.frames import FrameReader, to_rgb
from footage.settings import Sampling


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for colour in ("red", "blue", "yellow", "white"):
        make_picture(folder / f"{colour}.png", colour)
    return folder


def found(result: footage.SearchResult) -> list[str]:
    """The videos, the best first."""
    return list(dict.fromkeys(moment.title for moment in result))


# in Python


def test_an_image_alone(house: footage.Library, pictures: Path) -> None:
    best = house.search(examples=pictures / "blue.png")[0]
    assert (best.title, best.start) == ("red-blue", 4.0)
    assert house.search(examples=[str(pictures / "yellow.png")])[0].title == "yellow"
    assert house.search(examples=Example(pictures / "white.png"))[0].title in {"green", "white"}


def test_a_clip_alone(house: footage.Library, built_house: House) -> None:
    film = built_house.videos / "beach/red-blue.mp4"
    blue = house.search(examples=Example(film, start=5, end=7))[0]
    assert (blue.title, blue.start) == ("red-blue", 4.0)
    assert blue.score == pytest.approx(1, abs=0.01)
    red = house.search(examples=Example(film, start=1, end=1.1), limit=2)
    assert {(moment.title, moment.start) for moment in red} == {("red-blue", 0.0), ("green", 6.0)}
    whole = house.search(examples=built_house.videos / "city/white.mp4")
    assert whole[0].title in {"white", "green"}
    assert whole[0].score == pytest.approx(1, abs=0.01)


def test_a_sound_is_refused_with_what_to_do(house: footage.Library, tmp_path: Path) -> None:
    heard = audio_only(tmp_path / "bark.mp3")
    with pytest.raises(
        InvalidQuery, match=r"colours cannot search by a sound, as .*bark\.mp3; say"
    ):
        house.search(examples=heard)


@pytest.mark.parametrize(("weight", "first"), [(0.1, "red"), (0.9, "blue")])
def test_weights_move_the_ranking(
    house: footage.Library, pictures: Path, weight: float, first: str
) -> None:
    by_text = house.search(
        "blue", examples=Example(pictures / "red.png", weight=1 - weight), text_weight=weight
    )
    by_pictures = house.search(
        examples=[
            Example(pictures / "red.png", weight=1 - weight),
            Example(pictures / "blue.png", weight=weight),
        ]
    )
    starts = {"red": (0.0, 6.0), "blue": (4.0,)}[first]
    for result in (by_text, by_pictures):
        assert result[0].title in {"red-blue", "green"}
        assert result[0].start in starts


def test_two_examples_find_what_is_like_both(house: footage.Library, pictures: Path) -> None:
    both = house.search("yellow", examples=pictures / "red.png", limit=20)
    scores = {(moment.title, moment.start): moment.score for moment in both}
    assert scores["yellow", 0.0] > scores["white", 0.0]
    assert max(scores["green", 6.0], scores["red-blue", 0.0]) > scores["red-blue", 4.0]


def test_pages_and_groups_are_of_the_same_mixture(house: footage.Library, pictures: Path) -> None:
    asked: dict[str, Any] = {"text": "blue", "examples": pictures / "white.png"}
    whole = house.search(**asked, limit=7)
    pages = [house.search(**asked, limit=1, offset=at)[0] for at in range(7)]
    assert [(m.title, m.start) for m in whole] == [(m.title, m.start) for m in pages]
    grouped = house.search(**asked, group_by_video=True)
    assert found(grouped) == found(whole)


def test_filters_hold_for_examples(house: footage.Library, pictures: Path) -> None:
    only = footage.Filters(videos=("city/white.mp4",))
    with pytest.raises(NotFound):
        house.search(examples=pictures / "red.png", filters=only)
    tagged = house.search(
        "blue", examples=pictures / "red.png", filters=footage.Filters(tags="sea")
    )
    assert found(tagged) == ["red-blue"]


def test_modalities_are_those_that_are_there(house: footage.Library) -> None:
    assert found(house.search("blue", modalities="visual")) == found(house.search("blue"))
    assert found(house.search("blue", modalities=["speech", "visual"])) == found(
        house.search("blue")
    )
    with pytest.raises(InvalidQuery, match="no speech or audio: colours embeds visual, and"):
        house.search("blue", modalities=["speech", "audio"])
    with pytest.raises(InvalidQuery, match="there is no modality 'smell'; name some of visual"):
        house.search("blue", modalities="smell")


def test_the_json_says_all_that_was_asked(house: footage.Library, pictures: Path) -> None:
    query = house.search(
        "blue",
        examples=Example(pictures / "red.png", weight=0.5),
        text_weight=2,
        modalities="visual",
    ).to_json()["query"]
    assert query["text"] == "blue"
    assert query["text_weight"] == 2
    assert query["modalities"] == ["visual"]
    assert query["examples"] == [
        {
            "source": str(pictures / "red.png"),
            "kind": "image",
            "start": None,
            "end": None,
            "weight": 0.5,
        }
    ]


def test_wrong_examples_are_a_sentence_each(
    house: footage.Library, pictures: Path, tmp_path: Path
) -> None:
    (tmp_path / "notes.jpg").write_text("a dog")
    film = make_video(tmp_path / "film.mp4", seconds=2)
    heard = audio_only(tmp_path / "heard.mp3")
    cases: list[tuple[Example, type[footage.FootageError], str]] = [
        (Example("gone.jpg", "image"), MediaMissing, r"gone\.jpg is not there"),
        (Example("gone.mp4", "clip"), MediaMissing, r"gone\.mp4 is not there"),
        (Example(tmp_path / "notes.jpg", "image"), UnreadableMedia, "is not a picture"),
        (Example(tmp_path / "notes.jpg", "clip"), UnreadableMedia, "is not a video"),
        (Example(film, "image"), UnreadableMedia, "is not a picture"),
        (Example(heard, "clip"), NoVideo, "holds only sound"),
        (Example(animated(tmp_path / "a.gif"), "image"), UnreadableMedia, "holds 2 pictures"),
        (Example(film, start=5), InvalidQuery, "lasts 2.0 s, and the clip begins at 5 s"),
        (Example("https://example.org/a.jpg"), InvalidQuery, "fetches nothing; download"),
    ]
    for example, kind, why in cases:
        with pytest.raises(kind, match=why) as refused:
            house.search(examples=example)
        assert refused.value.remedy
    with pytest.raises(UnreadableMedia, match="is not a picture that can be read"):
        house.search(examples=tmp_path / "notes.jpg")
    with pytest.raises(InvalidQuery, match="has 11 examples; give at most 10"):
        house.search(examples=[pictures / "red.png"] * 11)
    with pytest.raises(InvalidQuery, match="text_weight is 0"):
        house.search("a", text_weight=0)
    with pytest.raises(InvalidQuery, match="a vector is a query by itself"):
        house.search(examples=pictures / "red.png", vector=[1.0, 0, 0, 0])


def test_a_clip_longer_than_any_moment_is_refused(house: footage.Library, tmp_path: Path) -> None:
    long = make_video(
        tmp_path / "long.mp4", times=[0, LONGEST_CLIP + 30], seconds=LONGEST_CLIP + 30
    )
    with pytest.raises(
        InvalidQuery, match=r"at most 600 s are taken; name a stretch of it, as FILE@"
    ):
        house.search(examples=long)
    assert len(house.search(examples=Example(long, start=LONGEST_CLIP)))


# each embedder


@pytest.fixture(scope="module", params=["lite", "clip"])
def embedder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Embedder]:
    if request.param == "lite":
        yield LiteEmbedder(Sampling())
        return
    folder = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTAGE_MODELS", str(folder / "shelf"))
        model = write_clip(folder / "little", resize_mode="shortest")
        yield ClipEmbedder(obtain(f"clip:{model}"), Sampling())


def scene(number: int, tint: float) -> Pixels:
    """One of ten textures, with a colour of its own over it."""
    light = colorsys.hsv_to_rgb(number * 0.3 % 1, 1, 1)
    soft = texture(number, (320, 180)).astype(float)
    return ((1 - tint) * soft + tint * 255 * np.array(light)).astype(np.uint8)


def write_films(folder: Path, *, tint: float = 0.0) -> Path:
    """Five films of two scenes each, and the scenes as pictures."""
    for seed in range(5):
        shots = [scene(2 * seed, tint), scene(2 * seed + 1, tint)]
        make_video(folder / f"{seed}.mp4", seconds=10, size=(320, 180), shots=shots)
        for number, shot in enumerate(shots):
            Image.fromarray(shot).save(folder / f"{seed}-{number}.png")
    return folder


@pytest.fixture(scope="module")
def films(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    tint = 0.0 if embedder.fingerprint.name == "lite" else 0.7  # `clip` here sees colours alone
    return write_films(tmp_path_factory.mktemp("films"), tint=tint)


@pytest.fixture(scope="module")
def filled(
    embedder: Embedder, films: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[footage.Library]:
    folder = tmp_path_factory.mktemp("libraries") / "my.library"
    with footage.open(folder, embedder=embedder) as library:
        assert not library.add(*films.glob("*.mp4")).failed
        yield library


def test_a_picture_is_seen_as_a_frame_of_a_video_is(
    filled: footage.Library, films: Path, tmp_path: Path
) -> None:
    frames = filled.embedding(films / "3.mp4").frames
    assert frames is not None
    with FrameReader(films / "3.mp4") as reader:
        image = next(to_rgb(frame, width=320, height=180) for time, frame in reader if time >= 7.0)
    Image.fromarray(image).save(tmp_path / "seven.png")
    seen = filled.embedder.encode_image(Example(tmp_path / "seven.png"))
    assert seen.dtype == np.float32
    assert seen @ frames.vectors[7] > 0.98  # through RGB at full size, which a frame is not


def test_a_stretch_is_seen_as_its_segment_is(filled: footage.Library, films: Path) -> None:
    path = films / "2.mp4"
    (track,) = filled.embedding(path).tracks.values()
    for (start, end), vector in zip(track.spans.tolist(), track.vectors, strict=True):
        seen = filled.embedder.encode_clip(Example(path, start=start, end=end))
        assert seen @ vector > 0.9999


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("number", [0, 1])
def test_every_scene_is_found_by_its_clip_and_by_its_picture(
    filled: footage.Library, films: Path, seed: int, number: int
) -> None:
    start = 5.0 * number
    by_clip = filled.search(examples=Example(films / f"{seed}.mp4", start=start + 1, end=start + 3))
    assert (by_clip[0].title, round(by_clip[0].start)) == (str(seed), start)
    assert by_clip[0].score > 0.99
    # encoding changes a picture, and to lite one texture is much like another
    by_picture = filled.search(examples=films / f"{seed}-{number}.png", limit=3)
    assert (str(seed), start) in {(moment.title, round(moment.start)) for moment in by_picture}


def test_a_mixture_of_two_scenes_finds_both(filled: footage.Library, films: Path) -> None:
    both = filled.search(examples=[films / "0-1.png", films / "4-0.png"], limit=4)
    assert {(moment.title, round(moment.start)) for moment in both} > {("0", 5), ("4", 0)}


def test_no_embedder_here_hears(filled: footage.Library, tmp_path: Path) -> None:
    name = filled.embedder.fingerprint.name
    with pytest.raises(InvalidQuery, match=f"{name} cannot search by a sound") as refused:
        filled.search(examples=audio_only(tmp_path / "a.mp3"))
    assert "marengo" in refused.value.remedy


# the program


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Films and scenes, and a library of the films."""
    folder = write_films(tmp_path_factory.mktemp("program"))
    with footage.open(folder / "my.library") as library:
        assert not library.add(*folder.glob("*.mp4")).failed
    return folder


@pytest.mark.slow
def test_the_program(run: Run, scenes: Path) -> None:
    def search(*arguments: object) -> Any:
        answer = run("search", "--library", scenes / "my.library", "--json", *map(str, arguments))
        assert answer.code == 0, answer.err or answer.out
        return answer.json

    by_image = search("--image", scenes / "1-0.png")
    assert by_image["query"]["text"] is None
    assert by_image["moments"][0]["title"] == "1"
    by_clip = search("--clip", f"{scenes / '4.mp4'}@0:06-8.5", "--in", "visual")
    assert by_clip["query"]["examples"][0]["start"] == 6.0
    assert by_clip["query"]["examples"][0]["end"] == 8.5
    assert by_clip["query"]["modalities"] == ["visual"]
    assert (by_clip["moments"][0]["title"], round(by_clip["moments"][0]["start"])) == ("4", 5)
    mixture = ["--image", f"{scenes / '1-0.png'}^9", "--clip", f"{scenes / '4.mp4'}@6-8^1"]
    assert search(*mixture)["moments"][0]["title"] == "1"
    mixture = ["--image", f"{scenes / '1-0.png'}^1", "--clip", f"{scenes / '4.mp4'}@6-8^9"]
    assert search(*mixture)["moments"][0]["title"] == "4"
    with_text = search("--image", scenes / "1-0.png", "--text-weight", "0.01", "a", "dog")
    assert with_text["query"]["text"] == "a dog"
    assert with_text["moments"][0]["title"] == "1"


@pytest.mark.parametrize(
    "case",
    [
        ([], 2, "not said what to search for; give a text, an example"),
        (["--image", "gone.jpg"], 1, r"gone\.jpg is not there"),
        (["--sound", "FILM@0-1"], 2, "lite cannot search by a sound"),
        (["--clip", "FILM@3-1"], 2, "ends at 1 s, before it begins"),
        (["--clip", "FILM@1:99-3"], 2, "'1:99' is not a time"),
        (["--clip", "FILM@60-70"], 2, "lasts 10.0 s, and the clip begins at 60 s"),
        (["--image", "FILM"], 1, "is not a picture that can be read here"),
        (["--image", "https://example.org/a.png"], 2, "fetches nothing"),
        (["a dog", "--text-weight", "-1"], 2, "text_weight is -1.0; give a number above 0"),
        (["a dog", "--in", "speech"], 2, "no speech: lite embeds visual"),
        (["a dog", "--in", "smell"], 2, "there is no modality 'smell'"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_options_are_a_sentence_each(
    run: Run, scenes: Path, case: tuple[list[str], int, str]
) -> None:
    arguments, code, why = case
    given = [argument.replace("FILM", str(scenes / "0.mp4")) for argument in arguments]
    answer = run("search", "--library", scenes / "my.library", *given)
    assert answer.code == code
    assert re.search(why, answer.err), answer.err
    assert "Traceback" not in answer.err


def test_broken_pictures_on_the_command_line(run: Run, scenes: Path, tmp_path: Path) -> None:
    broken = truncated(transparent(tmp_path / "broken.png"), keep=0.7)
    answer = run("search", "--library", scenes / "my.library", "--image", broken)
    assert answer.code == 1
    assert answer.err.count("\n") == 1
    assert "broken.png" in answer.err


def test_the_help_shows_how(run: Run) -> None:
    text = run("search", "--help").out
    for example in ("--image", "--clip", "--sound", "--text-weight", "--in", "^WEIGHT"):
        assert example in text
