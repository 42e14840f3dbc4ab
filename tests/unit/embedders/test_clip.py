"""Models are taken in once, tested, named by their content, and verified ever after."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from hub import COMMIT, serving
from little_clip import SIZE, write_clip
from videos import make_video

import footage
from footage.embedder import VideoFile
from footage.embedders import agrees, open_embedder, settled
from footage.embedders.clip import DEFAULT, ClipEmbedder, obtain, parse
from footage.embedders.drawings import CAPTIONS, check_captions, drawings
from footage.embedders.shelf import Shelf
from footage.errors import EmbedderBroken, EmbedderUnavailable, NotFound, UsageError
from footage.media.probe import probe
from footage.settings import Sampling


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setenv("FOOTAGE_MODELS", str(tmp_path / "models"))
    return Shelf()


@pytest.fixture
def little(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "little")


@pytest.fixture
def name(shelf: Shelf, little: Path) -> str:
    return obtain(f"clip:{little}", shelf=shelf)


@pytest.mark.parametrize(
    ("text", "name", "revision"),
    [
        ("clip", DEFAULT, None),
        ("clip:", DEFAULT, None),
        ("clip:ViT-B-32__openai", "ViT-B-32__openai", None),
        ("clip:ViT-B-32__openai@0123abc", "ViT-B-32__openai", "0123abc"),
        ("clip:somebody/Their-Model", "somebody/Their-Model", None),
    ],
)
def test_names(text: str, name: str, revision: str | None) -> None:
    assert parse(text) == (name, revision, None)


def test_a_folder_is_known_by_its_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse("clip:./here/little").folder == tmp_path / "here/little"
    assert parse(f"clip:{tmp_path}/little").folder == tmp_path / "little"


@pytest.mark.parametrize(
    "text", ["clip:a b", "clip:x/../y", "clip:a/b/c", "clip:x@../y", "clip:@x y"]
)
def test_what_can_be_no_name_is_refused(text: str) -> None:
    with pytest.raises(EmbedderUnavailable, match="is not a name of a model"):
        parse(text)


def test_a_library_knows_its_model_by_the_short_name() -> None:
    assert agrees("clip:a", "clip:a@1")
    assert agrees("clip", f"clip:{DEFAULT}@1")
    assert agrees("clip:a@1", "clip:a@1")
    assert not agrees("clip:a@2", "clip:a@1")
    assert not agrees("clip:b", "clip:a@1")
    assert not agrees("clip", "lite")
    assert not agrees("lite", "clip:a@1")
    assert agrees("lite", "lite")


def test_a_folder_is_taken_in_whole_and_no_more(shelf: Shelf, little: Path) -> None:
    (little / "notes.txt").write_text("mine")
    told: list[tuple[int, int]] = []
    name = obtain(f"clip:{little}", shelf=shelf, on_progress=lambda *at: told.append(at))
    note = shelf.find("little")
    assert note is not None
    assert name == f"clip:little@{note.revision}"
    assert note.revision == f"local-{note.version}"
    there = shelf.folder("little", note.revision)
    assert {path.name for path in there.iterdir()} == {
        *("canary.npz", "config.json", "footage.json", "textual", "visual"),
    }
    assert told[-1] == (note.size, note.size)
    assert note.pace is not None
    assert note.pace.provider == "CPUExecutionProvider"


def test_the_same_files_are_the_same_model(shelf: Shelf, little: Path, name: str) -> None:
    assert obtain(f"clip:{little}", shelf=shelf) == name
    assert len(shelf.notes()) == 1


def test_other_files_are_another_revision(shelf: Shelf, tmp_path: Path, name: str) -> None:
    other = obtain(f"clip:{write_clip(tmp_path / 'new/little', clean='lower')}", shelf=shelf)
    assert other != name
    assert obtain("clip:little", shelf=shelf) == other  # the newest, where no revision is named
    assert obtain(name, shelf=shelf) == name


def test_from_the_hub_it_keeps_the_commit(
    shelf: Shelf, little: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving("somebody/little", little) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        fetched = obtain("clip:somebody/little", shelf=shelf)
        assert fetched == f"clip:somebody/little@{COMMIT}"
        hub.asked.clear()
        assert obtain("clip:somebody/little", shelf=shelf) == fetched
        assert hub.asked == []
    local, from_hub = (ClipEmbedder(each, Sampling()) for each in (name, fetched))
    assert local.fingerprint.version == from_hub.fingerprint.version


def test_two_at_once_fetch_once(
    shelf: Shelf, little: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving("somebody/little", little) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        names: list[str] = []
        threads = [
            threading.Thread(
                target=lambda: names.append(obtain("clip:somebody/little", shelf=shelf))
            )
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        fetched = [file for method, file, _ in hub.asked if method == "GET"]
    assert names == [f"clip:somebody/little@{COMMIT}"] * 2
    assert len(fetched) == len(set(fetched))


def test_it_tells_colours_apart_in_a_video(name: str, tmp_path: Path) -> None:
    embedder = ClipEmbedder(name, Sampling())
    embedder.self_test()
    path = make_video(tmp_path / "film.mp4", shots=["red", "blue"], seconds=8)
    made = embedder.embed(
        VideoFile(path, "", probe(path)),
        on_progress=lambda _at: None,
        on_thumbnail=lambda _at, _jpeg: None,
    )
    (track,) = made.tracks.values()
    best = (track.vectors @ embedder.encode_text("blue")).argmax()
    assert track.spans[best].tolist() == pytest.approx([4, 8], abs=0.1)
    assert embedder.fingerprint.name == "clip:little"


@pytest.mark.parametrize("fault", ["constant", "shuffled"])
def test_a_model_that_does_not_see_is_refused_and_forgotten(
    fault: str, shelf: Shelf, tmp_path: Path
) -> None:
    folder = write_clip(tmp_path / "blind", **{fault: True})  # type: ignore[arg-type]
    with pytest.raises(EmbedderBroken, match="blind model fails its self-test"):
        obtain(f"clip:{folder}", shelf=shelf)
    assert shelf.notes() == []
    assert not any(path.is_file() for path in shelf.root.rglob("*.onnx"))


@pytest.mark.parametrize("file", ["visual/model.onnx", "textual/tokenizer.json", "config.json"])
def test_a_file_that_changed_is_found(file: str, shelf: Shelf, name: str) -> None:
    path = shelf.folder("little", parse(name).revision or "") / file
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(EmbedderBroken, match=rf"{file} is damaged.*footage models delete"):
        ClipEmbedder(name, Sampling()).self_test()


def test_a_model_that_answers_differently_is_found_before_a_search(shelf: Shelf, name: str) -> None:
    path = shelf.folder("little", parse(name).revision or "") / "textual/tokenizer.json"
    tokenizer = json.loads(path.read_text())
    vocabulary = tokenizer["model"]["vocab"]
    vocabulary["red"], vocabulary["green"] = vocabulary["green"], vocabulary["red"]
    path.write_text(json.dumps(tokenizer))
    with pytest.raises(EmbedderBroken, match="text vectors are not what they were"):
        ClipEmbedder(name, Sampling()).self_test(full=False)


def test_a_lost_note_or_canary_says_what_to_do(shelf: Shelf, name: str) -> None:
    folder = shelf.folder("little", parse(name).revision or "")
    (folder / "canary.npz").write_bytes(b"not it")
    with pytest.raises(EmbedderBroken, match=r"canary\.npz cannot be read"):
        ClipEmbedder(name, Sampling()).self_test(full=False)
    (folder / "footage.json").write_text("{")
    with pytest.raises(EmbedderBroken, match=r"footage\.json cannot be read; delete"):
        ClipEmbedder(name, Sampling())


def test_a_model_that_is_not_here_says_how_to_get_it(shelf: Shelf) -> None:
    with pytest.raises(EmbedderUnavailable, match=r"not on this machine.*fetch clip:gone@12ab"):
        open_embedder("clip:gone@12ab", Sampling())
    with pytest.raises(NotFound, match="no model called gone"):
        shelf.delete("gone")


def test_deleting_frees_it(shelf: Shelf, name: str) -> None:
    assert shelf.delete("little") > 1000
    assert shelf.notes() == []
    with pytest.raises(EmbedderUnavailable):
        open_embedder(name, Sampling())


def test_a_shelf_that_cannot_be_written_is_one_sentence(
    little: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FOOTAGE_MODELS", str(tmp_path / "file"))
    with pytest.raises(EmbedderUnavailable, match=r"cannot be stored.*FOOTAGE_MODELS"):
        settled(f"clip:{little}")


# a library


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    (tmp_path / "videos").mkdir()
    make_video(tmp_path / "videos/a.mp4", shots=["red", "blue"], seconds=8)
    make_video(tmp_path / "videos/b.mp4", shots=["green"], seconds=4)
    return tmp_path / "videos"


def test_a_library_of_it(shelf: Shelf, little: Path, videos: Path, tmp_path: Path) -> None:
    with footage.open(tmp_path / "my.library", embedder=f"clip:{little}") as library:
        assert library.settings.embedder.startswith("clip:little@local-")
        library.add(videos)
        assert library.search("green")[0].title == "b"
    with footage.open(tmp_path / "my.library", embedder="clip:little") as library:
        best = library.search("a blue circle")[0]
        assert (best.title, best.start) == ("a", pytest.approx(4, abs=0.1))
    with pytest.raises(UsageError, match=r"made with embedder clip:little@.*footage migrate"):
        footage.open(tmp_path / "my.library", embedder="lite")


def test_migrating_to_it_and_back(shelf: Shelf, little: Path, videos: Path, tmp_path: Path) -> None:
    with footage.open(tmp_path / "my.library", embedder=f"clip:{little}") as library:
        library.add(videos)
        other = write_clip(tmp_path / "other", resize_mode="shortest")
        report = library.migrate(f"clip:{other}")
        assert report.switched
        assert library.settings.embedder.startswith("clip:other@")
        assert library.search("green")[0].title == "b"
        library.rollback()
        assert library.settings.embedder.startswith("clip:little@")
        assert library.search("green")[0].title == "b"


# the drawings


def test_sound_captions_fit_and_shuffled_ones_do_not() -> None:
    rng = np.random.default_rng(5)
    meaning = rng.normal(size=(len(CAPTIONS), 64))
    gap = 3 * rng.normal(size=64)  # pictures and captions lie far apart, as CLIP's do
    noisy = meaning + 0.5 * rng.normal(size=meaning.shape)
    pictures, captions = _unit(meaning + gap), _unit(noisy - gap)
    check_captions("sound", pictures, captions)
    for wrong in (
        np.roll(captions, 1, axis=0),
        _unit(rng.normal(size=meaning.shape)),
        captions * np.nan,
    ):
        with pytest.raises(EmbedderBroken, match="no better than shuffled"):
            check_captions("wrong", pictures, wrong)


def test_a_constant_model_fits_no_better() -> None:
    same = np.full((len(CAPTIONS), 8), 8**-0.5, np.float32)
    with pytest.raises(EmbedderBroken, match="no better than shuffled"):
        check_captions("constant", same, same)


@pytest.mark.parametrize("size", [(SIZE, SIZE), (256, 256), (64, 48)])
def test_there_is_a_drawing_for_each_caption(size: tuple[int, int]) -> None:
    made = drawings(size)
    assert made.shape == (len(CAPTIONS), size[1], size[0], 3)
    assert len({drawing.tobytes() for drawing in made}) == len(CAPTIONS)


def _unit(vectors: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
