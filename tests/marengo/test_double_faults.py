"""Every scripted fault, as a client on the official SDK meets it."""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pydantic
import pytest
from marengo.helpers import embed_video, encoded, finished, red
from twelvelabs import (
    AsyncVideoInputRequest,
    EmbeddingTaskResponse,
    MediaSource,
    TextInputRequest,
    TwelveLabs,
)
from twelvelabs.core.api_error import ApiError
from twelvelabs.errors import InternalServerError, TooManyRequestsError

from marengo_double import Double, Rule, Script
from marengo_double.faults import load_rules

TEXT = "POST /embed-v2"
CREATE = "POST /embed-v2/tasks"
POLL = "GET /embed-v2/tasks/*"


@pytest.mark.parametrize("value", ["3", "2.5", "86400", "0", "-5", "soon"])
def test_retry_after_as_it_is_written(double: Double, client: TwelveLabs, value: str) -> None:
    double.script({"on": TEXT, "status": 429, "code": "too_many_requests", "retry_after": value})
    with pytest.raises(TooManyRequestsError) as caught:
        red(client)
    assert caught.value.headers
    assert caught.value.headers["retry-after"] == value
    assert caught.value.body["code"] == "too_many_requests"


@pytest.mark.parametrize(("value", "sign"), [("date:+60", 1), ("date:-60", -1)])
def test_retry_after_as_a_date(double: Double, client: TwelveLabs, value: str, sign: int) -> None:
    double.script({"on": TEXT, "status": 429, "retry_after": value})
    with pytest.raises(TooManyRequestsError) as caught:
        red(client)
    headers = caught.value.headers or {}
    away = parsedate_to_datetime(headers["retry-after"]) - parsedate_to_datetime(headers["date"])
    assert away.total_seconds() * sign > 50


def test_other_headers(double: Double, client: TwelveLabs) -> None:
    double.script({"on": TEXT, "status": 429, "headers": {"retry-after-ms": "1500"}})
    with pytest.raises(TooManyRequestsError) as caught:
        red(client)
    assert (caught.value.headers or {})["retry-after-ms"] == "1500"
    assert "retry-after" not in (caught.value.headers or {})


def test_a_refusal_reaches_a_client_that_sends_much(double: Double, client: TwelveLabs) -> None:
    double.script({"on": "POST /assets", "status": 429})
    for _ in range(5):
        with pytest.raises(ApiError) as caught:
            client.assets.create(method="direct", file=bytes(5_000_000))
        assert caught.value.status_code == 429


def test_an_error_of_the_server(double: Double, client: TwelveLabs) -> None:
    double.script({"on": TEXT, "status": 500, "code": "internal", "message": "Oh."})
    with pytest.raises(InternalServerError) as caught:
        red(client)
    assert caught.value.body == {"code": "internal", "message": "Oh."}


def test_html_from_a_gateway(double: Double, client: TwelveLabs) -> None:
    double.script({"on": TEXT, "status": 502, "message": "Bad Gateway", "html": True})
    with pytest.raises(ApiError) as caught:
        red(client)
    assert caught.value.status_code == 502
    assert "<title>502 Bad Gateway</title>" in caught.value.body


@pytest.mark.parametrize("drop", ["before", "reset", "body"])
def test_a_dropped_connection(double: Double, client: TwelveLabs, drop: str) -> None:
    double.script({"on": TEXT, "nth": [1], "drop": drop})
    with pytest.raises(httpx.TransportError):
        red(client)
    assert double.calls[-1].status is None
    assert len(red(client).data) == 1


def test_malformed_json(double: Double, client: TwelveLabs) -> None:
    double.script({"on": TEXT, "malformed": True})
    with pytest.raises(ApiError) as caught:
        red(client)
    assert caught.value.status_code == 200
    assert '"embedding"' in caught.value.body


def test_a_slow_body_arrives_whole(double: Double, client: TwelveLabs) -> None:
    double.script({"on": TEXT, "slow": 0.2})
    assert len(red(client).data[0].embedding) == 512


def test_an_answer_too_late(double: Double, client: TwelveLabs) -> None:
    double.script({"on": TEXT, "delay": 30})
    request = TextInputRequest(input_text="red")
    with pytest.raises(httpx.ReadTimeout):
        client.embed.v_2.create(
            input_type="text", model_name="marengo3.0", text=request,
            request_options={"timeout_in_seconds": 1},
        )  # fmt: skip


def test_another_dimension(double: Double, client: TwelveLabs) -> None:
    double.script({"on": TEXT, "nth": [1], "dimension": 1024}, {"on": TEXT, "dimension": 8})
    assert [len(red(client).data[0].embedding) for _ in range(2)] == [1024, 8]


def test_numbers_that_are_none(double: Double, client: TwelveLabs) -> None:
    double.script({"on": TEXT, "nth": [1], "nan": True}, {"on": TEXT, "zeros": True})
    assert math.isnan(red(client).data[0].embedding[0])
    assert set(red(client).data[0].embedding) == {0.0}


def test_missing_fields(double: Double, client: TwelveLabs, clip: Path) -> None:
    double.script({"on": POLL, "nth": [1], "without": ["start_sec", "embedding_option"]},
                  {"on": POLL, "without": ["embedding"]})  # fmt: skip
    task = embed_video(double, client, clip)
    assert task.data
    assert {(item.start_sec, item.embedding_option) for item in task.data} == {(None, None)}
    with pytest.raises(pydantic.ValidationError):
        client.embed.v_2.tasks.retrieve(task.id)


def test_lists_have_no_embeddings_to_spoil(double: Double, client: TwelveLabs, clip: Path) -> None:
    double.script({"on": "GET /embed-v2/tasks", "nan": True, "headers": {"x-request-id": "7"}})
    task = embed_video(double, client, clip)
    page = client.embed.v_2.tasks.list()
    assert page.items
    assert page.items[0].id == task.id
    assert page.response
    assert page.response.headers["x-request-id"] == "7"


def test_ready_without_data(double: Double, client: TwelveLabs, clip: Path) -> None:
    double.script({"on": POLL, "nth": [1], "empty": True}, {"on": POLL, "without": ["data"]})
    task = embed_video(double, client, clip)
    again = client.embed.v_2.tasks.retrieve(task.id)
    assert (task.status, task.data, again.data) == ("ready", [], None)


def test_segments_twice(double: Double, client: TwelveLabs, clip: Path) -> None:
    double.script({"on": POLL, "nth": [1], "duplicate": True})
    task = embed_video(double, client, clip)
    once = client.embed.v_2.tasks.retrieve(task.id)
    assert task.data
    assert once.data
    assert task.data[::2] == task.data[1::2] == once.data


def test_a_task_that_fails(double: Double, client: TwelveLabs, clip: Path) -> None:
    double.script({"on": CREATE, "fate": "failed", "reason": "The embedding request was invalid."})
    task = embed_video(double, client, clip)
    assert (task.status, task.data) == ("failed", None)
    assert task.error
    assert task.error.message == "The embedding request was invalid."


def test_a_task_that_never_ends(double: Double, client: TwelveLabs, clip: Path) -> None:
    double.script({"on": CREATE, "fate": "processing"})
    task = embed_video(double, client, clip)
    assert (task.status, task.data, task.error) == ("processing", None, None)


@pytest.mark.parametrize("fate", ["failed", "processing"])
def test_an_asset_that_is_never_ready(
    double: Double, client: TwelveLabs, clip: Path, fate: str
) -> None:
    double.script({"on": "POST /assets", "fate": fate, "reason": "unsupported"})
    asset = client.assets.create(method="direct", file=("a.mp4", clip.read_bytes()))
    detail = client.assets.retrieve(str(asset.id))
    assert (asset.status, detail.status) == ("processing", fate)
    message = detail.error.message if detail.error else None
    assert message == ("unsupported" if fate == "failed" else None)


def test_work_done_whose_answer_is_lost(double: Double, client: TwelveLabs, clip: Path) -> None:
    """The case in which a client that simply asks again pays twice."""
    before = len(double.tasks)
    double.script(
        {"on": CREATE, "nth": [1], "status": 504, "html": True, "after": True},
        {"on": CREATE, "nth": [2], "drop": "before", "after": True},
        {"on": CREATE, "nth": [3], "drop": "body"},
    )
    video = AsyncVideoInputRequest(media_source=encoded(clip))
    for _ in range(3):
        with pytest.raises((ApiError, httpx.TransportError)):
            client.embed.v_2.tasks.create(input_type="video", model_name="marengo3.0", video=video)
    assert len(double.tasks) - before == 3


def test_a_refusal_before_any_work(double: Double, client: TwelveLabs, clip: Path) -> None:
    before = len(double.tasks)
    double.script({"on": CREATE, "status": 503})
    with pytest.raises(ApiError):
        embed_video(double, client, clip)
    assert len(double.tasks) == before


def test_quota_gone_halfway(double: Double, client: TwelveLabs, clip: Path) -> None:
    double.script({"on": CREATE, "since": 3, "status": 429, "retry_after": 40_000})
    outcomes = []
    for _ in range(4):
        try:
            outcomes.append(embed_video(double, client, clip).status)
        except TooManyRequestsError:
            outcomes.append("refused")
    assert outcomes == ["ready", "ready", "refused", "refused"]


def test_the_first_rule_that_matches_decides_and_each_counts_for_itself() -> None:
    script = Script([
        {"on": "POST /a", "nth": [2], "status": 500},
        {"on": "* /a", "nth": [1, 2, 3], "status": 429},
    ])  # fmt: skip
    decided = [script.rule_for("POST", "/a") for _ in range(4)]
    assert [rule and rule.status for rule in decided] == [429, 500, 429, None]
    assert script.rule_for("POST", "/b") is None


def test_chance_is_the_same_every_time() -> None:
    rule = Rule(on="* *", probability=0.3, seed=4, status=500)
    draws = [
        [script.rule_for("GET", "/") is not None for _ in range(200)]
        for script in (Script([rule]), Script([rule]))
    ]
    assert draws[0] == draws[1]
    assert 30 < sum(draws[0]) < 90


@pytest.mark.parametrize(
    "rule", [{}, {"on": "POST /a"}, {"on": "POST", "status": 500}, {"on": "* *", "colour": "red"}]
)
def test_rules_that_mean_nothing(rule: dict[str, object]) -> None:
    with pytest.raises(pydantic.ValidationError):
        Script([rule])


def test_a_script_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    path.write_text('[{"on": "POST /embed-v2", "nth": [1], "status": 429, "retry_after": 2.5}]')
    assert load_rules(path) == [Rule(on="POST /embed-v2", nth=(1,), status=429, retry_after=2.5)]


def test_broken_media_fail_as_the_service_says(double: Double, client: TwelveLabs) -> None:
    gone = MediaSource(url=double.url.replace("/v1.3", "/nothing.mp4"))
    video = AsyncVideoInputRequest(media_source=gone)
    task = client.embed.v_2.tasks.create(input_type="video", model_name="marengo3.0", video=video)
    failed: EmbeddingTaskResponse = finished(double, client, task.id)
    assert failed.status == "failed"
    assert failed.error
    assert failed.error.message == "failed to fetch or materialize source media"
