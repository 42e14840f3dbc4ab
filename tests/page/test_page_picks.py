"""Selecting and exporting moments, saved searches, watches, chapters."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from page.page_parts import cards, violations
from playwright.sync_api import expect
from server.serving import Served


def bar(page: Any) -> Any:
    return page.get_by_role("region", name="Selected moments")


def box(page: Any, at: int) -> Any:
    return cards(page).nth(at).get_by_role("checkbox")


def picked(page: Any) -> list[bool]:
    chosen: list[bool] = page.locator(".pick").evaluate_all("all => all.map(one => one.checked)")
    return chosen


@pytest.fixture
def found(visit: Any) -> Any:
    page = visit("?q=red")
    page.get_by_role("button", name="less likely").click()
    expect(cards(page).nth(3)).to_be_visible()
    return page


def export(page: Any, name: str) -> Any:
    """Choose a format in the menu that is open; the download."""
    with page.expect_download() as download:
        page.get_by_role("dialog", name="Export as").get_by_role("button", name=name).click()
    return download.value


def test_cards_are_selected_by_pointer(found: Any) -> None:
    expect(bar(found)).not_to_be_visible()
    expect(box(found, 0)).to_have_css("opacity", "0")
    cards(found).first.hover()
    expect(box(found, 0)).to_have_css("opacity", "1")
    box(found, 0).check()
    expect(bar(found)).to_contain_text("1 moment selected")
    box(found, 3).click(modifiers=["Shift"])
    assert picked(found)[:5] == [True, True, True, True, False]
    box(found, 2).click()
    expect(bar(found)).to_contain_text("3 moments selected")
    bar(found).get_by_role("button", name="Clear the selection").click()
    expect(bar(found)).not_to_be_visible()
    assert not any(picked(found))


def test_cards_are_selected_by_keys(found: Any) -> None:
    cards(found).first.locator(".card-link").focus()
    found.keyboard.press("x")
    found.keyboard.press("ArrowRight")
    found.keyboard.press("ArrowRight")
    found.keyboard.press("Shift+X")
    assert picked(found)[:4] == [True, True, True, False]
    found.keyboard.press("x")
    assert picked(found)[:4] == [True, True, False, False]


def test_what_is_selected_stays_so_while_one_searches_on(found: Any) -> None:
    box(found, 0).check()
    found.locator("#box").fill("seen:green")
    expect(cards(found).first.locator("h3")).to_have_text("green")
    box(found, 0).check()
    expect(bar(found)).to_contain_text("2 moments selected")


def test_the_selection_is_exported(found: Any) -> None:
    box(found, 1).check()
    box(found, 0).check()
    bar(found).get_by_label("Handles").fill("0.5")
    bar(found).get_by_role("button", name="Export").click()
    with found.expect_request("**/export") as asked:
        file = export(found, "EDL")
    assert asked.value.post_data_json["handles"] == "0.5"
    assert file.suggested_filename == "red.edl"
    assert Path(file.path()).read_text("utf-8").count("FROM CLIP NAME") == 2
    expect(found.locator(".note")).to_contain_text("Exported 2 moments: EDL.")


def test_what_is_to_be_known_of_an_export_is_said(found: Any) -> None:
    def noted(route: Any) -> None:
        answer = route.fetch()
        headers = {**answer.headers, "footage-note": "red has a variable frame rate"}
        route.fulfill(response=answer, headers=headers)

    found.route("**/export", noted)
    box(found, 0).check()
    bar(found).get_by_role("button", name="Export").click()
    export(found, "CSV")
    expect(found.locator(".note")).to_contain_text("Note: red has a variable frame rate.")


def test_an_export_that_fails_says_why(found: Any, watched: Any) -> None:
    watched.expect("400")
    box(found, 0).check()
    bar(found).get_by_label("Handles").fill("many")
    bar(found).get_by_role("button", name="Export").click()
    found.get_by_role("button", name="FCPXML").click()
    expect(found.locator(".note-bad")).to_contain_text(re.compile("many.*; .*\\."))


def test_what_is_marked_in_the_player_is_exported(visit: Any) -> None:
    page = visit("?q=said:refund+policy")
    cards(page).first.locator("a").click()
    page.get_by_role("button", name="Export", exact=True).click()
    file = export(page, "JSON")
    assert json.loads(Path(file.path()).read_text("utf-8"))


def save(page: Any, name: str) -> None:
    page.get_by_role("button", name="Save this search").click()
    page.get_by_label("Name of the saved search").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=name)).to_be_visible()


def test_a_saved_search_is_kept_by_the_server(own_site: Served, visit: Any) -> None:
    address = (
        "?q=2:red+-+said:blue&then=green&within=7&seen=1&said=0.5&sign=0"
        "&by_video=true&tag=summer&since=2024&until=2024&max_duration=90"
    )
    page = visit(address, at=own_site)
    save(page, "mine∕1")
    (kept,) = own_site.library.saved.list()
    assert (kept.name, kept.query.text) == ("mine∕1", "2:red - said:blue")
    page.get_by_role("button", name="Clear the query").click()
    page.reload()
    page.get_by_role("link", name="mine∕1").click()
    assert page.url.endswith(address)


def test_a_saved_search_of_another_program_is_asked_by_its_name(
    own_site: Served, visit: Any
) -> None:
    own_site.client.put("/searches/reds", json={"text": "seen:red", "fusion": "rrf"})
    page = visit(at=own_site)
    page.get_by_role("link", name="reds").click()
    expect(cards(page).first.locator("h3")).to_contain_text("red")
    assert page.url.endswith("?saved=reds")
    expect(page.locator(".chip")).to_have_text("reds")
    page.reload()
    cards(page).first.locator("a").click()
    expect(page.locator(".hit").first).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#box").fill("seen:green")  # the name stands alone
    expect(cards(page).first.locator("h3")).to_have_text("green")
    assert page.url.endswith("?q=seen:green")


GREENS = {"query": {"text": "seen:green"}, "threshold": 0.05}


@pytest.fixture
def watching(own_site: Served, visit: Any) -> Any:
    """The page of a library that is watched for green, of which there is something new."""
    own_site.client.put("/watches/greens", json={**GREENS, "look_back": True})
    return visit("?q=red", at=own_site)


def test_a_bell_watches_for_a_saved_search(own_site: Served, visit: Any) -> None:
    own_site.client.put("/searches/dogs", json={"text": "a dog"})
    page = visit(at=own_site)
    bell = page.get_by_role("button", name="Watch for dogs")
    expect(bell).to_have_attribute("aria-pressed", "false")
    bell.click()
    expect(bell).to_have_attribute("aria-pressed", "true")
    expect(bell).to_be_focused()
    assert [each.name for each in own_site.library.watches.list()] == ["dogs"]
    bell.click()
    page.get_by_role("button", name="Stop watching").click()
    expect(bell).to_have_attribute("aria-pressed", "false")
    assert not own_site.library.watches.list()
    assert [each.name for each in own_site.library.saved.list()] == ["dogs"]


def test_a_watch_says_what_it_sends_where(own_site: Served, visit: Any) -> None:
    hook = "https://example.com/hook"
    own_site.client.put("/watches/greens", json={**GREENS, "webhook": hook})
    page = visit(at=own_site)
    page.get_by_role("button", name="Watch for greens").click()
    expect(page.locator(".note")).to_contain_text(f"sent to {hook} as JSON, signed with the secret")


def test_what_is_new_is_listed_seen_and_played(watching: Any, own_site: Served) -> None:
    page = watching
    page.get_by_role("button", name=re.compile("new for greens")).click()
    news = page.get_by_role("region", name="New moments")
    expect(news.get_by_role("heading", level=2)).to_have_text("New for “greens”")
    expect(page.locator(".new-badge")).to_have_count(0)
    expect(page.locator(".news-button")).not_to_be_visible()
    assert own_site.library.watches.count("greens", new=True) == 0
    news.locator(".card-link").first.click()
    expect(page.get_by_role("dialog", name="Player: green")).to_be_visible()
    page.keyboard.press("Escape")
    expect(news).to_be_visible()
    news.get_by_role("button", name="Close what is new").click()
    expect(news).not_to_be_visible()


def test_what_a_watch_finds_meanwhile_is_told(own_site: Served, visit: Any) -> None:
    own_site.client.put("/watches/greens", json=GREENS)
    page = visit(at=own_site)
    expect(page.get_by_role("button", name="Watch for greens")).to_be_visible()
    expect(page.locator(".news-button")).not_to_be_visible()
    own_site.client.put("/watches/greens", json={"look_back": True})
    expect(page.locator(".news-button")).to_be_visible()
    page.locator(".news-button").click()
    expect(page.locator(".news .card").first).to_be_visible()


def test_chapters_are_listed_and_lie_on_the_timeline(visit: Any) -> None:
    page = visit("?q=said:refund+policy")
    cards(page).first.locator("a").click()
    page.get_by_role("tab", name="Chapters").click()
    rows = page.get_by_role("tabpanel", name="Chapters").locator("button")
    expect(rows.nth(1)).to_be_visible()
    expect(page.locator(".chapter-tick")).to_have_count(rows.count() - 1)
    rows.first.click()
    expect(page.locator(".clock")).to_have_text(re.compile("^0:0[0-2] /"))
    expect(rows.first).to_have_attribute("aria-current", "")


def selected(page: Any) -> None:
    expect(cards(page).nth(2)).to_be_visible()
    box(page, 1).check()
    bar(page).get_by_role("button", name="Export").click()
    expect(page.locator(".format").first).to_be_visible()


def news(page: Any) -> None:
    page.locator(".news-button").click()
    expect(page.locator(".news .card").first).to_be_visible()
    page.get_by_role("button", name="Watch for greens").click()
    expect(page.locator(".note")).to_contain_text("1 moment so far.")


def chapters(page: Any) -> None:
    expect(cards(page).first).to_be_visible()
    cards(page).first.locator("a").click()
    page.get_by_role("tab", name="Chapters").click()
    expect(page.locator(".chapter").first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ready", [selected, news, chapters])
def test_axe_finds_nothing_in_them(watching: Any, ready: Callable[[Any], None], theme: Any) -> None:
    page = watching
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    ready(page)
    assert violations(page) == []


def test_they_fit_a_phone(watching: Any) -> None:
    page = watching
    expect(page.locator(".news-button")).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 740})
    selected(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
