"""How far each channel is trusted with words that do not say which one they mean.

A word may have been seen, said or shown on screen. Which of them a person means shows a little in
the query itself; how well each matches shows in the library, and decides the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

SEEN, SAID, SIGN = "seen", "said", "sign"
CHANNELS = (SEEN, SAID, SIGN)
MODALITY = {SAID: "speech", SIGN: "screen"}

_SPEAKING = re.compile(
    r"\b(say|says|said|saying|talk|talks|talking|tell|tells|telling|mention|mentions|mentioned"
    r"|explain|explains|explaining|discuss|discusses|ask|asks|answers?|announce|announces)\b",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    r"\b(sign|title|caption|text|written|reads|label|logo|poster|slide|screen)\b|\d|\b[A-Z]{3,}\b"
)


def trust(text: str, weights: Mapping[str, float]) -> dict[str, float]:
    """How far each channel is trusted, 0 to 1, with a text that names none.

    ``weights`` are the user's own, any numbers from 0 up; a channel they do not name counts 0.
    Without any, it follows from what the text looks like.
    """
    if weights:
        most = max(weights.values()) or 1.0
        return {channel: weights.get(channel, 0.0) / most for channel in CHANNELS}
    speaking, written = bool(_SPEAKING.search(text)), bool(_WRITTEN.search(text))
    return {
        SEEN: 1.0,
        SAID: 1.0 if speaking else 0.8,
        SIGN: 1.0 if written else 0.8,
    }
