"""The query language in Python and on the command line, over a library of colours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from colours import ColourEmbedder
from houses import Run
from pictures import make_picture
from videos import make_video

import footage
import footage.library
from footage import Example, InvalidQuery, Like, Query, Step
from footage.settings import Sampling

COLOURS = {
    "red": "#dc1e1e",
    "both": "#dc1edc",  # red and blue
    "blue": "#1e1edc",
    "yellow": "#dcdc1e",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("language")
    (folder / "videos").mkdir()
    for name, colour in COLOURS.items():
        make_video(folder / "videos" / f"{name}.mp4", seconds=2, shots=[colour])
    with footage.open(folder / "it.library", embedder=ColourEmbedder()) as opened:
        assert not opened.add(folder / "videos").failed
    return folder


@pytest.fixture(scope="module")
def library(folder: Path) -> Iterator[footage.Library]:
    with footage.open(folder / "it.library", embedder=ColourEmbedder()) as opened:
        yield opened


@pytest.fixture(scope="module")
def blue(folder: Path) -> Path:
    """A picture of it; a red one is beside."""
    make_picture(folder / "red.png", "red")
    return make_picture(folder / "blue.png", "blue")


@pytest.fixture
def at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    """The option that names the library."""

    def open_embedder(_name: str, sampling: Sampling) -> ColourEmbedder:
        return ColourEmbedder(sampling)

    monkeypatch.setattr(footage.library, "open_embedder", open_embedder)
    return ("--library", folder / "it.library")


def titles(result: footage.SearchResult) -> list[str]:
    """The videos, the best first."""
    return [moment.title for moment in result]


# in Python


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("red", ["red", "both", "yellow", "blue"]),
        ("red - blue", ["red", "yellow", "both", "blue"]),
        ("- blue seen:red", ["red", "yellow", "both", "blue"]),
        ("red + blue", ["red", "both", "blue", "yellow"]),
        ("red + 2:blue", ["blue", "both", "red", "yellow"]),
        ("red + 0.01:blue", ["red", "both", "yellow", "blue"]),
        ('"red - blue"', ["red", "both", "yellow", "blue"]),  # of two colours it reads the first
    ],
)
def test_terms_are_weighed_and_taken_off(
    library: footage.Library, text: str, order: list[str]
) -> None:
    assert titles(library.search(text)) == order


def test_only_the_ratio_of_weights_counts(library: footage.Library) -> None:
    found = [library.search(text) for text in ("2:red - blue", "red - 0.5:blue")]
    assert titles(found[0]) == titles(found[1])
    scores = [[moment.score for moment in result] for result in found]
    assert scores[0] == pytest.approx(scores[1], abs=1e-5)


def test_an_example_is_taken_off(library: footage.Library, blue: Path) -> None:
    by_picture = library.search("red", examples=Example(blue, weight=-1))
    by_text = library.search("- blue", examples=Example(blue.with_name("red.png")))
    for result in (by_picture, by_text):
        assert titles(result) == ["red", "yellow", "both", "blue"]


def test_the_weight_of_the_text_is_that_of_all_its_terms(
    library: footage.Library, blue: Path
) -> None:
    first = {
        weight: titles(library.search("red + yellow", examples=blue, text_weight=weight))[0]
        for weight in (0.1, 10)
    }
    assert first[0.1] == "blue"
    assert first[10] in {"red", "yellow"}


@pytest.mark.parametrize("text", ["said:hello", "red + sign:exit"])
def test_what_nothing_was_read_for(library: footage.Library, text: str) -> None:
    with pytest.raises(InvalidQuery, match="nothing was read yet of what is"):
        library.search(text)


# on the command line


def test_words_signs_and_weights_need_no_quotes(run: Run, at: tuple[str, Path]) -> None:
    for words in (["red", "-", "blue"], ["red - blue"], ["- blue + red"], ["- blue", "+ red"]):
        answer = run("search", "--json", *words, *at)
        assert answer.code == 0
        assert [m["title"] for m in answer.json["moments"]] == ["red", "yellow", "both", "blue"]
        assert answer.json["query"]["text"] == " ".join(words)
        weights = {term["text"]: term["weight"] for term in answer.json["query"]["terms"]}
        assert weights == {"red": 1.0, "blue": -1.0}


def test_what_only_looks_like_an_option_stays_text(run: Run, at: tuple[str, Path]) -> None:
    shape = run("search", "--json", *at, "--", "-x", "red", "-", "--json").json["query"]
    terms = [(term["text"], term["weight"]) for term in shape["terms"]]
    assert terms == [("-x red", 1), ("--json", -1)]
    refused = run("search", "-x", *at)
    assert (refused.code, "No such option: -x" in refused.err) == (2, True)


def test_an_example_with_a_minus_on_the_command_line(
    run: Run, at: tuple[str, Path], blue: Path
) -> None:
    answer = run("search", "--json", "red", "--image", f"{blue}^-1", *at)
    assert [m["title"] for m in answer.json["moments"]] == ["red", "yellow", "both", "blue"]


def test_all_options_reach_the_query(
    run: Run, at: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Query] = []

    def answer(_: footage.Library, query: Query) -> footage.SearchResult:
        asked.append(query)
        return footage.SearchResult(query, ())

    monkeypatch.setattr(footage.Library, "answer", answer)
    options = ["--like", "race.mp4@1:05^2", "--like", "a@7", "--then", "a crash", "--then", "smoke"]
    options += ["--within", "1:30", "--weigh", "seen=1,said=0.5", "--fusion", "rrf"]
    assert run("search", "a", "car", *options, *at).code == 0
    assert asked == [
        Query(
            text="a car",
            likes=(Like("race.mp4", 65, 2), Like("a", 7)),
            then=(Step("a crash"), Step("smoke")),
            within=90,
            weights=(("said", 0.5), ("seen", 1)),
            fusion="rrf",
        )
    ]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--like", "red", "red"], "write VIDEO@1:05"),
        (["--weigh", "seen", "red"], "write --weigh seen=1,said=0.5"),
        (["--weigh", "heard=1", "red"], "weights has 'heard': 1.0; give each of seen, said, sign"),
        (["--fusion", "best", "red"], "there is no fusion 'best'; use calibrated or rrf"),
        (["--within", "soon", "red"], "'soon' is not a time"),
        (["--then", "- blue", "red"], "only what is not wanted"),
        (["-", "blue"], "only what is not wanted; say also what is wanted"),
        (["red", "--within", "9"], "nothing is to follow; say what does"),
        (["a", "red", "--then", "a", "blue"], "write --then 'a blue'"),
        (["a", "red", "--then", "the", "- blue", "-n", "2"], "write --then 'the - blue'"),
        (["said:hello"], "nothing was read yet of what is said"),
    ],
    ids=str,
)
def test_what_is_refused(run: Run, at: tuple[str, Path], arguments: list[str], why: str) -> None:
    answer = run("search", *arguments, *at)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    assert why in answer.err


@pytest.mark.parametrize(
    ("words", "text", "caret"),
    [
        (["red", "-"], "red -", 4),
        (["- 日本 +", "- x"], "- 日本 + - x", 7),
        (["[b]", '"x'], '[b] "x', 4),
    ],
    ids=str,
)
def test_a_mistake_is_pointed_at(
    run: Run, at: tuple[str, Path], words: list[str], text: str, caret: int
) -> None:
    answer = run("search", *words, *at)
    assert answer.code == 2
    assert answer.err.splitlines()[1:] == [f"  {text}", f"  {' ' * caret}^"]
    error = run("search", "--json", *words, *at).json["error"]
    assert text[error["position"] - 1] in '+-"'


def test_a_text_of_several_lines_is_not_pointed_at(run: Run, at: tuple[str, Path]) -> None:
    assert run("search", "red\n-", *at).err.count("\n") == 1


def test_the_help_teaches_the_language_on_a_narrow_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = run("search", "--help").out
    for example in ("dog + beach - people ", "2:dog", "said:", "sign:exit", "--then 'a crash'"):
        assert any(example in line for line in text.splitlines())
    assert "race.mp4@1:05^2" in text
