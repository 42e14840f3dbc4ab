"""How the service says no: a status, a code of those its documentation lists, and a message."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """A request that is answered with an error: ``{"code": …, "message": …}``."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def invalid(parameter: str, why: str) -> Refused:
    """A parameter with a value that cannot be."""
    return Refused(
        400, "parameter_invalid", f"The `{parameter}` parameter is invalid. {why}".rstrip()
    )


def missing(parameter: str) -> Refused:
    """A parameter that has to be there and is not."""
    message = f"The `{parameter}` parameter is required but was not provided."
    return Refused(400, "parameter_not_provided", message)


def unknown(parameter: str) -> Refused:
    """A parameter that the SDK does not know either."""
    return Refused(400, "parameter_unknown", f"The `{parameter}` parameter is unknown.")


def too_large(parameter: str, why: str) -> Refused:
    """Media beyond what a request may carry; its error lies one level deeper, as the SDK has it."""
    return Refused(413, "content_too_large", f"The `{parameter}` parameter is too large. {why}")


def no_such(kind: str, identifier: str) -> Refused:
    """An id that was never given out, or is deleted."""
    message = f"Resource with id {identifier} does not exist in {kind}."
    return Refused(404, "resource_not_exist", message)


def not_in_the_double(what: str) -> Refused:
    """Something the service does and this double does not: a gap, never mistaken for an answer."""
    return Refused(501, "not_in_the_double", f"marengo_double does not do {what}.")
