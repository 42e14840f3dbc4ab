"""`Analysis`: the one object by which a library is asked what is in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from footage.analysis.clusters import Clusters, find_clusters
from footage.analysis.material import Held, Tell, untold
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

    def _kept(self, find: Callable[..., T], tell: Tell, **options: Any) -> T:
        key = (find.__name__, *sorted(options.items()))
        version = self._held.catalog.version
        kept = self._results.get(key, version)
        if kept is not None:
            return cast(T, kept)
        found = find(self._held, **options, tell=tell)
        self._results.keep(key, version, found)
        return found
