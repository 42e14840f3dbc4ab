"""kill -9 while rows go to other partitions: a search is right at once, and the next one whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from houses import House
from milvus_server import MilvusServer
from programs import act

from footage import Filters, Library
from footage.partitions import Placement

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CATALOG, MILVUS = "footage.catalog:Catalog", "pymilvus:MilvusClient"
WRITE, SAVE = "footage.index.segments:SegmentIndex:write", "footage.settings:LibrarySettings:save"
CASES = [
    (action, point, when)
    for action, points in {
        "tag": (
            f"{CATALOG}:tag",
            f"{CATALOG}:assign",
            WRITE,
            f"{MILVUS}:delete",
            f"{MILVUS}:insert",
            f"{CATALOG}:mark_indexed",
        ),
        "partition_by": (
            SAVE,
            f"{CATALOG}:assign",
            WRITE,
            f"{MILVUS}:delete",
            f"{MILVUS}:insert",
            f"{CATALOG}:mark_indexed",
        ),
    }.items()
    for point in points
    for when in ("before", "after")
]
ON_SERVER = [
    (to_rule, point)
    for to_rule in (True, False)
    for point in (
        *(f"{CATALOG}:assign", SAVE, f"{CATALOG}:mark_indexed", f"{MILVUS}:upsert"),
        *(f"{MILVUS}:create_collection", f"{MILVUS}:drop_collection"),
    )
] + [(True, f"{MILVUS}:create_partition")]


def killed(library: Path, action: str, *values: Any, **options: Any) -> None:
    process = act(library, action, *values, **options)
    _, err = process.communicate(timeout=200)
    assert process.returncode == -9, err


def passing(library: Library, filters: Filters) -> set[str]:
    return {video.video_id for video in library.videos(filters)}


def found(library: Library, filters: Filters) -> set[str]:
    return {moment.video_id for moment in library.search("red", filters=filters, limit=500)}


def asked(house: House) -> list[Filters]:
    return [
        *(Filters(tags=(tag,)) for tag in ("summer", "sea", "new")),
        *(Filters(folders=(house.videos / name,)) for name in ("beach", "city")),
        *(Filters(recorded_from="2024"), Filters(recorded_before="2024-05"), Filters()),
    ]


def assert_nothing_stray_is_found(house: House, lacking: int) -> None:
    """As a process sees it that cannot put it right: of what passes, no more is missing than was
    taken out and not yet written again."""
    with house.open() as library, house.open() as other, other._indexing():
        for filters in asked(house):
            wanted, got = passing(library, filters), found(library, filters)
            assert got <= wanted
            assert len(wanted - got) <= lacking
        library.index.close()


def assert_whole(library: Library, house: House) -> None:
    for filters in asked(house):
        assert found(library, filters) == passing(library, filters)
    held = library.index.held()
    names = Placement(library.catalog, library.settings.partition_by).names(held)
    assert {video_id: one.partitions for video_id, one in held.items()} == {
        video_id: {name} for video_id, name in names.items()
    }
    assert library.catalog.assigned() == names
    assert library.catalog.unindexed() == {}
    assert library.index.count() == sum(library.catalog.embedded().values())
    assert library.differing() == []
    assert library.embedder.embedded == 0


@pytest.mark.parametrize(
    ("action", "point", "when"),
    CASES,
    ids=lambda value: value.rpartition(":")[2],
)
def test_killed_it_is_right_and_heals(own_house: House, action: str, point: str, when: str) -> None:
    with own_house.open() as library:
        library.partition_by("tag", "year")
    cut = point.endswith((":delete", ":insert")) and (point, when) != (f"{MILVUS}:insert", "after")
    if action == "tag":
        chosen = [str(own_house.videos / "beach/green.mp4")]
        killed(
            own_house.library, "tag", chosen, named={"add": ["new"]}, point=point, nth=1, when=when
        )
    else:
        killed(own_house.library, "partition_by", "month", point=point, nth=1, when=when)
    everything = action == "partition_by"
    assert_nothing_stray_is_found(own_house, lacking=(4 if everything else 1) if cut else 0)
    with own_house.open() as library:
        assert_whole(library, own_house)


@pytest.mark.parametrize(
    ("to_rule", "point"),
    ON_SERVER,
    ids=lambda value: value.rpartition(":")[2] if isinstance(value, str) else str(value),
)
def test_killed_while_a_server_is_divided_it_is_right_and_goes_on(
    own_house: House, on_server: MilvusServer, to_rule: bool, point: str
) -> None:
    with own_house.open() as library:
        library.move(on_server.uri)
        if not to_rule:
            library.partition_by("folder")
    rule = ("folder",) if to_rule else ()
    killed(own_house.library, "partition_by", *rule, point=point, nth=1, when="after")
    assert_nothing_stray_is_found(own_house, lacking=0)
    with own_house.open() as library:
        assert_whole(library, own_house)
        library.partition_by(*rule)
        assert library.settings.partition_by == rule
        assert_whole(library, own_house)
        with library.index._milvus.session() as client:
            there = [name for name in client.list_collections() if library.settings.id[:12] in name]
        assert len(there) == 1
        library.index.drop()
