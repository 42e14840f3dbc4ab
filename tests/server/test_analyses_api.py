"""What is in the library, over HTTP."""

from __future__ import annotations

from server.serving import Served, assert_failed

import footage


def test_clusters(served: Served) -> None:
    found = served.client.get("/clusters", params={"map": True, "tag": "summer"}).json()
    assert found["note"] is None
    assert {point["video_id"] for point in found["points"]} == {
        served.id_of("red-blue"),
        served.id_of("green"),
    }
    assert found["clusters"][0]["moments"][0]["thumbnail"].startswith("/api/v1/thumbnails/")
    assert_failed(served.client.get("/clusters", params={"of": "x"}), 422, "invalid_request")


def test_an_empty_library_says_so(empty_served: Served) -> None:
    for route in ("/clusters", "/duplicates", "/outliers", "/trends"):
        answer = empty_served.client.get(route)
        assert answer.status_code == 200, answer.text
        assert answer.json()["note"]


def test_outliers(served: Served) -> None:
    found = served.client.get("/outliers", params={"within": "video", "limit": 3}).json()
    assert found["within"] == "video"
    assert found["outliers"] or found["note"]
    assert_failed(served.client.get("/outliers", params={"limit": 0}), 422, "invalid_request")


def test_trends(served: Served) -> None:
    found = served.client.get("/trends", params={"by": "position"}).json()
    assert found["by"] == "position"
    assert found["note"]
    assert_failed(served.client.get("/trends", params={"by": "year"}), 422, "invalid_request")


def test_trends_of_a_saved_search(own_served: Served) -> None:
    own_served.library.saved.put("reds", footage.Query(text="red"))
    found = own_served.client.get("/trends", params={"saved": "reds"}).json()
    assert found["note"] == "there are 4 videos: trends take 6 or more"
    both = own_served.client.get("/trends", params={"saved": "reds", "q": "red"})
    assert_failed(both, 400, "usage")
    assert_failed(own_served.client.get("/trends", params={"saved": "blues"}), 404, "not_found")


def test_duplicates(served: Served) -> None:
    found = served.client.get("/duplicates", params={"to": served.id_of("white")}).json()
    assert found["duplicates"] or found["note"]
    assert_failed(served.client.get("/duplicates", params={"to": "/etc/passwd"}), 404, "not_found")


def test_similar(served: Served) -> None:
    params = {"to": f"{served.id_of('green')}@8", "of": "videos"}
    found = served.client.get("/similar", params=params).json()
    assert found["similar"][0]["title"] == "red-blue"
    assert_failed(served.client.get("/similar"), 422, "invalid_request")
    assert_failed(served.client.get("/similar", params={"to": "x"}), 404, "not_found")
