"""What the tests of the double share: its key, its doubles and clients, and requests in short."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import httpx
from colours import ColourEmbedder
from twelvelabs import (
    AsyncVideoInputRequest,
    EmbeddingSuccessResponse,
    EmbeddingTaskResponse,
    MediaSource,
    TextInputRequest,
    TwelveLabs,
)

import footage
from marengo_double import Double
from marengo_double.sound import RATE, Floats, Line

KEY = "tlk_secret"
Open = Callable[..., footage.Library]

# One for all: each that is made reads every certificate of this machine.
HTTP = httpx.Client(timeout=30, trust_env=False)


def said(samples: Floats) -> list[Line]:
    """A transcriber: "red" in the first four seconds, "blue" at the end."""
    end = len(samples) / RATE
    return [Line(0.5, 3.0, "red"), Line(end - 1.0, end, "blue")]


def make_double(**options: object) -> Double:
    settings = {"key": KEY, "towers": ColourEmbedder(), "transcriber": said, **options}
    return Double(**settings)  # type: ignore[arg-type]


def make_client(double: Double, key: str = KEY) -> TwelveLabs:
    return TwelveLabs(api_key=key, base_url=double.url, httpx_client=HTTP)


def encoded(path: Path) -> MediaSource:
    return MediaSource(base_64_string=base64.b64encode(path.read_bytes()).decode())


def finished(double: Double, client: TwelveLabs, task_id: str) -> EmbeddingTaskResponse:
    """The task once nobody works on it any more."""
    double.settle()
    return client.embed.v_2.tasks.retrieve(task_id)


def embed_video(
    double: Double, client: TwelveLabs, path: Path, *, model: str = "marengo3.0", **options: object
) -> EmbeddingTaskResponse:
    video = AsyncVideoInputRequest(media_source=encoded(path), **options)  # type: ignore[arg-type]
    task = client.embed.v_2.tasks.create(input_type="video", model_name=model, video=video)
    return finished(double, client, task.id)


def red(client: TwelveLabs) -> EmbeddingSuccessResponse:
    """The smallest request there is."""
    request = TextInputRequest(input_text="red")
    return client.embed.v_2.create(input_type="text", model_name="marengo3.0", text=request)


def post(double: Double, path: str, body: object, key: str = KEY) -> httpx.Response:
    """A request that the SDK would not make."""
    return HTTP.post(double.url + path, json=body, headers={"x-api-key": key})
