"""Tasks from creation to result, the list of them, what was paid; keys and limits."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from marengo.helpers import KEY, embed_video, encoded, make_client, make_double, post
from twelvelabs import AsyncVideoInputRequest, TextInputRequest, TwelveLabs
from twelvelabs.core.api_error import ApiError
from twelvelabs.errors import BadRequestError, NotFoundError, TooManyRequestsError
from videos import make_video

from marengo_double import Double, Latency, Limits, Paid, Sizes

TEXT = TextInputRequest(input_text="red")


def red(client: TwelveLabs) -> dict[str, str]:
    """The headers of a small request."""
    raw = client.embed.v_2.with_raw_response.create(
        input_type="text", model_name="marengo3.0", text=TEXT
    )
    return dict(raw.headers)


def content_id(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()


def test_a_task_is_processing_until_its_time(clip: Path) -> None:
    with make_double(latency=Latency(ready=3600)) as double:
        task = embed_video(double, make_client(double), clip)
        assert (task.status, task.data, task.metadata) == ("processing", None, None)
        double.tasks[0].ready_at = 0
        assert make_client(double).embed.v_2.tasks.retrieve(task.id).status == "ready"


def test_a_task_that_is_not_there(client: TwelveLabs) -> None:
    with pytest.raises(NotFoundError) as caught:
        client.embed.v_2.tasks.retrieve("0" * 24)
    assert caught.value.body["code"] == "resource_not_exist"


def test_the_list_of_tasks(clip: Path) -> None:
    with make_double() as double:
        client = make_client(double)
        double.script({"on": "POST /embed-v2/tasks", "nth": [2], "fate": "failed"})
        made = [embed_video(double, client, clip).id for _ in range(5)]
        listed = list(client.embed.v_2.tasks.list(page_limit=2))
        assert [task.id for task in listed] == made[::-1]
        video = listed[0].video_embedding
        assert video
        assert video.metadata
        assert video.metadata.duration == 12
        failed = client.embed.v_2.tasks.list(status="failed")
        assert [task.id for task in failed] == [made[1]]
        assert list(client.embed.v_2.tasks.list(started_at="2999-01-01T00:00:00Z")) == []
        assert len(list(client.embed.v_2.tasks.list(ended_at="2999-01-01T00:00:00Z"))) == 5


@pytest.mark.parametrize(
    "query", [{"page": 0}, {"page_limit": 51}, {"status": "done"}, {"started_at": "yesterday"}]
)
def test_lists_that_cannot_be(client: TwelveLabs, query: dict[str, object]) -> None:
    with pytest.raises(BadRequestError):
        client.embed.v_2.tasks.list(**query)  # type: ignore[arg-type]


def test_what_was_paid_for(clip: Path, tmp_path: Path) -> None:
    other = make_video(tmp_path / "other.mp4", seconds=6, shots=["yellow"])
    with make_double() as double:
        client = make_client(double)
        double.script({"on": "POST /embed-v2/tasks", "nth": [3], "fate": "failed"})
        for path in (clip, other, other):
            embed_video(double, client, path)
        assert double.paid == {content_id(clip): Paid(1, 12.0), content_id(other): Paid(1, 6.0)}
        embed_video(double, client, clip, end_sec=5)
        assert double.paid[content_id(clip)] == Paid(2, 17.0)


@pytest.mark.parametrize("key", ["", "tlk_wrong"])
def test_a_wrong_key(double: Double, key: str) -> None:
    answer = post(double, "/embed-v2", {}, key=key)
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_invalid")


def test_a_wrong_key_by_the_sdk(double: Double) -> None:
    client = make_client(double, "tlk_wrong")
    with pytest.raises(ApiError) as caught:
        red(client)
    assert caught.value.status_code == 401


def test_any_key_where_none_is_asked_for() -> None:
    with make_double(key=None) as double:
        assert red(make_client(double, "anything"))
        assert post(double, "/embed-v2", {}, key="").status_code == 401


def test_calls_are_recorded_without_secrets(clip: Path) -> None:
    with make_double() as double:
        task = embed_video(double, make_client(double), clip)
        made = [(call.method, call.path, call.status) for call in double.calls]
        assert made == [
            ("POST", "/embed-v2/tasks", 202),
            ("GET", f"/embed-v2/tasks/{task.id}", 200),
        ]
        assert KEY not in repr(double.calls)
        assert all(call.seconds > 0 for call in double.calls)


def test_requests_a_minute() -> None:
    with make_double(limits=Limits(rpm=2, rpd=100)) as double:
        client = make_client(double)
        left = [red(client)["x-ratelimit-remaining"] for _ in range(2)]
        assert left == ["1", "0"]
        with pytest.raises(TooManyRequestsError) as caught:
            red(client)
        headers = caught.value.headers or {}
        assert 0 < int(headers["retry-after"]) <= 60
        assert headers["x-ratelimit-limit"] == headers["x-ratelimit-request-limit"] == "2"
        assert headers["x-ratelimit-remaining"] == headers["x-ratelimit-request-remaining"] == "0"
        assert caught.value.body["code"] == "too_many_requests"
        assert "(2 requests per minute)" in caught.value.body["message"]
        assert list(client.embed.v_2.tasks.list()) == []  # asking how things stand is free
        assert client.assets.create(method="direct", file=b"of a limit of its own")


def test_a_minute_passes() -> None:
    with make_double(limits=Limits(rpm=1, minute=0)) as double:
        client = make_client(double)
        assert [red(client)["x-ratelimit-used"] for _ in range(3)] == ["1", "1", "1"]


def test_requests_a_day() -> None:
    with make_double(limits=Limits(rpm=100, rpd=1)) as double:
        client = make_client(double)
        red(client)
        with pytest.raises(TooManyRequestsError) as caught:
            red(client)
        assert int((caught.value.headers or {})["retry-after"]) > 80_000


def test_the_quota_ends_halfway(clip: Path) -> None:
    with make_double(limits=Limits(quota_seconds=30)) as double:
        client = make_client(double)
        for _ in range(2):
            assert embed_video(double, client, clip).status == "ready"
        with pytest.raises(TooManyRequestsError) as caught:
            embed_video(double, client, clip)
        assert int((caught.value.headers or {})["retry-after"]) > 80_000
        assert len(double.tasks) == 2
        assert embed_video(double, client, clip, end_sec=5).status == "ready"
        assert red(client)


def test_media_rules(clip: Path, tmp_path: Path) -> None:
    fitting = make_video(tmp_path / "fitting.mp4", seconds=5, size=(640, 360))
    short = make_video(tmp_path / "short.mp4", seconds=2, size=(640, 360))
    with make_double(media_rules=True) as double:
        client = make_client(double)
        assert embed_video(double, client, fitting).status == "ready"
        for path, code in ((clip, "video_resolution_too_low"), (short, "video_duration_too_short")):
            with pytest.raises(BadRequestError) as caught:
                embed_video(double, client, path)
            assert caught.value.body["code"] == code


def test_media_that_are_too_long_for_a_query(double: Double, tmp_path: Path) -> None:
    film = make_video(tmp_path / "long.mp4", seconds=31, fps=1)
    data = base64.b64encode(film.read_bytes()).decode()
    body = {
        "input_type": "multi_input", "model_name": "marengo3.5",
        "multi_input": {"media_sources": [{"media_type": "video", "base64_string": data}]},
    }  # fmt: skip
    answer = post(double, "/embed-v2", body)
    assert answer.status_code == 400
    assert "31.0 seconds" in answer.json()["message"]


def test_base64_that_is_too_large(clip: Path) -> None:
    with make_double(sizes=Sizes(base64=1000)) as double, pytest.raises(ApiError) as caught:
        make_client(double).embed.v_2.tasks.create(
            input_type="video", model_name="marengo3.0",
            video=AsyncVideoInputRequest(media_source=encoded(clip)),
        )  # fmt: skip
    assert caught.value.status_code == 413
    assert caught.value.body["error"]["code"] == "content_too_large"
