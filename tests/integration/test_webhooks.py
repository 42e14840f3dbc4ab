"""What watches find is sent to webhooks: signed, at least once, and given up in the end."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from colours import ColourEmbedder
from deaf import open_deaf
from houses import Run
from receiver import NEVER, Receiver
from videos import make_video

import footage
from footage import Query
from footage.cli import matches as cli
from footage.doctor import Status, examine_library
from footage.watches import found, outbox
from footage.watches.outbox import ATTEMPTS, CLAIMED, Outbox
from footage.watches.webhook import signature

RED = Query(text="red")


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1_767_225_600.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(Outbox.__init__, "__kwdefaults__", {"clock": made})
    return made


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long in a test."""
    monkeypatch.setattr(outbox, "pause_after", lambda _: 0.02)
    monkeypatch.setattr(outbox, "TIMEOUT", 0.3)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[footage.Library]:
    with open_deaf(tmp_path / "my.library") as library:
        yield library


@pytest.fixture
def find(library: footage.Library, folder: Path) -> Callable[[str], int]:
    """Index another red video, and return how many matches that gave."""

    def find(name: str) -> int:
        seconds = 2.0 + 0.1 * (sum(map(ord, name)) % 50)
        make_video(folder / f"{name}.mp4", shots=["red"], seconds=seconds, size=(64, 48))
        return sum(library.add(folder, read=False).matches.values())

    return find


def hook(library: footage.Library, url: str, name: str = "reds") -> str:
    """Watch for red, and return the secret."""
    made = library.watches.put(name, RED, webhook=url, private=True)
    assert made.secret is not None
    return made.secret


def test_what_is_found_is_sent_signed(
    library: footage.Library, find: Callable[[str], int], clock: Clock
) -> None:
    with Receiver() as receiver:
        secret = hook(library, f"{receiver.url}?key=1")
        assert find("new") == 1
        assert receiver.received == []
        assert library.watches.deliver() == 1
        assert library.watches.deliver() == 0
    (got,) = receiver.received
    assert got.headers["Footage-Signature"] == signature(secret, got.body, int(clock.now))
    (match,) = library.watches.matches()
    told = got.json
    assert told["id"] == got.headers["Footage-Delivery"]
    assert (told["watch"], told["library"]) == ("reds", library.settings.id)
    assert told["matches"] == [match.to_send()]
    assert (match.to_send()["title"], match.to_send()["start"]) == ("new", 0.0)
    assert str(library.folder.parent) not in got.body.decode()


def test_the_secret_is_told_once(library: footage.Library, clock: Clock) -> None:
    made = library.watches.put("reds", RED, webhook="https://example.com/a")
    assert made.to_json()["secret"] == made.secret
    again = library.watches.put("reds", webhook="https://example.com/b?token=c")
    assert again.secret is None
    assert "secret" not in library.watches.get("reds").to_json()
    assert again.to_json()["webhook"] == "https://example.com/b?…"
    assert made.secret is not None
    assert made.secret not in repr(made)
    another = library.watches.put("reds", new_secret=True).secret
    assert another not in {None, made.secret}


def test_what_fails_twice_is_sent_a_third_time(
    library: footage.Library, find: Callable[[str], int]
) -> None:
    with Receiver(503, 500, 200) as receiver:
        hook(library, receiver.url)
        find("new")
        assert library.watches.deliver() == 0
        failing = library.watches.get("reds")
        assert (failing.undelivered, failing.delivery_error) == (1, "its host answers 503")
        assert library.watches.deliver(patience=5) == 1
    assert len({got.json["id"] for got in receiver.received}) == 1
    assert len(receiver.received) == 3
    done = library.watches.get("reds")
    assert (done.undelivered, done.dead, done.delivery_error) == (0, 0, None)


def test_what_never_answers_is_given_up_and_retried(
    library: footage.Library, find: Callable[[str], int], clock: Clock
) -> None:
    with Receiver(NEVER) as receiver:
        hook(library, receiver.url)
        find("new")
        assert library.watches.deliver() == 0
        assert library.watches.get("reds").delivery_error == "its host does not answer within 0.3 s"
        receiver.answers[:] = [500]
        for _ in range(ATTEMPTS + 5):
            clock.now += 1
            library.watches.deliver()
        assert len(receiver.received) == ATTEMPTS
        dead = library.watches.get("reds")
        assert (dead.undelivered, dead.dead, dead.delivery_error) == (0, 1, "its host answers 500")
        checks = {check.name: check for check in examine_library(library)}
        assert checks["searches"].status is Status.WARNING
        assert "given up" in checks["searches"].detail
        receiver.answers[:] = [200]
        assert library.watches.retry_dead("reds") == 1
        assert library.watches.deliver() == 1
    assert library.watches.get("reds").dead == 0


def test_while_a_webhook_fails_the_rest_of_it_waits(
    library: footage.Library, find: Callable[[str], int], clock: Clock
) -> None:
    with Receiver(500) as receiver, Receiver() as other:
        hook(library, receiver.url)
        hook(library, other.url, "others")
        for name in ("a", "b", "c"):
            find(name)
        assert library.watches.deliver() == 3
        assert (len(receiver.received), len(other.received)) == (1, 3)
        receiver.answers[:] = [200]
        clock.now += 5
        assert library.watches.deliver() == 3


def test_a_private_address_is_not_asked_unless_said_so(
    library: footage.Library, find: Callable[[str], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that looked public, and leads to this machine."""
    with Receiver() as receiver:
        monkeypatch.setattr("footage.watches.watches.checked_webhook", lambda url, **_: url)
        library.watches.put("reds", RED, webhook=receiver.url)
        find("new")
        assert library.watches.deliver() == 0
        watch = library.watches.get("reds")
        assert (watch.dead, receiver.received) == (1, [])
        assert "private network" in (watch.delivery_error or "")
        library.watches.put("reds", webhook=receiver.url, private=True)
        library.watches.put("reds", webhook=receiver.url)
        assert not library.watches.get("reds").private


def test_a_redirect_to_a_private_network_is_not_followed(
    library: footage.Library, find: Callable[[str], int]
) -> None:
    with Receiver() as inner, Receiver(307, location=inner.url) as receiver:
        hook(library, receiver.url)
        find("new")
        assert library.watches.deliver() == 0
    assert "not followed" in (library.watches.get("reds").delivery_error or "")
    assert inner.received == []


def test_nobody_is_told_of_a_removed_video(
    library: footage.Library, find: Callable[[str], int], folder: Path
) -> None:
    with Receiver() as receiver:
        hook(library, receiver.url)
        find("new")
        library.remove("new")
        assert library.watches.deliver() == 0
        assert receiver.received == []
        library.restore(folder / "new.mp4")
        assert library.watches.deliver() == 1


def test_what_is_being_sent_is_left_to_whoever_sends_it(
    library: footage.Library, find: Callable[[str], int], clock: Clock
) -> None:
    with Receiver(NEVER) as receiver:
        hook(library, receiver.url)
        find("new")
        sender = threading.Thread(target=library.watches.deliver)
        sender.start()
        with footage.open(library.folder, embedder=ColourEmbedder()) as other:
            while not receiver.received:
                pass
            assert other.watches.deliver() == 0
        sender.join()
    assert len(receiver.received) == 1


def test_a_claim_runs_out(
    library: footage.Library, find: Callable[[str], int], clock: Clock
) -> None:
    with Receiver() as receiver:
        hook(library, receiver.url)
        find("new")
        box: Any = library.watches._outbox
        assert box._claim() is not None  # and whoever has it is killed
        assert library.watches.deliver() == 0
        clock.now += CLAIMED
        assert library.watches.deliver() == 1


def test_many_matches_go_in_several_requests(
    library: footage.Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "SENT_TOGETHER", 2)
    for name in ("a", "ab", "abc"):
        make_video(folder / f"{name}.mp4", shots=["red"], seconds=1.0 + len(name), size=(64, 48))
    with Receiver() as receiver:
        hook(library, receiver.url)
        library.add(folder, read=False)
        assert library.watches.deliver() == 2
    assert sorted(len(got.match_ids) for got in receiver.received) == [1, 2]
    ids = {match.id for match in library.watches.matches()}
    assert {id_ for got in receiver.received for id_ in got.match_ids} == ids


def test_a_webhook_is_taken_away(library: footage.Library, find: Callable[[str], int]) -> None:
    with Receiver() as receiver:
        hook(library, receiver.url)
        find("new")
        assert library.watches.put("reds", no_webhook=True).webhook is None
        assert library.watches.deliver() == 0
        find("newer")
        assert hook(library, receiver.url).startswith("whsec_")
        assert library.watches.deliver() == 0
    assert receiver.received == []


# The program


@pytest.fixture
def at(library: footage.Library, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    monkeypatch.setattr("footage.library.open_embedder", lambda *_: ColourEmbedder())
    monkeypatch.setattr(cli, "PATIENCE", 2.0)
    return "--library", library.folder


@pytest.mark.without_server("a server sends by itself, when it likes")
def test_the_program_sends_and_says_what_fails(
    run: Run, at: tuple[str, Path], folder: Path
) -> None:
    make_video(folder / "new.mp4", shots=["red"], seconds=2, size=(64, 48))
    with Receiver(500, 200, 410) as receiver:
        refused = run("watch", "add", "reds", "red", "--webhook", receiver.url, *at)
        assert (refused.code, receiver.received) == (2, [])
        assert "--private" in refused.err
        added = run(
            "watch", "add", "reds", "red", "--webhook", receiver.url, "--private", "--json", *at
        ).json
        assert added["secret"].startswith("whsec_")
        indexed = run("index", folder, "--no-read", *at)
        assert "1 new moment for 'reds'" in indexed.out
        assert len(receiver.received) == 2
        make_video(folder / "newer.mp4", shots=["red"], seconds=3, size=(64, 48))
        indexed = run("index", folder, "--no-read", *at)
        assert indexed.code == 0
        assert "webhook of 'reds': its host answers 410; given up" in indexed.err
        assert "1 given up, its host answers 410" in run("watch", *at).out
        receiver.answers[:] = [200]
        assert run("watch", "run", "--retry", *at).err == ""
        assert json.loads(receiver.received[-1].body)["matches"][0]["title"] == "newer"
