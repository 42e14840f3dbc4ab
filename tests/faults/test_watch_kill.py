"""kill -9 between finding and telling: nothing is lost, nothing judged twice, ids stay the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from colours import ColourEmbedder
from programs import act, start
from receiver import Receiver
from videos import make_video

import footage
from footage import Query
from footage.watches import outbox

pytestmark = pytest.mark.slow

NAMES = ("a", "ab", "abc")
# Sends what is due; dies where it is told to.
SENDER = """
import json, os, signal, sys
import footage
from colours import ColourEmbedder
from footage.watches import outbox

when = sys.argv[2]

def dying(real, when):
    def wrapped(*values, **named):
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        real(*values, **named)
        os.kill(os.getpid(), signal.SIGKILL)
    return wrapped

outbox.post = dying(outbox.post, when)
with footage.open(sys.argv[1], embedder=ColourEmbedder()) as library:
    library.watches.deliver()
"""


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A library with two watches, and a folder of three videos beside it."""
    for name in NAMES:
        path = tmp_path / f"{name}.mp4"
        make_video(path, shots=["red", "blue"], seconds=2.0 + len(name), size=(64, 48))
    with footage.open(tmp_path / "it.library", embedder=ColourEmbedder()) as library:
        library.watches.put("reds", Query(text="red"))
        library.watches.put("blues", Query(text="blue"))
    return tmp_path / "it.library"


def titles(library: footage.Library, name: str) -> list[str]:
    return sorted(match.moment.title for match in library.watches.matches(name))


@pytest.mark.parametrize(
    ("point", "nth", "when"),
    [
        ("footage.watches.store:WatchStore:note", 1, "before"),
        ("footage.watches.store:WatchStore:note", 1, "after"),
        ("footage.watches.found:Found:_insert", 1, "after"),  # within the transaction
        ("footage.watches.found:Found:keep", 1, "after"),
        ("footage.watches.found:Found:keep", 2, "before"),
    ],
)
def test_a_kill_loses_no_match(made: Path, point: str, nth: int, when: str) -> None:
    options = {"named": {"read": False}, "point": point, "nth": nth, "when": when}
    process = act(made, "add", str(made.parent), **options)
    _, err = process.communicate(timeout=100)
    assert process.returncode == -9, err
    with footage.open(made, embedder=ColourEmbedder()) as library:
        before = {match.id for match in library.watches.matches()}
        again = library.add(made.parent, read=False)
        assert sum(again.matches.values()) == 2 * len(NAMES) - len(before)
        for name in ("reds", "blues"):
            assert titles(library, name) == list(NAMES)
        assert library.watches.run() == {"reds": 0, "blues": 0}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_while_sending_sends_again_under_the_same_id(
    made: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    with Receiver() as receiver:
        with footage.open(made, embedder=ColourEmbedder()) as library:
            library.watches.put("reds", webhook=receiver.url, private=True)
            library.add(made.parent, read=False)
        process = start(SENDER, made, when)
        _, err = process.communicate(timeout=100)
        assert process.returncode == -9, err
        assert len(receiver.received) == (when == "after")
        with footage.open(made, embedder=ColourEmbedder()) as library:
            assert library.watches.deliver() == 0  # left to who may still be sending it
            monkeypatch.setattr(outbox, "CLAIMED", 0.0)
            with library.catalog.transaction() as db:  # as if its time had passed
                db.execute("UPDATE deliveries SET due = 0")
            assert library.watches.deliver() == 1
            ids = {match.id for match in library.watches.matches("reds")}
    assert len({json.loads(got.body)["id"] for got in receiver.received}) == 1
    assert all(set(got.match_ids) == ids for got in receiver.received)
