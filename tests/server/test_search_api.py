"""Searching over HTTP gives what `Library` gives, in the same shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pictures import make_picture
from server.serving import Served, assert_failed

from footage.query import Filters


def moments(answer: Any) -> list[tuple[str, float]]:
    assert answer.status_code == 200, answer.text
    return [(moment["title"], moment["start"]) for moment in answer.json()["moments"]]


def test_a_text_finds_what_the_library_finds(served: Served) -> None:
    answer = served.client.get("/search", params={"q": "red", "limit": 3})
    expected = served.library.search("red", limit=3)
    assert moments(answer) == [(moment.title, moment.start) for moment in expected]
    assert answer.json()["query"] == expected.to_json()["query"]
    assert answer.json()["found"] is True


@pytest.mark.parametrize("path", ["/search?q=red&folder=", "/videos?folder=", "/facets?folder="])
def test_a_folder_without_a_name_is_not_the_server_s_own(served: Served, path: str) -> None:
    error = assert_failed(served.client.get(path), 400, "invalid_query")
    assert error["message"] == "a folder is given without a name"


def test_thumbnails_are_addresses(served: Served) -> None:
    first = served.client.get("/search", params={"q": "red"}).json()["moments"][0]
    assert first["thumbnail"].startswith("/api/v1/thumbnails/")
    picture = served.client.get(served.origin + first["thumbnail"])
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content[:2] == b"\xff\xd8"


def test_nothing_of_the_library_s_folder_is_told(served: Served) -> None:
    folder = str(served.library.folder)
    video_id = served.id_of("white")
    for path in ("/search?q=red", "/videos", f"/videos/{video_id}/segments", "/library"):
        assert folder not in served.client.get(path).text


@pytest.mark.parametrize(
    ("parameters", "filters"),
    [
        ({"tag": "summer"}, Filters(tags=("summer",))),
        ({"tag": ["summer", "sea"]}, Filters(tags=("summer", "sea"))),
        ({"since": "2024-05"}, Filters(recorded_from="2024-05")),  # type: ignore[arg-type]
        ({"max_duration": "0:05"}, Filters(longest=5)),
    ],
)
def test_filters_are_those_of_the_command_line(
    served: Served, parameters: dict[str, Any], filters: Filters
) -> None:
    answer = served.client.get("/search", params={"q": "white", **parameters})
    expected = served.library.search("white", filters=filters)
    assert moments(answer) == [(moment.title, moment.start) for moment in expected]
    listed = served.client.get("/videos", params=parameters).json()
    assert [v["title"] for v in listed["videos"]] == [
        v.title for v in served.library.videos(filters)
    ]
    assert listed["total"] == len(listed["videos"])


def test_a_whole_query_as_json(served: Served) -> None:
    body = {"text": "2:red - blue", "limit": 2, "filters": {"tags": ["summer"]}}
    answer = served.client.post("/search", json=body)
    assert answer.json()["query"]["terms"] == [
        {"text": "red", "kind": "any", "weight": 2.0},
        {"text": "blue", "kind": "any", "weight": -1.0},
    ]
    assert len(moments(answer)) == 2


def test_a_picture_is_an_example_by_the_name_it_was_sent_with(
    served: Served, tmp_path: Path
) -> None:
    picture = make_picture(tmp_path / "a.jpg", "yellow").read_bytes()
    files = [("image", ("yellow.jpg", picture))]
    answer = served.client.post("/search", files=files)
    assert moments(answer)[0] == ("yellow", 0.0)
    assert answer.json()["query"]["examples"][0]["source"] == "yellow.jpg"
    query = {"text": "red", "examples": [{"file": "yellow.jpg", "weight": 5}], "limit": 1}
    answer = served.client.post("/search", files=files, data={"query": json.dumps(query)})
    assert moments(answer)[0] == ("yellow", 0.0)
    assert answer.json()["query"]["examples"][0]["weight"] == 5


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid_query"),
        ({"text": ""}, 400, "invalid_query"),
        ({"text": "red", "limit": "many"}, 422, "invalid_request"),
        ({"text": "red", "colour": 1}, 422, "invalid_request"),
        ({"text": "red", "limit": 5000}, 400, "invalid_query"),
        ({"examples": [{"source": "/etc/passwd"}]}, 400, "invalid_query"),
        ({"examples": [{"source": "file:///etc/passwd"}]}, 400, "invalid_query"),
        ({"examples": [{"file": "absent.jpg"}]}, 400, "invalid_query"),
        ({"text": "red", "filters": {"videos": ["nobody"]}}, 404, "not_found"),
        ({"text": "red", "filters": {"folders": ["a\0b"]}}, 400, "invalid_query"),
        ({"text": "red\ud800"}, 422, "invalid_request"),
        ({"vector": [1.0]}, 400, "invalid_vector"),
        ("red", 422, "invalid_request"),
    ],
)
def test_what_cannot_be_asked(served: Served, body: Any, status: int, code: str) -> None:
    kind = {"content-type": "application/json"}
    answer = served.client.post("/search", content=json.dumps(body), headers=kind)
    assert_failed(answer, status, code)


def test_what_is_no_query_at_all(served: Served) -> None:
    post = served.client.post
    kind = {"content-type": "application/json"}
    assert_failed(post("/search", content=b"{", headers=kind), 422, "invalid_request")
    assert_failed(post("/search", content=b"text"), 415, "unsupported_type")
    broken = {"content-type": "multipart/form-data"}
    assert_failed(post("/search", content=b"x", headers=broken), 400, "invalid_request")
    not_an_image = [("image", ("a.jpg", b"these are not the pixels"))]
    answer = post("/search", files=not_an_image)
    assert answer.status_code in {400, 422}
    assert answer.json()["error"]["message"].startswith("a.jpg is not a picture")


def test_more_than_is_taken(served: Served) -> None:
    long = json.dumps({"text": "x" * (2 << 20)})
    kind = {"content-type": "application/json"}
    assert_failed(served.client.post("/search", content=long, headers=kind), 413, "too_large")

    def pieces() -> Any:  # without a Content-Length
        for _ in range(40):
            yield b" " * 65_536

    answer = served.client.post("/search", content=pieces(), headers=kind)
    assert_failed(answer, 413, "too_large")


def test_durations_without_an_end(served: Served) -> None:
    kind = {"content-type": "application/json"}
    body = b'{"text": "red", "filters": {"longest": 1e999}}'
    found = served.client.post("/search", content=body, headers=kind).json()
    assert found["query"]["filters"]["longest"] is None
    assert found["moments"]
