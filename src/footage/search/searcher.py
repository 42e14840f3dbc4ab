"""The search path: look in every channel, fuse what they found, follow sequences, present."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from footage.catalog import Catalog, Video
from footage.embedder import Embedder, Route, Vector, checked_vector
from footage.errors import InvalidQuery
from footage.query import Query
from footage.search.cache import Results
from footage.search.confidence import is_found
from footage.search.fusion import Candidate, Channel, Clause, Find, by_score, fused
from footage.search.intent import MODALITY, SAID, SEEN, trust
from footage.search.moments import Evidence, Moment, SearchResult
from footage.search.read import TextSearch
from footage.search.seen import SeenSearch
from footage.search.sequences import sequences
from footage.steps import Like, Step
from footage.terms import Term
from footage.thumbnails import Thumbnails

log = logging.getLogger(__name__)

SAME_LOOK = 0.97  # the cosine from which two stretches of a video show the same
FEWEST_FUSED, FUSED_A_MOMENT = 100, 2  # finds of a channel: beyond, they decide nothing
DEEPER = 8  # times as many candidates are looked for where too many of them look the same
STEP_DEPTH = 200  # candidates of each step of a sequence: either may be found but poorly

UNSEEN_DEPTH = 500  # finds of what is not to be seen: where it is likeliest


class _Found(NamedTuple):
    """A page of the ranking, and whether the best of all matches."""

    page: list[Candidate]
    matches: bool


class Searcher:
    """Answers queries over one library."""

    def __init__(
        self,
        *,
        embedder: Embedder,
        catalog: Catalog,
        thumbnails: Thumbnails,
        seen: SeenSearch,
        read: TextSearch | None,
        liked: Callable[[Like], tuple[str, Vector]],
    ) -> None:
        """``read`` is None where no text is kept; ``liked`` gives a moment's video and look."""
        self._embedder = embedder
        self._catalog = catalog
        self._thumbnails = thumbnails
        self._seen = seen
        self._read = read
        self._liked = liked
        self._results: Results[_Found] = Results()
        # texts are read while Milvus searches
        self._aside = ThreadPoolExecutor(len(MODALITY), thread_name_prefix="footage-texts")

    def search(self, query: Query) -> SearchResult:
        """The best moments for ``query``, ``offset`` skipped, at most ``limit``."""
        began = time.perf_counter()
        found = self._found(query)
        moments = self._present(found.page, query.filters.folders)
        log.info("search: %d moments in %.1f ms", len(moments), 1e3 * (time.perf_counter() - began))
        return SearchResult(query, tuple(moments), found.matches, said=self._reads(MODALITY[SAID]))

    def _found(self, query: Query) -> _Found:
        if query.vector is not None or any(step.examples for step in query.steps):
            # of no use to keep: it hardly comes twice, and another picture may be there by then
            return self._ranked(query)
        version = (self._catalog.version, self._read and self._read.version)
        kept = self._results.get(query, version)
        if kept is not None:
            log.info("results: from memory, %s so far", self._results.tally)
            return kept
        found = self._ranked(query)
        self._results.keep(query, version, found)
        return found

    def _ranked(self, query: Query) -> _Found:
        ranking = self._ranking(query)
        page = ranking[query.offset :]
        self._judge([*ranking[:1], *page])
        matches = bool(ranking) and is_found(ranking[0].probability)
        for candidate in page:
            self._sharpen(candidate)
        return _Found(page, matches)

    def _ranking(self, query: Query) -> list[Candidate]:
        """The best candidates, to the end of the page that is asked for."""
        wanted = query.offset + query.limit
        looked_for = STEP_DEPTH if query.then else wanted
        found = 0
        while True:
            candidates = self._candidates(query, looked_for)
            ranking = self._folded(candidates, wanted)
            more = len(candidates) >= looked_for and len(candidates) > found
            if len(ranking) >= wanted or not more:
                return ranking
            looked_for, found = DEEPER * looked_for, len(candidates)

    def _candidates(self, query: Query, wanted: int) -> list[Candidate]:
        steps = [self._step(query, step, wanted) for step in query.steps or (None,)]
        found = steps[0] if len(steps) == 1 else sequences(steps, within=query.within)
        return _best_a_video(found) if query.group_by_video else found

    # looking

    def _step(self, query: Query, step: Step | None, wanted: int) -> list[Candidate]:
        """The candidates for one thing that was asked for, best first; None is the vector."""
        plan = self._plan(query, step, wanted)
        channels = [channel for clause in plan.clauses for channel in clause.channels]
        if len(channels) == 1 and not plan.minus and not query.then:
            candidates = [_alone(find) for find in channels[0].finds]
        else:
            enough = max(FEWEST_FUSED, FUSED_A_MOMENT * wanted)
            for channel in channels:
                del channel.finds[enough:]
            known = self._judge_channels([*channels, *plan.minus])
            if not known and len(plan.clauses) == 1 and not plan.minus and not query.then:
                candidates = by_score(channels)
            else:
                by_rank = query.fusion == "rrf"
                candidates = fused(plan.clauses, plan.minus, by_rank=by_rank)
        return [one for one in candidates if not _is_liked(one, plan.liked)]

    def _judge_channels(self, channels: Sequence[Channel]) -> bool:
        """Set the probabilities of what was found by its look; False where they are not known."""
        seen = [channel for channel in channels if channel.name.startswith(SEEN)]
        for channel in seen:
            self._seen.judge(channel.finds)
        return all(find.probability is not None for channel in seen for find in channel.finds)

    def _plan(self, query: Query, step: Step | None, wanted: int) -> _Plan:
        """Where each part of a step is looked for, and what is found there."""
        plan = _Plan([], [], [])
        if step is None:
            vector = checked_vector(query.vector, self._embedder.fingerprint.dimension)
            channels = self._seen_channels(
                query, [(vector, 1.0)], self._routes(query), wanted, 1.0, by_text=False
            )
            plan.clauses.append(Clause(1.0, channels))
            return plan
        self._look_for_open(plan, query, step, wanted)
        for term in step.terms:
            if term.kind in MODALITY:
                self._look_for_text(plan, query, term, wanted)
        return plan

    def _look_for_open(self, plan: _Plan, query: Query, step: Step, wanted: int) -> None:
        """Look for what does not have to be said or written: it may be seen, or any of them."""
        terms = [term for term in step.terms if term.kind not in MODALITY]
        shown = any(term.kind == SEEN for term in terms) or bool(step.examples or step.likes)
        text = " ".join(term.text for term in terms if term.weight > 0)
        trusted = trust(text, dict(query.weights))
        read = [
            self._aside.submit(self._text_channels, query, text, modality, wanted, trusted[channel])
            for channel, modality in MODALITY.items()
            if text and not shown and trusted[channel]
            if self._reads(modality) and _among(modality, query)
        ]
        parts = self._parts(step, terms, plan)
        if not parts:
            return
        if all(weight < 0 for _, weight in parts):
            plan.minus.extend(self._unseen(query, parts))
            return
        routes = self._routes(query)
        channels = []
        if routes and trusted[SEEN]:
            by_text = not step.examples and not step.likes
            channels += self._seen_channels(
                query, parts, routes, wanted, trusted[SEEN], by_text=by_text
            )
        channels += [channel for found in read for channel in found.result()]
        plan.clauses.append(Clause(sum(abs(weight) for _, weight in parts), channels))

    def _unseen(self, query: Query, parts: Sequence[tuple[Vector, float]]) -> Iterator[Channel]:
        """What is not to be seen, where what is wanted is said or written: each part's finds."""
        everywhere = replace(query, group_by_video=False)
        share = _share(query, SEEN)
        for vector, weight in parts if share else ():
            yield from self._seen_channels(
                everywhere, [(vector, 1.0)], self._routes(query), UNSEEN_DEPTH, -weight * share
            )

    def _parts(self, step: Step, terms: Sequence[Term], plan: _Plan) -> list[tuple[Vector, float]]:
        """The vectors that a step is looked for by in the embedder's space, with their weights."""
        texts = [(term.text, term.weight) for term in terms]
        parts = self._seen.encoded(
            self._embedder.parts(texts, step.examples, text_weight=step.text_weight)
        )
        for like in step.likes:
            video_id, vector = self._liked(like)
            parts.append((vector, like.weight))
            if like.weight > 0:
                plan.liked.append((video_id, like.time))
        return parts

    def _look_for_text(self, plan: _Plan, query: Query, term: Term, wanted: int) -> None:
        """Look for what was said, or is written on screen."""
        modality = MODALITY[term.kind]
        channels = []
        if self._reads(modality):
            channels += self._text_channels(query, term.text, modality, wanted, 1.0)
        own = [route for route in self._embedder.routes if route.modality == modality]
        if own and term.weight > 0:
            parts = self._seen.encoded(self._embedder.parts([(term.text, 1.0)]))
            channels += self._seen_channels(query, parts, own, wanted, 1.0)
        if not channels:
            raise InvalidQuery(
                f"nothing was read yet of what is {term.kind if term.kind == SAID else 'shown'} "
                "in this library's videos",
                remedy="`footage doctor` says what is missing",
            )
        share = _share(query, term.kind)
        if term.weight < 0:
            plan.minus.extend(channel._replace(weight=-term.weight * share) for channel in channels)
        elif share:
            plan.clauses.append(Clause(term.weight * share, channels))

    def _seen_channels(
        self,
        query: Query,
        parts: Sequence[tuple[Vector, float]],
        routes: Sequence[Route],
        wanted: int,
        weight: float,
        *,
        by_text: bool = True,
    ) -> list[Channel]:
        found = self._seen.finds(
            parts,
            routes=routes,
            filters=query.filters,
            wanted=wanted,
            by_video=query.group_by_video,
            by_text=by_text,
        )
        return [
            Channel(f"{SEEN}.{route.modality}", weight, finds) for route, finds in found.items()
        ]

    def _text_channels(
        self, query: Query, text: str, modality: str, wanted: int, weight: float
    ) -> list[Channel]:
        if self._read is None:
            return []
        return self._read.channels(
            text, modality, filters=query.filters, wanted=wanted, weight=weight
        )

    def _reads(self, modality: str) -> bool:
        return self._read is not None and self._read.has(modality)

    def _routes(self, query: Query) -> list[Route]:
        """Where moments are looked for: not among whole videos where there are segments as well."""
        there = self._embedder.routes
        asked = [route for route in there if _among(route.modality, query)]
        if not asked and not any(map(self._reads, query.modalities)):
            has = ", ".join(dict.fromkeys(route.modality for route in there))
            raise InvalidQuery(
                f"this library has no {' or '.join(query.modalities)}: "
                f"{self._embedder.fingerprint.name} embeds {has}, "
                "and `footage doctor` says what was read",
                remedy="search there, or index with an embedder that has it",
            )
        return [route for route in asked if route.scope == "clip"] or asked

    # answering

    def _folded(self, candidates: Iterable[Candidate], wanted: int) -> list[Candidate]:
        """The best ``wanted``; what looks the same in the same video goes with the better one."""
        kept: list[Candidate] = []
        looks: dict[str, list[tuple[Candidate, Vector]]] = {}
        for candidate in candidates:
            if len(kept) == wanted:
                break
            look = self._look(candidate)
            if look is not None:
                there = looks.setdefault(candidate.video_id, [])
                same = next((one for one, other in there if look @ other >= SAME_LOOK), None)
                if same is not None:
                    same.alike.append((candidate.start, candidate.end))
                    continue
                there.append((candidate, look))
            kept.append(candidate)
        return kept

    def _look(self, candidate: Candidate) -> Vector | None:
        """What a candidate looks like, where its look is all that it was found by."""
        by_look = all(find.group is not None for find, _ in candidate.finds)
        return self._seen.look(candidate.best) if by_look and not candidate.members else None

    def _judge(self, candidates: Iterable[Candidate]) -> None:
        """Give those a probability that did not need one to be ranked."""
        alone = [one for one in candidates if one.probability is None and len(one.finds) == 1]
        self._seen.judge([one.best for one in alone])
        for one in alone:
            one.probability = one.best.probability

    def _sharpen(self, candidate: Candidate) -> None:
        """Let a candidate, and each of its steps, begin and end where what matches does."""
        for member in candidate.members or (candidate,):
            find = member.best
            if (member.start, member.end) == (find.start, find.end):
                member.start, member.end = self._seen.sharpen(find)
        if candidate.members:
            candidate.start = candidate.members[0].start
            candidate.end = candidate.members[-1].end

    def _present(self, page: Sequence[Candidate], folders: Sequence[Path]) -> list[Moment]:
        videos = self._catalog.videos(sorted({one.video_id for one in page}))
        return [
            self._moment(one, videos[one.video_id].within(folders))
            for one in page
            if one.video_id in videos
        ]

    def _moment(self, candidate: Candidate, video: Video) -> Moment:
        evidence = tuple(_evidence(candidate))
        return Moment(
            video_id=candidate.video_id,
            title=video.title,
            start=candidate.start,
            end=candidate.end,
            score=candidate.score,
            modality=evidence[0].modality,
            scope=candidate.best.scope,
            path=video.path,
            url=video.url,
            thumbnail=self._thumbnails.at(candidate.video_id, evidence[0].start),
            confidence=candidate.probability,
            evidence=evidence,
            steps=tuple((one.start, one.end) for one in candidate.members),
            alike=tuple(sorted(candidate.alike)),
        )


class _Plan(NamedTuple):
    """The clauses of a step, what is not wanted, and moments that it is like: id and seconds."""

    clauses: list[Clause]
    minus: list[Channel]
    liked: list[tuple[str, float]]


def _among(modality: str, query: Query) -> bool:
    return not query.modalities or modality in query.modalities


def _share(query: Query, channel: str) -> float:
    """How much a channel counts beside the one that counts most, 0 to 1."""
    weights = dict(query.weights)
    return weights.get(channel, 0.0) / (max(weights.values()) or 1.0) if weights else 1.0


def _alone(find: Find) -> Candidate:
    """A candidate that one way of looking found, ranked by its raw score."""
    return Candidate(
        find.video_id, find.start, find.end, find.score, find.probability, [(find, 1.0)]
    )


def _is_liked(candidate: Candidate, liked: Iterable[tuple[str, float]]) -> bool:
    """Whether a candidate is the very moment that it should be like."""
    return any(
        candidate.video_id == video_id and candidate.start <= time < candidate.end
        for video_id, time in liked
    )


def _best_a_video(candidates: Iterable[Candidate]) -> list[Candidate]:
    leaders: dict[str, Candidate] = {}
    for candidate in candidates:
        leaders.setdefault(candidate.video_id, candidate)
    return list(leaders.values())


def _evidence(candidate: Candidate) -> Iterator[Evidence]:
    """Each stretch that was found; of those that were joined the best has all their share."""
    for find, share in candidate.finds:
        best, *others = find.evidence()
        yield replace(best, contribution=share, step=find.step)
        for other in others:
            yield replace(other, contribution=0.0, step=find.step)
