"""``footage models``, and libraries that use one, through the program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from houses import Run
from hub import COMMIT, serving
from little_clip import write_clip
from videos import make_video


@pytest.fixture(autouse=True)
def _a_shelf_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No model yet, and no hub in reach."""
    monkeypatch.setenv("FOOTAGE_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("FOOTAGE_LIBRARY", str(tmp_path / "my.library"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")


@pytest.fixture
def little(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "little")


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    folder = tmp_path / "videos"
    folder.mkdir()
    make_video(folder / "a.mp4", shots=["red", "blue"], seconds=8)
    make_video(folder / "b.mp4", shots=["green"], seconds=4)
    return folder


def models(run: Run) -> dict[str, Any]:
    listed = run("models", "--json").json["models"]
    return {model["name"]: model for model in listed}


@pytest.mark.slow
def test_what_is_listed(run: Run, little: Path) -> None:
    before = models(run)
    assert before["lite"]["where"] == "inside"
    assert before["lite"]["milliseconds"] > 0
    assert before["lite"]["size"] > 20_000_000
    default = before["clip:ViT-B-32-SigLIP2-256__webli"]
    assert (default["where"], default["milliseconds"]) == ("hub", None)
    assert "clip:little" not in before
    assert run("models", "fetch", "clip:little", "--from", little).code == 0
    added = models(run)["clip:little"]
    assert added["where"] == "here"
    assert added["milliseconds"] > 0
    shown = run("models").out
    assert all(model["name"] in shown and model["good_for"] in shown for model in before.values())


def test_fetching_from_a_hub_and_deleting(
    run: Run, little: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving("immich-app/little", little) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        fetched = run("models", "fetch", "little")
    assert fetched.code == 0, fetched.err
    assert f"clip:little@{COMMIT}" in fetched.out
    assert "passes its self-test" in fetched.out
    again = run("models", "fetch", "little", "--json")
    assert again.json["model"] == f"clip:little@{COMMIT}"
    assert run("models", "delete", "little").code == 2  # nobody to ask
    assert "freed" in run("models", "delete", "little", "--yes").out
    assert "clip:little" not in models(run)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("fetch", "little"), "cannot be fetched from huggingface.co"),
        (("fetch", "a b"), "is not a name of a model"),
        (("delete", "little", "--yes"), "no model called little is on the shelf"),
        (("fetch", "little"), "`footage models fetch little --from DIR/little`"),
        (("fetch", "lite"), "lite is not fetched: it is inside footage"),
        (("fetch", "marengo:3.5"), "marengo is not fetched: it is a service"),
        (("delete", "lite"), "lite is not deleted: it is inside footage"),
        (("delete", "little"), "no model called little is on the shelf"),
        (("fetch", "other", "--from", "little"), "little is not called other; the folder of a"),
        (("fetch", "empty", "--from", "empty"), "is not a CLIP model: config.json is missing"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: tuple[str, ...], message: str, run: Run, little: Path
) -> None:
    (little.parent / "empty").mkdir()
    inside = [
        str(little.parent / name) if name in {"little", "empty"} else name
        for name in arguments[-1:]
    ]
    given = (*arguments[:-1], *inside) if "--from" in arguments else arguments
    answer = run("models", *given)
    assert answer.code in {1, 2}
    assert answer.out == ""
    assert answer.err.startswith("error: ")
    assert answer.err.count("\n") == 1
    assert message in answer.err


def test_a_fetch_that_never_began_left_nothing_to_delete(run: Run) -> None:
    assert run("models", "fetch", "little").code == 1
    nothing = run("models", "delete", "little", "--yes")
    assert (nothing.code, nothing.out) == (2, "")
    assert "no model called little is on the shelf" in nothing.err


def test_a_library_of_its_own_from_the_first_command(
    run: Run, little: Path, videos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving("immich-app/little", little) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        made = run("index", "--embedder", "clip:little", videos)
    assert made.code == 0, made.err
    assert "2 indexed" in made.out
    best = run("search", "--json", "blue").json["moments"][0]
    assert (best["title"], round(best["start"])) == ("a", 4)
    assert run("index", "--embedder", "clip", videos).code == 2
    doctor = run("doctor", "--json").json
    checks = {check["name"]: check for check in doctor["checks"]}
    assert checks["embedder"]["status"] == "ok"
    assert "clip:little" in checks["embedder"]["detail"]


def test_a_dry_run_fetches_nothing(run: Run, videos: Path, tmp_path: Path) -> None:
    plan = run("index", "--embedder", "clip", "--dry-run", videos)  # no hub is in reach
    assert plan.code == 0, plan.err
    assert "clip:ViT-B-32-SigLIP2-256__webli is to be fetched first, about 1.5 GB" in plan.out
    assert "2 videos to index, 0:12 in all" in plan.out
    shape = run("index", "--embedder", "clip:other", "--dry-run", "--json", videos).json
    assert shape["to_fetch"] == {"model": "clip:other", "bytes": None}
    assert len(shape["files"]) == 2
    assert run("index", "--dry-run", "--json", videos).json["to_fetch"] is None
    assert run("index", "--embedder", "a b", "--dry-run", videos).code == 1
    assert not (tmp_path / "my.library").exists()
    assert not (tmp_path / "models").exists()


def test_without_its_model_a_library_says_how_to_get_it(
    run: Run, little: Path, videos: Path
) -> None:
    assert run("index", "--embedder", f"clip:{little}", videos).code == 0
    run("models", "delete", "little", "--yes")
    lost = run("search", "blue")
    assert lost.code == 1
    assert "is not on this machine; `footage models fetch clip:little@local-" in lost.err
    assert run("models", "fetch", "little", "--from", little).code == 0
    assert run("search", "blue").code == 0


def test_migrating_to_it_with_search_still_up(run: Run, little: Path, videos: Path) -> None:
    assert run("index", "--embedder", f"clip:{little}", videos).code == 0
    other = write_clip(little.parent / "other", resize_mode="shortest")
    plan = run("migrate", "--embedder", f"clip:{other}", "--dry-run")
    assert plan.code == 0, plan.err
    assert "2 videos to embed" in plan.out
    moved = run("migrate", "--embedder", "clip:other")
    assert moved.code == 0, moved.err
    assert "searched with clip:other@" in moved.out
    assert run("search", "--json", "green").json["moments"][0]["title"] == "b"
    assert run("migrate", "--rollback").code == 0
    assert run("migrate", "--abandon", "--yes").code == 0
