"""kill -9 at any point of any writing: every video whole or absent, and the next run goes on."""

from __future__ import annotations

import itertools
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from colours import COLOURS, ColourEmbedder
from programs import act, said
from videos import make_video

import footage
from footage import Library
from footage.doctor import Status, examine_library

ACTIONS = ("index", "index", "index", "remove", "remove", "restore", "reindex", "tag")
ANY = ("footage.catalog:Catalog:copy", "pathlib:Path:replace")
WRITING = (
    *(f"footage.catalog:Catalog:{name}" for name in ("put", "record_embedding", "locate")),
    *(f"footage.catalog:Catalog:{name}" for name in ("tag", "mark_indexed")),
    *("footage.archive:Archive:write", "footage.thumbnails:Thumbnails:keep"),
    *("footage.index.segments:SegmentIndex:write", "pymilvus:MilvusClient:insert"),
    "pymilvus:MilvusClient:delete",
)
# where each action can be killed: a module, a class of it or none, a function
POINTS = {
    "index": (*WRITING, *ANY),
    "remove": (
        *("footage.catalog:Catalog:bury", "footage.catalog:Catalog:forget_embedding"),
        *("footage.index.segments:SegmentIndex:delete", "pymilvus:MilvusClient:delete"),
        *("footage.archive:Archive:delete", "footage.thumbnails:Thumbnails:delete"),
        *("shutil::rmtree", *ANY),
    ),
    "restore": ("footage.catalog:Catalog:unbury", *WRITING, *ANY),
    "reindex": (
        *("footage.index.segments:SegmentIndex:drop", "footage.index.segments:SegmentIndex:write"),
        *("pymilvus:MilvusClient:insert", "pymilvus:MilvusClient:create_collection"),
        *("footage.catalog:Catalog:mark_indexed", *ANY),
    ),
    "tag": ("footage.catalog:Catalog:tag", *ANY),
}


@dataclass
class World:
    """A library, the folder it is made of, and what is true of it between two rounds."""

    library: Path
    folder: Path
    random: random.Random
    removed: set[str] = field(default_factory=set)
    tags: dict[str, set[str]] = field(default_factory=dict)
    killed: int = 0

    @property
    def titles(self) -> set[str]:
        return {path.stem for path in self.folder.iterdir()}

    def open(self) -> Library:
        return footage.open(self.library, embedder=ColourEmbedder())

    def film(self) -> None:
        shots = self.random.sample(sorted(COLOURS), 2)
        # the length makes each file's content its own
        make_video(
            self.folder / f"film-{len(self.titles):03}.mp4",
            seconds=4 + len(self.titles) / 10,
            fps=10,
            size=(64, 48),
            shots=shots,
        )


def play_round(world: World, number: int) -> None:
    """Begin something, kill it, look at what is there, and let the next run finish."""
    action = world.random.choice(ACTIONS)
    standing = sorted(world.titles - world.removed)
    chosen = str(world.folder / f"{world.random.choice(standing)}.mp4")
    gone = sorted(world.removed)
    values: list[object] = [[chosen]]
    named: dict[str, object] = {}
    if action == "index" or (action == "restore" and not gone) or len(standing) < 3:
        action, values = "index", [str(world.folder)]
        world.film()
        world.film()
    elif action == "restore":
        values = [[str(world.folder / f"{world.random.choice(gone)}.mp4")]]
    elif action == "reindex":
        values, named = [], {"fresh": True}
    elif action == "tag":
        named = {"add": [f"round-{number}"]}
    _kill(world, action, values, named)
    touched = {Path(str(value[0])).stem for value in values if isinstance(value, list)}
    _look(world, touched if action in {"remove", "restore"} else set(), number, touched)


def _kill(world: World, action: str, values: list[object], named: dict[str, object]) -> None:
    rng, name = world.random, "add" if action == "index" else action
    if rng.random() < 0.6:
        process = act(
            world.library,
            *(name, *values),
            named=named,
            point=rng.choice(POINTS[action]),
            nth=rng.choice((1, 1, 2)),
            when=rng.choice(("before", "after")),
        )
    else:
        process = act(world.library, name, *values, named=named)
        if said(process) == "begun":
            time.sleep(rng.uniform(0.0, 0.7))
            process.kill()
    out, err = process.communicate(timeout=100)
    assert process.returncode == -9 or "ended" in out, err
    world.killed += process.returncode == -9


def _look(world: World, unsure: set[str], number: int, touched: set[str]) -> None:
    with world.open() as library:
        shown = {moment.title for moment in library.search("red", limit=1000)}
        videos = {video.title: video for video in library.videos(hidden=True)}
        assert shown <= world.titles - (world.removed - unsure)
        # what was there before is there still, but for what was just being removed or restored
        assert {title for title, video in videos.items() if video.state == "missing"} == set()
        _assert_whole(library)
        report = library.add(world.folder)
        assert report.failed == []
        _assert_whole(library)
        videos = {video.title: video for video in library.videos(hidden=True)}
        assert videos.keys() == world.titles
        removed = {title for title, video in videos.items() if video.removed}
        assert removed ^ world.removed <= unsure
        shown = {moment.title for moment in library.search("red", limit=1000)}
        assert shown == world.titles - removed
        for title, video in videos.items():
            new = set(video.tags) - world.tags.get(title, set())
            assert new <= ({f"round-{number}"} if title in touched else set())
            assert world.tags.get(title, set()) <= set(video.tags)
            world.tags[title] = set(video.tags)
        world.removed = removed
        checks = {check.name: check for check in examine_library(library)}
        bad = {c.name: c.detail for c in checks.values() if c.status is Status.FAILED}
        assert bad == {}
        assert not list(world.library.rglob("*.tmp"))
        for title in removed:
            mark = library.embedder.fingerprint
            assert not library.archive.has(videos[title].video_id, mark)


def _assert_whole(library: Library) -> None:
    """Every video the catalog counts as embedded is in archive and index, once, and no other."""
    expected = library.catalog.embedded()
    held = library.index.ids()
    assert held.keys() == expected.keys()
    for video_id, segments in expected.items():
        embedding = library.embedding(video_id)
        spans = {route: track.spans for route, track in embedding.tracks.items()}
        assert held[video_id] == library.index.segment_ids(video_id, spans)
        assert len(held[video_id]) == embedding.segments == segments
    assert library.index.count() == sum(expected.values())
    assert library.differing() == []


def play(tmp_path: Path, kills: int, seed: int) -> World:
    """Rounds until so many processes were killed; some end before it comes to that."""
    folder = tmp_path / "videos"
    folder.mkdir()
    world = World(tmp_path / "my.library", folder, random.Random(seed))
    for _ in range(4):
        world.film()
    with world.open() as library:
        library.add(folder)
    for number in itertools.count():
        if world.killed == kills:
            return world
        assert number < 3 * kills, "too few of the processes were killed"
        play_round(world, number)
    return world


@pytest.mark.slow
def test_eight_kills_lose_nothing(tmp_path: Path) -> None:
    assert play(tmp_path, kills=8, seed=1).killed == 8


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    assert play(tmp_path, kills=100, seed=2).killed == 100
