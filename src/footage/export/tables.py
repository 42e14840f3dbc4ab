"""Moments as a table, and as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from footage.export.cuts import Cut
from footage.export.sources import Source, file_of
from footage.export.texts import one_line

COLUMNS = (
    *("number", "title", "file", "start", "end", "duration", "source_in", "source_out"),
    *("frame_rate", "first_frame", "frames", "score", "confidence", "modality", "text"),
    *("video_id", "url"),
)
# A cell that begins so is a formula to a spreadsheet: owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@")


def to_csv(cuts: Sequence[Cut]) -> str:
    """RFC 4180, UTF-8, a row a cut under `COLUMNS`."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS)
    writer.writeheader()
    writer.writerows(_row(number, cut) for number, cut in enumerate(cuts, 1))
    return buffer.getvalue()


def to_json(cuts: Sequence[Cut]) -> str:
    """``{"moments": […]}`` in the shape of ``search --json``, each with its ``cut`` in frames."""
    moments = [{**_moment(cut), "cut": _frames(cut)} for cut in cuts]
    return json.dumps({"moments": moments}, ensure_ascii=True, indent=2) + "\n"


def _row(number: int, cut: Cut) -> dict[str, Any]:
    moment, source = cut.moment, cut.source
    return {
        "number": number,
        "title": _harmless(source.video.title),
        "file": _harmless(str(file_of(source) or "")),
        "start": f"{float(cut.start):.6f}",
        "end": f"{float(cut.end):.6f}",
        "duration": f"{float(cut.end - cut.start):.6f}",
        **_frames(cut),
        "score": f"{moment.score:.6f}",
        "confidence": "" if moment.confidence is None else f"{moment.confidence:.4f}",
        "modality": moment.modality,
        "text": _harmless(cut.text),
        "video_id": source.video.video_id,
        "url": source.video.url or "",
    }


def _moment(cut: Cut) -> dict[str, Any]:
    place = file_of(cut.source)
    return {
        **cut.moment.to_json(),
        "path": str(place) if place else None,
        "start": float(cut.start),
        "end": float(cut.end),
    }


def _frames(cut: Cut) -> dict[str, Any]:
    source: Source = cut.source
    return {
        "source_in": source.timecode(cut.first),
        "source_out": source.timecode(cut.after),
        "frame_rate": str(source.rate),
        "first_frame": cut.first,
        "frames": cut.count,
    }


def _harmless(text: str) -> str:
    line = one_line(text)
    return f"'{line}" if line.startswith(_FORMULA) else line
