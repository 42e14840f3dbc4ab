"""What makes a video on the web itself: its address, and what its server says of what lies there.

It is not read to learn who it is: that would take as long as embedding it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timezone


@dataclass(frozen=True, slots=True)
class WebStamp:
    """What a server says of what lies at an address; None where it does not say."""

    etag: str | None  #: as it was sent
    modified: str | None  #: an HTTP date
    size: int | None  #: bytes

    def agrees(self, other: WebStamp) -> bool:
        """Whether both may be of the same content.

        Equal ETags say so, whether strong or weak (RFC 9110, 8.8.3.2). Where they differ, as they
        do between the machines of some hosts, an equal date and an equal size say so too. Where a
        server says nothing that could be compared, nothing is known to have changed.
        """
        if self.etag and other.etag and _opaque(self.etag) == _opaque(other.etag):
            return True
        dates, sizes = (self.modified, other.modified), (self.size, other.size)
        if self.etag and other.etag:
            return None not in {*dates, *sizes} and len({*dates}) == len({*sizes}) == 1
        return _may_be_equal(*dates) and _may_be_equal(*sizes)

    @property
    def silent(self) -> bool:
        """Whether the server says nothing, or nobody has asked it."""
        return self.etag is None and self.modified is None and self.size is None

    @property
    def date(self) -> datetime | None:
        """When the content was last modified, in UTC."""
        from email.utils import parsedate_to_datetime

        try:
            moment = parsedate_to_datetime(self.modified or "")
        except (TypeError, ValueError, IndexError, OverflowError):
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        return aware.astimezone(timezone.utc)


def web_id(url: str, stamp: WebStamp) -> str:
    """The id of what lies at an address now, as 32 hex digits.

    BLAKE2b-128 of the address, without what signs it, and of the ETag, else of date and size. It is
    personalised (RFC 7693, 2.5), so that it is no content's hash.
    """
    says = [_opaque(stamp.etag)] if stamp.etag else [stamp.modified, stamp.size]
    text = "\n".join([url, *("" if value is None else str(value) for value in says)])
    digest = hashlib.blake2b(
        text.encode("utf-8", "surrogatepass"), digest_size=16, person=b"footage.url"
    )
    return digest.hexdigest()


def _opaque(etag: str) -> str:
    return etag.removeprefix("W/")


def _may_be_equal(one: object, other: object) -> bool:
    return one is None or other is None or one == other
