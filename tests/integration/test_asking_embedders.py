"""Every form of a query, typed as people type it, with each embedder: lite, CLIP and Marengo."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from colours import ColourEmbedder
from houses import Run
from little_clip import write_clip
from PIL import Image
from signs import Signs
from videos import make_video

import footage
from footage.cli import search
from footage.embedders.marengo import embedder as marengo
from marengo_double import Double

KEY = "tlk_asking"
SIZE = (640, 360)  # Marengo takes no smaller ones
SAID = """1
00:00:01,000 --> 00:00:03,500
Our refund policy is simple.

2
00:00:09,000 --> 00:00:11,500
The dog jumps into the lake.
"""


class Place(NamedTuple):
    """An open library of one embedder, and its films beside a picture."""

    embedder: str
    library: footage.Library
    films: Path


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film with subtitles and a sign, two without; 4-second shots; a blue picture."""
    folder = tmp_path_factory.mktemp("films")
    make_video(folder / "talk.mp4", seconds=12, shots=["red", "white", "blue"], size=SIZE)
    make_video(folder / "mute.mp4", seconds=8, shots=["blue", "black"], size=SIZE)
    make_video(folder / "lawn.mp4", seconds=8, shots=["green", "white"], size=SIZE)
    (folder / "talk.srt").write_text(SAID)
    Image.new("RGB", SIZE, "blue").save(folder / "blue.png")
    return folder


@pytest.fixture(scope="module")
def double() -> Iterator[Double]:
    with Double(key=KEY, towers=ColourEmbedder(), transcriber=lambda _: []) as double:
        yield double


SLOWER = [pytest.param(name, marks=pytest.mark.slow) for name in ("clip", "marengo")]


@pytest.fixture(scope="module", params=["lite", *SLOWER])
def made(
    request: pytest.FixtureRequest, films: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    folder, name = tmp_path_factory.mktemp(request.param), request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTAGE_MODELS", str(folder / "shelf"))
        if name == "clip":
            name = f"clip:{write_clip(folder / 'little')}"
        if name == "marengo":
            patch.setenv("TWELVELABS_BASE_URL", request.getfixturevalue("double").url)
            patch.setenv("TWELVE_LABS_API_KEY", KEY)
            patch.setattr(marengo, "FIRST_LOOK", 0.02)
            patch.setattr(marengo, "LAST_LOOK", 0.1)
        with footage.open(
            folder / "my.library", embedder=name, readers={"screen": Signs()}
        ) as opened:
            assert not opened.add(films).failed
            opened.tag("talk.mp4", add=["spoken"])
            with opened.index._milvus.session():  # else it is let go between two tests
                yield Place(request.param, opened, films)


@pytest.fixture
def place(made: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Where the program finds the library open already: to start its engine takes a second."""

    @contextmanager
    def opened(_given: Path | None, **_: object) -> Iterator[footage.Library]:
        yield made.library

    monkeypatch.setattr(search, "any_library", opened)
    monkeypatch.chdir(made.films)
    return made


@pytest.fixture
def ask(place: Place, run: Run) -> Callable[..., list[dict[str, Any]]]:
    """What is found, after a look at whether it is what an answer always is."""

    def ask(*words: str | Path) -> list[dict[str, Any]]:
        answer = run("search", "--json", *words)
        assert answer.code == 0, answer.err
        moments: list[dict[str, Any]] = answer.json["moments"]
        for moment in moments:
            check(moment)
        scores = [moment["score"] for moment in moments]
        assert scores == sorted(scores, reverse=True)
        assert answer.json["found"] in (True, False)
        return moments

    return ask


def check(moment: dict[str, Any]) -> None:
    assert 0 <= moment["start"] < moment["end"] <= 12.5
    assert math.isfinite(moment["score"])
    assert moment["confidence"] is None or 0 <= moment["confidence"] <= 1
    assert sum(one["contribution"] for one in moment["evidence"]) == pytest.approx(1, abs=1e-3)
    assert moment["modality"] in {one["modality"] for one in moment["evidence"]}


FORMS = [
    ("blue",),
    ("2:blue + 0.5:red",),
    ("blue - red",),
    ("said:refund policy",),
    ("said:an animal leaps into water",),
    ("sign:exit",),
    ("seen:red + sign:exit",),
    ("seen:red + said:refund + sign:exit",),
    ("blue - said:dog",),
    ("said:dog - said:refund",),
    ('"refund + policy"',),
    ("red", "--then", "blue"),
    ("red", "--then", "white", "--then", "blue", "--within", "3"),
    ("said:refund", "--then", "seen:white", "--within", "5"),
    ("seen:red + said:refund", "--then", "said:dog"),
    ("red", "--then", "sign:exit", "--fusion", "rrf"),
    ("--like", "talk.mp4@9"),
    ("--like", "talk.mp4@9", "--like", "lawn.mp4@1^-0.5"),
    ("red", "--like", "talk.mp4@9^2"),
    ("said:dog", "--like", "talk.mp4@9"),
    ("--image", "blue.png"),
    ("--image", "blue.png^2", "red"),
    ("--image", "blue.png", "red", "--text-weight", "2"),
    ("--image", "blue.png", "said:dog"),
    ("--image", "blue.png", "--then", "black"),
    ("--clip", "mute.mp4@0-4"),
    ("--clip", "talk.mp4@0:08-0:12^0.5", "--image", "blue.png"),
    ("dog", "--weigh", "said=1"),
    ("exit", "--weigh", "seen=0.2,sign=1"),
    ("said:dog + seen:blue", "--weigh", "seen=1,said=0.5"),
    ("seen:blue - said:dog", "--fusion", "rrf"),
    ("--image", "blue.png", "--fusion", "rrf"),
    ("dog", "--in", "speech"),
    ("exit", "--in", "screen"),
    ("dog", "--in", "speech", "--in", "visual"),
    ("blue", "--by-video"),
    ("seen:blue + said:dog", "--by-video"),
    ("red", "--then", "blue", "--by-video"),
    ("--image", "blue.png", "--by-video"),
    ("dog", "--in", "speech", "--by-video"),
    ("blue", "--tag", "spoken"),
    ("exit", "--video", "mute.mp4"),
    ("--image", "blue.png", "--min-duration", "10"),
    ("seen:blue + said:dog", "--video", "talk.mp4"),
    ("blue", "--limit", "2", "--offset", "1"),
]


@pytest.mark.parametrize("form", FORMS, ids=" ".join)
def test_every_form_is_answered(form: tuple[str, ...], ask: Any) -> None:
    moments = ask(*form)
    assert moments
    if "--by-video" in form:
        assert len({one["video_id"] for one in moments}) == len(moments)
    if "--tag" in form or "talk.mp4" in form:
        assert {one["title"] for one in moments} == {"talk"}


def first(moments: list[dict[str, Any]]) -> tuple[str, int, int]:
    return moments[0]["title"], round(moments[0]["start"]), round(moments[0]["end"])


def test_what_is_said_and_written_is_found_whatever_sees(ask: Any) -> None:
    assert first(ask("said:refund policy")) == ("talk", 1, 4)
    assert first(ask("said:an animal leaps into water"))[0] == "talk"
    assert first(ask("sign:exit", "--video", "mute.mp4")) == ("mute", 4, 8)


@pytest.mark.parametrize("made", SLOWER, indirect=True)  # lite hardly knows plain colours
@pytest.mark.parametrize(
    ("form", "answers"),
    [
        (("blue",), {("talk", 8, 12), ("mute", 0, 4)}),
        (("seen:blue + said:dog",), {("talk", 8, 12)}),
        (("seen:blue - said:dog",), {("mute", 0, 4)}),
        (("--image", "blue.png"), {("talk", 8, 12), ("mute", 0, 4)}),
        (("--clip", "lawn.mp4@0-4"), {("lawn", 0, 4)}),
        (("--like", "talk.mp4@9"), {("mute", 0, 4)}),
        (("red", "--then", "blue", "--within", "5"), {("talk", 0, 12)}),
        (("seen:red", "--then", "said:dog", "--within", "8"), {("talk", 0, 12)}),
        (("blue", "--weigh", "seen=1"), {("talk", 8, 12), ("mute", 0, 4)}),
        (("seen:blue", "--fusion", "rrf"), {("talk", 8, 12), ("mute", 0, 4)}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_seen_is_found(
    form: tuple[str, ...], answers: set[tuple[str, int, int]], ask: Any
) -> None:
    assert first(ask(*form)) in answers


def test_a_confidence_is_there_where_it_can_be_told(place: Place, run: Run) -> None:
    def asked(*words: str) -> tuple[bool, list[float | None]]:
        answer = run("search", "--json", *words).json
        return answer["found"], [one["confidence"] for one in answer["moments"]]

    found, chances = asked("seen:blue")
    if place.embedder == "marengo":  # a request for each sentence of the bank is not made
        assert found
        assert set(chances) == {None}  # of seven segments alone nothing can be said
    else:
        assert all(chance is not None for chance in chances)
    found, chances = asked("--image", "blue.png")
    assert found
    assert set(chances) == {None}
    found, chances = asked("said:refund policy")
    assert found
    assert chances[0] is not None
    found, chances = asked("said:quantum chromodynamics lecture")
    assert not found


@pytest.mark.parametrize("fusion", ["calibrated", "rrf"])
def test_pages_are_slices_of_one_ranking(fusion: str, ask: Any) -> None:
    def page(offset: int, limit: int) -> list[tuple[str, float]]:
        found = ask(
            "refund blue", "--offset", str(offset), "--limit", str(limit), "--fusion", fusion
        )
        return [(one["title"], one["start"]) for one in found]

    assert [each for offset in range(0, 6, 2) for each in page(offset, 2)] == page(0, 6)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (("- red",), "only what is not wanted"),
        (("red +",), "nothing follows the +"),
        (('"red',), "left open"),
        (("red", "--weigh", "seen"), "no weight"),
        (("red", "--fusion", "best"), "fusion"),
        (("--like", "talk.mp4@99"), "nothing is on at 99 s"),
        (("--like", "talk.mp4"), "no moment of a video"),
        (("red", "--within", "soon"), "soon"),
        (("- said:blue", "--image", "blue.png^-1"), "only what is not wanted"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_asked_is_said(
    form: tuple[str, ...], said: str, place: Place, run: Run
) -> None:
    answer = run("search", *form)
    assert answer.code == 2
    assert said in answer.err
    assert "Traceback" not in answer.err
