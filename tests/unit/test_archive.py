"""The archive gives back what was put in, or says plainly that it cannot."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from footage.archive import FORMAT, Archive
from footage.embedder import Fingerprint, Route, Track, VideoEmbedding
from footage.errors import ArchiveDamaged, InvalidVector, LibraryTooNew, LibraryUnwritable
from footage.media.frames import Damage

MARK = Fingerprint("colours", "1", 4, {"fps": "1.0"})
VISUAL, AUDIO = Route("visual", "clip"), Route("audio", "asset")
ID = "a" * 32
GOLDEN = Path(__file__).parent.parent / "golden" / "archive-v1.zip"


def track(rows: int, seed: int = 1) -> Track:
    starts = np.arange(rows, dtype=np.float64) * 2.5
    vectors = np.random.default_rng(seed).normal(size=(rows, 4)).astype(np.float32)
    return Track(np.column_stack([starts, starts + 2.5]), vectors)


# What lies in the golden file; never to be changed.
GOLDEN_EMBEDDING = VideoEmbedding(
    duration=7.5,
    tracks={
        VISUAL: Track(
            np.array([[0.0, 2.5], [2.5, 7.5]]),
            np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 0.6, 0.8, 0.0]], np.float32),
        ),
        AUDIO: Track(np.array([[0.0, 7.5]]), np.array([[0.0, 0.0, 0.0, -1.0]], np.float32)),
    },
    frames=Track(np.array([[0.0, 7.5]]), np.array([[0.5, 0.5, 0.5, 0.5]], np.float32)),
    damage=Damage(corrupt_frames=3, failed_packets=1),
)


def assert_same(one: VideoEmbedding, other: VideoEmbedding) -> None:
    assert one.duration == other.duration
    assert one.damage == other.damage
    assert list(one.tracks) == list(other.tracks)
    for route in one.tracks:
        for name in ("spans", "vectors"):
            a, b = getattr(one.tracks[route], name), getattr(other.tracks[route], name)
            assert a.dtype == b.dtype
            np.testing.assert_array_equal(a, b)
    assert one.shots == other.shots
    assert (one.frames is None) == (other.frames is None)
    if one.frames is not None and other.frames is not None:
        np.testing.assert_array_equal(one.frames.spans, other.frames.spans)
        assert one.frames.vectors.dtype == other.frames.vectors.dtype == np.float32
        np.testing.assert_allclose(one.frames.vectors, other.frames.vectors, atol=2e-3)


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    rows = draw(st.integers(0, 4))
    spans = draw(hnp.arrays(np.float64, (rows, 2), elements=st.floats(0, 1e5)))
    unit = st.floats(-1, 1, width=32)
    return Track(spans, draw(hnp.arrays(np.float32, (rows, 4), elements=unit)))


embeddings = st.builds(
    VideoEmbedding,
    duration=st.floats(0, 1e6),
    tracks=st.dictionaries(st.sampled_from([VISUAL, AUDIO]), tracks()),
    frames=st.none() | tracks(),
    shots=st.lists(st.floats(0, 1e4)).map(tuple),
    damage=st.builds(Damage, st.integers(0, 10**6), st.integers(0, 10**6)),
)


@given(embeddings)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_what_goes_in_comes_out(tmp_path: Path, embedding: VideoEmbedding) -> None:
    archive = Archive(tmp_path)
    archive.write(ID, MARK, embedding)
    assert_same(archive.read(ID, MARK), embedding)
    spans = archive.spans(ID, MARK)
    assert spans.keys() == embedding.tracks.keys()
    for route, of_route in spans.items():
        np.testing.assert_array_equal(of_route, embedding.tracks[route].spans)


def test_one_file_a_video_and_embedder_and_no_drafts(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    other = replace(MARK, version="2")
    for mark in (MARK, other, MARK):
        archive.write(ID, mark, GOLDEN_EMBEDDING)
    found = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert found == sorted(Path(mark.id) / f"{ID}.zip" for mark in (MARK, other))
    assert list(archive.video_ids(MARK)) == [ID]
    assert archive.has(ID, MARK)
    assert not archive.has("b" * 32, MARK)


def test_deleting_is_for_one_embedder_and_may_be_repeated(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    other = replace(MARK, version="2")
    for mark in (MARK, other):
        archive.write(ID, mark, GOLDEN_EMBEDDING)
    for _ in range(2):
        archive.delete(ID, MARK)
    assert not archive.has(ID, MARK)
    assert archive.has(ID, other)


def test_a_missing_file_is_damage(tmp_path: Path) -> None:
    for read in (Archive(tmp_path).read, Archive(tmp_path).spans):
        with pytest.raises(ArchiveDamaged, match="is missing"):
            read(ID, MARK)


@pytest.mark.parametrize("video_id", ["", "../b", "a/b", "A", "a.zip", "a" * 65, "é"])
def test_an_id_cannot_lead_elsewhere(tmp_path: Path, video_id: str) -> None:
    with pytest.raises(ValueError, match="not a video id"):
        Archive(tmp_path).path(video_id, MARK)


# What must not be stored


def broken(value: float) -> Track:
    vectors = np.ones((2, 4), np.float32)
    vectors[1, 2] = value
    return Track(np.array([[0.0, 1.0], [1.0, 2.0]]), vectors)


@pytest.mark.parametrize(
    "wrong",
    [
        VideoEmbedding(1.0, {VISUAL: broken(np.nan)}),
        VideoEmbedding(1.0, {VISUAL: broken(-np.inf)}),
        VideoEmbedding(1.0, {VISUAL: track(1)}, frames=broken(np.nan)),
        VideoEmbedding(1.0, {VISUAL: Track(np.zeros((1, 2)), np.ones((1, 3), np.float32))}),
        VideoEmbedding(1.0, {VISUAL: Track(np.zeros((2, 2)), np.ones((1, 4), np.float32))}),
    ],
    ids=["nan", "infinity", "nan in a frame", "wrong dimension", "wrong count"],
)
def test_a_wrong_vector_is_refused_and_the_old_file_stays(
    tmp_path: Path, wrong: VideoEmbedding
) -> None:
    archive = Archive(tmp_path)
    path = archive.write(ID, MARK, GOLDEN_EMBEDDING)
    with pytest.raises(InvalidVector):
        archive.write(ID, MARK, wrong)
    assert_same(archive.read(ID, MARK), GOLDEN_EMBEDDING)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("where", ["fsync", "replace"])
def test_a_disk_that_refuses_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    archive = Archive(tmp_path)
    path = archive.write(ID, MARK, GOLDEN_EMBEDDING)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os if where == "fsync" else Path, where, full)
    with pytest.raises(LibraryUnwritable, match="No space left on device"):
        archive.write(ID, MARK, VideoEmbedding(1.0, {VISUAL: track(3)}))
    monkeypatch.undo()
    assert_same(archive.read(ID, MARK), GOLDEN_EMBEDDING)
    assert list(path.parent.iterdir()) == [path]


def test_an_interrupt_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tmp_path)
    path = archive.write(ID, MARK, GOLDEN_EMBEDDING)

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        archive.write(ID, MARK, VideoEmbedding(1.0, {VISUAL: track(3)}))
    assert list(path.parent.iterdir()) == [path]


# Damage


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, Path, bytes]:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    path = archive.write(ID, MARK, GOLDEN_EMBEDDING)
    return archive, path, path.read_bytes()


def test_every_truncation_is_damage(whole: tuple[Archive, Path, bytes]) -> None:
    archive, path, data = whole
    for length in {*range(0, len(data), 7), *range(len(data) - 100, len(data))}:
        path.write_bytes(data[:length])
        with pytest.raises(ArchiveDamaged, match=str(path)):
            archive.read(ID, MARK)


@given(
    at=st.floats(0, 1, exclude_max=True),
    length=st.sampled_from([1, 1, 1, 2, 16, 200]),
    change=st.integers(1, 255),
    zero=st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_changed_bytes_are_noticed_or_do_not_matter(
    whole: tuple[Archive, Path, bytes], at: float, length: int, change: int, zero: bool
) -> None:
    archive, path, data = whole
    first = int(at * len(data))
    changed = bytearray(data)
    for place in range(first, min(first + length, len(data))):
        changed[place] = 0 if zero else changed[place] ^ change
    path.write_bytes(changed)
    with may_be_damaged():
        assert_same(archive.read(ID, MARK), GOLDEN_EMBEDDING)
    with may_be_damaged():
        assert archive.spans(ID, MARK).keys() == GOLDEN_EMBEDDING.tracks.keys()


@contextlib.contextmanager
def may_be_damaged() -> Iterator[None]:
    with contextlib.suppress(ArchiveDamaged):
        yield


def test_a_file_under_another_videos_name_is_damage(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    path = archive.write(ID, MARK, GOLDEN_EMBEDDING)
    path.rename(archive.path("b" * 32, MARK))
    with pytest.raises(ArchiveDamaged):
        archive.read("b" * 32, MARK)


def test_a_file_of_another_embedder_is_damage(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    other = replace(MARK, version="2")
    path = archive.write(ID, MARK, GOLDEN_EMBEDDING)
    archive.path(ID, other).parent.mkdir()
    path.rename(archive.path(ID, other))
    with pytest.raises(ArchiveDamaged):
        archive.read(ID, other)


# Formats


def test_a_newer_format_is_not_guessed_at(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    path = archive.write(ID, MARK, GOLDEN_EMBEDDING)
    with zipfile.ZipFile(path) as bundle:
        header = json.loads(bundle.read("header.json"))
    assert header["format"] == FORMAT
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("header.json", json.dumps({**header, "format": FORMAT + 1}))
    for read in (archive.read, archive.spans):
        with pytest.raises(LibraryTooNew, match="pip install --upgrade"):
            read(ID, MARK)


def test_format_1_is_read_for_ever(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    path = archive.path(ID, MARK)
    path.parent.mkdir()
    path.write_bytes(GOLDEN.read_bytes())
    assert_same(archive.read(ID, MARK), GOLDEN_EMBEDDING)


def test_a_file_is_a_plain_zip_that_other_programs_read() -> None:
    with zipfile.ZipFile(GOLDEN) as bundle:
        assert bundle.testzip() is None
        assert {info.compress_type for info in bundle.infolist()} == {zipfile.ZIP_STORED}
        with bundle.open("visual.clip.vectors.npy") as file:
            vectors = np.load(file)
    np.testing.assert_array_equal(vectors, GOLDEN_EMBEDDING.tracks[VISUAL].vectors)


# some frames of a video


@given(start=st.floats(-1, 12), length=st.floats(0, 12))
def test_some_frames_are_those_of_the_whole(start: float, length: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder))
        rng = np.random.default_rng(3)
        times = np.arange(10) + 0.5
        frames = Track(
            np.column_stack([times, times + 1]), rng.normal(size=(10, 4)).astype(np.float32)
        )
        shots = (2.25, 7.0)
        embedding = VideoEmbedding(10.5, {}, frames=frames, shots=shots)
        archive.write("aa", MARK, embedding)
        some, begins = archive.frames("aa", MARK, start, start + length)
        whole = archive.read("aa", MARK).frames
        assert whole is not None
        inside = (times >= start) & (times < start + length)
        np.testing.assert_array_equal(some.vectors, whole.vectors[inside])
        np.testing.assert_array_equal(some.spans, whole.spans[inside])
        assert begins == tuple(time for time in shots if start < time < start + length)


def test_a_video_without_frames_has_none(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.write("aa", MARK, VideoEmbedding(3.0, {}))
    some, begins = archive.frames("aa", MARK, 0, 3)
    assert (len(some), begins) == (0, ())


def test_frames_of_a_file_that_was_written_anew(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    times = np.arange(3.0)
    for turn in range(2):
        vectors = np.full((3, 4), turn + 1, np.float32)
        frames = Track(np.column_stack([times, times + 1]), vectors)
        archive.write("aa", MARK, VideoEmbedding(3.0, {}, frames=frames))
        for _ in range(2):
            some, _shots = archive.frames("aa", MARK, 1, 3)
            np.testing.assert_array_equal(some.vectors, vectors[1:])


def test_frames_that_cannot_be_read_are_a_damaged_archive(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with pytest.raises(ArchiveDamaged, match="missing"):
        archive.frames("aa", MARK, 0, 3)
    archive.path("aa", MARK).parent.mkdir(parents=True)
    archive.path("aa", MARK).write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(ArchiveDamaged, match="damaged"):
        archive.frames("aa", MARK, 0, 3)


def test_one_track_is_that_of_the_whole(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.write(ID, MARK, GOLDEN_EMBEDDING)
    for route, whole in GOLDEN_EMBEDDING.tracks.items():
        alone = archive.track(ID, MARK, route)
        assert alone is not None
        np.testing.assert_array_equal(alone.spans, whole.spans)
        np.testing.assert_array_equal(alone.vectors, whole.vectors)
    assert archive.track(ID, MARK, Route("speech", "clip")) is None
    path = archive.path(ID, MARK)
    data = bytearray(path.read_bytes())
    data[data.index(b"visual.clip.vectors") + 200] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ArchiveDamaged):
        archive.track(ID, MARK, VISUAL)
