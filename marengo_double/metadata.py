"""What answers say about the media beside the embeddings, in the SDK's many models for it."""

from __future__ import annotations

from typing import Any

from twelvelabs import (
    AudioEmbeddingMetadata,
    EmbeddingMediaMetadata,
    EmbeddingMediaMetadata_Audio,
    EmbeddingMediaMetadata_Image,
    EmbeddingMediaMetadata_MultiInput,
    EmbeddingMediaMetadata_TextImage,
    EmbeddingMediaMetadata_Video,
    EmbeddingTaskMediaMetadata,
    EmbeddingTaskMediaMetadata_Audio,
    EmbeddingTaskMediaMetadata_Image,
    EmbeddingTaskMediaMetadata_Video,
    ImageEmbeddingMetadata,
    MediaEmbeddingTask,
    MediaEmbeddingTaskAudioEmbedding,
    MediaEmbeddingTaskImageEmbedding,
    MediaEmbeddingTaskVideoEmbedding,
    VideoEmbeddingMetadata,
)

from marengo_double.contents import Content
from marengo_double.plans import NEW, Plan
from marengo_double.store import Task


def of_request(plan: Plan, contents: list[Content]) -> EmbeddingMediaMetadata | None:
    """Of a synchronous answer; None for text alone."""
    if plan.input_type == "text":
        return None
    if plan.input_type == "multi_input":
        return EmbeddingMediaMetadata_MultiInput(**_dimension(plan))
    origin = _origin(contents[0])
    if plan.input_type == "image":
        return EmbeddingMediaMetadata_Image(**origin)
    if plan.input_type == "text_image":
        return EmbeddingMediaMetadata_TextImage(**origin)
    if plan.input_type == "audio":
        return EmbeddingMediaMetadata_Audio(**origin, **_timed(plan, contents[0]))
    return EmbeddingMediaMetadata_Video(**origin, **_timed(plan, contents[0]), **_clips(plan))


def of_task(task: Task) -> EmbeddingTaskMediaMetadata | None:
    """Of a task that is ready."""
    plan, content = task.plan, task.content
    if content is None:
        return None
    origin = _origin(content)
    if plan.input_type == "image":
        return EmbeddingTaskMediaMetadata_Image(
            **origin,
            embedding_options=list(plan.options),
            embedding_scopes=list(plan.scopes),
            **_dimension(plan),
        )
    if plan.input_type == "audio":
        return EmbeddingTaskMediaMetadata_Audio(**origin, **_timed(plan, content))
    return EmbeddingTaskMediaMetadata_Video(**origin, **_timed(plan, content), **_clips(plan))


def of_listed(task: Task) -> MediaEmbeddingTask:
    """A task as the list shows it: without its embeddings."""
    plan = task.plan
    about: dict[str, Any] = _origin(task.content) if task.content else {}
    prefix = plan.input_type
    about[f"{prefix}_embedding_option"] = list(plan.options)
    about[f"{prefix}_embedding_scope"] = list(plan.scopes)
    if task.content and prefix != "image":
        about["duration"] = round(task.content.seconds, 3)
    common: dict[str, Any] = {
        "id": task.id,
        "model_name": plan.model,
        "status": task.status,
        "created_at": task.created_at,
        "updated_at": task.updated_at,
    }
    if prefix == "video":
        video = MediaEmbeddingTaskVideoEmbedding(metadata=VideoEmbeddingMetadata(**about))
        return MediaEmbeddingTask(**common, video_embedding=video)
    if prefix == "audio":
        audio = MediaEmbeddingTaskAudioEmbedding(metadata=AudioEmbeddingMetadata(**about))
        return MediaEmbeddingTask(**common, audio_embedding=audio)
    image = MediaEmbeddingTaskImageEmbedding(metadata=ImageEmbeddingMetadata(**about))
    return MediaEmbeddingTask(**common, image_embedding=image)


def _origin(content: Content) -> dict[str, Any]:
    named = {"input_url": content.url, "input_filename": content.filename}
    return {key: value for key, value in named.items() if value}


def _dimension(plan: Plan) -> dict[str, Any]:
    return {"embedding_dimension": plan.dimension} if plan.model == NEW else {}


def _timed(plan: Plan, content: Content) -> dict[str, Any]:
    offsets = {"start_offset_sec": plan.start, "end_offset_sec": plan.end}
    return {
        "embedding_options": list(plan.options),
        "embedding_scopes": list(plan.scopes),
        "duration": round(content.seconds, 3),
        **{key: value for key, value in offsets.items() if value is not None},
        **_dimension(plan),
    }


def _clips(plan: Plan) -> dict[str, Any]:
    fixed = plan.segmentation is not None and plan.segmentation.fixed
    return {"clip_length": plan.segmentation.seconds} if fixed and plan.segmentation else {}
