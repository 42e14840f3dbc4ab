"""The description of the API is true: every route is there, and fails in the documented shape."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from server.serving import Served, assert_failed

API_PAGE = Path(__file__).parents[2] / "docs" / "api.md"
LENIENT = ("/health", "/ready", "/library", "/metrics")
METHODS = {"get", "post", "put", "patch", "delete"}


def described(served: Served) -> dict[str, Any]:
    schema: dict[str, Any] = served.client.get("/openapi.json").json()
    return schema


def test_the_description_is_sound(served: Served) -> None:
    schema = described(served)
    assert schema["openapi"].startswith("3.1")
    known = set(schema["components"]["schemas"])
    used = set(re.findall(r"#/components/schemas/(\w+)", str(schema)))
    assert used <= known
    assert "$defs" not in str(schema)
    names = []
    for path, operations in schema["paths"].items():
        assert path.startswith("/api/v1/")
        assert set(operations) <= METHODS
        for operation in operations.values():
            names.append(operation["operationId"])
            assert operation["description"]
            failure = operation["responses"]["4XX"]["content"]["application/json"]["schema"]
            assert failure == {"$ref": "#/components/schemas/Failure"}
            in_path = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
            assert in_path == set(re.findall(r"\{(\w+)", path))
    assert len(names) == len(set(names))


def test_every_route_is_in_the_docs(served: Served) -> None:
    page = API_PAGE.read_text("utf-8")
    for path in described(served)["paths"]:
        short = path.removeprefix("/api/v1").replace("video_id", "id")
        short = short.replace("job_id", "id").replace("upload_id", "id").replace("watched_id", "id")
        last = short.rpartition("/")[2] if short.endswith(("vtt", "retry")) else short
        assert last in page, path


def test_every_field_of_an_answer_is_in_the_docs(served: Served) -> None:
    words = set(re.findall(r"\w+", API_PAGE.read_text("utf-8")))
    for name, shape in described(served)["components"]["schemas"].items():
        assert not shape.get("properties", {}).keys() - words, name


STRANGE = st.one_of(
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)
FIELDS = ["text", "text_weight", "likes", "then", "within", "weights", "fusion", "modalities"]
FIELDS += ["filters", "limit", "offset", "group_by_video", "vector", "examples", "other"]


def assert_answered(answer: Any) -> None:
    """It is an answer, or a refusal in the one shape; never a failure of the server."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.json()["error"].keys() == {"code", "message", "remedy"}


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(FIELDS), STRANGE, max_size=4))
def test_no_query_breaks_it(served: Served, body: dict[str, Any]) -> None:
    kind = {"content-type": "application/json"}
    assert_answered(served.client.post("/search", content=json.dumps(body), headers=kind))


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_parameter_breaks_it(served: Served, data: Any) -> None:
    schema = described(served)
    path = data.draw(
        st.sampled_from(sorted(p for p in schema["paths"] if "get" in schema["paths"][p]))
    )
    if path.endswith("/events"):
        return
    wanted = schema["paths"][path]["get"].get("parameters", [])
    strange = st.one_of(
        st.text(st.characters(codec="utf-8"), max_size=20), st.integers().map(str), st.just("nan")
    )
    params = {p["name"]: data.draw(strange) for p in wanted if p["in"] == "query"}
    filled = path.replace("{video_id}", served.id_of("white")).replace("{job_id}", "0")
    filled = filled.replace("{upload_id}", "0")
    assert_answered(served.client.get(served.origin + filled, params=params))


def test_what_is_wrong_is_told_with_what_may_be_sent(served: Served) -> None:
    def told(method: str, address: str, **body: Any) -> tuple[str, str]:
        answer = served.client.request(method, address, **body)
        error = assert_failed(answer, 422, "invalid_request")
        return error["message"], error["remedy"].partition(";")[0]

    assert told("GET", "/videos?limit=0")[1] == "send 1 or more"
    assert told("GET", "/videos?limit=1001")[1] == "send 1000 or less"
    assert told("GET", "/clusters?of=x")[1] == "send one of segments, videos"
    assert told("GET", "/videos?sort=x")[1].startswith("send 'recorded', 'added'")
    kind = {"content-type": "application/json"}
    for body in (b"[]", b"1", b"null"):
        message, _ = told("POST", "/search", content=body, headers=kind)
        assert message.startswith("Input should be")


def test_a_parameter_that_is_not_known_is_refused(served: Served) -> None:
    for path, operations in described(served)["paths"].items():
        filled = re.sub(r"\{\w+(:path)?\}", "0", path)
        if "get" in operations and not filled.endswith(LENIENT):
            asked = served.client.get(served.origin + filled, params={"tags": "x", "q": "x"})
            error = assert_failed(asked, 422, "invalid_request")
            assert "no parameter 'tags' here" in error["message"], path


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
def test_who_looks_whether_it_is_well_may_add_what_keeps_an_answer_from_being_kept(
    served: Served, path: str
) -> None:
    assert served.client.get(path, params={"_": "1"}).status_code == 200


def test_a_misspelt_parameter_is_told_the_right_ones(served: Served) -> None:
    error = assert_failed(served.client.get("/facets?tags=x"), 422, "invalid_request")
    assert error["remedy"].startswith("it takes video, folder, tag, partition, since")
    answer = served.client.delete(f"/videos/{'0' * 32}?dry=1")
    assert assert_failed(answer, 422, "invalid_request")["remedy"] == "it takes none"


def test_what_is_taken_once_is_not_taken_twice(served: Served) -> None:
    for address in ("/search?q=dog&q=cat", "/videos?limit=1&limit=1", "/duplicates?to=a&to=b"):
        error = assert_failed(served.client.get(address), 422, "invalid_request")
        assert "is given 2 times" in error["message"]
    address = f"/videos/{served.id_of('white')}/clip?start=0&end=1&end=2"
    assert_failed(served.client.get(address), 422, "invalid_request")
    for address in (
        "/search?q=red&then=red&then=blue",
        "/videos?tag=a&tag=b",
        "/search?q=a&in=visual",
    ):
        assert served.client.get(address).status_code == 200, address
    like = f"{served.id_of('white')}@1"
    assert served.client.get("/similar", params={"to": [like, like]}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_methods_and_bodies_that_do_not_fit(served: Served, method: str) -> None:
    schema = described(served)
    for path in schema["paths"]:
        filled = re.sub(r"\{\w+(:path)?\}", "0", path)
        if filled.endswith(("/login", "/logout")):
            continue
        for body in (b"", b"{", b"[]", b'{"a": 1}'):
            answer = served.client.request(
                method,
                served.origin + filled,
                content=body,
                headers={"content-type": "application/json"},
            )
            assert_answered(answer)
            assert 400 <= answer.status_code < 500, (method, path, body)
