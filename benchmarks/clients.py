"""Clients of a server, each asking as fast as it is answered: ``python -m benchmarks.clients``.

A process of their own, so that they do not share an interpreter with what is measured. Prints a
JSON list of [kind, status, seconds] of each request; status 0 is a connection that failed.
"""

from __future__ import annotations

import http.client
import itertools
import json
import sys
import threading
import time
from urllib.parse import quote, urlsplit

from benchmarks.search import WORDS

TIMEOUT = 60.0  # seconds


def main() -> None:
    url, clients, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    answered: list[tuple[str, int, float]] = []
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=client, args=(url, number, until, answered))
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    json.dump(answered, sys.stdout)


def client(url: str, number: int, until: float, answered: list[tuple[str, int, float]]) -> None:
    """What a page asks for while somebody searches: no text twice, lest answers be kept ones."""
    line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT)
    video_id = ""
    for turn in itertools.count():
        if time.monotonic() >= until:
            break
        words = f"a {WORDS[turn % 10]} and a {WORDS[number % 10]}, {number} {turn}"
        kind, path = (
            ("search", f"/search?q={quote(words)}"),
            ("page of videos", "/videos?limit=24"),
            ("one video", f"/videos/{video_id}"),
            ("its segments", f"/videos/{video_id}/segments"),
        )[turn % 4]
        began = time.perf_counter()
        try:
            line.request("GET", f"/api/v1{path}")
            answer = line.getresponse()
            body = answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            line.close()
            body, status = b"", 0
        answered.append((kind, status, time.perf_counter() - began))
        if kind == "page of videos" and status == 200:
            videos = json.loads(body)["videos"]
            video_id = videos[number % len(videos)]["video_id"]


if __name__ == "__main__":
    main()
