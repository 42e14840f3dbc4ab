"""What a failed call to Milvus means: whether to try again, and the one sentence a user reads."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from footage.errors import IndexUnavailable

_DETAIL = 200  # characters of the server's own message: some are stack traces


class Fault(Enum):
    """The kinds of failure that are told apart."""

    AWAY = "away"
    """No connection: not running, not reachable, or cut off."""
    SLOW = "slow"
    """Connected, and no answer in time."""
    REFUSED = "refused"
    """It answers that the token is wrong or missing."""
    OTHER = "other"


TRANSIENT = frozenset({Fault.AWAY, Fault.SLOW})


def kind_of(error: BaseException) -> Fault:
    """What kind of failure an error of pymilvus or gRPC is."""
    import grpc

    kinds = {
        grpc.StatusCode.UNAVAILABLE: Fault.AWAY,
        grpc.StatusCode.DEADLINE_EXCEEDED: Fault.SLOW,
        grpc.StatusCode.UNAUTHENTICATED: Fault.REFUSED,
        grpc.StatusCode.PERMISSION_DENIED: Fault.REFUSED,
    }
    for link in _chain(error):
        if isinstance(link, grpc.RpcError):
            return kinds.get(link.code(), Fault.OTHER)
    said = str(error).lower()
    if "closed channel" in said or "create connection first" in said:
        return Fault.AWAY  # another thread found the connection broken, and closed it
    # pymilvus ends its own polling of a load or a build with the second
    return Fault.SLOW if "timeout" in said else Fault.OTHER


def unavailable(error: BaseException, *, where: str, token: str = "") -> IndexUnavailable:
    """The error to raise for a failed call to the Milvus at ``where``; never shows ``token``."""
    kind = kind_of(error)
    if kind is Fault.AWAY:
        return IndexUnavailable(
            f"Milvus at {where} cannot be reached ({_cause(error)})",
            remedy="start it or correct the address, then run the same command again; "
            "the archive keeps everything meanwhile",
        )
    if kind is Fault.SLOW:
        return IndexUnavailable(
            f"Milvus at {where} did not answer in time",
            remedy="see whether it is overloaded, then run the same command again",
        )
    if kind is Fault.REFUSED:
        said = "refuses the token it was given" if token else "wants a token and was given none"
        return IndexUnavailable(
            f"Milvus at {where} {said}",
            remedy="set FOOTAGE_MILVUS_TOKEN to its API key or USER:PASSWORD",
        )
    detail = " ".join(str(getattr(error, "message", None) or error).split())
    if token:
        detail = detail.replace(token, "…")
    return IndexUnavailable(f"Milvus at {where} failed ({detail[:_DETAIL]})")


def _cause(error: BaseException) -> str:
    text = " ".join(str(link) for link in _chain(error)).lower()
    for sign, meaning in (
        ("refused", "connection refused"),
        ("name not found", "its name is unknown"),
        ("resol", "its name is unknown"),
        ("handshake", "no TLS there, or a certificate that is not trusted"),
        ("unreachable", "no route to it"),
    ):
        if sign in text:
            return meaning
    return "the connection broke"


def _chain(error: BaseException) -> Iterator[BaseException]:
    # pymilvus raises "from" in ways that hide the gRPC error behind itself
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        link = pending.pop(0)
        if link is not None and id(link) not in seen:
            seen.add(id(link))
            yield link
            pending += [link.__cause__, link.__context__]
