"""Videos over HTTP: lists, segments, pictures, tags, removing."""

from __future__ import annotations

import re
import socket
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from server.serving import Served, assert_failed
from videos import make_video

NOBODY = "0" * 32
REST = [
    *("/videos/ID", "/videos/ID/media", "/videos/ID/clip?start=0&end=1", "/videos/ID/segments"),
    *("/videos/ID/sprite.jpg", "/videos/ID/sprite.vtt", "/videos/ID/transcript"),
    *("/videos/ID/moments/neighbours?time=1", "/thumbnails/ID", "/jobs/ID", "/uploads/ID"),
]


def test_pages_of_videos(served: Served) -> None:
    titles = [v.title for v in served.library.videos()]
    page = served.client.get("/videos", params={"limit": 2, "offset": 1}).json()
    assert [video["title"] for video in page["videos"]] == titles[1:3]
    assert page["total"] == len(titles)


def test_one_video(served: Served) -> None:
    video_id = served.id_of("white")
    answer = served.client.get(f"/videos/{video_id}").json()
    assert answer["title"] == "white"
    assert answer["path"] == str(served.library.video(video_id).path)
    assert answer["playback"] == {"mode": "direct", "type": "video/mp4", "there": True}


@pytest.mark.parametrize(
    "video_id",
    [NOBODY, "white", "..%2F..%2Fetc%2Fpasswd", "%2e%2e", "x" * 32, NOBODY[:8], "a%00b"],
)
@pytest.mark.parametrize("rest", REST)
def test_videos_have_no_other_names_than_their_ids(
    served: Served, video_id: str, rest: str
) -> None:
    answer = served.client.get(rest.replace("ID", video_id))
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] in {"not_found", "no_such_route"}


@pytest.mark.parametrize(
    "path",
    [
        "/../../../etc/passwd",
        "/..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/pyproject.toml",
        "/static/../../app.py",
        "/..%5c..%5capp.py",
        "//etc/passwd",
        "/%00",
    ],
)
def test_the_page_s_folder_is_not_left(served: Served, path: str) -> None:
    answer = served.client.get(served.origin + path)
    assert answer.status_code in {404, 405}
    assert "footage.server" not in answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize("route", ["videos/X/media", "videos/X/sprite.jpg", "thumbnails/X", "X"])
@pytest.mark.parametrize(
    "way", ["../" * 9 + "etc/passwd", "..%2f" * 9 + "etc%2fpasswd", "%2e%2e/" * 9 + "etc/passwd"]
)
def test_no_way_leads_to_other_files(served: Served, route: str, way: str) -> None:
    """Sent as it is written: clients put such addresses right by themselves."""
    path = "/api/v1/" + route.replace("X", way)
    with socket.create_connection(("127.0.0.1", served.port)) as line:
        line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: line.recv(1 << 16), b""))
    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 405"))
    assert b"root:" not in answer
    assert b'{"error":' in answer


def test_what_took_a_video_s_place_is_not_sent(own_served: Served, tmp_path: Path) -> None:
    path = make_video(tmp_path / "v.mp4", seconds=1)
    own_served.library.add(path)
    address = f"/videos/{own_served.id_of('v')}/media"
    assert own_served.client.get(address).status_code == 200
    path.unlink()
    path.symlink_to("/etc/passwd")
    answer = own_served.client.get(address)
    assert answer.status_code == 422
    assert "root:" not in answer.text


def test_neighbours(served: Served) -> None:
    video_id = served.id_of("green")
    found = served.client.get(
        f"/videos/{video_id}/moments/neighbours", params={"time": 4, "count": 5}
    ).json()
    spans = [s.start for s in served.library.segments(video_id)]
    here = found["at"]
    assert here["start"] <= 4 < here["end"]
    assert [*(s["start"] for s in found["before"]), here["start"]] == spans[
        : len(found["before"]) + 1
    ]
    assert [s["start"] for s in found["after"]] == spans[len(found["before"]) + 1 :]


def test_a_thumbnail_is_that_of_its_time(served: Served) -> None:
    video_id = served.id_of("red-blue")

    def colour(time: float) -> tuple[int, ...]:
        answer = served.client.get(f"/thumbnails/{video_id}", params={"t": time})
        pixel = Image.open(BytesIO(answer.content)).convert("RGB").getpixel((5, 5))
        assert isinstance(pixel, tuple)
        return pixel

    assert colour(1)[0] > 200 > colour(1)[2]
    assert colour(7.9)[2] > 200 > colour(7.9)[0]
    assert colour(999) == colour(7.9)


def test_a_known_thumbnail_is_not_sent_again(served: Served) -> None:
    address = f"/thumbnails/{served.id_of('white')}"
    tag = served.client.get(address).headers["etag"]
    again = served.client.get(address, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_sprite_and_what_is_where_in_it(served: Served) -> None:
    video_id = served.id_of("red-blue")
    sheet = Image.open(BytesIO(served.client.get(f"/videos/{video_id}/sprite.jpg").content))
    text = served.client.get(f"/videos/{video_id}/sprite.vtt").text
    cues = re.findall(r"(\S+) --> (\S+)\nsprite.jpg#xywh=(\d+),(\d+),(\d+),(\d+)", text)
    assert text.startswith("WEBVTT\n")
    assert cues[0][0] == "00:00:00.000"
    assert [cue[0] for cue in cues[1:]] == [cue[1] for cue in cues[:-1]]
    *_, last = cues
    x, y, width, height = map(int, last[2:])
    assert x + width <= sheet.width
    assert y + height <= sheet.height
    red, _green, blue = sheet.convert("RGB").getpixel((x + 9, y + 9))  # type: ignore[misc]
    assert blue > 200 > red


def test_facets_count(served: Served) -> None:
    found = served.client.get("/facets").json()
    assert {"name": "summer", "count": 2} in found["tags"]
    assert found["years"] == [{"name": "2024", "count": 3}, {"name": "2023", "count": 1}]
    assert found["videos"] == 4
    assert served.client.get("/facets").json() == found
    of_summer = served.client.get("/facets", params={"tag": "summer"}).json()
    assert of_summer["videos"] == 2


def counts(served: Served, of: str, **chosen: str | list[str]) -> dict[str, int]:
    """Of a facet, by the ends of its names."""
    found = served.client.get("/facets", params=chosen).json()[of]
    return {each["name"].rpartition("/")[2]: each["count"] for each in found}


def test_a_facet_keeps_the_siblings_of_what_is_chosen(served: Served) -> None:
    beach = next(
        str(v.path.parent) for v in served.library.videos() if v.path and v.title == "green"
    )
    assert counts(served, "years", since="2023", until="2023") == {"2023": 1, "2024": 3}
    assert counts(served, "years", since="2023", until="2023", tag="summer") == {
        "2023": 1,
        "2024": 1,
    }
    assert counts(served, "folders", folder=beach) == {"beach": 2, "city": 2}
    assert counts(served, "folders", folder=beach, since="2023", until="2023") == {"beach": 1}
    assert counts(served, "years", folder=beach) == {"2023": 1, "2024": 1}


def test_a_tag_counts_what_it_would_leave(served: Served) -> None:
    assert counts(served, "tags", tag="sea") == {"sea": 1, "summer": 1, 'it\'s "odd" 🎬': 0}
    assert counts(served, "tags", tag=["sea", "summer"])["summer"] == 1
    assert 'it\'s "odd" 🎬' not in counts(served, "tags", since="2023", until="2023")


def titles(served: Served, **asked: str | bool) -> list[str]:
    return [v["title"] for v in served.client.get("/videos", params=asked).json()["videos"]]


def test_videos_are_ordered(served: Served) -> None:
    assert titles(served, sort="title") == ["green", "red-blue", "white", "yellow"]
    assert titles(served, sort="duration") == ["white", "yellow", "red-blue", "green"]
    assert titles(served, sort="duration", descending=True, limit="2") == ["green", "red-blue"]
    assert titles(served, descending=True)[0] == "white"
    added = [v.title for v in sorted(served.library.videos(), key=lambda v: v.added_at)]
    assert titles(served, sort="added") == added
    assert served.client.get("/videos", params={"sort": "size"}).status_code == 422


def test_titles_are_ordered_as_people_do(own_served: Served) -> None:
    with own_served.library.catalog.transaction() as db:
        for known, title in (("white", "Clip 10"), ("green", "clip 9"), ("yellow", "Äpfel")):
            db.execute("UPDATE videos SET title = ? WHERE title = ?", (title, known))
    assert titles(own_served, sort="title") == ["clip 9", "Clip 10", "red-blue", "Äpfel"]
    assert titles(own_served, title="äPF") == ["Äpfel"]


def test_videos_by_a_part_of_their_titles(served: Served) -> None:
    answer = served.client.get("/videos", params={"title": "RE", "limit": 1}).json()
    assert [answer["videos"][0]["title"], answer["total"]] == ["red-blue", 2]
    assert titles(served, title="re", tag="sea") == ["red-blue"]
    assert titles(served, title="%") == []


def test_several_videos_at_once(own_served: Served) -> None:
    client = own_served.client
    ids = [own_served.id_of(title) for title in ("white", "yellow")]
    tagging = {"ids": ids, "add": ["both"], "remove": ['it\'s "odd" 🎬']}
    assert client.post("/videos/tags", json=tagging).json() == {"tagged": 2}
    assert [own_served.library.video(one).tags for one in ids] == [("both",), ("both",)]
    assert client.post("/videos/remove", json={"ids": [*ids, ids[0]]}).json() == {"removed": 2}
    assert titles(own_served) == ["red-blue", "green"]
    job = own_served.ended(client.post("/videos/restore", json={"ids": ids}).json())
    assert (job["kind"], job["state"], job["failures"]) == ("restore", "done", [])
    assert len(titles(own_served, tag="both")) == 2


@pytest.mark.parametrize("route", ["tags", "remove", "restore"])
def test_several_are_all_known_or_none_is_changed(own_served: Served, route: str) -> None:
    ids = [own_served.id_of("white"), NOBODY]
    body = {"ids": ids, "add": ["x"]} if route == "tags" else {"ids": ids}
    assert_failed(own_served.client.post(f"/videos/{route}", json=body), 404, "not_found")
    assert own_served.library.video("white").state == "ready"
    assert "x" not in own_served.library.video("white").tags
    assert own_served.client.post(f"/videos/{route}", json={"ids": ["white"]}).status_code == 404


def test_tags(own_served: Served) -> None:
    client, video_id = own_served.client, own_served.id_of("white")
    address = f"/videos/{video_id}/tags"
    assert client.put(f"{address}/a%2Fb c").json()["tags"] == ["a/b c", 'it\'s "odd" 🎬']
    assert client.delete(f"{address}/a%2Fb c").json()["tags"] == ['it\'s "odd" 🎬']
    assert client.put(address, json={"tags": ["x", "y"]}).json()["tags"] == ["x", "y"]
    assert {"name": "x", "count": 1} in client.get("/facets").json()["tags"]
    assert client.delete(f"{address}/x").json()["tags"] == ["y"]
    assert {"name": "x", "count": 1} not in client.get("/facets").json()["tags"]
    assert_failed(client.put(address, json={"tags": [""]}), 400, "usage")
    assert_failed(client.put(f"/videos/{NOBODY}/tags/x"), 404, "not_found")


def test_removing_and_bringing_back(own_served: Served) -> None:
    client, video_id = own_served.client, own_served.id_of("yellow")
    assert client.delete(f"/videos/{video_id}").json()["state"] == "removed"
    assert video_id not in client.get("/videos").text
    assert client.delete(f"/videos/{video_id}").json()["state"] == "removed"
    job = own_served.ended(client.post(f"/videos/{video_id}/restore").json())
    assert (job["kind"], job["state"], job["failures"]) == ("restore", "done", [])
    assert client.get(f"/videos/{video_id}").json()["state"] == "ready"


HANDED_OUT = [
    *("GET /media", "HEAD /media", "GET /clip?start=0&end=1", "GET /segments", "GET /transcript"),
    *("GET /transcript?format=vtt", "GET /moments/neighbours?time=1", "GET /summary"),
    *("GET /sheet.png", "GET /sprite.jpg", "GET /sprite.vtt", "PUT /tags/x", "DELETE /tags/x"),
]


def test_a_removed_video_is_not_handed_out(own_served: Served) -> None:
    client, video_id = own_served.client, own_served.id_of("yellow")
    own_served.library.remove(video_id)
    asked = [(*one.split(" "), None) for one in HANDED_OUT]
    asked += [("PUT", "/tags", {"tags": ["x"]})]
    answers = [
        client.request(way, f"/videos/{video_id}{rest}", json=json) for way, rest, json in asked
    ]
    answers.append(client.get(f"/thumbnails/{video_id}"))
    answers.append(client.post("/videos/tags", json={"ids": [video_id], "add": ["x"]}))
    for answer in answers:
        assert answer.status_code == 404, answer.request.url
        if answer.request.method != "HEAD":
            error = assert_failed(answer, 404, "not_found")
            assert error["message"] == "yellow was removed from the library"
            assert "restore" in error["remedy"]
    found = client.get(f"/videos/{video_id}").json()
    assert (found["state"], found["playback"]["there"]) == ("removed", False)
    assert "x" not in found["tags"]


def test_a_file_name_that_is_no_text_is_answered_in_json_for_any_parser(
    empty_served: Served, tmp_path: Path
) -> None:
    path = make_video(tmp_path / "caf\udce9.mp4", seconds=1)
    library, client = empty_served.library, empty_served.client
    library.add(path)
    (video,) = library.videos()
    stretch = {"video": video.video_id, "start": 0, "end": 1}
    kinds = ("csv", "json", "vtt", "edl", "fcpxml", "otio")
    asked = [{"format": kind, "moments": [stretch]} for kind in kinds]
    answers = [client.post("/export", json=body) for body in asked]
    answers += [client.get(address) for address in ("/videos", "/search?q=red")]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        if answer.headers["content-type"].startswith("application/json"):
            assert not re.search("[\ud800-\udfff]", str(answer.json()))
    (told,) = client.get("/videos").json()["videos"]
    assert told["path"] == f"{tmp_path}/caf\N{REPLACEMENT CHARACTER}.mp4"


def test_health_readiness_and_metrics(served: Served) -> None:
    assert served.client.get("/health").json() == {"status": "ok"}
    assert served.client.get("/ready").json() == {"ready": True}
    served.client.get("/search", params={"q": "red"})
    text = served.client.get("/metrics").text
    assert 'footage_http_requests_total{method="GET",status="200"}' in text
    assert "footage_videos 4\n" in text
    count = re.search(r'footage_search_seconds_bucket\{le="\+Inf"\} (\d+)', text)
    assert count is not None
    assert int(count[1]) >= 1


def test_a_video_at_a_glance(served: Served) -> None:
    address = f"/videos/{served.id_of('red-blue')}"
    found = served.client.get(f"{address}/summary").json()
    assert [chapter["start"] for chapter in found["chapters"]] == [0, 4]
    thumbnail = found["chapters"][1]["thumbnail"]
    assert served.client.get(served.origin + thumbnail).headers["content-type"] == "image/jpeg"
    assert len(served.client.get(f"{address}/summary?chapters=1").json()["chapters"]) == 1
    sheet = served.client.get(f"{address}/sheet.png")
    assert Image.open(BytesIO(sheet.content)).format == "PNG"
    assert served.client.get(f"{address}/summary?chapters=0").status_code == 422
