"""``/assets``: files by address, in one piece, or in parts."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import inf
from typing import Any
from urllib.parse import urlsplit

from twelvelabs import (
    Asset,
    AssetDetail,
    AssetError,
    ChunkInfo,
    CompletedChunk,
    CreateAssetUploadResponse,
    GetUploadStatusResponse,
    IncompleteUploadSummary,
    ListIncompleteUploadsResponse,
    PresignedUrlChunk,
    ReportChunkBatchResponse,
    RequestAdditionalPresignedUrLsResponse,
    TechnicalMetadata,
)
from twelvelabs.assets import AssetsListResponse

from marengo_double import store
from marengo_double.contents import Unusable
from marengo_double.faults import Rule
from marengo_double.refusals import Refused, invalid, missing, too_large
from marengo_double.schema import ReportBody, UploadBody, UrlsBody, body_of, part_of
from marengo_double.service import Asked, Service
from marengo_double.wire import Answer, now, page_of

_FIELDS = {"method", "url", "filename", "enable_hls", "enable_thumbnail", "user_metadata"}
_URL_LIFE, _UPLOAD_LIFE = timedelta(hours=1), timedelta(hours=24)
_MOST_URLS = 50


def create(service: Service, asked: Asked) -> Answer:
    """``POST /assets``: multipart form, with a file or an address."""
    for name in asked.form:
        if name not in _FIELDS:
            raise invalid(name, "It is unknown.")
    method, url = asked.form.get("method"), asked.form.get("url")
    if method == "direct":
        asset = _direct(service, asked)
    elif method == "url":
        if not url:
            raise missing("url")
        asset = store.Asset("url", asked.form.get("filename") or _name(url))
        try:
            asset.content = service.contents.fetch(url, asset.filename)
        except Unusable as error:
            asset.error = str(error)
    else:
        raise invalid("method", "It is `direct` or `url`.") if method else missing("method")
    _arrived(service, asset, asked.rule)
    service.store.assets[asset.id] = asset
    return Answer.of(Asset(**{**_about(asset), "status": "processing"}), 201)


def retrieve(service: Service, asked: Asked) -> Answer:
    """``GET /assets/{asset_id}``."""
    return Answer.of(_detail(service.store.asset(asked.path["asset_id"])))


def list_all(service: Service, asked: Asked) -> Answer:
    """``GET /assets``: the newest first."""
    ids, kinds = asked.query.get("asset_ids"), asked.query.get("asset_types")
    name = (asked.one("filename") or "").lower()
    found = [
        asset
        for asset in reversed(list(service.store.assets.values()))
        if (not ids or asset.id in ids)
        and (not kinds or (asset.content is not None and asset.content.kind in kinds))
        and name in asset.filename.lower()
    ]
    page, info = page_of(found, asked.one("page"), asked.one("page_limit"))
    return Answer.of(AssetsListResponse(data=[_detail(asset) for asset in page], page_info=info))


def delete(service: Service, asked: Asked) -> Answer:
    """``DELETE /assets/{asset_id}``."""
    service.store.asset(asked.path["asset_id"])
    del service.store.assets[asked.path["asset_id"]]
    return Answer(204)


def create_upload(service: Service, asked: Asked) -> Answer:
    """``POST /assets/multipart-uploads``: a session for a file in parts."""
    body = body_of(UploadBody, asked.body)
    if body.total_size < 1:
        raise invalid("total_size", "It is at least one byte.")
    asset = store.Asset("multipart", body.filename, ready_at=inf)
    upload = store.Upload(asset, body.total_size, service.sizes.chunk)
    service.store.uploads[upload.id] = upload
    service.store.assets[asset.id] = asset
    first = range(1, min(upload.chunks, service.sizes.first_urls) + 1)
    return Answer.of(
        CreateAssetUploadResponse(
            upload_id=upload.id,
            asset_id=asset.id,
            upload_urls=_urls(upload, first, asked.base),
            upload_headers={},
            chunk_size=upload.chunk_size,
            total_chunks=upload.chunks,
            expires_at=upload.created_at + _UPLOAD_LIFE,
        ),
        201,
    )


def list_uploads(service: Service, asked: Asked) -> Answer:
    """``GET /assets/multipart-uploads``: those that are not complete."""
    open_ones = [u for u in service.store.uploads.values() if not u.completed]
    page, info = page_of(open_ones, asked.one("page"), asked.one("page_limit"))
    summaries = [
        IncompleteUploadSummary(
            upload_id=upload.id,
            status="active",
            total_size=upload.total_size,
            chunk_size=upload.chunk_size,
            total_chunks=upload.chunks,
            created_at=upload.created_at,
            expires_at=upload.created_at + _UPLOAD_LIFE,
        )
        for upload in page
    ]
    return Answer.of(ListIncompleteUploadsResponse(data=summaries, page_info=info))


def upload_status(service: Service, asked: Asked) -> Answer:
    """``GET /assets/multipart-uploads/{upload_id}``."""
    upload = service.store.upload(asked.path["upload_id"])
    page, info = page_of(range(1, upload.chunks + 1), asked.one("page"), asked.one("page_limit"))
    chunks = [
        ChunkInfo(index=index, status="completed" if index in upload.reported else "pending")
        for index in page
    ]
    return Answer.of(
        GetUploadStatusResponse(
            upload_id=upload.id,
            status="completed" if upload.completed else "active",
            uploaded_chunks=chunks,
            chunks_completed=len(upload.reported),
            chunks_failed=0,
            chunks_pending=upload.chunks - len(upload.reported),
            page_info=info,
            total_size=upload.total_size,
            uploaded_size=sum(len(upload.received[index]) for index in upload.reported),
            created_at=upload.created_at,
            updated_at=now(),
        )
    )


def more_urls(service: Service, asked: Asked) -> Answer:
    """``POST /assets/multipart-uploads/{upload_id}/presigned-urls``."""
    upload = service.store.upload(asked.path["upload_id"])
    body = body_of(UrlsBody, asked.body)
    if not 1 <= body.count <= _MOST_URLS:
        raise invalid("count", f"It is between 1 and {_MOST_URLS}.")
    upload.check(body.start)
    indexes = range(body.start, min(body.start + body.count - 1, upload.chunks) + 1)
    return Answer.of(
        RequestAdditionalPresignedUrLsResponse(
            upload_id=upload.id,
            start_index=body.start,
            count=len(indexes),
            upload_urls=_urls(upload, indexes, asked.base),
            generated_at=now(),
            expires_at=now() + _URL_LIFE,
        )
    )


def receive_chunk(service: Service, asked: Asked) -> Answer:
    """``PUT`` to a presigned URL: what stands for the object store."""
    upload = service.store.upload(asked.path["upload_id"])
    if asked.one("token") != upload.token:
        raise Refused(403, "SignatureDoesNotMatch", "The signature does not match.")
    return Answer(200, headers={"etag": f'"{upload.receive(asked.path["index"], asked.raw)}"'})


def report(service: Service, asked: Asked) -> Answer:
    """``POST /assets/multipart-uploads/{upload_id}``: which parts have arrived."""
    upload = service.store.upload(asked.path["upload_id"])
    chunks = [
        part_of(CompletedChunk, chunk, "completed_chunks")
        for chunk in body_of(ReportBody, asked.body).completed_chunks
    ]
    with service.store.lock:
        was_complete = upload.completed
        fresh = [upload.report(c.chunk_index, c.proof, c.chunk_size) for c in chunks]
        if upload.completed and not was_complete:
            _assembled(service, upload, asked.rule)
    response = ReportChunkBatchResponse(
        asset_id=upload.asset.id,
        processed_chunks=sum(fresh),
        duplicate_chunks=len(fresh) - sum(fresh),
        total_completed=len(upload.reported),
    )
    if upload.completed:
        url = f"{asked.base}/files/{upload.asset.id}"
        response = response.model_copy(update={"url": url})
    return Answer.of(response)


def _direct(service: Service, asked: Asked) -> store.Asset:
    if asked.file is None:
        raise missing("file")
    name, data = asked.file
    if len(data) > service.sizes.direct:
        raise too_large("file", f"It is larger than {service.sizes.direct} bytes.")
    asset = store.Asset("direct", asked.form.get("filename") or name)
    _look_at(service, asset, data)
    return asset


def _assembled(service: Service, upload: store.Upload, rule: Rule | None) -> None:
    data = upload.data()
    _look_at(service, upload.asset, data)
    if len(data) != upload.total_size:
        upload.asset.error = f"{len(data)} bytes came, not {upload.total_size}."
    _arrived(service, upload.asset, rule)


def _look_at(service: Service, asset: store.Asset, data: bytes) -> None:
    try:
        asset.content = service.contents.keep(data, asset.filename)
    except Unusable as error:
        asset.error = str(error)


def _arrived(service: Service, asset: store.Asset, rule: Rule | None) -> None:
    if rule and rule.fate == "failed":
        asset.error = rule.reason
    asset.ready_at = service.ready_at(rule, service.latency.asset)


def _about(asset: store.Asset) -> dict[str, Any]:
    return {
        "id": asset.id,
        "method": asset.method,
        "status": asset.status,
        "filename": asset.filename,
        "file_type": asset.content.mime if asset.content else None,
        "created_at": asset.created_at,
    }


def _detail(asset: store.Asset) -> AssetDetail:
    about, content = _about(asset), asset.content
    if asset.status == "ready" and content:
        about["size"] = content.size
        if content.kind != "image":
            about["duration"] = round(content.seconds, 3)
        about["technical_metadata"] = TechnicalMetadata(
            file_size_bytes=content.size, file_mime_type=content.mime
        )
    if asset.status == "failed":
        about["error"] = AssetError(message=asset.error or "")
    return AssetDetail(**about)


def _urls(upload: store.Upload, indexes: range, base: str) -> list[PresignedUrlChunk]:
    expires: datetime = now() + _URL_LIFE
    return [
        PresignedUrlChunk(
            chunk_index=index,
            url=f"{base}/chunks/{upload.id}/{index}?token={upload.token}",
            expires_at=expires,
        )
        for index in indexes
    ]


def _name(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2] or "asset"
