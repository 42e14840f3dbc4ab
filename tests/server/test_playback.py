"""Whatever the file is, a browser gets what it plays."""

from __future__ import annotations

import time
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import pytest
from server.serving import Served, assert_failed
from videos import make_video

from footage.media.playable import Playable, playability

KINDS: dict[str, dict[str, Any]] = {
    "plain.mp4": {"audio": True},
    "copied.mkv": {"audio": True},
    "turned.mov": {"audio": True, "rotation": 90},
    "broadcast.ts": {"audio": True},
    "old.avi": {"codec": "mpeg4"},
    "free.webm": {"codec": "libvpx-vp9", "audio": True},
    "new.mkv": {"codec": "libx265"},
    "moving.gif": {"codec": "gif"},
    "fine.mp4": {"pixel_format": "yuv422p"},
    "late.mkv": {"audio": True, "start": 3.0},
}
KEYS = {"options": {"g": "10", "preset": "ultrafast"}}


def decoded(data: bytes) -> tuple[list[av.VideoFrame], list[str]]:
    with av.open(BytesIO(data)) as container:
        sounds = [stream.codec_context.name for stream in container.streams.audio]
        assert container.streams.video[0].codec_context.name in {"h264", "vp9"}
        return list(container.decode(video=0)), sounds


def colour(frame: av.VideoFrame) -> str:
    red, green, blue = frame.to_ndarray(format="rgb24").mean(axis=(0, 1))
    return max((red, "red"), (green, "green"), (blue, "blue"))[1]


@pytest.mark.parametrize("name", KINDS)
def test_all_of_it_plays(tmp_path: Path, name: str) -> None:
    path = make_video(tmp_path / name, seconds=3, shots=["red", "blue"], **KINDS[name])
    how = playability(path)
    assert how.direct is (name in {"plain.mp4", "free.webm"})
    frames, sounds = decoded(b"".join(Playable(path, how).pieces()))
    assert 29 <= len(frames) <= 31
    assert [colour(frames[0]), colour(frames[-1])] == ["red", "blue"]
    assert bool(sounds) is bool(KINDS[name].get("audio"))
    whole = tmp_path / "whole.mp4"
    Playable(path, how).write(whole, lambda: None)
    assert playability(whole).direct


@pytest.mark.parametrize("name", ["keys.mkv", "old.avi", "fine.mp4"])
def test_it_begins_where_it_is_watched(tmp_path: Path, name: str) -> None:
    options = {**KINDS.get(name, {"audio": True}), **({} if "avi" in name else KEYS)}
    path = make_video(tmp_path / name, seconds=6, shots=["red", "blue"], **options)
    playable = Playable(path, playability(path), 4.5)
    frames, _sounds = decoded(b"".join(playable.pieces()))
    assert 3.4 <= playable.start <= 4.5
    assert colour(frames[0]) == "blue"
    assert len(frames) == pytest.approx(10 * (6 - playable.start), abs=2)
    assert frames[0].time == pytest.approx(0, abs=0.25)


def test_what_is_copied_by_and_by(empty_served: Served, tmp_path: Path) -> None:
    make_video(tmp_path / "v.mkv", seconds=3, shots=["red", "blue"], audio=True)
    empty_served.library.add(tmp_path / "v.mkv")
    client, address = empty_served.client, f"/videos/{empty_served.id_of('v')}"
    assert client.get(address).json()["playback"]["mode"] == "stream"
    assert_failed(client.get(f"{address}/media", params={"start": 9}), 400, "invalid_query")
    told = client.head(f"{address}/media", params={"start": 1}).headers
    streamed = client.get(f"{address}/media", params={"start": 1})
    assert streamed.headers["footage-start"] == told["footage-start"] == "0.000"
    assert len(decoded(streamed.content)[0]) == 30
    give_up = time.monotonic() + 30
    while client.get(address).json()["playback"]["mode"] != "cached":
        assert time.monotonic() < give_up
        time.sleep(0.01)
    part = client.get(f"{address}/media", headers={"range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    assert len(decoded(client.get(f"{address}/media").content)[0]) == 30
    client.delete(address)
    assert not any((empty_served.library.folder / "previews").glob("*/playback.mp4"))


def test_a_file_that_is_gone(empty_served: Served, tmp_path: Path) -> None:
    path = make_video(tmp_path / "v.mp4", seconds=2)
    empty_served.library.add(path)
    address = f"/videos/{empty_served.id_of('v')}"
    path.unlink()
    assert_failed(empty_served.client.get(f"{address}/media"), 404, "media_missing")
    assert empty_served.client.get(address).json()["playback"]["there"] is False
    assert empty_served.client.get(f"{address}/sprite.jpg").status_code == 200


@pytest.mark.parametrize("exact", [False, True])
def test_a_clip_to_keep(served: Served, exact: bool) -> None:
    address = f"/videos/{served.id_of('red-blue')}/clip"
    answer = served.client.get(address, params={"start": 5, "end": 7, "exact": exact})
    assert 'filename="red-blue 5.0-7.0.mp4"' in answer.headers["content-disposition"]
    frames, _sounds = decoded(answer.content)
    assert colour(frames[-1]) == "blue"
    if exact:
        assert len(frames) == 20
        assert colour(frames[0]) == "blue"


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [(2, 1, 400), (0, 601, 400), (99, 100, 400), (-1, 1, 422), ("nan", 1, 422), (0, "inf", 422)],
)
def test_clips_that_are_none(served: Served, start: Any, end: Any, status: int) -> None:
    address = f"/videos/{served.id_of('white')}/clip"
    answer = served.client.get(address, params={"start": start, "end": end})
    assert answer.status_code == status
    assert answer.json()["error"]["remedy"]
