"""Finding what is seen, said and written: the films of ``moments`` with sentences and signs.

First what the readers make of the films: words and letters, right, wrong and made up. Then the
search, by kind of query and by what is searched: everything, as anybody asks, or one channel.
``both`` says a thing that is seen and words that are said or written there, of which neither alone
is enough. Then what follows something, beside two searches whose answers are put together. Last
whether `found` is right: each query is asked a second time with its film left out.
``train`` is for choices, ``dev`` only reports; all was drawn before any search (`spokenboard.py`).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks import voices
from benchmarks.films import library_of
from benchmarks.readers import _common, _letters, _word_errors
from benchmarks.spoken_films import Film, made
from benchmarks.spokenboard import WITHIN, Laid, Then, captions_of, read
from benchmarks.storyboard import SPLITS
from benchmarks.tables import table
from footage.embedder import VideoFile
from footage.evaluation import gains, reciprocal_rank
from footage.library import Library
from footage.media.probe import probe
from footage.query import Filters
from footage.reader import Line
from footage.readers import open_reader
from footage.search.moments import SearchResult

DEPTH = 10
SLACK = 0.5  # seconds by which a line may lie beside what it is of
CUTOFFS = (1, 5, 10)
FALSE_FOUND = 0.1

Place = tuple[str, float, float]


class Asked(NamedTuple):
    """A question in a form, and its right answers: file, start and end in seconds."""

    kind: str
    form: str
    text: str
    modalities: tuple[str, ...]
    answers: tuple[Place, ...]


def run(options: argparse.Namespace) -> str:
    parts = []
    for split in SPLITS:
        films = made(split, options)
        parts.append(f"### {split}\n\n{_readings(films, options.work)}")
        with library_of([film.path for film in films]) as library:
            parts.append(_search(library, films, split, options.data))
            parts.append(_follow(library, films, split, options.data))
            parts.append(_sure(library, films, split, options.data))
    return "\n\n".join(parts)


# What is read


def _readings(films: Sequence[Film], work: Path) -> str:
    rows = []
    heard, cpu = _lines("speech", films)
    (work / "heard.txt").write_text("\n".join(line.text for _, line in heard) + "\n", "utf-8")
    by_name = voices.load()
    for source, suffix in (("telephone prompts", ".g722"), ("books", ".wav")):
        wrong = count = whole = 0
        for film, one in _laid_in(films, "said"):
            voice = by_name[one.said or ""]
            if voice.file.endswith(suffix):
                found = " ".join(line.text for line in _at(heard, film, *film.when(one)))
                errors, words = _word_errors(_spelled(voice.words), _spelled(found))
                wrong, count, whole = wrong + errors, count + words, whole + (errors == 0)
        rate = f"{100 * wrong / max(count, 1):.1f} % of words wrong"
        rows.append(["speech", source, count, rate, f"{whole} sentences without any"])
    aside = [line for one, line in heard if not _near(one, line, "said")]
    rows.append(["speech", "made up", "", f"{sum(len(line.text.split()) for line in aside)} words",
                 "; ".join(line.text for line in aside[:3])])  # fmt: skip
    minutes = sum(film.spans[-1][1] for film in films) / 60
    rows.append(["speech", "cost", "", f"{cpu / minutes:.1f} CPU s/min", f"{minutes:.0f} min"])
    return table(["reader", "of", "words or letters", "", ""], [*rows, *_signs(films, minutes)])


def _signs(films: Sequence[Film], minutes: float) -> Iterator[list[object]]:
    seen, cpu = _lines("screen", films)
    for look in range(3):
        found = count = whole = 0
        for film, one in _laid_in(films, "sign"):
            if one.look == look:
                wanted = _letters(one.sign or "")
                texts = [_letters(line.text) for line in _at(seen, film, *film.when(one))]
                best = max([_common(wanted, text) for text in (*texts, "".join(texts))])
                found, count, whole = found + best, count + len(wanted), whole + (wanted in texts)
        name = ("white on blue", "black on cream", "outlined")[look]
        share = f"{100 * found / max(count, 1):.1f} % of letters found"
        yield ["screen", name, count, share, f"{whole} signs whole"]
    aside = [line for one, line in seen if not _near(one, line, "sign")]
    yield ["screen", "others", "", f"{len(aside)} lines", "; ".join(x.text for x in aside[:5])]
    yield ["screen", "cost", "", f"{cpu / minutes:.1f} CPU s/min", f"{minutes:.0f} min"]


def _lines(name: str, films: Sequence[Film]) -> tuple[list[tuple[Film, Line]], float]:
    reader, began, lines = open_reader(name), time.process_time(), []
    for film in films:
        video = VideoFile(film.path, "0", probe(film.path))
        found = reader.read(video, on_progress=lambda _seconds: None).lines
        lines += [(film, line) for line in found]
    return lines, time.process_time() - began


def _at(lines: Sequence[tuple[Film, Line]], film: Film, start: float, end: float) -> list[Line]:
    """The lines whose middle is in a stretch."""
    return [
        line
        for other, line in lines
        if other.path == film.path and start - SLACK <= (line.start + line.end) / 2 <= end + SLACK
    ]


def _laid_in(films: Sequence[Film], what: str) -> list[tuple[Film, Laid]]:
    return [(film, one) for film in films for one in film.laid if getattr(one, what)]


def _near(film: Film, line: Line, what: str) -> bool:
    times = [film.when(one) for one in film.laid if getattr(one, what)]
    return any(start - SLACK < line.end and line.start < end + SLACK for start, end in times)


_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _spelled(text: str) -> str:
    """With digits as words: both are right."""
    for digit, word in enumerate(_DIGITS):
        text = text.replace(str(digit), f" {word} ")
    return text.replace("-", " ")


# Search


def _search(library: Library, films: Sequence[Film], split: str, data: Path) -> str:
    rows = []
    asked = [*_seen(films, data), *(one for film in films for one in _laid(film))]
    asked.sort(key=lambda one: (one.kind, one.form))
    for (kind, form), own in groupby(asked, key=lambda one: (one.kind, one.form)):
        judged, times = [], []
        for one in own:
            began = time.perf_counter()
            found = _found(library, one.text, one.modalities)
            times.append(time.perf_counter() - began)
            judged.append(gains(found, one.answers))
        recalls = [f"{np.mean([any(one[:cut]) for one in judged]):.2f}" for cut in CUTOFFS]
        mrr = np.mean([reciprocal_rank(one) for one in judged])
        median = f"{1e3 * np.median(times):.0f}"
        rows.append([split, kind, form, len(judged), *recalls, f"{mrr:.2f}", median])
    return table(["films of", "query", "asked", "n", *_RECALLS, "mrr", "p50 ms"], rows)


_RECALLS = [f"recall@{cut}" for cut in CUTOFFS]


def _sure(library: Library, films: Sequence[Film], split: str, data: Path) -> str:
    """How often something is found of what is there, and of the same when its film is left out."""
    ids = {video.path.name: video.video_id for video in library.videos() if video.path}
    asked = [*_seen(films, data), *(one for film in films for one in _laid(film))]
    asked = sorted((one for one in asked if one.form == "any"), key=lambda one: one.kind)
    rows = []
    for kind, own in groupby(asked, key=lambda one: one.kind):
        there, absent = [], []
        for one in own:
            others = tuple(ids[name] for name in ids if name != one.answers[0][0])
            there.append(library.search(one.text, limit=1))
            absent.append(library.search(one.text, limit=1, filters=Filters(videos=others)))
        bound = np.quantile([_confidence(result) for result in absent], 1 - FALSE_FOUND)
        beyond = [_confidence(result) > bound for result in there]
        figures = [[one.found for one in there], [one.found for one in absent], beyond]
        rows.append([split, kind, len(there), *(f"{np.mean(each):.2f}" for each in figures)])
    at = f"true found at {FALSE_FOUND:g} false"
    return table(["films of", "query", "n", "true found", "false found", at], rows)


def _confidence(result: SearchResult) -> float:
    return (result.moments[0].confidence or 0.0) if result.moments else 0.0


def _found(library: Library, text: str, modalities: tuple[str, ...] = ()) -> list[Place]:
    moments = library.search(text, modalities=modalities, limit=DEPTH).moments
    return [
        (moment.path.name if moment.path else "", moment.start, moment.end) for moment in moments
    ]


def _seen(films: Sequence[Film], data: Path) -> Iterator[Asked]:
    captions = captions_of(data)
    for film in films:
        for shot, span in zip(film.shots, film.spans, strict=True):
            if shot.caption is not None:
                text, answer = captions[shot.image][shot.caption], ((film.path.name, *span),)
                yield Asked("seen: caption", "any", text, (), answer)
                yield Asked("seen: caption", "visual alone", text, ("visual",), answer)


def _laid(film: Film) -> Iterator[Asked]:
    for one in film.laid:
        key, modality = ("said", "speech") if one.said else ("sign", "screen")
        words = one.queries.get("words", "")
        if "seen" in one.queries:
            thing, answer = one.queries["seen"], ((film.path.name, *film.spans[one.shot]),)
            kind = f"both: seen and {key}"
            yield Asked(kind, "seen: and words", f'seen:"{thing}" {key}:"{words}"', (), answer)
            yield Asked(kind, "any, quoted", f'{thing} + "{words}"', (), answer)
            yield Asked(kind, "any", f"{thing} {words}", (), answer)
            yield Asked(kind, "visual alone", thing, ("visual",), answer)
            yield Asked(kind, f"{modality} alone", words, (modality,), answer)
            continue
        for name in one.queries:
            text, answer = one.queries[name], ((film.path.name, *film.when(one)),)
            kind = f"{key}: {name}"
            yield Asked(kind, "any", text, (), answer)
            yield Asked(kind, f"{key}:", f'{key}:"{text}"', (), answer)
            yield Asked(kind, f"{modality} alone", text, (modality,), answer)
            yield Asked(kind, "visual alone", text, ("visual",), answer)


# What follows


Pair = tuple[Place, Place]


def _follow(library: Library, films: Sequence[Film], split: str, data: Path) -> str:
    captions = captions_of(data)
    ways: dict[str, Callable[[str, str], list[Pair]]] = {
        "asked in one": lambda one, two: _in_one(library, one, two),
        "two searches": lambda one, two: _apart(library, one, two),
    }
    rows = []
    queries = sorted((Then(**row) for row in read("then", split)), key=lambda one: one.kind)
    for kind, group in groupby(queries, key=lambda one: one.kind):
        own = [one for one in group if one.relevant[0][0] < len(films)]
        for way, ask in ways.items():
            judged = []
            for one in own:
                texts = [_text(part, films, captions) for part in (one.first, one.second)]
                pairs = ask(_keyed(kind, 0, texts[0]), _keyed(kind, 1, texts[1]))
                right = _right(one, films)
                judged.append([any(map(_both_touch, [pair] * len(right), right)) for pair in pairs])
            if judged:
                recalls = [f"{np.mean([any(one[:cut]) for one in judged]):.2f}" for cut in CUTOFFS]
                rows.append([split, kind, way, len(judged), *recalls])
    return table(["films of", "what then what", "", "n", *_RECALLS], rows)


def _in_one(library: Library, one: str, two: str) -> list[Pair]:
    """The moments of a query of two steps, and what followed each."""
    moments = library.search(one, then=[two], within=WITHIN, limit=DEPTH).moments
    return [
        ((name, *moment.steps[0]), (name, *moment.steps[1]))
        for moment in moments
        for name in [moment.path.name if moment.path else ""]
    ]


def _apart(library: Library, one: str, two: str) -> list[Pair]:
    """The answers of two searches that follow each other, those with the best places first."""
    firsts, seconds = _found(library, one), _found(library, two)
    ranked = sorted(product(range(len(firsts)), range(len(seconds))), key=sum)
    return [
        (first, second)
        for first, second in ((firsts[i], seconds[j]) for i, j in ranked)
        if first[0] == second[0] and -SLACK <= second[1] - first[2] <= WITHIN
    ]


def _right(one: Then, films: Sequence[Film]) -> list[Pair]:
    return [
        (
            (films[film].path.name, *films[film].spans[first]),
            (films[film].path.name, *films[film].spans[second]),
        )
        for film, first, second in one.relevant
        if film < len(films)
    ]


def _both_touch(pair: Pair, right: Pair) -> bool:
    return all(
        found[0] == wanted[0] and found[1] < wanted[2] and wanted[1] < found[2]
        for found, wanted in zip(pair, right, strict=True)
    )


def _text(part: str | list[int], films: Sequence[Film], captions: dict[str, list[str]]) -> str:
    if isinstance(part, str):
        return part
    film, shot, number = part
    return captions[films[film].shots[shot].image][number].replace('"', "")  # a few quote nothing


def _keyed(kind: str, at: int, text: str) -> str:
    channel = kind.split(" then ")[at]
    return f'{channel}:"{text}"' if channel in ("said", "sign") else text
