"""One moment a video: right whether or not the best hits are of enough videos."""

from __future__ import annotations

import numpy as np
import pytest

from footage.embedder import Route
from footage.index.segments import Hit
from footage.search.groups import FLOOR_RANK, merge
from footage.search.seen import of_videos

ROUTE = Route("visual", "clip")


class Ranked:
    """An index of made-up hits; counts how often it had to group."""

    def __init__(self, *, videos: int, a_video: int, alike: float) -> None:
        """``alike``: how much of a score is the video's own, so that its hits lie together."""
        chance = np.random.default_rng(5)
        self.grouped = 0
        self.hits = [
            Hit(f"{video}-{at}", f"{video:03}", 20.0 * at, 20.0 * at + 6, float(score), ROUTE)
            for video in range(videos)
            for at, score in enumerate(
                alike * chance.random() + (1 - alike) * chance.random(a_video)
            )
        ]
        self.hits.sort(key=lambda hit: -hit.score)

    def search(self, *, limit: int, group_by_video: bool = False) -> list[Hit]:
        if not group_by_video:
            return self.hits[:limit]
        self.grouped += 1
        return list(self.leaders().values())[:limit]

    def leaders(self) -> dict[str, Hit]:
        leaders: dict[str, Hit] = {}
        for hit in self.hits:
            leaders.setdefault(hit.video_id, hit)
        return leaders


@pytest.mark.parametrize("wanted", [1, 10, 30])
@pytest.mark.parametrize(
    ("index", "grouped"),
    [
        (Ranked(videos=100, a_video=50, alike=0.0), 0),  # the best 200 are of most videos
        (Ranked(videos=100, a_video=500, alike=1 - 1e-6), 1),  # all of the best 200 are of one
        (Ranked(videos=5, a_video=10, alike=0.0), 0),  # there are no more than these
    ],
)
def test_each_video_comes_once_by_its_best(index: Ranked, grouped: int, wanted: int) -> None:
    index.grouped = 0
    found: dict[str, Hit] = {}
    for group in merge(of_videos(index.search, wanted)):
        found.setdefault(group.best.video_id, group.best)
    assert list(found.values())[:wanted] == list(index.leaders().values())[:wanted]
    assert index.grouped == grouped


def test_the_made_up_hits_are_what_they_say() -> None:
    one, other = (
        len(
            {
                hit.video_id
                for hit in Ranked(videos=100, a_video=size, alike=alike).hits[:FLOOR_RANK]
            }
        )
        for size, alike in ((50, 0.0), (500, 1 - 1e-6))
    )
    assert (one > 30, other) == (True, 1)
