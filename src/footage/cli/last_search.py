"""The last search of a library, so that `footage open 3` can play its third result."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from footage.errors import NotFound
from footage.search.moments import Moment, SearchResult
from footage.wire import packed, unpacked

if TYPE_CHECKING:
    from footage.analysis.places import Place

FILE_NAME = "last-search.json"
FOUND = "found"  # beside the numbers: whether what they are of is no mere guess
LONGEST_NUMBER = 5  # digits; more are the beginning of an id


def remember(folder: Path, result: SearchResult) -> None:
    """Keep what was found, whole; a library that cannot be written goes without."""
    keep(folder, result, first=result.query.offset + 1, found=result.found)


def keep(
    folder: Path, stretches: Iterable[Moment | Place], *, first: int = 1, found: bool = True
) -> None:
    """Keep stretches of videos as the results of a search, numbered from ``first``.

    ``found`` as in `SearchResult.found`.
    """
    kept: dict[str, Any] = {
        str(number): packed(one) if isinstance(one, Moment) else [one.video_id, one.start, one.end]
        for number, one in enumerate(stretches, start=first)
    }
    kept[FOUND] = found
    draft = folder / f"{FILE_NAME}.tmp"
    with contextlib.suppress(OSError):
        draft.write_text(json.dumps(kept), "utf-8")
        draft.replace(folder / FILE_NAME)


def is_number(text: str) -> bool:
    """Whether a text is to be the number of a result."""
    return text.isdecimal() and len(text) <= LONGEST_NUMBER


def reference(folder: Path, text: str) -> str:
    """The id of the video of a numbered result; the text itself where it is no such number."""
    if is_number(text):
        with contextlib.suppress(NotFound):
            return recall(folder, int(text))[0]
    return text


def moment(folder: Path, text: str) -> str:
    """``VIDEO@TIME`` of the middle of a numbered result; the text itself where it is no number."""
    if is_number(text):
        with contextlib.suppress(NotFound):
            if found := moments(folder).get(int(text)):
                return f"{found.video_id}@{(found.start + found.end) / 2:.3f}"
    return text


def recall(folder: Path, number: int) -> tuple[str, float]:
    """Video id and start in seconds of a numbered result; raises `NotFound`."""
    try:
        moment = _moment(_kept(folder)[str(number)])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotFound(
            f"the last search showed no result {number}",
            remedy="take a number that `footage search` printed",
        ) from error
    return moment.video_id, moment.start


def moments(folder: Path) -> dict[int, Moment]:
    """All results by number, as they were found; raises `NotFound`."""
    try:
        return {
            int(number): _moment(kept) for number, kept in _kept(folder).items() if number != FOUND
        }
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise NotFound(
            "there is no last search to take results of", remedy="run `footage search` first"
        ) from error


def was_found(folder: Path) -> bool:
    """False where what the last search found are but the best guesses."""
    try:
        return _kept(folder).get(FOUND) is not False
    except (OSError, ValueError, AttributeError):
        return True


def _moment(kept: Any) -> Moment:
    """A result, of which once three values alone were kept. Raises `ValueError`, `TypeError`."""
    if isinstance(kept, list):
        video_id, start, end = kept
        return Moment(str(video_id), "", float(start), float(end), 0.0, "visual", "clip")
    moment: Moment = unpacked(Moment, kept)
    return moment


def _kept(folder: Path) -> Any:
    return json.loads((folder / FILE_NAME).read_text("utf-8"))
