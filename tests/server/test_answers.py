"""Every answer in JSON has a schema in the description, and is as that says: nothing more or less."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import ValidationError
from server.described import Description
from server.serving import Served
from videos import make_video, text_as_video

from footage.analysis.clusters import Cluster, Clusters, Point
from footage.analysis.duplicates import Duplicate, Duplicates
from footage.analysis.outliers import Outlier, Outliers
from footage.analysis.places import Place
from footage.analysis.similar import Alike, Similar
from footage.analysis.trends import Bin, Burst, Change, Trend, Trends
from footage.server import match_news

PLACE = Place("0" * 32, "a", 1.0, 2.5, Path("/videos/a.mp4"))


class Asking:
    """Asks a server, and wants to be answered well."""

    def __init__(self, served: Served) -> None:
        self.client = served.client

    def __call__(self, method: str, path: str, json: Any = None, **more: Any) -> Any:
        answer = self.client.request(method, path, json=json, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def until(self, path: str, wanted: str, *values: Any) -> Any:
        """An answer, once it holds what is wanted."""
        give_up = time.monotonic() + 30
        while time.monotonic() < give_up:
            if (answer := self("GET", path))[wanted] in values:
                return answer
            time.sleep(0.01)
        raise AssertionError(answer)


def test_every_answer_is_as_described(
    own_served: Served,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    subtitles_only: None,
) -> None:
    monkeypatch.setattr(match_news, "LOOK_SECONDS", 0.05)
    description = Description.of(own_served.app)
    own_served.client.event_hooks = {"response": [description.check]}
    ask = Asking(own_served)
    _index(ask, tmp_path)
    _look_at_videos(ask, own_served.id_of("green"), own_served.id_of("new"))
    _search_and_watch(ask)
    _analyse(ask, own_served.id_of("green"))
    for path in ("/health", "/ready", "/library", "/watched", "/jobs"):
        ask("GET", path)
    ask("POST", "/login", {"token": "x"})
    ask("POST", "/logout")
    assert description.operations.keys() == description.asked


def _index(ask: Asking, folder: Path) -> None:
    """A video with subtitles, a file that is none, an upload, and a watched folder."""
    videos = folder / "new"
    videos.mkdir()
    make_video(videos / "new.mp4", seconds=2, shots=["red"])
    (videos / "new.srt").write_text("1\n00:00:00,000 --> 00:00:01,500\nhello\n")
    text_as_video(videos / "none.mp4")
    ended = ("done", "failed", "cancelled")
    job = ask("POST", "/jobs", {"sources": [str(videos)], "tags": ["trip"]})
    assert ask.until(f"/jobs/{job['id']}", "state", *ended)["failures"]
    ask("POST", f"/jobs/{job['id']}/retry")
    ask("POST", f"/jobs/{job['id']}/cancel")
    ask.until(f"/jobs/{job['id']}", "state", *ended)
    upload = ask("POST", "/uploads", {"name": "a.mp4", "size": 2})
    address = f"/uploads/{upload['id']}"
    ask("PATCH", address, content=b"a", headers={"Upload-Offset": "0"})
    ask("PUT", address, content=b"b", headers={"Upload-Offset": "1"})
    ask("GET", address)
    ask("POST", "/watched", {"folder": str(videos)})


def _look_at_videos(ask: Asking, video_id: str, subtitled: str) -> None:
    ask("GET", "/videos")
    ask("GET", "/facets")
    video = f"/videos/{video_id}"
    for rest in ("", "/segments", "/summary", "/moments/neighbours?time=3"):
        ask("GET", video + rest)
    assert ask("GET", f"/videos/{subtitled}/transcript")["lines"]
    ask("PUT", f"{video}/tags", {"tags": ["a"]})
    ask("PUT", f"{video}/tags/b/c")
    ask("DELETE", f"{video}/tags/b/c")
    ask("DELETE", video)
    job = ask("POST", f"{video}/restore")
    ask.until(f"/jobs/{job['id']}", "state", "done")
    chosen = {"ids": [video_id, subtitled]}
    ask("POST", "/videos/tags", {**chosen, "add": ["c"]})
    ask("POST", "/videos/remove", chosen)
    job = ask("POST", "/videos/restore", chosen)
    ask.until(f"/jobs/{job['id']}", "state", "done")
    ask(
        "POST",
        "/export",
        {"format": "json", "moments": [{"video": video_id, "start": 0, "end": 1}]},
    )


def _search_and_watch(ask: Asking) -> None:
    assert ask("GET", "/search", params={"q": "red", "then": "blue"})["moments"]
    query = {"text": "red", "likes": ["green@8"], "filters": {"tags": ["trip"], "longest": 9}}
    assert ask("POST", "/search", query)["moments"]
    ask("PUT", "/searches/red", query)
    ask("GET", "/searches/red/results")
    for kind in ("searches", "watches"):
        if kind == "watches":
            made = {"webhook": "https://example.com", "threshold": 0, "look_back": True}
            assert ask("PUT", "/watches/red", made)["secret"]
        ask("GET", f"/{kind}")
        ask("GET", f"/{kind}/red")
    ask("POST", "/watches/red/run")
    ask.until("/matches", "total", 1)  # counted after they are listed: one may come in between
    assert ask("GET", "/matches")["matches"]
    ask("POST", "/matches/seen", {})


def _analyse(ask: Asking, video_id: str) -> None:
    assert ask("GET", "/clusters?map=true")["points"]
    for name in ("duplicates", "outliers", "trends"):
        ask("GET", f"/{name}")
    assert ask("GET", "/similar", params={"to": video_id})["similar"]


@pytest.mark.parametrize(
    "found",
    [
        Clusters("videos", (Cluster(1, ("a",), (), (), "a", 1, 1, 1, 1, 1, (PLACE,)),), 0, (
            Point("0" * 32, 0, 1, 1, 0, 1),), "pca"),
        Duplicates("0" * 32, (Duplicate(PLACE, PLACE, 1, 1, 1, True),)),
        Outliers("video", (Outlier(PLACE, 3, 0.5, ("a",), ((PLACE, 0.5),)),), 9),
        Similar("videos", ("a",), (Alike(PLACE, 0.5),)),
        Trends("week", (Trend("a", None, (Bin("2024-01-01", 1, 1, 1),), (
            Burst("2024-01-01", "2024-01-08", 1, 0, 0.01, 0.1, (PLACE,)),), (
            Change("2024-01-01", 0, 1, 0.01, 0.1, (PLACE,)),)),)),
    ],
    ids=lambda found: type(found).__name__,
)  # fmt: skip
def test_findings_that_take_many_videos(served: Served, found: Any) -> None:
    Description.of(served.app).check_part(type(found).__name__, found.to_json())


def test_what_is_not_described_is_noticed(served: Served) -> None:
    description = Description.of(served.app)
    segment = {"start": 0, "end": 1, "modality": "visual", "scope": "clip", "thumbnail": None}
    description.check_part("Segment", segment)
    for wrong in ({**segment, "new": 1}, {**segment, "scope": "x"}, {"start": 0, "end": 1}):
        with pytest.raises(ValidationError):
            description.check_part("Segment", wrong)
