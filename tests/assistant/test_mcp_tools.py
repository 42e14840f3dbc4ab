"""The tools of `footage mcp`, asked by the SDK's own client in this process."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import anyio
import pytest
from colours import ColourEmbedder
from mcp import Client
from PIL import Image
from videos import make_video

import footage
from footage.mcp import tools as offered
from footage.mcp.server import make_server

Ask = Callable[..., Any]

SRT = """1
00:00:00,500 --> 00:00:01,500
Where is <i>the dog</i>?

2
00:00:05,000 --> 00:00:06,000
In the lake.
"""


def asking(library: footage.Library, *, allow_writes: bool = False) -> Ask:
    """Calls a tool; gives its answer."""

    def ask(tool: str, **arguments: Any) -> Any:
        async def call() -> Any:
            async with Client(make_server(library, allow_writes=allow_writes)) as client:
                return await client.call_tool(tool, arguments)

        return anyio.run(call)

    return ask


@pytest.fixture
def ask(house: footage.Library) -> Ask:
    return asking(house)


@pytest.fixture
def spoken(tmp_path: Path, folder: Path) -> Iterator[footage.Library]:
    """A library with a film that has subtitles."""
    (folder / "film.srt").write_text(SRT, "utf-8")
    make_video(folder / "film.mp4", seconds=8, shots=["red", "blue"])
    with footage.open(tmp_path / "my.library", embedder=ColourEmbedder()) as library:
        assert not library.add(folder).failed
        yield library


def failed(answer: Any) -> str:
    """The sentence a tool failed with."""
    assert answer.is_error
    (content,) = answer.content
    assert "\n" not in content.text
    text: str = content.text
    return text


def test_a_search_is_that_of_the_library(ask: Ask, house: footage.Library) -> None:
    answer = ask("search", query="red", limit=2)
    expected = house.search("red", limit=2)
    found = answer.structured_content
    assert found["found"] is expected.found
    assert [(one["title"], one["start"]) for one in found["moments"]] == [
        (moment.title, moment.start) for moment in expected
    ]
    first = found["moments"][0]
    assert f"1. {first['title']}, {first['time']}" in answer.content[0].text
    assert first["id"] in answer.content[0].text


def test_filters_sequences_and_likes(ask: Ask, house: footage.Library) -> None:
    only = ask("search", query="white", tag=["summer"]).structured_content["moments"]
    assert {one["title"] for one in only} <= {"red-blue", "green"}
    (follows, *_) = ask("search", query="red", then=["blue"]).structured_content["moments"]
    assert follows["title"] == "red-blue"
    assert len(follows["steps"]) == 2
    yellow = house.video("yellow").video_id
    alike = ask("search", like=[f"{yellow}@0"]).structured_content["moments"]
    expected = house.search(likes=f"{yellow}@0")
    assert [(one["title"], one["start"]) for one in alike] == [
        (moment.title, moment.start) for moment in expected
    ]


def test_the_id_of_a_moment_is_looked_at(ask: Ask) -> None:
    (moment,) = ask("search", query="blue", limit=1).structured_content["moments"]
    answer = ask("look", moment=moment["id"])
    sight = answer.structured_content
    assert sight["id"] == moment["id"]
    assert sight["picture"] == "frame"
    assert sight["at"]["start"] <= moment["start"] < sight["at"]["end"]
    assert sight["before"][-1]["end"] <= moment["start"]
    picture = Image.open(BytesIO(base64.b64decode(answer.content[1].data)))
    assert answer.content[1].mime_type == "image/jpeg"
    red, _green, blue = picture.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert blue > 200 > red


def test_a_thumbnail_where_the_file_is_not(own_house: Any, tmp_path: Path) -> None:
    path = make_video(tmp_path / "gone.mp4", seconds=3, shots=["green"])
    with own_house.open() as library:
        library.add(path)
        path.unlink()
        answer = asking(library)("look", moment="gone@1")
    assert answer.structured_content["picture"] == "thumbnail"
    assert len(answer.content) == 2


def test_what_is_said_around_a_moment(spoken: footage.Library) -> None:
    answer = asking(spoken)("look", moment="film@0:05.5", context=1)
    assert [line["text"] for line in answer.structured_content["said"]] == ["In the lake."]
    assert "0:05 In the lake." in answer.content[0].text


def test_a_transcript_and_a_stretch_of_it(
    spoken: footage.Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = asking(spoken)
    lines = ask("transcript", video="film").structured_content["lines"]
    assert [line["text"] for line in lines] == ["Where is the dog?", "In the lake."]
    lines = ask("transcript", video="film", start=2, end=9).structured_content["lines"]
    assert [line["start"] for line in lines] == [5.0]
    monkeypatch.setattr(offered, "MOST_LINES", 1)
    answer = ask("transcript", video="film")
    assert answer.structured_content["next_start"] == 5.0
    assert "ask with start=5" in answer.content[0].text


def test_words_a_moment_was_found_by(spoken: footage.Library) -> None:
    (first, *_) = asking(spoken)("search", query="said:lake").structured_content["moments"]
    assert first["words"] == [{"how": "said", "text": "In the lake.", "matched": ["lake"]}]


def test_pages_of_videos(ask: Ask, house: footage.Library) -> None:
    answer = ask("videos", limit=2, offset=1).structured_content
    assert [video["title"] for video in answer["videos"]] == [
        video.title for video in house.videos()[1:3]
    ]
    assert answer["total"] == 4
    tagged = ask("videos", tag=["sea"]).structured_content
    assert [video["title"] for video in tagged["videos"]] == ["red-blue"]


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("search", {"query": "dog +"}, "nothing follows the + at character 5"),
        ("search", {}, "not said what to search for"),
        ("search", {"query": "red", "limit": 5000}, "limit of search cannot be taken"),
        ("search", {"query": "red", "colour": "x"}, "it takes video, folder"),
        ("search", {"query": "red", "video": ["nobody"]}, "footage videos"),
        ("look", {"moment": "yellow"}, "write VIDEO@1:05"),
        ("look", {"moment": "yellow@99"}, "beyond its end"),
        ("look", {}, "moment of look cannot be taken"),
        ("transcript", {"video": "nobody"}, "footage videos"),
        ("transcript", {"video": "yellow", "modality": "smell"}, "cannot be taken"),
        ("videos", {"since": "whenever"}, "whenever"),
        ("tag", {"videos": ["yellow"], "add": ["x"]}, "there is no tool 'tag'"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(
    ask: Ask, tool: str, arguments: dict[str, Any], says: str
) -> None:
    assert says in failed(ask(tool, **arguments))


def test_a_list_written_as_text_is_read(ask: Ask) -> None:
    for written in ('["sea", "summer"]', "sea"):
        answer = ask("videos", tag=written).structured_content
        assert [video["title"] for video in answer["videos"]] == ["red-blue"]


def test_a_failure_nobody_thought_of_tells_nothing(
    ask: Ask, house: footage.Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **_options: Any) -> Any:
        raise RuntimeError("secret")

    monkeypatch.setattr(house.catalog, "page", broken)
    assert failed(ask("videos")) == "footage failed in an unforeseen way; its log says more"


def test_tags_only_where_writing_is_allowed(own_house: Any) -> None:
    with own_house.open() as library:
        ask = asking(library, allow_writes=True)
        answer = ask("tag", videos=["yellow"], add=["new"], remove=["none"])
        assert answer.structured_content["videos"][0]["tags"] == ["new"]
        assert library.video("yellow").tags == ("new",)
        assert "cannot be a tag" in failed(ask("tag", videos=["yellow"], add=[""]))


def test_a_removed_video_is_not_handed_out(own_house: Any) -> None:
    with own_house.open() as library:
        library.remove("white")
        ask = asking(library, allow_writes=True)
        for tool, asked in (
            ("look", {"moment": "white@1"}),
            ("transcript", {"video": "white"}),
            ("tag", {"videos": ["white"], "add": ["x"]}),
        ):
            assert "white was removed from the library; restore it" in failed(ask(tool, **asked))


def test_what_the_tools_are_told_to_be(house: footage.Library) -> None:
    async def listed(*, allow_writes: bool) -> Any:
        async with Client(make_server(house, allow_writes=allow_writes)) as client:
            assert client.instructions is not None
            return (await client.list_tools()).tools

    reading = anyio.run(lambda: listed(allow_writes=False))
    assert [tool.name for tool in reading] == ["search", "look", "videos", "transcript"]
    assert all(tool.annotations.read_only_hint for tool in reading)
    for tool in anyio.run(lambda: listed(allow_writes=True)):
        assert tool.description
        assert tool.output_schema["type"] == "object"
        for name, argument in tool.input_schema["properties"].items():
            assert argument.get("description"), (tool.name, name)
    taught = reading[0].description
    for form in ("dog + beach - people", 'said:"refund policy"', "sign:exit", "2:dog"):
        assert form in taught
