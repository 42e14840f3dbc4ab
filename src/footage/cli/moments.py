"""How found moments look in a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from footage.cli.output import clock, link, out, place, span
from footage.paths import printable
from footage.search.moments import Evidence, Moment, SearchResult

VERBS = {"speech": "said", "screen": "shown"}
LONGEST = 160  # characters of what is said; the rest is in `footage transcript`
WITNESSES = 2  # texts shown of one moment


def print_moments(result: SearchResult) -> None:
    """The moments as a table, numbered as `footage open` takes them."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("", justify="right", style="bold")
    table.add_column("sure", justify="right", style="cyan")
    table.add_column("score", justify="right", style="dim cyan")
    table.add_column("time", style="green")
    table.add_column("video", overflow="fold")
    table.add_column("file", style="dim", overflow="fold")
    for number, moment in enumerate(result, start=result.query.offset + 1):
        table.add_row(
            str(number),
            "" if moment.confidence is None else f"{100 * moment.confidence:.0f} %",
            f"{moment.score:.3f}",
            link(moment.thumbnail, span(moment.start, moment.end)),
            about(moment),
            link(moment.place, place(moment.place)),
        )
    out.print(table, soft_wrap=False)


def about(moment: Moment) -> Text:
    """The title and, line by line, what more there is to say."""
    lines = [Text(printable(moment.title))]
    for at, (start, end) in enumerate(moment.steps):
        lines.append(Text(f"{'then ' if at else ''}{span(start, end)}", style="green"))
    for one in _witnesses(moment.evidence):
        within = one.start < moment.end and moment.start < one.end
        lines.append(_quoted(one, "" if within else f" at {clock(one.start)}"))
    if moment.alike:
        lines.append(Text(f"and {len(moment.alike)} more that look the same", style="dim"))
    return Text("\n").join(lines)


def _witnesses(evidence: Iterable[Evidence]) -> list[Evidence]:
    """The texts that a moment was found by, each once, and none that is part of another."""
    found: dict[str, Evidence] = {}
    for one in evidence:
        if one.text and one.contribution > 0:
            kept = found.setdefault(one.text, one)
            if one.words and not kept.words:
                found[one.text] = one
    whole = [
        one
        for text, one in found.items()
        if not any(text != other and text in other for other in found)
    ]
    return whole[:WITNESSES]


def _quoted(evidence: Evidence, when: str) -> Text:
    text = printable(" ".join((evidence.text or "").split()))
    if len(text) > LONGEST:
        text = f"{text[: LONGEST - 1]}…"
    quoted = Text(f"{VERBS.get(evidence.modality, evidence.modality)}{when} “", style="dim")
    quoted.append(text, style="not dim italic")
    quoted.append("”")
    for word in set(evidence.words):
        quoted.highlight_regex(rf"(?<!\w){re.escape(printable(word))}(?!\w)", "bold not dim")
    return quoted
