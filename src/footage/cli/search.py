"""``footage search``: find moments."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from footage.cli import last_search
from footage.cli.filtering import ALL, filtered
from footage.cli.moments import print_moments
from footage.cli.options import (
    ClipOption,
    ImageOption,
    JsonOption,
    LibraryOption,
    LikeOption,
    QuietOption,
    SoundOption,
    ThenOption,
    VerboseOption,
    WithinOption,
    any_library,
    between,
    emptiness,
    examples,
    spoken,
)
from footage.cli.output import err, out, print_json
from footage.errors import InvalidQuery
from footage.paths import printable
from footage.query import Filters, Query, as_weights
from footage.steps import Like, Step

if TYPE_CHECKING:
    from footage.any_library import AnyLibrary


@filtered()
def search(
    text: Annotated[
        list[str] | None, typer.Argument(metavar="TEXT", help="What the moment is about.")
    ] = None,
    image: ImageOption = None,
    clip: ClipOption = None,
    sound: SoundOption = None,
    like: LikeOption = None,
    text_weight: Annotated[
        float, typer.Option("--text-weight", help="How much the text counts beside them.")
    ] = 1.0,
    then: ThenOption = None,
    within: WithinOption = None,
    weigh: Annotated[
        str | None,
        typer.Option(
            "--weigh",
            metavar="seen=1,said=0.5",
            help="How much what is seen, said, or on a sign counts.",
        ),
    ] = None,
    fusion: Annotated[
        str,
        typer.Option(
            "--fusion", metavar="NAME", help="How the three become one list: calibrated or rrf."
        ),
    ] = "calibrated",
    modality: Annotated[
        list[str] | None,
        typer.Option(
            "--in",
            metavar="MODALITY",
            help="Search there only: visual, audio, speech, screen or fused; repeatable.",
        ),
    ] = None,
    library: LibraryOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="Moments shown.")] = 10,
    offset: Annotated[int, typer.Option(help="Moments skipped first.")] = 0,
    by_video: Annotated[bool, typer.Option("--by-video", help="The best of each video.")] = False,
    chosen: Filters = ALL,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Find the moments that a text describes, best first, or that are like an example.

    footage search a dog on a beach

    footage search --image dog.jpg at night

    footage search --clip 'holiday.mp4@1:05-1:12'

    footage search --sound 'party.mp4@0:30-0:40' --in audio

    Text and examples together are one query. ^WEIGHT behind a file says how
    much it counts beside the others, as in --image dog.jpg^0.5; without, 1.
    Below 0 it is what is not wanted. A text can have several terms:

    footage search dog + beach - people          both, and nobody there

    footage search 2:dog + 0.5:beach             above all the dog

    footage search said:refund policy            somebody speaks of it

    footage search sign:exit - seen:stairs       it can be read, without stairs

    footage search '"terms + conditions"'        in quotes all is text

    footage search a car --then 'a crash' --within 10    one after the other

    footage search --like 'race.mp4@1:05^2' at night     as it is there

    + and - stand between spaces, so t-shirt, 2:30 and C++ are text. Where the
    shell takes something for itself, put all of the text in single quotes.
    `footage open 1` plays the first result.
    """
    query = Query(
        text=spoken(text),
        examples=examples(image, clip, sound),
        likes=tuple(map(Like.parse, like or ())),
        text_weight=text_weight,
        then=tuple(map(Step, then or ())),
        within=between(within, then),
        weights=_weights(weigh),
        fusion=fusion,
        modalities=tuple(modality or ()),
        filters=chosen,
        limit=limit,
        offset=offset,
        group_by_video=by_video,
    )
    with any_library(library, verbose=verbose, quiet=quiet) as opened:
        result = opened.answer(query)
        last_search.remember(opened.folder, result)
        why = "" if result else why_nothing(opened, query)
        seen = " ".join(term.text for term in query.terms if term.kind in ("any", "seen"))
        beyond = seen and not _is_latin(seen) and opened.settings.embedder == "lite"
    if beyond and not quiet:
        err.print(
            "[yellow]note:[/] lite knows English alone, so these answers may mean nothing; "
            "`footage models` lists models of many languages"
        )
    if as_json:
        print_json(result.to_json())
    elif not result:
        out.print(escape(printable(why)))
    else:
        if not result.found:
            out.print("nothing here is a sure match; the best guesses are\n")
        print_moments(result)
        if not quiet:
            out.print("\n[dim]play one with: footage open NUMBER[/]")
            if result.hint:
                out.print(f"[dim]to find more, {result.hint}[/]")


def _weights(text: str | None) -> tuple[tuple[str, float], ...]:
    """The weights of channels, as ``seen=1,said=0.5`` has them. Raises `InvalidQuery`."""
    given: dict[str, float] = {}
    for pair in text.split(",") if text else ():
        name, _, weight = pair.partition("=")
        try:
            given[name.strip()] = float(weight)
        except ValueError:
            raise InvalidQuery(
                f"{pair!r:.100} is no weight", remedy="write --weigh seen=1,said=0.5"
            ) from None
    return as_weights(given)


def _is_latin(text: str) -> bool:
    """Whether there is any letter of the Latin alphabet in a text."""
    return any(unicodedata.name(letter, "").startswith("LATIN ") for letter in text)


def why_nothing(library: AnyLibrary, query: Query) -> str:
    """What keeps a search from finding anything; the filter that lets no video pass by its name."""
    given = query.filters
    if not library.videos():
        return emptiness(library)
    for option, alone in _each_alone(given):
        if not library.videos(alone):
            return f"nothing found: no video passes {option}"
    if not library.videos(given):
        return "nothing found: no video passes all of the filters together"
    if query.offset:
        return f"nothing found beyond moment {query.offset:,}: lower --offset"
    return "nothing found"


def _each_alone(given: Filters) -> Iterator[tuple[str, Filters]]:
    """The filters of a query one by one, each as it was typed or by the name of its option."""
    for tag in given.tags:
        yield f"--tag {tag}", Filters(tags=(tag,))
    if given.folders:
        folders = " ".join(f"--folder {folder}" for folder in given.folders)
        yield folders, Filters(folders=given.folders)
    yield "--since", Filters(recorded_from=given.recorded_from)
    yield "--until", Filters(recorded_before=given.recorded_before)
    yield "--min-duration", Filters(shortest=given.shortest)
    yield "--max-duration", Filters(longest=given.longest)
