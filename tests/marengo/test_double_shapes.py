"""Whatever is asked, the answer is one that the SDK can read: a response model, or an error."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marengo.helpers import HTTP, KEY, post
from twelvelabs import (
    AsyncVideoInputRequest,
    EmbeddingData,
    EmbeddingMediaMetadata_MultiInput,
    EmbeddingSuccessResponse,
    EmbeddingTaskResponse,
    FlatErrorResponse,
    MediaSource,
)
from twelvelabs.core.pydantic_utilities import UniversalBaseModel, parse_obj_as
from twelvelabs.embed.v_2.tasks import TasksCreateResponse, TasksListResponse
from videos import make_video

from marengo_double import Double
from marengo_double.wire import by_alias

REUSED = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
OLD, NEW = "marengo3.0", "marengo3.5"


def some(*values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, unique=True)


def settings_of(most: int, strategy: str, name: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.integers(2, most).map(lambda n: {"strategy": strategy, strategy: {name: n}})


SEGMENTATION = settings_of(5, "dynamic", "min_duration_sec") | settings_of(
    10, "fixed", "duration_sec"
)
STRETCH = {"start_sec": st.floats(0, 3), "end_sec": st.floats(3.5, 20)}
OLD_VIDEO = st.fixed_dictionaries(
    {},
    optional={
        **STRETCH,
        "segmentation": SEGMENTATION,
        "embedding_option": some("visual", "audio", "transcription"),
        "embedding_scope": some("clip", "asset"),
        "embedding_type": st.just(["separate_embedding"]),
    },
)
NEW_VIDEO = st.fixed_dictionaries(
    {},
    optional={
        **STRETCH,
        "segmentation": SEGMENTATION.map(lambda inner: {"temporal": inner}),
        "embedding_option": some("visual", "audio"),
        "embedding_scope": some("clip", "local", "asset"),
    },
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["media_source", "url", "base64_string", "input_text", "segmentation", "x"]),
        inner,
        max_size=3,
    ),
    max_leaves=8,
)  # fmt: skip
BODIES = (
    st.fixed_dictionaries(
        {
            "input_type": st.sampled_from(["text", "image", "video", "audio", "multi_input"])
            | JSON,
            "model_name": st.sampled_from([OLD, NEW]) | JSON,
        },
        optional=dict.fromkeys(("text", "image", "video", "audio", "multi_input", "x"), JSON),
    )
    | JSON
)


def parsed(answer: httpx.Response, model: type[UniversalBaseModel]) -> Any:
    """The answer as the SDK reads it; nothing in it that the SDK does not name."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        model = FlatErrorResponse
    made = parse_obj_as(model, answer.json())
    assert not made.model_extra
    return made


@REUSED
@given(body=BODIES)
def test_any_json_is_answered_or_refused(double: Double, body: Any) -> None:
    parsed(post(double, "/embed-v2", body), EmbeddingSuccessResponse)
    parsed(post(double, "/embed-v2/tasks", body), TasksCreateResponse)


@REUSED
@given(data=st.data(), model=st.sampled_from([OLD, NEW]))
def test_every_video_request_has_a_result(
    double: Double, clip: Path, data: st.DataObject, model: str
) -> None:
    options = data.draw(OLD_VIDEO if model == OLD else NEW_VIDEO)
    source = {"base64_string": base64.b64encode(clip.read_bytes()).decode()}
    body: dict[str, Any] = {
        "input_type": "video",
        "model_name": model,
        "video": {"media_source": source, **options},
    }
    if model == NEW:
        body["embedding_dimension"] = data.draw(st.integers(1, 512))
    created = parsed(post(double, "/embed-v2/tasks", body), TasksCreateResponse)
    assert isinstance(created, TasksCreateResponse)
    double.settle()
    key = {"x-api-key": KEY}
    answer = HTTP.get(f"{double.url}/embed-v2/tasks/{created.id}", headers=key)
    listed = HTTP.get(f"{double.url}/embed-v2/tasks?page_limit=50", headers=key)
    done = parsed(answer, EmbeddingTaskResponse)
    assert parsed(listed, TasksListResponse).data[0].id == created.id
    assert done.status == "ready"
    wanted = options.get("embedding_option", ["visual"])
    if wanted != ["transcription"]:  # of which there is none where nobody speaks
        assert done.data
    start, end = options.get("start_sec", 0), min(options.get("end_sec", 12), 12)
    for item in done.data:
        assert len(item.embedding) == body.get("embedding_dimension", 512)
        assert start - 1e-3 <= item.start_sec < item.end_sec <= end + 1e-3
        assert item.embedding_option in (wanted if "embedding_option" in options else
                                         ["visual", "audio", "transcription"])  # fmt: skip


def test_clips_cover_the_whole_without_gaps(double: Double, tmp_path: Path) -> None:
    film = make_video(tmp_path / "odd.mp4", seconds=17.3, shots=["red", "blue", "white"])
    source = {"base64_string": base64.b64encode(film.read_bytes()).decode()}
    for seconds in (2, 3, 5):
        segmentation = {"strategy": "dynamic", "dynamic": {"min_duration_sec": seconds}}
        video = {"media_source": source, "segmentation": segmentation, "embedding_scope": ["clip"]}
        body = {"input_type": "video", "model_name": OLD, "video": video}
        made = parsed(post(double, "/embed-v2", body), EmbeddingSuccessResponse).data
        assert [d.end_sec for d in made[:-1]] == [d.start_sec for d in made[1:]]
        assert (made[0].start_sec, made[-1].end_sec) == (0, 17.3)
        assert min(d.end_sec - d.start_sec for d in made) >= seconds


def test_models_are_written_as_the_sdk_writes_them() -> None:
    source = MediaSource(base_64_string="aGk=")
    video = AsyncVideoInputRequest(media_source=source, end_sec=None)
    data = [EmbeddingData(embedding=[0.5], start_sec=0.0, end_sec=None)]
    task = EmbeddingTaskResponse(id="1", status="ready", data=data, error=None)
    metadata = EmbeddingMediaMetadata_MultiInput(embedding_dimension=1)
    answer = EmbeddingSuccessResponse(data=data, metadata=metadata)
    for model in (video, task, answer, TasksListResponse(data=[])):
        assert by_alias(model) == model.dict()
    assert by_alias(task)["_id"] == "1"
    assert by_alias(source) == {"base64_string": "aGk="}
