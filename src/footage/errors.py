"""Every error footage raises on purpose, as one tree.

    FootageError                  code                  HTTP  retryable
    ├── UsageError                usage                 400
    │   ├── InvalidQuery          invalid_query         400
    │   └── NotFound              not_found             404
    ├── MediaError                media                 422
    │   ├── UnreadableMedia       unreadable_media      422
    │   ├── NoVideo               no_video              422
    │   ├── MediaMissing          media_missing         404
    │   ├── MediaForbidden        media_forbidden       403
    │   ├── MediaUnreachable      media_unreachable     502   yes
    │   └── MediaChanged          media_changed         409   yes
    ├── LibraryError              library               500
    │   ├── LibraryNotFound       library_not_found     404
    │   ├── LibraryClosed         library_closed        400
    │   ├── LibraryLocked         library_locked        423   yes
    │   ├── ServerGone            server_gone           503   yes
    │   ├── LibraryTooNew         library_too_new       409
    │   ├── LibraryUnwritable     library_unwritable    507
    │   ├── CatalogDamaged        catalog_damaged       500
    │   ├── ArchiveDamaged        archive_damaged       500
    │   └── BackupDamaged         backup_damaged        422
    ├── IndexUnavailable          index_unavailable     503   yes
    ├── ReaderError               reader                500
    │   ├── ReaderUnavailable     reader_unavailable    400
    │   └── ReaderBroken          reader_broken         500
    └── EmbedderError             embedder              500
        ├── EmbedderUnavailable   embedder_unavailable  400
        ├── EmbedderBroken        embedder_broken       500
        ├── SpaceMismatch         space_mismatch        409
        ├── InvalidVector         invalid_vector        400
        └── ServiceError          service               502
            ├── KeyRefused        key_refused           502
            ├── RequestRefused    request_refused       502
            │   └── NotAtService  not_at_service        502
            ├── QuotaGone         quota_gone            503   yes
            ├── ServiceDown       service_down          503   yes
            ├── AnswerLost        answer_lost           502   yes
            ├── AnswerUnusable    answer_unusable       502
            ├── TaskFailed        task_failed           502
            └── TaskUnfinished    task_unfinished       504   yes

An error says what happened and to what (``what``) and what to do about it (``remedy``);
``str(error)`` joins the two into the one sentence a user reads.
"""

from __future__ import annotations


class FootageError(Exception):
    """The root: catch it to catch everything footage reports about the world, never its bugs."""

    code = "footage"
    http_status = 500
    retryable = False
    default_remedy = ""

    def __init__(self, what: str, *, remedy: str | None = None) -> None:
        self.what = what
        self.remedy = self.default_remedy if remedy is None else remedy
        super().__init__(f"{what}; {self.remedy}" if self.remedy else what)


class UsageError(FootageError):
    """The call itself is wrong: an argument, an option, a combination."""

    code = "usage"
    http_status = 400


class InvalidQuery(UsageError):
    """A query or filter that cannot be read; where a text form is wrong, the text and the place."""

    code = "invalid_query"

    def __init__(
        self,
        what: str,
        *,
        remedy: str | None = None,
        text: str | None = None,
        position: int | None = None,
    ) -> None:
        """``position`` is of a character of ``text``, the first one's being 1."""
        self.text = text
        self.position = position
        super().__init__(what, remedy=remedy)


class NotFound(UsageError):
    """Nothing in the library has that id, path or tag."""

    code = "not_found"
    http_status = 404
    default_remedy = "`footage videos` lists what the library holds"


class MediaError(FootageError):
    """One video file cannot be used. Other files are not affected."""

    code = "media"
    http_status = 422


class UnreadableMedia(MediaError):
    """The file is empty, truncated beyond use, or not a video container."""

    code = "unreadable_media"
    default_remedy = "check that it plays elsewhere, then copy or re-encode it"


class NoVideo(MediaError):
    """A readable container without a moving picture (audio only, cover art only)."""

    code = "no_video"
    default_remedy = "only files with a picture can be indexed; exclude it"


class MediaMissing(MediaError):
    """The file was there and is not any more."""

    code = "media_missing"
    http_status = 404
    default_remedy = "put it back or plug its drive in, then try again"


class MediaForbidden(MediaError):
    """The operating system does not let this user read the file."""

    code = "media_forbidden"
    http_status = 403
    default_remedy = "allow reading it (its permissions), then try again"


class MediaUnreachable(MediaError):
    """The server that a video lies on cannot be reached, does not answer, or broke off."""

    code = "media_unreachable"
    http_status = 502
    retryable = True
    default_remedy = "check the connection and the address, then run the same command again"


class MediaChanged(MediaError):
    """The file changed while it was being read."""

    code = "media_changed"
    http_status = 409
    retryable = True
    default_remedy = "run the same command again once it is complete"


class LibraryError(FootageError):
    """The library folder itself is the trouble."""

    code = "library"


class LibraryNotFound(LibraryError):
    """There is no library at the given path."""

    code = "library_not_found"
    http_status = 404
    default_remedy = "`footage index FOLDER` makes one"


class LibraryClosed(LibraryError):
    """The `Library` object was used after it was closed."""

    code = "library_closed"
    http_status = 400
    default_remedy = "open it again with `footage.open`"


class LibraryLocked(LibraryError):
    """Another process holds the part of the library that is needed."""

    code = "library_locked"
    http_status = 423
    retryable = True
    default_remedy = "wait for it to end, or stop it"


class ServerGone(LibraryError):
    """The server that a command went through ended before it answered."""

    code = "server_gone"
    http_status = 503
    retryable = True
    default_remedy = "run the same command again: what was finished stays"


class LibraryTooNew(LibraryError):
    """The library was written by a newer footage."""

    code = "library_too_new"
    http_status = 409
    default_remedy = "upgrade with `pip install --upgrade footage`"


class LibraryUnwritable(LibraryError):
    """The disk is full, read-only, or failing."""

    code = "library_unwritable"
    http_status = 507
    default_remedy = "free some space or allow writing there, then run the same command again"


class CatalogDamaged(LibraryError):
    """catalog.sqlite cannot be read."""

    code = "catalog_damaged"
    default_remedy = (
        "`footage doctor --repair` saves what can be read, `footage restore` takes a backup"
    )


class ArchiveDamaged(LibraryError):
    """An archive file is missing, truncated, or fails its checksum."""

    code = "archive_damaged"
    default_remedy = "`footage doctor --repair` embeds it again where its source is there"


class BackupDamaged(LibraryError):
    """A backup file is truncated, altered, or not one."""

    code = "backup_damaged"
    http_status = 422
    default_remedy = "nothing was put in place: take another backup"


class IndexUnavailable(FootageError):
    """Milvus does not answer, or its file cannot be opened."""

    code = "index_unavailable"
    http_status = 503
    retryable = True
    default_remedy = (
        "`footage doctor` says more; `footage doctor --repair` rebuilds it from the archive"
    )


class ReaderError(FootageError):
    """What reads speech or text off the screen is the trouble."""

    code = "reader"


class ReaderUnavailable(ReaderError):
    """An unknown reader, or one whose parts are not installed."""

    code = "reader_unavailable"
    http_status = 400


class ReaderBroken(ReaderError):
    """The files of a reader's model are damaged or missing."""

    code = "reader_broken"
    default_remedy = "install its package anew"


class EmbedderError(FootageError):
    """The embedding model is the trouble."""

    code = "embedder"


class EmbedderUnavailable(EmbedderError):
    """An unknown embedder, or one whose parts are not installed."""

    code = "embedder_unavailable"
    http_status = 400


class EmbedderBroken(EmbedderError):
    """The model's files are damaged, or its self-test fails: its answers would mean nothing."""

    code = "embedder_broken"
    default_remedy = "reinstall footage"


class SpaceMismatch(EmbedderError):
    """Vectors of two embedding spaces would be compared."""

    code = "space_mismatch"
    http_status = 409


class InvalidVector(EmbedderError):
    """A vector of the wrong shape, or with NaN or infinity in it."""

    code = "invalid_vector"
    http_status = 400


class ServiceError(EmbedderError):
    """The service that embeds for footage is the trouble; the base of all it can be."""

    code = "service"
    http_status = 502


class KeyRefused(ServiceError):
    """There is no API key, or the service does not take it."""

    code = "key_refused"
    default_remedy = "set TWELVE_LABS_API_KEY to a key that is valid"


class RequestRefused(ServiceError):
    """The service understood and said no: the same request will be refused again."""

    code = "request_refused"
    default_remedy = "change what its message names"


class NotAtService(RequestRefused):
    """What was asked for is not at the service, or no longer."""

    code = "not_at_service"
    default_remedy = "run the same command again"


class QuotaGone(ServiceError):
    """No more requests are allowed for now; ``str(error)`` says until when."""

    code = "quota_gone"
    http_status = 503
    retryable = True
    default_remedy = "run the same command again later"


class ServiceDown(ServiceError):
    """The service cannot be reached, or answers with nothing but errors of its own."""

    code = "service_down"
    http_status = 503
    retryable = True
    default_remedy = "run the same command again later"


class AnswerLost(ServiceError):
    """A request that costs money was sent and its answer never came: it may have been done."""

    code = "answer_lost"
    retryable = True
    default_remedy = "look whether it was done before asking again, or it is paid for twice"


class AnswerUnusable(ServiceError):
    """An answer that says yes and holds no embeddings that could be used."""

    code = "answer_unusable"
    default_remedy = "run the same command again, and report it if it stays"


class TaskFailed(ServiceError):
    """The service took a video and could not embed it; other videos are not affected."""

    code = "task_failed"
    default_remedy = "check that it plays elsewhere, then copy or re-encode it"


class TaskUnfinished(ServiceError):
    """The service took a video and is at work on it for longer than one wants to wait."""

    code = "task_unfinished"
    http_status = 504
    retryable = True
    default_remedy = "run the same command again later: it goes on waiting and pays nothing anew"
