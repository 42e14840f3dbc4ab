"""Whom the server answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from server.serving import Served, assert_failed, serving

import footage
from footage.server import tokens
from footage.server.config import ServerSettings, is_loopback


@pytest.fixture
def guarded(library: footage.Library) -> Iterator[tuple[Served, str]]:
    """A server that demands a token, and the token."""
    token, kept = tokens.make(library.folder)
    with serving(library, ServerSettings(token=kept)) as running:
        yield running, token


def test_answers_carry_what_keeps_a_browser_in_check(served: Served) -> None:
    for answer in (
        served.client.get("/videos"),
        served.client.get("/absent"),
        served.client.get(served.origin + "/"),
    ):
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in answer.headers


def test_what_a_browser_may_keep(served: Served) -> None:
    kept = {
        path: served.client.get(served.origin + path).headers["cache-control"]
        for path in ("/", "/js/app.js", "/api/v1/videos", "/api/v1/absent")
    }
    assert list(kept.values()) == ["no-cache", "no-cache", "no-store", "no-store"]


def test_the_page_s_files_are_kept_until_they_change(served: Served) -> None:
    document = served.client.get(served.origin + "/")
    script = re.search(r'<script type="module" src="(/files/[0-9a-f]+/js/app.js)"', document.text)
    assert script
    assert f'rel="modulepreload" href="{script[1].replace("app.js", "box.js")}"' in document.text
    found = served.client.get(served.origin + script[1])
    assert "immutable" in found.headers["cache-control"]
    assert found.headers["content-type"].startswith("text/javascript")
    assert found.headers["content-encoding"] == "gzip"
    again = {"if-none-match": document.headers["etag"]}
    assert served.client.get(served.origin + "/", headers=again).status_code == 304
    older = served.client.get(served.origin + "/files/0123/js/app.js")
    assert (older.status_code, older.headers["cache-control"]) == (200, "no-cache")
    for path in ("/files/", "/files", "/js/absent.js", "/../app.py", "/js"):
        assert_failed(served.client.get(served.origin + path), 404, "no_such_route")
    assert served.client.post(served.origin + "/").status_code == 405
    assert served.client.head(served.origin + "/").content == b""


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "10.0.0.1"])
def test_other_names_of_this_machine_are_refused(served: Served, host: str) -> None:
    answer = served.client.get("/videos", headers={"host": host})
    assert_failed(answer, 403, "access_refused")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "[::1]:1"])
def test_its_own_names_are_not(served: Served, host: str) -> None:
    assert served.client.get("/videos", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/jobs"), ("GET", "/search?q=red")])
def test_pages_of_other_sites_are_refused(
    served: Served, method: str, path: str, headers: dict[str, str]
) -> None:
    assert_failed(served.client.request(method, path, headers=headers), 403, "access_refused")


def test_its_own_page_is_not(served: Served) -> None:
    headers = {"origin": served.origin, "sec-fetch-site": "same-origin"}
    assert served.client.post("/search", json={"text": "red"}, headers=headers).status_code == 200


def test_links_from_other_sites_open_the_page(served: Served) -> None:
    answer = served.client.get(served.origin + "/", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/videos", "/search?q=x", "/openapi.json", "/metrics", "/events"])
def test_a_token_is_demanded(guarded: tuple[Served, str], path: str) -> None:
    served, token = guarded
    get = served.client.get
    assert_failed(get(path), 401, "token_needed")
    for wrong in ("x", token[:-1], token + "x", "é"):
        header = f"Bearer {wrong}".encode()
        assert_failed(get(path, headers={b"authorization": header}), 401, "token_needed")
    assert_failed(get(path, headers={"cookie": "footage_token=x"}), 401, "token_needed")


def test_a_token_opens(guarded: tuple[Served, str]) -> None:
    served, token = guarded
    bearer = {"authorization": f"Bearer {token}"}
    assert served.client.get("/videos", headers=bearer).status_code == 200
    # a program that has it may be a page of anybody's
    foreign = {**bearer, "origin": "https://mine.example"}
    assert served.client.get("/videos", headers=foreign).status_code == 200
    for path in ("/health", "/ready"):  # what watches over servers has none
        assert served.client.get(path).status_code == 200
    assert served.client.get(served.origin + "/").status_code == 200


def test_logging_in_and_out(guarded: tuple[Served, str]) -> None:
    served, token = guarded
    client = served.client
    assert_failed(client.post("/login", json={"token": "x"}), 401, "token_needed")
    answer = client.get(f"{served.origin}/login", params={"token": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/videos").status_code == 200
    foreign = {"origin": "https://evil.example"}
    assert_failed(client.get("/videos", headers=foreign), 403, "access_refused")
    client.post("/logout")
    assert_failed(client.get("/videos"), 401, "token_needed")


def test_a_token_is_kept_as_a_hash(tmp_path: Path) -> None:
    token, kept = tokens.make(tmp_path)
    assert tokens.stored(tmp_path) == kept
    written = (tmp_path / tokens.FILE_NAME).read_text()
    assert token not in written
    assert (tmp_path / tokens.FILE_NAME).stat().st_mode & 0o077 == 0
    assert tokens.matches(token, kept)
    assert not tokens.matches(token[:-1], kept)
    assert tokens.make(tmp_path)[1] != kept
    assert not tokens.matches(token, tokens.stored(tmp_path) or "")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *(("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True)),
        *(("0.0.0.0", False), ("192.168.1.2", False), ("::", False), ("footage.example", False)),
    ],
)
def test_which_addresses_are_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
    assert ServerSettings(host=host).is_public is not loopback


def test_a_proxy_s_name_makes_it_public() -> None:
    assert ServerSettings(names=("footage.example",)).is_public


def test_a_body_has_a_limit(served: Served) -> None:
    assert_failed(served.client.post("/jobs", content=b"x" * (2 << 20)), 413, "too_large")
