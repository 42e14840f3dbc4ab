"""The box: typing, chips, weights, filters, what follows, and the address that says it all."""

from __future__ import annotations

import re
from typing import Any

import pytest
from page.page_parts import cards, chip, q
from playwright.sync_api import expect
from server.serving import Served


def typed(page: Any, text: str) -> None:
    page.locator("#box").press_sequentially(text)


def test_it_searches_as_one_types(visit: Any) -> None:
    page = visit()
    typed(page, "seen:green")
    expect(cards(page).first.locator("h3")).to_have_text("green")
    assert q(page) == "seen:green"
    expect(page.locator(".chip")).to_have_count(0)


def test_stale_searches_are_given_up(visit: Any) -> None:
    page = visit()
    asked: list[str] = []
    page.on("request", lambda r: "/search?" in r.url and asked.append(r.url))
    page.route("**/search?q=red&*", lambda _route: None)  # it never comes
    with page.expect_request("**/search?q=red&*"):
        typed(page, "red")
    with page.expect_event("requestfailed", lambda r: "q=red&" in r.url):
        typed(page, " green")
    expect(cards(page).first).to_be_visible()
    assert len(asked) < len("red green")


def test_enter_makes_chips(visit: Any) -> None:
    page = visit()
    typed(page, '2:red + said:"refund policy" - blue tag:summer year:2024')
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_have_count(5)
    expect(chip(page, "red").locator(".chip-weight")).to_have_text("×2")
    expect(chip(page, "blue").locator(".chip-not")).to_be_visible()
    assert q(page) == "2:red + said:refund policy - blue"
    assert page.evaluate("location.search").endswith("tag=summer&since=2024&until=2024")
    expect(page.locator("#box")).to_have_value("")


def test_a_filter_is_a_chip_once_a_space_follows(visit: Any) -> None:
    page = visit()
    typed(page, "tag:summer")
    expect(page.locator(".chip")).to_have_count(0)
    typed(page, " ")
    expect(chip(page, "summer")).to_be_visible()
    expect(page.locator(".newest .card")).to_have_count(2)


def test_chips_are_removed(visit: Any) -> None:
    page = visit("?q=red+%2B+blue&tag=sea")
    page.get_by_role("button", name="Remove blue").click()
    assert q(page) == "red"
    page.get_by_role("button", name="Remove only tag sea").click()
    assert "tag" not in page.url
    page.get_by_role("button", name="Clear the query").click()
    expect(page.locator(".chip")).to_have_count(0)
    expect(page.locator(".hero")).to_be_visible()


def test_a_chip_is_weighed_by_keys(visit: Any) -> None:
    page = visit("?q=red+%2B+blue")
    page.get_by_role("button", name="red, weight 1").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert q(page) == "2:red + blue"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("-")
    assert q(page) == "2:red - blue"
    page.keyboard.press("ArrowDown")
    assert q(page) == "2:red - 0.75:blue"
    page.keyboard.press("Delete")
    assert q(page) == "2:red"


def test_a_chip_is_weighed_by_dragging(visit: Any) -> None:
    page = visit("?q=red+%2B+blue")
    expect(cards(page).first).to_be_visible()
    box = chip(page, "red").locator(".chip-face").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 20)
    page.mouse.move(x, y - 38)
    page.mouse.up()
    expect(page).to_have_url(re.compile("q=2:red"))
    expect(page.locator(".popover")).to_have_count(0)


def test_a_chip_says_where_it_is_looked_for(visit: Any, watched: Any) -> None:
    watched.expect("400")  # nothing is wanted in the end, and the server says so
    page = visit("?q=refund")
    page.get_by_role("button", name="refund, weight 1").click()
    page.get_by_role("button", name="Said", exact=True).click()
    assert q(page) == "said:refund"
    page.get_by_role("button", name="refund, said").click()
    page.get_by_role("button", name="Count more").click()
    page.get_by_role("button", name="Count more").click()
    assert q(page) == "2:said:refund"
    page.get_by_role("button", name="Not this").click()
    assert q(page) == "- 2:said:refund"
    expect(page.locator(".verdict")).to_contain_text("only what is not wanted; ")
    expect(page.locator(".popover")).to_have_count(0)


def test_a_chip_is_edited(visit: Any) -> None:
    page = visit("?q=red+%2B+blue")
    page.locator("#box").press("Backspace")
    expect(page.locator("#box")).to_have_value("blue")
    page.locator("#box").fill("green")
    page.keyboard.press("Enter")
    assert q(page) == "red + green"


@pytest.mark.parametrize("width", [1280, 390])
def test_a_long_chip_is_cut_and_told_whole(visit: Any, page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    long = "somebody walks along a beach at dusk with a dog and a kite " * 2
    visit(f"?q={long}&tag={'tag' * 33}")
    expect(page.locator(".chip")).to_have_count(2)
    for each in page.locator(".chip").all():
        assert each.bounding_box()["height"] == 36
        assert each.bounding_box()["width"] < 330
    expect(page.get_by_title(long.strip(), exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=f"{long.strip()}, weight 1", exact=True)).to_be_visible()
    expect(page.get_by_title("tag" * 33, exact=True).last).to_be_attached()


def test_the_name_of_a_saved_search_is_cut(visit: Any, watched: Any) -> None:
    watched.expect("404")
    page = visit(f"?saved={'long name ' * 9}end")
    expect(page.locator(".chip")).to_have_text(f"{'long name ' * 9}end")
    assert page.locator(".chip-face").evaluate("face => face.scrollHeight") <= 36


def test_what_follows(visit: Any) -> None:
    page = visit("?q=red")
    page.get_by_role("button", name="Then: what follows it").click()
    page.keyboard.type("blue")
    expect(cards(page).first.locator(".thumb-time")).to_contain_text("→")
    page.get_by_label("Seconds until it follows").fill("7")
    page.get_by_label("Seconds until it follows").press("Enter")
    expect(page).to_have_url(re.compile("within=7"))
    page.reload()
    expect(page.get_by_label("then", exact=True)).to_have_value("blue")
    page.get_by_role("button", name="Remove step 1").click()
    assert "then" not in page.url


def test_back_and_forward(visit: Any) -> None:
    page = visit()
    typed(page, "seen:green")
    page.keyboard.press("Enter")
    expect(chip(page, "green")).to_be_visible()
    page.locator("#box").fill("tag:summer ")
    expect(chip(page, "summer")).to_be_visible()
    cards(page).first.locator("a").click()
    expect(page.get_by_role("dialog", name="Player")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog", name="Player")).to_have_count(0)
    page.go_back()
    expect(chip(page, "summer")).to_have_count(0)
    expect(chip(page, "green")).to_be_visible()
    page.go_back()
    expect(page.locator(".hero")).to_be_visible()
    page.go_forward()
    expect(cards(page).first.locator("h3")).to_have_text("green")
    page.go_forward()
    expect(chip(page, "summer")).to_be_visible()


def test_the_address_has_the_whole_query(visit: Any, site: Any) -> None:
    like = f"{site.id_of('white')}@1.00^0.5"
    address = f"?q=2:red+-+blue&like={like}&seen=1&said=0.5&sign=0&by_video=true&since=2023"
    page = visit(address)
    expect(page.locator(".chip")).to_have_count(4)
    expect(page.get_by_label("How much counts what is said")).to_have_value("0.5")
    expect(page.get_by_role("button", name="Videos", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    chip(page, "red").locator(".chip-face").press("ArrowUp")
    said = dict(p.split("=") for p in page.evaluate("location.search.slice(1)").split("&"))
    assert said == {
        "q": "3:red+-+blue",
        "like": like.replace("^", "%5E"),
        "seen": "1",
        "said": "0.5",
        "sign": "0",
        "by_video": "true",
        "since": "2023",
    }


def test_one_card_for_each_video(visit: Any) -> None:
    page = visit("?q=red")
    expect(cards(page).first).to_be_visible()
    page.get_by_role("button", name="Videos", exact=True).click()
    expect(page.locator(".results .cards")).to_have_attribute("data-by-video", "true")
    expect(cards(page)).to_have_count(3)  # of the other two there is hardly a chance
    titles = cards(page).locator("h3").all_text_contents()
    assert set(titles) == {"harbour", "red-blue", "green"}
    cards(page).first.hover()
    cards(page).first.get_by_role("button", name="All moments in").click()
    expect(page.locator(".chip-filter", has_text=titles[0])).to_be_visible()


def facet(page: Any, title: str) -> list[str]:
    """The values of a facet, with their counts, those chosen marked."""
    one = page.locator("#panel .facet", has=page.locator("h2", has_text=title))
    said: list[str] = one.locator(".facet-button").evaluate_all(
        """all => all.map(one =>
          `${one.innerText.replace(/\\s+/g, " ")}${one.ariaPressed === "true" ? " *" : ""}`)"""
    )
    return said


def test_facets_keep_the_siblings_of_what_is_chosen(visit: Any) -> None:
    page = visit("?q=red")
    panel = page.locator("#panel")
    panel.get_by_role("button", name="city 2").click()
    expect(page.locator(".chip-filter", has_text="city")).to_be_visible()
    expect(panel).to_contain_text("2 videos to search in")
    assert facet(page, "Folders") == ["videos/beach 2", "videos/city 2 *", page_folder(page)]
    panel.get_by_role("button", name="beach 2").click()
    expect(panel.get_by_role("button", name="beach 2")).to_have_attribute("aria-pressed", "true")
    expect(panel.get_by_role("button", name="beach 2")).to_be_focused()
    expect(panel.locator("h2", has_text="Folders")).to_have_text("Folders any of them")
    expect(panel).to_contain_text("4 videos to search in")
    panel.get_by_role("button", name="city 2").click()
    expect(panel).to_contain_text("2 videos to search in")
    expect(page.locator(".chip-filter")).to_have_count(1)


def page_folder(page: Any) -> str:
    """What the facet says of the folder that the harbour lies in."""
    said: str = page.locator(".facet-button", has_text="page").inner_text()
    return " ".join(said.split())


def test_of_tags_all_must_hold(visit: Any) -> None:
    page = visit("?q=red")
    panel = page.locator("#panel")
    expect(panel.locator("h2", has_text="Tags")).to_have_text("Tags")
    panel.get_by_role("button", name="summer 2").click()
    expect(panel.locator("h2", has_text="Tags")).to_have_text("Tags all of them")
    assert facet(page, "Tags") == ["summer 2 *", "sea 1", 'it\'s "odd" 🎬 0']
    panel.get_by_role("button", name="sea 1").click()
    expect(panel).to_contain_text("1 video to search in")
    assert facet(page, "Tags") == ["sea 1 *", "summer 1 *", 'it\'s "odd" 🎬 0']


def test_years_are_chosen_as_one_stretch(visit: Any, page: Any) -> None:
    def more(route: Any) -> None:
        answer = route.fetch()
        years = [{"name": str(year), "count": 1} for year in (2020, 2022, 2023, 2024)]
        route.fulfill(response=answer, json={**answer.json(), "years": years})

    page.route("**/facets?*", more)
    visit("?q=red")
    choose = page.locator("#panel").get_by_role("button", name=re.compile("20.. 1")).nth
    choose(1).click()  # newest first
    expect(page.locator("#panel .facet-button[aria-pressed=true]")).to_have_text(["20231"])
    assert page.url.endswith("since=2023&until=2023")
    choose(3).click()
    expect(page.locator("#panel .facet-button[aria-pressed=true]")).to_have_count(3)
    assert page.url.endswith("since=2020&until=2023")
    choose(3).click()
    expect(page.locator("#panel .facet-button[aria-pressed=true]")).to_have_count(2)
    assert page.url.endswith("since=2022&until=2023")
    choose(1).click()
    choose(2).click()
    expect(page.locator("#panel .facet-button[aria-pressed=true]")).to_have_count(0)
    assert "since" not in page.url


def test_what_is_chosen_of_many_stays_in_sight(visit: Any, page: Any) -> None:
    def many(route: Any) -> None:
        answer = route.fetch()
        tags = [{"name": f"tag {at:02}", "count": 1} for at in range(12)]
        route.fulfill(response=answer, json={**answer.json(), "tags": tags})

    page.route("**/facets?*", many)
    visit("?q=red&tag=tag+11")
    assert len(facet(page, "Tags")) == 9
    page.get_by_role("button", name="3 more").click()
    expect(page.get_by_role("button", name="tag 08 1")).to_be_focused()
    page.get_by_role("button", name="tag 09 1").click()
    expect(page.get_by_role("button", name="tag 09 1")).to_be_focused()
    assert len(facet(page, "Tags")) == 12


def test_sliders_rerank_at_once(visit: Any) -> None:
    page = visit("?q=red")
    expect(cards(page).first.locator("h3")).to_have_text("harbour")  # what is said is near, too
    page.route("**/search?*", lambda _route: None)  # what is here has to do
    page.get_by_label("How much counts what is said").fill("0")
    expect(cards(page).first.locator("h3")).to_have_text("red-blue")
    assert "said=0" in page.url
    page.get_by_role("button", name="Reset").click()
    assert "said" not in page.url


def test_saved_searches(own_site: Served, visit: Any) -> None:
    page = visit("?q=red+-+blue&tag=summer", at=own_site)
    page.get_by_role("button", name="Save this search").click()
    expect(page.get_by_label("Name of the saved search")).to_have_value("red - blue tag:summer")
    page.keyboard.type("mine")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Clear the query").click()
    page.reload()
    page.get_by_role("link", name="mine").click()
    expect(page.locator(".chip")).to_have_count(3)
    page.get_by_role("button", name="Forget mine").click()
    expect(page.get_by_role("link", name="mine")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="mine")).to_be_visible()


def test_why_it_matched(visit: Any) -> None:
    page = visit("?q=said:refund+policy")
    best = cards(page).first
    expect(best.locator(".quote")).to_have_text("Our refund policy is simple.")
    assert best.locator("mark").all_text_contents() == ["refund", "policy"]
    expect(best.locator(".badge")).to_have_text("Said")
    expect(best.locator(".confidence")).to_contain_text("Sure")


def test_nothing_matches(visit: Any) -> None:
    page = visit("?q=said:xylophone+quartet")
    expect(page.locator(".verdict")).to_contain_text("Nothing here matches")
    expect(page.locator(".verdict")).to_contain_text("say it in other words")


def test_a_filter_that_leaves_nothing(visit: Any) -> None:
    page = visit("?q=red&tag=unknown")
    expect(page.locator(".verdict")).to_contain_text("Nothing here matches.")
    page.get_by_role("button", name="Search without the filters").click()
    expect(cards(page).first).to_be_visible()


@pytest.fixture
def chances(page: Any) -> list[float]:
    """How likely the moments of the next answers are, one for each; to be filled in."""
    given: list[float] = []

    def answer(route: Any) -> None:
        there = route.fetch()
        found = there.json()
        (first, *_) = found["moments"]
        found["found"] = max(given) >= 0.43
        found["moments"] = [
            {**first, "start": at + 0.5, "end": at + 1.5, "confidence": chance}
            for at, chance in enumerate(given)
        ]
        route.fulfill(response=there, json=found)

    page.route("**/search?*", answer)
    return given


def test_what_is_hardly_likely_is_folded(visit: Any, chances: list[float]) -> None:
    chances += [0.9, 0.5, 0.42, 0.1, 0.02, 0.019, 0.0]  # the last are not shown at all
    page = visit("?q=seen:yellow")
    expect(cards(page)).to_have_count(2)
    expect(page.locator(".results [role=status]").nth(1)).to_have_text(
        "2 results, 3 less likely ones folded"
    )
    more = page.get_by_role("button", name="Show 3 less likely")
    expect(more).to_have_attribute("aria-expanded", "false")
    more.focus()
    page.keyboard.press("Enter")
    expect(cards(page)).to_have_count(5)
    less = page.get_by_role("button", name="Hide 3 less likely")
    expect(less).to_be_focused()
    expect(less).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(cards(page).nth(2).locator(".card-link")).to_be_focused()
    page.get_by_role("link", name="Library").click()
    page.go_back()
    expect(cards(page)).to_have_count(5)
    page.reload()
    expect(cards(page)).to_have_count(5)
    page.locator("#box").fill("+ seen:blue")  # another question, another answer
    expect(cards(page)).to_have_count(2)
    page.go_back()
    less.click()
    expect(cards(page)).to_have_count(2)


def test_no_more_is_asked_for_while_it_is_folded(visit: Any, page: Any, chances: Any) -> None:
    chances += [0.9, *[0.03] * 24]
    asked: list[str] = []
    page.on("request", lambda r: "/search?" in r.url and asked.append(r.url))
    visit("?q=seen:yellow")
    show = page.get_by_role("button", name="Show 23+ less likely")
    expect(show).to_be_visible()
    assert len(asked) == 1
    with page.expect_request(lambda r: "offset=24" in r.url):
        show.click()
        page.evaluate("scrollTo(0, document.body.scrollHeight)")


@pytest.mark.parametrize("end", [[], [0.01, 0.01]])
def test_how_many_are_folded_is_said_where_it_is_known(
    visit: Any, chances: list[float], end: list[float]
) -> None:
    chances += [0.9, *[0.03] * (23 - len(end)), *end]  # a whole page
    page = visit("?q=seen:yellow")
    page.get_by_role("button", name=f"Show {23 - len(end)} less likely").click()
    expect(page.get_by_role("button", name=f"Hide {23 - len(end)} less likely")).to_be_visible()
    expect(cards(page)).to_have_count(24 - len(end))


@pytest.mark.parametrize(
    ("given", "count", "said"),
    [
        ([0.3, 0.05, 0.03], 2, "Not sure. These are the best guesses."),
        ([0.3, 0.04, 0.03], 1, "Not sure. This is the best guess."),
        ([0.04, 0.03, 0.02], 1, "Below is the best guess."),
    ],
)
def test_where_nothing_is_found_the_best_guesses_are_shown(
    visit: Any, chances: list[float], given: list[float], count: int, said: str
) -> None:
    chances += given
    page = visit("?q=seen:yellow")
    expect(page.locator(".verdict")).to_contain_text(said)
    expect(cards(page)).to_have_count(count)
    page.get_by_role("button", name=f"Show {3 - count} less likely").click()
    expect(cards(page)).to_have_count(3)


def test_videos_of_one_title_are_told_apart(visit: Any, page: Any) -> None:
    def alike(route: Any) -> None:
        answer = route.fetch()
        found = answer.json()
        one, other = found["moments"][:2]
        clip = {**one, "title": "clip", "confidence": 0.9}
        found["moments"] = [
            {**clip, "path": "/films/2023/sea/clip.mp4"},
            {**clip, "video_id": other["video_id"], "path": "/films/2024/sea/clip.mp4"},
            {**clip, "path": "/films/2024/sea/lone.mp4", "title": "lone", "video_id": "0" * 32},
        ]
        route.fulfill(response=answer, json=found)

    page.route("**/search?*", alike)
    visit("?q=red")
    expect(cards(page)).to_have_count(3)
    places = [each.locator(".card-facts").all_text_contents() for each in cards(page).all()]
    assert places == [["2023/sea/clip.mp4"], ["2024/sea/clip.mp4"], []]
    expect(page.get_by_role("link", name="Play clip, 2024/sea/clip.mp4")).to_be_attached()
    title = cards(page).nth(2).locator("h3").get_attribute("title")
    assert title == "lone\n/films/2024/sea/lone.mp4"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"left open', "left open"),
        ("red + - blue", "nothing follows"),
        ('said:"refund" + -', "nothing follows"),
        ("0:red", "out of range"),
    ],
)
def test_what_cannot_be_read_is_said_on_enter(visit: Any, text: str, said: str) -> None:
    page = visit()
    typed(page, text)
    page.keyboard.press("Enter")
    expect(page.locator("#box-hint")).to_contain_text(re.compile(said, re.IGNORECASE))
    expect(page.locator(".verdict-bad:visible")).to_have_count(0)  # that says the same
    expect(page.locator("#box")).to_have_value(text)


def test_more_as_one_scrolls(visit: Any, page: Any) -> None:
    page.set_viewport_size({"width": 500, "height": 500})
    offsets: list[str] = []

    def cut(route: Any) -> None:
        """Pages of the answer, so long that there are several."""
        answer = route.fetch()
        found = answer.json()
        offset = int(route.request.url.split("offset=")[1].split("&")[0])
        offsets.append(str(offset))
        one = found["moments"][0] if found["moments"] else None
        if offset == 0:
            page.first = one
        count = 25 if offset < 48 else 3  # one more than is shown
        found["moments"] = [
            {**page.first, "start": offset + at + 0.5, "end": offset + at + 1.5, "confidence": 0.1}
            for at in range(count)
        ]
        route.fulfill(response=answer, json=found)

    page.route("**/search?*", cut)
    visit("?q=red")
    expect(cards(page).nth(23)).to_be_attached()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(cards(page).nth(47)).to_be_attached()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(cards(page)).to_have_count(51)
    expect(page.locator(".results-end")).to_have_text("That is all there is.")
    assert offsets == ["0", "24", "48"]


def test_keys(visit: Any) -> None:
    page = visit("?q=red")
    page.get_by_role("button", name="less likely").click()
    expect(cards(page).nth(4)).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("#box")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(cards(page).nth(0).locator("a")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(cards(page).nth(1).locator("a")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(cards(page).nth(4).locator("a")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#box")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="How to ask, and the keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Player")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(cards(page).nth(0).locator("a")).to_be_focused()


def test_moving_over_a_card_shows_the_video(visit: Any) -> None:
    page = visit("?q=blue")
    thumb = cards(page).first.locator(".thumb")
    thumb.hover()
    expect(thumb.locator(".scrub-clock")).to_be_attached()
    box = thumb.bounding_box()
    clocks = []
    for share in (0.05, 0.95):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 30)
        clocks.append(thumb.locator(".scrub-clock").text_content())
    assert clocks[0] != clocks[1]
    assert (
        thumb.locator(".sprite").evaluate("image => image.style.transform").startswith("translate(")
    )
    page.mouse.move(0, 0)
    expect(thumb.locator(".scrub-clock")).to_have_count(0)


def test_a_narrow_page_has_its_filters_in_a_drawer(page: Any, visit: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    visit("?q=red")
    panel = page.locator("#panel")
    expect(panel).not_to_be_visible()
    page.get_by_role("button", name="Filters", exact=True).click()
    expect(panel).to_be_visible()
    panel.get_by_role("button", name="summer 2").click()
    page.keyboard.press("Escape")
    expect(panel).not_to_be_visible()
    expect(page.get_by_role("button", name="Filters · 1")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("width", [1280, 400])
def test_a_long_tag_keeps_the_panel_as_wide(visit: Any, page: Any, width: int) -> None:
    def long(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer, json={**answer.json(), "tags": [{"name": "tag" * 33, "count": 1}]}
        )

    page.route("**/facets?*", long)
    page.set_viewport_size({"width": width, "height": 900})
    visit()
    panel = page.locator("#panel")
    expect(panel.locator(".facet-button", has_text="tagtag")).to_have_count(1)
    assert panel.evaluate("panel => panel.scrollWidth - panel.clientWidth") == 0


def test_a_card_shows_its_still_until_a_frame_can_be_placed(visit: Any, page: Any) -> None:
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route("**/sprite.jpg", hold)
    visit("?q=seen:yellow")
    thumb = cards(page).first.locator(".thumb")
    with page.expect_request("**/sprite.jpg"):
        thumb.hover()
    expect(thumb.locator(".sprite-window")).to_have_count(0)
    expect(thumb.locator(".thumb-picture")).to_be_visible()
    held[0].continue_()
    expect(thumb.locator(".scrub-clock")).to_have_text("0:03")
    expect(thumb.locator(".sprite")).to_have_attribute("style", re.compile("translate"))


def test_keys_from_the_box_to_a_result_and_back(visit: Any) -> None:
    page = visit()
    expect(page.locator(".newest .card").first).to_be_visible()  # hidden later, but still there
    typed(page, "seen:yellow")
    page.keyboard.press("Enter")
    expect(cards(page).first).to_be_visible()
    expect(page.locator(".results .cards")).not_to_have_attribute("aria-busy", "true")
    page.keyboard.press("ArrowDown")
    expect(cards(page).first.locator(".card-link")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#box")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#box")).not_to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.get_by_role("dialog", name="Player: yellow")).to_be_visible()


def test_keys_of_the_page_in_the_empty_box(visit: Any) -> None:
    page = visit()
    page.locator("#box").focus()
    typed(page, "/")
    expect(page.locator("#box")).to_have_value("")
    typed(page, "?")
    expect(page.get_by_role("dialog", name="How to ask")).to_be_visible()
    page.keyboard.press("Escape")
    typed(page, "a/b?")
    expect(page.locator("#box")).to_have_value("a/b?")
