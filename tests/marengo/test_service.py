"""The service layer against the double: both models, every kind of trouble, and no key anywhere."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from marengo.clocks import FakeTime
from marengo.helpers import KEY, make_double

from footage.embedders.marengo.patience import Patience
from footage.embedders.marengo.requests import (
    NEW,
    OLD,
    Medium,
    Model,
    QueryParts,
    Segmentation,
    Source,
    VideoRequest,
)
from footage.embedders.marengo.service import Service, key_of_environment
from footage.errors import (
    AnswerLost,
    AnswerUnusable,
    InvalidQuery,
    KeyRefused,
    MediaChanged,
    MediaMissing,
    QuotaGone,
    RequestRefused,
    ServiceDown,
    ServiceError,
    UnreadableMedia,
)
from marengo_double import Double, Limits, Sizes

CREATE, POLL, QUERY = "POST /embed-v2/tasks", "GET /embed-v2/tasks/*", "POST /embed-v2"
PUT = "PUT /chunks/*"
MODELS: list[Model] = [OLD, NEW]
Make = Callable[..., Service]


@pytest.fixture
def ticks() -> FakeTime:
    return FakeTime()


@pytest.fixture
def make(ticks: FakeTime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    monkeypatch.delenv("TWELVELABS_BASE_URL", raising=False)
    made: list[Service] = []

    def service(double: Double, key: str = KEY, **options: Any) -> Service:
        transport = options.pop("transport", None) or httpx.HTTPTransport(verify=False)
        given = {"clock": ticks.clock, "transport": transport, **options}
        made.append(Service(key, double.url, **given))
        return made[-1]

    yield service
    for one in made:
        one.close()


@pytest.fixture
def service(double: Double, make: Make) -> Service:
    return make(double)


@pytest.fixture
def parts() -> Iterator[Double]:
    """A double that wants files in parts of 10,000 bytes, and hands out two addresses at first."""
    with make_double(sizes=Sizes(chunk=10_000, first_urls=2)) as double:
        yield double


def ignored(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def asked(double: Double, since: int, method: str, path: str) -> int:
    calls = double.calls[since:]
    return sum(call.method == method and call.path.startswith(path) for call in calls)


# tasks


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "segmentation", [None, Segmentation("dynamic", 4), Segmentation("fixed", 4)], ids=str
)
def test_a_video_becomes_rows(
    double: Double,
    service: Service,
    clip: Path,
    model: Model,
    segmentation: Segmentation | None,
) -> None:
    request = VideoRequest(
        Source.of(clip), model, ("visual", "audio"), ("clip", "asset"), segmentation=segmentation
    )
    task_id = service.create_task(request)
    double.settle()
    task = service.task(task_id)
    assert (task.id, task.status, task.reason) == (task_id, "ready", None)
    assert {(row.option, row.scope) for row in task.rows} == {
        (option, scope) for option in ("visual", "audio") for scope in ("clip", "asset")
    }
    assert [row.start for row in task.rows] == sorted(row.start for row in task.rows)
    for row in task.rows:
        assert (row.vector.shape, row.vector.dtype) == ((512,), np.float32)
        assert np.linalg.norm(row.vector) == pytest.approx(1, abs=1e-5)
    if segmentation and segmentation.strategy == "fixed":
        spans = {(row.start, row.end) for row in task.rows if row.scope == "clip"}
        assert spans == {(0, 4), (4, 8), (8, 12)}


def test_what_only_3_0_has(double: Double, service: Service, clip: Path) -> None:
    options = ("visual", "audio", "transcription")
    types = ("separate_embedding", "fused_embedding")
    task_id = service.create_task(VideoRequest(Source.of(clip), OLD, options, types=types))
    double.settle()
    assert {row.option for row in service.task(task_id).rows} == {*options, "fused"}


def test_short_vectors_are_made_unit_vectors(double: Double, service: Service, clip: Path) -> None:
    task_id = service.create_task(VideoRequest(Source.of(clip), NEW, dimension=64))
    double.settle()
    rows = service.task(task_id, dimension=64).rows
    assert rows
    for row in rows:
        assert row.vector.shape == (64,)
        assert np.linalg.norm(row.vector) == pytest.approx(1, abs=1e-5)
    with pytest.raises(AnswerUnusable, match="64 dimensions came, not 512"):
        service.task(task_id)


def test_a_stretch_of_a_video(double: Double, service: Service, clip: Path) -> None:
    request = VideoRequest(Source.of(clip), OLD, ("visual",), start=4, end=8)
    task_id = service.create_task(request)
    double.settle()
    rows = service.task(task_id).rows
    assert (rows[0].start, rows[-1].end) == (4, 8)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"nan": True}, "NaN"),
        ({"zeros": True}, "only zeros"),
        ({"dimension": 1024}, "1024 dimensions"),
        ({"dimension": 0}, "0 dimensions"),
        ({"without": ["start_sec"]}, "start or end"),
        ({"without": ["end_sec"]}, "start or end"),
        ({"without": ["embedding_option"]}, "what it is of"),
        ({"without": ["embedding_scope"]}, "what it is of"),
        ({"without": ["embedding"]}, "without its vector"),
        ({"without": ["data"]}, "no embeddings"),
        ({"without": ["status"]}, "no status"),
        ({"put": {"data": [{"embedding": ["a"] * 512}]}}, "not vectors"),
        ({"put": {"data": [3]}}, "without its vector"),
    ],
)
def test_embeddings_that_are_none_are_refused(
    double: Double, service: Service, clip: Path, rule: dict[str, Any], message: str
) -> None:
    task_id = service.create_task(VideoRequest(Source.of(clip)))
    double.settle()
    double.script({"on": POLL, **rule})
    with pytest.raises(AnswerUnusable, match=message):
        service.task(task_id)


def test_embeddings_twice_or_none_at_all(double: Double, service: Service, clip: Path) -> None:
    task_id = service.create_task(VideoRequest(Source.of(clip)))
    double.settle()
    once = service.task(task_id).rows
    double.script({"on": POLL, "nth": [1], "duplicate": True}, {"on": POLL, "empty": True})
    twice = service.task(task_id).rows
    assert [row[1:] for row in twice] == [row[1:] for row in once]
    assert service.task(task_id).rows == ()


def test_what_becomes_of_a_task(double: Double, service: Service, clip: Path) -> None:
    double.script(
        {"on": CREATE, "nth": [1], "fate": "failed", "reason": "It is odd."},
        {"on": CREATE, "nth": [2], "fate": "processing"},
    )
    failed, slow = (service.create_task(VideoRequest(Source.of(clip))) for _ in range(2))
    double.settle()
    task = service.task(failed)
    assert (task.status, task.reason, task.rows) == ("failed", "It is odd.", ())
    assert service.task(slow).status == "processing"
    double.script({"on": POLL, "put": {"status": "queued"}})
    assert service.task(slow).status == "queued"


def test_a_request_of_the_wrong_kind_is_refused(double: Double, service: Service) -> None:
    request = VideoRequest(Source(asset_id="0" * 24))
    with pytest.raises(RequestRefused, match="does not exist"):
        service.create_task(request)
    with pytest.raises(RequestRefused, match="404"):
        service.task("../no such/task")


@pytest.mark.parametrize(
    "rule",
    [
        {"status": 504, "html": True, "after": True},
        {"status": 500},
        {"drop": "before", "after": True},
        {"drop": "reset", "after": True},
        {"drop": "body"},
        {"malformed": True},
        {"without": ["_id"]},
    ],
    ids=str,
)
def test_a_lost_answer_is_looked_for_and_not_paid_twice(
    double: Double, service: Service, clip: Path, rule: dict[str, Any]
) -> None:
    name = f"lost-{abs(hash(str(rule)))}.mp4"
    asset = service.upload(clip, ignored, name=name)
    before, tasks = len(double.calls), len(double.tasks)
    double.script({"on": CREATE, **rule})
    began = datetime.now(timezone.utc)
    with pytest.raises(AnswerLost):
        service.create_task(VideoRequest(Source(asset_id=asset)))
    assert asked(double, before, "POST", "/embed-v2/tasks") == 1
    double.settle()
    mine = [found for found in service.recent_tasks(began) if found.filename == name]
    assert len(mine) == len(double.tasks) - tasks == (0 if rule.get("status") == 500 else 1)
    for found in mine:
        assert (found.model, found.duration) == (OLD, 12.0)
        assert (found.scopes, found.options[0]) == (("clip",), "visual")
        double.unscript()
        assert service.task(found.id).rows


def test_a_busy_service_is_asked_again_for_what_costs(
    double: Double, service: Service, clip: Path, ticks: FakeTime
) -> None:
    before = len(double.tasks)
    double.script({"on": CREATE, "nth": [1, 2], "status": 429, "retry_after": 7})
    service.create_task(VideoRequest(Source.of(clip)))
    assert ticks.slept >= 14
    assert len(double.tasks) - before == 1


def test_recent_tasks_come_page_by_page(
    double: Double, service: Service, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("footage.embedders.marengo.service.PAGE", 2)
    began = datetime.now(timezone.utc)
    source = Source.of(clip)
    made = [service.create_task(VideoRequest(source)) for _ in range(5)]
    before = len(double.calls)
    found = service.recent_tasks(began)
    assert [next(found).id for _ in range(5)] == made[::-1]
    assert asked(double, before, "GET", "/embed-v2/tasks") == 3
    later = datetime.now(timezone.utc) + timedelta(hours=1)
    assert list(service.recent_tasks(later)) == []
    with pytest.raises(ValueError, match="time zone"):
        next(service.recent_tasks(datetime(2026, 1, 1)))  # noqa: DTZ001


# queries


def parts_of(kind: str, clip: Path, picture: Path) -> tuple[str | None, tuple[Medium, ...]]:
    look = Medium("image", Source.of(picture), "look")
    film, sound = Medium("video", Source.of(clip)), Medium("audio", Source.of(clip))
    return {
        "text": ("red", ()),
        "image": (None, (look,)),
        "text and image": ("red", (look,)),
        "images": (None, (look, Medium("image", Source.of(picture), "other"))),
        "images and text": ("as <@look>", (look, Medium("image", Source.of(picture)))),
        "audio": (None, (sound,)),
        "clip": (None, (film,)),
        "clip and text": ("red", (film,)),
        "everything": ("red as <@look>", (look, film, sound)),
    }[kind]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "kind", ["text", "image", "text and image", "images", "images and text", "audio", "clip"]
)
def test_queries_of_both_models(
    service: Service, clip: Path, picture: Path, model: Model, kind: str
) -> None:
    text, media = parts_of(kind, clip, picture)
    vector = service.embed_query(QueryParts(text, media, model))
    assert (vector.shape, vector.dtype) == ((512,), np.float32)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("kind", ["clip and text", "everything"])
def test_mixtures_are_for_3_5(service: Service, clip: Path, picture: Path, kind: str) -> None:
    text, media = parts_of(kind, clip, picture)
    assert service.embed_query(QueryParts(text, media, NEW, dimension=128)).shape == (128,)
    with pytest.raises(InvalidQuery, match="at once"):
        service.embed_query(QueryParts(text, media, OLD))


def test_a_query_of_nothing(service: Service) -> None:
    with pytest.raises(InvalidQuery, match="empty"):
        service.embed_query(QueryParts())


def test_a_text_is_near_what_it_names(
    double: Double, service: Service, clip: Path, picture: Path
) -> None:
    for model in MODELS:
        blue = service.embed_query(QueryParts(None, (Medium("image", Source.of(picture)),), model))
        red_text, blue_text = (
            service.embed_query(QueryParts(text, (), model)) for text in ("red", "blue")
        )
        assert blue @ blue_text > 0.9 > blue @ red_text


@pytest.mark.parametrize("rule", [{"nan": True}, {"zeros": True}, {"dimension": 8},
                                  {"empty": True}, {"duplicate": True}], ids=str)  # fmt: skip
def test_a_query_without_one_sound_vector(
    double: Double, service: Service, rule: dict[str, Any]
) -> None:
    double.script({"on": QUERY, **rule})
    with pytest.raises(AnswerUnusable):
        service.embed_query(QueryParts("red"))


def test_a_query_is_asked_again_and_gives_up_early(
    double: Double, service: Service, ticks: FakeTime
) -> None:
    double.script(
        {"on": QUERY, "nth": [1], "drop": "body"},
        {"on": QUERY, "nth": [2], "malformed": True},
        {"on": QUERY, "nth": [3], "status": 502, "html": True},
        {"on": QUERY, "since": 5, "status": 503},
    )
    service.embed_query(QueryParts("red"))
    ticks.sleeps.clear()
    with pytest.raises(ServiceDown):
        service.embed_query(QueryParts("red"))
    assert ticks.slept <= 20


# the service's limits, as the double counts them


def test_the_days_quota_stops_what_costs_and_nothing_else(make: Make, clip: Path) -> None:
    with make_double(limits=Limits(rpd=2)) as double:
        service = make(double)
        made = [service.create_task(VideoRequest(Source.of(clip))) for _ in range(2)]
        double.settle()
        before = len(double.calls)
        for _ in range(3):
            with pytest.raises(QuotaGone, match="after 20"):
                service.create_task(VideoRequest(Source.of(clip)))
        assert asked(double, before, "POST", "/embed-v2/tasks") == 0  # its headers had said so
        assert [service.task(task_id).status for task_id in made] == ["ready", "ready"]


def test_a_limit_of_our_own_is_kept(double: Double, make: Make, ticks: FakeTime) -> None:
    service = make(double, rpm=2, query_patience=Patience(deadline=1000))
    for _ in range(5):
        service.embed_query(QueryParts("red"))
    assert ticks.slept == pytest.approx(120)


# files


def test_a_file_in_one_piece(double: Double, service: Service, clip: Path) -> None:
    told: list[tuple[int, int]] = []
    double.script({"on": "POST /assets", "nth": [1], "status": 503})
    asset_id = service.upload(clip, lambda *done: told.append(done), name="unsere Katze.mp4")
    asset = service.asset(asset_id)
    assert (asset.id, asset.status, asset.filename) == (asset_id, "ready", "unsere Katze.mp4")
    assert (asset.size, asset.duration) == (clip.stat().st_size, 12.0)
    assert told[-1] == (clip.stat().st_size, clip.stat().st_size)
    assert [found.id for found in service.assets("unsere Katze.mp4")] == [asset_id]
    assert service.assets("Katze") == []
    service.delete_asset(asset_id)
    service.delete_asset(asset_id)
    with pytest.raises(RequestRefused, match="404"):
        service.asset(asset_id)


def test_a_file_in_parts(parts: Double, make: Make, clip: Path) -> None:
    parts.script(
        {"on": PUT, "nth": [1], "status": 403},
        {"on": PUT, "nth": [3], "status": 503},
        {"on": PUT, "nth": [5], "drop": "reset"},
        {"on": "POST /assets/multipart-uploads/*", "nth": [2], "status": 500, "after": True},
    )
    service = make(parts, direct_most=0)
    told: list[tuple[int, int]] = []
    asset = service.asset(service.upload(clip, lambda *done: told.append(done)))
    size = clip.stat().st_size
    assert (asset.status, asset.size) == ("ready", size)
    chunks = -(-size // 10_000)
    assert chunks > 3
    assert len(told) == chunks
    assert told[-1] == (size, size)


def test_an_upload_goes_on_where_it_was_stopped(parts: Double, make: Make, clip: Path) -> None:
    service = make(parts, direct_most=0)

    def stop(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        service.upload(clip, stop)
    service.upload(clip, ignored)
    assert asked(parts, 0, "PUT", "/chunks") == -(-clip.stat().st_size // 10_000)
    assert len(parts.assets) == 1


def test_an_upload_that_has_run_out_begins_anew(parts: Double, make: Make, clip: Path) -> None:
    parts.script({"on": "POST /assets/multipart-uploads/*", "nth": [1], "status": 404})
    service = make(parts, direct_most=0)
    with pytest.raises(RequestRefused):
        service.upload(clip, ignored)
    parts.unscript()
    assert service.asset(service.upload(clip, ignored)).status == "ready"


def test_a_store_that_refuses_for_good(parts: Double, make: Make, clip: Path) -> None:
    parts.script({"on": PUT, "status": 403})
    with pytest.raises(RequestRefused, match="store refused part 1"):
        make(parts, direct_most=0).upload(clip, ignored)
    assert asked(parts, 0, "PUT", "/chunks") == 2


def test_a_store_that_is_down_is_not_the_service(parts: Double, make: Make, clip: Path) -> None:
    parts.script({"on": PUT, "status": 503})
    service = make(parts, direct_most=0)
    with pytest.raises(ServiceDown):
        service.upload(clip, ignored)
    assert service.assets("nothing") == []


def test_a_file_that_changes_on_the_way(
    parts: Double, make: Make, clip: Path, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(clip.read_bytes())

    def grow(done: int, total: int) -> None:
        film.write_bytes(clip.read_bytes() + b"more")

    with pytest.raises(MediaChanged):
        make(parts, direct_most=0).upload(film, grow)


def test_files_that_cannot_be_sent(service: Service, tmp_path: Path) -> None:
    with pytest.raises(MediaMissing):
        service.upload(tmp_path / "none.mp4", ignored)
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(UnreadableMedia, match="empty"):
        service.upload(tmp_path / "empty.mp4", ignored)


def test_the_store_gets_no_key(parts: Double, make: Make, clip: Path) -> None:
    sent: list[httpx.Request] = []

    class Watching(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            sent.append(request)
            return super().handle_request(request)

    make(parts, direct_most=0, transport=Watching(verify=False)).upload(clip, ignored)
    to_store = [request for request in sent if request.method == "PUT"]
    to_service = [request for request in sent if request.method != "PUT"]
    assert to_store
    assert all(KEY not in str(request.headers.raw) for request in to_store)
    assert all(request.headers["x-api-key"] == KEY for request in to_service)


# keys


def test_the_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TWELVE_LABS_API_KEY", "TWELVELABS_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(KeyRefused, match="set TWELVE_LABS_API_KEY"):
        Service()
    monkeypatch.setenv("TWELVELABS_API_KEY", "second")
    assert key_of_environment() == "second"
    monkeypatch.setenv("TWELVE_LABS_API_KEY", " first\n")
    assert key_of_environment() == "first"


@pytest.mark.parametrize("key", ["", " ", "tlk secret", "tlk_secret\nx: y", "tlk_sécret"])
def test_keys_that_no_header_can_hold(key: str) -> None:
    with pytest.raises(KeyRefused) as caught:
        Service(key)
    assert "cret" not in str(caught.value)


def test_a_wrong_key(double: Double, make: Make) -> None:
    service = make(double, key="tlk_wrong")
    for call in (lambda: service.task("1"), lambda: service.embed_query(QueryParts("red"))):
        before = len(double.calls)
        with pytest.raises(KeyRefused, match="TWELVE_LABS_API_KEY"):
            call()
        assert len(double.calls) - before == 1


def test_nothing_shows_the_key(
    double: Double, service: Service, clip: Path, caplog: pytest.LogCaptureFixture
) -> None:
    texts = [repr(service), repr(Source.of(clip))]
    with caplog.at_level(logging.DEBUG):
        service.embed_query(QueryParts("red"))
        for status in (400, 401, 403, 404, 413, 429, 500):
            double.unscript()
            double.script({"on": "* *", "status": status, "message": f"Key {KEY} is odd.",
                           "retry_after": 99_999, "headers": {"x-echo": KEY}})  # fmt: skip
            fresh = Service(KEY, double.url, transport=httpx.HTTPTransport(verify=False))
            with pytest.raises(ServiceError) as caught:
                fresh.embed_query(QueryParts("red"))
            texts += [str(caught.value), repr(caught.value)]
            fresh.close()
    assert all("***" in text for text in texts[2::2])
    assert KEY not in " ".join(texts)
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("footage"))
    assert "POST /embed-v2, attempt 1: 200" in ours
    assert "POST /embed-v2, attempt 1: 413" in ours
    assert KEY not in caplog.text
    assert "odd" not in ours


@pytest.mark.slow
def test_a_thousand_faults_and_every_call_succeeds(
    double: Double, make: Make, clip: Path, ticks: FakeTime
) -> None:
    service = make(double, patience=Patience(deadline=1e6))
    task_id = service.create_task(VideoRequest(Source.of(clip), OLD, ("visual",)))
    double.settle()
    rows = len(service.task(task_id).rows)
    trouble: list[dict[str, Any]] = [
        {"status": 500}, {"status": 502, "html": True}, {"status": 429, "retry_after": 3},
        {"status": 503, "retry_after": "date:+5"}, {"status": 429, "retry_after": "soon"},
        {"drop": "before"}, {"drop": "reset"}, {"drop": "body"}, {"malformed": True},
        {"status": 408}, {"status": 409}, {"status": 504, "headers": {"retry-after-ms": "1500"}},
    ]  # fmt: skip
    double.script(*({"on": POLL, "probability": 0.12, "seed": n, **rule}
                    for n, rule in enumerate(trouble)))  # fmt: skip
    before, faults = len(double.calls), 0
    while faults < 1000:
        assert len(service.task(task_id).rows) == rows
        faults = sum(call.rule is not None for call in double.calls[before:])
    assert ticks.slept > 0
