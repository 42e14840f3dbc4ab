"""Hostile names, tokens, a server that goes away, and whatever else may go wrong."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from houses import House
from page.page_parts import cards
from playwright.sync_api import expect
from server.serving import Served, serving
from videos import make_video

import footage
from footage.server import tokens
from footage.server.app import create_app
from footage.server.config import ServerSettings

EVIL = '<img src=x onerror="window.hurt=1"><script>window.hurt=1<\u2215script>'


def test_names_are_no_markup(own_site: Served, visit: Any, tmp_path: Path) -> None:
    path = make_video(tmp_path / f"{EVIL}.mp4", seconds=4, shots=["yellow", "blue"])
    path.with_suffix(".srt").write_text(
        f"1\n00:00:00,500 --> 00:00:02,000\n{EVIL} hello\n", "utf-8"
    )
    with own_site.library as library:
        library.add(path)
        library.tag(path, add=[EVIL])
        page = visit("?q=seen:yellow", at=own_site)
        expect(cards(page).first).to_be_visible()
        expect(page.locator(".results h3", has_text=EVIL).first).to_be_visible()
        page.locator(".facet-button", has_text=EVIL).click()
        expect(page.locator(".chip", has_text=EVIL)).to_be_visible()
        cards(page).first.locator("a").click()
        expect(page.locator(".player-title")).to_have_text(EVIL)
        page.get_by_role("tab", name="Said").click()
        expect(page.locator(".line")).to_contain_text("hello")
        page.keyboard.press("Escape")
        visit(f"?q={EVIL}", at=own_site)
        visit("?view=library", at=own_site)
        expect(page.locator(".tag", has_text=EVIL)).to_be_visible()
        assert page.evaluate("window.hurt") is None
        assert page.locator("main img[src=x]").count() == 0


@pytest.fixture
def guarded(page_house: House) -> Any:
    kept = tokens.hashed("open sesame", b"0" * 16)
    with page_house.open() as library, serving(library, ServerSettings(token=kept)) as running:
        yield running


def test_a_token_is_asked_for(guarded: Served, page: Any, watched: Any) -> None:
    watched.expect("401")
    page.goto(f"{guarded.origin}/?q=seen:yellow")
    login = page.get_by_role("dialog", name="This library asks who you are")
    login.get_by_label("Token").fill("wrong")
    login.get_by_role("button", name="Enter").click()
    expect(login.get_by_role("alert")).to_contain_text("That is not the token of this server")
    page.keyboard.press("Escape")
    expect(login).to_be_visible()
    login.get_by_label("Token").fill("open sesame")
    page.keyboard.press("Enter")
    expect(login).to_have_count(0)
    expect(cards(page).first.locator("h3")).to_have_text("yellow")
    page.reload()
    expect(cards(page).first.locator("h3")).to_have_text("yellow")


class Flaky:
    """A server that can be stopped and started again at the same port."""

    def __init__(self, library: footage.Library) -> None:
        self.library = library
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def start(self) -> None:
        self.app = create_app(self.library, settings=ServerSettings(port=self.port))
        config = uvicorn.Config(
            self.app, port=self.port, log_level="error", timeout_graceful_shutdown=1
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()

    def stop(self) -> None:
        self.app.state.service.events.close()
        self.server.should_exit = True
        self.thread.join()


@pytest.fixture
def flaky(page_house: House) -> Any:
    with page_house.open() as library:
        flaky = Flaky(library)
        flaky.start()
        yield flaky
        flaky.stop()


def test_a_server_that_goes_away_and_comes_back(flaky: Flaky, page: Any, watched: Any) -> None:
    watched.expect("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED", "ERR_EMPTY_RESPONSE")
    page.goto(f"http://127.0.0.1:{flaky.port}/?q=seen:yellow")
    expect(cards(page).first).to_be_visible()
    flaky.stop()
    expect(page.locator(".away")).to_be_visible()
    page.locator("#box").click()  # nothing lies over it
    page.locator("#box").fill("+ seen:white")
    expect(page.locator(".verdict")).to_contain_text("these are the results of before")
    expect(page.locator(".cards-stale .card").first).to_be_visible()
    expect(page.locator(".note")).to_have_count(0)
    page.get_by_role("link", name="Library").click()
    expect(page.locator(".nothing")).to_contain_text("The server does not answer")
    page.get_by_role("link", name="Search", exact=True).click()
    flaky.start()
    expect(page.locator(".away")).not_to_be_visible()
    expect(cards(page).first).to_be_visible()
    expect(page.locator(".cards-stale")).to_have_count(0)


def test_a_degraded_reader_is_told_of(visit: Any, page: Any) -> None:
    def degraded(route: Any) -> None:
        answer = route.fetch()
        readers = [
            {"name": "speech", "state": "ok", "reason": None},
            {
                "name": "screen",
                "state": "missing",
                "remedy": "`pip install 'x[ocr]'`",
                "reason": "rapidocr is not <b>installed</b>",
            },
        ]
        route.fulfill(response=answer, json={**answer.json(), "readers": readers})

    page.route("**/api/v1/library", degraded)
    visit()
    expect(page.locator(".newest .card").first).to_be_visible()
    expect(page.locator(".banner")).to_be_hidden()
    visit("?view=library")
    expect(page.locator(".banner")).to_have_text(
        "On-screen text is not searched: rapidocr is not <b>installed</b>; “pip install 'x[ocr]'”."
    )
    page.get_by_role("button", name="Dismiss the warning").click()
    expect(page.locator(".banner")).to_be_hidden()
    page.reload()
    expect(page.locator(".card-video").first).to_be_visible()
    expect(page.locator(".banner")).to_be_hidden()


@pytest.mark.parametrize(
    ("videos", "waiting", "said"),
    [
        (0, 5, "Speech is not searched: x is not installed; get it."),
        (3, 2, "Speech is searched in 3 of 5 videos; in the other 2 it was not read: x is not "),
        (4, 1, "Speech is searched in 4 of 5 videos; in the other one it was not read: x is not "),
        (5, 0, None),
    ],
)
def test_where_speech_is_searched_is_said(
    visit: Any, page: Any, videos: int, waiting: int, said: str | None
) -> None:
    def told(route: Any) -> None:
        answer = route.fetch()
        speech = {"name": "speech", "state": "missing", "reason": "x is not installed",
                  "remedy": "get it", "videos": videos, "waiting": waiting}  # fmt: skip
        route.fulfill(response=answer, json={**answer.json(), "readers": [speech]})

    page.route("**/api/v1/library", told)
    visit("?view=library")
    expect(page.locator(".library .library-facts")).to_contain_text("5 videos")
    if said is None:
        expect(page.locator(".banner")).to_be_hidden()
    else:
        expect(page.locator(".banner p")).to_contain_text(said)


def test_what_was_not_read_is_not_advised(visit: Any, page: Any) -> None:
    def unread(route: Any) -> None:
        answer = route.fetch()
        readers = [
            {"name": name, "modality": name, "state": "ok", "videos": 0}
            for name in ("speech", "screen")
        ]
        route.fulfill(response=answer, json={**answer.json(), "readers": readers})

    def nothing(route: Any) -> None:
        hint = "look for what was said with said:"
        route.fulfill(json={"found": False, "hint": hint, "moments": []})

    page.route("**/api/v1/library", unread)
    page.route("**/search?*", nothing)
    visit()
    expect(page.locator(".example")).to_have_count(2)
    expect(page.locator(".examples")).not_to_contain_text("sign:")
    visit("?q=red")
    expect(page.locator(".verdict")).to_contain_text("Nothing here matches.")
    expect(page.locator(".verdict")).not_to_contain_text("said:")
    expect(page.get_by_role("slider", name="is said")).to_be_disabled()
    expect(page.get_by_role("slider", name="is seen")).to_be_enabled()


def test_advice_ends_with_the_key_it_names(visit: Any, page: Any) -> None:
    hint = "look for what was said with said:"
    answer = {"found": False, "hint": hint, "moments": []}
    page.route("**/search?*", lambda route: route.fulfill(json=answer))
    visit("?q=red")
    expect(page.locator(".verdict p").last).to_have_text(f"To find more, {hint}")
    expect(page.locator(".verdict code")).to_have_text("said:")


@pytest.mark.parametrize(
    ("chance", "said"), [(0.31, "Not sure. This is"), (0.1, "Nothing here matches well.")]
)
def test_the_verdict_agrees_with_the_dots(visit: Any, page: Any, chance: float, said: str) -> None:
    def unsure(route: Any) -> None:
        answer = route.fetch()
        found = answer.json()
        moments = [{**found["moments"][0], "confidence": chance}]
        route.fulfill(
            response=answer, json={**found, "found": False, "hint": None, "moments": moments}
        )

    page.route("**/search?*", unsure)
    visit("?q=seen:yellow")
    expect(page.locator(".verdict-title")).to_contain_text(said)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((503, '{"error":{"code":"busy","message":"200 searches wait already","remedy":"ask again in a moment"}}'),
         "200 searches wait already; ask again in a moment."),
        ((502, "<html>Bad Gateway</html>"), "The answer was 502 Bad Gateway; try again in a moment."),
    ],
)  # fmt: skip
def test_a_failure_is_one_sentence(
    visit: Any, page: Any, watched: Any, answer: tuple[int, str], said: str
) -> None:
    status, body = answer
    watched.expect(str(status))
    page.route("**/search?*", lambda route: route.fulfill(status=status, body=body))
    visit("?q=red")
    expect(page.get_by_role("alert")).to_have_text(said)
    page.unroute("**/search?*")
    page.locator("#box").fill("+ blue")
    expect(cards(page).first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
