"""``/embed-v2``: embeddings at once, and tasks."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from twelvelabs import EmbeddingSuccessResponse, EmbeddingTaskResponse, EmbeddingTaskResponseError
from twelvelabs.embed.v_2.tasks import (
    TasksCreateResponse,
    TasksCreateResponseMetadata,
    TasksListResponse,
    TasksListResponsePageInfo,
)

from marengo_double import metadata
from marengo_double.contents import Content, Unusable
from marengo_double.embeddings import seconds_of
from marengo_double.plans import NEW, Plan, read_create, read_task
from marengo_double.refusals import invalid
from marengo_double.service import Asked, Service
from marengo_double.store import Task
from marengo_double.wire import Answer, page_of


def create(service: Service, asked: Asked) -> Answer:
    """``POST /embed-v2``."""
    plan = read_create(asked.body)
    where = "multi_input.media_sources" if plan.input_type == "multi_input" else plan.input_type
    try:
        contents = [service.media(source, where) for source in plan.sources]
    except Unusable as error:
        raise invalid(where, str(error)) from error
    for content in contents:
        service.check_media(plan, content)
        service.check_length(plan, content)
    service.meter.spend(sum(seconds_of(plan, content) for content in contents))
    data = service.embeddings.answer(plan, contents)
    if not data:
        raise invalid(where, "There is nothing to embed in it.")
    response = EmbeddingSuccessResponse(
        data=data,
        usage=service.embeddings.usage(plan, contents),
        metadata=metadata.of_request(plan, contents),
    )
    return Answer.of(response)


def create_task(service: Service, asked: Asked) -> Answer:
    """``POST /embed-v2/tasks``. What cannot be fetched makes a task that fails."""
    plan = read_task(asked.body)
    content, error = _content(service, plan)
    seconds = seconds_of(plan, content) if content else 0.0
    service.meter.spend(seconds)
    rule = asked.rule
    task = Task(
        plan,
        content,
        seconds,
        ready_at=service.ready_at(rule, service.latency.ready),
        error=rule.reason if rule and rule.fate == "failed" else error,
    )
    if content and not task.error:
        task.work = service.worker.submit(partial(service.embeddings.answer, plan, [content]))
    service.store.tasks[task.id] = task
    about = None
    if plan.model == NEW:
        about = TasksCreateResponseMetadata(embedding_dimension=plan.dimension)
    created = TasksCreateResponse(id=task.id, status="processing", data=None, metadata=about)
    return Answer.of(created, 202)


def retrieve_task(service: Service, asked: Asked) -> Answer:
    """``GET /embed-v2/tasks/{task_id}``."""
    task = service.store.task(asked.path["task_id"])
    status = task.status
    response = EmbeddingTaskResponse(
        id=task.id,
        status=status,
        created_at=task.created_at,
        updated_at=task.updated_at,
        data=task.data if status == "ready" else None,
    )
    if status == "ready":
        usage = service.embeddings.usage(task.plan, [task.content] if task.content else [])
        about = {"metadata": metadata.of_task(task), **({"usage": usage} if usage else {})}
        response = response.model_copy(update=about)
    if status == "failed":
        error = EmbeddingTaskResponseError(message=task.reason or "")
        response = response.model_copy(update={"error": error})
    return Answer.of(response)


def list_tasks(service: Service, asked: Asked) -> Answer:
    """``GET /embed-v2/tasks``: the newest first."""
    after, before = _date(asked, "started_at"), _date(asked, "ended_at")
    status = asked.one("status")
    if status not in {None, "processing", "ready", "failed"}:
        raise invalid("status", "It is one of: processing, ready, failed.")
    tasks = [
        task
        for task in reversed(list(service.store.tasks.values()))
        if (status is None or task.status == status)
        and (after is None or task.created_at >= after)
        and (before is None or task.created_at <= before)
    ]
    page, info = page_of(tasks, asked.one("page"), asked.one("page_limit"))
    return Answer.of(
        TasksListResponse(
            data=[metadata.of_listed(task) for task in page],
            page_info=TasksListResponsePageInfo(**dict(info)),
        )
    )


def _content(service: Service, plan: Plan) -> tuple[Content | None, str | None]:
    """A task's content, or why it will fail; raises `Refused` for what is wrong at a glance."""
    source = plan.sources[0]
    try:
        content = service.media(source, plan.input_type)
    except Unusable as error:
        return None, str(error)
    service.check_media(plan, content)
    return content, None


def _date(asked: Asked, name: str) -> datetime | None:
    text = asked.one(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise invalid(name, "It is a date such as 2026-01-31T12:00:00Z.") from error
    if moment.tzinfo is None:
        raise invalid(name, "It says nothing of its time zone.")
    return moment
