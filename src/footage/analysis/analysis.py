"""`Analysis`: the one object by which a library is asked what is in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from footage.analysis.clusters import Clusters, find_clusters
from footage.analysis.duplicates import Duplicates, find_duplicates
from footage.analysis.material import Held, Tell, untold
from footage.analysis.outliers import Outliers, find_outliers
from footage.analysis.similar import DIVERSITY, Similar, find_similar
from footage.analysis.summary import Summary, find_summary
from footage.analysis.trends import Trends, find_trends
from footage.query import Filters
from footage.search.cache import Results

T = TypeVar("T")

KEPT = 32  # answers, of one version of the library


class Analysis:
    """What is in a library. Answers are kept until something in the library changes.

    All take ``filters``, as a search does, and tell ``on_progress`` what is being done, steps done,
    and steps in all; it may raise to stop the work. Where there is too little to tell anything by,
    the answer is empty and has a ``note`` that says so.
    """

    def __init__(self, held: Held) -> None:
        """``held`` is the library, which stays open."""
        self._held = held
        self._results: Results[Any] = Results(most=KEPT)

    def clusters(
        self,
        *,
        count: int | None = None,
        of: str = "segments",
        with_map: bool = False,
        filters: Filters | None = None,
        on_progress: Tell = untold,
    ) -> Clusters:
        """What kinds of things there are: ``count`` clusters of ``segments`` or whole ``videos``.

        Without a count there are as many as differ enough. ``with_map`` gives each segment a place
        on a map. The same library always gives the same clusters. Raises `UsageError` and
        `InvalidQuery`.
        """
        return self._kept(
            find_clusters,
            on_progress,
            count=count,
            of=of,
            with_map=with_map,
            filters=filters or Filters(),
        )

    def duplicates(
        self,
        video: str | Path | None = None,
        *,
        limit: int = 100,
        filters: Filters | None = None,
        on_progress: Tell = untold,
    ) -> Duplicates:
        """Stretches that two videos share, whole or in part, with the times in both.

        All videos are compared with all others; or with one ``video``, or a file, which is embedded
        for that and not taken into the library: what is it from? Re-encoding, other sizes, black
        bars, captions and other speeds do no harm. What stands still, as a slide or a photo, is
        told with what comes before or after it; alone it is left out, since it looks the same
        whenever it was filmed; the note says so, and names what it is likely from where one video
        alone looks the same. The surest first, at most ``limit``.
        Raises `NotFound`, `MediaError`, and `UsageError` for a file that a service would be paid
        for.
        """
        return self._kept(
            find_duplicates,
            on_progress,
            video=None if video is None else str(video),
            limit=limit,
            filters=filters or Filters(),
        )

    def outliers(
        self,
        *,
        within: str = "library",
        limit: int = 20,
        filters: Filters | None = None,
        on_progress: Tell = untold,
    ) -> Outliers:
        """Segments unlike those of all other videos; ``within`` a ``video``, unlike the rest of it.

        The strangest first, at most ``limit``, each with what it is nearest to all the same. Where
        there is one video, they are of that. Raises `UsageError` and `InvalidQuery`.
        """
        return self._kept(
            find_outliers, on_progress, within=within, limit=limit, filters=filters or Filters()
        )

    def trends(
        self,
        query: str | None = None,
        *,
        saved: str | None = None,
        by: str = "month",
        count: int | None = None,
        filters: Filters | None = None,
        on_progress: Tell = untold,
    ) -> Trends:
        """What is seen more at some times, by ``day``, ``week`` or ``month`` of recording (UTC).

        Or in some parts of videos, by ``position``. It is about what ``query`` finds, in the text
        form of a search, about all that the search ``saved`` under that name finds, whose own
        filters hold as well, or about each cluster, as `clusters` with this ``count`` has them.
        Bursts and changes are told where chance alone would hardly make them, however many were
        looked for. Raises `UsageError`, `InvalidQuery`, `NotFound`, and what a search raises.
        """
        return self._kept(
            find_trends,
            on_progress,
            query=query,
            saved=saved,
            by=by,
            count=count,
            filters=filters or Filters(),
        )

    def similar(
        self,
        *given: str | Path,
        of: str = "moments",
        limit: int = 10,
        diversity: float = DIVERSITY,
        filters: Filters | None = None,
        on_progress: Tell = untold,
    ) -> Similar:
        """Moments, or whole ``videos``, of other videos that are like those given.

        Each given is a video or a moment, as ``holiday.mp4@1:05``. What scores no more than
        unrelated videos of the library may is left out, and where that is all, the note says so.
        With a ``diversity`` of 0 the
        most alike come first; up to 1, more and more is left out that is like what came before.
        Raises `NotFound`, `UsageError`, `InvalidQuery` and what a search raises.
        """
        names = tuple(str(one) for one in given)
        return self._kept(
            find_similar,
            on_progress,
            given=names,
            of=of,
            limit=limit,
            diversity=diversity,
            filters=filters or Filters(),
        )

    def summary(self, reference: str | Path, *, chapters: int | None = None) -> Summary:
        """A video at a glance: ``chapters`` of it, or as many as there seem to be.

        Raises `NotFound`, `UsageError` or `ArchiveDamaged`.
        """
        return find_summary(self._held, reference, chapters=chapters)

    def _kept(self, find: Callable[..., T], tell: Tell, **options: Any) -> T:
        key = (find.__name__, *sorted(options.items()))
        try:
            hash(key)
        except TypeError:  # what is asked is of no use, and is told so
            return find(self._held, **options, tell=tell)
        version = self._held.catalog.version
        kept = self._results.get(key, version)
        if kept is not None:
            return cast(T, kept)
        found = find(self._held, **options, tell=tell)
        self._results.keep(key, version, found)
        return found
