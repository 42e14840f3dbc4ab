"""Pictures and clips are asked for while videos go and come back: refused at worst, never a 5xx."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from server.serving import Served, assert_failed, serving
from videos import make_video

import footage
from footage.server.config import ServerSettings
from footage.server.faults import Refused
from footage.server.service import steady

PATHS = [
    *("/videos/ID/sheet.png", "/videos/ID/summary", "/thumbnails/ID?t=1"),
    *("/videos/ID/sprite.jpg", "/videos/ID/sprite.vtt", "/videos/ID/clip?start=0&end=1"),
    *("/videos/ID/segments", "/videos/ID/transcript", "/videos/ID", "/videos/ID/media"),
    *("/videos", "/search?q=red&limit=3", "/similar?to=ID@1", "/facets"),
]
ROUNDS = 5


@pytest.fixture
def restless(library: footage.Library, folder: Path) -> Iterator[Served]:
    for at, colour in enumerate(("red", "green", "blue", "white")):
        (folder / f"{colour}.srt").write_text(f"1\n00:00:00,000 --> 00:00:01,000\n{colour}\n")
        make_video(folder / f"{colour}.mp4", seconds=2 + at / 2, shots=[colour, "black"])
    library.add(folder)
    with serving(library, ServerSettings(roots=(folder,))) as served:
        yield served


def test_pictures_of_videos_that_come_and_go(restless: Served) -> None:
    ids = [video.video_id for video in restless.library.videos()]
    over = threading.Event()
    statuses: Counter[tuple[str, int | str]] = Counter()

    def ask(seed: int) -> None:
        dice = random.Random(seed)
        with httpx.Client(base_url=restless.client.base_url, trust_env=False, timeout=60) as own:
            while not over.is_set():
                path = dice.choice(PATHS)
                try:
                    answer = own.get(path.replace("ID", dice.choice(ids)))
                    told = "" if answer.is_success else answer.json()["error"]["code"]
                    statuses[f"{path} {told}", answer.status_code] += 1
                except httpx.RemoteProtocolError as error:
                    statuses[path, repr(error)] += 1

    def change(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(ROUNDS):
            video_id = dice.choice(ids[seed % 2 :: 2])  # each of them has its own
            assert restless.client.delete(f"/videos/{video_id}").status_code == 200
            job = restless.client.post(f"/videos/{video_id}/restore").json()
            assert restless.ended(job)["state"] == "done"

    with ThreadPoolExecutor(4) as threads:
        asking = [threads.submit(ask, seed) for seed in range(2)]
        changing = [threads.submit(change, seed) for seed in range(2)]
        try:
            for one in changing:
                one.result()
        finally:
            over.set()
        for one in asking:
            one.result()
    bad = {key: n for key, n in statuses.items() if isinstance(key[1], str) or key[1] >= 500}
    assert not {key: n for key, n in bad.items() if not key[0].endswith(" busy")}
    assert sum(statuses.values()) > 3 * ROUNDS


def test_a_removed_video_is_like_nothing(own_served: Served) -> None:
    video_id = own_served.id_of("white")
    own_served.client.delete(f"/videos/{video_id}")
    like = {"like": f"{video_id}@1"}
    for path, asked in (("/search", like), ("/similar", {"to": f"{video_id}@1"})):
        error = assert_failed(own_served.client.get(path, params=asked), 404, "not_found")
        assert "was removed from the library" in error["message"]
    with pytest.raises(footage.NotFound):
        own_served.library.segments(video_id)


def test_damage_is_told_apart_from_change(own_served: Served) -> None:
    library = own_served.library
    video = library.video("white")
    library.archive.path(video.video_id, library.embedder.fingerprint).unlink()
    answer = own_served.client.get(f"/videos/{video.video_id}/segments")
    assert_failed(answer, 500, "archive_damaged")

    def change_and_read() -> None:
        with steady(library):
            library.tag([video.video_id], add=["changed"])
            library.segments(video.video_id)

    with pytest.raises(Refused, match="ask again"):
        change_and_read()
    with pytest.raises(Refused), steady(library):
        (library.folder / "previews" / "absent.jpg").read_bytes()
