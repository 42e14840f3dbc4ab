"""The route that counts videos by tag, year and folder, as one narrows a search by them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from footage.catalog import Video
from footage.library import Library
from footage.query import Filters
from footage.server.answers import JSON
from footage.server.queries import FilterParameters
from footage.server.service import Shared
from footage.server.shapes import videos as shapes

router = APIRouter(tags=["videos"])

FOLDERS_TOLD = 200  # the fullest


@router.get("/facets", response_model=shapes.Facets)
def facets(service: Shared, parameters: Annotated[FilterParameters, Query()]) -> Response:
    """How many videos have which tag, year and folder; each as if it alone were not chosen yet."""
    filters, version = parameters.filters(), service.library.catalog.version
    kept = service.facets.get(filters, version)
    if kept is None:
        kept = _facets(service.library, filters)
        service.facets.keep(filters, version, kept)
    return JSON(kept)


def _facets(library: Library, filters: Filters) -> dict[str, Any]:
    found = library.videos(filters)

    def without(**freed: Any) -> list[Video]:
        """The videos that pass all filters but these."""
        wider = replace(filters, **freed)
        return found if wider == filters else library.videos(wider)

    years = without(recorded_from=None, recorded_before=None)
    return {
        "tags": _counted(_tags(found, among=without(tags=()))),
        "years": _counted(Counter(str(video.recorded_at.year) for video in years)),
        "folders": _counted(_folders(library, without(folders=())))[:FOLDERS_TOLD],
        "videos": len(found),
        "seconds": round(sum(video.duration for video in found), 3),
    }


def _tags(found: list[Video], *, among: list[Video]) -> Counter[str]:
    """What choosing each tag as well would leave, 0 included: all chosen tags must hold."""
    counts = Counter({tag: 0 for video in among for tag in video.tags})
    counts.update(tag for video in found for tag in video.tags)
    return counts


def _folders(library: Library, videos: list[Video]) -> Counter[str]:
    return Counter(
        str(folder)
        for video in videos
        for folder in {path.parent for path in video.paths}
        if not folder.is_relative_to(library.folder)
    )


def _counted(counter: Counter[str]) -> list[dict[str, Any]]:
    ordered = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    return [{"name": name, "count": count} for name, count in ordered]
