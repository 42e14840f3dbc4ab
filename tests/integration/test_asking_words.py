"""What was said and is written, beside what is seen: channels, fusion, evidence, minus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from colours import ColourEmbedder
from signs import Signs
from videos import make_video

import footage

SAID = """1
00:00:01,000 --> 00:00:03,500
Our refund policy is simple.

2
00:00:09,000 --> 00:00:11,500
The dog jumps into the lake.

3
00:00:13,000 --> 00:00:15,000
You get your money back within thirty days.
"""


@pytest.fixture
def talk(tmp_path: Path, folder: Path) -> Iterator[footage.Library]:
    """A film of 4-second shots with subtitles and a sign, and one without."""
    make_video(folder / "talk.mp4", seconds=16.0, shots=["red", "white", "blue", "green"])
    make_video(folder / "mute.mp4", seconds=8.0, shots=["blue", "black"])
    (folder / "talk.srt").write_text(SAID)
    with footage.open(
        tmp_path / "talk.library", embedder=ColourEmbedder(), readers={"screen": Signs()}
    ) as library:
        assert not library.add(folder).failed
        yield library


def best(result: footage.SearchResult) -> tuple[str, int, int]:
    return result[0].title, round(result[0].start), round(result[0].end)


def test_what_was_said_is_found_by_its_words(talk: footage.Library) -> None:
    result = talk.search('said:"refund policy"')
    moment = result[0]
    assert (moment.title, moment.start, moment.end) == ("talk", 1.0, 3.5)
    assert moment.modality == "speech"
    witness = moment.evidence[0]
    assert witness.text == "Our refund policy is simple."
    assert set(witness.words) == {"refund", "policy"}
    assert moment.thumbnail is not None
    assert result.found


def test_what_was_said_is_found_by_its_meaning(talk: footage.Library) -> None:
    moment = talk.search("said:an animal leaps into water")[0]
    assert moment.start <= 9.0 <= moment.end
    assert {one.how for one in moment.evidence} <= {"words", "meaning"}


@pytest.mark.parametrize("minus", ["seen:white", "white"])
def test_what_is_seen_can_be_unwanted_where_a_text_is_wanted(
    minus: str, talk: footage.Library
) -> None:
    plain = {(one.title, one.start): one.score for one in talk.search("sign:exit")}
    lowered = talk.search(f"sign:exit - {minus}")
    assert {one.title for one in lowered} == {"talk", "mute"}
    assert best(lowered)[0] == "mute"  # it is black there; the other is white
    for one in lowered:
        assert one.score <= plain[one.title, one.start] + 1e-9
    assert lowered[1].score < 0.1 * plain["talk", lowered[1].start]


def test_nothing_but_the_unwanted_is_still_refused(talk: footage.Library) -> None:
    with pytest.raises(footage.InvalidQuery, match="only what is not wanted"):
        talk.search("- sign:exit - seen:blue")


def test_a_sign_is_found(talk: footage.Library) -> None:
    moment = talk.search("sign:exit", filters=footage.Filters(videos="talk.mp4"))[0]
    assert (moment.title, moment.start, moment.end) == ("talk", 4.5, 7.5)
    assert moment.modality == "screen"


def test_seen_and_said_must_hold_together(talk: footage.Library) -> None:
    moment = talk.search("seen:blue + said:lake")[0]
    assert moment.title == "talk"
    assert moment.start <= 9 < moment.end
    assert {one.modality for one in moment.evidence} == {"visual", "speech"}
    assert sum(one.contribution for one in moment.evidence) == pytest.approx(1.0)


def test_words_without_a_key_are_looked_for_everywhere(talk: footage.Library) -> None:
    assert talk.search("refund policy")[0].modality == "speech"
    assert talk.search("emergency exit")[0].modality == "screen"
    assert talk.search("blue")[0].modality == "visual"


def test_what_was_said_can_be_unwanted(talk: footage.Library) -> None:
    assert best(talk.search("said:money - said:refund"))[1] == 13
    first = talk.search("blue")[0].title
    assert first in {"talk", "mute"}
    assert talk.search("seen:blue - said:lake")[0].title == "mute"


def test_weights_say_which_channel_counts(talk: footage.Library) -> None:
    assert talk.search("blue", weights={"said": 1})[0].modality == "speech"
    assert talk.search("refund policy", weights={"seen": 1})[0].modality == "visual"


def test_modalities_say_where_to_look(talk: footage.Library) -> None:
    assert {one.modality for one in talk.search("refund", modalities="speech")} == {"speech"}
    assert {one.modality for one in talk.search("refund", modalities="visual")} == {"visual"}


def test_first_said_then_seen(talk: footage.Library) -> None:
    moment = talk.search("said:refund policy", then="seen:white", within=5)[0]
    assert (round(moment.start), round(moment.end)) == (1, 8)
    assert len(moment.steps) == 2


def test_filters_hold_for_texts_too(talk: footage.Library) -> None:
    filters = footage.Filters(videos="mute.mp4")
    assert all(one.title == "mute" for one in talk.search("exit", filters=filters))


@pytest.mark.parametrize("fusion", ["calibrated", "rrf"])
def test_both_ways_of_fusing_find_it(talk: footage.Library, fusion: str) -> None:
    moment = talk.search("seen:blue + said:lake", fusion=fusion)[0]
    assert moment.title == "talk"


def test_pages_are_slices_of_one_ranking(talk: footage.Library) -> None:
    whole = [(one.start, one.title) for one in talk.search("refund blue", limit=6)]
    paged = [
        (one.start, one.title)
        for offset in range(0, 6, 2)
        for one in talk.search("refund blue", limit=2, offset=offset)
    ]
    assert paged == whole
