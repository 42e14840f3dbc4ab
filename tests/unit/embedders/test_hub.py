"""Fetching from a hub: whole, resumed, checked, refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub import COMMIT, Hub, serving
from little_clip import write_clip

from footage.embedders import hub as fetching
from footage.errors import EmbedderBroken, EmbedderUnavailable

REPOSITORY = "immich-app/little"
WEIGHTS = "visual/weights.onnx"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    folder = write_clip(tmp_path / "served")
    (folder / "visual/rknpu").mkdir()
    (folder / "visual/rknpu/model.rknn").write_bytes(b"for another chip")
    (folder / "README.md").write_text("what it is")
    (folder / WEIGHTS).write_bytes(bytes(range(256)) * 100_000)
    with serving(REPOSITORY, folder) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        monkeypatch.setattr(time, "sleep", lambda _seconds: None)
        yield served


def told(_done: int, _total: int) -> None:
    return


def test_what_is_wanted_arrives_as_it_is(hub: Hub, tmp_path: Path) -> None:
    progress: list[tuple[int, int]] = []
    came = fetching.fetch(
        REPOSITORY, None, tmp_path / "here", lambda done, total: progress.append((done, total))
    )
    assert came.commit == COMMIT
    wanted = {name for name in hub.files if name.startswith(("config", "visual/", "textual/"))}
    assert set(came.files) == wanted - {"visual/rknpu/model.rknn"}
    for name in came.files:
        assert (tmp_path / "here" / name).read_bytes() == hub.files[name]
    total = sum(len(hub.files[name]) for name in came.files)
    assert progress[-1] == (total, total)
    assert progress == sorted(progress)
    assert len(progress) > len(came.files)


def test_a_broken_download_goes_on_where_it_stopped(hub: Hub, tmp_path: Path) -> None:
    def cut_off(done: int, _total: int) -> None:
        if done > 10_000_000:
            hub.breaks_after = 0  # and nothing more arrives, however often it is tried

    hub.breaks_after = 12_000_000
    with pytest.raises(EmbedderUnavailable, match="what was fetched is kept"):
        fetching.fetch(REPOSITORY, None, tmp_path / "here", cut_off)
    hub.breaks_after = None
    hub.asked.clear()
    fetching.fetch(REPOSITORY, None, tmp_path / "here", told)
    assert (tmp_path / "here" / WEIGHTS).read_bytes() == hub.files[WEIGHTS]
    ranges = [wanted for how, name, wanted in hub.asked if (how, name) == ("GET", WEIGHTS)]
    assert len(ranges) == 1
    assert ranges[0] is not None
    assert int(ranges[0].removeprefix("bytes=").rstrip("-")) >= 10_000_000


def test_what_is_there_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    fetching.fetch(REPOSITORY, None, tmp_path / "here", told)
    hub.asked.clear()
    fetching.fetch(REPOSITORY, None, tmp_path / "here", told)
    assert [asked for asked in hub.asked if asked[0] == "GET"] == []


def test_a_file_that_is_not_what_the_hub_says_is_refused(hub: Hub, tmp_path: Path) -> None:
    hub.lies_about = "textual/model.onnx"
    with pytest.raises(EmbedderBroken, match=r"model\.onnx did not arrive.*run the same command"):
        fetching.fetch(REPOSITORY, None, tmp_path / "here", told)
    assert not (tmp_path / "here/textual/model.onnx").exists()


@pytest.mark.usefixtures("hub")
def test_an_unknown_model_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        EmbedderUnavailable, match=r"no model immich-app/other.*404.*footage models"
    ):
        fetching.fetch("immich-app/other", None, tmp_path / "here", told)


def test_a_repository_of_something_else_is_one_sentence(hub: Hub, tmp_path: Path) -> None:
    hub.files = {"README.md": b"a data set"}
    with pytest.raises(EmbedderUnavailable, match="holds no model that footage can run"):
        fetching.fetch(REPOSITORY, None, tmp_path / "here", told)


def test_without_a_network_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nobody listens
    with pytest.raises(EmbedderUnavailable, match=r"cannot be fetched.*refused.*--from DIR"):
        fetching.fetch(REPOSITORY, None, tmp_path / "here", told)
