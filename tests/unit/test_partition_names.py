"""Names of partitions, and where a search must look so that it finds all that passes and no more."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footage import catalog as catalog_module
from footage.catalog import Catalog, Scope, Traits, Video
from footage.errors import LibraryError, NotFound, UsageError
from footage.media.identity import FileStamp
from footage.partitions import PARTS, Placement, checked_rule, named
from footage.query import Filters
from footage.settings import LibrarySettings, Part

UTC = timezone.utc
MAY = datetime(2024, 5, 31, 23, 59, tzinfo=UTC)
MARK = "colours-123456789abc"
HOSTILE = [
    *("it's", 'say "cheese"', '"] or id != "', "back\\slash", "new\nline", "日本語", "🎬👨‍👩‍👧"),
    *("\u202etxt.exe", "100%_sure", "a/b", "a+b", " ", "\x00", "{x}", "%2F", "a" * 300, "é" * 200),
]


# names


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ((), "default"),
        (("month",), "2024-05"),
        (("year",), "2024"),
        (("tag", "month"), "outdoor+sports/2024-05"),
        (("month", "tag"), "2024-05/outdoor+sports"),
        (("folder",), "clips"),
        (("year", "month", "folder"), "2024/2024-05/clips"),
    ],
)
def test_a_name_is_its_parts_as_the_rule_says(rule: tuple[Part, ...], name: str) -> None:
    assert named(Traits(MAY, ("sports", "outdoor"), ("clips",)), rule) == name


def test_what_is_not_there_has_a_name_too() -> None:
    assert named(Traits(MAY), ("tag", "folder")) == "untagged/elsewhere"


def test_a_year_has_four_digits() -> None:
    assert named(Traits(datetime(1, 2, 3, tzinfo=UTC)), ("year", "month")) == "0001/0001-02"


@given(st.permutations(["beach", "sea", "summer", "a b"]))
def test_the_order_of_tags_does_not_matter(tags: list[str]) -> None:
    assert named(Traits(MAY, tuple(tags)), ("tag",)) == "a b+beach+sea+summer"


WORDS = st.text(min_size=1, max_size=40) | st.sampled_from(HOSTILE)
TRAITS = st.builds(
    Traits,
    st.datetimes(timezones=st.just(UTC)),
    st.lists(WORDS, max_size=8).map(tuple),
    st.lists(WORDS | st.just("bytes-\udcff"), max_size=3).map(tuple),
)
RULES = st.permutations(PARTS).flatmap(
    lambda parts: st.integers(0, 4).map(lambda size: tuple(parts[:size]))
)


@given(TRAITS, RULES)
def test_any_name_fits_the_field_is_printable_and_has_the_rules_parts(
    traits: Traits, rule: tuple[Part, ...]
) -> None:
    name = named(traits, rule)
    assert 0 < len(name.encode()) <= 256
    assert name.isprintable()
    parts = name.split("/")
    assert len(parts) == max(1, len(rule))
    assert all(parts)


@given(st.sets(WORDS, min_size=1, max_size=3), st.sets(WORDS, min_size=1, max_size=3))
def test_different_tags_are_different_names(one: set[str], other: set[str]) -> None:
    names = [named(Traits(MAY, tuple(tags)), ("tag",)) for tags in (one, other)]
    assert (names[0] == names[1]) == (one == other)


def test_the_end_of_a_long_name_tells_it_from_others() -> None:
    names = {named(Traits(MAY, ("x" * 300 + end,)), ("tag", "month")) for end in "abc"}
    assert len(names) == 3
    assert all(name.endswith("/2024-05") for name in names)


def test_what_is_no_rule_is_refused() -> None:
    assert checked_rule(["tag", "month"]) == ("tag", "month")
    assert checked_rule([]) == ()
    for wrong in (["week"], ["tag", "tag"], ["tag,month"], [""], ["none", "tag"]):
        with pytest.raises(UsageError, match=r"no rule for partitions; name some of tag, folder"):
            checked_rule(wrong)


@pytest.mark.parametrize("rule", ['["week"]', '["tag", "tag"]', "3"])
def test_a_rule_that_is_none_in_the_settings_is_told(tmp_path: Path, rule: str) -> None:
    LibrarySettings().save(tmp_path)
    path = tmp_path / "library.toml"
    text = path.read_text("utf-8").replace("partition_by = []", f"partition_by = {rule}")
    path.write_text(text, "utf-8")
    with pytest.raises(LibraryError, match=r"partition_by.*correct that line"):
        LibrarySettings.load(tmp_path)


def test_settings_keep_the_rule(tmp_path: Path) -> None:
    LibrarySettings(partition_by=("folder", "year")).save(tmp_path)
    assert LibrarySettings.load(tmp_path).partition_by == ("folder", "year")


# what the catalog says of them


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.sqlite", fingerprint=MARK)
    yield opened
    opened.close()


def put(catalog: Catalog, number: int, partition: str | None, *, folder: str = "/films") -> str:
    video_id = f"{number:032x}"
    recorded = datetime(2024, 1, 15, tzinfo=UTC) + timedelta(days=30 * number)
    sizes = (10.0 + number, 160, 120, 10.0, "h264", False)
    catalog.put(Video(video_id, f"video {number}", *sizes, recorded, recorded))
    catalog.locate(Path(folder) / f"{number}.mp4", FileStamp(1, 2, 3), video_id)
    catalog.record_embedding(video_id, 3, {}, partition=partition)
    return video_id


def test_traits_are_those_of_the_video(catalog: Catalog) -> None:
    video_id = put(catalog, 1, "a", folder="/films/beach")
    catalog.locate(Path("/top.mp4"), FileStamp(1, 2, 3), video_id)
    catalog.locate(Path(os.fsdecode(b"/films/\xff/1.mp4")), FileStamp(1, 2, 3), video_id)
    catalog.tag([video_id], add=["b", "a"], remove=[])
    (traits,) = catalog.traits([video_id, "0" * 32]).values()
    video = catalog.video(video_id)
    assert (traits.recorded_at, traits.tags) == (video.recorded_at, video.tags)
    assert set(traits.folders) == {"beach", "/", os.fsdecode(b"\xff")}
    assert named(traits, ("folder",)) == "%2F+%ED%B3%BF+beach"


def test_partitions_are_counted_without_missing_and_removed(catalog: Catalog) -> None:
    for number, name in enumerate(["a", "b", "a", "a", "a"]):
        put(catalog, number, name)
    catalog.bury(f"{0:032x}")
    catalog.forget_locations([Path("/films/3.mp4")])
    first, second = catalog.partitions()
    assert (first.name, first.videos, first.segments) == ("a", 2, 6)
    assert (first.first, first.last) == (
        catalog.video(f"{2:032x}").recorded_at,
        catalog.video(f"{4:032x}").recorded_at,
    )
    assert second.to_json() == {
        "name": "b",
        "videos": 1,
        "segments": 3,
        "recorded_first": "2024-02-14T00:00:00+00:00",
        "recorded_last": "2024-02-14T00:00:00+00:00",
    }


def test_what_belongs_elsewhere_is_known(catalog: Catalog) -> None:
    one, two = put(catalog, 1, "untagged"), put(catalog, 2, "untagged")
    placement = Placement(catalog, ("tag",))
    assert placement.misplaced() == {}
    catalog.tag([two], add=["sea"], remove=[])
    assert placement.misplaced() == {two: "sea"}
    assert Placement(catalog, ()).misplaced() == dict.fromkeys((one, two), "default")


def test_assigned_it_may_be_anywhere_until_it_is_indexed(catalog: Catalog) -> None:
    one, two = put(catalog, 1, "a"), put(catalog, 2, "b")
    catalog.mark_indexed([one, two])
    only = Filters(videos=(one,))
    assert catalog.scope(only) == Scope(None, (), ["a"])
    catalog.assign({one: "c", two: "b"})
    assert catalog.unindexed().keys() == {one}
    assert catalog.assigned() == {one: "c", two: "b"}
    assert catalog.scope(only) == Scope([one])
    assert catalog.scope(Filters(videos=(two,))) == Scope([two])
    catalog.mark_indexed([one])
    assert catalog.scope(only) == Scope(None, (), ["c"])


def test_where_rows_are_is_not_known_it_is_not_guessed(catalog: Catalog) -> None:
    one = put(catalog, 1, None)
    put(catalog, 2, "b")
    assert catalog.scope(Filters(videos=(one,))) == Scope([one])


def test_an_undivided_library_is_searched_as_ever(catalog: Catalog) -> None:
    one, _ = put(catalog, 1, "default"), put(catalog, 2, "default")
    assert catalog.scope(Filters(videos=(one,))) == Scope([one])
    assert catalog.scope(Filters(partitions=("default",))).partitions is None
    assert catalog.scope(Filters()) == Scope(excluding=[])


def test_a_name_or_its_beginning_is_enough(catalog: Catalog) -> None:
    names = ["sports/2024-05", "sports/2024-06", "sports+x/2024-05", "sportsy", "zoo"]
    ids = {name: put(catalog, number, name) for number, name in enumerate(names)}
    for given_name, expected in {
        "sports": names[:2],
        "sports/": names[:2],
        "sports/2024-05": names[:1],
        "sportsy": ["sportsy"],
    }.items():
        assert catalog.select(Filters(partitions=(given_name,))) == [ids[n] for n in expected]
    both = Filters(partitions=("zoo", "sports/2024-06"))
    assert catalog.select(both) == [ids["sports/2024-06"], ids["zoo"]]
    assert catalog.scope(both) == Scope(None, (), ["sports/2024-06", "zoo"])


@pytest.mark.parametrize("name", ["sport", "2024-05", "", "/", "sports/2024-0", *HOSTILE])
def test_an_unknown_name_is_told_with_some_that_are_there(catalog: Catalog, name: str) -> None:
    with pytest.raises(NotFound, match="it is empty"):
        catalog.select(Filters(partitions=(name,)))
    for number in range(12):
        put(catalog, number, f"sports/2024-{number + 1:02}")
    with pytest.raises(NotFound, match=r"there are sports/2024-01, .*sports/2024-10 and 2 more"):
        catalog.select(Filters(partitions=(name,)))


def test_only_some_videos_of_a_partition_are_named(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [put(catalog, number, "ab"[number // 5]) for number in range(10)]
    most = Filters(videos=tuple(ids[:4]))
    assert catalog.scope(most) == Scope(None, [ids[4]], ["a"])
    few = Filters(videos=tuple(ids[:2]))
    assert catalog.scope(few) == Scope(ids[:2], (), ["a"])
    monkeypatch.setattr(catalog_module, "MOST_EXCLUDED", 0)
    assert catalog.scope(most) == Scope(ids[:4], (), ["a"])
    monkeypatch.setattr(catalog_module, "MOST_PARTITIONS", 0)
    assert catalog.scope(most) == Scope(ids[:4])
    assert catalog.scope(most, partitioned=False) == Scope(ids[:4])


@dataclass(frozen=True)
class Placed:
    """A video as a test draws it: what it is, and where its rows really are."""

    partition: str
    tag: str
    settled: bool
    strayed: str
    state: str

    @property
    def lies(self) -> str:
        return self.partition if self.settled else self.strayed


PLACES = st.sampled_from(["a", "b", "c", "d"])
PLACED = st.builds(
    Placed,
    PLACES,
    st.sampled_from(["x", "y"]),
    st.sampled_from([True] * 9 + [False]),
    PLACES,
    st.sampled_from(["ready"] * 5 + ["missing", "not embedded"]),
)
ASKED = st.one_of(
    st.sampled_from(["x", "y"]).map(lambda tag: Filters(tags=(tag,))),
    st.integers(0, 400).map(lambda day: Filters(recorded_from=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=day))),
    st.integers(0, 20).map(lambda number: Filters(longest=10.0 + number)),
    st.just(Filters()),
)  # fmt: skip


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PLACED, min_size=1, max_size=12), ASKED)
def test_a_scope_lets_through_all_that_passes_and_nothing_else(
    catalog: Catalog, drawn: list[Placed], filters: Filters
) -> None:
    with catalog.transaction() as db:
        db.execute("DELETE FROM videos")
        rows = _fill(catalog, drawn)
    scope, passing = catalog.scope(filters), catalog.select(filters)
    through = {
        video_id
        for video_id, lies in rows.items()
        if (scope.partitions is None or lies in scope.partitions)
        and (scope.video_ids is None or video_id in scope.video_ids)
        and video_id not in scope.excluding
    }
    assert through == (rows.keys() if passing is None else rows.keys() & set(passing))


def _fill(catalog: Catalog, drawn: list[Placed]) -> dict[str, str]:
    """Put the videos in; returns where the rows of each lie."""
    rows = {}
    for number, one in enumerate(drawn):
        video_id = put(catalog, number, one.partition)
        catalog.mark_indexed([video_id])
        catalog.tag([video_id], add=[one.tag], remove=[])
        if not one.settled:
            catalog.assign({video_id: one.partition + "'"})
        if one.state == "missing":
            catalog.forget_locations([Path(f"/films/{number}.mp4")])
        if one.state == "not embedded":
            catalog.forget_embedding(video_id)
        else:
            rows[video_id] = one.lies
    return rows
