"""Which requests are answered and which refused: the rules in the SDK's docstrings, one by one."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from marengo.helpers import HTTP, KEY, post
from twelvelabs import EmbeddingSuccessResponse
from twelvelabs.core.pydantic_utilities import parse_obj_as
from twelvelabs.embed.v_2.tasks import TasksCreateResponse

from marengo_double import Double

OLD, NEW = "marengo3.0", "marengo3.5"


@pytest.fixture
def media(clip: Path, picture: Path) -> dict[str, Any]:
    """What stands for VIDEO and IMAGE in the tables below."""
    return {
        "VIDEO": {"base64_string": base64.b64encode(clip.read_bytes()).decode()},
        "IMAGE": {"base64_string": base64.b64encode(picture.read_bytes()).decode()},
    }


def filled(value: Any, media: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: filled(item, media) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, media) for item in value]
    return media.get(value, value) if isinstance(value, str) else value


def old(kind: str, **more: Any) -> dict[str, Any]:
    return {"input_type": kind, "model_name": OLD, **more}


def new(kind: str, **more: Any) -> dict[str, Any]:
    return {"input_type": kind, "model_name": NEW, **more}


def multi(text: str | None = None, *sources: dict[str, Any], **more: Any) -> dict[str, Any]:
    inner = {"input_text": text, "media_sources": list(sources) or None}
    return new("multi_input", multi_input={k: v for k, v in inner.items() if v}, **more)


def video(model: str = OLD, **options: Any) -> dict[str, Any]:
    return {"input_type": "video", "model_name": model,
            "video": {"media_source": "VIDEO", **options}}  # fmt: skip


def audio(model: str = OLD, **options: Any) -> dict[str, Any]:
    return {"input_type": "audio", "model_name": model,
            "audio": {"media_source": "VIDEO", **options}}  # fmt: skip


# The picture's data is filled in beside the type and the name of a source.
PICTURE = {"media_type": "image", "name": "look", "base64_string": "IMAGE_DATA"}
FILM = {"media_type": "video", "name": "film", "base64_string": "VIDEO_DATA"}
DYNAMIC = {"strategy": "dynamic", "dynamic": {"min_duration_sec": 4}}
FIXED = {"strategy": "fixed", "fixed": {"duration_sec": 5}}
NOTE = {"start": 0, "end": 4, "text": "red"}
FUSED = ["separate_embedding", "fused_embedding"]

ANSWERED = {
    "text": old("text", text={"input_text": "red"}),
    "image": old("image", image={"media_source": "IMAGE"}),
    "text_image": old("text_image", text_image={"media_source": "IMAGE", "input_text": "red"}),
    "audio": audio(),
    "video": video(segmentation=FIXED, embedding_option=["visual"], embedding_scope=["clip"]),
    "video fused": video(embedding_type=["fused_embedding"]),
    "3.0 multi_input of images": {**multi("red <@look>", PICTURE), "model_name": OLD},
    "multi_input text": multi("red"),
    "multi_input text, short": multi("red", embedding_dimension=256),
    "multi_input text, uncertain": multi("red", embedding_uncertainty=True),
    "multi_input picture": multi(None, PICTURE),
    "multi_input reference": multi("red as in <@look>", PICTURE, FILM),
    "nulls are nothing": old("text", text={"input_text": "red"}, image=None),
}

REFUSED = {
    "no input": (old("text"), "parameter_not_provided"),
    "no model": ({"input_type": "text", "text": {"input_text": "red"}}, "parameter_not_provided"),
    "no text": (old("text", text={}), "parameter_not_provided"),
    "empty text": (old("text", text={"input_text": " "}), "parameter_not_provided"),
    "old model": ({**old("text", text={"input_text": "red"}), "model_name": "marengo2.7"},
                  "parameter_invalid"),
    "unknown field": (old("text", text={"input_text": "red"}, temperature=1), "parameter_unknown"),
    "unknown field inside": (video(colour="red"), "parameter_unknown"),
    "two inputs": (old("text", text={"input_text": "red"}, image={"media_source": "IMAGE"}),
                   "parameter_invalid"),
    "3.5 has no text": (new("text", text={"input_text": "red"}), "parameter_invalid"),
    "3.5 has no video": (video(NEW), "parameter_invalid"),
    "3.0 is 512": (old("text", text={"input_text": "red"}, embedding_dimension=256),
                   "parameter_invalid"),
    "3.0 is certain": (old("text", text={"input_text": "red"}, embedding_uncertainty=True),
                       "parameter_invalid"),
    "3.0 cuts nothing": (old("text", text={"input_text": "red"}, auto_truncate=True),
                         "parameter_invalid"),
    "3.0 multi_input of video": ({**multi("red", FILM), "model_name": OLD}, "parameter_invalid"),
    "long text": (old("text", text={"input_text": "red " * 501}), "parameter_invalid"),
    "longer text": (multi("red " * 2001), "parameter_invalid"),
    "nothing in multi_input": (multi(), "parameter_not_provided"),
    "eleven sources": (multi("red", *[PICTURE] * 11), "parameter_invalid"),
    "kinds without text": (multi(None, PICTURE, FILM), "parameter_invalid"),
    "a reference to nothing": (multi("<@coat>", PICTURE), "parameter_invalid"),
    "uncertain of a mixture": (multi("red", PICTURE, embedding_uncertainty=True),
                               "parameter_invalid"),
    "513 dimensions": (multi("red", embedding_dimension=513), "parameter_invalid"),
    "no source": (old("image", image={"media_source": {}}), "parameter_invalid"),
    "two sources": (old("image", image={"media_source": {"url": "http://a", "asset_id": "1"}}),
                    "parameter_invalid"),
    "not base64": (old("image", image={"media_source": {"base64_string": "§"}}),
                   "parameter_invalid"),
    "not media": (old("image", image={"media_source": {"base64_string": "aGVsbG8="}}),
                  "video_file_broken"),
    "a video for an image": (old("image", image={"media_source": "VIDEO"}), "parameter_invalid"),
    "another machine": (old("image", image={"media_source": {"url": "http://192.0.2.1/a.png"}}),
                        "parameter_invalid"),
    "end before start": (video(start_sec=5, end_sec=3), "parameter_invalid"),
    "start behind the end": (video(start_sec=12), "parameter_invalid"),
    "unknown option": (video(embedding_option=["smell"]), "parameter_invalid"),
    "unknown scope": (video(embedding_scope=["page"]), "parameter_invalid"),
    "fused of one": (video(embedding_option=["visual"], embedding_type=FUSED),
                     "parameter_invalid"),
    "dynamic audio": (audio(segmentation=DYNAMIC), "parameter_not_provided"),
    "seconds of 11": (video(segmentation={"strategy": "fixed", "fixed": {"duration_sec": 11}}),
                      "parameter_invalid"),
}  # fmt: skip

TASKS = {
    "3.0": video(),
    "3.0 dynamic": video(segmentation=DYNAMIC),
    "3.0 fixed": video(segmentation=FIXED),
    "3.0 audio": audio(segmentation=FIXED, embedding_option=["audio", "transcription"]),
    "3.0 fused": video(embedding_type=FUSED),
    "3.5": video(NEW),
    "3.5 dynamic": video(NEW, segmentation={"temporal": DYNAMIC}),
    "3.5 fixed": video(NEW, segmentation={"temporal": FIXED}),
    "3.5 audio": audio(NEW, segmentation={"temporal": DYNAMIC}),
    "3.5 local": video(NEW, embedding_scope=["local"]),
    "3.5 fused": video(NEW, embedding_type=FUSED, time_based_metadata=[NOTE]),
    "3.5 image": new("image", image={"media_source": "IMAGE"}),
    "3.5 uncertain": {**video(NEW, embedding_scope=["clip"]), "embedding_uncertainty": True},
    "3.5 short": {**video(NEW), "embedding_dimension": 128},
}

REFUSED_TASKS = {
    "3.0 with temporal": (video(segmentation={"temporal": DYNAMIC}), 400),
    "3.5 without temporal": (video(NEW, segmentation=DYNAMIC), 400),
    "3.5 transcription": (video(NEW, embedding_option=["transcription"]), 400),
    "3.5 fused without notes": (video(NEW, embedding_type=FUSED), 400),
    "3.0 notes": (video(embedding_type=FUSED, time_based_metadata=[NOTE]), 400),
    "3.5 notes without fused": (video(NEW, time_based_metadata=[NOTE]), 400),
    "3.0 local": (video(embedding_scope=["local"]), 400),
    "3.0 image": (old("image", image={"media_source": "IMAGE"}), 400),
    "3.5 uncertain of the whole": ({**video(NEW), "embedding_uncertainty": True}, 400),
    "segments of 6 s at least": (video(segmentation={"strategy": "dynamic",
                                       "dynamic": {"min_duration_sec": 6}}), 400),
    "a text": (old("text", text={"input_text": "red"}), 400),
    "an asset that is not there": (video(media_source={"asset_id": "0" * 24}), 404),
    "a document": (new("document", document={"media_source": "IMAGE"}), 501),
}  # fmt: skip


def with_data(value: Any, media: dict[str, Any]) -> Any:
    data = {f"{name}_DATA": source["base64_string"] for name, source in media.items()}
    return filled(value, {**media, **data})


@pytest.mark.parametrize("body", ANSWERED.values(), ids=ANSWERED)
def test_what_is_answered(double: Double, media: dict[str, Any], body: dict[str, Any]) -> None:
    answer = post(double, "/embed-v2", with_data(body, media))
    assert answer.status_code == 200, answer.text
    parsed = parse_obj_as(EmbeddingSuccessResponse, answer.json())
    wanted = body.get("embedding_dimension", 512)
    assert {len(item.embedding) for item in parsed.data} == {wanted}
    assert (parsed.usage is not None) == (body["model_name"] == NEW)
    assert parsed.metadata is None or parsed.metadata.input_type == body["input_type"]


@pytest.mark.parametrize(("body", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(
    double: Double, media: dict[str, Any], body: dict[str, Any], code: str
) -> None:
    answer = post(double, "/embed-v2", with_data(body, media))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["message"]


@pytest.mark.parametrize("body", TASKS.values(), ids=TASKS)
def test_tasks_that_are_made(double: Double, media: dict[str, Any], body: dict[str, Any]) -> None:
    answer = post(double, "/embed-v2/tasks", with_data(body, media))
    assert 200 <= answer.status_code < 300, answer.text
    created = parse_obj_as(TasksCreateResponse, answer.json())
    assert (created.status, created.data) == ("processing", None)
    if body["model_name"] == NEW:
        assert created.metadata
        assert created.metadata.embedding_dimension == body.get("embedding_dimension", 512)
    else:
        assert created.metadata is None


@pytest.mark.parametrize(("body", "status"), REFUSED_TASKS.values(), ids=REFUSED_TASKS)
def test_tasks_that_are_not(
    double: Double, media: dict[str, Any], body: dict[str, Any], status: int
) -> None:
    before = len(double.tasks)
    answer = post(double, "/embed-v2/tasks", with_data(body, media))
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message"}
    assert len(double.tasks) == before


def test_the_message_names_the_parameter(double: Double) -> None:
    answer = post(double, "/embed-v2", video(segmentation={"strategy": "fixed"}))
    assert "`video.media_source" in answer.json()["message"]


def test_a_body_that_is_no_json_is_refused(double: Double) -> None:
    headers = {"x-api-key": KEY, "content-type": "application/json"}
    answer = HTTP.post(double.url + "/embed-v2", content=b"{", headers=headers)
    assert answer.status_code == 400
    assert json.loads(answer.text)["code"] == "parameter_invalid"


def test_numbers_that_json_does_not_have_are_refused(double: Double) -> None:
    headers = {"x-api-key": KEY, "content-type": "application/json"}
    body = json.dumps(video(start_sec=float("nan"))).encode()
    answer = HTTP.post(double.url + "/embed-v2", content=body, headers=headers)
    assert (answer.status_code, answer.json()["message"][-15:]) == (400, "It is not JSON.")


def test_text_is_cut_where_that_is_wanted(double: Double) -> None:
    answer = post(double, "/embed-v2", multi("red " * 2001, auto_truncate=True))
    usage = parse_obj_as(EmbeddingSuccessResponse, answer.json()).usage
    assert usage
    assert (usage.truncated, usage.truncation_reason) == (True, "model_context_window")
    assert usage.input_tokens == {"text": 2000}
