"""Searching by pictures, clips and sounds with Marengo: what is sent, what not, what is found."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from marengo.helpers import KEY, make_double
from pictures import make_picture, turned
from PIL import Image
from videos import audio_only, make_video

import footage
from footage import Example
from footage.embedder import Part
from footage.embedders.marengo import embedder
from footage.embedders.marengo import examples as marengo
from footage.embedders.marengo.examples import medium
from footage.embedders.marengo.limits import check_text
from footage.embedders.marengo.requests import NEW, OLD, Model
from footage.embedders.marengo.service import Service
from footage.errors import InvalidQuery, MediaMissing, UnreadableMedia
from footage.media.excerpt import sound_seconds
from footage.media.probe import probe
from footage.settings import Sampling
from marengo_double import Double

MODELS = ["marengo:3.0", "marengo:3.5"]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for colour in ("red", "green", "blue"):
        make_picture(folder / f"{colour}.png", colour)
    return folder


@pytest.fixture(scope="module", params=MODELS)
def standing_library(
    request: pytest.FixtureRequest, films: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[footage.Library, Double]]:
    """``a`` is red, then blue, with a tone; ``b`` is green and silent."""
    with make_double() as double, pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedder, "FIRST_LOOK", 0.02)
        patch.delenv("TWELVELABS_BASE_URL", raising=False)
        service = Service(KEY, double.url)
        made = embedder.MarengoEmbedder(request.param, Sampling(), service=service)
        folder = tmp_path_factory.mktemp("libraries") / "my.library"
        with footage.open(folder, embedder=made) as library:
            assert not library.add(films).failed
            yield library, double


@pytest.fixture
def filled(standing_library: tuple[footage.Library, Double]) -> footage.Library:
    return standing_library[0]


@pytest.fixture
def double(standing_library: tuple[footage.Library, Double]) -> Iterator[Double]:
    """What the library is embedded by, without the calls of earlier tests."""
    made = standing_library[1]
    made.calls.clear()
    yield made
    made.unscript()


def queries(double: Double) -> int:
    """How many query embeddings were asked for."""
    return sum((call.method, call.path) == ("POST", "/embed-v2") for call in double.calls)


def sent(example: Example, model: Model, path: Path) -> Path:
    """What is sent of an example, as a file."""
    path.write_bytes(base64.b64decode(medium(example, model).source.base64 or ""))
    return path


# what is found


def test_a_picture_alone(filled: footage.Library, pictures: Path) -> None:
    best = filled.search(examples=pictures / "blue.png")[0]
    assert (best.title, best.modality) == ("a", "visual")
    assert best.start >= 5
    assert filled.search(examples=pictures / "green.png")[0].title == "b"


def test_a_clip_alone(filled: footage.Library, films: Path) -> None:
    best = filled.search(examples=Example(films / "a.mp4", start=7, end=11.5))[0]
    assert best.title == "a"
    assert best.start >= 5
    assert filled.search(examples=films / "b.mp4")[0].title == "b"


def test_a_sound_alone(filled: footage.Library, films: Path, tmp_path: Path) -> None:
    for example in (
        Example(audio_only(tmp_path / "tone.mp3", seconds=5)),
        Example(films / "a.mp4", "sound", 1, 5),
    ):
        best = filled.search(examples=example)[0]
        assert (best.title, best.modality) == ("a", "audio")
        assert best.score > 0.9


def test_only_the_modalities_that_are_named(filled: footage.Library, films: Path) -> None:
    heard = filled.search("green", modalities="audio")
    assert {moment.title for moment in heard} == {"a"}
    assert {item.modality for moment in heard for item in moment.evidence} == {"audio"}
    seen = filled.search(examples=Example(films / "a.mp4", "sound"), modalities="visual")
    assert {item.modality for moment in seen for item in moment.evidence} == {"visual"}
    with pytest.raises(InvalidQuery, match="no screen: marengo:3"):
        filled.search("green", modalities="screen")


@pytest.mark.parametrize(("weight", "first"), [(0.1, "b"), (0.9, "a")])
def test_weights_move_the_ranking(
    filled: footage.Library, pictures: Path, weight: float, first: str
) -> None:
    mixture = {
        "examples": Example(pictures / "green.png", weight=1 - weight),
        "text_weight": weight,
        "modalities": "visual",
    }
    assert filled.search("blue", **mixture)[0].title == first


# what is sent


def test_equal_weights_are_one_request_where_the_model_mixes(
    filled: footage.Library, double: Double, pictures: Path, films: Path
) -> None:
    new = filled.embedder.fingerprint.name == "marengo:3.5"
    green, blue = pictures / "green.png", Example(pictures / "blue.png")
    clip = Example(films / "a.mp4", start=1, end=5)
    sound = Example(films / "a.mp4", "sound", 1, 5)
    cases: list[tuple[dict[str, Any], int]] = [
        ({"text": "red", "examples": green}, 1),
        ({"text": "red as well", "examples": [green, blue]}, 1),
        ({"examples": [green, blue]}, 1),
        ({"text": "red", "examples": Example(green, weight=2)}, 2),
        ({"text": "red and loud", "examples": clip}, 1 if new else 2),
        ({"text": "loud", "examples": [clip, sound, blue]}, 1 if new else 4),
        ({"examples": [clip, sound]}, 2),
    ]
    for asked, requests in cases:
        filled._query_vectors.close()  # what it knows would not be asked for
        filled._query_vectors.path.unlink(missing_ok=True)
        double.calls.clear()
        filled.search(**asked)
        assert queries(double) == requests, asked


def test_of_several_texts_and_what_is_not_wanted_each_is_a_part(
    filled: footage.Library, pictures: Path
) -> None:
    green = Example(pictures / "green.png")
    not_blue = Example(pictures / "blue.png", weight=-1)
    parts = filled.embedder.parts
    assert parts([("red", 1.0), ("people", -0.5)], [green, not_blue], text_weight=1.0) == [
        Part("red", (green,), 2.0),
        Part("people", weight=-0.5),
        Part(None, (not_blue,), -1.0),
    ]
    assert parts([("red", 1.0), ("dog", 1.0)], [green]) == [
        Part("red"),
        Part("dog"),
        Part(None, (green,)),
    ]
    assert parts([("red", 2.0), ("dog", -1.0)], text_weight=0.5) == [
        Part("red", weight=1.0),
        Part("dog", weight=-0.5),
    ]
    assert parts([("red", -1.0)], [green]) == [
        Part(None, (green,), 1.0),
        Part("red", weight=-1.0),
    ]


def test_what_is_not_wanted_is_ranked_low(filled: footage.Library, double: Double) -> None:
    found = filled.search("green - blue", modalities="visual")
    assert (found[0].title, found[len(found) - 1].title) == ("b", "a")
    assert queries(double) == 2


def test_what_was_asked_before_is_not_sent_again(
    filled: footage.Library, double: Double, pictures: Path, films: Path, tmp_path: Path
) -> None:
    filled._query_vectors.close()
    filled._query_vectors.path.unlink(missing_ok=True)
    asked: dict[str, Any] = {
        "text": "red",
        "examples": [Example(pictures / "blue.png", weight=2), Example(films / "b.mp4")],
    }
    first = filled.search(**asked)
    double.calls.clear()
    copy = tmp_path / "elsewhere.png"
    copy.write_bytes((pictures / "blue.png").read_bytes())
    again = filled.search("red", examples=[Example(copy, weight=3), Example(films / "b.mp4")])
    assert queries(double) == 0
    assert {moment.title for moment in again} == {moment.title for moment in first}
    make_picture(copy, "green", (161, 120))
    assert filled.search(examples=copy)[0].title == "b"
    assert queries(double) == 1


@pytest.mark.parametrize("model", [OLD, NEW])
def test_of_a_clip_the_stretch_alone_is_sent(model: Model, tmp_path: Path) -> None:
    shots = ["red", "blue", "green"]
    film = make_video(tmp_path / "secret.mkv", seconds=15, shots=shots, audio=True, title="Secret")
    example = Example(film, start=5.2, end=9.7)
    cut = sent(example, model, tmp_path / "cut.mp4")
    info = probe(cut)
    assert info.duration == pytest.approx(4.5, abs=0.1)
    assert (min(info.width, info.height), info.container, info.title) == (360, "mp4", None)
    assert info.has_audio
    assert b"ecret" not in cut.read_bytes()
    heard = sent(Example(film, "sound", 5.2, 9.7), model, tmp_path / "cut.mp3")
    assert sound_seconds(heard) == pytest.approx(4.5, abs=0.1)
    assert b"ecret" not in heard.read_bytes()


def test_a_picture_is_sent_upright_without_its_tags(tmp_path: Path) -> None:
    picture = sent(Example(turned(tmp_path / "a.png")), OLD, tmp_path / "sent.jpg")
    with Image.open(picture) as image:
        assert (image.format, image.size) == ("JPEG", (120, 160))
        assert not image.getexif()
        above = np.asarray(image)[20, 60]
    assert above[0] > 150 > above[2]
    make_picture(tmp_path / "large.png", size=(5000, 300))
    with Image.open(sent(Example(tmp_path / "large.png"), NEW, picture)) as image:
        assert image.width == marengo.LARGEST_PICTURE


@pytest.fixture
def served(pictures: Path) -> Iterator[str]:
    """The pictures on this machine's loopback, which is all that the double fetches from."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=pictures)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_picture_by_its_address_is_fetched_by_the_service(
    filled: footage.Library, double: Double, served: str
) -> None:
    double.calls.clear()
    assert filled.search(examples=f"{served}/green.png")[0].title == "b"
    assert filled.search(examples=f"{served}/blue.png?size=large")[0].title == "a"
    filled.search(examples=f"{served}/green.png")
    assert queries(double) == 3  # what is behind an address may be another picture by now


# what is refused


def test_what_is_refused_is_not_sent(
    filled: footage.Library, double: Double, films: Path, tmp_path: Path
) -> None:
    new = filled.embedder.fingerprint.name == "marengo:3.5"
    seconds = 40 if new else 700
    long = make_video(tmp_path / "long.mp4", seconds=seconds, fps=1, audio=new)
    (tmp_path / "notes.jpg").write_text("a dog")
    (tmp_path / "notes.wav").write_text("la la la")
    most = "30" if new else "600"
    too_long = f"lasts {seconds:.1f} s, and at most {most} s are taken; name a stretch"
    cases: list[tuple[Example, type[footage.FootageError], str]] = [
        (Example(long, "clip"), InvalidQuery, too_long),
        (Example(films / "b.mp4", "sound"), UnreadableMedia, "holds no sound"),
        (Example(films / "b.mp4", start=60), InvalidQuery, "lasts 6.0 s, and the clip begins"),
        (Example("gone.png", "image"), MediaMissing, r"gone\.png is not there"),
        (Example(tmp_path / "notes.jpg", "image"), UnreadableMedia, "is not a picture"),
        (Example(tmp_path / "notes.wav", "sound"), UnreadableMedia, r"notes\.wav"),
    ]
    if new:
        cases.append((Example(long, "sound"), InvalidQuery, too_long))
    else:
        short = "lasts 2.0 s, and at least 4 s are taken by Twelve Labs; name a longer"
        cases.append((Example(films / "b.mp4", start=1, end=3), InvalidQuery, short))
    double.calls.clear()
    for example, kind, why in cases:
        with pytest.raises(kind, match=why) as refused:
            filled.search(examples=example)
        assert refused.value.remedy
    assert queries(double) == 0


def test_a_text_of_more_words_than_the_model_takes() -> None:
    check_text("a " * 500, OLD)
    with pytest.raises(InvalidQuery, match=r"has 600 words, and marengo3\.0 takes at most 500"):
        check_text("a " * 600, OLD)
    check_text("a " * 600, NEW)


def test_a_clip_of_too_many_bytes_is_refused(films: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marengo, "LARGEST_QUERY", 10_000)
    with pytest.raises(InvalidQuery, match=r"has 0\.\d MB, and at most 0\.01 are taken.*shorter"):
        medium(Example(films / "a.mp4", "sound", 0, 8), OLD)


def test_the_service_says_no_to_a_picture(
    filled: footage.Library, double: Double, pictures: Path
) -> None:
    double.script(
        {"on": "POST /embed-v2", "status": 400, "code": "image_too_small", "message": "128 px"}
    )
    with pytest.raises(footage.RequestRefused, match="128 px"):
        filled.search(examples=pictures / "red.png")
