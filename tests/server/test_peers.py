"""A server fetches videos from the public internet alone, however an address is written."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from server.serving import Served, serving
from website import Page, Site

import footage
from footage.errors import MediaForbidden
from footage.media import peers
from footage.media.web import WebVideo
from footage.server.config import ServerSettings


@pytest.mark.parametrize(
    "address",
    """
    127.0.0.1 127.255.0.1 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 169.254.169.254
    100.64.0.1 192.0.2.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255
    ::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12::1 ff02::1 2001:db8::1
    ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:a9fe:a9fe 64:ff9b::7f00:1 64:ff9b::192.168.0.1
    2002:7f00:0001:: 2002:c0a8:0001::1 nonsense
    """.split(),  # noqa: SIM905 - readable as a table
)
def test_private(address: str) -> None:
    assert not peers.is_public(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_public(address: str) -> None:
    assert peers.is_public(address)


def hosts() -> list[str]:
    """Ways to write this machine that a resolver understands."""
    ways = ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0"]
    ways += ["[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "LOCALHOST"]
    return ways


@pytest.mark.parametrize("host", hosts())
def test_this_machine_is_not_asked(site: Site, host: str) -> None:
    site["/a.mp4"] = Page(b"secret" * 1000)
    video = WebVideo(f"http://{host}:{site.port}/a.mp4")
    with peers.public_only(), pytest.raises(MediaForbidden, match="private network"):
        video.look()
    assert site.requests == []


def test_a_name_that_leads_here_is_not_followed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = socket.getaddrinfo

    def answer(host: str, port: Any, *args: Any, **options: Any) -> Any:
        names = {"rebound.example": "127.0.0.1", "mixed.example": "127.0.0.1"}
        mine = found(names.get(host, host), port, *args, **options)
        public = found("93.184.216.34", port, *args, **options)
        return [*public, *mine] if host == "mixed.example" else mine

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    for host in ("rebound.example", "mixed.example"):
        with peers.public_only(), pytest.raises(MediaForbidden):
            WebVideo(f"http://{host}:{site.port}/a.mp4").look()
    assert site.requests == []


def test_a_name_that_leads_elsewhere_once_it_was_looked_at(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was looked at is what is connected to: nobody is asked for the name again."""
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1", "127.0.0.1"])
    found = socket.getaddrinfo
    connected: list[Any] = []

    def answer(_host: str, port: Any, *args: Any, **options: Any) -> Any:
        return found(next(answers), port, *args, **options)

    def connect(_socket: socket.socket, address: Any) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with peers.public_only(), pytest.raises(ConnectionRefusedError):
        peers.connect(("changing.example", site.port), 5.0)
    assert connected == ["93.184.216.34"]
    with peers.public_only(), pytest.raises(MediaForbidden):  # and the next is looked at, too
        peers.connect(("changing.example", site.port), 5.0)
    assert connected == ["93.184.216.34"]


def test_examples_of_a_query_are_not_fetched_from_here(site: Site, served: Served) -> None:
    site["/a.jpg"] = Page(b"secret" * 1000)
    for address in (f"{site.url}/a.jpg", f"http://2130706433:{site.port}/a.jpg"):
        body = {"examples": [{"source": address}]}
        answer = served.client.post("/search", json=body)
        assert 400 <= answer.status_code < 500
        assert "secret" not in answer.text
    assert site.requests == []


def test_a_redirect_that_leads_here_is_not_followed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first host passes for public, so that only the second is looked at."""
    site["/a.mp4"] = Page(b"", status=302, location=f"http://2130706433:{site.port}/b.mp4")
    site["/b.mp4"] = Page(b"secret" * 1000)
    really = peers.is_public
    asked: list[str] = []

    def is_public(address: str) -> bool:
        asked.append(address)
        return len(asked) == 1 or really(address)

    monkeypatch.setattr(peers, "is_public", is_public)
    with peers.public_only(), pytest.raises(MediaForbidden):
        WebVideo(f"{site.url}/a.mp4").look()
    assert [request.path for request in site.requests] == ["/a.mp4"]


def test_no_proxy_is_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy")
    monkeypatch.setenv("http_proxy", site.url)
    with peers.public_only(), pytest.raises(MediaForbidden):
        WebVideo("http://10.0.0.1/a.mp4").look()
    assert site.requests == []


def test_without_it_all_is_as_ever(site: Site) -> None:
    site["/a.mp4"] = Page(b"\0" * 1000)
    with peers.public_only():
        assert peers.are_public_only()
    assert not peers.are_public_only()
    assert WebVideo(f"{site.url}/a.mp4").look().size == 1000


def test_a_job_says_that_it_was_refused(
    site: Site, library: footage.Library, tmp_path: Path
) -> None:
    with peers.public_only(), serving(library, ServerSettings()) as served:
        body = {"sources": [f"{site.url}/a.mp4"]}
        job = served.ended(served.client.post("/jobs", json=body).json())
    assert job["state"] == "failed"
    assert job["failures"][0]["code"] == "media_forbidden"
    assert site.requests == []
