"""Assets: by address, in one piece, in parts; what becomes of them, and what may be done then."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from math import ceil
from pathlib import Path

import pytest
from marengo.helpers import HTTP, KEY, finished, make_client, make_double
from twelvelabs import (
    AsyncVideoInputRequest,
    CompletedChunk,
    ImageInputRequest,
    MediaSource,
    TwelveLabs,
)
from twelvelabs.core.api_error import ApiError
from twelvelabs.errors import BadRequestError, ForbiddenError, NotFoundError

from marengo_double import Double, Latency, Sizes


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def address(clip: Path) -> Iterator[str]:
    """Where the clip can be fetched from."""
    handler = functools.partial(_Quiet, directory=str(clip.parent))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{clip.name}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def parts() -> Iterator[Double]:
    """A double that wants files in parts of 10,000 bytes, and hands out two addresses at first."""
    with make_double(sizes=Sizes(chunk=10_000, first_urls=2)) as double:
        yield double


def test_a_file_in_one_piece(client: TwelveLabs, clip: Path) -> None:
    with clip.open("rb") as file:
        asset = client.assets.create(method="direct", file=file, filename="meine Katze.mp4")
    assert (asset.status, asset.method, asset.filename) == (
        "processing", "direct", "meine Katze.mp4",
    )  # fmt: skip
    detail = client.assets.retrieve(str(asset.id))
    assert (detail.status, detail.size, detail.duration) == ("ready", clip.stat().st_size, 12.0)
    assert detail.technical_metadata
    assert detail.file_type == detail.technical_metadata.file_mime_type == "video/mp4"


def test_a_file_by_address(double: Double, client: TwelveLabs, address: str) -> None:
    asset = client.assets.create(method="url", url=address)
    assert asset.filename == "clip.mp4"
    assert client.assets.retrieve(str(asset.id)).status == "ready"


def test_a_video_by_address(double: Double, client: TwelveLabs, address: str) -> None:
    video = AsyncVideoInputRequest(media_source=MediaSource(url=address))
    task = client.embed.v_2.tasks.create(input_type="video", model_name="marengo3.5", video=video)
    done = finished(double, client, task.id)
    assert done.status == "ready"
    assert done.metadata
    assert done.metadata.input_url == address


def test_what_cannot_be_fetched_fails_later(client: TwelveLabs, address: str) -> None:
    asset = client.assets.create(method="url", url=address + ".gone")
    detail = client.assets.retrieve(str(asset.id))
    assert detail.status == "failed"
    assert detail.error


def test_what_is_no_media_fails_later(client: TwelveLabs) -> None:
    asset = client.assets.create(method="direct", file=("a.mp4", b"These are not frames."))
    detail = client.assets.retrieve(str(asset.id))
    assert (detail.status, detail.size) == ("failed", None)


@pytest.mark.parametrize(
    "form", [{"method": "direct"}, {"method": "url"}, {"method": "fax"},
             {"method": "url", "url": "http://192.0.2.1/a.mp4"}],
)  # fmt: skip
def test_an_asset_of_nothing_is_refused(client: TwelveLabs, form: dict[str, str]) -> None:
    with pytest.raises(BadRequestError):
        client.assets.create(**form)


def test_a_file_that_is_too_large(clip: Path) -> None:
    with make_double(sizes=Sizes(direct=1000)) as double, pytest.raises(ApiError) as caught:
        make_client(double).assets.create(method="direct", file=("a.mp4", clip.read_bytes()))
    assert caught.value.status_code == 413


def test_an_asset_that_is_not_ready_cannot_be_embedded(picture: Path) -> None:
    with make_double(latency=Latency(asset=3600)) as double:
        client = make_client(double)
        asset = client.assets.create(method="direct", file=("a.png", picture.read_bytes()))
        assert client.assets.retrieve(str(asset.id)).status == "processing"
        request = ImageInputRequest(media_source=MediaSource(asset_id=asset.id))
        with pytest.raises(BadRequestError, match="processing"):
            client.embed.v_2.create(input_type="image", model_name="marengo3.0", image=request)


def test_the_list_is_paged_filtered_and_ends(parts: Double, clip: Path, picture: Path) -> None:
    client = make_client(parts)
    made = [
        str(client.assets.create(method="direct", file=(f"film {n}.mp4", clip.read_bytes())).id)
        for n in range(3)
    ]
    image = client.assets.create(method="direct", file=("still.png", picture.read_bytes()))
    assert [a.id for a in client.assets.list(filename="FILM", page_limit=2)] == made[::-1]
    assert [a.id for a in client.assets.list(asset_types=["image"])] == [image.id]
    assert {a.id for a in client.assets.list(asset_ids=made[:2])} == set(made[:2])
    with pytest.raises(BadRequestError):
        client.assets.list(page_limit=51)


def test_what_is_deleted_is_gone(double: Double, client: TwelveLabs, picture: Path) -> None:
    asset_id = str(client.assets.create(method="direct", file=picture.read_bytes()).id)
    assert asset_id in [asset.id for asset in double.assets]
    client.assets.delete(asset_id)
    assert asset_id not in [asset.id for asset in double.assets]
    with pytest.raises(NotFoundError):
        client.assets.retrieve(asset_id)
    with pytest.raises(ApiError) as caught:
        client.assets.delete(asset_id)
    assert caught.value.status_code == 404


def test_the_sdk_uploads_in_parts(parts: Double, clip: Path, tmp_path: Path) -> None:
    client, film = make_client(parts), tmp_path / "film.mp4"
    film.write_bytes(clip.read_bytes())
    assert clip.stat().st_size > 20_000, "more parts than the session has addresses for"
    result = client.multipart_upload.upload_file(film, batch_size=2)
    assert result.asset_url
    detail = client.assets.retrieve(result.asset_id)
    assert (detail.status, detail.method, detail.size) == (
        "ready", "multipart", clip.stat().st_size,
    )  # fmt: skip
    video = AsyncVideoInputRequest(media_source=MediaSource(asset_id=result.asset_id))
    task = client.embed.v_2.tasks.create(input_type="video", model_name="marengo3.0", video=video)
    assert finished(parts, client, task.id).status == "ready"


def test_an_upload_by_hand(parts: Double, clip: Path) -> None:
    client, data = make_client(parts), clip.read_bytes()
    session = client.multipart_upload.create(filename="a.mp4", type="video", total_size=len(data))
    upload_id, size = str(session.upload_id), session.chunk_size or 0
    count = ceil(len(data) / size)
    assert (session.total_chunks, len(session.upload_urls or [])) == (count, 2)
    assert client.assets.retrieve(str(session.asset_id)).status == "processing"
    assert upload_id in [u.upload_id for u in client.multipart_upload.list_incomplete_uploads()]

    more = client.multipart_upload.get_additional_presigned_urls(upload_id, start=1, count=50)
    assert [url.chunk_index for url in more.upload_urls or []] == list(range(1, count + 1))
    chunks = []
    for url in more.upload_urls or []:
        index = url.chunk_index or 0
        part = data[(index - 1) * size : index * size]
        answer = HTTP.put(str(url.url), content=part)
        chunks.append(CompletedChunk(
            chunk_index=index, proof=answer.headers["etag"], proof_type="etag",
            chunk_size=len(part),
        ))  # fmt: skip

    first = client.multipart_upload.report_chunk_batch(upload_id, completed_chunks=chunks[:1])
    assert (first.processed_chunks, first.url) == (1, None)
    states = [chunk.status for chunk in client.multipart_upload.get_status(upload_id)]
    assert states == ["completed", *["pending"] * (count - 1)]
    last = client.multipart_upload.report_chunk_batch(upload_id, completed_chunks=chunks)
    assert (last.processed_chunks, last.duplicate_chunks) == (count - 1, 1)
    assert last.total_completed == count
    assert last.url
    assert client.assets.retrieve(str(session.asset_id)).status == "ready"


def test_a_part_that_did_not_arrive_cannot_be_reported(parts: Double) -> None:
    client = make_client(parts)
    session = client.multipart_upload.create(filename="a.mp4", type="video", total_size=5)
    chunk = CompletedChunk(chunk_index=1, proof="0" * 32, proof_type="etag", chunk_size=5)
    with pytest.raises(BadRequestError):
        client.multipart_upload.report_chunk_batch(str(session.upload_id), completed_chunks=[chunk])


def test_a_signature_is_needed(parts: Double) -> None:
    session = make_client(parts).multipart_upload.create(
        filename="a.mp4", type="video", total_size=5
    )
    url = str((session.upload_urls or [])[0].url)
    assert KEY not in url
    assert HTTP.put(url.partition("?")[0], content=b"abcde").status_code == 403


@pytest.mark.parametrize("method", ["get_status", "report_chunk_batch"])
def test_an_upload_that_is_not_there(parts: Double, method: str) -> None:
    more = {"completed_chunks": []} if method == "report_chunk_batch" else {}
    with pytest.raises(NotFoundError):
        getattr(make_client(parts).multipart_upload, method)("0" * 24, **more)


def test_a_forbidden_upload_is_an_error_of_its_own(parts: Double) -> None:
    parts.script({"on": "POST /assets/multipart-uploads", "status": 403, "code": "api_not_allowed"})
    try:
        with pytest.raises(ForbiddenError):
            make_client(parts).multipart_upload.create(filename="a.mp4", type="video", total_size=5)
    finally:
        parts.unscript()
