"""Requests to webhooks: signed as the documentation says, and to nobody in private networks."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from receiver import DRIP, NEVER, Receiver

from footage.errors import UsageError
from footage.watches.outbox import ATTEMPTS, pause_after
from footage.watches.webhook import Undelivered, checked_webhook, post, signature

PAGE = Path(__file__).parents[2] / "docs" / "watches.md"


@pytest.fixture(scope="module")
def is_genuine() -> Callable[..., bool]:
    """The receiver's side, as the documentation has it."""
    (code,) = re.findall(r"```python\n(import hashlib\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    found: Callable[..., bool] = names["is_genuine"]
    return found


@given(st.text(max_size=40), st.binary(max_size=200), st.integers(0, 2**40))
def test_the_documented_check_takes_what_is_signed(
    is_genuine: Callable[..., bool], secret: str, body: bytes, at: int
) -> None:
    header = signature(secret, body, at)
    assert is_genuine(secret, header, body, now=at + 299)
    assert not is_genuine(secret, header, body, now=at + 300)
    assert not is_genuine(secret, header, body + b" ", now=at)
    assert not is_genuine(secret + "x", header, body, now=at)
    later = header.replace(f"t={at}", f"t={at + 1000}")
    assert not is_genuine(secret, later, body, now=at + 1000)


@pytest.mark.parametrize(
    "address",
    [
        *("http://127.0.0.1/", "http://localhost:80/x", "https://[::1]/", "http://10.0.0.8/"),
        *("http://169.254.169.254/latest", "http://[::ffff:192.168.0.1]/", "http://0.0.0.0/"),
    ],
)
def test_private_addresses_are_refused_unless_said_so(address: str) -> None:
    with pytest.raises(UsageError, match=r'--private.*private=True.*"private": true'):
        checked_webhook(address, private=False)
    assert checked_webhook(address, private=True).startswith("http")


@pytest.mark.parametrize(
    "address", ["ftp://example.com/", "example.com", "https://a:b@example.com"]
)
def test_what_is_no_address_of_the_web(address: str) -> None:
    with pytest.raises(UsageError):
        checked_webhook(address, private=True)


def sent(receiver: Receiver, *, private: bool = True, timeout: float = 5.0) -> None:
    post(receiver.url, b"{}", headers={"X-A": "b"}, private=private, timeout=timeout)


def test_it_is_sent() -> None:
    with Receiver(204) as receiver:
        sent(receiver)
    (got,) = receiver.received
    assert (got.body, got.headers["X-A"], got.headers["Content-Type"]) == (
        b"{}",
        "b",
        "application/json",
    )


@pytest.mark.parametrize("answer", [NEVER, DRIP])
def test_what_does_not_answer_in_time(answer: int) -> None:
    with Receiver(answer) as receiver, pytest.raises(Undelivered, match=r"within 0\.2 s"):
        sent(receiver, timeout=0.2)


@pytest.mark.parametrize(("answer", "hopeless"), [(500, False), (404, False), (410, True)])
def test_an_answer_that_is_no_yes(answer: int, hopeless: bool) -> None:
    with Receiver(answer) as receiver, pytest.raises(Undelivered, match=str(answer)) as failed:
        sent(receiver)
    assert failed.value.hopeless == hopeless


@pytest.mark.parametrize("answer", [301, 302, 307])
def test_a_redirect_is_not_followed(answer: int) -> None:
    with Receiver() as other, Receiver(answer, location=other.url) as receiver:
        with pytest.raises(Undelivered, match="not followed"):
            sent(receiver)
        assert len(receiver.received) == 1
    assert other.received == []


def test_a_name_that_leads_to_a_private_network(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as receiver:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", receiver.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: found)
        address = checked_webhook("http://innocent.example/x", private=False)
        with pytest.raises(Undelivered, match="private network") as failed:
            post(address, b"{}", headers={}, private=False, timeout=5)
    assert failed.value.hopeless
    assert receiver.received == []


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as proxy, Receiver() as receiver:
        monkeypatch.setenv("http_proxy", proxy.url)
        sent(receiver)
    assert (len(proxy.received), len(receiver.received)) == (0, 1)


def test_nobody_is_there() -> None:
    with Receiver() as receiver:
        pass
    with pytest.raises(Undelivered, match="refused"):
        sent(receiver)


@given(st.integers(1, ATTEMPTS))
def test_pauses_grow_to_an_hour(attempts: int) -> None:
    least = min(2.0 ** (attempts - 1), 3_600.0)
    assert least <= pause_after(attempts) <= min(least + 1, 3_600.0)
