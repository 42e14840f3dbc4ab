"""Moments given out as files over HTTP."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import av
import pytest
from edits import read_edl, read_fcpxml
from server.serving import Served, assert_failed

from footage.server.exports import _without_folder


def exported(served: Served, format_: str, *spans: tuple[str, float, float], **more: Any) -> Any:
    moments = [{"video": served.id_of(v), "start": s, "end": e} for v, s, e in spans]
    return served.client.post("/export", json={"format": format_, "moments": moments, **more})


def test_a_timeline(served: Served) -> None:
    answer = exported(served, "edl", ("white", 1, 2), ("green", 0, 3), title="Ünï\n/x")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'filename="_n_ _x.edl"' in answer.headers["content-disposition"]
    events = read_edl(answer.text).events
    assert [event.reel for event in events] == ["WHITE", "GREEN"]
    assert events[1].record_out == "01:00:04:00"


def test_with_handles_of_another_rate(served: Served) -> None:
    answer = exported(served, "fcpxml", ("green", 1, 2), handles="5f", fps="25")
    sequence = read_fcpxml(answer.text)
    assert (sequence.rate, float(sequence.clips[0].duration)) == (25, 2.0)


def test_a_table_and_chapters(served: Served) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(served, "csv", ("white", 0, 1)).text)))
    assert [row["title"] for row in rows] == ["white"]
    assert exported(served, "vtt", ("white", 0, 1)).text.startswith("WEBVTT")
    assert exported(served, "json", ("white", 0, 1)).json()["moments"][0]["end"] == 1.0
    assert_failed(exported(served, "vtt", ("white", 0, 1), ("green", 0, 1)), 400, "usage")


@pytest.mark.parametrize("format_", ["csv", "json", "vtt", "edl", "fcpxml", "otio", "clips"])
def test_a_removed_video_is_not_exported(own_served: Served, format_: str) -> None:
    own_served.library.remove("white")
    error = assert_failed(exported(own_served, format_, ("white", 0, 1)), 404, "not_found")
    assert "was removed" in error["message"]


def test_clips_come_in_a_zip(served: Served) -> None:
    answer = exported(served, "clips", ("red-blue", 5, 6), ("white", 0, 1), exact=True, title="x")
    assert answer.headers["content-type"] == "application/zip"
    assert 'filename="x.zip"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        assert bundle.testzip() is None
        names = bundle.namelist()
        with av.open(io.BytesIO(bundle.read(names[0]))) as clip:
            frames = [frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]
    assert [name[:12] for name in names] == ["001 red-blue", "002 white 0."]
    assert len(frames) == 10
    assert frames[0][50, 50, 2] > 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"format": "aaf"}, 422),
        ({"exact": True}, 400),
        ({"format": "clips", "moments": [{"video": "white", "start": 0, "end": 3}] * 201}, 400),
        ({"moments": []}, 422),
        ({"fps": "31"}, 400),
        ({"handles": "x"}, 400),
        ({"drop_frame": True, "fps": 24}, 400),
        ({"moments": [{"video": "0" * 32, "start": 0, "end": 1}]}, 404),
        ({"moments": [{"video": "a\0b", "start": 0, "end": 1}]}, 400),
        ({"moments": [{"video": "white", "start": 2, "end": 1}]}, 400),
        ({"moments": [{"video": "white", "start": 99, "end": 100}]}, 400),
        ({"moments": [{"video": "white", "start": 0, "end": 1}] * 1001}, 422),
    ],
)
def test_what_is_refused(served: Served, change: dict[str, Any], status: int) -> None:
    body = {"format": "edl", "moments": [{"video": "white", "start": 0, "end": 1}], **change}
    answer = served.client.post("/export", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["remedy"]


def test_where_the_library_lies_is_not_told() -> None:
    folder = Path("/home/ann/my library")
    text = "file:///home/ann/my%20library/uploads/a.mp4 /home/ann/my library/uploads/a.mp4 /films/b"
    assert _without_folder(text, folder) == "uploads/a.mp4 uploads/a.mp4 /films/b"
