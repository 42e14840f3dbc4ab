"""Uploads: whole, in pieces, broken off, too large, and no video at all."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from server.serving import Served, assert_failed, serving
from videos import make_video

import footage
from footage.server import uploads
from footage.server.config import Limits, ServerSettings
from footage.server.uploads import Uploads, safe_name


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    return make_video(tmp_path / "v.mp4", seconds=2, shots=["red", "blue"]).read_bytes()


FROM_0 = {"upload-offset": "0"}


def begun(served: Served, size: int, name: str = "clip.mp4") -> dict[str, Any]:
    answer = served.client.post("/uploads", json={"name": name, "size": size})
    assert answer.status_code == 201
    upload: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/v1/uploads/{upload['id']}"
    return upload


def test_in_pieces_then_indexed(empty_served: Served, data: bytes) -> None:
    client = empty_served.client
    address = f"/uploads/{begun(empty_served, len(data))['id']}"
    half = len(data) // 2
    first = client.patch(address, content=data[:half], headers={"upload-offset": "0"})
    assert (first.json()["offset"], first.json()["complete"]) == (half, False)
    assert client.head(address).headers["upload-offset"] == str(half)
    of = {"content-range": f"bytes {half}-{len(data) - 1}/{len(data)}"}
    assert client.put(address, content=data[half:], headers=of).json()["complete"] is True
    source = f"upload:{address.rpartition('/')[2]}"
    job = client.post("/jobs", json={"sources": [source], "tags": ["sent"]})
    assert empty_served.ended(job.json())["state"] == "done"
    (video,) = client.get("/videos", params={"tag": "sent"}).json()["videos"]
    assert video["path"] == f"{address.removeprefix('/')}/clip.mp4"
    assert client.get(f"/videos/{video['video_id']}/media").content == data
    assert_failed(client.delete(address), 409, "upload_conflict")


def test_it_goes_on_where_it_broke_off(empty_served: Served, data: bytes) -> None:
    upload = begun(empty_served, len(data))
    address = f"/uploads/{upload['id']}"
    with socket.create_connection(("127.0.0.1", empty_served.port)) as line:
        line.sendall(
            f"PATCH /api/v1{address} HTTP/1.1\r\nHost: localhost\r\nUpload-Offset: 0\r\n"
            f"Content-Length: {len(data)}\r\n\r\n".encode()
            + data[:700]
        )
        give_up = time.monotonic() + 10
        while empty_served.client.get(address).json()["offset"] < 700:
            assert time.monotonic() < give_up
            time.sleep(0.005)
    while True:
        answer = empty_served.client.patch(
            address, content=data[700:], headers={"upload-offset": "700"}
        )
        if answer.status_code == 200:
            break
        assert_failed(answer, 409, "upload_conflict")  # the broken request is being ended
        assert time.monotonic() < give_up
    assert answer.json()["complete"] is True


def test_bytes_that_do_not_belong_there(empty_served: Served) -> None:
    client, address = empty_served.client, f"/uploads/{begun(empty_served, 100)['id']}"
    wrong = client.patch(address, content=b"x", headers={"upload-offset": "50"})
    assert_failed(wrong, 409, "upload_conflict")
    assert wrong.headers["upload-offset"] == "0"
    more = client.patch(address, content=b"x" * 101, headers=FROM_0)
    assert_failed(more, 413, "too_large")
    for header in ({"upload-offset": "-1"}, {"content-range": "bytes a-b/c"}, {}):
        assert_failed(client.patch(address, content=b"x", headers=header), 400, "invalid_request")
    assert client.get(address).json()["offset"] == 0
    assert client.delete(address).status_code == 204
    assert_failed(client.get(address), 404, "not_found")


def in_parts(*parts: bytes) -> Iterator[bytes]:
    """A body whose length is not said before; each part is sent by itself."""
    for part in parts:
        yield part
        time.sleep(0.02)


@pytest.mark.parametrize(("parts", "more"), [((b"cd", b"e" * 9), 413), ((b"cd", b"e"), 200)])
def test_of_too_much_nothing_is_kept(
    empty_served: Served, parts: tuple[bytes, ...], more: int
) -> None:
    client, upload = empty_served.client, begun(empty_served, 9)
    address = f"/uploads/{upload['id']}"
    client.patch(address, content=b"ab", headers=FROM_0)
    answer = client.patch(address, content=in_parts(*parts), headers={"upload-offset": "2"})
    assert answer.status_code == more
    kept = 5 if more == 200 else 2
    assert client.get(address).json()["offset"] == kept
    part = empty_served.library.folder / "uploads" / upload["id"] / ".part"
    assert part.read_bytes() == b"abcde"[:kept]


def test_a_missing_header_is_named(empty_served: Served) -> None:
    address = f"/uploads/{begun(empty_served, 9)['id']}"
    for method in ("PATCH", "PUT"):
        answer = empty_served.client.request(method, address, content=b"x")
        error = assert_failed(answer, 400, "invalid_request")
        assert "Upload-Offset" in error["message"]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("bytes 0-2/9", 200),
        ("bytes 0-2/*", 200),
        ("bytes 0-2/10", 400),
        ("bytes 0-3/9", 400),
        ("bytes 0-1/9", 400),
        ("bytes 1-3/9", 409),
    ],
)
def test_a_range_is_what_comes(empty_served: Served, said: str, status: int) -> None:
    address = f"/uploads/{begun(empty_served, 9)['id']}"
    answer = empty_served.client.patch(address, content=b"abc", headers={"content-range": said})
    assert answer.status_code == status, answer.text
    assert empty_served.client.get(address).json()["offset"] == (3 if status == 200 else 0)


@pytest.mark.parametrize("size", [0, -1, 1 << 70, "x", None])
def test_sizes_that_are_not_taken(served: Served, size: Any) -> None:
    answer = served.client.post("/uploads", json={"name": "a.mp4", "size": size})
    assert answer.status_code in {413, 422}
    assert answer.json()["error"]["code"] in {"too_large", "invalid_request"}


@pytest.mark.parametrize("name", ["a.txt", "a.PDF", "photo.jpg", "music.mp3", "a.zip"])
def test_names_of_what_is_no_video(served: Served, name: str) -> None:
    answer = served.client.post("/uploads", json={"name": name, "size": 9})
    assert name in assert_failed(answer, 415, "unsupported_type")["message"]


@pytest.mark.parametrize(
    "name", ["a", "a.GIF", "a.ts", "a.mxf", "a.xyz", "a.bin", ".mp4", "a.txt.mov"]
)
def test_names_that_may_be_of_videos(name: str) -> None:
    assert uploads.may_be_video(name)


@pytest.mark.parametrize("upload_id", ["x", "0" * 32, "..%2f..", "%00"])
def test_uploads_that_are_not_there(served: Served, upload_id: str) -> None:
    assert served.client.get(f"/uploads/{upload_id}").status_code == 404
    assert served.client.head(f"/uploads/{upload_id}").status_code == 404


def test_nothing_sent_changes_nothing(empty_served: Served) -> None:
    address = f"/uploads/{begun(empty_served, 9)['id']}"
    answer = empty_served.client.patch(address, content=b"", headers={"upload-offset": "0"})
    assert (answer.json()["offset"], answer.json()["complete"]) == (0, False)


def test_a_full_disk_is_said_and_what_came_stays(
    empty_served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, address = empty_served.client, f"/uploads/{begun(empty_served, 9)['id']}"
    client.patch(address, content=b"half", headers=FROM_0)

    def full(_file: Any, _piece: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(uploads, "_append", full)
        answer = client.patch(address, content=b" done", headers={"upload-offset": "4"})
        assert "No space left" in assert_failed(answer, 507, "library_unwritable")["message"]
        assert str(empty_served.library.folder) not in answer.text
    answer = client.patch(address, content=b" done", headers={"upload-offset": "4"})
    assert answer.json()["complete"] is True


def test_only_so_many_are_begun(library: footage.Library) -> None:
    limits = Limits(uploads=2)
    with serving(library, ServerSettings(limits=limits)) as served:
        first, _second = begun(served, 9), begun(served, 9)
        answer = served.client.post("/uploads", json={"name": "a", "size": 9})
        assert_failed(answer, 503, "busy")
        served.client.delete(f"/uploads/{first['id']}")
        begun(served, 9)


def test_what_is_no_video_is_not_kept(empty_served: Served) -> None:
    upload = begun(empty_served, 9)
    empty_served.client.patch(f"/uploads/{upload['id']}", content=b"no video!", headers=FROM_0)
    source = {"sources": [f"upload:{upload['id']}"]}
    job = empty_served.ended(empty_served.client.post("/jobs", json=source).json())
    assert job["state"] == "failed"
    failure = job["failures"][0]
    assert (failure["code"], failure["path"]) == ("unreadable_media", "clip.mp4")
    assert failure["message"].startswith("clip.mp4 ")
    assert str(empty_served.library.folder) not in str(job)
    assert not list((empty_served.library.folder / "uploads").iterdir())


def test_its_job_goes_by_its_name_for_good(library: footage.Library) -> None:
    with serving(library) as served:
        upload = begun(served, 9)
        served.client.patch(f"/uploads/{upload['id']}", content=b"no video!", headers=FROM_0)
        source = f"upload:{upload['id']}"
        job = served.client.post("/jobs", json={"sources": [source]}).json()
        assert job["names"] == {source: "clip.mp4"}
        served.ended(job)
    with serving(library) as served:  # its file is deleted, as it is no video
        job = served.client.get(f"/jobs/{job['id']}").json()
        assert job["names"] == {source: "clip.mp4"}
        again = served.client.post(f"/jobs/{job['id']}/retry").json()
        assert again["names"] == {source: "clip.mp4"}
        assert served.ended(again)["names"] == {source: "clip.mp4"}


def test_an_upload_that_is_not_complete_is_not_indexed(empty_served: Served) -> None:
    source = {"sources": [f"upload:{begun(empty_served, 9)['id']}"]}
    assert_failed(empty_served.client.post("/jobs", json=source), 409, "upload_conflict")


def test_what_was_left_alone_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Uploads(tmp_path, Limits())
    upload = kept.begin("a.mp4", 5)
    kept.sweep()
    assert kept.upload(upload.id) == upload
    later = time.time() + 8 * 24 * 3600
    monkeypatch.setattr(time, "time", lambda: later)
    kept.sweep()
    assert not list((tmp_path / "uploads").iterdir())


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("clip.mp4", "clip.mp4"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/", "upload"),
        ("..", "upload"),
        (".hidden.mp4", "hidden.mp4"),
        ("a\0b\n.mp4", "ab.mp4"),
        ("ä 🎬.mkv", "ä 🎬.mkv"),
    ],
)
def test_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(min_size=1))
def test_a_name_is_one_file_of_its_folder(name: str) -> None:
    safe = safe_name(name)
    assert Path("/x", safe).name == safe
    assert not safe.startswith(".")
    assert len(safe.encode()) <= 200
