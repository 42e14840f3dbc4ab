"""Selecting and exporting moments, saved searches, watches, chapters."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from page.page_parts import cards
from page.test_page_access import RUN
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
