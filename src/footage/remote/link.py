"""Asking a server as one of its owner's own programs."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from footage.errors import FootageError, ServerGone
from footage.server import owner
from footage.server.found import Running
from footage.wire import packed, unpacked

ROUTE = "/api/v1/own/"
HELLO_SECONDS = 5.0  # a server that is just starting, or stopping, is not waited for
Listener = Callable[[str, list[Any]], None]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, with the packed report of what was finished, if there is one."""

    def __init__(self, report: Any) -> None:
        super().__init__()
        self.report = report


class Link:
    """One server, asked call by call. Every method raises `ServerGone`, and what a call raises."""

    def __init__(self, served: Running, secret: str) -> None:
        self._served, self._secret = served, secret

    def hello(self) -> None:
        """Make sure that it answers, and that it is the one that wrote where it is."""
        self.ask("hello", str, timeout=HELLO_SECONDS)

    def ask(
        self,
        call: str,
        kind: Any,
        asked: Mapping[str, Any] = MappingProxyType({}),
        *,
        timeout: float | None = None,
    ) -> Any:
        """The result of a call, which is of this kind."""
        return unpacked(kind, self.post(call, asked, timeout=timeout)["result"])

    def watch(self, call: str, asked: dict[str, Any], listen: Listener) -> Any:
        """The result of a call that tells of events; Ctrl-C ends it there, as `Interrupted`."""
        errand = ""
        try:
            with closing(self.lines(call, asked)) as lines:
                for line in lines:
                    if "errand" in line:
                        errand = line["errand"]
                    elif "event" in line:
                        listen(line["event"], line["values"])
                        if line["event"] == "planned":
                            self.ask(f"errands/{errand}/agree", None)
                    elif "interrupted" in line:
                        raise Interrupted(line["interrupted"])
                    else:
                        return line["result"]
        except Interrupted:
            raise
        except KeyboardInterrupt as interrupt:
            if not errand:
                raise
            outcome = self.post(f"errands/{errand}/cancel", {})
            if "result" in outcome:  # it had ended
                return outcome["result"]
            raise Interrupted(outcome.get("interrupted")) from interrupt
        raise self._gone("before it was done")

    def post(
        self, call: str, asked: Mapping[str, Any], *, timeout: float | None = None
    ) -> dict[str, Any]:
        """The one line that a call is answered with."""
        with closing(self.lines(call, asked, timeout=timeout)) as lines:
            for line in lines:
                return line
        raise self._gone("before it answered")

    def lines(
        self, call: str, asked: Mapping[str, Any], *, timeout: float | None = None
    ) -> Generator[dict[str, Any], None, None]:
        """The lines of an answer as they come. Raises what an error in it says, `ServerGone`."""
        address = urlsplit(self._served.url)
        path = f"{ROUTE}{call}"
        authorization, proof = owner.asking(self._secret, "POST", path)
        body = json.dumps({"from": str(_here()), "arguments": packed(asked)})
        headers = {"Authorization": authorization, "Content-Type": "application/json"}
        connection = http.client.HTTPConnection(
            address.hostname or "", address.port or 80, timeout=timeout
        )
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            if answer.headers.get(owner.PROOF) != proof:
                raise self._gone("and another program answers there")
            while line := answer.readline():
                yield _without_error(json.loads(line))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._gone("before it answered") from error
        finally:
            connection.close()

    def _gone(self, when: str) -> ServerGone:
        return ServerGone(
            f"footage serve (process {self._served.pid}, {self._served.url}) ended {when}"
        )


def _here() -> Path:
    """Where relative paths are meant from; any place where the folder is deleted."""
    try:
        return Path.cwd()
    except OSError:
        return Path("/")


def _without_error(line: dict[str, Any]) -> dict[str, Any]:
    """A line of an answer; raises the error that it says."""
    if "error" in line:
        raise unpacked(FootageError, line["error"])
    return line
