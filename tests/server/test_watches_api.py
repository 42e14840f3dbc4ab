"""Saved searches and watches over HTTP: kept, changed, told of."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from deaf import open_deaf
from PIL import Image
from receiver import Receiver
from server.serving import Served, assert_failed, serving
from videos import make_video

from footage.media.peers import public_only
from footage.search.confidence import FOUND
from footage.server import match_news
from footage.server.config import ServerSettings

DOGS = {"text": "red - blue", "filters": {"tags": ["trip"]}}


@pytest.fixture
def own(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A library with a red video; what lies in ``tmp_path`` may be indexed."""
    monkeypatch.setattr(match_news, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(match_news, "SEND_SECONDS", 0.05)
    with open_deaf(tmp_path / "my.library") as library:
        film(folder, "old", "red")
        library.add(folder)
        with serving(library, ServerSettings(roots=(tmp_path,))) as running:
            yield running


def film(folder: Path, name: str, *shots: str) -> Path:
    """A video whose content is that of no other name."""
    seconds = 2.0 + 0.1 * (sum(map(ord, name)) % 50)
    return make_video(folder / f"{name}.mp4", shots=shots, seconds=seconds, size=(64, 48))


def index(served: Served, folder: Path) -> None:
    job = served.client.post("/jobs", json={"sources": [str(folder)]}).json()
    assert served.ended(job)["state"] == "done"


def until(served: Served, path: str, wanted: str, value: Any) -> dict[str, Any]:
    """An answer, once it holds what is wanted."""
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        answer: dict[str, Any] = served.client.get(path).json()
        if answer[wanted] == value:
            return answer
        time.sleep(0.01)
    raise AssertionError(answer)


def test_searches_are_kept(own: Served) -> None:
    saved = own.client.put("/searches/all my dogs", json=DOGS).json()
    assert (saved["name"], saved["query"]) == ("all my dogs", DOGS)
    assert own.client.get("/searches/all my dogs").json() == saved
    assert own.client.get("/searches").json() == {"searches": [saved]}
    asked = own.client.post("/search", json=saved["query"]).json()
    assert own.client.get("/searches/all my dogs/results").json() == asked
    assert own.client.delete("/searches/all my dogs").status_code == 204
    assert_failed(own.client.get("/searches/all my dogs"), 404, "not_found")
    assert_failed(own.client.delete("/searches/all my dogs"), 404, "not_found")


def test_a_picture_is_kept_with_its_search(own: Served) -> None:
    data = BytesIO()
    Image.new("RGB", (16, 16), (220, 30, 30)).save(data, "PNG")
    sent = {"image": ("red.png", data.getvalue())}
    saved = own.client.put("/searches/red", files=sent).json()
    (example,) = saved["query"]["examples"]
    assert example["kind"] == "image"
    assert (own.library.saved.folder / example["file"]).read_bytes() == data.getvalue()
    asked = own.client.get("/searches/red/results?limit=1").json()
    assert [moment["title"] for moment in asked["moments"]] == ["old"]
    assert asked["query"]["examples"][0]["source"] == f"searches/{example['file']}"
    watched = own.client.put("/watches/red", json={"look_back": True}).json()
    assert watched["query"] == saved["query"]
    until(own, "/matches", "total", 1)


@pytest.mark.parametrize("name", [".x", " x", "x" * 101, "x%0A", "a%2Fb"])
def test_names_that_are_none(own: Served, name: str) -> None:
    for path in ("/searches/", "/watches/"):
        answer = own.client.put(f"{path}{name}", json=DOGS if path == "/searches/" else {})
        assert answer.status_code in {400, 404, 405, 422}
    assert own.client.get("/searches").json() == {"searches": []}


def test_a_watch_is_added_changed_and_removed(own: Served) -> None:
    made = own.client.put("/watches/dogs", json={"query": DOGS}).json()
    assert (made["threshold"], made["webhook"], made["query"]) == (FOUND, None, DOGS)
    assert "secret" not in made
    changed = own.client.put(
        "/watches/dogs", json={"threshold": 0.7, "webhook": "https://example.com/x?token=y"}
    ).json()
    assert changed["secret"].startswith("whsec_")
    assert (changed["threshold"], changed["webhook"]) == (0.7, "https://example.com/x?…")
    kept = own.client.put("/watches/dogs", json={}).json()
    assert kept == {name: value for name, value in changed.items() if name != "secret"}
    assert own.client.get("/watches").json() == {"watches": [kept]}
    assert own.client.put("/watches/dogs", json={"webhook": None}).json()["webhook"] is None
    assert own.client.delete("/watches/dogs").status_code == 204
    assert_failed(own.client.get("/watches/dogs"), 404, "not_found")
    assert own.client.get("/searches/dogs").json()["query"] == DOGS


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 404, "not_found"),  # no search is saved so
        ({"query": {}}, 400, "invalid_query"),
        ({"query": {"text": "x", "other": 1}}, 422, "invalid_request"),
        ({"query": {"text": "x", "examples": [{"file": "a"}]}}, 400, "invalid_query"),
        ({"query": DOGS, "threshold": 2}, 400, "usage"),
        ({"query": DOGS, "webhook": "http://127.0.0.1/"}, 400, "usage"),
        ({"query": DOGS, "webhook": "ftp://example.com/"}, 400, "usage"),
        ({"query": DOGS, "private": True}, 400, "usage"),
    ],
)
def test_what_is_no_watch(own: Served, body: Any, status: int, code: str) -> None:
    assert_failed(own.client.put("/watches/dogs", json=body), status, code)
    assert own.client.get("/watches").json() == {"watches": []}
    assert own.client.get("/searches").json() == {"searches": []}


def test_private_networks_take_a_server_that_may(own: Served) -> None:
    body = {"query": DOGS, "webhook": "http://127.0.0.1/", "private": True}
    with public_only():
        error = assert_failed(own.client.put("/watches/dogs", json=body), 403, "access_refused")
    assert "--private-urls" in error["remedy"]
    assert own.client.put("/watches/dogs", json=body).json()["private"] is True
    with public_only():
        moved = {"webhook": "http://10.0.0.1/"}
        assert_failed(own.client.put("/watches/dogs", json=moved), 400, "usage")


def test_matches_are_listed_and_seen(own: Served, folder: Path) -> None:
    own.client.put("/watches/reds", json={"query": {"text": "red"}})
    own.client.put("/watches/blues", json={"query": {"text": "blue"}})
    film(folder, "new", "red")
    film(folder, "newer", "blue")
    index(own, folder)
    found = own.client.get("/matches").json()
    assert (found["total"], found["new"]) == (2, 2)
    reds = own.client.get("/matches", params={"watch": "reds"}).json()
    (match,) = reds["matches"]
    assert (match["watch"], match["seen"], match["moment"]["title"]) == ("reds", False, "new")
    picture = own.client.get(own.origin + match["moment"]["thumbnail"])
    assert picture.headers["content-type"] == "image/jpeg"
    seen = {"ids": [match["id"]]}
    assert own.client.post("/matches/seen", json=seen).json() == {"seen": 1}
    assert own.client.get("/matches?new=true").json()["total"] == 1
    assert own.client.post("/matches/seen", json={"watch": "blues"}).json() == {"seen": 1}
    assert own.client.post("/matches/seen", json={}).json() == {"seen": 0}
    assert own.client.get("/watches/reds").json()["matches"] == 1
    assert_failed(own.client.get("/matches?watch=nothing"), 404, "not_found")
    assert_failed(own.client.post("/matches/seen", json={"watch": "x"}), 404, "not_found")


def test_a_watch_looks_back(own: Served) -> None:
    own.client.put("/watches/reds", json={"query": {"text": "red"}, "look_back": True})
    (match,) = until(own, "/matches", "total", 1)["matches"]
    assert match["moment"]["title"] == "old"


def test_pages_hear_of_matches_whoever_finds_them(own: Served, folder: Path) -> None:
    own.client.put("/watches/reds", json={"query": {"text": "red"}})

    def elsewhere() -> None:
        film(folder, "new", "red")
        with open_deaf(own.library.folder) as other:
            other.add(folder)

    indexing = threading.Thread(target=elsewhere)
    with own.client.stream("GET", "/events") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry:")
        indexing.start()
        for line in lines:
            if line == "event: match":
                break
        heard = json.loads(next(lines).removeprefix("data: "))
    indexing.join()
    assert own.client.get("/matches").json()["matches"] == [heard]


def test_the_server_sends_and_sends_again(own: Served, folder: Path) -> None:
    with Receiver(410, 200) as receiver:
        body = {"query": {"text": "red"}, "webhook": receiver.url, "private": True}
        own.client.put("/watches/reds", json=body)
        film(folder, "new", "red")
        index(own, folder)
        until(own, "/watches/reds", "dead", 1)
        answer = own.client.post("/watches/reds/run")
        assert answer.status_code == 202
        until(own, "/watches/reds", "undelivered", 0)
        until(own, "/watches/reds", "dead", 0)
        assert len(receiver.received) == 2
    assert_failed(own.client.post("/watches/nothing/run"), 404, "not_found")
