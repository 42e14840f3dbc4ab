"""What a score means beside what cannot match, and that a search never fails for want of it."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from colours import COLOURS, ColourEmbedder
from hypothesis import given
from hypothesis import strategies as st

from footage.embedder import Route, Track, VideoEmbedding
from footage.errors import ArchiveDamaged
from footage.index.segments import Hit
from footage.index.unit import unit
from footage.search import background
from footage.search.background import Sample
from footage.search.bank import SENTENCES
from footage.search.confidence import (
    FEWEST,
    MEANT,
    SEEN,
    SEEN_ALONE,
    Confidence,
    Scale,
    TextConfidence,
    is_found,
)

CLIP = Route("visual", "clip")
DIMENSION = 64


def vectors(count: int, seed: int, dimension: int = DIMENSION) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32))


def video(seed: int, segments: int = 20, *, frames: bool = True) -> VideoEmbedding:
    """A segment every four seconds, a frame every second."""
    own = vectors(4 * segments, seed)
    times = np.arange(4.0 * segments)
    means = unit(own.reshape(segments, 4, -1).mean(axis=1))
    spans = np.column_stack([times[::4], times[::4] + 4])
    every = Track(np.column_stack([times, times + 1]), own)
    return VideoEmbedding(4.0 * segments, {CLIP: Track(spans, means)}, every if frames else None)


class Library:
    """Videos of random vectors, and a `Confidence` over them."""

    def __init__(self, path: Path, videos: int, *, bank: bool = True) -> None:
        self.videos = {f"v{number}": video(number) for number in range(videos)}
        self.drawn = 0
        self.path = path
        self.bank = (lambda: vectors(100, seed=999)) if bank else None

    def read(self, video_id: str) -> VideoEmbedding:
        self.drawn += 1
        return self.videos[video_id]

    def opened(self) -> Confidence:
        return Confidence(
            path=self.path / "background-x.npz",
            dimension=DIMENSION,
            held=lambda: {name: one.segments for name, one in self.videos.items()},
            read=self.read,
            bank=self.bank,
        )


@pytest.fixture(params=[True, False], ids=["bank", "no bank"])
def library(tmp_path: Path, request: pytest.FixtureRequest) -> Library:
    return Library(tmp_path, 10, bank=request.param)


def hit(score: float, route: Route = CLIP) -> Hit:
    return Hit("s", "v0", 0.0, 4.0, score, route)


def test_a_planted_match_is_found_and_what_nobody_put_there_is_not(library: Library) -> None:
    asked = library.videos["v3"].frames.vectors[5]  # type: ignore[union-attr]
    sample = background.drawn({"v3": 20}, library.read, seed="").samples[CLIP]
    planted = float(sample.scores(asked[None]).max())
    (chance,) = library.opened().probabilities(asked, [hit(planted)])
    assert chance is not None
    assert chance > 0.9
    assert is_found(chance)

    stranger = vectors(1, seed=12345)[0]
    whole = dict.fromkeys(library.videos, 20)
    everything = background.drawn(whole, library.read, seed="").samples[CLIP]
    best = float(everything.scores(stranger[None]).max())
    (chance,) = library.opened().probabilities(stranger, [hit(best)])
    assert chance is not None
    assert chance < 0.43
    assert not is_found(chance)


@given(
    st.lists(st.integers(-1000, 1000), min_size=2, unique=True),
    st.sampled_from([1, 3, 6, 200]),
    st.booleans(),
)
def test_probabilities_rise_strictly_with_the_score_and_stay_within_0_and_1(
    thousandths: list[int], segments: int, with_bank: bool
) -> None:
    sample = Sample.of_vectors(vectors(segments, seed=1))
    scale = Scale(sample, vectors(50, seed=2) if with_bank else None, segments)
    scores = [number / 1000 for number in sorted(thousandths)]
    chances = scale.probabilities(vectors(1, seed=3)[0], scores, model=SEEN, alone=SEEN_ALONE)
    if segments < FEWEST and not with_bank:
        assert chances == [None] * len(scores)
    else:
        known = [chance for chance in chances if chance is not None]
        assert len(known) == len(scores)
        assert all(one < other for one, other in itertools.pairwise(known))
        assert known[0] > 0
        assert known[-1] < 1


def test_the_best_of_a_larger_library_is_less_of_a_surprise() -> None:
    sample, query = Sample.of_vectors(vectors(200, seed=1)), vectors(1, seed=3)[0]
    small, large = (
        Scale(sample, vectors(50, seed=2), size).probabilities(
            query, [0.5], model=SEEN, alone=SEEN_ALONE
        )[0]
        for size in (200, 200_000)
    )
    assert small is not None
    assert large is not None
    assert small > large


@given(share=st.floats(0.05, 0.9), with_bank=st.booleans(), seed=st.integers(0, 20))
def test_a_model_whose_cosines_lie_elsewhere_is_as_sure(
    share: float, with_bank: bool, seed: int
) -> None:
    """What all vectors share moves and shrinks the cosines, and changes no probability.

    So the coefficients hold for embedders that they were not fitted on, as far as their scores
    are spread alike.
    """

    def shared(some: np.ndarray) -> np.ndarray:
        alike = np.full((len(some), 1), np.sqrt(share), np.float32)
        return np.hstack([np.sqrt(1 - share) * some, alike]).astype(np.float32)

    sample, bank, query = vectors(100, seed), vectors(50, seed + 100), vectors(1, seed + 200)
    scores = np.array([0.1, 0.3, 0.5])
    plain, moved = (
        Scale(
            Sample.of_vectors(change(sample)), change(bank) if with_bank else None, 100
        ).probabilities(change(query)[0], given_scores.tolist(), model=SEEN, alone=SEEN_ALONE)
        for change, given_scores in (
            (lambda some: some, scores),
            (shared, share + (1 - share) * scores),
        )
    )
    assert moved == pytest.approx(plain, abs=0.01)


def test_a_picture_is_not_compared_with_sentences(tmp_path: Path) -> None:
    with_bank, without = Library(tmp_path / "a", 3), Library(tmp_path / "b", 3, bank=False)
    for one in (with_bank, without):
        one.path.mkdir()
    query = vectors(1, seed=7)[0]
    as_picture = with_bank.opened().probabilities(query, [hit(0.4)], text=False)
    assert as_picture == pytest.approx(without.opened().probabilities(query, [hit(0.4)]))


def test_the_background_is_kept_and_drawn_anew_when_the_library_has_grown(library: Library) -> None:
    library.opened().probabilities(np.zeros(DIMENSION, np.float32), ())
    assert library.drawn == 10
    library.opened().probabilities(np.zeros(DIMENSION, np.float32), ())
    assert library.drawn == 10
    library.videos |= {f"w{number}": video(100 + number) for number in range(2)}
    library.opened().probabilities(np.zeros(DIMENSION, np.float32), ())
    assert library.drawn == 10
    library.videos["x"] = video(200)
    library.opened().probabilities(np.zeros(DIMENSION, np.float32), ())
    assert library.drawn == 23


@pytest.mark.parametrize("harm", ["empty", "cut", "flipped", "another"])
def test_a_damaged_background_is_drawn_anew(library: Library, harm: str) -> None:
    path = library.path / "background-x.npz"
    query = vectors(1, seed=7)[0]
    before = library.opened().probabilities(query, [hit(0.3)])
    data = path.read_bytes()
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 255
    path.write_bytes(
        {"empty": b"", "cut": data[:-300], "flipped": bytes(flipped), "another": b"PK"}[harm]
    )
    assert library.opened().probabilities(query, [hit(0.3)]) == pytest.approx(before, abs=0.01)
    assert library.drawn == 20
    assert background.load(path, DIMENSION) is not None


def test_the_background_of_another_dimension_is_not_used(library: Library) -> None:
    library.opened().probabilities(np.zeros(DIMENSION, np.float32), ())
    assert background.load(library.path / "background-x.npz", DIMENSION + 1) is None


def test_where_nothing_can_be_written_it_stays_in_memory(library: Library) -> None:
    library.path = library.path / "not there"
    confidence = library.opened()
    query = vectors(1, seed=7)[0]
    assert confidence.probabilities(query, [hit(0.3)]) != [None]
    assert confidence.probabilities(query, [hit(0.3)]) != [None]
    assert library.drawn == 10


def test_a_search_goes_on_without_probabilities(library: Library) -> None:
    def broken(_: str) -> VideoEmbedding:
        raise RuntimeError("no disk")

    library.read = broken  # type: ignore[method-assign]
    assert library.opened().probabilities(vectors(1, 7)[0], [hit(0.3), hit(0.2)]) == [None, None]


def test_damaged_archive_files_are_left_out(library: Library) -> None:
    whole = library.read

    def read(video_id: str) -> VideoEmbedding:
        if video_id == "v1":
            raise ArchiveDamaged("v1 is damaged", remedy="index it again")
        return whole(video_id)

    library.read = read  # type: ignore[method-assign]
    assert library.opened().probabilities(vectors(1, 7)[0], [hit(0.3)]) != [None]


def test_an_empty_library_and_an_unknown_route_have_none(library: Library) -> None:
    sound = hit(0.3, Route("audio", "clip"))
    chances = library.opened().probabilities(vectors(1, 7)[0], [sound, hit(0.3)])
    assert chances[0] is None
    assert chances[1] is not None
    library.videos = {}
    library.path = library.path / "other"
    assert library.opened().probabilities(vectors(1, 7)[0], [hit(0.3)]) == [None]


def test_the_sample_is_bounded_and_the_same_each_time() -> None:
    held = {f"v{number}": 50 for number in range(150)}
    one, other = (
        background.drawn(held, lambda name: video(int(name[1:]), 50), seed="s").samples[CLIP]
        for _ in range(2)
    )
    assert 900 <= len(one) <= 1100
    assert len(one.frames) <= background.MOST_FRAMES
    assert np.array_equal(one.vectors, other.vectors)


def test_segments_are_scored_as_a_closer_look_scores_them() -> None:
    own = video(4, segments=3)
    sample = background.drawn({"v": 3}, lambda _: own, seed="").samples[CLIP]
    query = vectors(1, seed=8)[0]
    track, frames = own.tracks[CLIP], own.frames
    assert frames is not None
    expected = (track.vectors @ query + (frames.vectors @ query).reshape(3, 4).max(axis=1)) / 2
    assert sample.scores(query[None])[0] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("shots", [1, 2, 6, 40])
def test_colours_in_little_libraries(tmp_path: Path, shots: int) -> None:
    embedder, names = ColourEmbedder(), list(COLOURS)
    seen = np.stack([embedder.encode_text(names[at % len(names)]) for at in range(shots)])
    spans = np.column_stack([np.arange(shots), np.arange(shots) + 1.0])
    track = Track(spans, seen)
    confidence = Confidence(
        path=tmp_path / "background-x.npz",
        dimension=4,
        held=lambda: {"v": shots},
        read=lambda _: VideoEmbedding(float(shots), {CLIP: track}, track),
        bank=lambda: np.stack([embedder.encode_text(sentence) for sentence in SENTENCES]),
    )
    red = embedder.encode_text("red")
    chances = confidence.probabilities(red, [hit(float(red @ one)) for one in seen])
    assert all(chance is None or 0 < chance < 1 for chance in chances)


class Passage(NamedTuple):
    score: float
    phrase: bool = False


def test_words_say_more_the_more_of_them_stand_there() -> None:
    texts = TextConfidence(sample=lambda _: (vectors(0, 1), 0), bank=lambda: vectors(9, 2))
    chances = texts.of_words([Passage(1.0, True), Passage(1.0), Passage(0.5), Passage(0.1)])
    assert chances == pytest.approx([0.95, 0.80, 0.15, 0.014], abs=0.01)


def test_meaning_is_measured_by_the_passages_of_a_modality() -> None:
    passages, query = vectors(300, seed=1), vectors(1, seed=5)[0]
    texts = TextConfidence(sample=lambda _: (passages, 300), bank=lambda: vectors(50, seed=2))
    near, far = texts.of_meaning(query, [Passage(0.9), Passage(0.1)], modality="speech")
    assert near is not None
    assert far is not None
    assert near > 0.9
    assert far < 0.1
    assert texts.of_meaning(query, [], modality="speech") == []
    alone = Scale(Sample.of_vectors(passages[:1]), None, 1)
    assert alone.probabilities(query, [0.9], model=MEANT, alone=SEEN_ALONE) == [None]


def test_the_bank_is_of_many_different_sentences() -> None:
    assert len(SENTENCES) == len(set(SENTENCES)) > 150
    assert all(sentence.strip() == sentence != "" for sentence in SENTENCES)


def test_the_bank_of_sentences_is_encoded_once_and_always_the_same(tmp_path: Path) -> None:
    vectors = np.random.default_rng(1).normal(size=(5, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    path = tmp_path / "background-s.npz"
    first = background.bank_kept(path, DIMENSION, lambda: vectors)
    np.testing.assert_allclose(first, vectors, atol=1e-3)
    np.testing.assert_array_equal(
        background.bank_kept(path, DIMENSION, lambda: pytest.fail("encoded again")), first
    )
    path.write_bytes(path.read_bytes()[:50])
    np.testing.assert_array_equal(background.bank_kept(path, DIMENSION, lambda: vectors), first)


def test_a_bank_that_cannot_be_kept_is_used(tmp_path: Path) -> None:
    vectors = np.eye(DIMENSION, dtype=np.float32)[:2]
    found = background.bank_kept(tmp_path / "gone" / "b.npz", DIMENSION, lambda: vectors)
    np.testing.assert_array_equal(found, vectors)
