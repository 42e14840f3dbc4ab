"""Every view, light and dark, as axe-core judges it; and moving by keys alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from page.page_parts import cards, violations
from playwright.sync_api import expect
from server.serving import Served


def home(page: Any) -> None:
    expect(page.locator(".newest .card").first).to_be_visible()


def found(page: Any) -> None:
    expect(cards(page).first).to_be_visible()
    expect(page.locator(".facet").first).to_be_attached()


def menu(page: Any) -> None:
    found(page)
    page.locator(".chip-face").first.click()
    expect(page.locator(".popover")).to_be_visible()


def player(page: Any) -> None:
    found(page)
    cards(page).first.locator("a").click()
    expect(page.locator(".hit").first).to_be_visible()
    page.get_by_role("tab", name="Said").click()
    expect(page.locator(".player .line").first).to_be_visible()


def library(page: Any) -> None:
    expect(page.locator(".videos .card").first).to_be_visible()


def help_(page: Any) -> None:
    page.get_by_role("button", name="Help and keys").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def nothing(page: Any) -> None:
    expect(page.locator(".verdict-box")).to_be_visible()


VIEWS: dict[str, tuple[str, Callable[[Any], None]]] = {
    "home": ("", home),
    "found": ('?q=2:red+%2B+said:"refund policy"+-+seen:blue&then=green&tag=', found),
    "filtered": ("?q=seen:red&tag=summer&since=2024&until=2024&by_video=true", found),
    "menu": ("?q=red+%2B+said:blue", menu),
    "player": ("?q=said:refund+policy", player),
    "library": ("?view=library", library),
    "help": ("", help_),
    "nothing": ("?q=said:xylophone", nothing),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(page: Any, visit: Any, view: str, theme: Any) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    address, ready = VIEWS[view]
    visit(address)
    ready(page)
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_guide(
    empty_site: Served, page: Any, visit: Any, theme: Any
) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    visit(at=empty_site)
    expect(page.locator(".guide")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_login(page: Any, site: Served, watched: Any, theme: Any) -> None:
    watched.expect("401")
    needed = {"code": "token_needed", "message": "this server asks for a token", "remedy": "x"}
    page.route("**/api/v1/**", lambda route: route.fulfill(status=401, json={"error": needed}))
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.goto(site.origin)
    login = page.get_by_role("dialog", name="This library asks who you are")
    expect(login).to_be_visible()
    assert violations(page) == []
    login.get_by_label("Token").fill("wrong")
    page.keyboard.press("Enter")
    expect(login.get_by_role("alert")).to_contain_text("That is not the token")
    expect(login.get_by_label("Token")).to_be_focused()
    assert violations(page) == []


DRAG = """types => {
  const data = new DataTransfer();
  for (const type of types) data.items.add(new File(["x"], "x", { type }));
  dispatchEvent(new DragEvent("dragenter", { dataTransfer: data, clientX: 9, clientY: 9 }));
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_where_files_are_dropped(page: Any, visit: Any, theme: Any) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    visit()
    page.evaluate(DRAG, ["video/mp4"])
    expect(page.locator(".drop-zone.drop-over")).to_contain_text("Search with it")
    expect(page.locator(".drop-zone").nth(1)).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("view", ["home", "filtered", "player", "library"])
def test_nothing_is_wider_than_a_phone(page: Any, visit: Any, view: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    address, ready = VIEWS[view]
    visit(address)
    ready(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_focus_is_seen_and_goes_in_order(visit: Any) -> None:
    page = visit("?q=seen:red")
    found(page)
    page.evaluate("document.activeElement.blur()")
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(
            """() => {
              const one = document.activeElement;
              const { outlineStyle, boxShadow } = getComputedStyle(one.closest(".box") ?? one);
              return [one.getAttribute("aria-label") ?? one.textContent.trim(), outlineStyle !== "none" || boxShadow !== "none"];
            }"""
        ))  # fmt: skip
    names = [name for name, _ in seen]
    assert names[0] == "Skip to the results"
    assert names.index("red, seen, weight 1") < names.index("Search your videos")
    assert names.index("Search your videos") < names.index("Search") < names.index("Library")
    assert all(is_seen for _, is_seen in seen)


def test_nothing_moves_for_who_wants_that(page: Any, visit: Any) -> None:
    page.emulate_media(reduced_motion="reduce")
    visit("?q=seen:red")
    found(page)
    card = cards(page).first.locator(".thumb-play")
    assert card.evaluate("one => getComputedStyle(one).transitionDuration") == "1e-05s"
