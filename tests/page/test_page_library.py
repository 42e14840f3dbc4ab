"""The library view: what it holds, adding, jobs, tags, taking out and bringing back."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import pytest
from page.page_parts import cards, chip, violations
from playwright.sync_api import expect
from server.serving import Served
from videos import make_video


def entry(page: Any, title: str) -> Any:
    return page.locator(".card-video", has=page.locator("h3", has_text=re.compile(f"^{title}$")))


def test_an_empty_library_says_what_to_do(empty_site: Served, visit: Any, tmp_path: Path) -> None:
    page = visit(at=empty_site)
    expect(page.locator(".guide")).to_contain_text("There is nothing to search yet.")
    expect(page.locator(".guide")).to_contain_text("footage index ~/Videos")
    make_video(tmp_path / "first.mp4", seconds=2, shots=["red"])
    guide = page.locator(".guide")
    expect(guide).to_contain_text(f"Paths within {tmp_path};")
    guide.get_by_label("Path or address").fill(str(tmp_path / "first.mp4"))
    guide.get_by_label("Tags").fill("one, two words")
    guide.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("link", name="Play first")).to_be_visible()
    assert set(empty_site.library.videos()[0].tags) == {"one", "two words"}


def test_an_empty_library_says_so_to_a_search(empty_site: Served, visit: Any) -> None:
    page = visit("?q=a+dog", at=empty_site)
    expect(page.locator(".guide")).to_contain_text("There is nothing to search yet.")
    expect(page.locator(".results")).to_be_hidden()


def test_a_path_outside_names_what_may_be_indexed(
    own_site: Served, visit: Any, tmp_path: Path, watched: Any
) -> None:
    watched.expect("403")
    page = visit("?view=library", at=own_site)
    library = page.locator(".library")
    expect(library).to_contain_text(f"Paths within {tmp_path}; start footage serve with --root")
    library.get_by_label("Path or address").fill("/")
    library.get_by_role("button", name="Add", exact=True).click()
    expect(library.get_by_role("alert")).to_contain_text(f"was started to index ({tmp_path})")
    expect(library.get_by_role("alert")).not_to_contain_text("`")
    library.get_by_label("Path or address").fill("/home")
    expect(library.get_by_role("alert")).to_have_count(0)


def test_the_focus_stays_where_a_video_was_taken_out(own_site: Served, visit: Any) -> None:
    page = visit("?view=library", at=own_site)
    expect(page.locator(".library .card-video")).to_have_count(5)
    entry(page, "white").get_by_role("button", name="Take white out of the library").click()
    expect(page.locator(".library .card-video")).to_have_count(4)
    expect(page.locator(".library .card-video a:focus")).to_have_count(1)


def test_only_the_latest_is_undone(own_site: Served, visit: Any) -> None:
    page = visit("?view=library", at=own_site)
    for title in ("white", "green"):
        entry(page, title).get_by_role("button", name=f"Take {title} out of the library").click()
        expect(page.locator(".note")).to_contain_text(f"Took “{title}” out of the library")
    expect(page.get_by_role("button", name="Undo")).to_have_count(1)


def test_the_focus_returns_when_a_search_was_saved(own_site: Served, visit: Any) -> None:
    page = visit("?q=seen:yellow", at=own_site)
    page.get_by_role("button", name="Save this search").click()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Save this search")).to_be_focused()


def test_files_are_sent_and_indexed(own_site: Served, visit: Any, tmp_path: Path) -> None:
    page = visit("?view=library", at=own_site)
    film = make_video(tmp_path / "sent.mp4", seconds=3, shots=["yellow", "red"])
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Drop videos here").click()
    chooser.value.set_files(film)
    expect(page.locator(".job-done", has_text="sent.mp4")).to_contain_text("Indexed")
    expect(entry(page, "sent").locator(".card-facts")).to_have_text(re.compile("(^|· )sent here$"))
    page.get_by_role("link", name="Play sent").click()
    expect(page.locator(".player-place")).to_have_text("sent.mp4, sent here")


def test_an_upload_that_is_no_video_fails_by_its_name(
    own_site: Served, visit: Any, tmp_path: Path, watched: Any
) -> None:
    watched.expect("415")
    film = tmp_path / "empty.mov"
    film.write_bytes(b"no video at all" * 100)
    page = visit("?view=library", at=own_site)
    (tmp_path / "notes.txt").write_text("no video")
    sent: list[str] = []
    page.on("request", lambda request: request.method == "PATCH" and sent.append(request.url))
    page.locator(".library input[type=file]").set_input_files([tmp_path / "notes.txt", film])
    refused = page.locator(".job", has_text="notes.txt")
    expect(refused).to_contain_text("Notes.txt is not a video; send videos.")
    expect(refused.get_by_role("button", name="Try again")).to_have_count(0)
    failures = page.locator(".job", has_text="empty.mov").locator(".failures")
    expect(failures).to_have_text(re.compile(r"^empty\.mov is "))
    expect(page.get_by_role("button", name="Retry")).to_have_count(0)  # it is not kept
    assert len(sent) == 1


def test_an_upload_that_breaks_off_goes_on(
    own_site: Served, visit: Any, tmp_path: Path, watched: Any
) -> None:
    watched.expect("net::ERR_FAILED")
    page = visit("?view=library", at=own_site)
    film = make_video(tmp_path / "sent.mp4", seconds=3, shots=["yellow", "red"])
    broken: list[str] = []

    def once(route: Any) -> None:
        if route.request.method == "PATCH" and not broken:
            broken.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/uploads/*", once)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Drop videos here").click()
    chooser.value.set_files(film)
    expect(entry(page, "sent")).to_be_visible()
    assert broken


def test_what_fails_says_why_and_is_tried_again(
    own_site: Served, visit: Any, tmp_path: Path
) -> None:
    film = tmp_path / "broken.mp4"
    film.write_bytes(b"no video at all" * 1000)
    page = visit("?view=library", at=own_site)
    page.get_by_label("Path or address").fill(str(film))
    page.get_by_role("button", name="Add", exact=True).click()
    job = page.locator(".job", has_text="broken.mp4")
    expect(job.locator(".failures")).to_contain_text("broken.mp4")
    expect(job.locator(".failures")).to_contain_text("; ")  # the remedy
    make_video(film, seconds=2, shots=["red"])
    job.get_by_role("button", name="Retry").click()
    expect(page.locator(".job-done", has_text="broken.mp4")).to_be_visible()
    assert page.evaluate("document.activeElement !== document.body")
    expect(entry(page, "broken")).to_be_visible()


def test_a_job_is_followed_and_cancelled(visit: Any, site: Served) -> None:
    page = visit("?view=library")
    expect(page.locator(".videos .card").first).to_be_visible()
    progress = {
        "files": 3, "done": 1, "failed": 0, "seconds": 61.0, "total_seconds": 190.0,
        "eta": 42.0, "waiting": None,
    }  # fmt: skip
    job = {
        "id": "a" * 32, "kind": "index", "state": "running", "sources": ["/videos/<b>all</b>"],
        "tags": [], "names": {}, "created_at": "2026-01-01T10:00:00Z", "started_at": "2026-01-01T10:00:00Z",
        "ended_at": None, "progress": progress, "failures": [], "error": None,
    }  # fmt: skip
    page.route(
        "**/cancel",
        lambda route: route.fulfill(json={**job, "state": "cancelled", "ended_at": "x"}),
    )
    site.app.state.service.events.tell("job", job)
    row = page.locator(".job", has_text="/videos/<b>all</b>")
    expect(row).to_contain_text("1 of 3 videos · about 42 s left")
    assert row.locator("progress").evaluate("bar => bar.value") == 61 / 190
    row.get_by_role("button", name="Cancel").click()
    expect(row).to_contain_text("Cancelled")
    expect(row.get_by_role("button", name="Retry")).to_be_visible()


def test_what_may_not_be_indexed(visit: Any, watched: Any) -> None:
    watched.expect("403")
    page = visit("?view=library")
    page.get_by_label("Path or address").fill("/etc")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".add [role=alert]")).to_contain_text("outside the folders")
    expect(page.locator(".add [role=alert]")).to_contain_text("--root FOLDER")


def test_tags_are_edited(own_site: Served, visit: Any) -> None:
    page = visit("?view=library", at=own_site)
    page.get_by_label("Add a tag to yellow").fill("<i>warm</i>")
    page.get_by_label("Add a tag to yellow").press("Enter")
    tag = entry(page, "yellow").locator(".tag", has_text="<i>warm</i>")
    expect(tag).to_be_visible()
    expect(page.get_by_label("Add a tag to yellow")).to_be_focused()
    assert own_site.library.video("yellow").tags == ("<i>warm</i>",)
    tag.locator(".tag-name").click()
    expect(chip(page, "<i>warm</i>")).to_be_visible()
    with page.expect_response("**/api/v1/videos?*"):
        page.go_back()
    expect(entry(page, "white")).to_have_count(1)
    page.get_by_label("Add a tag to white").fill("day, sea")
    page.get_by_label("Add a tag to white").press("Enter")
    expect(entry(page, "white").locator(".tag-name")).to_contain_text(["day", "sea"])
    page.get_by_role("button", name="Take the tag <i>warm</i> away").click()
    expect(entry(page, "yellow").locator(".tag")).to_have_count(0)


def test_taking_out_and_bringing_back(
    own_site: Served, visit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit("?view=library", at=own_site)
    entry(page, "white").hover()
    page.get_by_role("button", name="Take white out of the library").click()
    expect(entry(page, "white")).to_have_count(0)
    page.get_by_label("Removed and missing too").check()
    expect(entry(page, "white")).to_contain_text("Removed")
    go_on, bring_back = threading.Event(), own_site.library.restore

    def when_told(_library: Any, *args: Any, **options: Any) -> Any:
        go_on.wait()
        return bring_back(*args, **options)

    monkeypatch.setattr(type(own_site.library), "restore", when_told)
    try:
        entry(page, "white").get_by_role("button", name="Restore").click()
        waiting = entry(page, "white").get_by_role("button", name="Restoring…")
        expect(waiting).to_be_disabled()
        expect(waiting).to_be_focused()
        page.reload()
        page.get_by_label("Removed and missing too").check()
        expect(waiting).to_be_disabled()
    finally:
        go_on.set()
    expect(page.get_by_role("link", name="Play white")).to_be_visible()
    expect(page.locator(".job")).to_have_count(1)
    expect(page.locator(".job")).to_contain_text("Restored")
    assert own_site.library.video("white").state == "ready"


def test_grid_and_list(visit: Any) -> None:
    page = visit("?view=library")
    expect(page.locator(".videos .card")).to_have_count(5)
    page.get_by_role("button", name="List", exact=True).click()
    expect(page.locator(".videos-list")).to_be_visible()
    page.reload()
    expect(page.locator(".videos-list")).to_be_visible()


def test_searching_in_one_video(visit: Any) -> None:
    page = visit("?view=library")
    entry(page, "green").hover()
    page.get_by_role("button", name="Search in green").click()
    expect(page.locator(".chip-filter", has_text="green")).to_be_visible()
    page.keyboard.type("seen:red")
    expect(cards(page).first).to_be_visible()
    assert set(cards(page).locator("h3").all_text_contents()) == {"green"}


def test_typing_leads_back_to_the_results(visit: Any) -> None:
    page = visit("?view=library")
    page.locator("#box").press_sequentially("seen:yellow")
    expect(cards(page).first.locator("h3")).to_have_text("yellow")
    assert "view=" not in page.url


def titles(page: Any) -> list[str]:
    said: list[str] = page.locator(".videos .card-title").all_text_contents()
    return said


def test_videos_are_ordered_and_that_is_remembered(visit: Any, site: Served) -> None:
    page = visit("?view=library")
    order = page.get_by_label("Order of the videos")
    expect(order).to_have_value("-recorded")
    expect(page.locator(".videos .card-title").last).to_have_text("red-blue")
    order.select_option("Title, A to Z")
    expect(page.locator(".videos .card-title")).to_have_text(
        ["green", "harbour", "red-blue", "white", "yellow"]
    )
    order.select_option("Longest")
    expect(page.locator(".videos .card-title").first).to_have_text("harbour")
    page.reload()
    expect(order).to_have_value("-duration")
    assert titles(page)[-1] == "white"


def test_videos_are_filtered_by_title_as_one_types(visit: Any) -> None:
    page = visit("?view=library")
    expect(page.locator(".videos .card")).to_have_count(5)
    box = page.get_by_label("Filter by title")
    box.press_sequentially("RE")
    expect(page.locator(".videos .card-title")).to_have_text(["green", "red-blue"])
    expect(page.locator(".library .bar [role=status]")).to_have_text("2 videos")
    box.press_sequentially("x")
    expect(page.locator(".nothing:visible")).to_have_text("No title has “REx” in it.")
    box.fill("")
    expect(page.locator(".videos .card")).to_have_count(5)


def select(page: Any, *wanted: str) -> Any:
    """Select these; the bar that shows it."""
    for title in wanted:
        entry(page, title).hover()
        page.get_by_role("checkbox", name=f"Select {title}").check()
    return page.get_by_role("region", name="Selected videos")


def test_several_are_tagged_and_that_is_undone(own_site: Served, visit: Any) -> None:
    own_site.library.tag("yellow", add=["warm"])
    page = visit("?view=library", at=own_site)
    bar = select(page, "yellow", "white")
    expect(bar.get_by_role("status")).to_have_text("2 videos selected")
    bar.get_by_label("Tags of the selected videos").fill("warm, b-roll,")
    page.keyboard.press("Enter")
    expect(entry(page, "white").locator(".tag-name")).to_contain_text(["b-roll", "warm"])
    expect(page.locator(".note")).to_contain_text("Tagged 2 videos “warm”, “b-roll”.")
    expect(page.get_by_role("checkbox", name="Select white")).to_be_checked()
    page.get_by_role("button", name="Undo").click()
    for name in ("warm", "b-roll"):
        expect(entry(page, "white").locator(".tag", has_text=name)).to_have_count(0)
    expect(entry(page, "yellow").locator(".tag", has_text="warm")).to_be_visible()
    page.get_by_role("link", name="Search", exact=True).click()
    expect(bar).not_to_be_visible()
    page.go_back()
    expect(bar).to_be_visible()


def test_several_are_taken_out_and_brought_back(own_site: Served, visit: Any) -> None:
    page = visit("?view=library", at=own_site)
    bar = select(page, "yellow", "white", "green")
    bar.get_by_role("button", name="Remove").click()
    expect(page.locator(".videos .card")).to_have_count(2)
    expect(bar).not_to_be_visible()
    expect(page.locator(".note")).to_contain_text("Took 3 videos out of the library")
    assert own_site.library.video("white").state == "removed"
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".job", has_text="3 removed videos")).to_be_visible()
    expect(page.locator(".videos .card")).to_have_count(5)


def test_videos_are_selected_by_keys_and_all_at_once(visit: Any) -> None:
    page = visit("?view=library")
    page.get_by_label("Order of the videos").select_option("title")
    expect(page.locator(".videos .card-title").first).to_have_text("green")
    page.get_by_role("link", name="Play green").focus()
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+X")
    bar = page.get_by_role("region", name="Selected videos")
    expect(bar.get_by_role("status")).to_have_text("3 videos selected")
    page.keyboard.press("x")
    expect(bar.get_by_role("status")).to_have_text("2 videos selected")
    bar.get_by_role("button", name="All").click()
    expect(bar.get_by_role("status")).to_have_text("5 videos selected")
    expect(page.locator(".videos .pick:checked")).to_have_count(5)
    bar.get_by_role("button", name="Clear the selection").click()
    expect(page.locator(".videos .pick:checked")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_where_videos_are_selected(visit: Any, page: Any, theme: Any) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.set_viewport_size({"width": 360, "height": 740})
    visit("?view=library")
    expect(select(page, "yellow")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_more_videos_as_one_scrolls(visit: Any, page: Any) -> None:
    offsets: list[str] = []

    def many(route: Any) -> None:
        url, _, offset_text = route.request.url.partition("&offset=")
        offset, answer = int(offset_text), route.fetch(url=url)
        (one, *_) = answer.json()["videos"]
        offsets.append(str(offset))
        videos = [{**one, "title": f"clip {at}"} for at in range(offset, min(offset + 60, 130))]
        route.fulfill(response=answer, json={"videos": videos, "total": 130})

    page.route("**/videos?*sort=*", many)
    page.set_viewport_size({"width": 500, "height": 500})
    visit("?view=library")
    for count in (60, 120, 130):
        expect(page.locator(".videos .card")).to_have_count(count)
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert offsets == ["0", "60", "120"]
