"""The index of texts: words and meanings found, whatever is asked; damage and age are no errors."""

from __future__ import annotations

import itertools
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.index.stems import Stemmer, tokens_of
from footage.index.texts import TextHit, TextIndex
from footage.passages import Passage

DIMENSION = 8
TALK = ("Where is the dog?", "It runs to the lake.", "Our refund policy is", "simple and short.")


def passage(*texts: str, start: float = 0.0) -> Passage:
    spans = tuple((start + at, start + at + 1.0) for at in range(len(texts)))
    return Passage(spans, texts)


def units(count: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def put(index: TextIndex, video: str, *passages: Passage, modality: str = "speech") -> None:
    seed = sum(video.encode())
    index.replace(video, modality, "first", list(passages), units(len(passages), seed))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[TextIndex]:
    index = TextIndex(tmp_path / "texts.sqlite", DIMENSION)
    put(index, "talk", passage(*TALK))
    put(
        index, "films", passage("A man walks his dogs.", "The weather is nice."), passage("Refund!")
    )
    put(index, "signs", passage("exit", "dog park"), modality="screen")
    yield index
    index.close()


def videos(hits: list[TextHit]) -> list[str]:
    return [hit.video_id for hit in hits]


def test_a_word_is_found_in_any_form_and_shown_as_it_stands(index: TextIndex) -> None:
    hits = index.words("dog", modality="speech")
    assert {(hit.video_id, hit.text, hit.words) for hit in hits} == {
        ("talk", "Where is the dog?", ("dog",)),
        ("films", "A man walks his dogs.", ("dogs",)),
    }
    assert {(hit.start, hit.end, hit.score, hit.phrase) for hit in hits} == {(0.0, 1.0, 1.0, True)}


def test_a_phrase_across_two_lines_comes_first(index: TextIndex) -> None:
    put(index, "other", passage("simple policy of refund"))
    first, second = index.words("refund policy is simple", modality="speech")[:2]
    assert (first.video_id, first.phrase, first.words) == (
        "talk",
        True,
        ("refund", "policy", "simple"),
    )
    assert (first.start, first.end) == (2.0, 4.0)
    assert first.text == "Our refund policy is simple and short."
    assert (second.video_id, second.phrase, second.score) == ("other", False, 1.0)


def test_the_score_is_the_share_of_what_the_words_say(index: TextIndex) -> None:
    put(index, "more", *(passage(f"the weather {number}") for number in range(20)))
    hits = index.words("weather lake", modality="speech")
    assert hits[0].video_id == "talk"
    assert 0.5 < hits[0].score < 1.0  # the rarer word says more
    assert hits[1].score == pytest.approx(1.0 - hits[0].score)


def test_a_word_that_is_nowhere_counts_against_all(index: TextIndex) -> None:
    (hit,) = index.words("lake xylophone", modality="speech")
    assert 0.0 < hit.score < 0.5


def test_a_star_makes_a_prefix(index: TextIndex) -> None:
    assert videos(index.words("poli*", modality="speech")) == ["talk"]
    assert index.words("poli", modality="speech") == []


def test_small_words_are_ignored_unless_there_is_nothing_else(index: TextIndex) -> None:
    assert videos(index.words("where is the lake", modality="speech")) == ["talk"]
    assert videos(index.words("it", modality="speech")) == ["talk"]


def test_accents_and_case_do_not_matter(index: TextIndex) -> None:
    put(index, "menu", passage("Crème BRÛLÉE"))
    for text in ("creme brulee", "CRÈME", "cre\u0300me"):
        (hit,) = index.words(text, modality="speech")
        assert hit.words[0] == "Crème"


def test_modalities_are_apart(index: TextIndex) -> None:
    assert videos(index.words("dog", modality="screen")) == ["signs"]
    assert index.words("exit", modality="speech") == []
    assert (index.count(), index.count("speech"), index.count("screen")) == (4, 3, 1)


def test_only_wanted_videos_are_found(index: TextIndex) -> None:
    vector = units(1)[0]
    for wanted, unwanted, there in (
        (None, (), {"talk", "films"}),
        (["talk", "unknown"], (), {"talk"}),
        ([], (), set()),
        (None, ["talk"], {"films"}),
        (["talk", "films"], ["films"], {"talk"}),
    ):
        words = index.words("dog", modality="speech", video_ids=wanted, excluding=unwanted)
        assert set(videos(words)) == there
        near = index.meaning(vector, modality="speech", video_ids=wanted, excluding=unwanted)
        assert set(videos(near)) == there


def test_meanings_are_cosines_best_first(index: TextIndex) -> None:
    wanted = units(2, sum(b"films"))[1]
    hits = index.meaning(wanted, modality="speech")
    assert (hits[0].video_id, hits[0].text) == ("films", "Refund!")
    assert hits[0].score == pytest.approx(1.0, abs=1e-3)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    np.testing.assert_allclose(
        index.vectors([hit.passage for hit in hits]) @ wanted,
        [hit.score for hit in hits],
        atol=1e-6,
    )
    assert len(index.meaning(wanted, modality="speech", limit=1)) == 1


def test_replacing_leaves_nothing_of_what_was_there(index: TextIndex) -> None:
    index.replace("talk", "speech", "second", [passage("another text")], units(1))
    assert index.held()["talk", "speech"] == "second"
    assert videos(index.words("lake", modality="speech")) == []
    assert videos(index.words("another", modality="speech")) == ["talk"]
    index.replace("talk", "speech", "third", [], units(0))
    assert index.words("another", modality="speech") == []
    assert index.held()["talk", "speech"] == "third"


def test_what_is_deleted_is_gone(index: TextIndex) -> None:
    index.delete(["talk", "signs", "unknown"])
    assert set(index.held()) == {("films", "speech")}
    assert index.words("lake exit", modality="screen") == []
    assert set(videos(index.meaning(units(1)[0], modality="speech"))) == {"films"}


def test_another_process_is_followed(index: TextIndex, tmp_path: Path) -> None:
    index.meaning(units(1)[0], modality="speech")
    other = TextIndex(tmp_path / "texts.sqlite", DIMENSION)
    put(other, "new", passage("a brand new zebra"))
    other.delete(["films"])
    assert videos(index.words("zebra", modality="speech")) == ["new"]
    assert set(videos(index.meaning(units(1)[0], modality="speech"))) == {"talk", "new"}
    hit = index.words("zebra", modality="speech")[0]
    np.testing.assert_allclose(index.vectors([hit.passage]), units(1, sum(b"new")), atol=1e-3)
    other.close()


def test_samples_are_the_same_for_a_seed(index: TextIndex) -> None:
    assert index.sample(2, 1).shape == (2, DIMENSION)
    np.testing.assert_array_equal(index.sample(2, 1), index.sample(2, 1))
    assert len(index.sample(99, 1)) == 4
    assert len(index.sample(99, 1, modality="screen")) == 1


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = TextIndex(tmp_path / "texts.sqlite", DIMENSION)
    assert index.words("dog", modality="speech") == []
    assert index.meaning(units(1)[0], modality="speech") == []
    assert index.sample(3, 0).shape == (0, DIMENSION)
    assert index.vectors([5]).shape == (1, DIMENSION)


@pytest.mark.parametrize("change", ["garbage", "half", "dimension", "space"])
def test_what_is_damaged_or_of_another_kind_is_begun_anew(
    index: TextIndex, tmp_path: Path, change: str
) -> None:
    index.close()
    path = tmp_path / "texts.sqlite"
    if change == "garbage":
        path.write_bytes(b"no database" * 1000)
    elif change == "half":
        path.write_bytes(path.read_bytes()[:5000])
    dimension = 4 if change == "dimension" else DIMENSION
    fresh = TextIndex(path, dimension, space="other" if change == "space" else "")
    assert fresh.held() == {}
    fresh.replace("talk", "speech", "again", [passage("hello")], np.eye(1, dimension))
    assert videos(fresh.words("hello", modality="speech")) == ["talk"]
    fresh.close()


def test_damage_within_is_begun_anew_and_told(index: TextIndex, tmp_path: Path) -> None:
    index.close()
    with sqlite3.connect(tmp_path / "texts.sqlite") as db:
        db.execute("DROP TABLE passages")
    assert index.words("dog", modality="speech") == []
    assert index.restarts == 1
    put(index, "talk", passage(*TALK))
    assert videos(index.words("dog", modality="speech")) == ["talk"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_what_cannot_be_written_is_read(index: TextIndex, tmp_path: Path) -> None:
    index.close()
    (tmp_path / "texts.sqlite").chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        assert len(index.words("dog", modality="speech")) == 2
    finally:
        tmp_path.chmod(0o700)


def test_what_cannot_be_written_is_read_from_memory(
    index: TextIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.close()
    before = (tmp_path / "texts.sqlite").read_bytes()
    monkeypatch.setattr("footage.index.text_file.os.access", lambda *_: False)
    assert len(index.words("dog", modality="speech")) == 2
    put(index, "new", passage("zebra"))
    assert videos(index.words("zebra", modality="speech")) == ["new"]
    assert (tmp_path / "texts.sqlite").read_bytes() == before


def test_several_threads_write_and_search(index: TextIndex) -> None:
    failed: list[Exception] = []

    def work(name: str) -> None:
        try:
            for number in range(10):
                put(index, f"{name}{number}", passage("a zebra"))
                assert index.words("zebra", modality="speech")
                assert index.meaning(units(1)[0], modality="speech")
        except Exception as error:  # noqa: BLE001 - told to the test
            failed.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert index.count("speech") == 33


PIECES = (
    *(
        '"',
        "'",
        "*",
        "NEAR(",
        ")",
        "AND",
        "OR",
        "NOT",
        "dog",
        "-",
        "+",
        ":",
        "text:",
        "^",
        "{",
        "}",
    ),
    *("\x00", "\ud800", "Crème", "%", "refund", "a*", "—", "🐕", "ﬁ", "ß", "İ", "²", "१"),
)
HOSTILE = st.one_of(
    st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join)
)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    index = TextIndex(tmp_path_factory.mktemp("texts") / "texts.sqlite", DIMENSION)
    put(index, "talk", passage(*TALK), passage("Crème ﬁ ß İ 🐕 and or not near"))
    return index


@given(text=HOSTILE)
def test_any_text_may_be_asked_for(asked: TextIndex, text: str) -> None:
    for hit in asked.words(text, modality="speech"):
        assert 0.0 < hit.score <= 1.0
        assert hit.words
        assert all(word in hit.text for word in hit.words)
        assert hit.start < hit.end
    assert asked.restarts == 0


@given(words=st.lists(st.sampled_from(" ".join(TALK).replace("?", "").split()), min_size=1))
def test_what_is_there_is_found(asked: TextIndex, words: list[str]) -> None:
    hits = asked.words(" ".join(words), modality="speech")
    assert hits[0].score == pytest.approx(1.0)


def test_every_run_of_words_is_a_phrase(asked: TextIndex) -> None:
    every = " ".join(TALK).split()
    for first, last in itertools.combinations(range(len(every) + 1), 2):
        hit = asked.words(" ".join(every[first:last]), modality="speech")[0]
        assert hit.phrase, every[first:last]


def test_tokens_are_the_words_that_tell() -> None:
    stemmer = Stemmer()
    tokens = tokens_of("Where are the running dogs, dog* a* x?", stemmer)
    assert [(token.stem, token.prefix) for token in tokens] == [
        ("run", False),
        ("dog", False),
        ("dog", True),
        ("x", False),
    ]
