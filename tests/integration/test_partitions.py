"""Partitions on both engines: the same answers, found where they are named, moved when they change."""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from colours import ColourEmbedder
from houses import House, Run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from milvus_server import MilvusServer
from videos import make_video

import footage
from footage import Filters, Library, NotFound, UsageError
from footage.catalog import Traits
from footage.doctor import Status, examine_library
from footage.embedder import Track, VideoEmbedding
from footage.embedders.local import VISUAL
from footage.errors import IndexUnavailable
from footage.index.schema import FLAT, PARTITIONS, create_collection, part_of, parts_of
from footage.index.segments import SegmentIndex
from footage.media.identity import FileStamp
from footage.partitions import named
from footage.settings import LibrarySettings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

UTC = timezone.utc
TAGS = ("sports", "sea", 'it\'s "odd" 🎬', "a/b")
FOLDERS = ("beach", "city", 'quo"ted', "back\\slash")
SEGMENTS = 5
FILMS = 60


@contextlib.contextmanager
def filmed(folder: Path, milvus_uri: str | None) -> Iterator[Library]:
    """A library of sixty made-up videos over two years, in folders and with tags."""
    with footage.open(folder, embedder=ColourEmbedder(), milvus_uri=milvus_uri) as library:
        chance = random.Random(0)
        for number in range(FILMS):
            add(library, number, chance)
        library.reindex()
        yield library
        library.index.drop()


@pytest.fixture
def films(tmp_path: Path, engine_uri: str | None) -> Iterator[Library]:
    """The sixty videos, indexed on either engine."""
    with filmed(tmp_path / "films.library", engine_uri) as library:
        yield library


def add(library: Library, number: int, chance: random.Random) -> None:
    video_id = f"{number:032x}"
    spans = np.column_stack([np.arange(SEGMENTS) * 4.0, np.arange(SEGMENTS) * 4.0 + 4.0])
    vectors = np.random.default_rng(number).standard_normal((SEGMENTS, 4)).astype(np.float32)
    embedding = VideoEmbedding(4.0 * SEGMENTS, {VISUAL: Track(spans, vectors)})
    library.archive.write(video_id, library.embedder.fingerprint, embedding)
    recorded = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=chance.randrange(730))
    sizes = (5.0 + number, 160, 120, 10.0, "h264", False)
    library.catalog.put(footage.Video(video_id, f"film {number}", *sizes, recorded, recorded))
    path = Path("/films") / chance.choice(FOLDERS) / f"{number}.mp4"
    library.catalog.locate(path, FileStamp(1, 2, 3), video_id)
    tags = chance.sample(TAGS, chance.choice((0, 1, 1, 2)))
    library.catalog.tag([video_id], add=tags, remove=[])
    library.catalog.record_embedding(video_id, SEGMENTS, {})


def random_filters(chance: random.Random) -> Filters:
    day = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=chance.randrange(730))
    folder = Path("/films") / chance.choice(FOLDERS)
    kinds = chance.sample(
        [
            {"tags": (chance.choice(TAGS),)},
            {"recorded_from": day},
            {"recorded_before": day + timedelta(days=60)},
            {"folders": (folder, Path("/films/city"))},
            {"longest": chance.uniform(5, 65)},
            {"videos": tuple(f"{number:032x}" for number in chance.sample(range(FILMS), 7))},
        ],
        chance.choice((0, 1, 1, 2, 3)),
    )
    return Filters(**{name: value for kind in kinds for name, value in kind.items()})


def answers(library: Library, count: int, *, seed: int = 1) -> list[list[tuple[str, float, float]]]:
    """What many random queries with random filters find: videos, times and scores."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        vector = np.random.default_rng(number).standard_normal(4)
        result = library.search(
            vector=vector.tolist(),
            filters=random_filters(chance),
            limit=chance.choice((1, 5, 40)),
            group_by_video=chance.random() < 0.3,
        )
        found.append([(m.video_id, m.start, round(m.score, 4)) for m in result])
    return found


def where(library: Library) -> dict[str, str]:
    """The partition of each video's rows, as the index says; fails where there are several."""
    found = {}
    for video_id, held in library.index.held().items():
        (found[video_id],) = held.partitions
    return found


@contextlib.contextmanager
def expressions(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The filter expressions that searches send to Milvus."""
    sent: list[str] = []
    real = SegmentIndex._search

    def spying(*values: Any) -> list[Any]:
        sent.append(values[-1]["filter"])
        return real(*values)

    with monkeypatch.context() as patch:
        patch.setattr(SegmentIndex, "_search", spying)
        yield sent


# the same answers


def test_the_same_answers_under_any_rule(films: Library) -> None:
    before = answers(films, 60)
    assert sum(map(bool, before)) > 50
    for rule in (("month",), ("tag", "month"), ("folder",), ("year", "folder", "tag"), ()):
        report = films.partition_by(*rule)
        assert report.checked == FILMS
        assert films.settings.partition_by == rule
        assert where(films) == films.catalog.assigned()
        assert films.index.count() == FILMS * SEGMENTS
        assert answers(films, 60) == before
    assert {partition.name for partition in films.partitions()} == {"default"}
    assert films.differing() == []


def test_a_rule_set_twice_writes_nothing(films: Library) -> None:
    assert films.partition_by("month").written == FILMS
    assert films.partition_by("month").written == 0


def test_partitions_are_listed_with_what_lies_in_them(films: Library) -> None:
    films.partition_by("year", "folder")
    listed = {partition.name: partition for partition in films.partitions()}
    assert list(listed) == sorted(listed)
    assert sum(partition.videos for partition in listed.values()) == FILMS
    for name, partition in listed.items():
        inside = films.videos(Filters(partitions=(name,)))
        assert partition.videos == len(inside)
        assert partition.segments == SEGMENTS * len(inside)
        assert (partition.first, partition.last) == (inside[0].recorded_at, inside[-1].recorded_at)
        assert {str(video.recorded_at.year) for video in inside} == {name[:4]}
    assert "2023/back\\slash" in listed


# only what is named


def test_a_filter_names_the_partitions_and_only_those(
    films: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    films.partition_by("tag", "month")
    vector = [1.0, 0.0, 0.0, 0.0]
    filters = Filters(tags=("sea",), recorded_from="2023-05", recorded_before="2023-09")
    passing = {video.video_id for video in films.videos(filters)}
    assert passing
    with expressions(monkeypatch) as sent:
        films.search(vector=vector, filters=filters)
    assigned = films.catalog.assigned()
    names = sorted({assigned[video_id] for video_id in passing})
    assert all(re.fullmatch(r"(.+\+)?sea(\+.+)?/2023-0[5-8]", name) for name in names)
    (expression,) = set(sent)
    assert expression == f"partition in [{', '.join(map(quoted, names))}]"
    with expressions(monkeypatch) as sent:
        films.search(vector=vector, filters=Filters(partitions=(names[0],)), group_by_video=True)
    assert set(sent) == {f"partition in [{quoted(names[0])}]"}


def test_of_a_partition_only_some_of_whose_videos_pass_those_are_named(
    films: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    films.partition_by("year")
    for ends, inner in (("2023-02", "in"), ("2023-11", "not in")):
        with expressions(monkeypatch) as sent:
            films.search(vector=[1.0, 0, 0, 0], filters=Filters(recorded_before=ends))
        (expression,) = set(sent)
        assert expression.startswith(f'partition in ["2023"] and video_id {inner} ["0')
    with expressions(monkeypatch) as sent:
        films.search(vector=[1.0, 0, 0, 0], filters=Filters(longest=1000.0))
        films.search(vector=[1.0, 0, 0, 0])
    assert set(sent) == {""}


def quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_partitions_named_outright(films: Library) -> None:
    films.partition_by("tag", "year")
    vector = [0.0, 1.0, 0.0, 0.0]
    whole = films.search(vector=vector, filters=Filters(partitions=("sports",)), limit=500)
    expected = [v.video_id for v in films.videos() if v.tags == ("sports",)]
    assert {moment.video_id for moment in whole} == set(expected)
    year = films.search(vector=vector, filters=Filters(partitions=("sports/2024",)), limit=500)
    assert {m.video_id for m in year} == {
        v for v in expected if films.video(v).recorded_at.year == 2024
    }
    both = Filters(partitions=("sports/2023", "a%2Fb"), tags=("a/b",))
    assert {v.tags for v in films.videos(both)} == {("a/b",)}
    with pytest.raises(NotFound, match=r"no partition 'nope' in this library; there are .*sports"):
        films.search(vector=vector, filters=Filters(partitions=("nope",)))


def by_tag(tag: str) -> str:
    return named(Traits(datetime(2024, 5, 1, tzinfo=UTC), (tag,)), ("tag", "month"))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(
        st.text(min_size=1, max_size=60).map(by_tag)
        | st.text(min_size=1, max_size=60).filter(str.isprintable)
        | st.sampled_from(['"] or id != "', "\\", '\\"', "'", "%", "{x}", "é" * 128]),
        min_size=2,
        max_size=4,
        unique=True,
    )
)
def test_a_name_is_never_more_than_a_name(house: Library, names: list[str]) -> None:
    """Whatever could ever get into a name, on the real embedded engine."""
    index = house.index
    some = next(iter(house.catalog.embedded()))
    embedding = house.embedding(some)
    assigned = {f"{number:032x}": name for number, name in enumerate(names)}
    index.write(dict.fromkeys(assigned, embedding), partitions=assigned)
    try:
        query = house.embedder.encode_text("red")
        for video_id, name in assigned.items():
            hits = index.search(query, limit=100, partitions=[name])
            assert {hit.video_id for hit in hits} == {video_id}
            assert index.held()[video_id].partitions == {name}
        hits = index.search(query, limit=100, partitions=names, excluding=["0" * 32])
        assert {hit.video_id for hit in hits} == assigned.keys() - {"0" * 32}
    finally:
        index.delete(assigned)


# what changes


def test_a_tag_moves_the_rows_and_embeds_nothing(films: Library) -> None:
    films.partition_by("tag", "year")
    before = films.index.ids()
    chosen = films.videos(Filters(tags=("sports",)))[:3]
    films.tag([video.video_id for video in chosen], add=["new"], remove=["sports"])
    lies = where(films)
    for video in chosen:
        tags = sorted({*video.tags, "new"} - {"sports"})
        name = "+".join(tag.replace("/", "%2F") for tag in tags)
        assert lies[video.video_id] == f"{name}/{video.recorded_at.year}"
    assert lies == films.catalog.assigned()
    assert films.index.ids() == before
    assert films.catalog.unindexed() == {}
    assert films.embedder.embedded == 0
    found = films.search(vector=[1.0, 0, 0, 0], filters=Filters(tags=("new",)), limit=100)
    assert {moment.video_id for moment in found} == {video.video_id for video in chosen}
    assert films.differing() == []


def test_no_row_is_touched_where_nothing_changes(
    films: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    films.partition_by("month")
    monkeypatch.setattr(SegmentIndex, "write", None)
    films.tag([video.video_id for video in films.videos()], add=["new"])
    assert films.reindex().written == 0


def test_while_another_indexes_a_search_is_right_and_the_rows_go_later(films: Library) -> None:
    films.partition_by("tag")
    one = films.videos(Filters(tags=("sea",)))[0]
    old = films.catalog.assigned()[one.video_id]
    filters = Filters(tags=("new",))
    with footage.open(films.folder, embedder=ColourEmbedder()) as other:
        with other._indexing():
            films.index.close()
            films.tag([one.video_id], add=["new"])
            assert where(films)[one.video_id] == old
            found = films.search(vector=[1.0, 0, 0, 0], filters=filters, limit=100)
            assert {moment.video_id for moment in found} == {one.video_id}
            films.index.close()
        found = other.search(vector=[1.0, 0, 0, 0], filters=filters, limit=100)
        assert {moment.video_id for moment in found} == {one.video_id}
        assert "new" in where(other)[one.video_id]
        other.index.close()


def test_others_follow_a_rule_set_elsewhere(films: Library) -> None:
    before = answers(films, 10)
    with footage.open(films.folder, embedder=ColourEmbedder()) as other:
        films.index.close()
        assert answers(other, 10) == before
        other.index.close()
        films.partition_by("folder", "month")
        films.index.close()
        assert answers(other, 10) == before
        assert other.settings.partition_by == ("folder", "month")
        other.index.close()


def test_a_fresh_reindex_keeps_the_partitions(films: Library) -> None:
    films.partition_by("tag")
    before = where(films)
    assert films.reindex(fresh=True).written == FILMS
    assert where(films) == before


def test_rows_in_another_partition_are_found_by_the_doctor_and_put_right(films: Library) -> None:
    films.partition_by("month")
    one = next(iter(films.catalog.embedded()))
    films.index.write({one: films.embedding(one)}, partitions={one: "astray"})
    assert films.differing() == [one]
    assert films.reindex().written == 1
    assert films.differing() == []
    assert where(films) == films.catalog.assigned()


def test_a_rule_that_is_none_changes_nothing(films: Library) -> None:
    before = where(films)
    with pytest.raises(UsageError, match="name some of tag, folder, year, month, each once"):
        films.partition_by("tag", "colour")
    assert films.settings.partition_by == ()
    assert where(films) == before


# real videos


def test_indexed_under_a_rule_each_video_goes_where_it_belongs(
    placed: Library, built_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed.partition_by("folder", "month")
    assert sorted(where(placed).values()) == [
        *("beach/2023-07", "beach/2024-02", "city/2024-05", "city/2024-05"),
    ]
    (tmp_path / "night").mkdir()
    black = make_video(
        tmp_path / "night" / "black.mp4", shots=["black"], creation_time="2022-01-01T00:00:00Z"
    )
    with monkeypatch.context() as patch:
        written: list[dict[str, str]] = []
        real = SegmentIndex.write

        def spying(self: SegmentIndex, *values: Any, **named: Any) -> None:
            written.append(named["partitions"])
            real(self, *values, **named)

        patch.setattr(SegmentIndex, "write", spying)
        placed.add(black, tags=["dark"])
    (video,) = placed.videos(Filters(partitions=("night",)))
    assert written == [{video.video_id: "night/2022-01"}]
    again = tmp_path / "moved" / "again.mp4"
    again.parent.mkdir()
    black.rename(again)
    placed.add(again)
    assert where(placed)[video.video_id] == "moved+night/2022-01"
    placed.prune()
    assert where(placed)[video.video_id] == "moved/2022-01"
    placed.remove([again])
    assert video.video_id not in where(placed)
    placed.restore([again])
    assert where(placed)[video.video_id] == "moved/2022-01"
    assert placed.search("black", filters=Filters(partitions=("moved",)))[0].title == "black"
    checks = {check.name: check.status for check in examine_library(placed)}
    assert checks["index"] is checks["catalog"] is Status.OK


def test_tags_given_with_an_index_run_move_what_was_there(
    placed: Library, built_house: House
) -> None:
    placed.partition_by("tag")
    assert set(where(placed).values()) == {"untagged"}
    placed.add(built_house.videos / "beach", tags=["sea"])
    assert sorted(where(placed).values()) == ["sea", "sea", "untagged", "untagged"]
    assert where(placed) == placed.catalog.assigned()


def test_another_space_is_divided_alike(placed: Library) -> None:
    placed.partition_by("folder")
    placed.migrate(ColourEmbedder(version="2"))
    assert sorted(where(placed).values()) == ["beach", "beach", "city", "city"]
    placed.partition_by("month")
    placed.rollback(ColourEmbedder())
    assert "2023-07" in where(placed).values()
    assert where(placed) == placed.catalog.assigned()
    placed.finish(abandon=True)


def test_a_library_that_cannot_be_written_is_searched_by_videos(
    own_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_house.open() as library:
        library.partition_by("folder")
        expected = library.search("yellow", filters=Filters(partitions=("city",)))
    with own_house.open() as library:
        monkeypatch.setattr(library.catalog, "unwritable", "it is read-only")
        found = library.search("yellow", filters=Filters(partitions=("city",)))
        assert library.index.describe()["engine"] == "unused"
        assert [m.video_id for m in found] == [m.video_id for m in expected]


# a server


def collections(library: Library) -> dict[str, int]:
    """The library's collections on the server, and how many parts each has."""
    with library.index._milvus.session() as client:
        names = {*library.index._names.values(), *library.index._others.values()}
        return {
            name: len(parts_of(client, name)) for name in names & set(client.list_collections())
        }


def test_a_servers_collection_is_divided_and_whole_again(
    own_house: House, on_server: MilvusServer
) -> None:
    with own_house.open() as library:
        library.move(on_server.uri)
        assert list(collections(library).values()) == [0]
        for rule in (("month",), ("folder",)):
            library.partition_by(*rule)
            assert list(collections(library).values()) == [PARTITIONS]
            assert where(library) == library.catalog.assigned()
        library.move(None)
        assert sorted(where(library).values()) == ["beach", "beach", "city", "city"]
        library.move(on_server.uri)
        assert list(collections(library).values()) == [PARTITIONS]
        assert where(library) == library.catalog.assigned()
        library.partition_by()
        assert list(collections(library).values()) == [0]
        assert set(where(library).values()) == {"default"}
        assert library.embedder.embedded == 0
        library.index.drop()


def test_only_the_parts_of_the_named_partitions_are_searched(
    on_server: MilvusServer, tmp_path: Path
) -> None:
    """What lies in another part of the collection is not found, even if it bears the name."""
    with filmed(tmp_path / "films.library", on_server.uri) as films:
        films.partition_by("month")
        assert_only_the_named_part_is_read(films.index)


def assert_only_the_named_part_is_read(index: SegmentIndex) -> None:
    with index._milvus.session() as client:
        (name,) = index._present(client).values()
        parts = parts_of(client, name)
        row = client.query(name, filter='id != ""', limit=1, output_fields=["*"])[0]
        home = part_of(row["partition"], parts)
        stray = next(part for part in parts if part != home)
        twin = {**row, "id": "f" * 32, "video_id": "e" * 32}
        client.upsert(name, [twin], partition_name=stray)
        assert index.count() == FILMS * SEGMENTS + 1
    query = np.asarray(row["vector"], np.float32)
    hits = index.search(query, limit=10, partitions=[row["partition"]])
    assert row["id"] in {hit.segment_id for hit in hits}
    assert twin["id"] not in {hit.segment_id for hit in hits}
    assert twin["id"] in {hit.segment_id for hit in index.search(query, limit=10)}


def test_a_collection_half_made_is_made_anew(
    own_house: House, on_server: MilvusServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_house.open() as library:
        library.move(on_server.uri)
        library.partition_by("month")
        library.index.drop()
        with library.index._milvus.session() as client, monkeypatch.context() as patch:
            patch.setattr("footage.index.schema._index_params", stopped)
            (name,) = library.index._names.values()
            with pytest.raises(Stopped):
                create_collection(client, name, dimension=4, plan=FLAT, divided=True)
    with own_house.open() as library:
        assert library.search("red", filters=Filters(recorded_from="2024"))
        assert where(library) == library.catalog.assigned()
        library.index.drop()


class Stopped(Exception):
    pass


def stopped(*_: Any) -> None:
    raise Stopped


def test_without_the_server_a_tag_is_kept_and_the_rows_go_later(
    own_house: House, on_server: MilvusServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise IndexUnavailable("it is away")

    with own_house.open() as library:
        library.move(on_server.uri)
        library.partition_by("tag")
        one = library.video(own_house.videos / "city/white.mp4").video_id
        with monkeypatch.context() as patch:
            patch.setattr(SegmentIndex, "write", gone)
            assert "new" in library.tag([one], add=["new"])[0].tags
        assert library.catalog.unindexed().keys() == {one}
        found = library.search("red", filters=Filters(tags=("new",)))
        assert {moment.video_id for moment in found} == {one}
    with own_house.open() as library:
        assert library.search("red", filters=Filters(tags=("new",)))
        assert "new" in where(library)[one]
        assert where(library) == library.catalog.assigned()
        library.index.drop()


# the program


def test_the_program_divides_lists_and_searches(
    own_house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("footage.library.open_embedder", lambda *_: ColourEmbedder())
    at = ("--library", own_house.library)
    listed = run("partitions", *at)
    assert re.search(r"^default +4 +\d+ +2023-07-01 to 2024-05-20$", listed.out, re.MULTILINE)
    assert "not divided: --by tag,month divides it" in listed.out
    done = run("partitions", "--by", "folder, month", *at, "--json").json
    assert done["by"] == ["folder", "month"]
    assert done["rewritten"]["written"] == 4
    assert [(p["name"], p["videos"]) for p in done["partitions"]] == [
        *(("beach/2023-07", 1), ("beach/2024-02", 1), ("city/2024-05", 2)),
    ]
    assert done["partitions"][2]["recorded_last"] == "2024-05-20T10:00:00+00:00"
    listed = run("partitions", *at)
    assert re.search(r"^beach/2024-02 +1 +\d+ +2024-02-10 *$", listed.out, re.MULTILINE)
    assert "by folder, month" in listed.out
    assert "by folder" not in run("partitions", *at, "--quiet").out
    found = run("search", "red", "--partition", "city", *at, "--json").json
    assert {moment["title"] for moment in found["moments"]} == {"white", "yellow"}
    assert found["query"]["filters"]["partitions"] == ["city"]
    two = ("--partition", "beach/2023-07", "--partition", "city")
    assert len(run("videos", *two, *at, "--json").json["videos"]) == 3
    ended = run("partitions", "--by", "none", *at)
    assert "4 videos written anew" in ended.out
    assert LibrarySettings.load(own_house.library).partition_by == ()


def test_the_program_tells_what_is_wrong(
    own_house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("footage.library.open_embedder", lambda *_: ColourEmbedder())
    at = ("--library", own_house.library)
    for wrong in ("week", "tag,tag", "", "none,tag"):
        refused = run("partitions", "--by", wrong, *at)
        assert refused.code == 2
        assert "name some of tag, folder, year, month, each once" in refused.err
    unknown = run("search", "red", "--partition", "nope", *at)
    assert unknown.code == 2
    assert "no partition 'nope' in this library; there are default" in unknown.err
    empty = run("partitions", "--library", own_house.library.with_name("nothing"))
    assert empty.code == 1


def test_names_are_printed_as_they_are_however_odd(
    own_house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("footage.library.open_embedder", lambda *_: ColourEmbedder())
    with own_house.open() as library:
        library.tag([video.video_id for video in library.videos()], add=["[bold]x[/] a/b"])
        library.partition_by("tag")
        names = [partition.name for partition in library.partitions()]
    listed = run("partitions", "--library", own_house.library)
    for name in names:
        assert name in listed.out
        found = run("search", "red", "--partition", name, "--library", own_house.library, "--json")
        assert found.json["moments"]
