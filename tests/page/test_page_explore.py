"""The explore view: clusters and their map, outliers, duplicates, trends."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from page.page_parts import cards, violations
from playwright.sync_api import expect
from server.serving import Served

import footage

EVIL = "<img src=x onerror=window.hurt=1>"


def stretch(site: Served, title: str, start: float = 1.0, **more: Any) -> dict[str, Any]:
    video_id = site.id_of(title)
    picture = f"/api/v1/thumbnails/{video_id}?t={start}"
    known = {"video_id": video_id, "title": title, "path": None, "url": None, "thumbnail": picture}
    return {**known, "start": start, "end": start + 2, **more}


@pytest.fixture
def told(page: Any, site: Served) -> None:
    """What a larger library would tell."""
    red, green, white = (stretch(site, title) for title in ("red-blue", "green", "white"))
    cluster = {
        "concepts": [], "said": ["refund"], "written": [], "videos": 2, "seconds": 9.0,
        "cohesion": 0.5, "size": 2, "share": 0.5,
    }  # fmt: skip
    clusters = [
        {**cluster, "number": 1, "name": EVIL, "moments": [red, green]},
        {**cluster, "number": 2, "name": "snow", "moments": [white]},
    ]
    points = [
        {**red, "cluster": 1, "x": 0.25, "y": 0.5},
        {**green, "cluster": 1, "x": 0.5, "y": 0.5},
        {**white, "cluster": 2, "x": 0.75, "y": 0.75},
    ]
    outlier = {
        **red,
        "score": 4.25,
        "distance": 0.7,
        "concepts": ["a kite"],
        "near": [green, white],
    }
    shared = {"speed": 0.5, "score": 0.91, "cosine": 0.95, "whole": False}
    bins = [
        {"name": f"2024-0{month}", "videos": 3, "seconds": 60.0, "share": share}
        for month, share in enumerate((0.05, 0.4, 0.1, 0.1), 1)
    ]
    burst = {"first": "2024-02", "last": "2024-02", "share": 0.4, "usual": 0.08, "p": 0.0123,
             "false_rate": 0.02, "moments": [white]}  # fmt: skip
    change = {"at": "2024-03", "before": 0.2, "after": 0.1, "p": 0.0004, "false_rate": 0.01,
              "moments": [red]}  # fmt: skip
    trend = {"subject": "a dog", "cluster": None, "bins": bins, "bursts": [burst]}
    answers: dict[str, dict[str, Any]] = {
        "clusters": {"of": "segments", "silhouette": 0.2, "layout": "pca", "clusters": clusters,
                     "points": points},
        "outliers": {"within": "library", "segments": 381, "outliers": [outlier]},
        "duplicates": {"video": None,
                       "duplicates": [{"first": red, "second": stretch(site, "harbour", 6), **shared}],
                       "same_files": []},
        "trends": {"by": "month", "trends": [{**trend, "changes": [change]}]},
    }  # fmt: skip
    for name, answer in answers.items():
        answering(page, name, {"note": None, **answer})


def answering(page: Any, name: str, answer: dict[str, Any]) -> None:
    page.route(re.compile(rf"/api/v1/{name}\?"), lambda route: route.fulfill(json=answer))


def plays(page: Any, title: str) -> None:
    expect(page.get_by_role("dialog", name=f"Player: {title}")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert "view=explore" in page.url


def box(page: Any) -> list[float]:
    return [float(part) for part in page.locator(".map-paper").get_attribute("viewBox").split()]


@pytest.fixture
def map_(told: None, visit: Any) -> Any:
    page = visit("?view=explore")
    expect(page.locator(".map-paper text")).to_have_count(2)
    return page


def on_map(page: Any, x: float, y: float) -> tuple[float, float]:
    """Where a point of the whole map, 0 to 1, lies on the screen."""
    at = page.locator(".map-paper").bounding_box()
    side = min(at["width"], at["height"])
    left, top = at["x"] + (at["width"] - side) / 2, at["y"] + (at["height"] - side) / 2
    return left + side * (0.04 + 0.92 * x), top + side * (0.04 + 0.92 * y)  # has a margin


def test_what_the_server_says_is_shown(visit: Any) -> None:
    page = visit()
    page.get_by_role("link", name="Explore").click()
    expect(page.locator(".tile").first).to_be_visible()
    assert page.url.endswith("?view=explore&show=clusters")
    assert page.locator(".map-paper text").count() == page.locator(".tile").count()
    for show in ("Outliers", "Duplicates", "Trends"):
        page.get_by_role("link", name=show, exact=True).click()
        expect(page.locator(".explore-note, .pair").first).to_be_visible()
    expect(page.locator(".explore-note")).to_have_text("There are 5 videos: trends take 6 or more.")


def test_files_that_are_the_same_are_named(own_site: Served, visit: Any, tmp_path: Path) -> None:
    own_site.library.add(shutil.copy(own_site.library.video("white").path, tmp_path / "copy.mp4"))
    page = visit("?view=explore&show=duplicates", at=own_site)
    told = page.locator(".same-files > li")
    expect(told).to_contain_text("white lies in 2 files, the same to the byte:")
    expect(told.locator("li")).to_have_text([re.compile(r"white\.mp4$"), re.compile(r"copy\.mp4$")])
    assert violations(page) == []


def test_a_tiny_library_says_why_there_is_nothing(empty_site: Served, visit: Any) -> None:
    page = visit("?view=explore", at=empty_site)
    expect(page.locator(".explore-note")).to_contain_text("no video is indexed")
    expect(page.locator(".map")).to_have_count(0)


def test_back_and_forward(told: None, visit: Any) -> None:
    page = visit("?view=explore&show=duplicates")
    expect(page.locator(".pair")).to_be_visible()
    page.get_by_role("link", name="Outliers").click()
    expect(page.locator(".explore .card")).to_be_visible()
    page.get_by_role("link", name="Library").click()
    expect(page.locator(".explore")).to_be_hidden()
    page.go_back()
    expect(page.locator(".explore .card")).to_be_visible()
    page.go_back()
    expect(page.locator(".pair")).to_be_visible()
    page.go_forward()
    expect(page.locator(".explore .card")).to_be_visible()
    page.locator("#box").press_sequentially("seen:yellow")
    expect(cards(page).first).to_be_visible()


def test_it_says_that_it_works(page: Any, told: None, visit: Any) -> None:
    page.route("**/api/v1/clusters?*", lambda _route: None)
    visit("?view=explore")
    expect(page.locator(".explore [role=status]").first).to_have_text(
        "Sorting everything by what it shows…"
    )
    expect(page.locator(".explore-body")).to_have_attribute("aria-busy", "true")
    with page.expect_event("requestfailed", lambda r: "clusters" in r.url):
        page.get_by_role("link", name="Outliers").click()
    expect(page.locator(".explore .card")).to_be_visible()
    expect(page.locator(".explore-body")).to_have_attribute("aria-busy", "false")


def test_a_failure_is_said_and_tried_again(page: Any, told: None, visit: Any, watched: Any) -> None:
    watched.expect("503")
    error = {"code": "busy", "message": "9 analyses wait", "remedy": "ask again in a minute"}
    page.route(
        "**/api/v1/outliers?*", lambda r: r.fulfill(status=503, json={"error": error}), times=1
    )
    visit("?view=explore&show=outliers")
    alert = page.locator(".explore [role=alert]")
    expect(alert).to_contain_text("9 analyses wait; ask again in a minute.")
    alert.get_by_role("button", name="Try again").click()
    expect(page.locator(".explore .card")).to_be_visible()


def test_filters_narrow_it(told: None, visit: Any) -> None:
    page = visit("?view=explore&show=outliers&tag=summer")
    expect(page.locator(".explore .card")).to_be_visible()
    with page.expect_request(lambda r: "/outliers?" in r.url and "tag=" not in r.url):
        page.get_by_role("button", name="Remove only tag summer").click()
    with page.expect_request("**/outliers?within=video*"):
        page.get_by_role("button", name="Its video").click()
    expect(page.get_by_role("button", name="Its video")).to_be_focused()
    assert page.url.endswith("&among=video")


def test_a_cluster_is_lit(map_: Any) -> None:
    tile = map_.get_by_role("button", name=EVIL)
    tile.click()
    expect(tile).to_have_attribute("aria-pressed", "true")
    expect(map_.locator(".map-paper .dim")).to_have_count(2)  # the points and the name of the other
    assert map_.url.endswith("cluster=1")
    assert map_.evaluate("window.hurt") is None
    tile.click()
    map_.mouse.move(5, 5)
    expect(map_.locator(".map-paper .dim")).to_have_count(0)
    assert "cluster=" not in map_.url


def test_tiles_play(map_: Any) -> None:
    map_.locator(".tile").nth(1).get_by_role("link").click()
    plays(map_, "white")


def test_points_are_named_and_play(map_: Any) -> None:
    map_.mouse.move(*on_map(map_, 0.75, 0.75))
    expect(map_.locator(".map-tip")).to_contain_text("white")
    expect(map_.locator(".map-tip")).to_contain_text("0:01 – 0:03 · snow")
    map_.mouse.click(*on_map(map_, 0.25, 0.5))
    plays(map_, "red-blue")


def test_the_wheel_zooms_where_it_is(map_: Any) -> None:
    at = on_map(map_, 0.75, 0.75)
    map_.mouse.move(*at)
    map_.mouse.wheel(0, -400)
    expect(map_.locator(".map-paper")).not_to_have_attribute("viewBox", "0 0 1000 1000")
    x, y, size, _ = box(map_)
    assert size < 600
    assert (730 - x) / size == pytest.approx(0.73, abs=0.02)  # it is still under the pointer
    assert (730 - y) / size == pytest.approx(0.73, abs=0.02)
    map_.get_by_role("button", name="See all").click()
    assert box(map_) == [0, 0, 1000, 1000]


def test_names_lie_within_the_map_and_apart(
    page: Any, told: None, visit: Any, site: Served
) -> None:
    names = ["at the top", "cave, screwdriver", "grass, and much more of it"]
    places = [(0.0, 0.0), (0.98, 0.5), (1.0, 0.5)]
    red = stretch(site, "red-blue")
    cluster = {
        "concepts": [], "said": [], "written": [], "videos": 1, "seconds": 9.0, "cohesion": 0.5,
        "size": 1, "share": 0.3, "moments": [red],
    }  # fmt: skip
    clusters = [{**cluster, "number": at, "name": name} for at, name in enumerate(names, 1)]
    points = [{**red, "cluster": at, "x": x, "y": y} for at, (x, y) in enumerate(places, 1)]
    told_now = {"of": "segments", "silhouette": 0.2, "layout": "pca", "note": None}
    answering(page, "clusters", {**told_now, "clusters": clusters, "points": points})
    page.set_viewport_size({"width": 640, "height": 700})  # the map is about as wide as high
    visit("?view=explore")
    texts = page.locator(".map-paper text")
    expect(texts).to_have_count(3)
    expect(texts.nth(2)).to_be_hidden()
    frame = page.locator(".map").bounding_box()
    for text in (texts.nth(0), texts.nth(1)):
        expect(text).to_be_visible()
        at = text.bounding_box()
        assert at["x"] >= frame["x"]
        assert at["y"] >= frame["y"]
        assert at["x"] + at["width"] <= frame["x"] + frame["width"]
    page.get_by_role("button", name=names[2]).focus()
    expect(texts.nth(2)).to_be_visible()


def test_dragging_moves_and_does_not_play(map_: Any) -> None:
    x, y = on_map(map_, 0.25, 0.5)
    map_.mouse.move(x, y)
    map_.mouse.down()
    map_.mouse.move(x + 50, y, steps=4)
    map_.mouse.up()
    assert box(map_)[0] < -40
    expect(map_.get_by_role("dialog")).to_have_count(0)


def test_two_fingers_zoom(map_: Any) -> None:
    x, y = on_map(map_, 0.5, 0.5)
    client = map_.context.new_cdp_session(map_)

    def touch(kind: str, *spread: float) -> None:
        points = [{"x": x + side * by, "y": y, "id": side + 1} for by in spread for side in (-1, 1)]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 30)
    for by in (45, 60, 90):
        touch("touchMove", by)
    touch("touchEnd")
    assert box(map_)[2] == pytest.approx(1000 / 3, rel=0.25)


def test_keys_zoom_move_and_play(map_: Any) -> None:
    map_.locator(".map-paper").focus()
    map_.keyboard.press("+")
    assert box(map_)[2] < 800
    expect(map_.locator(".map-tip")).to_contain_text("green")  # the nearest to the middle
    for _ in range(6):
        map_.keyboard.press("ArrowLeft")
    expect(map_.locator(".map-tip")).to_contain_text("red-blue")
    map_.keyboard.press("Enter")
    plays(map_, "red-blue")
    map_.locator(".map-paper").focus()
    map_.keyboard.press("0")
    assert box(map_) == [0, 0, 1000, 1000]


def test_outliers_say_why_and_play(told: None, visit: Any) -> None:
    page = visit("?view=explore&show=outliers")
    card = page.locator(".explore .card")
    expect(card).to_contain_text("More than others: a kite")
    expect(card).to_contain_text("4.3 deviations farther")
    expect(card.get_by_role("list", name="Ordinary moments").get_by_role("link")).to_have_count(2)
    card.get_by_role("link", name="Play white").click()
    plays(page, "white")
    card.get_by_role("link", name="Play red-blue").click()
    plays(page, "red-blue")


def test_duplicates_lie_on_one_line_of_time(told: None, visit: Any) -> None:
    page = visit("?view=explore&show=duplicates")
    pair = page.locator(".pair")
    expect(pair).to_contain_text("2 s of the first are in the second, too.")
    expect(pair).to_contain_text("The second runs at 2.00×.")
    expect(pair).to_contain_text("91 % sure")
    shared = pair.locator(".pair-shared")
    expect(pair.locator(".pair-line").last).to_have_attribute("style", re.compile("--long"))
    first, second = shared.nth(0).bounding_box(), shared.nth(1).bounding_box()
    assert first["x"] == pytest.approx(second["x"], abs=1)
    pair.get_by_role("link", name="Play harbour").press("l")  # which asks for more, elsewhere
    pair.get_by_role("link", name="Play harbour").click()
    plays(page, "harbour")
    pair.get_by_role("link", name="Play red-blue").click()
    plays(page, "red-blue")


def test_trends_are_drawn_told_and_tabled(told: None, visit: Any) -> None:
    page = visit("?view=explore&show=trends")
    trend = page.locator(".trend")
    expect(trend).to_contain_text("Much of it in 2024-02: 40 %, elsewhere 8.0 % (p = 0.012).")
    expect(trend).to_contain_text("Less from 2024-03 on: 10 %, before 20 % (p < 0.001).")
    expect(trend.get_by_role("img")).to_have_attribute(
        "aria-label", "Share of a dog from 2024-01 to 2024-04, 40 % at most"
    )
    expect(trend.locator(".burst")).to_have_count(1)
    expect(trend.locator(".turning")).to_have_count(1)
    trend.get_by_text("As a table").click()
    expect(trend.get_by_role("row")).to_have_count(5)
    trend.get_by_role("link", name="Play white").click()
    plays(page, "white")


@pytest.mark.parametrize(
    ("by", "names", "slots"),
    [
        ("month", ["2021-12", "2022-01", "2023-11", "2026-11"], [0, 1, 23, 59]),
        ("week", ["2023-12-25", "2024-01-01", "2024-03-11"], [0, 1, 11]),
        ("day", ["2024-02-28", "2024-03-01"], [0, 2]),
        ("position", ["0-10 %", "10-20 %", "20-30 %"], [0, 1, 2]),
    ],
)
def test_bins_of_a_trend_lie_where_they_lie_in_time(
    by: str, names: list[str], slots: list[int], page: Any, visit: Any
) -> None:
    bins = [{"name": name, "videos": 1, "seconds": 9.0, "share": 0.5} for name in names]
    trend = {"subject": "a dog", "cluster": None, "bins": bins, "bursts": [], "changes": []}
    answering(page, "trends", {"by": by, "trends": [trend], "note": None})
    visit(f"?view=explore&show=trends&by={by}")
    expect(page.locator(".chart-bin")).to_have_count(len(names))
    places = page.locator(".chart-bin").evaluate_all("all => all.map(one => one.x.baseVal.value)")
    step = 600 / (slots[-1] + 1)
    assert places == pytest.approx([step * slot for slot in slots], abs=0.01)
    middle = [] if slots[-1] >= len(names) else [names[(len(names) - 1) // 2]]
    assert page.locator(".chart-names span").all_text_contents() == [names[0], *middle, names[-1]]
    line = page.locator(".chart-line").get_attribute("d")
    assert re.findall("[A-Za-z]", line) == ["M", "h"] * len(names)  # nothing goes across a gap


def test_trends_of_what_is_typed(told: None, visit: Any) -> None:
    page = visit("?view=explore&show=trends")
    field = page.get_by_label("Trends of what")
    with page.expect_request("**/trends?q=a+dog"):
        field.fill("a dog")
        field.press("Enter")
    expect(field).to_be_focused()
    with page.expect_request("**/trends?q=a+dog&by=week"):
        page.get_by_role("button", name="Week").click()
    page.go_back()
    page.go_back()
    expect(field).to_have_value("")


def test_trends_of_a_saved_search(own_site: Served, told: None, visit: Any) -> None:
    page = visit("?view=explore&show=trends", at=own_site)
    expect(page.locator(".trend")).to_be_visible()
    choice = page.get_by_label("Trends of a saved search")
    expect(choice).to_be_hidden()
    own_site.library.saved.put("dogs", footage.Query(text="a dog"))
    page.reload()
    expect(page.locator(".trend")).to_be_visible()
    expect(choice).to_be_visible()
    with page.expect_request("**/trends?saved=dogs"):
        choice.focus()
        choice.select_option("dogs")
    expect(choice).to_be_focused()
    page.reload()
    expect(choice).to_have_value("dogs")
    with page.expect_request("**/trends?q=a+cat"):
        page.get_by_label("Trends of what").fill("a cat")
        page.get_by_label("Trends of what").press("Enter")
    expect(choice).to_have_value("")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("show", ["clusters&cluster=1", "outliers", "duplicates", "trends"])
def test_axe_finds_nothing(page: Any, told: None, visit: Any, show: str, theme: Any) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    visit(f"?view=explore&show={show}")
    page.locator(".tile, .explore .card, .pair, .trend").first.wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("show", ["clusters", "outliers", "duplicates", "trends"])
def test_nothing_is_wider_than_a_phone(page: Any, told: None, visit: Any, show: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    visit(f"?view=explore&show={show}")
    page.locator(".tile, .explore .card, .pair, .trend").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
